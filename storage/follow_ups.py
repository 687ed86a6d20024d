"""The appointments: `due_at` in this table is the truth, and every clock only rings for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session, col, select

from bot.ports import FollowUps
from bot.sop import Timer
from bot.sop.case import TimerKind
from bot.stored import FollowUp
from storage import claims
from storage.locking import locked
from storage.tables import FollowUpRow


@dataclass(frozen=True, slots=True)
class FollowUpStore(FollowUps):
    """Appointments in one transaction."""

    session: Session

    def keep(self, number: int, timers: Iterable[Timer], now: datetime) -> None:
        rows = {row.timer_id: row for row in self._of(number)}
        for timer in timers:
            row = rows.pop(timer.id, None)
            if row is not None:
                _follow(row, timer, now)
            elif timer.rung_at is None:
                self.session.add(_row(number, timer, now))
        for row in rows.values():
            if row.state == "open":
                row.state, row.updated_at = "cancelled", now
        self.session.flush()

    def take_due(self, now: datetime, most: int = 1) -> Sequence[FollowUp]:
        return tuple(map(_follow_up, claims.take_due(self.session, FollowUpRow, now, most)))

    def attempt(self) -> AbstractContextManager[object]:
        return self.session.begin_nested()

    def give_back(self, taken: Sequence[FollowUp]) -> None:
        claims.reopen(self.session, FollowUpRow, [each.id for each in taken], rung_at=None)

    def rest(self, taken: FollowUp, until: datetime) -> None:
        claims.rest(self.session, FollowUpRow, taken.id, until, rung_at=None)

    def next_due(self) -> datetime | None:
        query = select(FollowUpRow.wake_at).where(FollowUpRow.state == claims.OPEN)
        return self.session.exec(query.order_by(col(FollowUpRow.wake_at)).limit(1)).first()

    def _of(self, number: int) -> Sequence[FollowUpRow]:
        query = select(FollowUpRow).where(FollowUpRow.case_number == number).order_by(col(FollowUpRow.id))
        return self.session.exec(locked(self.session, query)).all()


def _follow(row: FollowUpRow, timer: Timer, now: datetime) -> None:
    """Bring a row in line with its timer. One that rang for this very date does not ring for it again."""
    rang = timer.rung_at or (row.rung_at if row.due_at == timer.due else None)
    state = "rung" if rang else "open"
    if (row.state, row.due_at, row.why) != (state, timer.due, timer.why):
        row.state, row.rung_at, row.updated_at = state, rang, now
        row.due_at, row.why, row.cites = timer.due, timer.why, list(timer.cites)
        row.wake_at, row.tries = timer.due, 0


def _row(number: int, timer: Timer, now: datetime) -> FollowUpRow:
    return FollowUpRow(
        case_number=number,
        timer_id=timer.id,
        step=timer.step,
        kind=timer.kind,
        due_at=timer.due,
        why=timer.why,
        cites=list(timer.cites),
        state="open",
        created_at=now,
        updated_at=now,
        wake_at=timer.due,
    )


def _follow_up(row: Any) -> FollowUp:
    kind = cast(TimerKind, row.kind)
    timer = Timer(row.timer_id, row.step, kind, row.due_at, row.why, tuple(row.cites))
    return FollowUp(row.id, row.case_number, timer, row.tries)
