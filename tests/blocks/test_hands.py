"""What channels and colleagues see of a case, wherever it is: Slack takes it, and channels learn nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from blocks import card, changes, hands, queue
from blocks.letters import draw
from bot import cases, confirmations, follow_ups
from bot import hands as use
from bot.attachments import Attachment
from bot.cases import CaseView
from bot.delivery import Drawing
from bot.ports import Message
from bot.sop.organisation import Roles
from bot.stored import Letter, Posted
from sandbox import block_kit
from tests.bot.casework import ADA, BEN, LEA, Casework, casework
from tests.bot.desk import NOW, at
from tests.databases import SqliteFiles

BO = "U0BO000003"
SECRET = "Zelda"
PUBLIC = frozenset({"queued", "put_up", "orphaned", "escalated", "thread", "decision", "review"})
"""The kinds of letters that stand in channels."""


@pytest.fixture
def work(sqlite: SqliteFiles) -> Iterator[Casework]:
    with casework(sqlite) as work:
        roles = Roles(leads=(LEA,), agents=(ADA, BEN), back_office=(BO,), resolution_specialists=(LEA,))
        organisation = replace(work.desk.organisation, roles=roles)
        work.desk = replace(work.desk, playbooks=replace(work.desk.playbooks, organisation=organisation))
        yield work


def lived(work: Casework) -> int:
    """The number of a case to which everything happens that changes hands."""
    homeowner = {"name": f"{SECRET} Quill", "address": f"1 {SECRET} Street", "phone": "555-0101"}
    case = work.open(homeowner=homeowner, description=f"{SECRET} says that it hums")
    number = case.number
    work.report(case, "installer_email_sent", NOW)
    steps: list[Callable[[object], object]] = [
        lambda memory: use.hand_over(memory, work.desk, number, BEN, ADA, f"{SECRET} rang", NOW),
        lambda memory: use.escalate(memory, work.desk, number, BEN, f"{SECRET} is angry", NOW),
        lambda memory: use.release(memory, work.desk, number, BEN, f"{SECRET} is too loud", NOW),
        lambda memory: use.take(memory, work.desk, number, ADA, NOW),
        lambda memory: cases.add_note(
            memory, number, f"{SECRET} waits", ADA, NOW, [Attachment("link", SECRET, "https://example.test")]
        ),
        lambda memory: use.hand_to_team(memory, work.desk, number, "back_office", ADA, NOW),
        lambda memory: use.take(memory, work.desk, number, BO, NOW),
    ]
    for step in steps:
        with work.desk.memory.write() as memory:
            step(memory)
    return number


def view_of(work: Casework, number: int) -> CaseView:
    with work.desk.memory.read() as memory:
        return cases.view(memory, work.desk, number, NOW)


def hold(message: Message) -> str:
    """Slack takes it as a post; answers all of it."""
    said = {"channel": "C1", "text": message.text, "blocks": list(message.blocks)}
    assert list(block_kit.check_blocks(said["blocks"], "message")) == []
    assert SECRET not in message.text
    return json.dumps(said, ensure_ascii=False)


def drawn(work: Casework, letter: Letter, view: CaseView) -> Message | None:
    return draw(Drawing(letter, view, confirmations.tagging(work.desk, NOW), NOW), work.desk)


def test_every_letter_of_a_changed_hand_is_taken_and_channels_learn_nothing(work: Casework) -> None:
    number = lived(work)
    view = view_of(work, number)
    kinds = set()
    for letter in [*_sent(work), *_edits(number)]:
        message = drawn(work, letter, view)
        if message is None:
            continue
        kinds.add(letter.kind)
        said = hold(message)
        if letter.kind in PUBLIC:
            assert SECRET not in said, letter.key
    assert {"card", "queued", "escalated", "thread", "notice"} <= kinds


def _sent(work: Casework) -> list[Letter]:
    """Every letter, in the order in which it is sent."""
    sent: list[Letter] = []
    with work.desk.memory.write() as memory:
        while claimed := memory.outbox.claim("test", NOW, NOW + timedelta(hours=1), most=1):
            memory.outbox.settle(claimed[0], Posted("C1", str(len(sent))), NOW)
            sent.append(claimed[0].letter)
    return sent


def _edits(number: int) -> list[Letter]:
    """Letters that are drawn in ways that a first post is not."""
    past = {"former": "yes"}
    return [
        Letter("a", "card", number, edits="x", data=past),
        Letter("b", "queued", number, edits="x", data=past),
        Letter("c", "orphaned", number, to="C1"),
        Letter("d", "put_up", number, to="C1", data={"timer": "none"}),
    ]


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        pytest.param("Hanna (homeowner)", "H.", id="what stands in brackets is left out"),
        pytest.param("Zelda van Quill", "Z. V. Q.", id="three names"),
        pytest.param("", "", id="nobody"),
        pytest.param("<b> 7", "", id="no letters"),
        pytest.param("ß ŧ 李", "SS. Ŧ. 李.", id="letters of any kind"),
    ],
)
def test_a_channel_shows_initials(name: str, initials: str) -> None:
    assert queue.initials(name) == initials


@pytest.mark.parametrize("form", sorted(hands.FORMS))
def test_every_form_is_one_that_slack_takes(work: Casework, form: str) -> None:
    view = view_of(work, lived(work))
    assert list(block_kit.check_view(hands.FORMS[form](view), "modal")) == []


@pytest.mark.parametrize("able", [True, False])
def test_a_colleague_sees_the_case_without_its_work(work: Casework, able: bool) -> None:
    view = view_of(work, lived(work))
    shown = hands.colleague_modal(view, work.desk, may_take=able)
    assert list(block_kit.check_view(shown, "modal")) == []
    said = json.dumps(shown)
    assert ('"case_take"' in said) == able
    assert '"step:' not in said
    assert '"answer:' not in said
    hold(hands.colleague(view, work.desk, may_take=able))


def test_more_offers_what_fits_who_has_the_case(work: Casework) -> None:
    view = view_of(work, lived(work))
    owner = [each.what for each in hands.choices(view, leads=False, user=BO)]
    lead = [each.what for each in hands.choices(view, leads=True, user=LEA)]
    assert {"release", "reassign", "escalate", "close"} <= set(owner)
    assert {"take", "away"} <= set(lead)
    assert "escalate" not in lead
    waiting = replace(view, stored=replace(view.stored, owner=""))
    unowned = [each.what for each in hands.choices(waiting, leads=True, user=LEA)]
    assert "take" in unowned, "what waits in a queue, for a lead who opened it"
    assert not {"release", "away"} & set(unowned)
    assert "take" not in owner
    assert (
        list(block_kit.check_view(hands.more(view, hands.choices(view, leads=True, user=LEA)), "modal")) == []
    )


def test_changed_facts_show_before_and_after_and_what_follows(work: Casework) -> None:
    case = work.open(category="general_concern")
    before = view_of(work, case.number)
    learned = {"program": "concert", "sensitive": ["lawyer"]}
    work.report(case, "facts_learned", NOW, **learned)
    shown = changes.changed(before, view_of(work, case.number), learned, work.desk)
    assert list(block_kit.check_view(shown, "modal")) == []
    said = json.dumps(shown, ensure_ascii=False)
    assert "*Program:* EverBright → Concert" in said
    assert "not known → Retained or contacted a lawyer/legal counsel" in said
    assert ":arrow_forward: *Now due:*" in said
    assert ":x: *No longer asked for, with these facts:*" in said


def test_the_card_says_why_its_question_was_put_off(work: Casework) -> None:
    case = work.open()
    work.report(case, "installer_email_sent", NOW)
    follow_ups.ring(work.desk, at("2026-11-20 09:00"))
    until = at("2026-11-25 09:00").isoformat()
    work.report(case, "snoozed", at("2026-11-20 10:00"), until=until, reason="They are <away>")
    said = hold(card.card(view_of(work, case.number), work.desk))
    assert f":zzz: <@{ADA}>: “They are &lt;away&gt;”" in said
