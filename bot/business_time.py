"""Business days, working hours and the sentence that explains a date (D-04, D-34).

Every instant is aware. Days are added to the local wall time, so that 3 PM stays 3 PM across a change of
daylight saving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

_ZONE_NAMES = {"America/New_York": "Eastern"}
_DAY = timedelta(days=1)


class Moment(NamedTuple):
    """An instant (aware, in the calendar's zone) and why it is that instant."""

    at: datetime
    why: str


def clock_words(value: time) -> str:
    """A time of day as people write it: `9 AM`, `3:10 PM`."""
    hour = value.hour % 12 or 12
    minutes = f":{value.minute:02d}" if value.minute else ""
    return f"{hour}{minutes} {'AM' if value.hour < 12 else 'PM'}"


def day_words(value: date) -> str:
    """A day as people write it: `Wednesday, November 25`."""
    return f"{value:%A}, {value:%B} {value.day}"


def instant_words(value: datetime) -> str:
    """A local instant as people write it: `Wednesday, November 25, 3:10 PM`."""
    return f"{day_words(value)}, {clock_words(value.time())}"


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Monday to Friday without `holidays`, from `opens` up to, not including, `closes`.

    `timezone` is a name of the tz database, as in `America/New_York`.
    """

    timezone: str = "America/New_York"
    opens: time = time(9)
    closes: time = time(17)
    holidays: frozenset[date] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the wall clock."""
        return ZoneInfo(self.timezone)

    def local(self, at: datetime) -> datetime:
        """The same instant on the wall clock of this calendar."""
        return at.astimezone(self.zone)

    def today(self, now: datetime) -> date:
        """The local day of `now`."""
        return self.local(now).date()

    def is_business_day(self, day: date) -> bool:
        """True from Monday to Friday, except on a holiday."""
        return day.weekday() < 5 and day not in self.holidays

    def is_working_time(self, at: datetime) -> bool:
        """True on a business day within the working hours."""
        wall = self.local(at)
        return self.is_business_day(wall.date()) and self.opens <= wall.time() < self.closes

    def add_business_days(self, start: datetime, days: int) -> Moment:
        """`days` business days after `start`, whose own day is day 0 (D-04)."""
        wall = self.local(start)
        day, skipped = wall.date(), list[date]()
        for _ in range(days):
            day = self._following(day, skipped)
        count = _count(days, "business day")
        lead = [f"{count} after {instant_words(wall)}", *map(_holiday_words, skipped)]
        return self._settle(datetime.combine(day, wall.time()), lead)

    def add_calendar_days(self, start: datetime, days: int) -> Moment:
        """`days` calendar days after `start`, rolled forward off weekends and holidays (D-04)."""
        wall = self.local(start)
        target = datetime.combine(wall.date() + days * _DAY, wall.time())
        lead = [f"{_count(days, 'day')} after {instant_words(wall)}"]
        return self._settle(self._rolled(target, lead), lead)

    def next_business_day(self, start: datetime) -> Moment:
        """The opening of the business day after that of `start` (D-04)."""
        wall = self.local(start)
        skipped = list[date]()
        day = self._following(wall.date(), skipped)
        lead = [f"the next business day after {instant_words(wall)}", *map(_holiday_words, skipped)]
        return self._settle(datetime.combine(day, self.opens), lead)

    def into_working_hours(self, at: datetime) -> Moment:
        """`at` within working time, else the next working time: rolled first, then the hours (D-04)."""
        wall = self.local(at)
        lead = [instant_words(wall)]
        return self._settle(self._rolled(wall.replace(tzinfo=None), lead), lead)

    def add_working_hours(self, start: datetime, hours: float) -> Moment:
        """`hours` of working time after `start` (D-24)."""
        at, left = self.into_working_hours(start).at, timedelta(hours=hours)
        while left >= (room := self._wall(at.date(), self.closes) - at):
            left -= room
            at = self.next_business_day(at).at
        lead = f"{hours:g} working hours after {instant_words(self.local(start))}"
        return Moment(at + left, f"{lead}; {self.hours_words()}")

    def hours_words(self) -> str:
        """The working hours as a person reads them: `9 AM to 5 PM Eastern`."""
        zone = _ZONE_NAMES.get(self.timezone, self.timezone)
        return f"{clock_words(self.opens)} to {clock_words(self.closes)} {zone}"

    def _following(self, day: date, skipped: list[date]) -> date:
        """The business day after `day`; holidays on the way are added to `skipped`."""
        day += _DAY
        while not self.is_business_day(day):
            if day in self.holidays and day.weekday() < 5:
                skipped.append(day)
            day += _DAY
        return day

    def _rolled(self, wall: datetime, lead: list[str]) -> datetime:
        day = wall.date()
        if self.is_business_day(day):
            return wall
        lead.append(f"{day_words(day)} is a {'holiday' if day in self.holidays else 'weekend day'}")
        skipped = list[date]()
        following = self._following(day, skipped)
        lead += map(_holiday_words, skipped)
        return datetime.combine(following, wall.time())

    def _settle(self, wall: datetime, lead: list[str]) -> Moment:
        """Move the local time `wall`, which lies on a business day, into the working hours."""
        day, reasons = wall.date(), list(lead)
        if self.opens <= wall.time() < self.closes:
            return Moment(self._wall(day, wall.time()), "; ".join([*reasons, self.hours_words()]))
        if wall.time() >= self.closes:
            reasons.append(f"{clock_words(wall.time())} is after working hours")
            skipped = list[date]()
            day = self._following(day, skipped)
            reasons += map(_holiday_words, skipped)
        else:
            reasons.append(f"{clock_words(wall.time())} is before working hours")
        return Moment(self._wall(day, self.opens), "; ".join([*reasons, self.hours_words()]))

    def _wall(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.zone)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _holiday_words(day: date) -> str:
    return f"{day_words(day)} is a holiday"
