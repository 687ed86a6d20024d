"""Intake: what is typed becomes facts, and is answered at its field where it cannot."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import drafts, intake
from bot.intake import check, check_changed, facts_of, following
from bot.intake_fields import (
    CHOICES,
    FOLLOWING,
    MILESTONES,
    MOST,
    NOT_YET,
    PAGES,
    REQUIRED,
    Values,
    email_problem,
    phone_problem,
    text_of,
)
from bot.sop import contradictions, facts_from_json, facts_to_json
from tests.bot.casework import ADA, Casework
from tests.bot.desk import NOW, facts, playbooks

GOOD: Mapping[str, str | tuple[str, ...]] = {
    "homeowner.name": "Hanna (homeowner)",
    "homeowner.address": "1 Example Street",
    "homeowner.phone": "212-555-0100",
    "channel": "phone",
    "found_on_platform": "yes",
    "program": "everbright",
    "category": "installer_unresponsive",
    "installer.name": "Sunny Roofs",
    "description": "No answer.",
}
FIELDS = (*PAGES["who"], *PAGES["what"], NOT_YET, *FOLLOWING)
TEXT = st.text(max_size=60) | st.sampled_from(
    ["", "x" * 3001, "2026-W01-1", "20260101", "2026-02-30", "\u202e", "\x00"]
)
DAYS = st.dates().map(str)
CHOSEN = st.sampled_from([each for choices in CHOICES.values() for each in choices])
TICKED = st.lists(st.sampled_from([*MILESTONES, "m9"]) | TEXT, max_size=5).map(tuple)
ANYTHING = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, TEXT | DAYS | CHOSEN | TICKED))
NEARLY = ANYTHING.flatmap(
    lambda odd: st.sets(st.sampled_from(FIELDS), max_size=3).map(
        lambda some: {**GOOD, **{field: odd[field] for field in some if field in odd}}
    )
)


def wrong(values: Values) -> dict[str, str]:
    return {**check(values, "who", NOW), **check(values, "what", NOW)}


@given(ANYTHING)
def test_no_text_in_any_field_makes_checking_fail(values: Values) -> None:
    assert all(problem.endswith(".") and field in FIELDS for field, problem in wrong(values).items())
    assert facts_from_json(facts_to_json(facts_of(values))) == facts_of(values)


@given(NEARLY)
def test_a_form_without_errors_states_facts_that_do_not_disagree(values: Values) -> None:
    if not wrong(values):
        stated = facts_of(values)
        assert facts_from_json(facts_to_json(stated)) == stated
        assert contradictions(stated, NOW) == ()
        assert all([stated.homeowner.phone, stated.description, stated.categories])


@given(NEARLY)
def test_an_error_shows_no_word_that_was_typed(values: Values) -> None:
    odd = [text for text in values.values() if isinstance(text, str) and len(text) > 30]
    assert not [text for text in odd for problem in wrong(values).values() if text in problem]


def test_a_good_form_has_no_errors() -> None:
    assert wrong(GOOD) == {}


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u200f"], ids=["empty", "blank", "invisible"])
def test_what_is_required_is_asked_for(field: str, text: str) -> None:
    assert wrong({**GOOD, field: text}) == {field: REQUIRED[field]}


@pytest.mark.parametrize("field", [field for field in MOST if field in FIELDS])
def test_a_text_that_is_too_long_is_told_how_much_it_may_hold(field: str) -> None:
    problem = wrong({**GOOD, field: "1" * (MOST[field] + 1)})[field]
    assert problem == f"This is {MOST[field] + 1} characters long. Shorten it to {MOST[field]}."


GOOD_PHONES = (
    "555-0100",
    "+1 (212) 555-0100",
    "212.555.0100 ext. 4",
    "2125550100x12",
    "212–555–0100",
    "212\u00a05550100",
)
BAD_PHONES = (
    "911",
    "call me",
    "555-0100 or 555-0101",
    "+",
    "++1 212 555 0100",
    "1" * 22,
    "٥٥٥٠١٠٠",
    "555_0100",
)


@pytest.mark.parametrize(
    ("phone", "good"), [*((p, True) for p in GOOD_PHONES), *((p, False) for p in BAD_PHONES)]
)
def test_a_phone_number_is_one_that_can_be_called(phone: str, good: bool) -> None:
    assert (phone_problem(phone) == "") is good


GOOD_MAILS = ("a@example.test", "a.b+c@mail.example.test", "o'neil@example.test", "用户@例子.测试")
BAD_MAILS = (
    "a",
    "a@",
    "@example.test",
    "a@b",
    "a b@example.test",
    "a@example.test,b@example.test",
    "<a@example.test>",
)


@pytest.mark.parametrize(
    ("mail", "good"), [*((m, True) for m in GOOD_MAILS), *((m, False) for m in BAD_MAILS)]
)
def test_an_email_address_is_one_address(mail: str, good: bool) -> None:
    assert (email_problem(mail) == "") is good


MILESTONE_ERRORS: dict[str, tuple[dict[str, str | tuple[str, ...]], dict[str, str]]] = {
    "none": ({}, {}),
    "in order": ({"milestones.m1": "2026-10-01", "milestones.m3": "2026-11-01"}, {}),
    "today": ({"milestones.m1": "2026-11-18"}, {}),
    "tomorrow": ({"milestones.m1": "2026-11-19"}, {"milestones.m1": "in the future"}),
    "M3 alone": ({"milestones.m3": "2026-11-01"}, {"milestones.m1": "M3 comes after M1"}),
    "M2 alone": ({"milestones.m2": "2026-11-01"}, {"milestones.m1": "M2 comes after M1"}),
    "PTO alone": ({"milestones.pto": "2026-11-01"}, {}),
    "M1 not yet": (
        {"milestones.m3": "2026-11-01", NOT_YET: ("m1",)},
        {"milestones.m3": "M3 cannot be approved before M1"},
    ),
    "swapped": (
        {"milestones.m1": "2026-11-02", "milestones.m2": "2026-11-01"},
        {"milestones.m2": "M2 cannot be approved before M1"},
    ),
    "twice": ({"milestones.m1": "2026-11-02", NOT_YET: ("m1",)}, {"milestones.m1": "Keep one of the two"}),
    "no day": ({"milestones.m1": "soon"}, {"milestones.m1": "not a date"}),
    "a future M3 alone": (
        {"milestones.m3": "2026-12-01"},
        {"milestones.m1": "M3 comes after M1", "milestones.m3": "in the future"},
    ),
}


@pytest.mark.parametrize(("typed", "expected"), MILESTONE_ERRORS.values(), ids=MILESTONE_ERRORS.keys())
def test_milestones_come_in_order_and_never_in_the_future(
    typed: dict[str, str | tuple[str, ...]], expected: dict[str, str]
) -> None:
    errors = check({**GOOD, **typed}, "what", NOW)
    assert errors.keys() == expected.keys()
    assert all(words in errors[field] for field, words in expected.items())


@pytest.mark.parametrize(
    ("found", "program", "words"),
    [
        ("yes", "unknown", "choose the program"),
        ("yes", "", "choose the program"),
        ("no", "everbright", "Look again"),
        ("no", "concert", ""),
        ("no", "unknown", ""),
    ],
    ids=["found, no program", "found, nothing", "EverBright, not found", "Concert", "not known"],
)
def test_power_bi_and_the_program_have_to_agree(found: str, program: str, words: str) -> None:
    problem = check({**GOOD, "found_on_platform": found, "program": program}, "who", NOW).get("program", "")
    assert words in problem
    assert bool(words) is bool(problem)


def test_what_was_typed_for_another_category_states_nothing_and_has_no_errors() -> None:
    typed = {
        **GOOD,
        "category": "fraud",
        "extra.need": "other",
        "extra.cancellation_email_sent": "2999-01-01",
    }
    asked = following(typed, playbooks(), NOW.date())
    assert facts_of(typed, asked).extra == {}
    assert check(typed, "what", NOW, asked) == {}


CHANGED: dict[str, tuple[dict[str, str | tuple[str, ...]], dict[str, str]]] = {
    "nothing": ({}, {}),
    "a new phone": ({"homeowner.phone": "212-555-0111"}, {}),
    "no phone": ({"homeowner.phone": " "}, {"homeowner.phone": "Type a phone number"}),
    "a bad phone": ({"homeowner.phone": "no"}, {"homeowner.phone": "not a phone number"}),
    "the future": ({"milestones.m1": "2026-11-19"}, {"milestones.m1": "in the future"}),
    "M3 before M1": (
        {"milestones.m1": "", "milestones.m1.not_yet": ("not_yet",), "milestones.m3": "2026-11-01"},
        {"milestones.m3": "cannot be approved before M1"},
    ),
    "M3 before the M1 that is known": ({"milestones.m3": "2026-09-01"}, {"milestones.m3": "before M1"}),
    "no need": ({"extra.need": ""}, {}),
}


@pytest.mark.parametrize(("typed", "expected"), CHANGED.values(), ids=CHANGED.keys())
def test_changed_facts_are_checked_against_the_case(
    typed: dict[str, str | tuple[str, ...]], expected: dict[str, str]
) -> None:
    errors = check_changed(facts(milestones={"m1": "2026-10-01"}), typed, NOW)
    assert errors.keys() == expected.keys()
    assert all(words in errors[field] for field, words in expected.items())


def test_going_back_and_forth_keeps_what_a_page_does_not_show(work: Casework) -> None:
    with work.desk.memory.write() as memory:
        started = drafts.begin(memory, ADA, NOW)
        started = intake.keep(memory, started, {"homeowner.name": "Hanna", "description": "Loud"}, NOW)
        started = intake.keep(memory, started, {"homeowner.name": ""}, NOW)
    assert (text_of(started.values, "homeowner.name"), text_of(started.values, "description")) == ("", "Loud")
