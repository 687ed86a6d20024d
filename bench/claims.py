"""Taking 1,000 follow-ups that are due, and settling them, among 1,000,000 that are open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import create_engine

from bench import million
from bench.figure import Figure, Mark
from bench.run import NOW, Run, in_turns
from storage import Database, open_database

OPEN: Final = 1_000_000
DUE: Final = 1_000
BATCH: Final = 50
WHAT: Final = "1,000 due taken and settled"
MAKE_DUE: Final = (
    "UPDATE follow_ups SET state = 'open', rung_at = NULL, wake_at = '2026-11-18 09:00:00.000000{zone}'"
    " WHERE id > {first} AND id <= {first} + {due}"
)
BARE: Final = (
    "UPDATE follow_ups SET state = 'rung', rung_at = {now}, updated_at = {now} WHERE id IN"
    " (SELECT id FROM follow_ups WHERE state = 'open' AND wake_at <= {now}"
    " ORDER BY wake_at, id LIMIT {batch} {lock}) RETURNING *"
)
BEGIN: Final = {"SQLite": "BEGIN IMMEDIATE", "PostgreSQL": "BEGIN"}
WAYS: Final = {
    "SQLite": {"now": "'2026-11-18 14:00:00.000000'", "lock": ""},
    "PostgreSQL": {"now": "'2026-11-18 14:00:00+00'", "lock": "FOR UPDATE SKIP LOCKED"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A database of that kind with so many open follow-ups; `cursor` is the bare driver's."""

    name: str
    database: Database
    cursor: Any

    def taken(self) -> float:
        """Milliseconds for all that is due, by the desk's own store."""
        return self._timed(self._batch)

    def taken_bare(self) -> float:
        """The same by the driver alone."""
        return self._timed(self._bare_batch)

    def _batch(self) -> int:
        with self.database.write() as work:
            return len(work.follow_ups.take_due(NOW, BATCH))

    def _bare_batch(self) -> int:
        self.cursor.execute(BEGIN[self.name])
        self.cursor.execute(BARE.format(batch=BATCH, **WAYS[self.name]))
        found = len(self.cursor.fetchall())
        self.cursor.execute("COMMIT")
        return found

    def _timed(self, batch: Callable[[], int]) -> float:
        zone = "" if self.name == "SQLite" else "+00"
        self.cursor.execute(MAKE_DUE.format(first=0, due=DUE, zone=zone))
        began, done = time.perf_counter(), 0
        while taken := batch():
            done += taken
        if not done:
            raise AssertionError("Nothing was due. Look at bench/million.py: its follow-ups count from 1.")
        return (time.perf_counter() - began) * 1000


def figures(run: Run) -> Iterator[Figure]:
    """Among very many beside the same among few, and beside the driver alone; in batches of 50 all three."""
    with run.databases() as large, run.databases() as small:
        for (name, here), (_, there) in zip(large, small, strict=True):
            with ExitStack() as stack:
                many = _place(stack, name, here, run.size(OPEN, 2_000))
                few = _place(stack, name, there, million.EARNEST + DUE)
                value, floor, bare = in_turns(run.rounds, many.taken, few.taken, many.taken_bare)
            yield Figure(WHAT, value, "ms", floor, "among 1,000", Mark(1.3), "among 1,000,000", "", name)
            yield Figure(WHAT, value, "ms", bare, "bare SQL", Mark(2), "in batches of 50", "", name)


def _place(stack: ExitStack, name: str, address: str, many: int) -> Place:
    database = stack.enter_context(open_database(address, NOW))
    million.fill(database, address, many)
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    stack.callback(engine.dispose)
    connection = stack.enter_context(closing(engine.raw_connection()))
    cursor = connection.cursor()
    if name == "SQLite":
        cursor.execute("PRAGMA synchronous=FULL")
    else:
        connection.driver_connection.autocommit = True  # type: ignore[union-attr]
    return Place(name, database, cursor)
