"""The desk's clock is set back and ahead while appointments are open: each rings once, in its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import cases, errands, follow_ups
from bot.desk import Desk
from bot.ports import Work
from bot.sop import Event
from bot.stored import Errand
from storage import open_database
from tests.bot.desk import NOW, at, facts, playbooks
from tests.databases import Databases

ADA = "U0ADA00001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENT = timedelta(microseconds=1)
CONCERT = {"program": "unknown", "found_on_platform": False}
APPOINTMENTS = ("follow_up", "prompt", "lead_prompt")
STEPS = [-HOUR, DAY, timedelta(minutes=1), timedelta(minutes=10), HOUR, 2 * DAY, timedelta(0)]


@dataclass
class Wall:
    """A desk under a clock that jumps, with every ring that it gave."""

    desk: Desk
    opened: list[int] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def open(self, now: datetime, **changes: object) -> int:
        with self.desk.memory.write() as work:
            number = cases.open_case(work, self.desk, facts(**changes), ADA, now).number
            if not changes:
                cases.report(work, self.desk, number, Event("installer_email_sent", now, {}, ADA), now)
            work.errands.put([Errand(f"summary/{number}", "summary", now + DAY)], now)
        self.opened.append(number)
        return number

    def posted(self, number: int, now: datetime) -> None:
        """The confirmers were asked, so the minutes of the Concert check run."""
        with self.desk.memory.write() as work:
            data = {"occasion": "1", "tagged": ("U0CORA0006",)}
            cases.report(work, self.desk, number, Event("confirmation_posted", now, data), now)

    def ring(self, now: datetime) -> None:
        errands.run(self.desk, now, {"summary": self._summary})
        follow_ups.ring(self.desk, now)

    def _summary(self, work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
        assert errand.due <= now
        self.ran.append(errand.key)

    def timers(self, number: int) -> list:
        with self.desk.memory.read() as work:
            return list(work.cases.get(number).case.timers)

    def open_rows(self) -> set[tuple[int, str]]:
        """What the table still promises, taken and given back."""
        with self.desk.memory.write() as work:
            taken = work.follow_ups.take_due(NOW + 900 * DAY, 1000)
            work.follow_ups.give_back(taken)
        return {(each.case_number, each.timer.id) for each in taken}


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    url = databases.new()
    with open_database(url, NOW) as database:
        yield Desk(database, playbooks(), {})
    databases.drop(url)


@given(steps=st.lists(st.sampled_from(STEPS), max_size=8))
@settings(max_examples=20)
def test_whatever_the_clock_does_each_rings_once_and_in_its_time(desk: Desk, steps: list[timedelta]) -> None:
    wall, now = Wall(desk), NOW
    wall.open(now)
    wall.posted(wall.open(now, **CONCERT), now)
    rung: Counter[tuple[int, str]] = Counter()
    for step in [*steps, HOUR, 5 * DAY]:
        now += step
        before = {(number, timer.id): timer for number in wall.opened for timer in wall.timers(number)}
        wall.ring(now)
        for number in wall.opened:
            for timer in wall.timers(number):
                was = before.get((number, timer.id))
                if timer.rung_at is None or (was is not None and was.rung_at is not None):
                    continue
                rung[number, timer.id] += 1
                assert timer.due <= now == timer.rung_at
    every = [(number, timer) for number in wall.opened for timer in wall.timers(number)]
    running = {(number, timer.id) for number, timer in every if not timer.rung_at}
    assert {key for key in wall.open_rows() if key[0] in wall.opened} == running
    assert not [timer for _, timer in every if timer.due <= now and not timer.rung_at]
    assert set(rung.values()) <= {1}
    assert sorted(wall.ran) == sorted(f"summary/{number}" for number in wall.opened)
    hours = desk.organisation.calendar.is_working_time
    assert all(hours(timer.due) for _, timer in every if timer.kind in APPOINTMENTS)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2027-03-12 15:10", "2027-03-16 15:10"),
        ("2027-11-05 15:10", "2027-11-09 15:10"),
        ("2027-03-13 23:30", "2027-03-17 09:00"),
        ("2027-11-06 23:30", "2027-11-10 09:00"),
    ],
    ids=[
        "clocks go ahead",
        "clocks go back",
        "ahead, from the evening before",
        "back, from the evening before",
    ],
)
def test_across_a_change_of_daylight_saving_it_rings_at_its_hour_on_the_wall(
    desk: Desk, opened: str, due: str
) -> None:
    wall = Wall(desk)
    number = wall.open(at(opened))
    (timer,) = wall.timers(number)
    assert timer.due == at(due)
    wall.ring(at(due) - MOMENT)
    assert [each.rung_at for each in wall.timers(number)] == [None]
    wall.ring(at(due))
    assert next(each.rung_at for each in wall.timers(number) if each.id == timer.id) == at(due)


@pytest.mark.parametrize("hours", [1, 24], ids=["an hour back", "a day back"])
def test_what_rang_before_the_clock_was_set_back_does_not_ring_again(desk: Desk, hours: int) -> None:
    wall = Wall(desk)
    number = wall.open(NOW)
    (timer,) = wall.timers(number)
    wall.ring(timer.due)
    rung = wall.timers(number)
    for now in (timer.due - hours * HOUR, timer.due, timer.due + HOUR):
        wall.ring(now)
        assert wall.timers(number) == rung
