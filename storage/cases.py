"""The cases."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, false, insert, literal_column, or_
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from bot.due import acts_at, escalated
from bot.errors import MovedOn, UnknownCase
from bot.folding import typed_words
from bot.likeness import company_key, name_key, phone_key
from bot.ports import Cases
from bot.sop import Case, facts_to_json
from bot.sop.as_json import case_from_json, case_to_json
from bot.stored import StoredCase, Team
from storage.case_words import CLOSED, OPEN, case_words
from storage.homes import audiences, tell
from storage.locking import OPENING, locked, take_turn
from storage.search import FullText, Term, Words, terms
from storage.tables import CASE_NUMBER, CASE_SEARCH, CaseRow, CounterRow, TimelineRow

NUMBER: Final = re.compile(r"(?:hc[ -]?)?([0-9]{1,9})", re.IGNORECASE)
"""What a case is called."""
ESCALATED: Final[ColumnElement[str]] = literal_column("'escalated'")
"""The event of asking the leads to look, as the index over these lines has it."""


@dataclass(frozen=True, slots=True)
class CaseStore(Cases):
    """Cases in one transaction."""

    session: Session

    def add(
        self, case: Case, owner: str, opened_by: str, now: datetime, team: Team = "front_line"
    ) -> StoredCase:
        stored = StoredCase(self._next_number(), case, owner, opened_by, team=team)
        row = {"number": stored.number, **_columns(stored, now)}
        self.session.connection().execute(insert(CaseRow), row)
        self._index.add([Words(stored.number, _words(stored))])
        tell(self.session, audiences(stored))
        return stored

    def get(self, number: int) -> StoredCase:
        return _stored(self._row(number))

    def save(self, stored: StoredCase, now: datetime) -> StoredCase:
        row = self._row(stored.number)
        if row.version != stored.version:
            raise MovedOn(
                f"{stored.name} has changed since it was shown. Look at it as it is now, and decide again."
            )
        saved = replace(stored, version=stored.version + 1)
        tell(self.session, audiences(_stored(row)) | audiences(saved))
        row.sqlmodel_update(_columns(saved, now, row.closed_at, self._leads_were_asked(saved.number)))
        self._index.change_head(saved.number, _words(saved))
        self.session.flush()
        return saved

    def numbers(self) -> Sequence[int]:
        return tuple(self.session.exec(select(CaseRow.number).order_by(col(CaseRow.number))))

    def open_of(self, owner: str) -> Sequence[StoredCase]:
        query = select(CaseRow).where(CaseRow.owner == owner, CaseRow.state != "closed")
        return tuple(_stored(row) for row in self.session.exec(query.order_by(col(CaseRow.number).desc())))

    def queue(self, team: Team) -> Sequence[StoredCase]:
        return tuple(_stored(row) for row in self.session.exec(_waiting((team,))))

    def next_in(self, teams: Collection[Team]) -> StoredCase | None:
        query = locked(self.session, _waiting(teams).limit(1), skip_locked=True)
        row = self.session.exec(query).one_or_none()
        return _stored(row) if row else None

    def owners(self) -> frozenset[str]:
        still_open = col(CaseRow.acts_at).is_not(None)
        query = select(CaseRow.owner).where(CaseRow.owner != "", still_open).distinct()
        return frozenset(self.session.exec(query))

    def find(self, typed: str, most: int) -> Sequence[StoredCase]:
        number = NUMBER.fullmatch(typed.strip())
        ids = [int(number[1])] if number else []
        for mark in (OPEN, CLOSED):
            wanted = terms(typed_words(typed))
            if wanted and len(ids) < most:
                ids += self._index.find([Term(mark, whole=True), *wanted], most, newest_first=True)
        rows = self.session.exec(select(CaseRow).where(col(CaseRow.number).in_(ids)))
        found = {row.number: row for row in rows}
        return tuple(_stored(found[each]) for each in dict.fromkeys(ids) if each in found)[:most]

    @property
    def _index(self) -> FullText:
        return FullText(self.session, CASE_SEARCH)

    def take_turn(self) -> None:
        take_turn(self.session, OPENING)

    def open_like(self, name_key: str, phone_key: str) -> Sequence[StoredCase]:
        known = ((CaseRow.homeowner_key, name_key), (CaseRow.phone_key, phone_key))
        alike = or_(false(), *(col(column) == key for column, key in known if key))
        query = select(CaseRow).where(alike, CaseRow.state != "closed")
        return tuple(_stored(row) for row in self.session.exec(query.order_by(col(CaseRow.number).desc())))

    def of_installer(self, key: str) -> Sequence[tuple[int, datetime]]:
        query = select(CaseRow.number, CaseRow.opened_at).where(CaseRow.installer_key == key)
        return tuple(self.session.exec(query.order_by(col(CaseRow.opened_at).desc())))

    def _leads_were_asked(self, number: int) -> bool:
        line = (TimelineRow.case_number == number, TimelineRow.event == ESCALATED)
        return self.session.exec(select(TimelineRow.id).where(*line).limit(1)).first() is not None

    def _row(self, number: int) -> CaseRow:
        query = locked(self.session, select(CaseRow).where(CaseRow.number == number))
        row = self.session.exec(query).one_or_none()
        if row is None:
            raise UnknownCase(
                f"There is no case HC-{number}. Check the number, or look for it: /complaint find."
            )
        return row

    def _next_number(self) -> int:
        """In turn, so that there are no gaps: a number that is rolled back is given again."""
        self.take_turn()
        counting = update(CounterRow).where(col(CounterRow.name) == CASE_NUMBER)
        given = counting.values(value=CounterRow.value + 1).returning(col(CounterRow.value))
        return int(self.session.connection().execute(given).scalar_one())


def _waiting(teams: Collection[Team]) -> SelectOfScalar[CaseRow]:
    """What nobody has: what fell due first, and what has something to do now by its age."""
    since = col(CaseRow.queued_since)
    query = select(CaseRow).where(since.is_not(None), col(CaseRow.team).in_(teams))
    return query.order_by(since, col(CaseRow.number))


def _words(stored: StoredCase) -> Sequence[str]:
    facts = facts_to_json(stored.case.facts)
    return case_words(stored.number, stored.case.state, stored.references, facts)


def _columns(
    stored: StoredCase, now: datetime, closed_at: datetime | None = None, leads_were_asked: bool = False
) -> dict[str, Any]:
    """Every column but the number. `closed_at` is what the row had: a closed case keeps it."""
    case = stored.case
    due = case.running[0].due if case.running else None
    queued = not stored.owner and case.state != "closed"
    facts = case.facts
    return {
        "version": stored.version,
        "owner": stored.owner,
        "opened_by": stored.opened_by,
        "state": case.state,
        "path": case.path,
        "category": facts.categories[0] if facts.categories else None,
        "program": facts.program,
        "homeowner_name": facts.homeowner.name,
        "homeowner_address": facts.homeowner.address,
        "installer_name": facts.installer.name,
        "homeowner_key": name_key(facts.homeowner.name),
        "phone_key": phone_key(facts.homeowner.phone),
        "installer_key": company_key(facts.installer.name),
        "playbook": case.playbook,
        "opened_at": case.opened_at,
        "updated_at": now,
        "closed_at": (closed_at or now) if case.state == "closed" else None,
        "other_numbers": dict(stored.references),
        "team": stored.team,
        "linked": list(stored.linked),
        "due_at": due,
        "acts_at": acts_at(case),
        "queued_since": (due or case.opened_at) if queued else None,
        "sensitive": escalated(facts) or leads_were_asked,
        "content": case_to_json(case),
    }


def _stored(row: CaseRow) -> StoredCase:
    case = case_from_json(row.content)
    return StoredCase(
        row.number,
        case,
        row.owner,
        row.opened_by,
        row.other_numbers,
        row.version,
        cast(Team, row.team),
        tuple(row.linked),
    )
