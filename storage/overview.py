"""Open cases in lists, by the columns that repeat their content, and figures over all cases.

`acts_at` is null for a closed case. Every list asks for more than null, so the partial indexes hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, col

from bot.overview import MOST_COUNTED, CaseLine, ClosedCase, Overview, Wanted
from storage.tables import CaseRow, FollowUpRow

ASKING: Final = ("open", "waiting", "ready_to_close")
"""In these states the owner has to act when the time has come."""
COLUMNS: Final = (
    col(CaseRow.number),
    col(CaseRow.owner),
    col(CaseRow.opened_by),
    col(CaseRow.team),
    col(CaseRow.state),
    func.coalesce(col(CaseRow.path), ""),
    func.coalesce(col(CaseRow.category), ""),
    col(CaseRow.program),
    col(CaseRow.homeowner_name),
    col(CaseRow.homeowner_address),
    col(CaseRow.installer_name),
    col(CaseRow.opened_at),
    col(CaseRow.acts_at),
    col(CaseRow.sensitive),
)
OPEN: Final = col(CaseRow.acts_at).is_not(None)
QUEUED: Final = col(CaseRow.queued_since)
"""As a queue is taken from: what fell due first, and what has something to do now by its age."""
MOST_CLOSED: Final = 100_000


@dataclass(frozen=True, slots=True)
class OverviewStore(Overview):
    """Lists in one transaction."""

    session: Session

    def lines(self, wanted: Wanted, skip: int, most: int) -> Sequence[CaseLine]:
        first = QUEUED if wanted.by_age else col(CaseRow.acts_at)
        query = select(*COLUMNS).where(*_conditions(wanted)).order_by(first, col(CaseRow.number))
        return [CaseLine(*row) for row in self._all(query.offset(skip).limit(most))]

    def count(self, wanted: Wanted, most: int = MOST_COUNTED) -> int:
        some = select(col(CaseRow.number)).where(*_conditions(wanted)).limit(most).subquery()
        return int(self._all(select(func.count()).select_from(some))[0][0])

    def next_whys(self, numbers: Iterable[int]) -> Mapping[int, str]:
        query = (
            select(col(FollowUpRow.case_number), col(FollowUpRow.why))
            .where(col(FollowUpRow.case_number).in_(list(numbers)), col(FollowUpRow.state) == "open")
            .order_by(col(FollowUpRow.due_at).desc())
        )
        return dict(map(tuple, self._all(query)))

    def installers(self, typed: str, most: int) -> Mapping[int, str]:
        name = col(CaseRow.installer_name)
        fits = func.lower(name).contains(typed.lower(), autoescape=True)
        query = select(func.min(col(CaseRow.number)), name).where(OPEN, name > "", fits)
        found = self._all(query.group_by(name).order_by(name).limit(most))
        return {int(number): str(title) for number, title in found}

    def opened_since(self, since: datetime) -> int:
        query = select(func.count()).select_from(CaseRow).where(col(CaseRow.opened_at) >= since)
        return int(self._all(query)[0][0])

    def closed_since(self, since: datetime) -> Sequence[ClosedCase]:
        query = select(col(CaseRow.installer_name), col(CaseRow.opened_at), col(CaseRow.closed_at))
        newest = query.where(col(CaseRow.closed_at) >= since).order_by(col(CaseRow.closed_at).desc())
        return [ClosedCase(*row) for row in self._all(newest.limit(MOST_CLOSED))]

    def open_by(self, column: Literal["category", "program"]) -> Mapping[str, int]:
        field = func.coalesce(col(CaseRow.category if column == "category" else CaseRow.program), "")
        query = select(field, func.count()).where(OPEN).group_by(field).order_by(func.count().desc(), field)
        return {str(name): int(count) for name, count in self._all(query)}

    def _all(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        return self.session.execute(query).all()


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.by_age:
        # Only open cases without an owner have one; to ask for that too would look up every row of the index.
        yield QUEUED.is_not(None)
    else:
        yield OPEN
    if wanted.owner is not None and not wanted.by_age:
        yield col(CaseRow.owner) == wanted.owner
    if wanted.escalated:
        yield col(CaseRow.sensitive) == True  # noqa: E712 - SQL has no other way to use an index here.
    if wanted.states:
        yield col(CaseRow.state).in_(wanted.states)
    for column, value in (
        (CaseRow.team, wanted.team),
        (CaseRow.program, wanted.program),
        (CaseRow.category, wanted.category),
        (CaseRow.installer_name, wanted.installer),
    ):
        if value:
            yield col(column) == value
    if wanted.when:
        yield _when(wanted)


def _when(wanted: Wanted) -> ColumnElement[bool]:
    acts, state = col(CaseRow.acts_at), col(CaseRow.state)
    match wanted.when:
        case "overdue":
            return and_(state.in_(ASKING), acts < wanted.today)
        case "today":
            return and_(state.in_(ASKING), acts >= wanted.today, acts < wanted.tomorrow)
        case "due":
            return and_(state.in_(ASKING), acts < wanted.tomorrow)
    return or_(state == "awaiting_confirmation", and_(state == "waiting", acts >= wanted.tomorrow))
