"""An intake submitted: case, timeline, follow-ups, letters and Homes in one commit, beside one bare row."""

from __future__ import annotations

import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import psycopg
from slack_bolt import App, Args, BoltRequest
from sqlalchemy import make_url

from bench.figure import Figure, Mark
from bench.run import NOW, Run, percentile
from bench.slack import AGENTS, Slack, Threads, bolt, desk_app, slack
from bot.stored import Intake, Sheet
from handlers.busy import THREADS
from storage import Database, open_database

SENT = 96
"""Submissions of one round, of one app."""
STOCK = "bare Bolt, stock, that commits one row"
QUICK = "the same with process_before_response"
MARKS: Sequence[tuple[int, str, Mark | None]] = (
    (50, STOCK, Mark(1.5)),
    (50, QUICK, None),
    (99, STOCK, Mark(0.7)),
    (99, QUICK, None),
)
Store = Callable[[str], None]
Submission = dict[str, Any]


def figures(run: Run) -> Iterator[Figure]:
    """Submissions to the desk and to both floors, in turns, each of a complaint of its own."""
    with run.databases() as databases, slack() as peer:
        for name, address in databases:
            with ExitStack() as stack:
                database = stack.enter_context(open_database(address, NOW))
                threads = stack.enter_context(Threads())
                store = _bare_store(stack, address)
                apps = {
                    "desk": desk_app(peer, database, threads),
                    STOCK: _bare(peer, stack, store, process_before_response=False),
                    QUICK: _bare(peer, stack, store, process_before_response=True),
                }
                numbers = count(1)
                for at_once in run.at_once():
                    pool = stack.enter_context(ThreadPoolExecutor(at_once))
                    prepare = partial(_prepared, database, numbers, run.size(SENT, 4))
                    rounds = [_round(apps, prepare, pool, threads) for _ in range(run.rounds)]
                    yield from _figures(rounds, at_once, name)


def _figures(rounds: Sequence[dict[str, list[float]]], at_once: int, name: str) -> Iterator[Figure]:
    for percent, floor_is, mark in MARKS:
        value, floor = (
            statistics.median(percentile(took[each], percent) for took in rounds)
            for each in ("desk", floor_is)
        )
        held = None if percent == 99 and at_once == 1 else mark
        how = f"{at_once} at once"
        yield Figure("intake submitted", value, "ms", floor, floor_is, held, how, f"p{percent}", name)


def _round(
    apps: dict[str, App],
    prepare: Callable[[], list[Submission]],
    pool: ThreadPoolExecutor,
    threads: Threads,
) -> dict[str, list[float]]:
    """Each app's submissions, as many at once as the pool has threads."""
    took = {}
    for name, app in apps.items():
        submissions = prepare()
        took[name] = list(pool.map(partial(_took, app), submissions))
        threads.settle()
    return took


def _took(app: App, submission: Submission) -> float:
    began = time.perf_counter()
    response = app.dispatch(BoltRequest(mode="socket_mode", body=submission))
    if response.status != 200:
        raise RuntimeError(f"a submission was answered with {response.status}")
    return (time.perf_counter() - began) * 1000


def _prepared(database: Database, numbers: Iterator[int], many: int) -> list[Submission]:
    """Complaints that are written down but for the last click, and those clicks."""
    now, submissions = datetime.now(UTC), []
    with database.write() as work:
        for number, _ in zip(numbers, range(many), strict=False):
            agent, intake = AGENTS[number % len(AGENTS)], f"intake-{number}"
            sheet = Sheet("says", f"V{number}", 3, answered=True)
            work.intakes.save(Intake(intake, agent, _typed(number), sheet=sheet), now)
            submissions.append(_submission(number, agent, f"{intake}|3"))
    return submissions


def _typed(number: int) -> dict[str, str]:
    return {
        "channel": "phone",
        "found_on_platform": "yes",
        "program": "everbright",
        "homeowner.name": f"Homeowner {number}",
        "homeowner.address": f"{number} Sunny Street, Springfield, UT 84001",
        "homeowner.phone": f"202-555-{number % 10_000:04}",
        "category": "installer_unresponsive",
        "installer.name": f"Roofs {number % 97}",
        "installer.email": "office@example.test",
        "description": "Nobody has come since the panels were put up, and nobody answers.",
    }


def _submission(number: int, agent: str, metadata: str) -> Submission:
    view = {
        "id": f"V{number}",
        "type": "modal",
        "hash": "h",
        "callback_id": "intake_says",
        "private_metadata": metadata,
        "blocks": [],
        "state": {"values": {}},
    }
    who = {"team": {"id": "T0BENCH"}, "user": {"id": agent}, "trigger_id": f"{number}.bench"}
    return {"type": "view_submission", **who, "view": view}


def _bare(peer: Slack, stack: ExitStack, store: Store, *, process_before_response: bool) -> App:
    threads = stack.enter_context(ThreadPoolExecutor(THREADS))
    app = bolt(peer, threads, process_before_response=process_before_response)

    def submitted(args: Args) -> None:
        store(f"{args.body['trigger_id']}/{process_before_response}")
        args.ack()

    app.view("intake_says")(submitted)
    return app


def _bare_store(stack: ExitStack, address: str) -> Store:
    """One row and its commit, by the driver alone; each thread has a connection of its own."""
    url, own = make_url(address), threading.local()
    on_sqlite = url.get_backend_name() == "sqlite"
    where = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connect = partial(_connected, on_sqlite, str(url.database) if on_sqlite else where)
    insert = "INSERT INTO bare VALUES (?)" if on_sqlite else "INSERT INTO bare VALUES (%s)"

    def store(key: str) -> None:
        if not hasattr(own, "connection"):
            own.connection = connect()
            stack.callback(own.connection.close)
        own.connection.execute(insert, (key,))

    with closing(connect()) as connection:
        connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY)")
    return store


def _connected(on_sqlite: bool, where: str) -> Any:
    """To SQLite as durable as the desk's own connection, and as patient."""
    if not on_sqlite:
        return psycopg.connect(where, autocommit=True)
    connection = sqlite3.connect(f"{where}.bare", timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection
