from __future__ import annotations

from datetime import timedelta

import pytest

from bot import cases, follow_ups
from bot.sop import Facts, Milestones
from tests.bot.casework import ADA, CLEO, LEA, Casework
from tests.bot.desk import NOW, at, day

HOUR = timedelta(hours=1)


def test_a_new_case_promises_its_card_once(work: Casework) -> None:
    case = work.open()
    assert [(letter.letter.key, letter.letter.to) for letter in work.waiting()] == [
        (f"{case.name}/card", ADA)
    ]


def test_a_case_that_no_sop_covers_is_told_to_the_leads(work: Casework) -> None:
    case = work.open(found_on_platform=False, program="unknown")
    work.report(case, "not_concert", NOW, by=CLEO)
    decisions = [d.letter for d in work.waiting() if d.letter.kind == "decision"]
    assert [letter.to for letter in decisions] == ["complaint-leads"]


def test_what_the_rules_refuse_changes_nothing(work: Casework) -> None:
    case = work.open()
    reported = work.report(case, "close_requested", NOW, closure_comments="Done.")
    assert "cannot be closed yet" in reported.refused[0].message
    assert len(work.timeline(case)) == 1


def test_a_ring_asks_the_owner_once(work: Casework) -> None:
    case = work.open()
    work.report(case, "installer_email_sent", NOW)
    work.waiting()
    due = at("2026-11-20 09:00")
    assert follow_ups.ring(work.desk, due - HOUR) == 0
    assert follow_ups.ring(work.desk, due) == 1
    assert follow_ups.ring(work.desk, due + HOUR) == 0
    assert [entry.text for entry in work.timeline(case)][-1].startswith("Asked the owner")
    reminders = [d.letter for d in work.waiting(due) if d.letter.kind == "reminder"]
    assert [letter.to for letter in reminders] == [ADA]


def test_a_milestone_learned_by_another_is_told_to_the_owner(work: Casework) -> None:
    case = work.open()
    work.waiting()
    work.report(case, "milestone_learned", NOW, by=LEA, m1="2026-10-01")
    assert ADA in [d.letter.to for d in work.waiting() if d.letter.kind == "notice"]
    assert "M1: unknown → 2026-10-01" in work.timeline(case)[-1].text


@pytest.mark.parametrize(
    ("typed", "learned"),
    [
        ({}, {}),
        ({"homeowner.phone": ""}, {}),
        ({"homeowner.phone": "555-0100"}, {"homeowner.phone": "555-0100"}),
        ({"milestones.m1": "", "milestones.m1.not_yet": ("not_yet",)}, {"milestones.m1": "not_yet"}),
        ({"milestones.m2": "", "milestones.m2.not_yet": ()}, {"milestones.m2": "unknown"}),
        ({"milestones.m1": "2026-11-01", "milestones.m1.not_yet": ()}, {"milestones.m1": "2026-11-01"}),
        ({"extra.need": ""}, {}),
        ({"extra.need": "other"}, {"extra.need": "other"}),
    ],
    ids=[
        "an empty form",
        "still empty",
        "a phone number",
        "not yet",
        "no longer known",
        "a day",
        "still no need",
        "a need",
    ],
)
def test_a_form_states_only_what_changed(
    typed: dict[str, str | tuple[str, ...]], learned: dict[str, object]
) -> None:
    known = Facts(milestones=Milestones(m2=day("2026-10-01")))
    assert cases.changed(known, typed) == learned
