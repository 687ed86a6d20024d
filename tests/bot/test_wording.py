"""The words of a step, and what people type cannot do to them."""

from __future__ import annotations

import pytest

from bot.sop import Facts, Step, plan
from bot.wording import Names, one_line, write
from tests.bot.desk import NOW, facts, playbooks

NAMES = Names(agent="Ada (agent)", case_number="HC-1042")
NASTY = "Bob\r\nBcc: everybody@example.test\u2028Subject: {{ 7 * 7 }} {% raw %} <!channel> 😀 שלום"


def step(known: Facts, name: str) -> Step:
    return next(each for each in plan(known, playbooks(), NOW).steps if each.id == name)


def test_the_mail_holds_phone_best_time_and_concern() -> None:
    homeowner = {"name": "Bob (homeowner)", "address": "1 Example Street", "phone": "202-555-0101"}
    known = facts(homeowner={**homeowner, "best_time": "after 5 PM"}, description="No answer for a month.")
    written = write(step(known, "email_installer"), known, NAMES)
    assert written.subject == "Homeowner concern – Bob (homeowner) – please call them"
    for words in ("202-555-0101", "after 5 PM", "No answer for a month.", "contact the homeowner by phone"):
        assert words in written.text
    assert written.text.endswith("Ada (agent)\nEverBright Homeowner Support")
    assert "Subject:" not in written.text


def test_what_is_not_recorded_is_said_to_be_missing() -> None:
    known = facts(homeowner={"name": "Bob (homeowner)"})
    text = write(step(known, "email_installer"), known, NAMES).text
    assert "[phone number not recorded]" in text
    assert "[best time not recorded]" in text


def test_the_ticket_fields_stand_ready_to_copy() -> None:
    known = facts()
    fields = write(step(known, "open_ticket"), known, NAMES).fields
    assert fields["Queue"] == "Homeowner Support Queue"
    assert fields["Organization"] == "Sunny Roofs"
    assert fields["Support Channel"] == "Phone"
    assert "202-555-0101" in fields["Internal Comment"]
    assert "Best time to reach: not recorded" in fields["Description"]


@pytest.mark.parametrize("channel", ["chat", "email"])
def test_the_internal_comment_is_for_inbound_calls_only(channel: str) -> None:
    known = facts(channel=channel)
    assert "Internal Comment" not in write(step(known, "open_ticket"), known, NAMES).fields


def test_typed_text_adds_no_header_and_runs_no_template() -> None:
    nasty = {"name": NASTY, "address": NASTY, "phone": NASTY, "best_time": NASTY}
    known = facts(homeowner=nasty, installer={"name": NASTY}, description=NASTY)
    written = write(step(known, "email_installer"), known, NAMES)
    assert len(written.subject.splitlines()) == 1
    assert "{{ 7 * 7 }}" in written.subject
    fields = write(step(known, "open_ticket"), known, NAMES).fields
    assert all(
        len(fields[name].splitlines()) == 1 for name in ("Summary", "Organization", "Internal Comment")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\r\nb", "a b", id="CRLF"),
        pytest.param("a\u2028b\u2029c\x85d", "a b c d", id="other line breaks"),
        pytest.param("a\x00\x0bb", "a b", id="control characters"),
        pytest.param("  a   b ", "a b", id="spaces"),
        pytest.param("שלום 😀", "שלום 😀", id="right-to-left and emoji"),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize("category", ["installer_unresponsive", "property_damage", "wrong_meter"])
@pytest.mark.parametrize(("found", "program"), [(True, "everbright"), (False, "unknown"), (False, "concert")])
def test_every_step_can_be_written(category: str, found: bool, program: str) -> None:
    known = facts(category=category, found_on_platform=found, program=program)
    for each in plan(known, playbooks(), NOW).steps:
        written = write(each, known, Names())
        assert written.text or written.fields or each.verb in ("add_participant", "close")


def test_the_confirmation_post_holds_name_and_address_only() -> None:
    known = facts(program="unknown", found_on_platform=False, description="Nobody answers.")
    text = write(step(known, "confirm_program"), known, NAMES).text
    assert "Ada (homeowner)" in text
    assert "1 Example Street" in text
    assert "202-555-0101" not in text
    assert "Nobody answers" not in text
