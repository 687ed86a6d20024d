"""Who confirms Concert customers at which hour (R-058, R-059, D-11), and what was changed for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

_SATURDAY = 5
_LONGEST_GAP = 400
"""Days that are searched for the next cover: more than a year of holidays is a rota without cover."""
_DAY = 24 * 60
_TRANSITIONS = timedelta(minutes=30)
"""Clocks are put on or back at a whole or a half hour of UTC."""

ChangeKind = Literal["override", "swap", "away"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the rota. `slack_id` is empty until it is configured."""

    key: str
    name: str
    slack_id: str = ""

    @property
    def id(self) -> str:
        """By what they are told apart."""
        return self.slack_id or self.key


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
class Change:
    """What holds besides the windows, from `starts` up to, not including, `ends` (both aware).

    `override`: `people` are on shift instead of whoever was, within the windows or not. `swap`: the two of
    `people` stand in for each other. `away`: nobody of `people` is on shift, whatever put them there.
    """

    kind: ChangeKind
    starts: datetime
    ends: datetime
    people: tuple[Person, ...]

    def holds(self, at: datetime) -> bool:
        """True at the instant `at`."""
        return self.starts <= at < self.ends


@dataclass(frozen=True, slots=True)
class Rota:
    """Half-open windows of wall time in `timezone`; a day of `holidays` counts as a weekend day.

    `changes` are in the order in which they were made: a later one builds on the earlier. `gone` holds the
    Slack ids of people who were deactivated; they are never on shift.
    """

    timezone: str
    windows: tuple[Window, ...]
    holidays: frozenset[date] = frozenset()
    changes: tuple[Change, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the wall clock."""
        return ZoneInfo(self.timezone)

    @property
    def roster(self) -> tuple[Person, ...]:
        """Everybody in the windows, each once, in the order of the windows."""
        return tuple(dict.fromkeys(person for window in self.windows for person in window.people))

    @property
    def people(self) -> tuple[Person, ...]:
        """The roster, and whoever an override puts on."""
        put_on = (person for change in self.changes if change.kind == "override" for person in change.people)
        return tuple(dict.fromkeys((*self.roster, *put_on)))

    def weekday(self, day: date) -> int:
        """The weekday whose windows hold on `day`: Saturday's on a holiday in the week."""
        on_holiday = day in self.holidays and day.weekday() < _SATURDAY
        return _SATURDAY if on_holiday else day.weekday()


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` up to, not including, `ends`, the same `people` are on shift.

    `planned` says that a window or an override holds: nobody on shift is a gap then, and otherwise one of
    the nights that nobody covers.
    `changes` are those that hold, in the order of the rota's.
    """

    starts: datetime
    ends: datetime
    people: tuple[Person, ...]
    planned: bool
    changes: tuple[Change, ...] = ()

    @property
    def uncovered(self) -> bool:
        """True where somebody should be reachable and nobody is: nobody on shift has a Slack id."""
        return self.planned and not any(person.slack_id for person in self.people)


def on_shift(rota: Rota, at: datetime) -> tuple[Person, ...]:
    """Everybody on shift at the instant `at` (aware), each once: the windows, then every change in turn.

    Whoever is away, or gone, is not on shift, also where a later change puts them on.
    """
    people = tuple(person for window in _windows(rota, at) for person in window.people)
    away = set(rota.gone)
    for change in rota.changes:
        if not change.holds(at):
            continue
        if change.kind == "away":
            away.update(person.id for person in change.people)
        else:
            people = _changed(people, change)
    return tuple(dict.fromkeys(person for person in people if person.id not in away))


def cover_starts(rota: Rota, at: datetime) -> datetime | None:
    """The first instant from `at` on at which somebody is on shift; None when nobody ever is."""
    if on_shift(rota, at):
        return at
    first = at.astimezone(rota.zone).date()
    for offset in range(_LONGEST_GAP):
        for edge in _edges(rota, first + timedelta(days=offset)):
            if edge > at and on_shift(rota, edge):
                return edge.astimezone(rota.zone)
    return None


def spans(rota: Rota, since: datetime, until: datetime) -> list[Span]:
    """The time from `since` up to `until`, cut where anything about the rota changes; in its own zone."""
    found: list[Span] = []
    days = (until.astimezone(rota.zone).date() - since.astimezone(rota.zone).date()).days
    first = since.astimezone(rota.zone).date()
    edges = {since.astimezone(UTC), until.astimezone(UTC)}
    for offset in range(days + 1):
        edges.update(edge for edge in _edges(rota, first + timedelta(days=offset)) if since < edge < until)
    ordered = sorted(edges)
    for starts, ends in pairwise(ordered):
        holding = tuple(change for change in rota.changes if change.holds(starts))
        local = (starts.astimezone(rota.zone), ends.astimezone(rota.zone))
        planned = bool(_windows(rota, starts)) or any(change.kind == "override" for change in holding)
        span = Span(*local, on_shift(rota, starts), planned, holding)
        found = _joined(found, span)
    return found


def by_day(rota: Rota, since: datetime, until: datetime) -> Iterator[tuple[date, list[Span]]]:
    """The spans of each local day from `since` up to `until`; none reaches over midnight."""
    day = since.astimezone(rota.zone).date()
    while (opens := midnight(rota, day)) < until:
        following = day + timedelta(days=1)
        yield day, spans(rota, max(opens, since), min(midnight(rota, following), until))
        day = following


def gaps(rota: Rota, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """From when up to when nobody can be reached although a window holds; the planned nights are none.

    One that has begun at `since` is given from its beginning on, up to a day back.
    """
    found: list[tuple[datetime, datetime]] = []
    for span in spans(rota, since - timedelta(days=1), until):
        if not span.uncovered:
            continue
        if found and found[-1][1] == span.starts:
            found[-1] = (found[-1][0], span.ends)
        else:
            found.append((span.starts, span.ends))
    return [(starts, ends) for starts, ends in found if ends > since]


def next_change(rota: Rota, at: datetime, most: timedelta = timedelta(days=14)) -> Span | None:
    """The first time after `at` at which other people are on shift, or nobody is; None within `most`."""
    now = frozenset(on_shift(rota, at))
    later = spans(rota, at, at + most)
    return next((span for span in later if frozenset(span.people) != now), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """From `starts` up to `ends`, within one local day, `after` are on shift instead of `before`."""

    starts: datetime
    ends: datetime
    before: tuple[Person, ...]
    after: tuple[Person, ...]
    uncovered: bool = False


def differences(before: Rota, after: Rota, since: datetime, until: datetime) -> list[Difference]:
    """Where other people are on shift by `after` than by `before`, day by day."""
    found: list[Difference] = []
    for (day, old), (_, new) in zip(by_day(before, since, until), by_day(after, since, until), strict=True):
        edges = sorted({edge.astimezone(UTC) for span in (*old, *new) for edge in (span.starts, span.ends)})
        for starts, ends in pairwise(edges):
            one, other = _span_at(old, starts), _span_at(new, starts)
            if frozenset(one.people) == frozenset(other.people):
                continue
            local = (starts.astimezone(before.zone), ends.astimezone(before.zone))
            found = _with(found, Difference(*local, one.people, other.people, other.uncovered), day)
    return found


def _span_at(day: list[Span], at: datetime) -> Span:
    return next(span for span in day if span.starts <= at < span.ends)


def _with(found: list[Difference], one: Difference, day: date) -> list[Difference]:
    """One more difference, joined with the last of the same day where it goes on."""
    last = found[-1] if found else None
    same = last is not None and (last.before, last.after, last.uncovered) == (
        one.before,
        one.after,
        one.uncovered,
    )
    if last is None or not same or last.ends != one.starts or last.starts.date() != day:
        return [*found, one]
    return [*found[:-1], replace(last, ends=one.ends)]


def midnight(rota: Rota, day: date) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, time(), tzinfo=rota.zone).astimezone(UTC).astimezone(rota.zone)


def _windows(rota: Rota, at: datetime) -> list[Window]:
    wall = at.astimezone(rota.zone)
    day = rota.weekday(wall.date())
    seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
    return [window for window in rota.windows if window.covers(day, seconds)]


def _changed(people: tuple[Person, ...], change: Change) -> tuple[Person, ...]:
    if change.kind == "override":
        return change.people
    one, other = change.people
    instead = {one.id: other, other.id: one}
    return tuple(instead.get(person.id, person) for person in people)


def _edges(rota: Rota, day: date) -> list[datetime]:
    """The instants of a local day, in UTC and in order, at which anything about the rota may change."""
    weekday = rota.weekday(day)
    minutes = {m for w in rota.windows if weekday in w.days for m in (w.opens, w.closes)} | {0, _DAY}
    opens, closes, turns = _turns(rota.timezone, day)
    walls = {edge for minute in minutes for edge in _walls(rota.zone, day, minute)}
    marks = {mark.astimezone(UTC) for change in rota.changes for mark in (change.starts, change.ends)}
    return sorted({edge for edge in {*walls, *marks, *turns} if opens <= edge <= closes})


def _walls(zone: ZoneInfo, day: date, minute: int) -> Iterator[datetime]:
    """The instants that a wall clock shows this minute of the day; both, where it is put back."""
    if minute == _DAY:
        day, minute = day + timedelta(days=1), 0
    for fold in (0, 1):
        wall = datetime.combine(day, time(minute // 60, minute % 60, fold=fold), tzinfo=zone)
        yield wall.astimezone(UTC)


@lru_cache(maxsize=1024)
def _turns(timezone: str, day: date) -> tuple[datetime, datetime, tuple[datetime, ...]]:
    """Beginning and end of a local day, and on a day of another length when its clock may be changed."""
    zone = ZoneInfo(timezone)
    opens = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    closes = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
    if closes - opens == timedelta(days=1):
        return opens, closes, ()
    steps = (closes - opens) // _TRANSITIONS
    return opens, closes, tuple(opens + _TRANSITIONS * step for step in range(steps))


def _joined(found: list[Span], span: Span) -> list[Span]:
    """The spans with one more, as one with the last where nothing changes between them."""
    if found:
        last = found[-1]
        if (last.people, last.planned, last.changes) == (span.people, span.planned, span.changes):
            return [*found[:-1], Span(last.starts, span.ends, last.people, last.planned, last.changes)]
    return [*found, span]
