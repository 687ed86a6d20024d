"""Drafts, what is open already, and alerts: Slack takes them however much there is, and they leak nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from blocks import alerts as alert_blocks
from blocks import drafts as draft_blocks
from blocks import intake
from blocks.intake_says import says
from bot.alerts import ALERT, ANOTHER, Alert
from bot.confirmations import Tagging
from bot.delivery import Drawing
from bot.drafts import LETTER
from bot.duplicates import Alike
from bot.intake_fields import MESSAGE_LINK, MESSAGE_TEXT, MOST, REASON
from bot.sop import plan
from bot.stored import Intake, Letter, Sheet
from tests.blocks.test_drawings import SECRET, facts_with, hold, hold_view
from tests.bot.casework import ADA, BEN, Casework, casework
from tests.bot.desk import EASTERN, NOW
from tests.databases import SqliteFiles

BRIM = (SECRET + "&<" * 2000)[: MOST["homeowner.name"]]
VALUES = {"homeowner.name": BRIM, "category": "installer_unresponsive", REASON: BRIM}
DRAFT = Intake("0123456789abcdef", ADA, VALUES, given_by=BEN, note=BRIM * 10, updated_at=NOW)
ZONE = EASTERN.key


@pytest.fixture
def work(sqlite: SqliteFiles) -> Iterator[Casework]:
    with casework(sqlite) as desk:
        yield desk


def drawing(kind: str, about: object) -> Drawing:
    return Drawing(Letter(kind, kind, to=ADA), about, Tagging((), None), NOW)


@pytest.mark.parametrize("count", [0, 1, 25])
def test_any_number_of_drafts_is_a_list_that_slack_takes(count: int) -> None:
    drafts = [replace(DRAFT, id=f"{number:016}") for number in range(count)]
    hold_view(draft_blocks.choose(drafts, ZONE))


@pytest.mark.parametrize("page", ["who", "what", "says"])
def test_a_draft_left_anywhere_can_be_offered_and_handed_over(page: str) -> None:
    draft = replace(DRAFT, sheet=Sheet(page))  # type: ignore[arg-type]
    hold_view(intake.who(draft, ["Hello."], [draft_blocks.recent(draft, ZONE)]))
    hold_view(draft_blocks.hand_over(draft))
    message = draft_blocks.handed(drawing(LETTER, draft))
    assert message is not None
    hold(message)


OVER = {
    "finished": replace(DRAFT, case_number=1001),
    "discarded": replace(DRAFT, discarded=True),
    "given away": replace(DRAFT, agent=BEN, given_by=ADA),
}


@pytest.mark.parametrize("draft", OVER.values(), ids=OVER)
def test_a_draft_that_is_over_says_what_became_of_it_and_is_told_to_nobody(draft: Intake) -> None:
    hold_view(draft_blocks.over(draft, ADA))
    assert draft_blocks.handed(drawing(LETTER, draft)) is None


def test_the_small_windows_are_views() -> None:
    hold_view(draft_blocks.elsewhere(DRAFT))
    hold_view(draft_blocks.loading())
    hold_view(draft_blocks.said("Done."))
    hold_view(intake.who(DRAFT, [], intake.from_message(DRAFT)))
    long = replace(DRAFT, values={**VALUES, MESSAGE_TEXT: BRIM, MESSAGE_LINK: "https://desk.example.test/p1"})
    hold_view(intake.who(long, [], intake.from_message(long)))


@pytest.mark.parametrize("count", [1, 12])
def test_what_is_open_already_stands_on_the_last_page_however_much_it_is(work: Casework, count: int) -> None:
    cases = tuple(work.open(**facts_with(3000)) for _ in range(count))
    facts = cases[0].case.facts
    planned = plan(facts, work.desk.playbooks, NOW)
    hold_view(says(DRAFT, facts, planned, work.desk, "Ada (agent)", Alike(cases, cases), leaves=True))


def test_an_open_case_offers_the_next_complaint(work: Casework) -> None:
    case = work.open(**facts_with(3000))
    hold_view(intake.opened(case, DRAFT.id, ("missing_equipment", "not_connected")))
    hold_view(intake.opened(case, DRAFT.id, joined=True))
    hold_view(intake.opened(replace(case, owner="", team="trained_agent"), DRAFT.id))


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_an_alert_of_any_number_of_cases_is_a_message(count: int) -> None:
    numbers = tuple(range(1001, 1001 + count))
    message = alert_blocks.alert(
        drawing(ALERT, Alert("Bright & Roofs <LLC> " * 20, numbers, date(2026, 11, 1)))
    )
    assert message is not None
    hold(message)


def test_what_is_added_below_an_alert_is_a_message() -> None:
    message = alert_blocks.another(drawing(ANOTHER, Alert("Bright Roofs", (1004,), date(2026, 11, 1))))
    assert message is not None
    hold(message)
