"""Complaints being written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.ports import Intakes
from bot.stored import Intake, Sheet
from storage.homes import tell
from storage.inserting import put
from storage.locking import locked
from storage.tables import IntakeRow


@dataclass(frozen=True, slots=True)
class IntakeStore(Intakes):
    """Intakes in one transaction."""

    session: Session

    def save(self, intake: Intake, now: datetime) -> None:
        row = {
            "id": intake.id,
            "agent": intake.agent,
            "case_number": intake.case_number,
            "typed": {field: _plain(value) for field, value in intake.values.items()},
            "state": _state(intake),
            "sheet": _sheet_json(intake.sheet),
            "linked": list(intake.linked),
            "given_by": intake.given_by,
            "note": intake.note,
            "updated_at": now,
        }
        put(self.session, IntakeRow, "id", {**row, "started_at": now}, row)
        tell(self.session, {intake.agent, intake.given_by})

    def get(self, intake_id: str) -> Intake | None:
        query = select(IntakeRow).where(IntakeRow.id == intake_id)
        row = self.session.exec(locked(self.session, query)).one_or_none()
        return _intake(row) if row else None

    def unfinished_of(self, agent: str) -> Sequence[Intake]:
        query = select(IntakeRow).where(IntakeRow.agent == agent, IntakeRow.state == "open")
        newest = query.execution_options(populate_existing=True).order_by(
            col(IntakeRow.updated_at).desc(), col(IntakeRow.id)
        )
        return tuple(_intake(row) for row in self.session.exec(newest))


def _intake(row: IntakeRow) -> Intake:
    values = {field: tuple(value) if isinstance(value, list) else value for field, value in row.typed.items()}
    return Intake(
        row.id,
        row.agent,
        values,
        row.case_number,
        _sheet(row.sheet),
        tuple(row.linked),
        row.state == "discarded",
        row.given_by,
        row.note,
        row.started_at,
        row.updated_at,
    )


def _state(intake: Intake) -> str:
    if intake.case_number is not None:
        return "done"
    return "discarded" if intake.discarded else "open"


def _sheet_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "page": sheet.page,
        "window": sheet.window,
        "number": sheet.number,
        "answered": sheet.answered,
        "latest": sheet.latest.isoformat() if sheet.latest else None,
        "lag": sheet.lag,
    }


def _sheet(stored: Mapping[str, Any]) -> Sheet:
    """Intakes of the first versions have none."""
    if not stored:
        return Sheet()
    latest = stored["latest"]
    return Sheet(**{**stored, "latest": datetime.fromisoformat(latest) if latest else None})


def _plain(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)
