"""The silent installer's path, event by event (R-001 to R-009)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.sop import Advance, Event, Facts, Plan, advance, begin, plan
from tests.bot.desk import NOW, at, facts, playbooks

OLD_M1 = "2026-09-01"


class Story:
    """A case and what happens to it, one event after another."""

    def __init__(self, known: Facts, now: datetime = NOW) -> None:
        self.now = now
        self.last: Advance = begin(known, playbooks(), now)

    def then(self, name: str, when: datetime | None = None, **data: object) -> Advance:
        self.now = when or self.now
        event = Event(name, self.now, data, "Ada (agent)")
        self.last = advance(self.last.case, event, playbooks(), self.now)
        return self.last

    def ring(self) -> Advance:
        assert self.last.next_due is not None
        return self.then("clock", self.last.next_due)

    @property
    def stage(self) -> str:
        return self.last.case.stage

    @property
    def refusal(self) -> str:
        return " ".join(refusal.message for refusal in self.last.refused)


def waiting(**changes: object) -> Story:
    """The installer was written to, and the follow-up has fallen due."""
    story = Story(facts(**changes))
    story.then("installer_email_sent")
    story.ring()
    return story


def states(made: Plan | Advance) -> dict[str, str]:
    return {step.id: step.state for step in made.steps}


def test_the_plan_names_ticket_mail_and_question() -> None:
    made = plan(facts(), playbooks(), NOW)
    assert (made.path, made.covered, made.asks) == ("installer_complaints/unresponsive", True, ())
    steps = states(made)
    assert steps["open_ticket"] == steps["email_installer"] == "available"
    assert steps["homeowner_heard"] == "waiting"
    assert made.next_due is None
    assert not any("account_manager" in step.participants for step in made.steps)


def test_the_question_comes_two_business_days_after_the_mail() -> None:
    story = Story(facts())
    sent = story.then("installer_email_sent")
    assert (sent.case.state, sent.case.attempts) == ("waiting", 1)
    assert sent.next_due == at("2026-11-20 09:00")
    rang = story.ring()
    assert [timer.kind for timer in rang.rang] == ["follow_up"]
    assert rang.told == ("owner",)
    assert states(rang) == {"homeowner_heard": "available"}


def test_satisfied_thanks_and_closes() -> None:
    story = waiting()
    story.then("homeowner_contacted_satisfied")
    assert story.last.case.state == "ready_to_close"
    assert states(story.last)["thank_homeowner"] == "available"
    story.then("close_requested")
    assert story.last.case.state == "closed"
    assert not story.last.case.running


@pytest.mark.parametrize(
    ("extra", "m1", "stage"),
    [
        pytest.param({"need": "installation_issue"}, "unknown", "next_attempt", id="installation issue"),
        pytest.param({"need": "cancellation"}, OLD_M1, "next_attempt", id="cancellation, M1 long ago"),
        pytest.param(
            {"need": "cancellation"}, "2026-10-20", "next_attempt", id="cancellation, M1 31 days ago"
        ),
        pytest.param(
            {"need": "cancellation"}, "2026-10-21", "lead_decides", id="cancellation, M1 30 days ago"
        ),
        pytest.param({"need": "cancellation"}, "not_yet", "lead_decides", id="cancellation, M1 not yet"),
        pytest.param({"need": "cancellation"}, "unknown", "gate", id="cancellation, M1 unknown"),
        pytest.param({"need": "other"}, OLD_M1, "lead_decides", id="something else"),
        pytest.param({}, OLD_M1, "gate", id="need unknown"),
    ],
)
@pytest.mark.parametrize("answer", ["homeowner_not_heard", "homeowner_contacted_unsatisfied"])
def test_the_gate_decides_on_the_next_attempt(
    answer: str, extra: dict[str, object], m1: str, stage: str
) -> None:
    # The question falls due on Friday, November 20; October 20 is 31 days before it.
    story = waiting(extra=extra, milestones={"m1": m1})
    story.then(answer)
    assert story.stage == stage


def test_the_gate_asks_for_what_it_does_not_know() -> None:
    story = waiting()
    gate = story.then("homeowner_not_heard")
    assert gate.plan.asks == ("extra.need",)
    assert states(gate)["ask:extra.need"] == "available"
    assert story.then("facts_learned", **{"extra.need": "cancellation"}).plan.asks == ("milestones.m1",)
    assert story.then("milestone_learned", m1=OLD_M1).case.stage == "next_attempt"


def test_a_gate_that_fails_tells_the_lead() -> None:
    story = waiting(extra={"need": "other"})
    failed = story.then("homeowner_not_heard")
    assert failed.case.state == "needs_decision"
    assert failed.told == ("lead",)


@pytest.mark.parametrize(
    ("program", "found", "participant"),
    [
        pytest.param("everbright", True, "account_manager", id="EverBright"),
        pytest.param("beam", False, "concert_compliance_contact", id="Beam"),
        pytest.param("concert", False, "concert_compliance_contact", id="Concert"),
    ],
)
def test_the_second_attempt_brings_a_participant(program: str, found: bool, participant: str) -> None:
    story = waiting(program=program, found_on_platform=found, extra={"need": "installation_issue"})
    given = story.then("homeowner_not_heard")
    added = [step for step in given.steps if step.verb == "add_participant"]
    assert [(step.participants, step.on, step.state) for step in added] == [
        ((participant,), "ho_ticket", "available")
    ]
    mail = next(step for step in given.steps if step.verb == "email")
    assert (mail.id, mail.attempt, mail.copied) == ("email_installer-2", 2, ())


def test_the_second_silence_prompts_three_times_and_then_needs_a_decision() -> None:
    story = waiting(extra={"need": "installation_issue"})
    story.then("homeowner_not_heard")
    story.then("installer_email_sent")
    story.ring()
    assert story.then("homeowner_not_heard").next_due == at("2026-11-27 09:00")
    dates = []
    for _ in range(3):
        dates.append(story.last.next_due)
        assert story.ring().told == ("owner", "lead")
    assert dates == [at("2026-11-27 09:00"), at("2026-11-30 09:00"), at("2026-12-02 09:00")]
    assert (story.last.case.state, story.last.next_due) == ("needs_decision", None)
    assert story.then("clock", story.now + timedelta(days=60)).case.state == "needs_decision"


@pytest.mark.parametrize(
    ("event", "state"),
    [
        pytest.param("lead_released", "open", id="another attempt"),
        pytest.param("installer_email_sent", "waiting", id="another mail"),
        pytest.param("close_requested", "closed", id="close"),
        pytest.param("homeowner_contacted_satisfied", "ready_to_close", id="satisfied after all"),
    ],
)
def test_a_lead_decides(event: str, state: str) -> None:
    story = waiting(extra={"need": "other"})
    story.then("homeowner_not_heard")
    assert story.then(event).case.state == state


def test_an_unreachable_homeowner_is_tried_on_the_next_business_day() -> None:
    story = waiting()
    first = story.last.rang[0].id
    again = story.then("homeowner_unreachable", at("2026-11-20 15:00"))
    assert again.next_due == at("2026-11-23 09:00")
    assert again.case.running[0].id != first
    assert states(story.ring())["homeowner_heard"] == "available"


def test_a_snooze_moves_this_question_only() -> None:
    story = Story(facts(extra={"need": "installation_issue"}))
    story.then("installer_email_sent")
    snoozed = story.then("snoozed", until="2026-11-21T11:00:00-05:00", reason="the homeowner is away")
    assert snoozed.next_due == at("2026-11-23 11:00")
    assert "the homeowner is away" in snoozed.notes[0]
    story.ring()
    story.then("homeowner_not_heard")
    assert story.then("installer_email_sent").next_due == at("2026-11-25 11:00")


def test_a_question_that_was_asked_can_be_put_off_again() -> None:
    story = waiting()
    again = story.then("snoozed", until="2026-11-24")
    assert again.next_due == at("2026-11-24 09:00")
    assert states(again)["homeowner_heard"] == "waiting"


@pytest.mark.parametrize(
    ("event", "data", "says", "cites"),
    [
        pytest.param("close_requested", {}, "homeowner is satisfied", ("R-005", "D-05"), id="close"),
        pytest.param(
            "homeowner_not_heard", {}, "too early", ("R-004", "D-04"), id="not heard before the date"
        ),
        pytest.param("installer_email_sent", {}, "does not fit", (), id="the mail was sent already"),
        pytest.param("meter_corrected", {}, "does not fit", (), id="another SOP's event"),
        pytest.param("reopened", {}, "nothing to reopen", (), id="reopen what is open"),
        pytest.param("snoozed", {}, "later than now", (), id="snooze without a date"),
        pytest.param("snoozed", {"until": "2020-01-01"}, "later than now", (), id="snooze into the past"),
        pytest.param("lead_released", {}, "Nothing on this case is held", (), id="nothing to release"),
        pytest.param("concert_confirmed", {"by": "x"}, "No Concert check", ("D-12",), id="no check asked"),
        pytest.param("facts_learned", {"extra.need": "x"}, "Allowed", (), id="a fact not of its form"),
        pytest.param("facts_learned", {"category": "fraud"}, "linked", ("D-21",), id="another category"),
        pytest.param("step_done", {"step": "nothing"}, "no step", (), id="a step that is not there"),
        pytest.param("recipient_added", {"recipient": "boss"}, "Allowed", (), id="an unknown role"),
        pytest.param("dance", {}, "not an event", (), id="no event"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    event: str, data: dict[str, object], says: str, cites: tuple[str, ...]
) -> None:
    story = Story(facts())
    before = story.then("installer_email_sent").case
    refused = story.then(event, **data)
    assert says in story.refusal
    assert refused.refused[0].cites == cites
    assert refused.case == before


def test_the_same_attempt_is_not_counted_twice() -> None:
    story = waiting(extra={"need": "installation_issue"})
    story.then("homeowner_not_heard")
    assert story.then("installer_email_sent", attempt=1).refused
    assert story.then("installer_email_sent", attempt=2).case.attempts == 2


def test_an_unanswered_cancellation_mail_was_the_first_attempt() -> None:
    story = Story(facts(category="cancellation_mail_unanswered", milestones={"m1": OLD_M1}))
    assert story.last.plan.path == "installer_complaints/unresponsive"
    assert story.last.case.attempts == 1
    assert {"open_ticket", "add_account_manager", "email_installer"} <= set(states(story.last))
    story.then("installer_email_sent")
    story.ring()
    assert story.then("homeowner_not_heard").case.stage == "prompting"


@pytest.mark.parametrize(
    ("m1", "covered", "asks"),
    [
        pytest.param("unknown", True, ("milestones.m1",), id="M1 unknown is asked"),
        pytest.param("not_yet", False, (), id="M1 not yet"),
        pytest.param("2026-10-19", False, (), id="M1 30 days ago"),
    ],
)
def test_an_early_cancellation_mail_is_for_the_lead(m1: str, covered: bool, asks: tuple[str, ...]) -> None:
    made = plan(facts(category="cancellation_mail_unanswered", milestones={"m1": m1}), playbooks(), NOW)
    assert (made.path, made.covered, made.asks) == (None, covered, asks)


def test_what_no_playbook_covers_is_for_a_lead() -> None:
    story = Story(facts(category="cancellation_mail_unanswered", milestones={"m1": "2026-11-01"}))
    made = story.last.plan
    assert (made.path, made.covered, made.handled_by) == (None, False, "lead")
    owed = [step for step in made.steps if step.verb not in ("say", "ask")]
    assert [(step.verb, step.cites) for step in owed] == [("ask_lead", ("D-20",))]
    assert story.last.told == ("lead",)
    assert story.then("close_requested").case.state == "closed"


def test_a_reopened_case_starts_a_new_round_and_keeps_its_history() -> None:
    story = waiting()
    story.then("homeowner_contacted_satisfied")
    closed = story.then("close_requested").case
    opened = story.then("reopened").case
    assert (opened.state, opened.stage, opened.rounds, opened.attempts) == ("open", "first_attempt", 1, 0)
    assert opened.history[:-1] == closed.history
    assert "email_installer-2" in states(story.last)
    timers = {timer.id for timer in closed.timers}
    assert story.then("installer_email_sent").case.running[0].id not in timers


def test_contradicting_facts_leave_only_words_until_they_are_resolved() -> None:
    story = Story(facts(milestones={"m1": "not_yet", "m3": "2026-06-01"}))
    made = story.last.plan
    assert made.contradictions == (("milestones.m1", "milestones.m3"),)
    assert made.steps
    assert {step.verb for step in made.steps} <= {"ask", "say"}
    assert story.then("installer_email_sent").refused
    assert story.then("milestone_learned", m1="2026-01-01").case.stage == "first_attempt"


def test_a_milestone_learned_keeps_the_timer_and_tells_the_owner() -> None:
    story = Story(facts())
    before = story.then("installer_email_sent").case.running
    learned = story.then("milestone_changed", m1=OLD_M1)
    assert learned.case.running == before
    assert learned.told == ("owner",)
    assert "M1" in learned.notes[0]


def test_a_program_that_becomes_unknown_cancels_the_timer_with_a_line() -> None:
    story = Story(facts())
    story.then("installer_email_sent")
    changed = story.then("facts_learned", program="unknown")
    assert changed.plan.asks == ("program",)
    assert not changed.case.running
    assert any("cancelled" in note for note in changed.notes)


def test_a_program_learned_changes_who_is_added() -> None:
    story = waiting(extra={"need": "installation_issue"})
    story.then("homeowner_not_heard")
    changed = story.then("facts_learned", program="concert", found_on_platform=False)
    added = [step.participants for step in changed.plan.steps if step.verb == "add_participant"]
    assert added == [("concert_compliance_contact",)]
    assert changed.told == ("owner",)


@pytest.mark.parametrize(
    ("program", "event", "data", "refused"),
    [
        pytest.param(
            "concert", "recipient_added", {"mail_to": "installer"}, True, id="Concert: installer mail"
        ),
        pytest.param("beam", "recipient_added", {"mail_to": "installer"}, True, id="Beam: installer mail"),
        pytest.param(
            "everbright", "recipient_added", {"mail_to": "installer"}, False, id="EverBright: allowed"
        ),
        pytest.param("everbright", "recipient_added", {"mail_to": "risk"}, True, id="EverBright: Risk"),
        pytest.param("everbright", "recipient_added", {"mail_to": "concert_support"}, True, id="EB: Support"),
        pytest.param("concert", "recipient_added", {"mail_to": ["risk"]}, True, id="Concert: a list"),
        pytest.param("concert", "participant_added", {"on": "ho_ticket"}, True, id="Concert: participant"),
        pytest.param("everbright", "participant_added", {"on": "ho_ticket"}, False, id="EB: participant"),
    ],
)
@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_the_homeowner_is_never_copied_where_it_is_forbidden(
    program: str, event: str, data: dict[str, object], refused: bool, field: str
) -> None:
    story = Story(facts(program=program, found_on_platform=program == "everbright"))
    given = story.then(event, recipient="homeowner", participant="homeowner", field=field, **data)
    assert bool(given.refused) is refused
    assert all(r.role == "homeowner" and "D-13" in r.cites for r in given.refused)


@pytest.mark.parametrize(
    ("program", "places"),
    [
        pytest.param("everbright", set(), id="EverBright"),
        pytest.param("concert", {"mail", "participants"}, id="Concert"),
        pytest.param("beam", {"mail", "participants"}, id="Beam"),
    ],
)
def test_the_plan_says_what_is_forbidden(program: str, places: set[str]) -> None:
    made = plan(facts(program=program, found_on_platform=program == "everbright"), playbooks(), NOW)
    assert {each.where for each in made.forbidden if each.role == "homeowner"} == places


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        pytest.param({"field": "to", "mail_to": "homeowner"}, False, id="a mail of their own"),
        pytest.param({"field": "cc"}, True, id="copied, whoever it is to"),
        pytest.param({"field": "bcc"}, True, id="copied in secret"),
    ],
)
def test_a_concert_homeowner_gets_mail_of_their_own_only(data: dict[str, object], refused: bool) -> None:
    story = Story(facts(program="concert", found_on_platform=False))
    assert bool(story.then("recipient_added", recipient="homeowner", **data).refused) is refused


def test_a_lawyer_holds_the_mail_until_a_lead_releases_it() -> None:
    story = Story(facts(sensitive=["lawyer"]))
    assert states(story.last)["email_installer"] == "held"
    assert story.then("installer_email_sent").refused[0].cites == ("D-09",)
    assert states(story.then("lead_released"))["email_installer"] == "available"
    assert story.then("installer_email_sent").case.state == "waiting"


def test_a_ticket_number_completes_its_step() -> None:
    story = Story(facts())
    assert states(story.then("reference_recorded", on="ho_ticket", reference="EBH-1")) == {
        "open_ticket": "done"
    }


def test_a_ticket_not_yet_made_is_still_owed_after_the_mail() -> None:
    story = Story(facts())
    sent = story.then("installer_email_sent")
    assert states(sent.plan)["open_ticket"] == "available"
    assert "notified" not in states(sent.plan)


@pytest.mark.parametrize(
    ("event", "data", "says", "told"),
    [
        pytest.param("installer_replied", {}, "still asked", ("owner",), id="the installer replied"),
        pytest.param("owner_away", {}, "away", ("lead",), id="the owner is away"),
        pytest.param(
            "same_complaint_again",
            {"category": "installer_unresponsive", "address": "1 example  street"},
            "D-22",
            ("agent", "owner"),
            id="the same complaint",
        ),
        pytest.param(
            "same_complaint_again", {"category": "wrong_meter"}, "D-21", ("agent", "owner"), id="another one"
        ),
    ],
)
def test_passing_events_are_noted_and_change_nothing(
    event: str, data: dict[str, object], says: str, told: tuple[str, ...]
) -> None:
    story = Story(facts())
    before = story.then("installer_email_sent")
    noted = story.then(event, **data)
    assert says in noted.notes[0]
    assert noted.told == told
    assert (noted.case.stage, noted.case.timers) == (before.case.stage, before.case.timers)


def test_several_complaints_are_planned_one_by_one() -> None:
    two = ["installer_unresponsive", "cancellation_mail_unanswered"]
    made = plan(facts(category=two, milestones={"m1": "2026-11-01"}), playbooks(), NOW)
    assert {step.index for step in made.steps if step.verb == "email"} == {0}
    assert {step.index for step in made.steps if step.verb == "ask_lead"} == {1}
    assert made.covered is False


def test_a_participant_step_is_ticked_off_once() -> None:
    story = waiting(extra={"need": "installation_issue"})
    story.then("homeowner_not_heard")
    assert states(story.then("step_done", step="add_account_manager")) == {"add_account_manager": "done"}
    assert story.then("step_done", step="add_account_manager").refused
    assert "marked as done already" in story.refusal
    assert story.then("step_done", step="email_installer-2").refused


def test_a_sensitive_issue_adds_the_review_to_any_path() -> None:
    story = Story(facts(sensitive=["slander"], wants_leadership=True))
    assert story.last.plan.overlays == ("escalation",)
    assert story.last.plan.path == "installer_complaints/unresponsive"
    assert {"sensitive_review", "leadership_review", "email_installer"} <= set(states(story.last))
    assert states(story.then("step_done", step="sensitive_review")) == {"sensitive_review": "done"}


def test_a_sensitive_issue_waits_for_the_concert_check() -> None:
    made = plan(facts(sensitive=["lawyer"], program="unknown", found_on_platform=False), playbooks(), NOW)
    assert {step.verb for step in made.steps} == {"say", "ask", "confirm_program"}
    assert made.overlays == ("escalation",)
