"""Rows that have served their time, and that nobody will ask for again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col

from bot.housekeeping import Leftovers
from bot.pace import UNHURRIED
from storage.pacing import Pacing
from storage.tables import ErrandRow, OutboxRow, SeenRow


@dataclass(frozen=True, slots=True)
class LeftoverStore(Leftovers):
    """Leftovers in one transaction."""

    session: Session

    def forget(self, before: datetime, errands: Collection[str], most: int) -> None:
        self._forget(col(SeenRow.key), most, col(SeenRow.at) < before)
        over, old = col(ErrandRow.state) != "open", col(ErrandRow.settled_at) < before
        self._forget(col(ErrandRow.key), most, over, old, col(ErrandRow.kind).in_(errands))
        unsent, settled = col(OutboxRow.state) == "superseded", col(OutboxRow.settled_at) < before
        self._forget(col(OutboxRow.id), most, unsent, settled)
        Pacing(self.session, UNHURRIED).forget(before)

    def _forget(self, key: Any, most: int, *which: ColumnElement[bool]) -> None:
        some = select(key).where(*which).limit(most)
        self.session.connection().execute(delete(key.class_).where(key.in_(some)))
