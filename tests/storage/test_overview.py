"""Lists of open cases: the boundaries of due and overdue, every filter, and that an index serves each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.overview import Wanted
from bot.sop import Installer
from bot.stored import Entry
from storage import Database
from storage.overview import OverviewStore
from tests.databases import SqliteFiles
from tests.storage.samples import ADA, BEN, NOW, a_case, a_timer

TODAY = NOW.replace(hour=5, minute=0, second=0, microsecond=0)
TOMORROW = TODAY + timedelta(days=1)
TICK = timedelta(microseconds=1)


def keep(
    database: Database, state: str = "open", acts: datetime = NOW, owner: str = ADA, **facts: object
) -> int:
    """A case on which somebody has to act then."""
    case = replace(a_case(state=state), opened_at=acts)
    if state == "waiting":
        case = replace(case, opened_at=NOW - timedelta(days=9), timers=(a_timer(due=acts),))
    case = replace(case, facts=replace(case.facts, **facts))
    with database.write() as work:
        stored = work.cases.add(case, ADA, ADA, NOW)
        return work.cases.save(replace(stored, owner=owner), NOW).number


def numbers(database: Database, wanted: Wanted) -> list[int]:
    with database.read() as work:
        found = [line.number for line in work.overview.lines(wanted, 0, 50)]
        assert work.overview.count(wanted) == len(found)
        return found


@pytest.mark.parametrize(
    ("state", "acts", "lists"),
    [
        ("open", TODAY - TICK, {"overdue", "due"}),
        ("open", TODAY, {"today", "due"}),
        ("open", TOMORROW - TICK, {"today", "due"}),
        ("ready_to_close", TODAY - TICK, {"overdue", "due"}),
        ("waiting", TODAY - TICK, {"overdue", "due"}),
        ("waiting", TODAY, {"today", "due"}),
        ("waiting", TOMORROW - TICK, {"today", "due"}),
        ("waiting", TOMORROW, {"waiting"}),
        ("awaiting_confirmation", TODAY - TICK, {"waiting"}),
        ("needs_decision", TODAY - TICK, set()),
        ("closed", TODAY - TICK, set()),
    ],
)
def test_a_case_is_due_on_its_day_and_overdue_from_the_next_midnight_on(
    database: Database, state: str, acts: datetime, lists: set[str]
) -> None:
    number = keep(database, state, acts)
    found = {
        when: numbers(database, Wanted(when=when, today=TODAY, tomorrow=TOMORROW))
        for when in ("overdue", "today", "due", "waiting")
    }
    assert {when for when, cases in found.items() if cases == [number]} == lists


@pytest.mark.parametrize(
    ("wanted", "others"),
    [
        (Wanted(owner=BEN), {}),
        (Wanted(owner=""), {}),
        (Wanted(states=("needs_decision",)), {}),
        (Wanted(program="beam"), {}),
        (Wanted(category="pto_delay"), {}),
        (Wanted(installer="Sunny Roofs"), {}),
        (Wanted(escalated=True), {}),
    ],
    ids=["owner", "queue", "state", "program", "category", "installer", "escalated"],
)
def test_each_filter_leaves_out_the_others(database: Database, wanted: Wanted, others: object) -> None:
    keep(database)
    asked = keep(
        database,
        wanted.states[0] if wanted.states else "open",
        owner=ADA if wanted.owner is None else wanted.owner,
        program=wanted.program or "everbright",
        categories=(wanted.category or "installer_unresponsive",),
        installer=Installer(wanted.installer or "Example Solar", ""),
        sensitive=("lawyer",) if wanted.escalated else (),
    )
    assert numbers(database, wanted) == [asked]


def test_a_case_at_which_the_leads_were_asked_to_look_is_escalated(database: Database) -> None:
    keep(database)
    number = keep(database)
    with database.write() as work:
        work.timeline.add(number, [Entry(NOW, ADA, "note", "x"), Entry(NOW, ADA, "escalated", "Look.")])
    assert numbers(database, Wanted(escalated=True)) == [number]


def test_the_most_overdue_stands_first_and_pages_follow_on(database: Database) -> None:
    made = [keep(database, acts=NOW - timedelta(days=days)) for days in (1, 3, 2)]
    with database.read() as work:
        pages = [[line.number for line in work.overview.lines(Wanted(), skip, 2)] for skip in (0, 2, 4)]
    assert pages == [[made[1], made[2]], [made[0]], []]


def test_counting_stops_where_nobody_pages_to(database: Database) -> None:
    for _ in range(3):
        keep(database)
    with database.read() as work:
        assert work.overview.count(Wanted(), most=2) == 2


def test_installers_are_found_by_a_part_of_their_name_each_once(database: Database) -> None:
    for name in ("Bright Roofs", "Sunny Roofs", "Bright Roofs", "Zenith", ""):
        keep(database, installer=Installer(name, ""))
    with database.read() as work:
        assert list(work.overview.installers("ROOF", 9).values()) == ["Bright Roofs", "Sunny Roofs"]
        assert list(work.overview.installers("", 2).values()) == ["Bright Roofs", "Sunny Roofs"]


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(owner=ADA),
        Wanted(owner=ADA, when="due", today=TODAY, tomorrow=TOMORROW),
        Wanted(owner="", team="back_office", by_age=True),
        Wanted(states=("needs_decision",)),
        Wanted(program="beam"),
        Wanted(category="fraud"),
        Wanted(installer="Sunny Roofs"),
        Wanted(escalated=True),
        Wanted(when="overdue", today=TODAY, tomorrow=TOMORROW),
    ],
)
def test_no_list_reads_every_case(database: Database, sqlite: SqliteFiles, wanted: Wanted) -> None:
    plans: list[str] = []

    class Watched(OverviewStore):
        def _all(self, query):
            sql = str(query.compile(self.session.get_bind(), compile_kwargs={"literal_binds": True}))
            plan = self.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
            plans.extend(row[3] for row in plan)
            return super()._all(query)

    with database.read() as work:
        watched = Watched(work.overview.session)
        watched.lines(wanted, 0, 10)
        watched.count(wanted)
    reads = [plan for plan in plans if "cases" in plan]
    assert len(reads) == 2
    assert all("ix_cases_open" in plan or "ix_cases_queued" in plan for plan in reads), reads
