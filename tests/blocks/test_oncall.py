"""Who is on call, as Slack takes it: with nothing changed, and with everything at its longest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from blocks import oncall as drawn
from blocks import troubles
from bot import oncall
from bot.delivery import Drawing
from bot.oncall import Outlook, Told
from bot.ports import Message
from bot.sop.rota import Change, Person
from bot.stored import Letter, RotaChange, Trouble
from sandbox import block_kit
from tests.bot.casework import LEA, Casework, casework
from tests.bot.desk import NOW, at
from tests.databases import SqliteFiles

ZONE = "America/New_York"
CROWD = tuple(Person(f"U0CROWD{n:03}", "<!channel> & " * 9, f"U0CROWD{n:03}") for n in range(20))
REASON = "<@U0LEA00004> & " * 60


@pytest.fixture(scope="module")
def work(sqlite: SqliteFiles) -> Iterator[Casework]:
    with casework(sqlite) as work:
        yield work


@pytest.fixture(scope="module", params=["plain", "brim"])
def outlook(request: pytest.FixtureRequest, work: Casework) -> Outlook:
    with work.desk.memory.write() as transaction:
        for n in range(20 if request.param == "brim" else 0):
            starts = NOW + timedelta(hours=7 * n)
            change = Change(
                "override" if n % 3 else "away", starts, starts + timedelta(hours=5), CROWD[: 20 - n % 2]
            )
            transaction.rota_changes.add(RotaChange(change, LEA, NOW, REASON))
        return oncall.outlook(transaction, work.desk, NOW)


def hold(message: Message) -> None:
    blocks = list(message.blocks)
    assert [str(each) for each in block_kit.check_blocks(blocks, "message")] == []
    assert block_kit.characters(blocks) <= block_kit.MESSAGE_CHARACTERS_MAX


def hold_view(view: dict) -> None:
    assert [str(each) for each in block_kit.check_view(view, "modal")] == []


def texts(blocks: object) -> str:
    return str(blocks)


@pytest.mark.parametrize("may_change", [True, False], ids=["a lead", "an agent"])
def test_the_page_is_a_message_that_slack_takes(outlook: Outlook, may_change: bool) -> None:
    message = drawn.page(outlook, may_change=may_change)
    hold(message)
    assert ("oncall_form:swap" in texts(message.blocks)) == may_change
    assert "<!channel>" not in texts(message.blocks)
    assert "<@U0LEA00004> & " not in texts(message.blocks)


def test_what_was_saved_is_a_modal_that_slack_takes(outlook: Outlook) -> None:
    hold_view(drawn.done(outlook, "Saved."))


@pytest.mark.parametrize("kind", ["override", "swap", "away"])
def test_every_form_and_letter_is_what_slack_takes(work: Casework, kind: str) -> None:
    people = CROWD[:2] if kind == "swap" else CROWD
    change = Change(kind, NOW, NOW + timedelta(days=40), people)
    with work.desk.memory.read() as transaction:
        effects = oncall.effects(transaction, work.desk, change, NOW)
    told = Told(RotaChange(change, LEA, NOW, REASON, 7, LEA, NOW), effects)
    ids = tuple(person.slack_id for person in people)
    metadata = "|".join([kind, ",".join(ids), *[NOW.isoformat()] * 2, *["2026-11-18"] * 4])
    typed = {"people": ids, "person": "U0A", "other": "U0B", "from": "09:00"}
    for view in (
        drawn.form(kind, NOW.date()),
        drawn.form(kind, NOW.date(), typed),
        drawn.preview(told, ZONE, metadata),
        drawn.undoing(told, ZONE),
    ):
        hold_view(view)
    for undone in (False, True):
        about = Told(told.made, told.effects, undone)
        message = drawn.letter(Drawing(Letter("k", "rota_change"), about, None, NOW), work.desk)
        hold(message)
        assert message.text == "Who is on call for Concert checks has changed."


TROUBLES = [
    Trouble("gap", NOW, "", at("2026-11-21 00:00"), at("2026-11-22 00:00"), 1),
    Trouble("gone", NOW, "U0CLEO0005", id=2),
    Trouble("roster", NOW, id=3),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.kind)
@pytest.mark.parametrize("mended_at", [None, NOW, at("2026-11-22 00:00")], ids=["open", "mended", "over"])
def test_every_trouble_is_a_message_that_slack_takes(
    work: Casework, trouble: Trouble, mended_at: datetime | None
) -> None:
    found = Trouble(trouble.kind, NOW, trouble.subject, trouble.starts, trouble.ends, trouble.id, mended_at)
    message = troubles.trouble(Drawing(Letter("k", "rota_trouble"), found, None, NOW), work.desk)
    hold(message)
    assert message.text.startswith("Mended: ") == (mended_at is not None)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-11-21 00:00", "2026-11-22 00:00", "Sat, Nov 21, all day"),
        ("2026-11-21 20:00", "2026-11-22 00:00", "Sat, Nov 21, 8:00 PM–midnight"),
        ("2026-11-21 09:30", "2026-11-21 18:00", "Sat, Nov 21, 9:30 AM–6:00 PM"),
        ("2026-11-21 00:00", "2026-11-23 00:00", "Sat, Nov 21 to Sun, Nov 22"),
        ("2026-10-31 12:00", "2026-11-01 12:00", "Sat, Oct 31, 12:00 PM EDT to Sun, Nov 1, 12:00 PM EST"),
    ],
)
def test_times_are_said_as_people_say_them(starts: str, ends: str, said: str) -> None:
    assert drawn.period(at(starts), at(ends)) == said


def test_gaps_marks_and_holidays_stand_out(work: Casework, sqlite: SqliteFiles) -> None:
    rota = work.desk.organisation.rota
    cleo, cora = rota.roster[:2]
    away = RotaChange(Change("away", at("2026-12-05 00:00"), at("2026-12-06 00:00"), (cleo, cora)), LEA, NOW)
    thursday = (at("2026-12-03 00:00"), at("2026-12-04 00:00"))
    swap = RotaChange(Change("swap", *thursday, rota.roster[1:3]), LEA, NOW)
    with casework(sqlite) as fresh, fresh.desk.memory.write() as transaction:
        for each in (away, swap):
            transaction.rota_changes.add(each)
        page = drawn.page(oncall.outlook(transaction, fresh.desk, at("2026-12-01 10:00")), may_change=True)
    text = texts(page.blocks)
    assert ":rotating_light: Sat, Dec 5, all day: *nobody is on call*" in text
    assert "*Sat, Dec 5*\\nall day: :rotating_light: *nobody* · :palm_tree: away" in text
    assert "6:00 PM–9:00 PM: <@U0CLEO0005>, <@U0CYRUS007> · :arrows_counterclockwise: swap" in text
