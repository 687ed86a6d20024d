"""Homeowner concerns before PTO: words, fields, recipients and the chase (R-052 to R-085)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sop import Facts, Step, plan
from bot.wording import Names, write
from tests.bot.desk import NOW, at, facts, playbooks
from tests.bot.test_installer_path import Story, states

S_4 = "Thank you for calling EverBright. I will go and close out this ticket. Have a wonderful day."
S_5 = (
    "Thank you, we have notated your concerns on your account and will communicate with the installer. We "
    "will advise you once we hear back from the installer. We hope that you have a great rest of your day."
)


def concern(**changes: object) -> Facts:
    """A general concern of an EverBright homeowner, by phone, that was not resolved."""
    return facts(**{"category": "general_concern", "resolved_on_call": False, **changes})


def chase(story: Story) -> None:
    """The installer was written to and followed up twice."""
    story.then("installer_email_sent")
    story.then("attempt_logged", n=1)
    story.then("attempt_logged", n=2)


def step(known: Facts, name: str) -> Step:
    """A step of the plan by its id."""
    return next(each for each in plan(known, playbooks(), NOW).steps if each.id == name)


def words(known: Facts, name: str) -> str:
    return write(step(known, name), known, Names()).text


def fields(known: Facts, name: str) -> dict[str, str]:
    return write(step(known, name), known, Names()).fields


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        pytest.param({"resolved_on_call": True}, "resolved", S_4, id="S-4"),
        pytest.param({}, "notified", S_5, id="S-5"),
        pytest.param({"channel": "chat"}, "notified", S_5, id="S-5 in writing"),
    ],
)
def test_the_scripts_are_said_word_for_word(changes: dict[str, object], name: str, said: str) -> None:
    assert words(concern(**changes), name) == said


def test_the_installers_ticket_has_the_sops_fields() -> None:
    assert fields(concern(description="Loose panels."), "open_installer_ticket") == {
        "Summary": "Homeowner Concern – Ada (homeowner) - Sunny Roofs",
        "Description": "Loose panels.",
        "Installer’s email address": "office@example.test",
        "Organization": "Sunny Roofs",
        "Support Channel": "Phone",
    }


def test_an_installer_without_an_address_leaves_the_sops_placeholder() -> None:
    known = concern(program="concert", found_on_platform=False, installer={"name": "Sunny Roofs"})
    asked = fields(known, "open_installer_ticket")["Installer’s email address"]
    assert asked == "[Insert Here INSTALLER EMAIL ADDRESS]"


@pytest.mark.parametrize("channel", ["chat", "email"])
def test_phone_and_e_mail_are_noted_for_calls_only(channel: str) -> None:
    assert "202-555-0101" in words(concern(), "call_notes")
    written = concern(channel=channel)
    assert "call_notes" not in states(plan(written, playbooks(), NOW))
    assert "202-555-0101" not in words(written, "notes")


def test_an_unknown_channel_is_asked_for() -> None:
    assert "channel" in plan(concern(channel=None), playbooks(), NOW).asks


@pytest.mark.parametrize(
    ("program", "participant"),
    [
        pytest.param("everbright", "account_manager", id="EverBright"),
        pytest.param("concert", "concert_compliance_contact", id="Concert"),
        pytest.param("beam", "concert_compliance_contact", id="Beam"),
    ],
)
def test_the_request_participant_is_there_from_the_start(program: str, participant: str) -> None:
    made = plan(concern(program=program, found_on_platform=program == "everbright"), playbooks(), NOW)
    added = [(each.participants, each.on) for each in made.steps if each.verb == "add_participant"]
    assert added == [((participant,), "installer_ticket")]


def test_the_attempts_are_counted_in_the_comment() -> None:
    story = Story(concern())
    story.then("installer_email_sent")
    first = next(each for each in story.ring().steps if each.id == "attempt_comment")
    assert write(first, concern(), Names()).text == "1/2 attempt"
    story.then("attempt_logged", n=1)
    second = next(each for each in story.ring().steps if each.id == "attempt_comment-2")
    assert write(second, concern(), Names()).text == "2/2 attempt"


@pytest.mark.parametrize("event", ["installer_replied", "installer_confirmed_receipt"])
@pytest.mark.parametrize("logged", [0, 1, 2])
def test_an_answer_stops_the_chase_at_any_point(event: str, logged: int) -> None:
    story = Story(concern())
    story.then("installer_email_sent")
    for number in range(logged):
        story.then("attempt_logged", n=number + 1)
    answered = story.then(event)
    assert answered.next_due is None
    assert not answered.case.running


def test_the_account_manager_gets_two_mails_from_outlook_and_no_third() -> None:
    story = Story(concern())
    chase(story)
    mails = []
    for number in (1, 2):
        mails += [(each.system, each.to) for each in story.ring().steps if each.verb == "email"]
        story.then("am_email_sent", n=number)
    assert mails == [("outlook", ("account_manager",))] * 2
    assert story.then("am_email_sent", n=3).refused


@pytest.mark.parametrize("program", ["concert", "beam"])
def test_concert_and_beam_write_no_outlook_mail(program: str) -> None:
    story = Story(concern(program=program, found_on_platform=False))
    chase(story)
    assert states(story.last)["after_attempts_concert"] == "available"
    assert not any(each.system == "outlook" for each in story.last.plan.steps)
    lost = next(each for each in story.last.plan.steps if each.id == "after_attempts_concert")
    assert lost.lost
    assert "R-083" in lost.cites


def test_before_closing_on_a_receipt_the_homeowner_is_informed() -> None:
    story = Story(concern())
    story.then("installer_email_sent")
    story.then("installer_confirmed_receipt")
    verbs = [each.verb for each in story.last.steps if each.state == "available"]
    assert verbs == ["inform_homeowner", "close", "close"]
    closing = next(each for each in story.last.steps if each.verb == "close")
    assert "not a resolution" in write(closing, concern(), Names()).text


def test_a_ticket_that_is_there_is_not_opened_again_on_another_path() -> None:
    story = Story(concern(resolved_on_call=None))
    story.then("reference_recorded", on="ho_ticket", reference="EBH-1")
    resolved = story.then("facts_learned", resolved_on_call=True)
    assert resolved.case.path == "general_concerns/resolved_on_call"
    tickets = [(each.id, each.state) for each in resolved.plan.steps if each.verb == "open_ticket"]
    assert tickets == [("open_ticket", "done")]


@pytest.mark.parametrize(
    ("category", "program", "sop"),
    [
        pytest.param("welcome_call", "everbright", "conducting-welcome-calls", id="welcome call"),
        pytest.param("cancellation", "everbright", "homeowner-wants-to-cancel", id="EverBright"),
        pytest.param("cancellation", "concert", "concert-cancellations", id="Concert"),
        pytest.param("cancellation", "beam", "concert-cancellations", id="Beam, as a desk default"),
    ],
)
def test_another_sop_is_named_with_its_link(category: str, program: str, sop: str) -> None:
    known = concern(category=category, program=program, found_on_platform=program == "everbright")
    named = [each for each in plan(known, playbooks(), NOW).steps if each.verb == "refer_to_sop"]
    assert [each.link for each in named] == [f"https://sops.example.test/{sop}"]
    assert named[0].link in write(named[0], known, Names()).text
    assert named[0].default is (program == "beam")


def test_a_link_that_is_blank_refuses_its_step_and_says_which_line_to_fill() -> None:
    organisation = replace(playbooks().organisation, links={})
    made = plan(concern(category="welcome_call"), replace(playbooks(), organisation=organisation), NOW)
    named = next(each for each in made.steps if each.verb == "refer_to_sop")
    assert named.state == "refused"
    assert "links.welcome_calls in desk.yaml" in named.why
    assert states(made)["sop_followed"] == "available"


@pytest.mark.parametrize("category", ["general_concern", "welcome_call", "cancellation"])
@pytest.mark.parametrize(
    ("pto", "covered"),
    [
        pytest.param("unknown", True, id="unknown counts as before"),
        pytest.param("not_yet", True, id="before"),
        pytest.param("2026-11-01", False, id="after"),
    ],
)
@pytest.mark.parametrize("resolved", [False, None])
def test_after_pto_a_concern_is_not_covered(
    category: str, pto: str, covered: bool, resolved: bool | None
) -> None:
    known = concern(category=category, milestones={"pto": pto}, resolved_on_call=resolved)
    assert plan(known, playbooks(), NOW).covered is covered
    after = concern(category=category, milestones={"pto": pto}, resolved_on_call=True)
    assert plan(after, playbooks(), NOW).path == "general_concerns/resolved_on_call"


def test_new_contact_details_stay_to_be_noted_after_the_call() -> None:
    story = Story(concern(extra={"contact_details_current": False, "new_phone": "202-555-0103"}))
    sent = story.then("installer_email_sent", at("2026-11-18 09:30"))
    assert states(sent.plan)["new_contact_details"] == "available"
    assert "opening" not in states(sent.plan)
    noted = next(each for each in sent.plan.steps if each.id == "new_contact_details")
    assert "202-555-0103" in write(noted, story.last.case.facts, Names()).text
    assert states(story.then("step_done", step="new_contact_details").plan)["new_contact_details"] == "done"


@pytest.mark.parametrize("mails", [0, 1])
def test_a_case_that_turns_out_to_be_concerts_writes_no_more_to_the_account_manager(mails: int) -> None:
    story = Story(concern())
    chase(story)
    for number in range(mails):
        story.then("am_email_sent", n=number + 1)
    changed = story.then("facts_learned", program="concert")
    assert story.stage == "prompting"
    assert states(changed)["after_attempts_concert"] == "available"
    assert "owner" in changed.told
    assert story.then("am_email_sent").refused


@pytest.mark.parametrize("number", [1, 3])
def test_each_mail_to_the_account_manager_has_its_number(number: int) -> None:
    story = Story(concern())
    chase(story)
    story.then("am_email_sent", n=1)
    story.then("am_email_sent", n=number)
    assert f"E-mail {number} cannot be reported" in story.refusal
    assert not story.then("am_email_sent", n=2).refused


def test_once_the_installer_was_answered_the_attempts_begin_anew() -> None:
    story = Story(concern())
    story.then("installer_email_sent")
    story.then("attempt_logged", n=1)
    story.then("installer_replied")
    story.then("installer_email_sent")
    assert story.then("attempt_logged", n=2).refused
    logged = story.then("attempt_logged", n=1)
    assert (story.stage, logged.refused) == ("second_wait", ())
