"""What was promised and is not kept yet. Every query is bounded, and walks an index over open rows alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session, col

from bot.promises import MOST, Kind, Overdue, Place, Promises
from bot.sop import Case
from bot.sop.as_json import case_from_json
from storage.homes import STALE
from storage.tables import CaseRow, ErrandRow, FollowUpRow, HomeRow, OrderRow, OutboxRow

LONGEST_REST: Final = timedelta(hours=1)
"""What failed rests for no longer than that, so what is overdue wakes within it."""
IN_VAIN: Final = 5
"""A Home that could not be drawn so often running is stale for minutes."""


@dataclass(frozen=True, slots=True)
class PromiseStore(Promises):
    """Figures in one transaction."""

    session: Session

    def overdue(self, kind: Kind, before: datetime) -> Overdue:
        dues = self.session.execute(_overdue(kind, before).limit(MOST)).scalars().all()
        return Overdue(len(dues), min(dues, default=None))

    def letters(self) -> Mapping[str, int]:
        return {state: self._count(col(OutboxRow.state) == state) for state in ("waiting", "dead")}

    def stale_homes(self) -> int:
        some = select(col(HomeRow.user)).where(STALE, col(HomeRow.tries) >= IN_VAIN).limit(MOST).subquery()
        return int(self.session.execute(select(func.count()).select_from(some)).scalar_one())

    def open_cases(self, after: Place, most: int) -> tuple[Mapping[int, Case], Place]:
        place = (col(CaseRow.acts_at), col(CaseRow.number))
        query = select(*place, col(CaseRow.content)).where(
            place[0] >= after[0], or_(place[0] > after[0], place[1] > after[1])
        )
        rows = self.session.execute(query.order_by(*place).limit(most)).all()
        last = (rows[-1][0], rows[-1][1]) if rows else after
        return {number: case_from_json(content) for _, number, content in rows}, last

    def still_open(self, numbers: Collection[int]) -> Mapping[int, Case]:
        query = select(col(CaseRow.number), col(CaseRow.content)).where(
            col(CaseRow.number).in_(numbers), col(CaseRow.acts_at).is_not(None)
        )
        return {number: case_from_json(content) for number, content in self.session.execute(query)}

    def appointments(self, numbers: Collection[int]) -> Mapping[int, frozenset[str]]:
        query = select(col(FollowUpRow.case_number), col(FollowUpRow.timer_id)).where(
            col(FollowUpRow.case_number).in_(numbers), col(FollowUpRow.state) == "open"
        )
        found: defaultdict[int, set[str]] = defaultdict(set)
        for number, timer in self.session.execute(query):
            found[number].add(timer)
        return {number: frozenset(timers) for number, timers in found.items()}

    def last_run(self, keys: Collection[str]) -> datetime | None:
        query = select(func.max(col(ErrandRow.settled_at))).where(
            col(ErrandRow.key).in_(keys), col(ErrandRow.state) == "run"
        )
        found: datetime | None = self.session.execute(query).scalar_one()
        return found

    def _count(self, which: ColumnElement[bool]) -> int:
        some = select(col(OutboxRow.id)).where(which).limit(MOST).subquery()
        return int(self.session.execute(select(func.count()).select_from(some)).scalar_one())


def _overdue(kind: Kind, before: datetime) -> Select[datetime]:
    if kind == "letter":
        due = col(OutboxRow.due_at)
        return select(due).where(col(OutboxRow.state) == "waiting", due <= before).order_by(col(OutboxRow.id))
    if kind == "order":
        placed = col(OrderRow.placed_at)
        waiting = select(placed).where(col(OrderRow.state) == "waiting", placed <= before)
        return waiting.order_by(col(OrderRow.id))
    row: type[FollowUpRow | ErrandRow] = FollowUpRow if kind == "follow_up" else ErrandRow
    wakes, due = col(row.wake_at), col(row.due_at)
    open_ones = select(due).where(col(row.state) == "open", wakes <= before + LONGEST_REST, due <= before)
    return open_ones.order_by(wakes)
