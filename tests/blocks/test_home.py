"""Home at its fullest, for everybody: Slack takes it, it stays readable, and it tells nobody too much."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from blocks import home, undelivered
from bot import home as homes
from bot.overview import DeadLetter
from bot.sop.organisation import Roles
from bot.stored import Letter
from tests.blocks.test_drawings import PATHS, SECRET, facts_with, hold, hold_view, lived
from tests.bot.casework import ADA, CLEO, CORA, LEA, Casework, casework
from tests.bot.desk import NOW
from tests.databases import SqliteFiles

BO, ADMIN, OUTSIDER = "U0BO000003", "U0ADMIN001", "U0OTTO0010"
EVERYTHING = "U0EVERY001"
"""Somebody who is everything at once."""
MOST_BLOCKS = {ADA: 50, LEA: 80, BO: 50, CORA: 20, ADMIN: 20, OUTSIDER: 1, EVERYTHING: 90}


@pytest.fixture(scope="module")
def full(sqlite: SqliteFiles) -> Iterator[Casework]:
    """Every kind of case several times, with the longest texts, and messages that could not be sent."""
    with casework(sqlite) as work:
        organisation = work.desk.organisation
        roles = Roles(
            leads=(LEA, EVERYTHING), agents=(ADA,), trained_agents=(ADA, EVERYTHING), back_office=(BO,),
            resolution_specialists=(LEA,), admins=(ADMIN, EVERYTHING),
        )  # fmt: skip
        organisation = replace(organisation, roles=roles)
        work.desk = replace(work.desk, playbooks=replace(work.desk.playbooks, organisation=organisation))
        for path in PATHS:
            for size in (1, 3000):
                lived(work, path, size)
        for _ in range(12):
            for team in ("back_office", "trained_agent", "front_line"):
                case = work.open(**facts_with(3000), found_on_platform=True)
                with work.desk.memory.write() as memory:
                    memory.cases.save(replace(case, owner="", team=team), NOW)
        with work.desk.memory.write() as memory:
            memory.outbox.put([Letter(f"x{n}", "notice", 1001, to=ADA) for n in range(12)], NOW)
            for delivery in memory.outbox.claim("h", NOW, NOW, most=500):
                memory.outbox.bury(delivery, "posting: Slack refused with <!channel>", NOW)
            for case in memory.cases.open_of(ADA)[:20]:
                memory.cases.save(replace(case, owner=EVERYTHING), NOW)
        yield work


def drawn(work: Casework, user: str, **choices: str) -> dict[str, object]:
    with work.desk.memory.write() as memory:
        memory.homes.choose(user, choices, NOW)
    with work.desk.memory.read() as memory:
        return home.home(homes.view(memory, work.desk, user, NOW + timedelta(days=3)), work.desk)


@pytest.mark.parametrize(("user", "most"), MOST_BLOCKS.items())
def test_the_fullest_home_is_what_slack_takes_and_stays_readable(
    full: Casework, user: str, most: int
) -> None:
    view = drawn(full, user)
    hold_view(view, "home")
    assert len(view["blocks"]) <= most


@pytest.mark.parametrize("user", [ADA, LEA, BO, CORA])
def test_every_page_of_every_list_is_what_slack_takes(full: Casework, user: str) -> None:
    for page in ("2", "3", "999"):
        hold_view(drawn(full, user, **{f"page.{name}": page for name in homes.SIZES}), "home")


@pytest.mark.parametrize("user", [ADA, LEA, BO])
def test_the_answer_to_mine_is_a_message_that_slack_takes(full: Casework, user: str) -> None:
    local = full.desk.organisation.calendar.local(NOW)
    with full.desk.memory.read() as memory:
        mine = homes.mine(memory, user, local)
        titles = homes.titles(memory, full.desk, [line.number for line in mine.due.lines], local)
    hold(home.mine_message(mine, titles, local))


@pytest.mark.parametrize("user", [ADMIN, OUTSIDER])
def test_who_may_not_see_cases_reads_nothing_personal(full: Casework, user: str) -> None:
    assert SECRET not in json.dumps(drawn(full, user))


def test_a_confirmer_reads_name_and_address_alone(full: Casework) -> None:
    said = json.dumps(drawn(full, CLEO), ensure_ascii=False)
    assert SECRET in said
    assert "example.test" not in said
    assert "Concert checks without an answer" in said


def test_an_outsider_reads_one_kind_sentence(full: Casework) -> None:
    assert drawn(full, OUTSIDER)["blocks"] == [{"type": "section", "text": _mrkdwn(home.OUTSIDER)}]


def _mrkdwn(text: str) -> Mapping[str, object]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        (DeadLetter(1, "card", 1001, ADA, False, NOW, NOW, "x"), "HC-1001: the case card"),
        (DeadLetter(1, "card", 1001, ADA, True, NOW, NOW, "x"), "HC-1001: an update of the case card"),
        (DeadLetter(1, "digest", None, ADA, False, NOW, NOW, "x"), "the morning summary"),
        (DeadLetter(1, "rota_gap", None, "leads", False, NOW, NOW, "x"), "rota gap"),
    ],
)
def test_a_message_that_was_not_delivered_says_what_it_was(letter: DeadLetter, said: str) -> None:
    assert undelivered.what(letter) == said


@pytest.mark.parametrize("total", [0, 1, 30])
def test_the_list_of_the_undelivered_is_a_message_that_slack_takes(full: Casework, total: int) -> None:
    with full.desk.memory.read() as memory:
        letters = memory.undelivered.lines(0, min(total, undelivered.MOST))
    hold(undelivered.message(letters, total, full.desk))
