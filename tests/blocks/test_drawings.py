"""Everything the desk draws, in every state of a case: Slack takes it, and it leaks nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from blocks import card, forms, intake, timeline, undelivered
from blocks.help import help_page, unknown
from blocks.letters import draw
from blocks.orders import preview, update
from bot import cases, confirmations, differences, follow_ups, orders
from bot.cases import CaseView
from bot.delivery import Drawing
from bot.desk import Desk
from bot.drafting import drafted
from bot.intake_fields import FOLLOWING, MOST
from bot.ports import Message
from bot.sop import plan
from bot.stored import Delivery, Intake, StoredCase
from bot.systems import ORDERED, Order, OrderState, Record
from bot.wording import Names, write
from sandbox import block_kit
from tests.bot.casework import ADA, CLEO, LEA, Casework, casework
from tests.bot.desk import NOW
from tests.bot.test_orders import Ledger
from tests.databases import SqliteFiles

SECRET = "Zelda"
"""Stands in every fact that is personal."""
NOT_FOUND = {"found_on_platform": False, "program": "unknown"}
WRITTEN = ["installer_email_sent"]
ASKED = [*WRITTEN, "ring"]
PATHS: dict[str, tuple[dict[str, object], list[str]]] = {
    "new": ({}, []),
    "waiting": ({}, WRITTEN),
    "asked": ({}, ASKED),
    "unheard": ({}, [*ASKED, "homeowner_not_heard"]),
    "unreachable": ({}, [*ASKED, "homeowner_unreachable"]),
    "unsatisfied": ({}, [*ASKED, "homeowner_contacted_unsatisfied"]),
    "satisfied": ({}, [*ASKED, "homeowner_contacted_satisfied"]),
    "closed": ({}, [*ASKED, "homeowner_contacted_satisfied", "close_requested"]),
    "awaiting": (NOT_FOUND, []),
    "posted": (NOT_FOUND, ["posted"]),
    "asked_again": (NOT_FOUND, ["posted", "ring"]),
    "told_leads": (NOT_FOUND, ["posted", "ring", "ring"]),
    "cannot_tell": (NOT_FOUND, ["posted", "cannot_tell"]),
    "concert": (NOT_FOUND, ["posted", "concert_confirmed"]),
    "not_concert": (NOT_FOUND, ["posted", "not_concert"]),
    "concern": ({"category": "general_concern"}, []),
    "chased": ({"category": "general_concern"}, [*ASKED, "attempt_logged", "ring"]),
    "escalated": ({"category": "fraud", "sensitive": ["lawyer"], "agrees_to_wait": False}, []),
    "uncovered": ({"category": "fraud"}, []),
}
PEOPLE = {"ordinary": 1, "brim": 3000}


def facts_with(size: int) -> dict[str, object]:
    """Personal facts, each as long as its field allows, made of what grows when it is escaped."""

    def full(field: str) -> str:
        return (SECRET + "&<" * size)[: min(size * 6, MOST[field])] if size > 1 else SECRET

    return {
        "homeowner": {each: full(f"homeowner.{each}") for each in ("name", "address", "phone", "best_time")}
        | {"email": f"{SECRET}@example.test"},
        "installer": {"name": full("installer.name"), "email": "office@example.test"},
        "description": full("description"),
    }


def lived(work: Casework, path: str, size: int) -> StoredCase:
    """A case that all of this has happened to."""
    changes, events = PATHS[path]
    case = work.open(**{**changes, **facts_with(size)})
    now = NOW
    for event in events:
        if event == "ring":
            with work.desk.memory.read() as memory:
                due = memory.follow_ups.next_due()
            assert due
            now = due
            follow_ups.ring(work.desk, now)
        elif event == "posted":
            people = confirmations.tagging(work.desk, now).people
            with work.desk.memory.write() as memory:
                confirmations.posted(memory, work.desk, case.number, "first", people, now)
        elif event in ("concert_confirmed", "not_concert", "cannot_tell"):
            with work.desk.memory.write() as memory:
                confirmations.answer(memory, work.desk, case.number, event, CLEO, now)
        else:
            data = {"closure_comments": SECRET * 3} if event == "close_requested" else {}
            assert not work.report(case, event, now, by=LEA, **data).refused
    return case


@pytest.fixture(params=[(path, size) for path in PATHS for size in PEOPLE], ids="_".join)
def living(
    request: pytest.FixtureRequest, sqlite: SqliteFiles
) -> Iterator[tuple[Casework, CaseView, list[Delivery]]]:
    """A desk, a case as it then stands, and the letters it gave rise to."""
    path, size = request.param
    with casework(sqlite) as work:
        case = lived(work, path, PEOPLE[size])
        later = NOW + timedelta(days=60)
        with work.desk.memory.write() as memory:
            letters = list(memory.outbox.claim("test", later, later, most=100))
            yield work, cases.view(memory, work.desk, case.number, NOW), letters


Living = tuple[Casework, CaseView, list[Delivery]]


def hold(message: Message) -> None:
    """Slack takes it as a post, and its notification and values say nothing personal."""
    blocks = [dict(block) for block in message.blocks]
    assert [str(each) for each in block_kit.check_blocks(blocks, "message")] == []
    assert block_kit.characters(blocks) <= block_kit.MESSAGE_CHARACTERS_MAX
    assert SECRET not in message.text
    assert re.fullmatch(r"[^<>]*[.?]", message.text), message.text
    assert not list(carried(blocks))


def hold_view(view: dict[str, object], kind: str = "modal") -> None:
    """Slack takes it as a view, and what it carries besides its texts says nothing personal."""
    assert [str(each) for each in block_kit.check_view(view, kind)] == []
    assert block_kit.byte_size(view) < 250_000
    assert not list(carried(view))


def carried(node: object) -> Iterator[str]:
    """Every id, value and metadata that holds personal data."""
    if isinstance(node, dict):
        for key, part in node.items():
            if key in ("value", "private_metadata", "block_id", "action_id", "callback_id"):
                yield from [part] if SECRET in str(part) else []
            else:
                yield from carried(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from carried(part)


def test_every_letter_is_a_message_that_slack_takes(living: Living) -> None:
    work, view, letters = living
    assert letters
    tagging = confirmations.tagging(work.desk, NOW)
    for delivery in letters:
        if message := draw(Drawing(delivery.letter, view, tagging, NOW), work.desk):
            hold(message)


def test_the_channels_of_many_hear_name_and_address_at_most(living: Living) -> None:
    work, view, letters = living
    for delivery in letters:
        if delivery.letter.kind in ("prompt", "decision", "unconfirmed"):
            message = draw(
                Drawing(delivery.letter, view, confirmations.tagging(work.desk, NOW), NOW), work.desk
            )
            assert SECRET not in json.dumps([dict(block) for block in message.blocks] if message else [])


def test_the_card_is_what_slack_takes(living: Living) -> None:
    work, view, _ = living
    hold(card.card(view, work.desk))
    hold_view(card.modal(view, work.desk))


def test_every_form_is_a_modal_that_slack_takes(living: Living) -> None:
    work, view, _ = living
    desk = work.desk
    for made in (timeline.timeline(view, desk), forms.note(view), forms.close(view, desk)):
        hold_view(made)
    hold_view(forms.facts(view, None, forms.editable(view, desk, NOW.date())))
    for step in view.plan.steps:
        written = write(step, view.stored.case.facts, Names("Ada (agent)", view.stored.name))
        hold_view(forms.snooze(view, step))
        hold_view(forms.email(view, step, written, desk))
        hold_view(forms.read(view, step, written.text, desk))


def elsewhere(view: CaseView, desk: Desk, state: OrderState) -> CaseView:
    """The same case, with everything ordered that can be, as it then stands, and with records that differ."""
    drafts = [drafted(view, step, desk) for step in view.plan.steps if orders.can_order(desk, step)]
    placed = tuple(
        Order(
            f"k{number}", 1001, draft, ADA, NOW, id=number, state=state, attempts=1, said="No & <no>! " * 80
        )
        for number, draft in enumerate(drafts, start=1)
    )
    kinds = {draft.on: draft.system for draft in drafts if draft.on}
    records = tuple(
        Record(1001, on, system, f"EBH-{place}", "https://jira.example.test", fields={"Summary": SECRET * 90})
        for place, (on, system) in enumerate(kinds.items(), start=1)
    )
    stored = replace(view.stored, references={each.on: each.reference for each in records})
    status = [replace(each, status="Done", closed=state == "dead", read_at=NOW) for each in records]
    return replace(view, stored=stored, orders=placed, records=tuple(status))


@pytest.mark.parametrize("state", ["waiting", "dead", "dropped", "done"])
def test_what_other_systems_do_is_drawn_as_slack_takes_it(living: Living, state: OrderState) -> None:
    work, plain, _ = living
    desk = replace(work.desk, connectors=dict.fromkeys(ORDERED, Ledger()))
    view = elsewhere(plain, desk, state)
    hold(card.card(view, desk))
    hold_view(card.modal(view, desk))
    hold_view(forms.close(view, desk))
    for order in view.orders:
        step = next(step for step in view.plan.steps if step.id == order.draft.step)
        hold_view(preview(view, step, order.draft, desk, lead=True))
    for difference in differences.differences(view, desk):
        hold_view(update(view, difference, connected=True))
    hold(undelivered.message([], 0, desk, view.orders[:10], 30))


def test_intake_is_drawn_from_the_same_facts(living: Living) -> None:
    work, view, _ = living
    known = view.stored.case.facts
    values = {
        "homeowner.name": known.homeowner.name,
        "homeowner.address": known.homeowner.address,
        "category": known.categories[0],
        "description": known.description,
        "milestones.m1": "2026-10-01",
        "milestones.not_yet": ("m3",),
    }
    started = Intake("0123456789abcdef", ADA, values)
    planned = plan(known, work.desk.playbooks, NOW)
    hold_view(intake.loading())
    hold_view(intake.who(started, ["Hello.", "And then?"]))
    hold_view(intake.what(started, ["How can I help?"], FOLLOWING))
    hold_view(intake.says(started, known, planned, work.desk, "Ada (agent)"))
    hold_view(intake.opened(view.stored))
    hold_view(intake.sorry(known.description))


@pytest.mark.parametrize("word", ["", "hepl", "<!channel>", "&" * 4000], ids=["none", "typo", "ping", "long"])
def test_help_is_a_message_that_slack_takes(word: str) -> None:
    hold(unknown(word) if word else help_page())
