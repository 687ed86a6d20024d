"""The Concert check: who is tagged, who is told, and the first answer (R-055 to R-060, D-07, D-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.sop import Advance, Case, Event, advance, begin, plan
from tests.bot.desk import NOW, at, facts, playbooks

DAY = ("Cassie Mercado", "Alexander Cuesta", "Rob Elkins", "John Kilfoil", "Herve' Woods")
UNKNOWN = facts(program="unknown", found_on_platform=False)


def then(case: Case, name: str, when: datetime, **data: object) -> Advance:
    return advance(case, Event(name, when, data), playbooks(), when)


def ladder(case: Case) -> list[tuple[str, datetime]]:
    return [(timer.kind, timer.due) for timer in case.running]


def test_nothing_is_available_but_words_and_the_check() -> None:
    made = plan(UNKNOWN, playbooks(), NOW)
    assert {step.verb for step in made.steps} == {"say", "confirm_program"}
    check = made.steps[-1]
    assert (check.to, check.by, check.system) == (DAY, "desk", "slack")
    assert check.channel == "support-and-cs-team-members-only"
    assert (made.covered, made.next_due, made.handled_by) == (True, None, "front_line")


@pytest.mark.parametrize("category", ["installer_unresponsive", "wrong_meter", "fraud", []])
@pytest.mark.parametrize("channel", ["phone", "chat", "email", None])
def test_the_check_comes_first_whatever_the_complaint(category: object, channel: str | None) -> None:
    made = plan(replace(UNKNOWN, categories=(), channel=None), playbooks(), NOW)
    assert "confirm_program" in {step.verb for step in made.steps}
    known = facts(category=category, channel=channel, program="unknown", found_on_platform=False)
    verbs = {step.verb for step in plan(known, playbooks(), NOW).steps}
    assert "confirm_program" in verbs
    assert verbs <= {"say", "ask", "confirm_program"}


@pytest.mark.parametrize(
    ("found", "program", "asks"),
    [
        pytest.param(None, "unknown", ("found_on_platform",), id="nothing known: look them up"),
        pytest.param(True, "unknown", ("program",), id="found: which program"),
        pytest.param(None, "concert", (), id="Concert by the record"),
        pytest.param(False, "concert", (), id="Concert, not on the platform"),
        pytest.param(True, "everbright", (), id="EverBright"),
    ],
)
def test_what_is_not_known_is_asked(found: bool | None, program: str, asks: tuple[str, ...]) -> None:
    made = plan(facts(found_on_platform=found, program=program), playbooks(), NOW)
    assert made.asks == asks
    assert "confirm_program" not in {step.verb for step in made.steps}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(
            "2026-11-18 09:00:00",
            [("repeat_confirmation", "2026-11-18 09:10"), ("tell_lead", "2026-11-18 09:20")],
            id="in the day",
        ),
        pytest.param(
            "2026-11-18 17:55:00",
            [("repeat_confirmation", "2026-11-18 18:05"), ("tell_lead", "2026-11-18 18:15")],
            id="over the change of shift",
        ),
        pytest.param(
            "2026-11-18 20:55:00",
            [("tell_lead", "2026-11-18 21:15"), ("tag_confirmers", "2026-11-19 09:00")],
            id="cover ends before the second asking",
        ),
        pytest.param("2026-11-18 21:00:00", [("tag_confirmers", "2026-11-19 09:00")], id="uncovered"),
        pytest.param("2026-11-20 22:00:00", [("tag_confirmers", "2026-11-21 00:00")], id="Friday night"),
    ],
)
def test_the_ladder_counts_from_the_tagging(when: str, expected: list[tuple[str, str]]) -> None:
    began = begin(UNKNOWN, playbooks(), at(when))
    assert began.case.state == "awaiting_confirmation"
    assert ladder(began.case) == [(kind, at(due)) for kind, due in expected]
    assert began.next_due is None


def test_an_untagged_post_says_when_cover_starts_and_tags_then() -> None:
    began = begin(UNKNOWN, playbooks(), at("2026-11-18 22:00"))
    check = began.plan.steps[-1]
    assert (check.to, check.cover_starts) == ((), at("2026-11-19 09:00"))
    tagged = then(began.case, "clock", at("2026-11-19 09:00"))
    assert [timer.kind for timer in tagged.rang] == ["tag_confirmers"]
    assert tagged.plan.steps[-1].to == DAY
    assert ladder(tagged.case) == [
        ("repeat_confirmation", at("2026-11-19 09:10")),
        ("tell_lead", at("2026-11-19 09:20")),
    ]


def test_silence_asks_again_and_then_tells_lead_and_agent() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    again = then(case, "clock", NOW + timedelta(minutes=10))
    assert ([timer.kind for timer in again.rang], again.told) == (["repeat_confirmation"], ())
    told = then(again.case, "clock", NOW + timedelta(minutes=20))
    assert ([timer.kind for timer in told.rang], told.told) == (["tell_lead"], ("lead", "agent"))
    silent = then(told.case, "clock", NOW + timedelta(days=9))
    assert (silent.case.state, silent.case.running) == ("awaiting_confirmation", ())


def test_a_second_asking_that_rings_late_waits_for_cover() -> None:
    case = begin(UNKNOWN, playbooks(), at("2026-11-18 20:45")).case
    late = then(case, "clock", at("2026-11-18 23:00"))
    assert [timer.kind for timer in late.rang] == ["tell_lead"]
    assert ladder(late.case) == [("tag_confirmers", at("2026-11-19 09:00"))]


def test_a_post_that_was_late_moves_the_ladder() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    posted = then(case, "confirmation_posted", NOW + timedelta(minutes=5), tagged=["U1"], occasion="first")
    assert [due for _, due in ladder(posted.case)] == [NOW + timedelta(minutes=m) for m in (15, 25)]
    again = then(posted.case, "clock", NOW + timedelta(minutes=15)).case
    second = then(again, "confirmation_posted", NOW + timedelta(minutes=16), tagged=["U1"])
    assert ladder(second.case) == ladder(again)


def test_a_post_without_tags_in_covered_hours_asks_again_and_never_at_once() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    untagged = then(case, "confirmation_posted", NOW, tagged=[], occasion="first")
    assert [kind for kind, _ in ladder(untagged.case)] == ["repeat_confirmation", "tell_lead"]


def test_a_late_post_outside_cover_waits_for_cover() -> None:
    case = begin(UNKNOWN, playbooks(), at("2026-11-18 20:59")).case
    late = then(case, "confirmation_posted", at("2026-11-18 21:01"), tagged=[], occasion="first")
    assert ladder(late.case) == [("tag_confirmers", at("2026-11-19 09:00"))]


def test_confirmed_routes_the_case_again() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    confirmed = then(case, "concert_confirmed", NOW, by="Cassie Mercado")
    assert confirmed.case.facts.program == "concert"
    assert confirmed.plan.path == "installer_complaints/unresponsive"
    assert (confirmed.case.state, confirmed.case.running) == ("open", ())
    assert "agent" in confirmed.told
    states = {step.id: step.state for step in confirmed.steps}
    assert (states["confirm_program"], states["email_installer"]) == ("done", "available")


def test_not_concert_is_for_a_lead() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    denied = then(case, "not_concert", NOW, by="Cassie Mercado")
    assert (denied.plan.path, denied.plan.covered, denied.case.state) == (None, False, "needs_decision")
    assert denied.told == ("agent", "lead")
    learned = then(denied.case, "facts_learned", NOW, program="beam")
    assert learned.case.stage == "first_attempt"


def test_cannot_tell_leaves_the_others_to_answer() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    unsure = then(case, "cannot_tell", NOW, by="Rob Elkins")
    assert unsure.case.confirmation is not None
    assert unsure.case.confirmation.cannot_tell == ("Rob Elkins",)
    assert ladder(unsure.case) == ladder(case)
    assert not then(unsure.case, "concert_confirmed", NOW, by="Cassie Mercado").refused


@pytest.mark.parametrize("second", ["concert_confirmed", "not_concert", "cannot_tell"])
@pytest.mark.parametrize("first", ["concert_confirmed", "not_concert"])
def test_the_first_answer_stands(first: str, second: str) -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    answered = then(case, first, NOW, by="Cassie Mercado").case
    late = then(answered, second, NOW, by="Rob Elkins")
    assert late.case == answered
    assert "Already answered by Cassie Mercado at Wednesday, November 18, 9 AM" in late.refused[0].message


def test_a_path_event_has_to_wait_for_the_answer() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    refused = then(case, "installer_email_sent", NOW)
    assert "first it has to be confirmed" in refused.refused[0].message


def test_being_found_after_all_ends_the_check() -> None:
    case = begin(UNKNOWN, playbooks(), NOW).case
    found = then(case, "facts_learned", NOW, found_on_platform=True, program="everbright")
    assert (found.case.stage, found.case.running) == ("first_attempt", ())
    assert "confirm_program" not in {step.verb for step in found.plan.steps}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"program": "concert"}, True, id="Concert"),
        pytest.param({"program": "beam"}, True, id="Beam, as a desk default"),
        pytest.param({"program": "unknown", "found_on_platform": False}, True, id="not yet known"),
        pytest.param({}, False, id="EverBright"),
        pytest.param({"extra": {"asks_association": True}}, True, id="whoever asks"),
    ],
)
def test_who_we_are_is_said_to_concert_homeowners(changes: dict[str, object], said: bool) -> None:
    made = plan(facts(**changes), playbooks(), NOW)
    assert any("R-060" in step.cites for step in made.steps) is said
