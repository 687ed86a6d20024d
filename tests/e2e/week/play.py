"""The week itself: what happens in which hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tests.e2e.conftest import Office
from tests.e2e.week.absences import Absences
from tests.e2e.week.acts import Acts
from tests.e2e.week.complaints import AT_NIGHT, CALLS, Told, complaint
from tests.e2e.week.desks import Desks
from tests.e2e.week.hands import Hands
from tests.e2e.week.hostile import Hostile
from tests.e2e.week.looks import Looks
from tests.e2e.week.office import Week
from tests.e2e.week.restarts import Restarts
from tests.e2e.week.staff import AGENTS, CASEWORKERS, CLERKS

MONDAY = datetime.fromisoformat("2030-01-07T08:00:00-05:00")
HOUR = timedelta(hours=1)
KILLED_FROM = datetime.fromisoformat("2030-01-09T09:30:00-05:00")
HOURS = 7 * 24
EVENINGS = {(0, 19), (1, 20), (2, 22), (4, 23), (5, 11), (5, 16), (6, 13)}
"""Days and hours at which somebody calls although the office is shut."""
MOST_ACTS = 2
HOSTILE_ACTS = 2
AT_THE_DESK = 0.5
"""How likely it is that somebody works on their own cases in an hour."""


class Play:
    """Plays the week hour by hour."""

    def __init__(self, office: Office, seed: int) -> None:
        self.week = Week(office, seed)
        self.acts = Acts(self.week)
        self.desks = Desks(self.week, self.acts)
        self.hands = Hands(self.week, self.acts)
        self.absences = Absences(self.week)
        self.looks = Looks(self.week, self.acts)
        self.restarts = Restarts(self.week)
        self.hostile = Hostile(self.week, self.acts)
        self.calls = list(enumerate(CALLS))
        self.week.dice.shuffle(self.calls)
        self.at_night = list(enumerate(AT_NIGHT, start=len(CALLS)))

    def run(self) -> Week:
        week = self.week
        week.office.clock.to(MONDAY)
        week.start_desk()
        for hour in range(HOURS):
            if MONDAY + hour * HOUR > KILLED_FROM and week.tried["killed"] < 3:
                self.restarts.killed()
            week.to(MONDAY + hour * HOUR)
            self.looks.expect_summaries()
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
            self.events(wall)
            for _ in range(HOSTILE_ACTS if len(self.week.mirror.cases) > 2 else 0):
                self.hostile.something()
        elif self.week.dice.random() < 0.2:
            self.desks.confirm(0.5)

    def call(self, waiting: list[tuple[int, Told]]) -> None:
        if waiting:
            number, told = waiting.pop()
            agent = self.week.people[self.week.dice.choice(self.here(AGENTS))]
            hasty, disturbed = (self.week.dice.random() < chance for chance in (0.3, 0.2))
            self.acts.take_call(agent, complaint(number, told), hasty=hasty, disturbed=disturbed)

    def here(self, people: Mapping[str, str]) -> list[str]:
        return [name for name, user in people.items() if self.week.is_here(user)]

    def events(self, wall: datetime) -> None:
        """What happens once in the week, at its hour."""
        match wall.weekday(), wall.hour:
            case (_, 11):
                self.hostile.bad_mood()
            case (1, 13):
                self.restarts.while_it_is_down()
            case (2, 10):
                self.absences.somebody_else_tries()
            case (3, 10):
                self.absences.change_the_rota()
            case (3, 14):
                self.absences.leave()
        if wall.weekday() in (1, 2, 4) and wall.hour == 15:
            self.call_again()
        if wall.weekday() > 0 and wall.hour in (12, 16):
            self.menu(open_again=wall.hour == 16)

    def menu(self, *, open_again: bool) -> None:
        """Facts change after the call, and what was closed is opened again."""
        cases = self.week.mirror.cases.items()
        able = [name for name, one in cases if one.owner and (one.case.state == "closed") == open_again]
        able = [name for name in able if self.week.is_here(self.week.mirror.cases[name].owner)]
        if not open_again:
            able = [name for name in able if len(self.week.complaints[name].later) > 1] or able
        if able:
            case = self.week.dice.choice(able)
            who = self.week.owner_of(case)
            card = who.card(case)
            assert card is not None
            entry = "reopen" if open_again else "facts"
            self.acts.menu(who, case, card, entry)
            self.week.tried[entry] += 1

    def call_again(self) -> None:
        """A homeowner calls about what is open already: another case needs a reason (D-22)."""
        cases = {name: one.case for name, one in self.week.mirror.cases.items() if one.case.state != "closed"}
        same = [
            told
            for name, told in self.week.complaints.items()
            if name in cases
            and cases[name].facts.categories == (told.known["category"],)
            and not {"sensitive", "wants_leadership"} & set(told.known)
        ]
        agent = self.week.people[self.week.dice.choice(self.here(AGENTS))]
        self.acts.take_call(agent, self.week.dice.choice(same), again=True)

    def work(self) -> None:
        for name in self.here(CASEWORKERS):
            who = self.week.people[name]
            if self.week.dice.random() < (0.5 if name in CLERKS else 0.2):
                self.hands.change(who)
            if self.week.dice.random() < 0.1:
                self.looks.something(who)
            if self.week.dice.random() > AT_THE_DESK:
                continue
            mine = list(self.week.open_cases(who.user_id))
            self.week.dice.shuffle(mine)
            acts = 0
            for case in mine:
                if acts < MOST_ACTS and self.desks.work(who, case):
                    acts += 1
            who.clear_desk()
        self.desks.lead(self.week.people["lea"])
        self.desks.confirm(0.4)

    def let_it_come_due(self) -> None:
        """Nobody works any more; what was promised within the week still comes."""
        timers = [timer.due for one in self.week.mirror.cases.values() for timer in one.case.running]
        self.week.to(max(timers, default=self.week.now) + HOUR)
