"""Replicas that ring at the same time, while people click: each appointment is acted on exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.batches import rest_after, work_off
from bot.ports import LONGEST_REST, Work
from bot.stored import Entry, Errand, FollowUp
from storage import Database, open_database
from tests.databases import Databases, rows
from tests.storage.samples import ADA, BEN, MINUTE, NOW, a_case, a_timer, all_at_once, reads

REPLICAS = 3
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Replicas:
    """Several desks on one database; on SQLite, several threads of one."""

    url: str
    databases: list[Database]
    failing: set[int] = field(default_factory=set)
    turns: int = 0

    def fill(self, plan: list[list[int]]) -> list[int]:
        """A case for each list, with appointments and errands that are due after so many minutes."""
        numbers = []
        for minutes in plan:
            with self.databases[0].write() as work:
                number = work.cases.add(a_case(), ADA, ADA, NOW).number
                timers = [a_timer(f"t{at}", NOW + delay * MINUTE) for at, delay in enumerate(minutes)]
                work.follow_ups.keep(number, timers, NOW)
                dues = [NOW + delay * MINUTE for delay in minutes]
                work.errands.put(
                    [Errand(f"{number}/{at}", "look", due, number) for at, due in enumerate(dues)]
                    + [Errand(f"{number}/{at}/free", "free", due) for at, due in enumerate(dues)],
                    NOW,
                )
            numbers.append(number)
        return numbers

    def ring(self, database: Database, now: datetime) -> None:
        for _ in range(20):
            done = work_off(database, now, lambda work: work.follow_ups, self._remind)
            done += work_off(database, now, lambda work: work.errands, self._run)
            with database.read() as work:
                dues = (work.follow_ups.next_due(), work.errands.next_due())
            if not done and all(due is None or due > now for due in dues):
                return

    def click(self, numbers: list[int]) -> None:
        """Somebody works on each case: as any use case does, they lock it, and then what belongs to it."""
        for number in numbers:
            with self.databases[-1].write() as work:
                stored = work.cases.get(number)
                work.cases.save(stored, NOW)
                work.errands.cancel_of(number, "nothing", NOW)
                work.timeline.add(number, [Entry(NOW, BEN, "note", "x")])

    def _remind(self, work: Work, due: FollowUp) -> None:
        stored = work.cases.get(due.case_number)
        work.cases.save(stored, NOW)
        work.errands.cancel_of(due.case_number, "nothing", NOW)
        work.timeline.add(due.case_number, [Entry(NOW, "", "acted", f"follow-up {due.id}")])
        if due.id in self.failing and not due.tries:
            raise ZeroDivisionError

    def _run(self, work: Work, due: Errand) -> None:
        if due.case_number is not None:
            work.cases.get(due.case_number)
            work.timeline.add(due.case_number, [Entry(NOW, "", "acted", f"errand {due.key}")])
        assert work.seen.first_time(f"ran {due.key}", NOW)


@pytest.fixture(scope="module")
def replicas(databases: Databases) -> Iterator[Replicas]:
    url = databases.new()
    many = 1 if url.startswith("sqlite") else REPLICAS
    with ExitStack() as opened:
        several = [opened.enter_context(open_database(url, NOW)) for _ in range(many)]
        yield Replicas(url, (several * REPLICAS)[:REPLICAS])
    databases.drop(url)


@given(
    plan=st.lists(st.lists(st.integers(-3, 3), max_size=4), min_size=1, max_size=12),
    failing=st.lists(st.booleans(), max_size=12),
)
@settings(max_examples=15)
def test_each_is_acted_on_once_by_however_many_ring(replicas: Replicas, plan, failing) -> None:
    numbers = replicas.fill(plan)
    ids = [
        row[0]
        for row in rows(
            replicas.url, "SELECT id FROM follow_ups WHERE case_number >= :first", first=numbers[0]
        )
    ]
    replicas.failing = {number for number, fails in zip(ids, failing, strict=False) if fails}
    ringing = [lambda each=each: replicas.ring(each, NOW) for each in replicas.databases]
    all_at_once([*ringing, lambda: replicas.click(numbers)])
    for later in (NOW + rest_after(1), NOW + 3 * MINUTE, NOW + 4 * MINUTE):
        replicas.ring(replicas.databases[0], later)
    found = rows(
        replicas.url,
        "SELECT text FROM timeline WHERE event = 'acted' AND case_number >= :first",
        first=numbers[0],
    )
    promised = [f"follow-up {number}" for number in ids] + [
        f"errand {number}/{at}" for number, dues in zip(numbers, plan, strict=True) for at in range(len(dues))
    ]
    assert Counter(text for (text,) in found) == Counter(promised)
    assert rows(replicas.url, "SELECT id FROM follow_ups WHERE state = 'open'") == []
    assert rows(replicas.url, "SELECT key FROM errands WHERE state = 'open'") == []


def kept(database: Database, *minutes: int) -> int:
    """A case with an appointment and an errand that are due after each of so many minutes."""
    with database.write() as work:
        number = work.cases.add(a_case(), ADA, ADA, NOW).number
        dues = [NOW + delay * MINUTE for delay in minutes]
        work.follow_ups.keep(number, [a_timer(f"t{at}", due) for at, due in enumerate(dues)], NOW)
        work.errands.put([Errand(f"{number}/{at}", "look", due, number) for at, due in enumerate(dues)], NOW)
    return number


def test_what_somebody_is_working_on_is_passed_over_and_the_others_are_taken(
    database: Database, url: str, postgresql: object
) -> None:
    busy, free = kept(database, -1), kept(database, 0)
    with open_database(url, NOW) as another, another.write() as click:
        click.cases.get(busy)
        with database.write() as work:
            assert [due.case_number for due in work.follow_ups.take_due(NOW, 9)] == [free]
            assert [due.case_number for due in work.errands.take_due(NOW, 9)] == [free]
    with database.write() as work:
        assert [due.case_number for due in work.follow_ups.take_due(NOW, 9)] == [busy]
        assert [due.case_number for due in work.errands.take_due(NOW, 9)] == [busy]


def test_a_batch_is_as_large_as_asked_for_and_begins_with_the_most_overdue(database: Database) -> None:
    kept(database, 0, -2, -1, -3)
    with database.write() as work:
        work.errands.put([Errand("free", "look", NOW - 9 * MINUTE)], NOW)
    with database.write() as work:
        assert [due.timer.id for due in work.follow_ups.take_due(NOW, 3)] == ["t3", "t1", "t2"]
        assert [due.key[-4:] for due in work.errands.take_due(NOW, 3)] == ["free", "01/3", "01/1"]


def test_what_is_given_back_is_due_as_it_was(database: Database) -> None:
    kept(database, 0, -1)
    for _ in range(2):
        with database.write() as work:
            for due in (work.follow_ups, work.errands):
                taken = due.take_due(NOW, 9)
                assert len(taken) == 2
                assert not any(each.tries for each in taken)
                due.give_back(taken)


@pytest.mark.parametrize(
    ("back", "over"),
    [
        (timedelta(), False),
        (LONGEST_REST - MICROSECOND, False),
        (LONGEST_REST, True),
        (timedelta(hours=1), True),
    ],
    ids=["stands still", "back by less than the longest rest", "a moment more", "an hour back"],
)
def test_a_clock_that_is_set_back_leaves_nothing_resting_for_longer(
    database: Database, back: timedelta, over: bool
) -> None:
    kept(database, -600)
    with database.write() as work:
        for due in (work.follow_ups, work.errands):
            (taken,) = due.take_due(NOW)
            due.rest(taken, NOW + SECOND)
    with database.write() as work:
        found = [
            len(due.take_due(NOW + SECOND - back - MICROSECOND)) for due in (work.follow_ups, work.errands)
        ]
    assert found == [over, over]


def test_taking_what_is_due_reads_what_is_due_alone(database: Database, sqlite: object) -> None:
    kept(database, 0)
    with database.write() as work:
        read = reads(work, lambda: work.follow_ups.take_due(NOW, 10))
        read += reads(work, lambda: work.errands.take_due(NOW, 10))
    tables = ("cases", "follow_ups", "errands")
    assert [line for line in read if line.startswith("SCAN") and line.split()[1] in tables] == []
    assert sum("_open_wake_at (wake_at<?)" in line for line in read) == 3
