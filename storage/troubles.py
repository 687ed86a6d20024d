"""What is wrong with who is on call: each found once, told once, and mended when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from bot.ports import Troubles
from bot.stored import Trouble, TroubleKind
from storage.locking import FINDING, WRITES, locked, take_turn
from storage.tables import TroubleRow


@dataclass(frozen=True, slots=True)
class TroubleStore(Troubles):
    """Troubles in one transaction."""

    session: Session

    def add(self, found: Trouble) -> Trouble:
        row = TroubleRow(
            kind=found.kind,
            subject=found.subject,
            starts_at=found.starts,
            ends_at=found.ends,
            found_at=found.found_at,
        )
        self.session.add(row)
        self.session.flush()
        return _found(row)

    def get(self, trouble_id: int) -> Trouble | None:
        row = self._row(trouble_id)
        return None if row is None else _found(row)

    def open(self) -> Sequence[Trouble]:
        if self.session.info[WRITES]:
            take_turn(self.session, FINDING)
        query = select(TroubleRow).where(col(TroubleRow.mended_at).is_(None)).order_by(col(TroubleRow.id))
        return tuple(_found(row) for row in self.session.exec(locked(self.session, query)))

    def mend(self, trouble_id: int, now: datetime) -> None:
        row = self._row(trouble_id)
        if row is not None and row.mended_at is None:
            row.mended_at = now
            self.session.flush()

    def _row(self, trouble_id: int) -> TroubleRow | None:
        query = select(TroubleRow).where(TroubleRow.id == trouble_id)
        return self.session.exec(locked(self.session, query)).one_or_none()


def _found(row: TroubleRow) -> Trouble:
    kind = cast(TroubleKind, row.kind)
    return Trouble(kind, row.found_at, row.subject, row.starts_at, row.ends_at, row.id, row.mended_at)
