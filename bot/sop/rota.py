"""Who confirms Concert customers at which hour (R-058, R-059, D-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5
_LONGEST_GAP = 400
"""Days that are searched for the next cover: more than a year of holidays is a rota without cover."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the rota. `slack_id` is empty until it is configured."""

    key: str
    name: str
    slack_id: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """`people` are on shift on `days` (0 is Monday) from `opens` up to, not including, `closes`.

    Both are minutes since local midnight; 24:00 is 1440.
    """

    days: frozenset[int]
    opens: int
    closes: int
    people: tuple[Person, ...]

    def covers(self, day: int, seconds: int) -> bool:
        """True on weekday `day` at `seconds` since local midnight."""
        return day in self.days and self.opens * 60 <= seconds < self.closes * 60


@dataclass(frozen=True, slots=True)
class Rota:
    """Half-open windows of wall time in `timezone`; a day of `holidays` counts as a weekend day."""

    timezone: str
    windows: tuple[Window, ...]
    holidays: frozenset[date] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the wall clock."""
        return ZoneInfo(self.timezone)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody on the rota, each once, in the order of the windows."""
        return tuple(dict.fromkeys(person for window in self.windows for person in window.people))

    def weekday(self, day: date) -> int:
        """The weekday whose windows hold on `day`: Saturday's on a holiday in the week."""
        on_holiday = day in self.holidays and day.weekday() < _SATURDAY
        return _SATURDAY if on_holiday else day.weekday()


def on_shift(rota: Rota, at: datetime) -> tuple[Person, ...]:
    """Everybody on shift at the instant `at` (aware), each once, in the order of the windows."""
    wall = at.astimezone(rota.zone)
    day = rota.weekday(wall.date())
    seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
    people = (p for w in rota.windows if w.covers(day, seconds) for p in w.people)
    return tuple(dict.fromkeys(people))


def cover_starts(rota: Rota, at: datetime) -> datetime | None:
    """The first instant from `at` on at which somebody is on shift; None when nobody ever is."""
    if on_shift(rota, at):
        return at
    at, first = at.astimezone(UTC), at.astimezone(rota.zone).date()
    for offset in range(_LONGEST_GAP):
        later = [start for start in _starts(rota, first + timedelta(days=offset)) if start > at]
        if later:
            return min(later)
    return None


def _starts(rota: Rota, day: date) -> list[datetime]:
    """The instants of `day` at which a window with people in it opens."""
    weekday = rota.weekday(day)
    return [
        datetime.combine(day, time(window.opens // 60, window.opens % 60), tzinfo=rota.zone)
        for window in rota.windows
        if weekday in window.days and window.people and window.opens < window.closes
    ]
