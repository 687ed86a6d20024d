"""Whatever happens at random to a case opened by day, it comes to a state that the walk has been in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.proof.space import facts_of, stated
from bot.proof.walk import difference, state_of
from bot.sop import Case, Event, advance, begin, vocabulary
from tests.bot.walks import alone, walked

CATEGORIES = ("installer_unresponsive", "general_concern", "cancellation", "fraud", "wrong_meter")


def data_of(name: str, draw: st.DrawFn, case: Case, now: datetime) -> dict[str, object]:
    """What a person could report with an event."""
    match name:
        case "close_requested":
            return draw(st.sampled_from([{}, {"closure_comments": "Settled."}]))
        case "snoozed":
            return {"until": (now + timedelta(days=draw(st.integers(1, 3)))).isoformat()}
        case "reference_recorded":
            return {"on": draw(st.sampled_from(vocabulary.ON))}
        case "attempt_logged" | "am_email_sent":
            return draw(st.sampled_from([{}, {"n": 1}, {"n": 2}]))
        case "facts_learned":
            values = draw(st.sampled_from(list(walked(case.facts.categories[0]).complaint.space.all())))
            return difference(stated(case.facts), stated(facts_of(case.facts.categories[0], values)))
        case _:
            return {"by": "Cora (confirmer)"}


@pytest.mark.parametrize("category", CATEGORIES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_state_was_walked(category: str, data: st.DataObject) -> None:
    walk, draw = walked(category), data.draw
    values = draw(st.sampled_from(list(walk.complaint.space.all())))
    now = walk.starts[0]
    case = begin(facts_of(category, values), alone(), now).case
    for _ in range(draw(st.integers(0, 25))):
        now += timedelta(minutes=draw(st.sampled_from([0, 1, 15, 60 * 24, 60 * 24 * 4])))
        while case.running and case.running[0].due <= now:
            due = case.running[0].due
            case = advance(case, Event("clock", due), alone(), due).case
        name = draw(st.sampled_from([e for e in vocabulary.EVENTS if e != "clock"]))
        ticks = [step.id for step in advance(case, Event("clock", now), alone(), now).plan.steps]
        event = Event(name, now, data_of(name, draw, case, now))
        if name == "step_done" and ticks:
            event = replace(event, data={"step": draw(st.sampled_from(ticks))})
        case = advance(case, event, alone(), now).case
        assert is_walked(case, now)


@pytest.mark.parametrize(
    ("category", "event", "becomes"),
    [("cancellation", "cancellation_email_unanswered", "cancellation_mail_unanswered")],
)
def test_a_complaint_that_becomes_another_is_walked_on_as_that(
    category: str, event: str, becomes: str
) -> None:
    leaving = [node for node in walked(category).nodes.values() if node.leaves]
    assert leaving
    for node in leaving:
        case = advance(node.case, Event(event, node.now), alone(), node.now).case
        assert case.facts.categories == (becomes,)
        assert is_walked(case, node.now)


def is_walked(case: Case, now: datetime) -> bool:
    """Whether the walk over the complaint that it is now has been in the state of the case."""
    walk = walked(case.facts.categories[0])
    return (state_of(case, alone()), walk.complaint.kind(case.facts, alone(), now)) in walk.nodes
