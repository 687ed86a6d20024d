"""The auditor is seen red: a lost post, a double, one out of hours, a wrong recipient, half a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.sop import Event, advance, begin, facts_from_json
from tests.chaos.auditor import Auditor
from tests.chaos.evidence import Evidence, FollowUp, Letter, Post, Standing
from tests.chaos.ground import BEN, COMPLAINT
from tests.chaos.replica import playbooks

RULES = playbooks()
SENT = datetime.fromisoformat("2030-01-09T10:00:00-05:00")
RANG = SENT + timedelta(days=2, seconds=1)
CHECKS = RULES.organisation.channels.confirmations
ADDRESSES = ((BEN, "D0BEN00002"), (CHECKS, "C0CHECKS01"))


def as_it_must_be() -> Evidence:
    """A follow-up that rang on a Friday at ten, and its reminder."""
    facts = facts_from_json(
        {**COMPLAINT, "homeowner": {"name": "Hanna (homeowner)", "address": "1 Sunny Side"}}
    )
    case = begin(facts, RULES, SENT).case
    case = advance(case, Event("installer_email_sent", SENT, {}, BEN), RULES, SENT).case
    case = advance(case, Event("clock", RANG), RULES, RANG).case
    timer = next(each for each in case.timers if each.rung_at)
    reminder = Letter(
        f"HC-1001/reminder/{timer.id}/{BEN}", "reminder", 1001, BEN, "sent", "D0BEN00002", "1.0", timer.due
    )
    follow_ups = (
        FollowUp(1001, timer.id, timer.kind, "rung", timer.due, RANG),
        *(FollowUp(1001, each.id, each.kind, "open", each.due, None) for each in case.running),
    )
    return Evidence(
        letters=(reminder,),
        follow_ups=follow_ups,
        cases=((1001, case),),
        posts=(posted(reminder),),
        standing=(Standing("D0BEN00002", "1.0", reminder.mark),),
        conversations=ADDRESSES,
        intakes=(1001,),
        acknowledged=(1001,),
    )


def posted(letter: Letter, at: datetime = RANG, **more: str) -> Post:
    given = {"channel": BEN, "text": "HC-1001: it is time to ask the homeowner.", "blocks": "[]"} | more
    return Post("chat.postMessage", at, metadata="{}", mark=letter.mark, **given)


def reminder_of(evidence: Evidence) -> Letter:
    return evidence.letters[0]


def without_post(good: Evidence) -> Evidence:
    return replace(good, posts=(), standing=())


def deleted(good: Evidence) -> Evidence:
    return replace(good, standing=())


def waiting(good: Evidence) -> Evidence:
    return replace(good, letters=(replace(reminder_of(good), state="waiting", ts=None),))


def unpromised(good: Evidence) -> Evidence:
    return replace(good, letters=(), posts=(), standing=())


def unheard(good: Evidence) -> Evidence:
    return replace(good, follow_ups=tuple(replace(each, state="open") for each in good.follow_ups))


def twice(good: Evidence) -> Evidence:
    second = Standing("D0BEN00002", "2.0", reminder_of(good).mark)
    return replace(good, posts=good.posts * 2, standing=(*good.standing, second))


def at_night(good: Evidence) -> Evidence:
    return replace(good, posts=(posted(reminder_of(good), RANG + timedelta(hours=9)),))


def too_early(good: Evidence) -> Evidence:
    return replace(good, posts=(posted(reminder_of(good), RANG - timedelta(hours=1)),))


def elsewhere(good: Evidence) -> Evidence:
    return replace(good, posts=(posted(reminder_of(good), channel="C0CHECKS01"),))


def to_a_stranger(good: Evidence) -> Evidence:
    wrong = replace(reminder_of(good), to="U0STRANGER")
    return replace(good, letters=(wrong,), posts=(posted(wrong, channel="U0STRANGER"),))


def said_to_all(good: Evidence) -> Evidence:
    return replace(good, posts=(*good.posts, replace(good.posts[0], mark="", channel="C0CHECKS01")))


def tagging_who_is_off(good: Evidence) -> Evidence:
    check = replace(reminder_of(good), key="HC-1001/confirmation/first", kind="confirmation", to=CHECKS)
    evening = RANG + timedelta(hours=9)
    said = posted(check, evening, channel="C0CHECKS01", blocks="<@U0CYRUS007>")
    return replace(good, letters=(*good.letters, replace(check, ts=None)), posts=(*good.posts, said))


def naming_the_homeowner(good: Evidence) -> Evidence:
    return replace(good, posts=(posted(reminder_of(good), text="Hanna (homeowner) waits."),))


def without_its_case(good: Evidence) -> Evidence:
    return replace(good, cases=())


def opened_twice(good: Evidence) -> Evidence:
    return replace(good, intakes=(1001, 1001))


def without_its_appointments(good: Evidence) -> Evidence:
    return replace(good, follow_ups=())


def unlike_the_rules(good: Evidence) -> Evidence:
    ((number, case),) = good.cases
    return replace(good, cases=((number, replace(case, attempts=7)),))


def merged_and_not_named(good: Evidence) -> Evidence:
    other = replace(reminder_of(good), key="HC-1002/reminder/x", case=1002, state="merged", ts=None)
    return replace(good, letters=(*good.letters, replace(other, merged_into=reminder_of(good).key)))


def test_what_is_as_promised_is_no_fault():
    verdict = Auditor(RULES, as_it_must_be(), ("Hanna",)).verdict()
    assert verdict.faults == ()
    assert verdict.healed == ()


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (without_post, "lost"),
        (deleted, "lost"),
        (waiting, "lost"),
        (unpromised, "lost"),
        (merged_and_not_named, "lost"),
        (unheard, "halves"),
        (twice, "doubled"),
        (at_night, "out_of_hours"),
        (too_early, "out_of_hours"),
        (elsewhere, "forbidden"),
        (to_a_stranger, "forbidden"),
        (said_to_all, "forbidden"),
        (tagging_who_is_off, "forbidden"),
        (naming_the_homeowner, "private"),
        (without_its_case, "halves"),
        (opened_twice, "halves"),
        (without_its_appointments, "halves"),
        (unlike_the_rules, "halves"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_each_kind_of_fault_is_found(broken: Callable[[Evidence], Evidence], kind):
    verdict = Auditor(RULES, broken(as_it_must_be()), ("Hanna",)).verdict()
    assert getattr(verdict, kind)


def test_a_double_that_was_taken_away_is_told_apart():
    good = as_it_must_be()
    verdict = Auditor(RULES, replace(good, posts=good.posts * 2)).verdict()
    assert verdict.faults == ()
    assert len(verdict.healed) == 1


def test_an_answer_to_who_pressed_something_needs_no_promise():
    good = as_it_must_be()
    answer = replace(good.posts[0], mark="", text="The desk cannot reach its memory just now.")
    assert Auditor(RULES, replace(good, posts=(*good.posts, answer))).verdict().faults == ()
