"""Since when a person has to act on a case: at each turn of its life."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import follow_ups
from bot.due import acts_at, day_bounds, days_over, escalated
from tests.bot.casework import LEA, Casework
from tests.bot.desk import at, facts

OPENED = at("2026-11-18 09:00")
SENT = at("2026-11-18 10:00")
RANG = at("2026-11-20 10:00")
LATER = at("2026-11-20 15:00")


def acting(work: Casework, number: int) -> datetime | None:
    with work.desk.memory.read() as memory:
        return acts_at(memory.cases.get(number).case)


def test_a_case_is_due_from_its_opening_then_at_its_date_and_since_it_rang(work: Casework) -> None:
    case = work.open(OPENED)
    assert acting(work, case.number) == OPENED
    work.report(case, "installer_email_sent", SENT)
    assert acting(work, case.number) == RANG
    follow_ups.ring(work.desk, LATER)
    assert acting(work, case.number) == RANG

    work.report(case, "homeowner_contacted_satisfied", LATER)
    assert acting(work, case.number) == LATER
    work.report(case, "close_requested", LATER, closure_comments="Mended.")
    assert acting(work, case.number) is None


def test_a_question_that_an_answer_brings_is_due_since_that_answer(work: Casework) -> None:
    case = work.open(OPENED)
    work.report(case, "installer_email_sent", SENT)
    follow_ups.ring(work.desk, RANG)
    work.report(case, "homeowner_not_heard", LATER)
    with work.desk.memory.read() as memory:
        assert memory.cases.get(case.number).case.state != "waiting"
    assert acting(work, case.number) == LATER


def test_a_question_that_is_put_off_is_due_on_its_new_day(work: Casework) -> None:
    case = work.open(OPENED)
    work.report(case, "installer_email_sent", SENT)
    follow_ups.ring(work.desk, RANG)
    until = at("2026-11-25 09:00")
    work.report(case, "snoozed", LATER, until=until.isoformat(), reason="On holiday")
    assert acting(work, case.number) == until


def test_a_case_that_nobody_answers_is_due_since_it_was_first_asked(work: Casework) -> None:
    case = work.open(OPENED, extra={"need": "installation_issue"})
    work.report(case, "installer_email_sent", SENT)
    follow_ups.ring(work.desk, RANG)
    work.report(case, "homeowner_not_heard", RANG)
    work.report(case, "installer_email_sent", RANG)
    with work.desk.memory.read() as memory:
        second = memory.follow_ups.next_due()
    assert second
    follow_ups.ring(work.desk, second)
    work.report(case, "homeowner_not_heard", second)
    prompts = []
    for _ in range(2):
        with work.desk.memory.read() as memory:
            due = memory.follow_ups.next_due()
        assert due
        prompts.append(due)
        follow_ups.ring(work.desk, due)
    assert acting(work, case.number) == prompts[0]


def test_reopening_makes_it_due_again(work: Casework) -> None:
    case = work.open(OPENED)
    work.report(case, "installer_email_sent", SENT)
    follow_ups.ring(work.desk, RANG)
    work.report(case, "homeowner_contacted_satisfied", RANG)
    work.report(case, "close_requested", RANG, by=LEA, closure_comments="Mended.")
    work.report(case, "reopened", LATER)
    assert acting(work, case.number) == LATER


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"sensitive": ["lawyer"]}, True),
        ({"wants_leadership": True}, True),
        ({"wants_leadership": False}, False),
        ({"category": "fraud"}, True),
        ({"category": "compliance"}, True),
    ],
)
def test_what_is_escalated(changes: dict[str, object], expected: bool) -> None:
    assert escalated(facts(**changes)) is expected


@pytest.mark.parametrize(
    ("acts", "days"),
    [("2026-11-18 23:59", 0), ("2026-11-18 00:00", 0), ("2026-11-17 23:59", 1), ("2026-11-11 12:00", 7)],
)
def test_days_are_counted_from_midnight_to_midnight(acts: str, days: int) -> None:
    assert days_over(at(acts), at("2026-11-18 12:00").date()) == days


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-18", 24)], ids=["23", "25", "24"]
)
def test_a_day_is_as_long_as_the_clock_makes_it(day: str, hours: int) -> None:
    today, tomorrow = day_bounds(at(f"{day} 12:00"))
    assert tomorrow.timestamp() - today.timestamp() == timedelta(hours=hours).total_seconds()
