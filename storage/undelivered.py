"""Letters that were given up, until somebody has decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bot.overview import MOST_COUNTED, DeadLetter, Undelivered
from storage.homes import tell
from storage.outbox import AT_ONCE, DELIVERERS
from storage.tables import OutboxRow


@dataclass(frozen=True, slots=True)
class UndeliveredStore(Undelivered):
    """Dead letters in one transaction."""

    session: Session

    def lines(self, skip: int, most: int) -> Sequence[DeadLetter]:
        return self._read(None, skip, most)

    def count(self, most: int = MOST_COUNTED) -> int:
        some = select(col(OutboxRow.id)).where(col(OutboxRow.state) == "dead").limit(most).subquery()
        return int(self.session.execute(select(func.count()).select_from(some)).scalar_one())

    def send_again(self, letter_id: int) -> DeadLetter | None:
        """The attempt stays counted as one: before it posts again, the channel is searched for the first."""
        return self._decide(letter_id, state="waiting", attempts=1, not_before=AT_ONCE, settled_at=None)

    def drop(self, letter_id: int, by: str, now: datetime) -> DeadLetter | None:
        return self._decide(letter_id, state="dropped", dropped_by=by, dropped_at=now)

    def _decide(self, letter_id: int, **values: object) -> DeadLetter | None:
        """The first decision counts: one statement changes the row only while it is dead."""
        found = self._read(letter_id, 0, 1)
        ours = (col(OutboxRow.id) == letter_id, col(OutboxRow.state) == "dead")
        statement = update(OutboxRow).where(*ours).values(**values)
        changed = self.session.execute(statement, execution_options={"preserve_rowcount": True})
        if not found or getattr(changed, "rowcount", 0) != 1:
            return None
        tell(self.session, DELIVERERS)
        return found[0]

    def _read(self, letter_id: int | None, skip: int, most: int) -> list[DeadLetter]:
        original: Any = aliased(OutboxRow)
        query = (
            select(
                col(OutboxRow.id),
                col(OutboxRow.kind),
                col(OutboxRow.case_number),
                func.coalesce(func.nullif(col(OutboxRow.recipient), ""), original.recipient, ""),
                col(OutboxRow.edits) != "",
                col(OutboxRow.promised_at),
                func.coalesce(col(OutboxRow.settled_at), col(OutboxRow.promised_at)),
                col(OutboxRow.error),
            )
            .outerjoin(original, original.key == OutboxRow.edits)
            .where(col(OutboxRow.state) == "dead")
            .order_by(col(OutboxRow.id).desc())
        )
        if letter_id is not None:
            query = query.where(col(OutboxRow.id) == letter_id)
        return [DeadLetter(*row) for row in self.session.execute(query.offset(skip).limit(most)).all()]
