"""The week itself: what happens in which hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.e2e.conftest import Office
from tests.e2e.week.acts import Acts
from tests.e2e.week.complaints import AT_NIGHT, CALLS, Told, complaint
from tests.e2e.week.desks import Desks
from tests.e2e.week.hostile import Hostile
from tests.e2e.week.office import AGENTS, Week

MONDAY = datetime.fromisoformat("2030-01-07T08:00:00-05:00")
HOUR = timedelta(hours=1)
HOURS = 7 * 24
EVENINGS = {(0, 19), (1, 20), (2, 22), (4, 23), (5, 11), (5, 16), (6, 13)}
"""Days and hours at which somebody calls although the office is shut."""
MOST_ACTS = 5
HOSTILE_ACTS = 4


class Play:
    """Plays the week hour by hour."""

    def __init__(self, office: Office, seed: int) -> None:
        self.week = Week(office, seed)
        self.acts = Acts(self.week)
        self.desks = Desks(self.week, self.acts)
        self.hostile = Hostile(self.week, self.acts)
        self.calls = list(enumerate(CALLS))
        self.week.dice.shuffle(self.calls)
        self.at_night = list(enumerate(AT_NIGHT, start=len(CALLS)))

    def run(self) -> Week:
        week = self.week
        week.office.clock.to(MONDAY)
        week.start_desk()
        for hour in range(HOURS):
            week.to(MONDAY + hour * HOUR)
            self.hour()
        self.let_it_come_due()
        return week

    def hour(self) -> None:
        wall = self.week.wall
        office_hours = wall.weekday() < 5 and 8 <= wall.hour < 18
        if office_hours:
            self.call(self.calls)
        elif (wall.weekday(), wall.hour) in EVENINGS:
            self.call(self.at_night)
        if office_hours:
            self.work()
            if wall.hour == 11:
                self.hostile.bad_mood()
            for _ in range(HOSTILE_ACTS):
                self.hostile.something()
        elif self.week.dice.random() < 0.2:
            self.desks.confirm(0.5)

    def call(self, waiting: list[tuple[int, Told]]) -> None:
        if waiting:
            number, told = waiting.pop()
            agent = self.week.people[self.week.dice.choice(list(AGENTS))]
            self.acts.take_call(agent, complaint(number, told), hasty=self.week.dice.random() < 0.3)

    def work(self) -> None:
        for agent in AGENTS:
            who = self.week.people[agent]
            mine = list(self.week.open_cases(who.user_id))
            self.week.dice.shuffle(mine)
            acts = 0
            for case in mine:
                if acts < MOST_ACTS and self.desks.work(who, case):
                    acts += 1
            who.clear_desk()
        for _ in range(2):
            self.desks.lead(self.week.people["lea"])
        self.desks.confirm(0.4)

    def let_it_come_due(self) -> None:
        """Nobody works any more; what was promised within the week still comes."""
        timers = [timer.due for one in self.week.mirror.cases.values() for timer in one.case.running]
        self.week.to(max(timers, default=self.week.now) + HOUR)
