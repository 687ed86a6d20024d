"""How the desk is served: by which transport, and what stands on its port where it has one.

A desk in Socket Mode without a port has no web server, and goes without the packages of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bot import VERSION
from bot.ports import Clock, Memory
from handlers.busy import MOST
from handlers.clock import Bell
from handlers.line import Line
from handlers.measured import MeasuredApp, MeasuredMemory
from handlers.transport import Transport

if TYPE_CHECKING:
    from starlette.routing import Route

    from handlers.health import Health
    from handlers.metrics import Metrics
    from handlers.web import WebServer

Way = Literal["socket", "http"]

ACKNOWLEDGING: Final = MOST + 8
"""Threads that acknowledge: more than are let in, so that one is always free to say that all is busy."""
MOST_REQUESTS: Final = 1024
"""Under way, or waiting for a thread: each takes a millisecond at most once the desk is busy."""


@dataclass(frozen=True, slots=True)
class Serving:
    """By which transport Slack comes in, and where to listen; HTTP needs a port, and 0 takes any free one."""

    way: Way = "socket"
    host: str = "127.0.0.1"
    port: int | None = None
    drain_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Site:
    """What stands on the port, and what says how the desk is."""

    server: WebServer
    health: Health


def counted(serving: Serving, memory: Memory) -> tuple[Memory, Metrics | None]:
    """The memory, measured where there is a page for the figures."""
    if serving.port is None:
        return memory, None
    from handlers.metrics import Metrics  # noqa: PLC0415 - a desk without a port does without.

    metrics = Metrics(VERSION)
    return MeasuredMemory(memory, metrics), metrics


def opened(
    serving: Serving,
    app: MeasuredApp,
    secrets: tuple[str, str],
    memory: Memory,
    bell: Bell,
    clocks: tuple[Clock, Clock],
) -> tuple[Transport, Site | None]:
    """The way to Slack, and what stands on the port. Nothing is connected and nothing listens yet.

    `secrets` are the app-level token and the signing secret, `clocks` the desk's and the machine's.
    """
    app_token, signing_secret = secrets
    if serving.way == "socket":
        line = Line(app, app.client, app_token, ACKNOWLEDGING)
        return line, _site(serving, app, line, [], memory, bell, clocks)
    from handlers.http import HttpRequests  # noqa: PLC0415 - a desk in Socket Mode does without.

    assert app.metrics is not None
    seconds = serving.drain_seconds
    requests = HttpRequests(app, signing_secret, ACKNOWLEDGING, MOST_REQUESTS, seconds, app.metrics)
    return requests, _site(serving, app, requests, [requests.route], memory, bell, clocks)


def _site(
    serving: Serving,
    app: MeasuredApp,
    transport: Transport,
    routes: list[Route],
    memory: Memory,
    bell: Bell,
    clocks: tuple[Clock, Clock],
) -> Site | None:
    if app.metrics is None or serving.port is None:
        return None
    from handlers.health import Health, Lookout  # noqa: PLC0415 - a desk without a port does without.
    from handlers.pages import pages  # noqa: PLC0415
    from handlers.web import WebServer  # noqa: PLC0415

    now, machine_clock = clocks
    lookout = Lookout(memory, now, machine_clock)
    health = Health(VERSION, serving.way, lookout, transport, bell, machine_clock, machine_clock())
    server = WebServer(serving.host, serving.port, [*pages(health, app.metrics), *routes])
    return Site(server, health)
