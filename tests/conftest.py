"""What holds for every test: loopback only, no test skipped, and chance that can be repeated."""

from __future__ import annotations

import ipaddress
import random
import sys
from collections.abc import Iterator

import hypothesis
import pytest

SEED = 20261118
LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname"}
SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class NotLoopback(RuntimeError):
    """A test reached for an address beyond this machine."""


def is_loopback(host: object) -> bool:
    """True for `localhost`, 127.0.0.0/8, ::1, and for what names no host at all."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def hold_loopback(event: str, args: tuple[object, ...]) -> None:
    """Refuse lookups of, and traffic to, other machines. Unix sockets are paths, not (host, port) pairs."""
    if event in LOOKUPS:
        host = args[0]
    elif event in SENDS and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not is_loopback(host):
        raise NotLoopback(f"{event} to {host!r}: tests stay on loopback; start a server on 127.0.0.1 instead")


sys.addaudithook(hold_loopback)

hypothesis.settings.register_profile("desk", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("desk")


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    """Every test begins with the same dice, whatever ran before it."""
    random.seed(SEED)
    yield
    random.seed()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run with a skipped or expectedly failing test has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    unheld = [report for kind in ("skipped", "xfailed", "xpassed") for report in reporter.stats.get(kind, [])]
    if unheld:
        reporter.section("not held", red=True)
        reporter.line(
            f"{len(unheld)} tests were skipped or expected to fail. Make each one hold, or take it out."
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
