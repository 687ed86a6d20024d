"""Nobody's silence drops a case (D-24): after four working hours others may take it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from bot import cases, errands, follow_ups, hands, watch
from bot.agenda import ERRANDS
from bot.sop import Event
from bot.stored import Letter, StoredCase
from tests.bot.casework import ADA, BEN, LEA
from tests.bot.desk import NOW, at
from tests.bot.test_hands import BO, FRONT, LEADS, Colleagues, Hands, kinds
from tests.bot.test_hands import work as work  # noqa: PLC0414 - The fixture of the same desk.

ASKED = at("2026-11-20 15:00")
"""A Friday afternoon: four working hours end on Monday at eleven."""
BEFORE, THEN = at("2026-11-23 10:59"), at("2026-11-23 11:00")


def asked(work: Hands, when: datetime = ASKED) -> StoredCase:
    """A case whose owner was asked something on a Friday at three."""
    case = work.open(now=at("2026-11-18 15:00"))
    work.report(case, "installer_email_sent", at("2026-11-18 15:00"))
    ring(work, when)
    work.letters()
    return case


def ring(work: Hands, when: datetime) -> list[Letter]:
    """What the desk says at this time."""
    follow_ups.ring(work.desk, when)
    errands.run(work.desk, when, ERRANDS)
    return work.letters()


def events(work: Hands, case: StoredCase) -> list[str]:
    return [entry.event for entry in work.timeline(case)]


def test_a_question_without_an_answer_is_put_up_after_four_working_hours(work: Hands) -> None:
    case = asked(work)
    assert ring(work, BEFORE) == []
    letters = ring(work, THEN)
    assert kinds(letters, FRONT) == ["put_up"]
    assert kinds(letters, ADA) == ["notice"], "the owner is told, and keeps the case"
    assert work.now(case).owner == ADA
    assert (work.timeline(case)[-1].event, work.timeline(case)[-1].cites) == ("put_up", ("D-24",))


def test_it_is_put_up_once(work: Hands) -> None:
    case = asked(work)
    ring(work, THEN)
    assert ring(work, at("2026-11-24 12:00")) == []
    assert events(work, case).count("put_up") == 1


def test_whoever_may_takes_what_was_put_up(work: Hands) -> None:
    case = asked(work)
    with pytest.raises(hands.CaseError, match="has it"):
        work.does(hands.take, case.number, BEN)
    ring(work, THEN)
    assert work.does(hands.take, case.number, BEN, now=THEN).owner == BEN
    assert {"put_up", "card", "reminder"} <= {letter.kind for letter in work.letters()}


def answers(work: Hands, case: StoredCase) -> None:
    work.report(case, "homeowner_not_heard", BEFORE)


def notes(work: Hands, case: StoredCase) -> None:
    with work.desk.memory.write() as memory:
        cases.add_note(memory, case.number, "I am on it", ADA, BEFORE)


def snoozes(work: Hands, case: StoredCase) -> None:
    until = at("2026-11-25 09:00").isoformat()
    work.report(case, "snoozed", BEFORE, until=until, reason="They are on holiday")


def gives_it_away(work: Hands, case: StoredCase) -> None:
    work.does(hands.release, case.number, ADA, "Away", now=BEFORE)


def lead_answers(work: Hands, case: StoredCase) -> None:
    work.report(case, "homeowner_contacted_satisfied", BEFORE, by=LEA)


@pytest.mark.parametrize("act", [answers, notes, snoozes, gives_it_away, lead_answers])
def test_what_is_done_with_the_case_spares_it(work: Hands, act: Callable[[Hands, StoredCase], None]) -> None:
    case = asked(work)
    act(work, case)
    ring(work, THEN)
    assert "put_up" not in events(work, case)


def test_an_owner_who_answers_late_has_the_case_as_before(work: Hands) -> None:
    case = asked(work)
    ring(work, THEN)
    notes(work, case)
    assert [(each.kind, bool(each.edits)) for each in work.letters()] == [("put_up", True)]
    with pytest.raises(hands.CaseError, match="has it"):
        work.does(hands.take, case.number, BEN)


def test_somebody_elses_note_does_not_answer_for_the_owner(work: Hands) -> None:
    case = asked(work)
    with work.desk.memory.write() as memory:
        cases.add_note(memory, case.number, "Who is on it?", BEN, BEFORE)
    assert "put_up" in {letter.kind for letter in ring(work, THEN)}


def test_who_takes_it_over_is_given_as_long(work: Hands) -> None:
    case = asked(work)
    work.does(hands.hand_over, case.number, BEN, ADA, "", now=BEFORE)
    work.letters()
    assert ring(work, THEN) == []
    letters = ring(work, at("2026-11-23 15:00"))
    assert (kinds(letters, FRONT), kinds(letters, BEN)) == (["put_up"], ["notice"])


def test_a_desk_that_was_down_puts_nothing_up_at_night(work: Hands) -> None:
    asked(work)
    assert ring(work, at("2026-11-23 22:00")) == []
    assert "put_up" in {letter.kind for letter in ring(work, at("2026-11-24 09:00"))}


class Left(Colleagues):
    """Ada has left."""

    def is_active(self, user_id: str) -> bool:
        return user_id != ADA


def test_the_cases_of_who_has_left_go_to_the_leads_at_once(work: Hands) -> None:
    mine, other = work.open(), work.queued()
    work.does(hands.take, other.number, BO)
    work.letters()
    work.desk = replace(work.desk, people=Left())
    with work.desk.memory.write() as memory:
        assert watch.look_after_owners(memory, work.desk, NOW) == 1
        assert watch.look_after_owners(memory, work.desk, NOW) == 1
    assert errands.run(work.desk, NOW, ERRANDS) == 1
    with work.desk.memory.write() as memory:
        assert watch.look_after_owners(memory, work.desk, NOW) == 0
    assert (work.now(mine).owner, work.now(mine).team) == ("", "front_line")
    letters = work.letters()
    assert kinds(letters, LEADS) == ["orphaned"]
    assert kinds(letters, FRONT) == ["queued"]
    last = work.timeline(mine)[-1]
    assert (last.by, last.event, last.cites) == ("", "released", ("D-24",))


def test_a_reminder_for_who_has_left_goes_to_the_queue_instead(work: Hands) -> None:
    case = work.open(now=at("2026-11-18 15:00"))
    work.report(case, "installer_email_sent", at("2026-11-18 15:00"))
    work.letters()
    work.desk = replace(work.desk, people=Left())
    letters = ring(work, ASKED)
    assert kinds(letters, LEADS) == ["orphaned"]
    assert work.now(case).owner == ""


def test_an_owner_who_is_away_is_told_to_the_leads_and_still_reminded(work: Hands) -> None:
    case = work.open(now=at("2026-11-18 15:00"))
    work.report(case, "installer_email_sent", at("2026-11-18 15:00"))
    work.letters()
    with work.desk.memory.write() as memory:
        cases.report(memory, work.desk, case.number, Event("owner_away", NOW, by=LEA), NOW)
    assert kinds(work.letters(), LEADS) == ["escalated"]
    assert "reminder" in kinds(ring(work, ASKED), ADA)
