"""What stands on whose Home, by their roles; and what a lead chose there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import home
from bot.errors import MovedOn, NotAllowed
from bot.home import HomeView
from bot.sop.organisation import Roles
from bot.stored import Letter
from bot.undelivered import drop, send_again
from tests.bot.casework import ADA, BEN, CLEO, LEA, Casework, casework
from tests.bot.desk import NOW
from tests.databases import Databases

BO, TRAINED, SPECIALIST, ADMIN, OUTSIDER = (
    "U0BO000003", "U0TRAINED1", "U0SPECIAL1", "U0ADMIN001", "U0OTTO0010",
)  # fmt: skip
PARTS = ("mine", "queue", "team", "undelivered", "checks", "on_call")


@pytest.fixture
def work(databases: Databases) -> Iterator[Casework]:
    with casework(databases) as work:
        roles = Roles(
            leads=(LEA,), agents=(ADA, BEN), trained_agents=(TRAINED,), back_office=(BO,),
            resolution_specialists=(SPECIALIST,), admins=(ADMIN,),
        )  # fmt: skip
        organisation = replace(work.desk.organisation, roles=roles)
        work.desk = replace(work.desk, playbooks=replace(work.desk.playbooks, organisation=organisation))
        yield work


def seen(work: Casework, user: str, **choices: str) -> HomeView:
    with work.desk.memory.write() as memory:
        memory.homes.choose(user, choices, NOW)
    with work.desk.memory.read() as memory:
        return home.view(memory, work.desk, user, NOW)


@pytest.mark.parametrize(
    ("user", "parts", "queues"),
    [
        (ADA, {"mine", "queue", "on_call"}, {"front_line"}),
        (TRAINED, {"mine", "queue", "on_call"}, {"front_line", "trained_agent"}),
        (BO, {"mine", "queue", "on_call"}, {"back_office"}),
        (SPECIALIST, {"mine", "queue", "on_call"}, {"trained_agent"}),
        (
            LEA,
            {"mine", "queue", "team", "undelivered", "on_call"},
            {"front_line", "trained_agent", "back_office"},
        ),
        (ADMIN, {"undelivered", "on_call"}, set()),
        (CLEO, {"checks", "on_call"}, set()),
        (OUTSIDER, set(), set()),
    ],
    ids=["agent", "trained agent", "clerk", "specialist", "lead", "admin", "confirmer", "outsider"],
)
def test_everybody_sees_what_their_roles_have(
    work: Casework, user: str, parts: set[str], queues: set[str]
) -> None:
    view = seen(work, user)
    assert {part for part in PARTS if getattr(view, part) is not None} == parts
    assert set(view.queues) == queues
    assert view.outsider == (user == OUTSIDER)


def test_a_page_that_is_no_longer_there_is_the_last_one(work: Casework) -> None:
    for _ in range(home.SIZES["due"] + 1):
        work.open()
    assert len(seen(work, ADA).mine.due.lines) == home.SIZES["due"]
    last = seen(work, ADA, **{"page.due": "2"}).mine.due
    assert (last.page, last.pages, len(last.lines)) == (2, 2, 1)
    assert seen(work, ADA, **{"page.due": "99"}).mine.due == last
    for nonsense in ("0", "-1", "x"):
        assert seen(work, ADA, **{"page.due": nonsense}).mine.due.page == 1


def test_a_lead_sees_what_needs_a_decision_until_somebody_decides(work: Casework) -> None:
    case = work.open()
    with work.desk.memory.write() as memory:
        memory.cases.save(replace(case, case=replace(case.case, state="needs_decision")), NOW)
    with work.desk.memory.read() as memory:
        later = home.view(memory, work.desk, LEA, NOW + timedelta(days=60))
    assert [line.number for line in later.team.decision.lines] == [case.number]
    assert seen(work, ADA).mine.with_lead.total == 1


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        ({}, True),
        ({"owner": ADA}, True),
        ({"owner": BEN}, False),
        ({"program": "beam"}, False),
        ({"category": "installer_unresponsive", "installer": "Sunny Roofs"}, True),
        ({"installer": "Another"}, False),
        ({"state": "open", "when": "today"}, True),
        ({"state": "queued"}, False),
        ({"when": "overdue"}, False),
    ],
)
def test_a_leads_filters_hold_together_and_are_kept(
    work: Casework, chosen: dict[str, str], fits: bool
) -> None:
    work.open()
    assert seen(work, LEA, **chosen).team.cases.total == fits
    again = seen(work, LEA)
    assert again.team.filters == chosen
    assert again.team.cases.total == fits


@pytest.mark.parametrize("decide", [send_again, drop])
@pytest.mark.parametrize(
    ("user", "may"), [(ADA, False), (BO, False), (CLEO, False), (LEA, True), (ADMIN, True)]
)
def test_leads_and_admins_decide_about_the_undelivered_once(
    work: Casework, decide: object, user: str, may: bool
) -> None:
    case = work.open()
    with work.desk.memory.write() as memory:
        memory.outbox.put([Letter("x", "reminder", case.number, to=ADA)], NOW)
        for delivery in memory.outbox.claim("h", NOW, NOW, most=9):
            memory.outbox.bury(delivery, "refused", NOW)
        letter = memory.undelivered.lines(0, 1)[0]
        lines = len(memory.timeline.of(case.number))
        if not may:
            with pytest.raises(NotAllowed):
                decide(memory, work.desk, letter.id, user, NOW)
            return
        decide(memory, work.desk, letter.id, user, NOW)
        last = memory.timeline.of(case.number)[-1]
        assert (last.by, last.event) == (user, {send_again: "sent_again", drop: "dropped"}[decide])
        assert len(memory.timeline.of(case.number)) == lines + 1
        with pytest.raises(MovedOn):
            decide(memory, work.desk, letter.id, user, NOW)
