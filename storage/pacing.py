"""How far each channel is with what is said in it: one speaks at a time, and not too quickly (`bot.pace`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Insert, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.pace import EDITS, EVERYWHERE, Pace, Paces
from storage.tables import PaceRow

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_WAIT: Final = timedelta(minutes=20)
"""Nothing waits longer; what seems to was put off before the machine's clock was set back."""
FORGOTTEN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pacing:
    """The paces in one transaction, which has the outbox's turn."""

    session: Session
    paces: Paces

    def free_at(self) -> dict[str, datetime]:
        """When each may be spoken in again, by name; one that is not named is free."""
        return {row.name: self._free_at(row) for row in self.session.exec(select(PaceRow))}

    def busy(self, now: datetime) -> frozenset[str]:
        """Where nothing may be said now."""
        rows = self.session.exec(select(PaceRow)).all()
        return frozenset(row.name for row in rows if self._is_taken(row, now) or self._is_ahead(row, now))

    def take(self, channel: str, now: datetime, until: datetime) -> None:
        """Somebody speaks in a channel; an edit, which has none, only counts."""
        if channel:
            self._pay(channel, now, until)
            self._pay(EVERYWHERE, now, LONG_AGO)
        else:
            self._pay(EDITS, now, LONG_AGO)

    def give_back(self, channel: str, until: datetime) -> None:
        """The channel is free again, or held until then."""
        if channel:
            self._put(channel, paid_until=LONG_AGO, taken_until=until, kept=("paid_until",))

    def forget(self, now: datetime) -> None:
        """Rows of channels that have long been silent say nothing."""
        self.session.exec(
            delete(PaceRow).where(
                col(PaceRow.paid_until) < now - FORGOTTEN, col(PaceRow.taken_until) < now - FORGOTTEN
            )
        )

    def _pay(self, name: str, now: datetime, taken_until: datetime) -> None:
        row = self.session.get(PaceRow, name, populate_existing=True)
        before = row.paid_until if row and self._is_plausible(row, now) else LONG_AGO
        paid = self._pace(name).paid(before, now)
        self._put(name, paid_until=paid, taken_until=taken_until)

    def _put(self, name: str, kept: tuple[str, ...] = (), **values: datetime) -> None:
        on_postgresql = self.session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert if on_postgresql else sqlite.insert
        changed = {column: value for column, value in values.items() if column not in kept}
        statement: Insert = (
            insert(PaceRow)
            .values(name=name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=changed)
        )
        self.session.connection().execute(statement)

    def _is_taken(self, row: PaceRow, now: datetime) -> bool:
        return now < row.taken_until <= now + LONGEST_WAIT

    def _is_ahead(self, row: PaceRow, now: datetime) -> bool:
        return self._is_plausible(row, now) and now < self._pace(row.name).free_at(row.paid_until)

    def _is_plausible(self, row: PaceRow, now: datetime) -> bool:
        """Nobody pays further ahead than this, but who paid before the clock was set back."""
        pace = self._pace(row.name)
        return row.paid_until <= now + pace.ahead + pace.every

    def _free_at(self, row: PaceRow) -> datetime:
        return max(row.taken_until, self._pace(row.name).free_at(row.paid_until))

    def _pace(self, name: str) -> Pace:
        own = {EVERYWHERE: self.paces.workspace, EDITS: self.paces.edits}
        return own.get(name, self.paces.channel)
