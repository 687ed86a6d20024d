"""The auditor: what is promised and not kept is found, told once, and mended where it was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from blocks.letters import draw
from bot import auditing, errands
from bot.agenda import ERRANDS, SUBJECTS
from bot.auditing import AUDIT, EVERY, MOST, MOST_TOLD, TROUBLE
from bot.confirmations import Tagging
from bot.delivery import Drawing
from bot.promises import FIRST
from bot.sop.case import Done
from bot.stored import Errand, Letter, Posted, StoredCase, Trouble
from tests.bot.casework import Casework, casework
from tests.bot.desk import at
from tests.databases import Databases

OPENED = at("2026-11-18 09:00")
BEGINNING = {"acts_at": FIRST[0].isoformat(), "number": "0"}
LATER = at("2026-11-23 10:02")
"""Long after the first follow-up of a case opened then fell due."""


class Auditor(Casework):
    """A desk whose auditor is run by hand, and whose leads are listened to."""

    def audit(self, now: datetime) -> list[Letter]:
        """One run that comes in time; what the leads are told by it."""
        self.deliver(now)
        with self.desk.memory.write() as work:
            work.errands.put([Errand(f"test/{now}", AUDIT, now, data=BEGINNING)], now)
        errands.run(self.desk, now, {AUDIT: auditing.run})
        return [each.letter for each in self.waiting(now) if each.letter.kind == TROUBLE]

    def run(self, now: datetime) -> int:
        """Whatever audits are due, in a desk that has nothing left to say."""
        self.deliver(now)
        return errands.run(self.desk, now, {AUDIT: auditing.run})

    def deliver(self, now: datetime) -> None:
        for _ in range(5):
            deliveries = self.waiting(now)
            with self.desk.memory.write() as work:
                for each in deliveries:
                    work.outbox.settle(each, Posted("C1", f"{each.id}.1"), now)

    def troubles(self) -> list[tuple[str, str]]:
        with self.desk.memory.read() as work:
            return [(each.kind, each.subject) for each in work.troubles.open()]

    def email_sent(self) -> StoredCase:
        """A case that waits for its follow-up."""
        case = self.open(OPENED)
        self.report(case, "installer_email_sent", OPENED)
        return case

    def lose_appointments(self, case: StoredCase) -> None:
        """What nothing in the desk does: the rows are gone, the case still counts on them."""
        with self.desk.memory.write() as work:
            work.follow_ups.keep(case.number, [], OPENED)

    def strip(self, case: StoredCase) -> None:
        """A waiting case without any timer, and with nothing left for a person to do."""
        with self.desk.memory.write() as work:
            stored = work.cases.get(case.number)
            done = (*stored.case.done, Done("open_ticket", OPENED))
            work.cases.save(replace(stored, case=replace(stored.case, timers=(), done=done)), OPENED)
            work.follow_ups.keep(case.number, [], OPENED)

    def said(self, letter: Letter, now: datetime) -> str:
        with self.desk.memory.read() as work:
            about = SUBJECTS[letter.kind](work, self.desk, letter, now)
        message = draw(Drawing(letter, about, Tagging((), None), now), self.desk)
        assert message is not None
        return f"{message.text} {message.blocks}"


@pytest.fixture
def auditor(databases: Databases) -> Iterator[Auditor]:
    with casework(databases) as plain:
        yield Auditor(plain.desk)


def test_nothing_is_found_where_everything_is_kept(auditor: Auditor) -> None:
    auditor.open(OPENED)
    auditor.email_sent()
    assert auditor.audit(OPENED + timedelta(hours=1)) == []
    assert auditor.troubles() == []


def test_a_follow_up_far_past_its_time_is_told_once_and_mended(auditor: Auditor) -> None:
    case = auditor.email_sent()
    (letter,) = auditor.audit(LATER)
    assert auditor.troubles() == [("late", "follow_up")]
    assert letter.to == auditor.desk.organisation.channels.leads
    assert "Follow-ups are late, the oldest since Fri, Nov 20" in auditor.said(letter, LATER)
    assert auditor.audit(LATER + EVERY) == []
    auditor.report(case, "installer_replied", LATER)
    auditor.lose_appointments(case)
    auditor.strip(case)
    mended = [each for each in auditor.audit(LATER + 2 * EVERY) if each.edits == letter.key]
    assert len(mended) == 1
    assert "Mended: Follow-ups are late" in auditor.said(mended[0], LATER + 2 * EVERY)


@pytest.mark.parametrize("harm", [Auditor.lose_appointments, Auditor.strip], ids=["no row", "no timer"])
def test_a_case_that_nothing_would_bring_up_again_is_found(auditor: Auditor, harm) -> None:
    case = auditor.email_sent()
    harm(auditor, case)
    now = OPENED + timedelta(hours=1)
    (letter,) = auditor.audit(now)
    assert auditor.troubles() == [("stuck", str(case.number))]
    said = auditor.said(letter, now)
    assert f"{case.name} is open, and nothing would bring it up again" in said
    assert "Ada (homeowner)" not in said


def test_after_a_pause_of_the_desk_the_clock_catches_up_first(auditor: Auditor) -> None:
    auditor.email_sent()
    with auditor.desk.memory.write() as work:
        auditing.begin(work, OPENED)
    auditor.run(LATER)
    assert auditor.troubles() == []
    auditor.run(LATER + EVERY)
    assert auditor.troubles() == [("late", "follow_up")]


def test_it_comes_again_every_few_minutes_and_says_when_it_looked(auditor: Auditor) -> None:
    with auditor.desk.memory.write() as work:
        auditing.begin(work, OPENED)
        auditing.begin(work, OPENED)
    runs = sum(auditor.run(OPENED + timedelta(minutes=minute)) for minute in range(61))
    assert runs == 12
    now = OPENED + timedelta(minutes=62)
    with auditor.desk.memory.read() as work:
        assert work.promises.last_run(auditing.recent_keys(now)) == OPENED + timedelta(hours=1)


def test_cases_are_looked_at_in_turn(auditor: Auditor) -> None:
    cases = [auditor.email_sent() for _ in range(MOST + 1)]
    last = cases[-1]
    auditor.lose_appointments(last)
    with auditor.desk.memory.write() as work:
        auditing.begin(work, OPENED)
    auditor.run(OPENED + EVERY)
    assert auditor.troubles() == []
    auditor.run(OPENED + 2 * EVERY)
    assert auditor.troubles() == [("stuck", str(last.number))]
    auditor.run(OPENED + 3 * EVERY)
    assert auditor.troubles() == [("stuck", str(last.number))], "a run that did not come to it mends nothing"


def test_of_very_many_stuck_cases_the_leads_hear_a_few_at_a_time(auditor: Auditor) -> None:
    for _ in range(MOST_TOLD + 2):
        auditor.lose_appointments(auditor.email_sent())
    assert len(auditor.audit(OPENED + EVERY)) == MOST_TOLD
    assert len(auditor.audit(OPENED + 2 * EVERY)) == 2
    assert auditor.audit(OPENED + 3 * EVERY) == []


def test_the_rota_and_the_auditor_mend_only_what_is_theirs(auditor: Auditor) -> None:
    with auditor.desk.memory.write() as work:
        work.troubles.add(Trouble("roster", OPENED))
        work.troubles.add(Trouble("late", OPENED, "letter"))
    auditor.audit(OPENED)
    assert auditor.troubles() == [("roster", "")]


def test_the_desk_knows_how_to_run_it_and_to_say_what_it_found() -> None:
    assert AUDIT in ERRANDS
    assert TROUBLE in SUBJECTS
