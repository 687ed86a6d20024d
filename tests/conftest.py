"""What holds for every test: loopback only, both databases, no test skipped, chance that can be repeated."""

from __future__ import annotations

import ipaddress
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.databases import KINDS, Databases, SqliteFiles
from tests.postgres import Postgres, shared, stopped

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


FOLDER = pytest.StashKey[Path]()
"""The folder of all databases of this run; its workers share it, and it is gone at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run on this kind of database only, to be quick")


def pytest_configure(config: pytest.Config) -> None:
    """A run that is told to end does so as after Ctrl-C, and leaves nothing behind."""
    given = getattr(config, "workerinput", {}).get("databases")
    config.stash[FOLDER] = Path(given or tempfile.mkdtemp(prefix="desk-tests-"))
    if given is None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["databases"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Also after Ctrl-C. A worker leaves it to the process that began the run."""
    if FOLDER in config.stash and not hasattr(config, "workerinput"):
        stopped(config.stash[FOLDER] / "postgresql")
        shutil.rmtree(config.stash[FOLDER])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever has to do with databases runs on each kind; what asks for one kind runs on that alone."""
    if "databases" in metafunc.fixturenames:
        asked_for = [kind for kind in KINDS if kind in metafunc.fixturenames]
        metafunc.parametrize("databases", asked_for or KINDS, indirect=True, scope="session")


LONGEST = ("tests/e2e/week/", "tests/page/test_surfaces.py", "tests/e2e/", "tests/page/", "tests/storage/")
"""What takes long begins first, so that at the end no worker waits for another's long story."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: [not item.nodeid.startswith(place) for place in LONGEST])
    only = config.getoption("--database")
    unwanted = [item for item in items if only and kind_of(item) not in (None, only)]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if item not in unwanted]


def kind_of(item: pytest.Item) -> str | None:
    """The kind of database that a test runs on: by its id, or by the fixture it asks for."""
    if "databases" in getattr(item, "fixturenames", ()):
        return str(item.callspec.params["databases"])  # type: ignore[attr-defined]
    return next((kind for kind in KINDS if kind in getattr(item, "fixturenames", ())), None)


@pytest.fixture(scope="session")
def sqlite(pytestconfig: pytest.Config) -> SqliteFiles:
    """SQLite files, for tests about SQLite itself, or where one kind of database tells enough."""
    return SqliteFiles(pytestconfig.stash[FOLDER])


@pytest.fixture(scope="session")
def postgresql(pytestconfig: pytest.Config) -> Postgres:
    """Databases on the PostgreSQL server of this run, for tests about PostgreSQL itself."""
    return shared(pytestconfig.stash[FOLDER] / "postgresql")


@pytest.fixture(scope="module")
def servers(pytestconfig: pytest.Config) -> Path:
    """A folder for servers of one's own. Pytest shuts its own folders to others with every run it begins."""
    return Path(tempfile.mkdtemp(dir=pytestconfig.stash[FOLDER]))


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Databases:
    """Databases of one kind; every test that asks for them, by whatever fixture, runs on each kind."""
    given: Databases = request.getfixturevalue(request.param)
    return given


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """The DATABASE_URL of a new database with the desk's tables."""
    url = databases.new()
    yield url
    databases.drop(url)


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
