"""Bad input gets a clear answer where it was typed; nothing is lost, nobody is pinged, nothing leaks."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest
from slack_sdk import WebClient

from sandbox.person import Person, SeenMessage, Trouble
from tests.databases import Databases
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.story import WHAT, WHO, fill_what, finish, newest_question, open_complaint, send_email

Json = dict[str, Any]

TEXTS = {
    "blank": " \t ",
    "invisible": "\u200b\u200f",
    "three_thousand": "x" * 3000,
    "three_thousand_ampersands": "&" * 3000,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 ☀️",
    "right_to_left": "\u202eمرحبا بالعالم\u202c שלום",
    "channel": "<!channel> <!here> <!everyone>",
    "mention": "<@U0OTTO0010> @otto <!subteam^S0123> <https://example.test|click>",
    "markup": "*_~`> &lt;!channel&gt; &amp; {{ homeowner.phone }} {% raw %}",
}
FREE = ("homeowner.name", "homeowner.address", "homeowner.best_time")
PRIVATE = ("Hanna (homeowner)", "1 Sunny Side", "555-0100", "hanna@example.test", "The inverter hums")
TO_NOBODY = ("U0BEN00002", "U0BO000003", "U0OTTO0010")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Office]:
    """One office for all of these tests; each opens cases of its own."""
    office = Office(tmp_path_factory.mktemp("office"), databases)
    try:
        office.clock.to(WEDNESDAY)
        with office.desk():
            yield office
    finally:
        office.sandbox.stop()


@pytest.fixture(scope="module")
def looked_through() -> list[int]:
    """Up to which entry the traffic has been looked through."""
    return [0]


@pytest.fixture(autouse=True)
def office(shared: Office, looked_through: list[int], caplog: pytest.LogCaptureFixture) -> Iterator[Office]:
    """The shared office with empty screens; after each test its traffic, pings and log are looked through."""
    caplog.set_level(logging.INFO)
    trouble = Trouble(shared.sandbox.url)
    yield shared
    trouble.end()
    for person in (shared.ada, shared.ben, shared.lea, shared.cora):
        if person.view:
            person.close(everything=True)
    calls = [entry for entry in trouble.traffic(looked_through[0]) if entry["direction"] == "in"]
    looked_through[0] = max((entry["n"] for entry in calls), default=looked_through[0])
    refused = [str(entry["error"]) for entry in calls if not entry["ok"]]
    assert not [error for error in refused if "invalid" in error or "too_long" in error]
    assert not list(leaks(calls))
    assert not [word for word in PRIVATE for record in caplog.records if word in record.getMessage()]
    assert not [record.exc_text for record in caplog.records if record.exc_info]
    assert not [user for user in TO_NOBODY if pinged(shared.person(user))]


def pinged(person: Person) -> bool:
    """Whether any channel's post mentions this person."""
    return any(one["mentions"] for one in person.state["conversations"] if one["kind"] == "channel")


def leaks(entries: list[Json]) -> Iterator[str]:
    """Personal data that the desk wrote anywhere but in what blocks show."""
    for entry in entries:
        for where, text in outside_blocks(entry["body"], ""):
            yield from (f"{entry['name']} {where}: {word}" for word in PRIVATE if word in text)


SHOWN = ("text", "initial_value", "label", "hint", "placeholder")


def outside_blocks(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every string of a body with its path, but for the texts that blocks show."""
    if isinstance(node, str):
        if node[:1] in "[{":
            yield from outside_blocks(json.loads(node), where)
        elif "/blocks/" not in where or where.rpartition("/")[2] not in SHOWN:
            yield where, node
    elif isinstance(node, dict):
        for key, part in node.items():
            yield from outside_blocks(part, f"{where}/{key}")
    elif isinstance(node, list):
        for part in node:
            yield from outside_blocks(part, where)


def page_one(ada: Person, values: Mapping[str, object] = {}) -> None:
    ada.command("/complaint")
    ada.wait_for_view("Who is calling")
    ada.fill({**WHO, **values})


def page_two(ada: Person, values: Mapping[str, object] = {}) -> None:
    page_one(ada)
    ada.submit()
    ada.wait_for_view("What happened")
    fill_what(ada, {**WHAT, **values})


def stands(person: Person, field: str) -> object:
    """What the modal on top holds in a field, as Slack has it."""
    view = person.view
    assert view
    value = next(iter(view.values[field].values()))
    for key in ("value", "selected_date", "selected_option", "selected_options"):
        if key in value:
            return value[key]["value"] if key == "selected_option" and value[key] else value[key]
    raise AssertionError(field)


def told(person: Person, text: str) -> None:
    """Wait until the person alone is told this: by an ephemeral message, or in a modal."""

    def said(person: Person) -> bool:
        view = person.view
        messages = [one for one in person.dm() if text in one.all_text]
        return bool(view and text in view.all_text) or bool(messages)

    person.wait_for(said, what=f"being told '{text}'")


# --- every text in every field ---


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_in_any_field_of_the_form_is_taken_or_answered_at_its_field(
    office: Office, text: str
) -> None:
    ada = office.ada
    page_one(ada, dict.fromkeys((*FREE, "homeowner.phone"), text) | {"homeowner.email": text.strip()})
    wrong = sent(ada, WHO)
    ada.wait_for_view("What happened")
    ada.fill({**WHAT, "description": text, "installer.name": text, "installer.email": text})
    wrong |= sent(ada, WHAT)
    assert "homeowner.phone" in wrong
    if not any(each.isprintable() and not each.isspace() for each in text):
        assert {"homeowner.name", "homeowner.address", "installer.name", "description"} <= set(wrong)
    elif len(text) < 100:
        assert set(wrong) == {"homeowner.phone", "homeowner.email", "installer.email"}
    ada.wait_for_view("What the SOP says")
    case = finish(ada)
    assert ada.wait_for_message(f"{case} · Installer is not replying")
    if "description" not in wrong:
        ada.click("Fields and key …", newest_card(ada, case))
        whole = "".join(text_parts(ada.wait_for_view("record_made").blocks))
        assert re.sub("[\u202a-\u202e]", "", text).strip() in whole


def sent(agent: Person, good: Mapping[str, object]) -> dict[str, str]:
    """Send a page, putting good values where an error shows until it goes; answers every error shown."""
    errors: dict[str, str] = {}
    for _ in range(3):
        wrong = agent.submit(strict=False).errors
        if not wrong:
            return errors
        errors |= wrong
        agent.fill({field: good[field] for field in wrong})
    raise AssertionError(errors)


def text_parts(node: Any) -> Iterator[str]:
    """What blocks show, in order, the parts of a long text included."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for part in node.values():
            yield from text_parts(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from text_parts(part)


def test_a_case_full_to_the_brim_stays_within_slacks_limits(office: Office) -> None:
    amy, brim = office.person("U0AMY00011"), "&<>" * 1000
    found_not = {"found_on_platform": "No, not found", "program": "Not known"}
    who = {"homeowner.name": brim[:200], "homeowner.address": brim[:300], "homeowner.best_time": brim[:200]}
    what = {"installer.name": brim[:200], "description": brim}
    case = open_complaint(amy, {**who, **found_not}, what)
    post = office.cora.wait_for_message(f"{case} needs a Concert", "support-and-cs-team-members-only")
    office.cora.click("Concert", post)
    amy.wait_for_message("Create the ticket in the Homeowner Support Queue")
    amy.command("/complaint", f"show {case}")
    amy.wait_for(lambda person: any(one.ephemeral and case in one.all_text for one in person.dm()))
    amy.command("/complaint", "mine")
    amy.wait_for_message("Your cases: ")
    amy.open_home()
    amy.wait_for(lambda person: person.home and case in person.home.all_text)
    card = newest_card(amy, case)
    amy.click("Fields and key …", card)
    assert brim in amy.wait_for_view("record_made").all_text
    amy.close()


def newest_card(agent: Person, case: str) -> SeenMessage:
    return [one for one in agent.dm() if one.all_text.find(f"{case} · ") >= 0 and not one.ephemeral][-1]


# --- what is not of its form ---


WRONG_WHO = {
    "phone_words": ("homeowner.phone", "call me", "This is not a phone number"),
    "phone_short": ("homeowner.phone", "911", "This is not a phone number"),
    "phone_email": ("homeowner.phone", "hanna@example.test", "This is not a phone number"),
    "phone_other_digits": ("homeowner.phone", "٥٥٥٠١٠٠", "This is not a phone number"),
    "phone_formula": ("homeowner.phone", "=1+5550100", "This is not a phone number"),
    "email_name": ("homeowner.email", "Hanna", "This is not an e-mail address"),
    "email_two": ("homeowner.email", "a@example.test, b@example.test", "This is not an e-mail address"),
    "email_header": (
        "homeowner.email",
        "a@example.test\nBcc: b@example.test",
        "This is not an e-mail address",
    ),
    "email_no_domain": ("homeowner.email", "hanna@", "This is not an e-mail address"),
    "found_without_program": ("program", "Not known", "Power BI lists them"),
}


@pytest.mark.parametrize(("field", "value", "words"), WRONG_WHO.values(), ids=WRONG_WHO.keys())
def test_what_is_wrong_on_page_one_is_said_at_its_field(
    office: Office, field: str, value: str, words: str
) -> None:
    page_one(office.ada, {field: value})
    errors = office.ada.submit(strict=False).errors
    assert list(errors) == [field]
    assert words in errors[field]


WRONG_WHAT: dict[str, tuple[Mapping[str, object], str, str]] = {
    "future": ({"milestones.m1": "2030-01-10"}, "milestones.m1", "in the future"),
    "future_pto": (
        {"category": "General concern", "milestones.pto": "9999-12-31"},
        "milestones.pto",
        "in the future",
    ),
    "m3_without_m1": (
        {"category": "Property damage", "milestones.m3": "2029-12-01"},
        "milestones.m1",
        "M3 comes after M1",
    ),
    "m3_while_m1_is_not_yet": (
        {"category": "Property damage", "milestones.m3": "2029-12-01", "milestones.not_yet": ["M1"]},
        "milestones.m3",
        "M3 cannot be approved before M1",
    ),
    "m2_before_m1": (
        {"category": "Equipment is missing", "milestones.m1": "2029-12-02", "milestones.m2": "2029-12-01"},
        "milestones.m2",
        "M2 cannot be approved before M1",
    ),
    "both": (
        {"milestones.m1": "2029-11-20", "milestones.not_yet": ["M1"]},
        "milestones.m1",
        "Keep one of the two",
    ),
    "installer_mail": ({"installer.email": "office"}, "installer.email", "not an e-mail address"),
    "future_cancellation": (
        {
            "category": "Installer did not answer a cancellation e-mail",
            "extra.cancellation_email_sent": "2030-02-01",
        },
        "extra.cancellation_email_sent",
        "in the future",
    ),
}


@pytest.mark.parametrize(("values", "field", "words"), WRONG_WHAT.values(), ids=WRONG_WHAT.keys())
def test_what_is_wrong_on_page_two_is_said_at_its_field(
    office: Office, values: Mapping[str, object], field: str, words: str
) -> None:
    ada = office.ada
    page_two(ada, values)
    errors = ada.submit(strict=False).errors
    assert list(errors) == [field]
    assert words in errors[field]


# --- going back ---


def test_going_back_loses_nothing_typed_anywhere(office: Office) -> None:
    typed = {"description": "Half a sent", "milestones.m1": "2029-11-20", "milestones.not_yet": ["M1"]}
    page_two(office.ada, typed)
    office.ada.click("Back")
    ada = office.person(office.ada.user_id)
    ada.wait_for_view("Who is calling")
    assert {field: stands(ada, field) for field in WHO} == {
        **WHO,
        "channel": "phone",
        "found_on_platform": "yes",
        "program": "everbright",
    }
    ada.fill({"homeowner.phone": "nonsense"})
    assert ada.submit(strict=False).errors
    ada.fill({"homeowner.phone": "555-0101"})
    ada.submit()
    ada = office.person(ada.user_id)
    ada.wait_for_view("What happened")
    assert stands(ada, "description") == "Half a sent"
    assert stands(ada, "milestones.m1") == "2029-11-20"
    assert [each["value"] for each in stands(ada, "milestones.not_yet")] == ["m1"]
    assert stands(ada, "category") == "installer_unresponsive"


def test_a_changed_category_keeps_what_was_typed_and_states_only_its_own_fields(office: Office) -> None:
    ada = office.ada
    page_two(ada)
    ada.wait_for(lambda person: "extra.need" in person.view.values)
    ada.fill({"extra.need": "Cancellation"})
    ada.fill({"category": "Fraud"})
    ada.wait_for(lambda person: "extra.need" not in person.view.values)
    ada = office.person(ada.user_id)
    assert stands(ada, "description") == WHAT["description"]
    assert stands(ada, "installer.name") == WHAT["installer.name"]
    ada.fill({"category": "Installer is not replying"})
    ada.wait_for(lambda person: "extra.need" in person.view.values)
    assert stands(ada, "extra.need") == "cancellation"


def test_page_three_goes_back_to_page_two_with_everything(office: Office) -> None:
    page_two(office.ada)
    office.ada.submit()
    office.ada.wait_for_view("What the SOP says")
    office.ada.click("Back")
    ada = office.person(office.ada.user_id)
    ada.wait_for_view("What happened")
    assert stands(ada, "description") == WHAT["description"]
    ada.submit()
    ada.wait_for_view("What the SOP says")


def test_the_words_for_an_account_holder_come_when_power_bi_lists_them(office: Office) -> None:
    page_one(office.ada)
    office.ada.wait_for_view("Are the email and phone number listed on your account")
    assert stands(office.person(office.ada.user_id), "homeowner.name") == WHO["homeowner.name"]


# --- twice ---


def test_every_form_of_intake_sent_twice_is_one_case(office: Office) -> None:
    ada, trouble = office.ada, Trouble(office.sandbox.url)
    trouble.cause("double_delivery", target="interactive", times=None)
    case = open_complaint(ada)
    trouble.end()
    assert open_complaint(ada) == next_case(case)


def next_case(case: str) -> str:
    return f"HC-{int(case.removeprefix('HC-')) + 1}"


def test_a_command_that_comes_twice_opens_one_form(office: Office) -> None:
    trouble = Trouble(office.sandbox.url)
    trouble.cause("double_delivery", target="slash_commands")
    office.ada.command("/complaint")
    office.ada.wait_for_view("Who is calling")
    assert len(office.ada.views) == 1
    assert not [one for one in office.ada.dm() if "Slack took too long" in one.all_text]


def test_back_pressed_twice_goes_back_once(office: Office) -> None:
    trouble = Trouble(office.sandbox.url)
    page_two(office.ada)
    trouble.cause("double_delivery", target="interactive")
    office.ada.click("Back")
    office.ada.wait_for_view("Who is calling")
    assert len(office.ada.views) == 1


def lines(agent: Person, case: str, containing: str) -> int:
    """How many lines of the case's timeline say this."""
    agent.click("Timeline", newest_card(agent, case))
    view = agent.wait_for_view("timeline")
    agent.close()
    return sum(containing in text for text in view.all_text.splitlines())


FORMS: dict[str, tuple[str, Mapping[str, object], str]] = {
    "number": ("Fields and key …", {"reference": "EBH-7"}, "EBH-7"),
    "mail": ("Read and send …", {}, "E-mail to the installer sent"),
    "note": ("Add a note or file", {"note": "Rang back."}, "Rang back."),
    "facts": ("Change facts", {"homeowner.best_time": "At noon"}, "Facts changed"),
}


@pytest.mark.parametrize(("button", "values", "line"), FORMS.values(), ids=FORMS.keys())
def test_a_form_of_a_case_sent_twice_is_one_line_of_its_timeline(
    office: Office, button: str, values: Mapping[str, object], line: str
) -> None:
    ada, trouble = office.ada, Trouble(office.sandbox.url)
    case = open_complaint(ada)
    ada.wait_for_message(f"{case} · Installer is not replying")
    ada.click(button, newest_card(ada, case))
    ada.wait_for(lambda person: person.view)
    ada.fill(dict(values))
    trouble.cause("double_delivery", target="interactive")
    ada.submit()
    if button == "Change facts":
        ada.wait_for_view("What changed")
        ada.close()
    ada.wait_for_no_view()
    assert lines(ada, case, line) == 1


def test_a_click_that_comes_twice_counts_once_and_the_second_is_told_in_private(office: Office) -> None:
    ada, trouble = office.ada, Trouble(office.sandbox.url)
    case = open_complaint(ada, {"found_on_platform": "No, not found", "program": "Not known"})
    channel = "support-and-cs-team-members-only"
    post = office.cora.wait_for_message(f"{case} needs a Concert", channel)
    trouble.cause("double_delivery", target="interactive")
    office.cora.click("Concert", post)
    office.cora.wait_for_message("Cora (confirmer)* said on", channel)
    answers = [one for one in office.cora.messages(channel) if one.ephemeral]
    assert len(answers) == 1
    assert "already" in answers[0].all_text.lower()


# --- too late, too old, somebody else's ---


def test_a_button_of_a_case_that_moved_on_is_answered_in_private(office: Office) -> None:
    ada = office.ada
    case = open_complaint(ada)
    ada.wait_for_message(f"{case} · Installer is not replying")
    ada.command("/complaint", f"show {case}")
    old = ada.wait_for(
        lambda person: next((one for one in person.dm() if one.ephemeral and case in one.all_text), None)
    )
    ada.click("Read and send …", newest_card(ada, case))
    ada.wait_for_view("E-mail")
    ada.submit()
    ada.wait_for_no_view()
    ada.click("Read and send …", old)
    told(ada, f"{case} has moved on, and nothing was changed.")


LATE: dict[str, Callable[[Person], object]] = {
    "command": lambda ada: ada.command("/complaint"),
    "shortcut": lambda ada: ada.shortcut("open_complaint"),
    "home": lambda ada: (
        ada.open_home(),
        ada.wait_for(lambda it: it.home),
        ada.click("Open a complaint", "home"),
    ),
}


@pytest.mark.parametrize("act", LATE.values(), ids=LATE.keys())
def test_whoever_slack_was_too_slow_for_is_told_in_private_what_to_do(
    office: Office, act: Callable[[Person], object]
) -> None:
    before = len(office.ada.dm())
    Trouble(office.sandbox.url).cause("error", target="views.open", error="expired_trigger_id", times=2)
    act(office.ada)
    office.ada.wait_for(lambda ada: len(ada.dm()) > before)
    assert "Do the same once more" in office.ada.dm()[-1].all_text


def test_a_form_closed_while_it_was_fetched_leaves_no_complaint(office: Office) -> None:
    ada = office.ada
    Trouble(office.sandbox.url).cause("error", target="views.update", error="not_found")
    before = len(ada.dm())
    ada.command("/complaint")
    ada.wait_for_view("One moment")
    ada.command("/complaint", "help")
    ada.wait_for(lambda person: len(person.dm()) > before)
    assert "Something went wrong" not in ada.dm()[-1].all_text


def payload(kind: str, user: str, **more: object) -> Json:
    return {
        "type": kind,
        "user": {"id": user},
        "team": {"id": "T0SANDBOX1"},
        "api_app_id": "A0DESK0001",
        **more,
    }


def dispatched(office: Office, body: Json) -> Json:
    """What the desk answers to an envelope as it is, without a client that would not send it."""
    assert office.running
    response = office.running.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
    assert response.status == 200
    answer: Json = json.loads(response.body) if response.body else {}
    return answer


@pytest.mark.parametrize("form", ["intake_who", "intake_what", "intake_says"])
def test_another_agents_intake_is_refused_in_private(office: Office, form: str) -> None:
    page_two(office.ada)
    view = office.ada.state["views"][0]
    raw = next(
        entry["body"]["payload"]["view"] if "payload" in entry["body"] else entry["body"]["view"]
        for entry in reversed(Trouble(office.sandbox.url).traffic())
        if entry["direction"] == "out" and "private_metadata" in json.dumps(entry["body"])
    )
    forged = {**raw, "callback_id": form, "id": view["id"], "state": {"values": {}}}
    answer = dispatched(office, payload("view_submission", office.ben.user_id, view=forged))
    assert answer["response_action"] == "push"
    assert "another agent’s" in json.dumps(answer["view"], ensure_ascii=False)
    assert stands(office.ada, "installer.name") == WHAT["installer.name"]


def test_an_unknown_form_is_answered_in_private(office: Office) -> None:
    view = {"id": "V1", "callback_id": "last_year", "type": "modal", "blocks": [], "state": {"values": {}}}
    answer = dispatched(office, payload("view_submission", office.ada.user_id, view=view))
    assert answer["response_action"] == "push"
    assert "another version of the desk" in json.dumps(answer)


@pytest.mark.parametrize(
    "body",
    [
        payload("view_closed", "U0ADA00001", view={"callback_id": "last_year"}),
        payload("block_suggestion", "U0ADA00001", action_id="last_year", block_id="b", value="x"),
        {"type": "event_callback", "event": {"type": "reaction_added", "user": "U0ADA00001"}},
    ],
    ids=["closed", "menu", "event"],
)
def test_whatever_else_is_unknown_is_acknowledged(office: Office, body: Json) -> None:
    dispatched(office, body)


def test_a_button_of_another_version_is_answered_in_private(office: Office) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Old"}, "action_id": "last_year"}
    client = WebClient(token=office.sandbox.bot_token, base_url=office.sandbox.api_url)
    block = {"type": "actions", "elements": [button]}
    client.chat_postMessage(channel=office.ada.user_id, text="From last year.", blocks=[block])
    office.ada.click("Old")
    told(office.ada, "another version of the desk")


# --- the command's words ---


WORDS = {
    "help": ("help", "keeps a homeowner’s complaint on the SOP’s track"),
    "help_shouted": ("HELP", "keeps a homeowner’s complaint on the SOP’s track"),
    "unknown": ("hepl", "I do not know “hepl”"),
    "unknown_ping": ("<!channel> now", "I do not know “&lt;!channel&gt; now”"),
    "unknown_long": ("word " * 700, "I do not know"),
    "right_to_left": ("مساعدة", "I do not know"),
    "too_many": ("mine please", "I do not know"),
    "show_nothing": ("show", "Which case?"),
    "show_no_number": ("show me", "That is not a case’s number"),
    "show_unknown": ("show HC-999999", "There is no case HC-999999"),
    "show_endless": ("show " + "9" * 40, "That is not a case’s number"),
    "mine": ("mine", "When somebody calls with a complaint"),
    "on_call": ("oncall", "Concert checks now"),
}


@pytest.mark.parametrize(("typed", "words"), WORDS.values(), ids=WORDS.keys())
def test_every_word_after_the_command_gets_an_answer_in_private(
    office: Office, typed: str, words: str
) -> None:
    before = len(office.ben.dm())
    office.ben.command("/complaint", typed)
    office.ben.wait_for(lambda ben: len(ben.dm()) > before)
    answer = office.ben.dm()[-1]
    assert answer.ephemeral
    assert words in answer.all_text


def test_a_message_to_the_desk_gets_help_once_even_if_it_is_delivered_twice(office: Office) -> None:
    Trouble(office.sandbox.url).cause("double_delivery", target="events_api")
    before = len(office.ben.dm())
    office.ben.message("<!channel> where is my card?")
    office.ben.wait_for(lambda ben: len(ben.dm()) > before + 1)
    office.ben.command("/complaint", "help")
    office.ben.wait_for(lambda ben: len(ben.dm()) > before + 2)
    assert len(office.ben.dm()) == before + 3


# --- a case's own buttons and forms ---


OPENS = ("Fields and key …", "Read and send …", "Timeline", "Add a note or file", "Change facts", "More …")


@pytest.mark.parametrize("button", OPENS)
def test_a_button_that_opens_a_form_opens_it_once(office: Office, button: str, case_of_ada: str) -> None:
    ada = office.ada
    before = len(ada.dm())
    Trouble(office.sandbox.url).cause("double_delivery", target="interactive")
    ada.click(button, newest_card(ada, case_of_ada))
    ada.wait_for(lambda person: person.view)
    ada.command("/complaint", "help")
    ada.wait_for(lambda person: len(person.dm()) > before)
    assert len(ada.views) == 1
    assert len(ada.dm()) == before + 1


def test_a_case_opens_from_app_home_once(office: Office, case_of_ada: str) -> None:
    ada = office.ada
    ada.open_home()
    ada.wait_for(lambda person: person.home and "HC-" in person.home.all_text)
    Trouble(office.sandbox.url).cause("double_delivery", target="interactive")
    ada.click("Open", "home")
    assert ada.wait_for_view("case").title.startswith("HC-")
    assert len(ada.views) == 1


def test_an_answer_to_a_reminder_clicked_twice_counts_once(tmp_path: Path, databases: Databases) -> None:
    apart = Office(tmp_path, databases)
    try:
        apart.clock.to(WEDNESDAY)
        with apart.desk():
            ada, trouble = apart.ada, Trouble(apart.sandbox.url)
            case = open_complaint(ada)
            send_email(ada)
            ada.wait_for_message("Fri, Jan 11, 10:00 AM EST")
            apart.clock.next_due()
            question = newest_question(ada, case)
            trouble.cause("double_delivery", target="interactive")
            ada.click("Contacted and satisfied", question)
            ada.wait_for_message(f"{case} has moved on, and nothing was changed.")
            ada.wait_for_message("Ready to close")
            assert lines(ada, case, "Contacted and satisfied.") == 1
    finally:
        apart.sandbox.stop()


CASE_FORMS: dict[str, tuple[str, Mapping[str, object], str]] = {
    "number": ("Fields and key …", {"reference": "<!channel>"}, "reference"),
    "note": ("Add a note or file", {"note": "  "}, "note"),
    "phone": ("Change facts", {"homeowner.phone": "no"}, "homeowner.phone"),
    "email": ("Change facts", {"installer.email": "no"}, "installer.email"),
}


@pytest.mark.parametrize(("button", "values", "field"), CASE_FORMS.values(), ids=CASE_FORMS.keys())
def test_what_is_wrong_in_a_form_of_a_case_is_said_at_its_field(
    office: Office, button: str, values: Mapping[str, object], field: str, case_of_ada: str
) -> None:
    ada = office.ada
    ada.click(button, newest_card(ada, case_of_ada))
    ada.wait_for(lambda person: person.view)
    ada.fill(dict(values))
    assert list(ada.submit(strict=False).errors) == [field]


def choose_more(agent: Person, case: str, what: str) -> None:
    """One of the things behind “More …”."""
    agent.click("More …", newest_card(agent, case))
    agent.wait_for_view("more")
    agent.click(what)


def test_a_case_is_closed_with_comments_only(office: Office) -> None:
    ada = office.ada
    case = open_complaint(ada)
    ada.wait_for_message(f"{case} · Installer is not replying")
    choose_more(ada, case, "Report …")
    ada.wait_for_view("Report")
    ada.fill({"event": "Contacted and satisfied"})
    ada.submit()
    ada.wait_for_message(f"{case}: ready to close.")
    choose_more(ada, case, "Close the case")
    ada.wait_for_view("closed")
    ada.fill({"closure_comments": " \u200b"})
    assert list(ada.submit(strict=False).errors) == ["closure_comments"]


def test_a_case_that_cannot_be_closed_yet_says_what_comes_before(office: Office, case_of_ada: str) -> None:
    choose_more(office.ada, case_of_ada, "Close the case")
    view = office.ada.wait_for_view("closed")
    assert f"{case_of_ada} cannot be closed yet. The ticket is closed when" in view.all_text.replace("*", "")
    assert view.submit is None


@pytest.fixture(scope="module")
def case_of_ada(shared: Office) -> str:
    """A case that these tests only look at."""
    case = open_complaint(shared.ada)
    shared.ada.wait_for_message(f"{case} · Installer is not replying")
    return case
