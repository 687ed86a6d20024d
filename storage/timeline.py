"""The timelines: lines are only ever appended, and triggers in the database see to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlmodel import Session, col, select, update

from bot.ports import Timeline
from bot.stored import Entry
from storage.case_words import said_words
from storage.homes import tell
from storage.search import FullText
from storage.tables import CASE_SEARCH, CaseRow, TimelineRow


@dataclass(frozen=True, slots=True)
class TimelineStore(Timeline):
    """Timelines in one transaction."""

    session: Session

    def add(self, number: int, entries: Iterable[Entry]) -> None:
        added = tuple(entries)
        if added:
            self.session.connection().execute(insert(TimelineRow), [_row(number, each) for each in added])
        self.session.flush()
        if any(entry.event == "escalated" for entry in added):
            self._for_leads(number)
        FullText(self.session, CASE_SEARCH).append(number, said_words(added))

    def _for_leads(self, number: int) -> None:
        self.session.exec(update(CaseRow).where(col(CaseRow.number) == number).values(sensitive=True))
        tell(self.session, ["leads"])

    def of(self, number: int) -> Sequence[Entry]:
        query = select(TimelineRow).where(TimelineRow.case_number == number).order_by(col(TimelineRow.id))
        return tuple(_entry(row) for row in self.session.exec(query))


def _row(number: int, entry: Entry) -> dict[str, object]:
    return {
        "case_number": number,
        "at": entry.at,
        "by": entry.by,
        "event": entry.event,
        "text": entry.text,
        "cites": list(entry.cites),
        "data": dict(entry.data),
    }


def _entry(row: TimelineRow) -> Entry:
    return Entry(row.at, row.by, row.event, row.text, tuple(row.cites), row.data)
