"""Complaints being written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from bot.ports import Intake, Intakes
from storage.locking import locked
from storage.tables import IntakeRow


@dataclass(frozen=True, slots=True)
class IntakeStore(Intakes):
    """Intakes in one transaction."""

    session: Session

    def save(self, intake: Intake, now: datetime) -> None:
        typed = {field: _plain(value) for field, value in intake.values.items()}
        row = self._row(intake.id)
        started_at = row.started_at if row else now
        self.session.merge(
            IntakeRow(
                id=intake.id,
                agent=intake.agent,
                case_number=intake.case_number,
                typed=typed,
                started_at=started_at,
                updated_at=now,
            )
        )
        self.session.flush()

    def get(self, intake_id: str) -> Intake | None:
        """Inside `write` its row is locked until the end, so two submissions of it take turns."""
        row = self._row(intake_id)
        if row is None:
            return None
        values = {
            field: tuple(value) if isinstance(value, list) else value for field, value in row.typed.items()
        }
        return Intake(row.id, row.agent, values, row.case_number)

    def _row(self, intake_id: str) -> IntakeRow | None:
        query = select(IntakeRow).where(IntakeRow.id == intake_id)
        return self.session.exec(locked(self.session, query)).one_or_none()


def _plain(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)
