"""How late a follow-up rings that falls due while the desk is idle, by its alarm and by another's promise."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from bench import million
from bench.figure import Figure, Mark
from bench.run import Run, percentile
from bot.delivery import Postman
from bot.desk import Desk
from bot.ports import Messenger, Work
from bot.stored import Errand
from handlers.clock import Bell
from storage import open_database

SOON: Final = timedelta(seconds=0.3)
APART: Final = timedelta(seconds=0.05)
PATIENCE: Final = 20.0
WHAT: Final = "a ring's lateness"
NOTHING: Final = cast(Messenger, None)
"""No letter is sent here."""


@dataclass
class Noted:
    """By how many milliseconds each was late, as it came."""

    late: list[float] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, due: datetime) -> None:
        with self.changed:
            self.late.append((datetime.now(UTC) - due).total_seconds() * 1000)
            self.changed.notify_all()

    def errand(self, _work: Work, _desk: Desk, errand: Errand, _now: datetime) -> None:
        self.note(errand.due)

    def all_of(self, many: int) -> list[float]:
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.late) >= many, PATIENCE):
                raise TimeoutError(f"Of {many} promises {len(self.late)} rang. Look at the log of the bell.")
        return self.late


def figures(run: Run) -> Iterator[Figure]:
    """One after another falls due; the floor is a bare DateTrigger that is set anew each time."""
    many = run.size(40, 3)
    floor = percentile(_bare(many), 99)
    with run.databases() as databases:
        for name, address in databases:
            for how, woken, mark in (
                ("promised here", True, Mark(50, "value")),
                ("promised by another replica", False, Mark(1100, "value")),
            ):
                late = percentile(_rings(address, many if woken else run.size(8, 2), woken), 99)
                yield Figure(WHAT, late, "ms", floor, "a bare DateTrigger", mark, how, "p99", name)


def _bare(many: int) -> list[float]:
    scheduler, noted = BackgroundScheduler(timezone=UTC), Noted()
    scheduler.start()
    for at in range(many):
        due = datetime.now(UTC) + APART
        scheduler.add_job(noted.note, DateTrigger(due, timezone=UTC), args=[due], misfire_grace_time=None)
        noted.all_of(at + 1)
    scheduler.shutdown()
    return noted.late


def _rings(address: str, many: int, woken: bool) -> list[float]:
    """`woken`: the desk made the promise itself, and its bell knows. Otherwise only its net finds it."""
    noted = Noted()
    with ExitStack() as stack:
        database = stack.enter_context(open_database(address, datetime.now(UTC)))
        desk = million.desk_of(database)
        now = lambda: datetime.now(UTC)  # noqa: E731 - the clock of both kinds
        bell = Bell(Postman(desk, NOTHING, lambda _drawing, _desk: None, now, now), {"bench": noted.errand})
        bell.start()
        stack.callback(bell.stop)
        for at in range(many):
            due = datetime.now(UTC) + (SOON if woken else APART)
            with database.write() as work:
                work.errands.put([Errand(f"{due}", "bench", due)], due)
            if woken:
                bell.wake()
            noted.all_of(at + 1)
    return noted.late
