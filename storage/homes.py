"""Whose Home shows what, and which of them has to be drawn anew.

News is only inserted in the transaction of a change, so that changes do not wait for one another; whoever
draws Homes collects it. `not_before` holds the machine's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from bot.overview import Home, Homes
from bot.ports import LONGEST_REST
from bot.stored import StoredCase
from storage.inserting import insert_new
from storage.locking import locked
from storage.tables import HomeNewsRow, HomeRow

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
STALE: Final = col(HomeRow.wanted) > col(HomeRow.drawn)
EVERYBODY: Final = "everybody"


def tell(session: Session, audiences: Iterable[str]) -> None:
    """Note what has changed for whom, in the transaction that changes it."""
    if told := sorted(filter(None, set(audiences))):
        session.connection().execute(insert(HomeNewsRow), [{"audience": each} for each in told])


def audiences(stored: StoredCase) -> set[str]:
    """Whose Home shows a case: its people, the leads, the team in whose queue it waits, the confirmers."""
    seen_by = {stored.owner, stored.opened_by, "leads"}
    if not stored.owner:
        seen_by.add(f"team:{stored.team}")
    if stored.case.state == "awaiting_confirmation":
        seen_by.add("confirmers")
    return seen_by


@dataclass(frozen=True, slots=True)
class HomeStore(Homes):
    """Homes in one transaction."""

    session: Session

    def of(self, user: str) -> Home:
        row = self.session.get(HomeRow, user)
        return Home(user) if row is None else _home(row)

    def open(self, user: str, sees: Iterable[str], now: datetime) -> Home:
        row = self._row(user)
        row.opened_at, row.sees = now, sorted(sees)
        self.session.flush()
        return _home(row)

    def choose(self, user: str, choices: Mapping[str, str], now: datetime) -> None:
        row = self._row(user)
        row.choices = {name: value for name, value in {**row.choices, **choices}.items() if value}
        row.opened_at = now
        self.session.flush()

    def want_summary(self, user: str, wanted: bool, now: datetime) -> None:
        del now
        self._row(user).summary = wanted
        self.session.flush()
        self.tell([user])

    def unwilling(self) -> frozenset[str]:
        unwilling = select(col(HomeRow.user)).where(col(HomeRow.summary) == False)  # noqa: E712 - as in SQL.
        return frozenset(self.session.execute(unwilling).scalars())

    def tell(self, audiences: Iterable[str]) -> None:
        tell(self.session, audiences)

    def waiting(self, now: datetime, since: datetime) -> bool:
        ready = and_(STALE, _rested(now), col(HomeRow.opened_at) > since)
        query = select(
            or_(exists(select(col(HomeNewsRow.id))), exists(select(col(HomeRow.user)).where(ready)))
        )
        return bool(self.session.execute(query).scalar())

    def claim(self, now: datetime, until: datetime, since: datetime) -> Home | None:
        self._collect()
        query = (
            select_rows(HomeRow)
            .where(STALE, _rested(now), col(HomeRow.opened_at) > since)
            .order_by(col(HomeRow.not_before), col(HomeRow.user))
            .limit(1)
        )
        row = self.session.exec(locked(self.session, query, skip_locked=True)).one_or_none()
        if row is None:
            return None
        row.not_before = until
        row.tries += 1
        self.session.flush()
        return _home(row)

    def drawn(self, home: Home, face: str) -> None:
        row = self._row(home.user)
        row.drawn, row.face = home.wanted, face
        row.not_before, row.tries = AT_ONCE, 0
        if row.draws != home.draws:
            row.face = ""
            row.wanted += 1
        row.draws += 1
        self.session.flush()

    def put_off(self, home: Home, until: datetime) -> None:
        ours = col(HomeRow.user) == home.user
        self.session.execute(update(HomeRow).where(ours).values(not_before=until, face=""))

    def forget(self, user: str) -> None:
        ours = col(HomeRow.user) == user
        self.session.execute(update(HomeRow).where(ours).values(opened_at=None, face=""))

    def _collect(self) -> None:
        """Turn the news into Homes that are wanted anew. One collector at a time has each piece of it."""
        gone = self.session.execute(delete(HomeNewsRow).returning(col(HomeNewsRow.audience)))
        audiences = set(gone.scalars())
        if not audiences:
            return
        opened = select_rows(HomeRow).where(col(HomeRow.opened_at).is_not(None)).order_by(col(HomeRow.user))
        for row in self.session.exec(locked(self.session, opened)):
            if EVERYBODY in audiences or audiences & {row.user, *row.sees}:
                row.wanted += 1
        self.session.flush()

    def _row(self, user: str) -> HomeRow:
        """The row, locked; made where there is none."""
        query = locked(self.session, select_rows(HomeRow).where(HomeRow.user == user))
        row = self.session.exec(query).one_or_none()
        if row is not None:
            return row
        insert_new(self.session, HomeRow, {"user": user, **NEW})
        return self.session.exec(query).one()


def _rested(now: datetime) -> ColumnElement[bool]:
    """It may be tried. What lies further ahead than any wait was written before the clock was set back."""
    until = col(HomeRow.not_before)
    return or_(until <= now, until > now + LONGEST_REST)


NEW: Final[Mapping[str, object]] = {
    "opened_at": None,
    "sees": [],
    "choices": {},
    "summary": True,
    "face": "",
    "wanted": 0,
    "drawn": 0,
    "draws": 0,
    "tries": 0,
    "not_before": AT_ONCE,
}


def _home(row: HomeRow) -> Home:
    return Home(row.user, dict(row.choices), row.summary, row.face, row.wanted, row.draws, row.tries)
