"""Questions as agents type them find the step that answers; what the SOPs do not say finds nothing."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bot.questions import Answer, answer, code_of, values_of
from bot.questions.index import index_of, spoken
from bot.questions.recognition import recognised
from bot.questions.text import corrected, stem
from bot.sop_commands import app
from tests.bot.casework import PLAYBOOKS
from tests.bot.desk import NOW, playbooks

ANSWERED = [
    ("PPA, damage after M3", "R-048,R-049"),
    ("who do I tag on Sunday", "R-059"),
    ("R-045", "R-045"),
    ("what does r-021 say?", "R-021"),
    ("who do i tag tuesday at 10am?", "R-058"),
    ("who do I tag on saturday night for concert confirmation", "R-059"),
    ("can I copy the homeowner for Concert", "R-072"),
    ("can i cc the HO on an email to concert support", "R-072"),
    ("do I CC the homeowner on a beam wrong meter email", "R-035"),
    ("when do I follow up after the second attempt", "R-082"),
    ("AM mail when", "R-082"),
    ("how many times do we email the account manager", "R-082"),
    ("closure comments", "R-033"),
    ("is a Salesforce case needed for missing equipment before M2", "R-010"),
    ("do i need a SF case for PTO delays", "R-010"),
    ("PTO late", "R-010"),
    ("what do I say when they ask who EverBright is", "R-060"),
    ("how do I answer the phone", "R-054"),
    ("what is the greeting for inbound calls", "R-054"),
    ("customer not found in power bi", "R-056,R-057"),
    ("where do i look up the customer", "R-055"),
    ("roof damage RIC before M3", "R-041"),
    ("RIC damage post-M3 what case type", "R-041"),
    ("roof leak ppa pre m3", "R-041"),
    ("who owns the case after it goes to back office", "R-045,R-046"),
    ("homeowner says Omnidian transferred them back to us, PPA damage after M3", "R-051"),
    ("they already spoke with omnidian about the damage, PPA post M3", "R-051"),
    ("what questions do I ask about the sales rep", "R-023"),
    ("list of sensitive issues", "R-021"),
    ("homeowner has a lawyer", "R-021"),
    ("customer filed a BBB complaint", "R-021"),
    ("customer is threatening foreclosure notice", "R-021"),
    ("lien on the house, who reviews", "R-021"),
    ("irate customer wants a supervisor", "R-017"),
    ("what if the homeowner is yelling", "R-017"),
    ("the customer's on the phone and yelling", "R-017"),
    ("homeowner swore at me", "R-017"),
    ("rude customer", "R-017"),
    ("someone is screaming at me on the phone", "R-017"),
    ("homeowner is upset and yelling about the installer", "R-017"),
    ("customer refuses to wait for a follow up", "R-019"),
    ("what do I say before the warm transfer", "R-019"),
    ("who do I warm transfer to", "R-020"),
    ("wrong meter, where do they find the meter number", "R-028"),
    ("do i need a photo of the meter", "R-029"),
    ("installer wont help with wrong meter", "R-038"),
    ("meter has been corrected, what now", "R-037"),
    ("commitment email when", "R-036"),
    ("Beam property damage commitment email 1 week", "R-036"),
    ("when do i check back with homeowner if installer is unresponsive", "R-004"),
    ("installer no call back, everbright", "R-002"),
    ("instaler unresponsve what ticket", "R-002"),
    ("rude installer, do i open a salesforce case", "R-011"),
    ("installer yelled at homeowner", "R-011"),
    ("homeowner says the installer yelled at her", "R-011"),
    ("homeowner was yelled at", "R-011"),
    ("installer was rude, homeowner is angry", "R-011"),
    ("concert homeowner, installer was rude", "R-015"),
    ("missing panel after M2", "R-011"),
    ("not connected before M3", "R-010"),
    ("when can I close both tickets", "R-085"),
    ("can I close the ticket if the installer confirmed receipt", "R-085"),
    ("what labels do I put on the ticket", "R-070"),
    ("summary of the installer ticket", "R-074"),
    ("how to log attempt 2/2", "R-081"),
    ("do I add the account manager to the ticket for a general concern", "R-078"),
    ("homeowner wants to cancel", "R-068"),
    ("concert cancellation", "R-068"),
    ("welcome call", "R-065"),
    ("phone number on the account is wrong", "R-062"),
    ("call was resolved what do i say", "R-064"),
    ("fraud complaint what do I say", "R-067"),
    ("system not producing enough, maintenance", "R-047"),
    ("what goes in the referral comment", "R-014"),
    ("which subtype do I pick", "R-042"),
    ("who handles escalations", "R-016"),
    ("what are the 13 qualifiers", "R-021"),
    ("what do I say to close the escalation call", "R-024"),
    ("second attempt copy the account manager?", "R-009"),
    ("what number do I give for Omnidian", "R-049"),
    ("homeowner asks why EB is calling, they're a Concert customer", "R-060"),
    ("do we post in slack to confirm concert", "R-057"),
    ("whats the script if installer needs to be notified", "R-066"),
    ("customer agrees to wait, when do we call back", "R-018"),
    ("how long until I check with the homeowner on a wrong meter case", "R-034"),
    ("installer not responding to our cancellation email", "R-003"),
    ("fraud, what request type", "R-077"),
    ("can I add the homeowner as request participant on a Beam ticket", "R-072"),
    ("beam roof damage", "R-035"),
    ("what email do I send the installer for property damage", "R-031"),
    ("do i need to write closure comments before closing the sf case", "R-033"),
    ("what do I ask for verification if they have no email", "R-022"),
    ("customer only talked to us by chat, RIC damage pre M3, do i reassign", "R-045"),
    ("where's the installer's email go on the ticket", "R-075"),
]
"""A question, and the rules that its first finding has to cite."""
UNANSWERED = [
    "what's the weather in Boston",
    "how do I reset my password",
    "when is lunch",
    "asdf qwer zxcv",
    "best pizza near me",
    "who won the game last night",
    "can I take vacation next week",
    "tell me a joke",
    "how do I install windows 11",
    "what is the capital of France",
    "my laptop is broken",
    "how much does a solar system cost",
    "bitcoin price",
    "when do I get paid",
    "how do I bake bread",
    "where is the parking garage",
    "what's the refund policy for shoes",
    "how do I request PTO days off for holiday",
    "is the homeowner's car insured",
    "what is the installer's favourite colour",
    "how old is the CEO",
    "can the homeowner get a discount on panels",
    "is it raining at the homeowner's house",
    "salesforce login not working",
    "slack is down",
    "when is the homeowner's birthday",
    "where can I buy a new roof",
    "call my wife please",
    "who is the president of everbright",
    "how do i get a raise",
    "translate hello to spanish",
]


def asked(question: str) -> Answer:
    return answer(question, playbooks(), NOW)


@pytest.mark.parametrize(("question", "rules"), ANSWERED, ids=[question for question, _ in ANSWERED])
def test_the_first_finding_answers(question: str, rules: str) -> None:
    found = asked(question)
    assert 0 < len(found.findings) <= 3
    assert set(rules.split(",")) <= set(found.findings[0].cites), found.findings[0].title


@pytest.mark.parametrize("question", UNANSWERED)
def test_what_the_sops_do_not_say_is_not_answered_by_the_nearest_thing(question: str) -> None:
    assert not asked(question).found


@pytest.mark.parametrize("question", ["", "   ", "?", "the of and", "🙂", "_" * 5000, "R" * 5000])
def test_nothing_is_found_for_nothing(question: str) -> None:
    assert not asked(question).found


def test_the_facts_lead_to_what_the_plan_says_for_them() -> None:
    found = asked("EverBright PPA, roof damage after M3, on the phone")
    assert (found.path, found.handled_by) == ("Property damage, PPA after M3", "front_line")
    assert found.findings[0].title == "Give the homeowner Omnidian's details"
    assert found.asks == ()
    assert found.assumed == ""


def test_a_program_that_is_not_named_is_said_to_be_assumed_and_is_asked_for() -> None:
    found = asked("PPA, damage after M3")
    assert found.assumed == "everbright"
    assert "program" in found.asks


def test_a_long_story_with_facts_in_it_leads_to_their_plan() -> None:
    found = asked(
        "Good morning, I have Hanna on the line, 555-0100, she bought her panels in 2024 from some guys at a "
        "fair, she is PPA, M3 approved, and after Tuesday's storm her cat sits below a hole in the roof"
    )
    assert found.path == "Property damage, PPA after M3"
    assert "R-048" in found.findings[0].cites


def test_what_is_forbidden_is_said_with_its_rules() -> None:
    found = asked("beam wrong meter, what do I send the installer")
    assert ("homeowner", "mail") in [(each.role, each.where) for each in found.forbidden]
    assert all("D-13" in each.cites for each in found.forbidden)


def test_what_no_sop_covers_is_said_instead_of_the_nearest_path() -> None:
    found = asked("everbright general concern after PTO")
    assert (found.uncovered, found.findings) == (True, ())


def test_a_step_whose_text_is_missing_is_said_to_be_lost() -> None:
    assert asked("what labels do I put on the ticket").findings[0].lost


def test_a_finding_says_where_it_stands_and_when() -> None:
    place = asked("when do I check back if the installer is unresponsive").findings[0].place
    assert place.sop == "Installer complaints"
    assert place.path == "installer_complaints/unresponsive"
    assert place.wait.startswith("2 business days after")


def test_the_details_of_whom_to_call_are_those_of_the_desk() -> None:
    found = answer("what number do I give for Omnidian", PLAYBOOKS, NOW)
    assert "202-555-0100" in found.findings[0].text


@pytest.mark.parametrize(
    ("question", "data"),
    [
        ("roof leak", {"category": "property_damage", "extra": {"damaged": ["roof"]}}),
        ("their car was hit by a panel", {"category": "property_damage", "extra": {"damaged": ["vehicle"]}}),
        ("installer never calls back", {"category": "installer_unresponsive"}),
        ("they are not returning my calls", {"category": "installer_unresponsive"}),
        ("installer screamed at her", {"category": "installer_conduct"}),
        ("PTO is taking forever", {"category": "pto_delay"}),
        ("missing panel", {"category": "missing_equipment"}),
        ("system isn't connected", {"category": "not_connected"}),
        ("ppa pre-M3", {"product": "ppa", "milestones": {"m3": "not_yet"}}),
        ("M3 is not approved", {"milestones": {"m3": "not_yet"}}),
        ("post m2", {"milestones": {"m2": NOW.date().isoformat()}}),
        ("M1 beyond 30 days", {"milestones": {"m1": "2026-10-18"}}),
        ("they got an attorney", {"sensitive": ["lawyer"]}),
        ("yelp and BBB", {"sensitive": ["bbb_complaint", "social_media_complaint"]}),
        ("wants a supervisor", {"wants_leadership": True}),
        ("won't wait", {"agrees_to_wait": False}),
        ("Omnidian sent them to us", {"omnidian": "transferred_by"}),
        ("beam or concert", {}),
    ],
)
def test_facts_are_recognised_in_plain_words(question: str, data: dict[str, object]) -> None:
    assert recognised(question, NOW.date()).data == data


def test_the_code_of_a_question_holds_ids_only_and_no_day() -> None:
    known = recognised(
        "Hanna at 1 Example Street: PPA roof damage after M3, pre PTO, has a lawyer", NOW.date()
    )
    code = code_of(known)
    assert values_of(code) == {
        "category": "property_damage",
        "product": "ppa",
        "sensitive": ("lawyer",),
        "extra.damaged": ("roof",),
        "milestones.not_yet": ("pto",),
    }
    assert not [word for word in ("Hanna", "Example", "2026") if word.lower() in code.lower()]


@pytest.mark.parametrize(
    "code", ["", "category=nonsense", "homeowner.name=Hanna", "=,=", "category", "x" * 2000]
)
def test_a_code_that_was_meddled_with_fills_in_nothing(code: str) -> None:
    assert values_of(code) == {}


@pytest.mark.parametrize(("one", "other"), [("damaged", "damage"), ("copies", "copy"), ("closing", "close")])
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("instaler", "installer"),
        ("omnidain", "omnidian"),
        ("salesfroce", "salesforce"),
        ("weather", "weather"),
    ],
)
def test_a_typing_error_is_understood_and_another_word_is_left_alone(typed: str, meant: str) -> None:
    assert corrected(typed, index_of(playbooks()).known) == meant


def test_a_blank_in_what_to_say_is_no_mark_of_italics() -> None:
    assert spoken("Hello {{ a }}, at {{ b }}, as {{ c }} said.") == "Hello …, at …, as … said."


def test_the_index_is_built_once_for_a_version() -> None:
    assert index_of(playbooks()) is index_of(playbooks())


def test_the_command_line_answers_with_the_rules() -> None:
    result = CliRunner().invoke(app, ["ask", "closure", "comments"])
    assert result.exit_code == 0
    assert "Close the case, with its closure comments (R-033, D-05)" in result.stdout


def test_the_command_line_says_that_the_sops_do_not_say() -> None:
    result = CliRunner().invoke(app, ["ask", "when is lunch"])
    assert (result.exit_code, result.stdout) == (
        1,
        "The SOPs do not say anything about “when is lunch”. Ask your lead. (D-20)\n",
    )
