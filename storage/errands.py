"""What the desk itself has to do at a time, besides the follow-ups of the SOPs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from bot.ports import Errands
from bot.stored import Errand
from storage import claims
from storage.inserting import insert_new
from storage.tables import ErrandRow


@dataclass(frozen=True, slots=True)
class ErrandStore(Errands):
    """Errands in one transaction."""

    session: Session

    def put(self, errands: Iterable[Errand], now: datetime) -> None:
        for errand in errands:
            insert_new(self.session, ErrandRow, _values(errand, now))

    def cancel(self, key: str, now: datetime) -> None:
        self._cancel(col(ErrandRow.key) == key, now=now)

    def cancel_of(self, case_number: int, kind: str, now: datetime) -> None:
        self._cancel(col(ErrandRow.case_number) == case_number, col(ErrandRow.kind) == kind, now=now)

    def take_due(self, now: datetime, most: int = 1) -> Sequence[Errand]:
        taken = claims.take_due(self.session, ErrandRow, now, most)
        return tuple(
            Errand(row.key, row.kind, row.due_at, row.case_number, row.person, row.data, row.tries)
            for row in taken
        )

    def attempt(self) -> AbstractContextManager[object]:
        return self.session.begin_nested()

    def give_back(self, taken: Sequence[Errand]) -> None:
        claims.reopen(self.session, ErrandRow, [each.key for each in taken], settled_at=None)

    def rest(self, taken: Errand, until: datetime) -> None:
        claims.rest(self.session, ErrandRow, taken.key, until, settled_at=None)

    def next_due(self, besides: Collection[str] = ()) -> datetime | None:
        waits = (ErrandRow.state == claims.OPEN, col(ErrandRow.kind).not_in(besides))
        query = select(ErrandRow.wake_at).where(*waits)
        return self.session.exec(query.order_by(col(ErrandRow.wake_at)).limit(1)).first()

    def _cancel(self, *which: ColumnElement[bool], now: datetime) -> None:
        statement = update(ErrandRow).where(*which, col(ErrandRow.state) == "open")
        self.session.exec(statement.values(state="cancelled", settled_at=now))


def _values(errand: Errand, now: datetime) -> dict[str, object]:
    return {
        "key": errand.key,
        "kind": errand.kind,
        "case_number": errand.case_number,
        "person": errand.person,
        "data": dict(errand.data),
        "due_at": errand.due,
        "state": "open",
        "created_at": now,
        "wake_at": errand.due,
        "tries": 0,
    }
