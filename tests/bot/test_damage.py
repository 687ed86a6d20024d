"""Property damage, wrong meter, and complaints about the installer: words, handlers and waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sop import Facts, Step, plan
from bot.sop.organisation import Contact
from bot.wording import Names, write
from tests.bot.desk import NOW, at, facts, playbooks
from tests.bot.test_installer_path import Story, states

HOMEOWNER = {"name": "Ada (homeowner)", "address": "1 Example Street", "phone": "202-555-0101"}
AGENT = Names(agent="Ben (agent)")

T1 = (
    "Hello, Mutual Customer, Ada (homeowner), at address, 1 Example Street, reached out with a concern of a "
    "leak in the roof. We would like your assistance in receiving a response or update regarding this "
    "complaint along with the below questions. They can be reached at 202-555-0101. Do you have recent "
    "communications with the homeowner? What does that look like? Have you addressed or contacted the "
    "homeowner about this specific concern? If not, why? If so, what updates can you provide How do you plan "
    "to make this right for the homeowner? Or if you do not feel they need to, can you provide details on "
    "why along with any documentation? (Insert any other specific homeowner related concern question) Thank "
    "you, Ben (agent)"
)
T2 = (
    "Hello, Mutual Customer, Ada (homeowner), at address, 1 Example Street, reached out with a concern of "
    "Solar System installed on the wrong meter. We would like your assistance in receiving a response or "
    "update regarding this complaint along with the below questions. They can be reached at 202-555-0101."
)
T3 = (
    "The installer has been unresponsive in our outreach attempts to resolve the homeowners concern of a "
    "leak in the roof. We would like your assistance in receiving a response or update from the installer "
    "regarding:"
)
T4_QUESTIONS = (
    "Do they have recent communications with the homeowner? What does that look like? Have they addressed or "
    "contacted the homeowner about this specific concern? If not, why? If so, what updates can they provide "
    "How do they plan to make this right for the homeowner? Or if they do not feel they need to, can they "
    "provide details on why along with any documentation? (Insert any other specific homeowner related "
    "concern question)"
)
S8 = (
    "For system maintenance or production issues, please refer to your contract package for details about "
    "your manufacturer and installer warranties"
)
BORROWED = "from the property damage SOP"


def damage(**changes: object) -> Facts:
    """A RIC homeowner before M3 whose roof leaks, with changes."""
    told: dict[str, object] = {
        "category": "property_damage",
        "product": "ric",
        "milestones": {"m3": "not_yet"},
        "homeowner": HOMEOWNER,
        "description": "a leak in the roof.",
        "extra": {"damaged": ["roof"]},
    }
    return facts(**{**told, **changes})


def said(step: Step, known: Facts) -> str:
    """The words of a step on one line."""
    return " ".join(write(step, known, AGENT).text.split())


def referral(known: Facts) -> Step:
    """The referral comment, after the installer was silent."""
    story = Story(known)
    story.then("installer_email_sent")
    if story.last.next_due is not None:
        story.ring()
    story.then("homeowner_not_heard")
    return next(step for step in story.last.plan.steps if step.key == "referral_comment")


def test_the_mail_about_damage_is_word_for_word() -> None:
    known = damage()
    step = next(each for each in plan(known, playbooks(), NOW).steps if each.id == "email_installer")
    assert said(step, known) == T1
    assert step.to == ("installer",)
    assert step.copied == ()


def test_the_mail_about_the_wrong_meter_is_word_for_word_and_borrows_the_questions() -> None:
    known = damage(category="wrong_meter")
    step = next(each for each in plan(known, playbooks(), NOW).steps if each.id == "email_installer")
    text = said(step, known)
    assert text.startswith(T2)
    assert text.endswith("Thank you, Ben (agent)")
    assert BORROWED in text
    assert "Description of the issue: a leak in the roof." in text
    assert "How do you plan to make this right for the homeowner?" in text


@pytest.mark.parametrize(
    ("changes", "begins", "borrows"),
    [
        pytest.param({}, f"{T3} {T4_QUESTIONS} Thank you, Ben (agent)", False, id="property damage"),
        pytest.param({"category": "wrong_meter"}, T2, True, id="wrong meter"),
        pytest.param({"category": "installer_conduct"}, T3, True, id="installer complaint"),
    ],
)
def test_each_referral_comment_is_that_of_its_own_document(
    changes: dict[str, object], begins: str, borrows: bool
) -> None:
    known = damage(**changes)
    text = said(referral(known), known)
    assert text.startswith(begins)
    assert T4_QUESTIONS in text
    assert (BORROWED in text) is borrows


def test_the_words_on_warranties_are_for_ric_after_m3_only() -> None:
    known = damage(milestones={"m3": "2026-11-02"})
    step = next(each for each in plan(known, playbooks(), NOW).steps if each.id == "warranties")
    assert said(step, known) == S8
    for other in (damage(), damage(product="ppa")):
        assert "warranties" not in states(plan(other, playbooks(), NOW))


@pytest.mark.parametrize(
    ("product", "m3", "subtype"),
    [("ric", "not_yet", True), ("ric", "2026-11-02", False), ("ppa", "not_yet", False)],
)
def test_subtype_and_description_are_for_ric_before_m3_only(product: str, m3: str, subtype: bool) -> None:
    known = damage(product=product, milestones={"m3": m3})
    step = next(each for each in plan(known, playbooks(), NOW).steps if each.verb == "open_case")
    fields = write(step, known, AGENT).fields
    assert fields["Customer Request Type"] == "Installer Complaint"
    assert fields["Related Installer"] == "Sunny Roofs"
    assert fields["Related Homeowner"] == "Ada (homeowner)"
    assert ("SubType" in fields, "Case Description" in fields) == (subtype, subtype)
    assert ("R-042" in step.cites, "R-043" in step.cites) == (subtype, subtype)


def test_the_examples_of_the_sop_are_read_as_they_stand() -> None:
    known = damage(category="installer_conduct")
    step = next(each for each in plan(known, playbooks(), NOW).steps if each.id == "which_example")
    lines = write(step, known, AGENT).text.splitlines()[1:]
    assert lines == [
        "- The solar system is not connected (post M3 related issues)",
        "- The system is missing a piece of equipment.",
        "- Indication of damage to the home or system",
        "- The customer states that the installer was rude (yelling, inappropriate language, etc.)",
        "- Allegations of vulgar activities at customer’s property",
    ]


def test_the_back_office_has_the_case_once_it_is_reassigned() -> None:
    story = Story(damage())
    assert story.last.plan.handled_by == "front_line"
    assert story.then("step_done", step="reassign").plan.handled_by == "back_office"


def test_what_was_not_done_before_the_mail_stays_to_be_done() -> None:
    story = Story(damage())
    story.then("installer_email_sent")
    left = states(story.last.plan)
    assert (left["open_case"], left["reassign"]) == ("available", "available")
    assert story.last.plan.handled_by == "back_office"


def test_a_channel_that_is_not_known_is_asked_for_and_holds_up_nothing_else() -> None:
    made = plan(damage(channel=None), playbooks(), NOW)
    assert made.asks == ("channel",)
    assert {"open_case", "email_installer"} <= set(states(made))
    assert "reassign" not in states(made)


def test_what_waits_for_the_week_cannot_be_ticked_off_before() -> None:
    story = Story(damage(program="beam"))
    assert states(story.last)["commitment_email"] == "waiting"
    story.then("initial_email_sent")
    assert story.last.next_due == at("2026-11-25 09:00")
    assert story.then("step_done", step="commitment_email").refused
    assert states(story.ring())["commitment_email"] == "available"
    assert story.then("step_done", step="commitment_email").case.stage == "after_promise"


@pytest.mark.parametrize("category", ["property_damage", "wrong_meter"])
def test_the_commitment_mail_says_that_its_text_is_missing(category: str) -> None:
    known = damage(category=category, program="concert", found_on_platform=False)
    step = next(each for each in plan(known, playbooks(), NOW).steps if each.id == "commitment_email")
    assert step.to == ("homeowner",)
    assert step.lost
    assert write(step, known, AGENT).subject.startswith("DRAFT")


def test_omnidians_details_are_given_and_a_missing_number_is_named() -> None:
    known = damage(product="ppa", milestones={"m3": "2026-11-02"})
    steps = {step.id: step for step in plan(known, playbooks(), NOW).steps}
    assert "202-555-0199" in said(steps["omnidian_details"], known)
    assert steps["warm_transfer"].to == ("omnidian",)

    organisation = playbooks().organisation
    for contact, details in ((Contact(), "refused"), (Contact("Omnidian", "o@example.test"), "available")):
        blank = replace(organisation, contacts={**organisation.contacts, "omnidian": contact})
        steps = {step.id: step for step in plan(known, replace(playbooks(), organisation=blank), NOW).steps}
        assert (steps["omnidian_details"].state, steps["warm_transfer"].state) == (details, "refused")
        assert "contacts.omnidian.phone in desk.yaml" in steps["warm_transfer"].why


@pytest.mark.parametrize("omnidian", ["spoke_with", "transferred_by"])
@pytest.mark.parametrize("channel", ["phone", "chat", "email"])
def test_nobody_who_comes_from_omnidian_is_transferred_or_gets_a_case(omnidian: str, channel: str) -> None:
    known = damage(product="ppa", milestones={"m3": "2026-11-02"}, omnidian=omnidian, channel=channel)
    made = plan(known, playbooks(), NOW)
    assert not {"warm_transfer", "open_case"} & {step.verb for step in made.steps}
    lost = next(step for step in made.steps if step.lost)
    assert "R-051" in lost.cites
    assert "as part of the o&m process" in said(lost, known).casefold()


def test_omnidian_transfers_back_whatever_the_event_says_of_it() -> None:
    story = Story(damage(product="ppa", milestones={"m3": "2026-11-02"}))
    back = story.then("omnidian_transferred_back")
    assert (back.case.facts.omnidian, back.case.state) == ("transferred_by", "needs_decision")
    assert back.told == ("lead",)


NO_CASE = ("missing_equipment", "not_connected", "pto_delay")


@pytest.mark.parametrize("milestone", ["not_yet", "2026-11-02"])
@pytest.mark.parametrize("category", [*NO_CASE, "installer_conduct"])
@pytest.mark.parametrize("program", ["everbright", "beam", "concert"])
def test_a_salesforce_case_only_where_the_sop_wants_one(category: str, milestone: str, program: str) -> None:
    known = facts(category=category, program=program, milestones={"m2": milestone, "m3": milestone})
    made = plan(known, playbooks(), NOW)
    late = milestone != "not_yet" and category != "pto_delay"
    wanted = program == "everbright" and (late or category == "installer_conduct")
    assert made.covered
    assert any(step.system == "salesforce" for step in made.steps) is wanted
    assert any(step.lost for step in made.steps)
