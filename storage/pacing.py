"""How far each channel is with what is said in it: one speaks at a time, and not too quickly (`bot.pace`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from bot.pace import EDITS, EVERYWHERE, Pace, Paces
from storage.tables import Table

PACES: Final = Table.metadata.tables["paces"]
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_WAIT: Final = timedelta(minutes=20)
"""Nothing waits longer; what seems to was put off before the machine's clock was set back."""


ALL: Final = select(PACES)
RUNNING: Final = ALL.where(
    (PACES.c.taken_until > bindparam("now", type_=PACES.c.taken_until.type))
    | (PACES.c.paid_until > bindparam("now", type_=PACES.c.paid_until.type))
)
"""Where somebody speaks, or what was said lately still counts; every other row says no more than none."""
_NEW: Final = {each: bindparam(each, type_=PACES.c[each].type) for each in PACES.columns.keys()}  # noqa: SIM118
_DIALECTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
PAY: Final = {
    name: insert(PACES)
    .values(_NEW)
    .on_conflict_do_update(
        index_elements=["name"], set_={"paid_until": _NEW["paid_until"], "taken_until": _NEW["taken_until"]}
    )
    for name, insert in _DIALECTS.items()
}
GIVE_BACK: Final = (
    PACES.update()
    .where(PACES.c.name == bindparam("channel"))
    .values(taken_until=bindparam("until", type_=PACES.c.taken_until.type))
)


@dataclass(frozen=True, slots=True)
class Pacing:
    """The paces in one transaction, which has the outbox's turn."""

    session: Session
    paces: Paces

    def free_at(self) -> dict[str, datetime]:
        """When each may be spoken in again, by name; one that is not named is free."""
        return {
            row.name: max(row.taken_until, self._pace(row.name).free_at(row.paid_until))
            for row in self.session.connection().execute(ALL)
        }

    def running(self, now: datetime) -> Mapping[str, Any]:
        """The rows that count now, by name."""
        found = self.session.connection().execute(RUNNING, {"now": now})
        return {row.name: row for row in found}

    def busy(self, running: Mapping[str, Any], now: datetime) -> frozenset[str]:
        """Where nothing may be said now."""
        rows = running.values()
        return frozenset(row.name for row in rows if _is_taken(row, now) or self._is_ahead(row, now))

    def take(self, channel: str, running: Mapping[str, Any], now: datetime, until: datetime) -> None:
        """Somebody speaks in a channel; an edit, which has none, only counts."""
        names = {channel: until, EVERYWHERE: LONG_AGO} if channel else {EDITS: LONG_AGO}
        paid = [self._paid(name, running.get(name), now, taken) for name, taken in names.items()]
        connection = self.session.connection()
        connection.execute(PAY[connection.dialect.name], paid)

    def give_back(self, channel: str, until: datetime) -> None:
        """The channel is free again, or held until then. Without a channel, all edits are held."""
        if channel or until > LONG_AGO:
            held = {"channel": channel or EDITS, "until": until}
            self.session.connection().execute(GIVE_BACK, held)

    def forget(self, before: datetime) -> None:
        """Rows of channels that have been silent since then say nothing."""
        silent = (PACES.c.paid_until < before) & (PACES.c.taken_until < before)
        self.session.connection().execute(delete(PACES).where(silent))

    def _paid(self, name: str, row: Any, now: datetime, taken_until: datetime) -> dict[str, object]:
        before = row.paid_until if row and self._is_plausible(row, now) else LONG_AGO
        paid_until = self._pace(name).paid(before, now)
        return {"name": name, "paid_until": paid_until, "taken_until": taken_until}

    def _is_ahead(self, row: Any, now: datetime) -> bool:
        return self._is_plausible(row, now) and now < self._pace(row.name).free_at(row.paid_until)

    def _is_plausible(self, row: Any, now: datetime) -> bool:
        """Nobody pays further ahead than this, but who paid before the clock was set back."""
        pace = self._pace(row.name)
        paid_until: datetime = row.paid_until
        return paid_until <= now + pace.ahead + pace.every

    def _pace(self, name: str) -> Pace:
        own = {EVERYWHERE: self.paces.workspace, EDITS: self.paces.edits}
        return own.get(name, self.paces.channel)


def _is_taken(row: Any, now: datetime) -> bool:
    taken_until: datetime = row.taken_until
    return now < taken_until <= now + LONGEST_WAIT
