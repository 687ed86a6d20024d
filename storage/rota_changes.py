"""What was changed about the rota, by whom and why. Nothing is removed: an undone change is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot.ports import RotaChanges
from bot.sop.rota import Change, ChangeKind, Person
from bot.stored import RotaChange
from storage.homes import EVERYBODY, tell
from storage.locking import locked
from storage.tables import RotaChangeRow


@dataclass(frozen=True, slots=True)
class RotaChangeStore(RotaChanges):
    """Changes of the rota in one transaction."""

    session: Session

    def add(self, made: RotaChange) -> RotaChange:
        row = RotaChangeRow(
            kind=made.change.kind,
            starts_at=made.change.starts,
            ends_at=made.change.ends,
            people=[{"key": p.key, "name": p.name, "slack_id": p.slack_id} for p in made.change.people],
            reason=made.reason,
            made_by=made.by,
            made_at=made.at,
        )
        self.session.add(row)
        tell(self.session, [EVERYBODY])
        self.session.flush()
        return _made(row)

    def get(self, change_id: int) -> RotaChange | None:
        row = self._row(change_id)
        return None if row is None else _made(row)

    def standing(self, since: datetime | None = None) -> Sequence[RotaChange]:
        held = or_(
            col(RotaChangeRow.withdrawn_at).is_(None),
            col(RotaChangeRow.withdrawn_at) > RotaChangeRow.starts_at,
        )
        query = select(RotaChangeRow).where(held).order_by(col(RotaChangeRow.id))
        if since is not None:
            query = query.where(RotaChangeRow.ends_at > since)
        return tuple(_made(row) for row in self.session.exec(query))

    def withdraw(self, change_id: int, by: str, now: datetime) -> bool:
        row = self._row(change_id)
        if row is None or row.withdrawn_at is not None:
            return False
        row.withdrawn_by, row.withdrawn_at = by, now
        tell(self.session, [EVERYBODY])
        self.session.flush()
        return True

    def _row(self, change_id: int) -> RotaChangeRow | None:
        query = select(RotaChangeRow).where(RotaChangeRow.id == change_id)
        return self.session.exec(locked(self.session, query)).one_or_none()


def _made(row: RotaChangeRow) -> RotaChange:
    people = tuple(Person(each["key"], each["name"], each["slack_id"]) for each in row.people)
    change = Change(cast(ChangeKind, row.kind), row.starts_at, row.ends_at, people)
    return RotaChange(
        change, row.made_by, row.made_at, row.reason, row.id, row.withdrawn_by, row.withdrawn_at
    )
