"""`/complaint` acknowledged: in process, over Socket Mode and over HTTP, beside bare Bolt."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from slack_bolt import Args, BoltRequest

from bench.figure import Figure, Mark
from bench.peer import SECRET
from bench.run import NOW, Run, percentile
from bench.slack import AGENTS, Slack, Threads, bolt, desk_app, slack
from handlers.busy import THREADS, AdmittingApp
from handlers.http import HttpRequests
from handlers.line import Line
from handlers.metrics import Metrics
from handlers.serving import ACKNOWLEDGING, MOST_REQUESTS
from handlers.web import WebServer
from storage import open_database

SENT = 128
"""Commands of one round, of one app."""
COMMAND = {
    "token": "not-checked",
    "team_id": "T0BENCH",
    "team_domain": "bench",
    "channel_id": "C0PHONES",
    "channel_name": "phones",
    "user_name": "agent",
    "command": "/complaint",
    "text": "",
    "api_app_id": "A0BENCH",
    "is_enterprise_install": "false",
    "trigger_id": "1.1.bench",
}
STOCK = "a bare handler as Bolt’s guide shows it"
QUICK = "the same with process_before_response"
MARKS = ((50, STOCK, Mark(0.2)), (50, QUICK, Mark(2)), (99, QUICK, Mark(3)))

Command = dict[str, str]
Burst = Callable[[Sequence[Command]], Sequence[float]]
"""Sends these at once; the milliseconds that each took to be acknowledged."""


def figures(run: Run) -> Iterator[Figure]:
    """Bursts to the desk and to both floors, in turns; what a command leaves to do is done in between."""
    with ExitStack() as stack:
        file = run.folder / "acknowledge.db"
        database = stack.enter_context(open_database(f"sqlite:///{file}", NOW))
        forms = stack.enter_context(closing(sqlite3.connect(file, isolation_level=None)))

        def settle() -> None:
            """What was left to do is done, and the forms that were opened do not add up."""
            threads.settle()
            forms.execute("DELETE FROM intakes")

        peer = stack.enter_context(slack())
        threads = stack.enter_context(Threads())
        apps = {
            "desk": desk_app(peer, database, threads),
            STOCK: _bare(peer, stack, process_before_response=False),
            QUICK: _bare(peer, stack, process_before_response=True),
        }
        commands = [{**COMMAND, "response_url": peer.response_url, "user_id": each} for each in AGENTS]
        for way, opened in WAYS.items():
            with ExitStack() as line:
                bursts = {
                    name: opened(line, peer, app, f"xapp-{number}")
                    for number, (name, app) in enumerate(apps.items())
                }
                for at_once in run.at_once():
                    yield from _measured(run, bursts, settle, commands[:at_once], way)


def _measured(
    run: Run, bursts: dict[str, Burst], settle: Callable[[], None], commands: Sequence[Command], way: str
) -> Iterator[Figure]:
    at_once = len(commands)
    rounds: dict[str, list[list[float]]] = {name: [] for name in bursts}
    for _ in range(run.rounds):
        took: dict[str, list[float]] = {name: [] for name in bursts}
        for _ in range(run.size(SENT, 4) // max(at_once, 4)):
            for name, burst in bursts.items():
                took[name] += burst(commands)
                settle()
        for name, times in took.items():
            rounds[name].append(times)
    for percent, floor_is, mark in MARKS:
        value, floor = (
            statistics.median(percentile(times, percent) for times in rounds[name])
            for name in ("desk", floor_is)
        )
        what, how = "/complaint acknowledged", f"{way}, {at_once} at once"
        yield Figure(what, value, "ms", floor, floor_is, mark, how, f"p{percent}")


def _bare(peer: Slack, stack: ExitStack, *, process_before_response: bool) -> AdmittingApp:
    threads = stack.enter_context(ThreadPoolExecutor(THREADS))
    app = bolt(peer, threads, process_before_response=process_before_response)

    def acknowledge(args: Args) -> None:
        args.ack()

    app.command("/complaint")(acknowledge)
    return app


def _in_process(stack: ExitStack, peer: Slack, app: AdmittingApp, name: str) -> Burst:
    """Threads of the bench hand the command to Bolt, as those of a transport do."""
    del peer, name
    pool = stack.enter_context(ThreadPoolExecutor(len(AGENTS)))

    def took(command: dict[str, str]) -> float:
        began = time.perf_counter()
        app.dispatch(BoltRequest(mode="socket_mode", body=dict(command)))
        return (time.perf_counter() - began) * 1000

    def burst(commands: Sequence[Command]) -> Sequence[float]:
        if len(commands) == 1:
            return [took(commands[0])]
        return list(pool.map(took, commands))

    return burst


def _by_socket(stack: ExitStack, peer: Slack, app: AdmittingApp, name: str) -> Burst:
    """The desk's own line to Slack, a WebSocket."""
    line = Line(app, peer.client(), name, ACKNOWLEDGING)
    line.start()
    stack.callback(line.close)
    stack.callback(line.drain)
    return lambda commands: peer.measure(commands, line=name)


def _by_http(stack: ExitStack, peer: Slack, app: AdmittingApp, name: str) -> Burst:
    """The desk's own web server; each of those at once has a connection of its own."""
    requests = HttpRequests(app, SECRET, ACKNOWLEDGING, MOST_REQUESTS, 0, Metrics(name))
    server = WebServer("127.0.0.1", 0, [requests.route])
    requests.start()
    server.start()
    stack.callback(requests.close)
    stack.callback(server.stop)
    return lambda commands: peer.measure(commands, port=server.port)


WAYS: dict[str, Callable[[ExitStack, Slack, AdmittingApp, str], Burst]] = {
    "in process": _in_process,
    "Socket Mode": _by_socket,
    "HTTP": _by_http,
}
