"""What is due is worked off in small batches; what fails undoes itself alone, and holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot import cases, errands, follow_ups
from bot.batches import BUDGET, MOST, rest_after, work_off
from bot.desk import Desk
from bot.ports import LONGEST_REST, Work
from bot.sop import Event
from bot.stored import Errand
from storage import open_database
from tests.bot.desk import NOW, facts, playbooks
from tests.databases import looking

ADA = "U0ADA00001"
LATER = NOW + timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(url: str) -> Desk:
    with open_database(url, NOW) as database:
        yield Desk(database, playbooks(), {})


def promised(desk: Desk, many: int = 1) -> None:
    """Cases whose owner will be asked."""
    for _ in range(many):
        with desk.memory.write() as work:
            case = cases.open_case(work, desk, facts(), ADA, NOW)
            cases.report(work, desk, case.number, Event("installer_email_sent", NOW, {}, ADA), NOW)


def reminders(desk: Desk, number: int) -> int:
    with desk.memory.read() as work:
        return len(work.outbox.originals(number, "reminder"))


def test_an_appointment_that_fails_is_logged_and_rests_and_the_next_one_rings(desk, url, caplog):
    promised(desk, 2)
    with looking(url) as connection:
        connection.exec_driver_sql("UPDATE cases SET content = '{}' WHERE number = 1001")
    assert follow_ups.ring(desk, LATER) == 1
    assert [each.message.split(" failed")[0] for each in caplog.records] == ["HC-1001: its appointment 1"]
    assert reminders(desk, 1002) == 1
    with desk.memory.read() as work:
        assert work.follow_ups.next_due() == LATER + rest_after(1)
    assert follow_ups.ring(desk, LATER + SECOND) == 0
    assert len(caplog.records) == 1
    assert follow_ups.ring(desk, LATER + rest_after(1)) == 0
    with desk.memory.read() as work:
        assert work.follow_ups.next_due() == LATER + rest_after(1) + rest_after(2)


@dataclass
class Chores:
    """Errands that are noted when they run; some fail, after they wrote something."""

    desk: Desk
    failing: set[str] = field(default_factory=set)
    ran: list[str] = field(default_factory=list)
    error: Callable[[], Exception] = lambda: ZeroDivisionError("Hana (homeowner)")

    def put(self, *keys: str) -> None:
        with self.desk.memory.write() as work:
            work.errands.put([Errand(key, "chore", NOW) for key in keys], NOW)

    def __call__(self, work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
        assert work.seen.first_time(errand.key, now)
        if errand.key in self.failing:
            raise self.error()
        self.ran.append(errand.key)

    def run(self, now: datetime = NOW) -> int:
        return errands.run(self.desk, now, {"chore": self})


def test_what_fails_undoes_itself_alone_in_the_midst_of_its_batch(desk, caplog):
    chores = Chores(desk, failing={"b"})
    chores.put("a", "b", "c")
    assert chores.run() == 2
    chores.failing.clear()
    assert chores.run(NOW + SECOND) == 0
    assert chores.run(NOW + rest_after(1)) == 1
    assert chores.ran == ["a", "c", "b"]
    assert ["the errand b failed (ZeroDivisionError), try 1" in each.message for each in caplog.records] == [
        True
    ]
    assert "Hana" not in caplog.text


def test_an_errand_of_an_unknown_kind_rests_as_any_that_fails(desk, caplog):
    Chores(desk).put("a")
    assert errands.run(desk, NOW, {}) == 0
    with desk.memory.read() as work:
        assert work.errands.next_due() == NOW + rest_after(1)
    assert "the errand a failed (KeyError)" in caplog.text


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 2), (2, 4), (3, 8), (9, 512), (10, 900), (10_000, 900)], ids=str
)
def test_rests_grow_up_to_a_quarter_of_an_hour(tries, seconds):
    assert rest_after(tries) == timedelta(seconds=seconds) <= LONGEST_REST


def test_the_promised_date_stays_while_it_rests(desk, url):
    promised(desk)
    with desk.memory.read() as work:
        due = work.follow_ups.next_due()
    with looking(url) as connection:
        connection.exec_driver_sql("UPDATE cases SET content = '{}'")
    follow_ups.ring(desk, LATER)
    with desk.memory.write() as work:
        (taken,) = work.follow_ups.take_due(LATER + LONGEST_REST)
    assert (taken.timer.due, taken.tries) == (due, 1)


@dataclass
class Stopwatch:
    """Each look at it takes so many seconds."""

    step: float
    seconds: float = 0.0

    def __call__(self) -> float:
        self.seconds += self.step
        return self.seconds


@pytest.mark.parametrize(
    ("step", "batches"),
    [(0.0, 2), (BUDGET / 2, MOST), (BUDGET * 2, 2 * MOST)],
    ids=["as many as fit", "two of a slow kind", "one by one where each is slow"],
)
def test_a_batch_ends_when_it_took_too_long_and_the_rest_is_taken_next(desk, step, batches):
    chores = Chores(desk)
    chores.put(*(f"{number:02}" for number in range(2 * MOST)))
    seen: list[int] = []

    def act(work: Work, errand: Errand) -> None:
        seen.append(id(work))
        chores(work, desk, errand, NOW)

    done = work_off(desk.memory, NOW, lambda work: work.errands, act, stopwatch=Stopwatch(step))
    assert (done, sorted(chores.ran)) == (2 * MOST, sorted(set(chores.ran)))
    changes = sum(before != after for before, after in pairwise(seen)) + 1
    assert changes <= batches


def test_a_bell_that_stops_takes_no_further_batch(desk):
    chores = Chores(desk)
    chores.put(*(f"{number:02}" for number in range(2 * MOST)))
    errands.run(desk, NOW, {"chore": chores}, stopped=lambda: len(chores.ran) > 0)
    assert len(chores.ran) == MOST


def test_a_case_of_which_several_fall_due_at_once_is_told_the_time_once(desk):
    promised(desk)
    with desk.memory.write() as work:
        stored = work.cases.get(1001)
        (timer,) = stored.case.running
        twin = type(timer)("twin", timer.step, timer.kind, timer.due, timer.why, timer.cites)
        work.follow_ups.keep(1001, [timer, twin], NOW)
    assert follow_ups.ring(desk, LATER) == 2
    with desk.memory.read() as work:
        assert [event.name for event in work.cases.get(1001).case.history].count("clock") == 1
    assert reminders(desk, 1001) == 1
