"""Tickets and cases in other systems, as the desk knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from bot.systems import Record, Records, Status
from storage.locking import locked
from storage.tables import CaseRow, RecordRow


@dataclass(frozen=True, slots=True)
class RecordStore(Records):
    """Records in one transaction."""

    session: Session

    def keep(self, record: Record, now: datetime) -> None:
        row = self.session.get(RecordRow, (record.case_number, record.on))
        if row is None:
            self.session.add(_new(record, now))
        else:
            row.sqlmodel_update(_new(record, now).model_dump(exclude={"case_number", "kind"}))
        self.session.flush()

    def of(self, case_number: int) -> Sequence[Record]:
        query = select(RecordRow).where(RecordRow.case_number == case_number).order_by(col(RecordRow.kind))
        return tuple(map(_record, self.session.exec(query)))

    def to_read(self, system: str, before: datetime, most: int) -> Sequence[Record]:
        unread = or_(col(RecordRow.read_at).is_(None), col(RecordRow.read_at) < before)
        query = (
            select(RecordRow)
            .join(CaseRow, col(CaseRow.number) == RecordRow.case_number)
            .where(RecordRow.system == system, ~col(RecordRow.closed), unread)
            .where(col(CaseRow.acts_at).is_not(None))
            .order_by(col(RecordRow.read_at).nulls_first(), col(RecordRow.case_number), col(RecordRow.kind))
        )
        return tuple(map(_record, self.session.exec(query.limit(most))))

    def read(self, case_number: int, on: str, status: Status, now: datetime) -> Record | None:
        ours = (RecordRow.case_number == case_number, RecordRow.kind == on)
        row = self.session.exec(locked(self.session, select(RecordRow).where(*ours))).one_or_none()
        if row is None:
            return None
        before = _record(row)
        row.status, row.closed, row.read_at = status.status, status.closed, now
        self.session.flush()
        return before


def _new(record: Record, now: datetime) -> RecordRow:
    return RecordRow(
        case_number=record.case_number,
        kind=record.on,
        system=record.system,
        reference=record.reference,
        link=record.link,
        own_id=record.own_id,
        fields=dict(record.fields),
        status=record.status,
        closed=record.closed,
        read_at=record.read_at,
        updated_at=now,
    )


def _record(row: RecordRow) -> Record:
    return Record(
        row.case_number,
        row.kind,
        row.system,
        row.reference,
        row.link,
        row.own_id,
        row.fields,
        row.status,
        row.closed,
        row.read_at,
    )
