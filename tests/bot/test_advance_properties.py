"""Whatever happens to a case, in whatever order, it stays a case."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sop import Event, Facts, advance, begin, facts_from_json, plan_of, vocabulary
from bot.sop.as_json import case_from_json, case_to_json
from bot.sop.case import CaseState
from tests.bot.desk import NOW, playbooks

milestones = st.sampled_from(["unknown", "not_yet", "2026-01-01", "2026-11-01", "2027-06-01"])
flags = st.sampled_from([True, False, None])
words = st.sampled_from(
    [
        "",
        "x",
        "concert",
        "cancellation",
        "installation_issue",
        "homeowner",
        "risk",
        "2026-12-01",
        "9999-12-31",
        "reassign",
        "commitment_email",
        "warm_transfer",
        "agreed",
        "callback_due",
        "sop_followed",
    ]
)
values = st.one_of(words, st.integers(-1, 3), st.none(), st.booleans(), st.lists(words, max_size=2))
names = st.sampled_from(
    (
        *("by", "attempt", "n", "m1", "m3", "product", "omnidian", "program", "found_on_platform"),
        *("extra.need", "agrees_to_wait", "resolved_on_call", "sensitive", "until", "reason"),
        *("recipient", "participant", "mail_to", "category", "closure_comments", "step", "on", "tagged"),
    )
)
events = st.tuples(
    st.sampled_from(vocabulary.EVENTS),
    st.dictionaries(names, values, max_size=3),
    st.integers(0, 60 * 24 * 3),
)


@st.composite
def complaints(draw: st.DrawFn) -> Facts:
    """Facts of one complaint of any kind."""
    return facts_from_json(
        {
            "category": draw(st.sampled_from(vocabulary.CATEGORIES)),
            "product": draw(st.sampled_from([*vocabulary.PRODUCTS, None])),
            "omnidian": draw(st.sampled_from([*vocabulary.OMNIDIAN, None])),
            "program": draw(st.sampled_from(vocabulary.PROGRAMS)),
            "channel": draw(st.sampled_from([*vocabulary.CHANNELS, None])),
            "found_on_platform": draw(st.sampled_from([True, False, None])),
            "milestones": {name: draw(milestones) for name in ("m1", "m2", "m3")},
            "sensitive": draw(st.sampled_from([[], ["lawyer"]])),
            **{flag: draw(flags) for flag in ("wants_leadership", "agrees_to_wait", "resolved_on_call")},
            "extra": draw(st.sampled_from([{}, {"need": "installation_issue"}, {"need": "other"}])),
        }
    )


@settings(max_examples=60, deadline=None)
@given(complaints(), st.lists(events, max_size=25))
def test_no_event_breaks_a_case(known: Facts, happenings: list[tuple[str, dict[str, object], int]]) -> None:
    now = NOW
    case = begin(known, playbooks(), now).case
    for name, data, minutes in happenings:
        now += timedelta(minutes=minutes)
        gave = advance(case, Event(name, now, data), playbooks(), now)
        assert gave.case.state in get_args(CaseState)
        if gave.case.state == "closed" and case.state != "closed":
            assert name == "close_requested"
        if gave.refused:
            assert gave.case == case
            assert gave.refused[0].message
        assert len({timer.id for timer in gave.case.timers}) == len(gave.case.timers)
        assert len({step.id for step in gave.plan.steps}) == len(gave.plan.steps)
        assert all(timer.due > now for timer in gave.case.running) or name != "clock"
        case = gave.case
    assert case_from_json(case_to_json(case)) == case
    assert plan_of(case, playbooks(), now).handled_by in vocabulary.HANDLERS


@settings(max_examples=60, deadline=None)
@given(complaints(), st.lists(events, max_size=25))
def test_the_homeowner_is_in_no_mail_to_concert_or_risk(
    known: Facts, happenings: list[tuple[str, dict[str, object], int]]
) -> None:
    now = NOW
    gave = begin(known, playbooks(), now)
    for name, data, minutes in happenings:
        now += timedelta(minutes=minutes)
        gave = advance(gave.case, Event(name, now, data), playbooks(), now)
        for step in gave.plan.steps:
            if step.state != "refused":
                everyone = {*step.to, *step.copied, *step.participants}
                assert not ("homeowner" in everyone and len(everyone) > 1)
