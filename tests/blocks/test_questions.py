"""Answers as messages: Slack takes them, they are short, and their button carries ids only."""

from __future__ import annotations

import pytest

from blocks import questions as drawn
from blocks.kit import Block
from bot.ports import Message
from bot.questions import answer
from sandbox import block_kit
from tests.bot.casework import PLAYBOOKS
from tests.bot.desk import NOW
from tests.bot.test_questions import ANSWERED, UNANSWERED

MOST_CHARACTERS = 6000
"""An answer is read beside a call."""


def asked(question: str) -> Message:
    return drawn.answered(answer(question, PLAYBOOKS, NOW))


def blocks_of(message: Message) -> list[Block]:
    return [dict(block) for block in message.blocks]


def texts(message: Message) -> str:
    """All that is read in a message."""
    return str(message.blocks)


@pytest.mark.parametrize(
    "question",
    [
        *(question for question, _ in ANSWERED),
        *UNANSWERED,
        "<!channel> closure & <@U1> comments",
        "R-033 " * 999,
    ],
)
def test_slack_takes_every_answer(question: str) -> None:
    message, blocks = asked(question), blocks_of(asked(question))
    assert [str(each) for each in block_kit.check_blocks(blocks, "message")] == []
    assert block_kit.characters(blocks) <= MOST_CHARACTERS
    assert message.text in ("This is what the SOPs say.", "The SOPs do not say anything about that.")


def test_what_was_typed_is_shown_and_calls_nobody() -> None:
    said = texts(asked("<!channel> is lunch at <@U0ADA00001>'s"))
    assert "&lt;!channel&gt;" in said
    assert "<!channel>" not in said


def test_the_path_leads_then_the_steps_then_what_is_forbidden_then_what_is_asked() -> None:
    said = texts(asked("beam, damage after M3 on the roof, what do I send the installer"))
    order = [
        "Property damage, Beam or Concert*",
        "DO NOT add the Homeowner",
        ":no_entry: Never",
        "Open a complaint",
    ]
    assert [said.index(each) for each in order] == sorted(said.index(each) for each in order)


def test_what_is_still_to_be_asked_is_said_by_its_title() -> None:
    assert ":pencil2: Still to be asked: Program" in texts(asked("PPA, damage after M3"))


def test_the_steps_show_their_rules_and_where_they_stand() -> None:
    said = texts(asked("closure comments"))
    assert "_R-033, D-05_" in said
    assert "Installer complaints › " in said


def test_the_rule_that_is_quoted_is_the_one_asked_about() -> None:
    assert ">R-059: “M-F - 6 PM to 9 PM EST or Weekends" in texts(asked("who do I tag on Sunday"))
    assert ">R-058: “M-F - 9 AM to 6 PM EST" in texts(asked("who do I tag on Tuesday at 10"))


def test_the_sensitive_issues_are_listed() -> None:
    said = texts(asked("what are the 13 qualifiers"))
    assert all(title in said for title in drawn.words.SENSITIVE.values())


def test_words_to_say_come_first_where_words_are_asked_for() -> None:
    message = asked("fraud complaint, what do I say")
    first = next(block["text"]["text"] for block in message.blocks if "R-067_" in str(block))
    assert "will get back to you shortly" in first
    assert "Create the homeowner" not in texts(message)


def test_a_missing_text_is_said_to_be_missing() -> None:
    assert drawn.words.LOST in texts(asked("what labels do I put on the ticket"))


def test_nothing_found_names_the_question_and_the_lead() -> None:
    assert (
        "The SOPs do not say anything about “when is lunch”. Ask your lead. _desk default · D-20_"
        in texts(asked("when is lunch"))
    )


def test_the_button_carries_ids_and_nothing_that_was_typed() -> None:
    message = asked("Zelda at 1 Example Street, roof damage PPA, her phone is 555-0100")
    button = message.blocks[-1]["elements"][0]
    assert button["value"] == "category=property_damage,product=ppa,extra.damaged=roof"


def test_an_answer_without_a_complaint_offers_no_form() -> None:
    assert drawn.OPEN_WITH not in texts(asked("closure comments"))


def test_nothing_asked_is_asked_for() -> None:
    assert "What do you want to know?" in texts(drawn.nothing_asked())
