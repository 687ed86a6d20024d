"""Escalating complaints: alone for fraud and compliance, and beside any path (R-016 to R-024, D-09, D-14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.sop import Facts, Plan, plan, vocabulary
from bot.wording import Names, write
from tests.bot.desk import NOW, at, facts, playbooks
from tests.bot.test_installer_path import Story, states

S_6 = "Thank you, we have notated your concerns and will get back to you shortly."
S_7 = (
    "We take your concerns seriously and we will be investigating your concerns. We also highly recommend "
    "you calling your installer and notifying them of your concerns. As we are partnered with your "
    "installer, but they do not work for Everbright."
)
QUESTIONS = {
    "no_email": (
        "If they don't have one",
        "Did the sales representative create one for them?",
        "Do they have access to the email address?",
        "Was the email address created on the sales representative’s device",
        "or the homeowner’s personal device?",
    ),
    "other_email": (
        "If they say a different email than on file",
        "Did you ever have access to email address on file?",
    ),
    "concern": (
        "Claiming fraud",
        "Promises from the installer",
        "Sales Representative",
        "Contract",
        "System",
    ),
    "sales_representative": (
        "Who did the sales representative say they worked for?",
        "What did the sales representative tell them they were signing up for?",
        "What did the sales representative tell you would happen afterward?",
        "Have you had any other contact with the sales representative after they first came to your home?",
        "Did the sales rep make an email for you?",
    ),
    "contract": (
        "Do you remember receiving anything via email?",
        "Do you remember reviewing any documentation on your device or the sales representative's device?",
        "Did you receive a copy of your agreement?",
        "Did the documentation you received seem off to you?",
        "(completing welcome call) using your phone or the sales representative’s phone?",
    ),
    "closing": (
        "What is your main concern?",
        "Do they have any physical record of the promises or what was told to them?",
        "(Example: text messages, emails, calls, voicemails)",
    ),
}


def fraud(**changes: object) -> Facts:
    """An EverBright homeowner who calls about fraud."""
    return facts(**{"category": "fraud", **changes})


def words(made: Plan, known: Facts, name: str) -> str:
    step = next(each for each in made.steps if each.id == name)
    return write(step, known, Names()).text


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_questions_are_asked_word_for_word(name: str) -> None:
    text = words(plan(fraud(), playbooks(), NOW), fraud(), name)
    assert all(question in text for question in QUESTIONS[name])


@pytest.mark.parametrize(("name", "said"), [("get_back", S_6), ("advise", S_7)], ids=["S-6", "S-7"])
def test_the_scripts_are_said_word_for_word(name: str, said: str) -> None:
    assert words(plan(fraud(), playbooks(), NOW), fraud(), name) == said


def test_the_empty_rows_are_lost() -> None:
    lost = [step.id for step in plan(fraud(agrees_to_wait=True), playbooks(), NOW).steps if step.lost]
    assert lost == ["agreed", "overview", "verification", "claiming_fraud", "promises", "system"]


@pytest.mark.parametrize("category", ["fraud", "compliance"])
@pytest.mark.parametrize("program", ["everbright", "concert", "beam"])
@pytest.mark.parametrize("pto", ["unknown", "2026-01-01"])
@pytest.mark.parametrize("channel", vocabulary.CHANNELS)
def test_fraud_and_compliance_are_the_path_at_any_milestone(
    category: str, program: str, pto: str, channel: str
) -> None:
    found = program == "everbright"
    known = fraud(category=category, program=program, found_on_platform=found, channel=channel)
    made = plan(known, playbooks(), NOW)
    assert (made.path, made.overlays) == ("escalating_complaints/fraud_or_compliance", ())
    assert made.handled_by == "trained_agent"
    assert [step.on for step in made.steps if step.verb.startswith("open_")] == ["ho_ticket"]
    assert any(ban.role == "homeowner" and "R-072" in ban.cites for ban in made.forbidden)


@pytest.mark.parametrize("qualifier", vocabulary.SENSITIVE)
@pytest.mark.parametrize(
    "category", ["installer_unresponsive", "general_concern", "property_damage", "wrong_meter"]
)
def test_each_qualifier_adds_the_escalation_to_any_path(qualifier: str, category: str) -> None:
    plain = facts(category=category, product="ric", milestones={"m3": "not_yet"}, extra={"damaged": ["roof"]})
    known = facts(
        category=category,
        product="ric",
        milestones={"m3": "not_yet"},
        extra={"damaged": ["roof"]},
        sensitive=[qualifier],
    )
    before, made = plan(plain, playbooks(), NOW), plan(known, playbooks(), NOW)
    assert (made.path, made.overlays) == (before.path, ("escalation",))
    assert {step.id for step in before.steps} < {step.id for step in made.steps}
    assert {"sensitive_review", "closing", "advise"} <= set(states(made))
    assert "get_back" not in states(made)
    assert "agrees_to_wait" in made.asks


def test_the_leads_and_the_resolution_specialists_review_a_sensitive_issue() -> None:
    made = plan(facts(sensitive=["slander"]), playbooks(), NOW)
    review = next(step for step in made.steps if step.id == "sensitive_review")
    assert (review.to, review.state) == (("lead", "resolution_specialist"), "available")


def test_an_agent_who_is_not_trained_hands_over() -> None:
    assert "hand_over" not in states(plan(fraud(), playbooks(), NOW))
    assert "hand_over" not in states(plan(fraud(extra={"agent_trained": True}), playbooks(), NOW))
    made = plan(fraud(extra={"agent_trained": False}), playbooks(), NOW)
    assert states(made)["hand_over"] == "available"


@pytest.mark.parametrize("base", [fraud, facts], ids=["as the path", "beside a path"])
def test_the_voicemail_notice_comes_before_the_transfer(base: Callable[..., Facts]) -> None:
    made = plan(base(wants_leadership=True, agrees_to_wait=False), playbooks(), NOW)
    verbs = [(step.id, step.verb) for step in made.steps if {"R-019", "R-020"} & set(step.cites)]
    names = [name for name, _ in verbs]
    assert names.index("voicemail_notice") < names.index("warm_transfer")
    transfer = next(step for step in made.steps if step.verb == "warm_transfer")
    assert (transfer.to, transfer.state) == (("resolution_specialist",), "available")


@pytest.mark.parametrize("channel", ["chat", "email"])
def test_nothing_is_transferred_that_is_no_call(channel: str) -> None:
    made = plan(fraud(channel=channel, agrees_to_wait=False), playbooks(), NOW)
    assert not any(step.verb == "warm_transfer" or step.id == "voicemail_notice" for step in made.steps)
    assert states(made)["refused_in_writing"] == "available"


@pytest.mark.parametrize(
    ("when", "due"),
    [
        pytest.param("2026-11-20 16:00", "2026-11-23 09:00", id="over a weekend"),
        pytest.param("2026-11-25 16:00", "2026-11-27 09:00", id="over Thanksgiving"),
        pytest.param("2026-12-31 16:00", "2027-01-04 09:00", id="over New Year"),
        pytest.param("2026-10-30 16:00", "2026-11-02 09:00", id="over the end of daylight saving time"),
        pytest.param("2027-03-12 16:00", "2027-03-15 09:00", id="over its beginning"),
        pytest.param("2026-11-18 03:00", "2026-11-19 09:00", id="before dawn"),
    ],
)
@pytest.mark.parametrize("base", [fraud, facts], ids=["as the path", "beside a path"])
def test_who_agrees_to_wait_is_followed_up_from_the_next_business_day(
    base: Callable[..., Facts], when: str, due: str
) -> None:
    known = base(wants_leadership=True, agrees_to_wait=True)
    assert plan(known, playbooks(), at(when)).next_due == at(due)


def test_beside_a_path_the_leads_are_prompted_four_times_and_the_question_stays() -> None:
    story = Story(facts(wants_leadership=True, agrees_to_wait=True))
    rung = 0
    while story.last.next_due is not None:
        assert story.ring().told == ("owner", "lead")
        rung += 1
    assert rung == 4
    assert states(story.last.plan)["callback_due"] == "available"
    assert story.stage == "first_attempt"


def test_a_follow_up_that_was_made_early_ends_the_prompts() -> None:
    story = Story(facts(wants_leadership=True, agrees_to_wait=True))
    assert story.then("step_done", step="callback_due").next_due is None
    assert states(story.last.plan)["callback_due"] == "done"


def test_a_reopened_case_does_not_prompt_for_what_was_done() -> None:
    story = Story(fraud(agrees_to_wait=True))
    story.then("step_done", step="agreed")
    story.then("close_requested")
    assert not story.last.case.running


def test_closing_ends_the_prompts() -> None:
    story = Story(facts(wants_leadership=True, agrees_to_wait=True))
    story.then("homeowner_contacted_satisfied")
    assert story.then("close_requested").case.state == "closed"
    assert not story.last.case.running


def test_with_a_lawyer_what_sends_them_to_the_installer_is_held_until_released() -> None:
    story = Story(fraud(sensitive=["lawyer"]))
    assert states(story.last.plan)["advise"] == "held"
    assert states(story.last.plan)["get_back"] == "available"
    assert states(story.then("lead_released"))["advise"] == "available"


@pytest.mark.parametrize("event", ["installer_email_sent", "attempt_logged", "am_email_sent"])
def test_a_lawyer_who_comes_in_later_stops_the_chase(event: str) -> None:
    story = Story(facts(category="general_concern", resolved_on_call=False))
    if event != "installer_email_sent":
        story.then("installer_email_sent")
    if event == "am_email_sent":
        story.then("attempt_logged", n=1)
        story.then("attempt_logged", n=2)
    story.then("facts_learned", sensitive=["lawyer"])
    assert [refusal.cites for refusal in story.then(event).refused] == [("D-09",)]
    story.then("lead_released")
    assert not story.then(event).refused


def test_before_the_concert_check_is_answered_nothing_is_transferred_or_prompted() -> None:
    known = fraud(program="unknown", found_on_platform=False, agrees_to_wait=False)
    made = plan(known, playbooks(), NOW)
    assert {step.verb for step in made.steps} == {"say", "ask", "confirm_program"}
    assert made.next_due is None


@pytest.mark.parametrize(("first", "then"), [(True, "refused"), (False, "agreed")], ids=["agreed", "refused"])
def test_who_changes_their_mind_stands_where_that_leads(first: bool, then: str) -> None:
    story = Story(fraud(agrees_to_wait=first))
    story.then("facts_learned", agrees_to_wait=not first)
    assert story.stage == then
    assert [timer.kind for timer in story.last.case.running] == ["prompt"]


def test_facts_that_are_learned_later_promise_no_second_prompt() -> None:
    story = Story(facts(wants_leadership=True, agrees_to_wait=True))
    learned = story.then("facts_learned", extra={"callback_number": "202-555-0102"})
    assert [timer.kind for timer in learned.case.running] == ["lead_prompt"]
