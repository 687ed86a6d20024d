"""Who is on shift when the rota was changed for a while: overrides, swaps, people away or gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sop.rota import Change, Person, Rota, by_day, cover_starts, gaps, next_change, on_shift, spans
from tests.bot.desk import EASTERN, at, playbooks

BARE = playbooks().organisation.rota
NOBODY: tuple[str, ...] = ()


def with_ids(rota: Rota) -> Rota:
    """The same rota, where everybody can be tagged."""
    windows = tuple(
        replace(window, people=tuple(replace(p, slack_id=f"U0{p.key.upper()}") for p in window.people))
        for window in rota.windows
    )
    return replace(rota, windows=windows)


ROTA = with_ids(BARE)
CASSIE, ALEXANDER, ROB, JOHN, HERVE = ROTA.roster
BEN = Person("U0BEN00002", "Ben (agent)", "U0BEN00002")


def change(kind: str, starts: str, ends: str, *people: Person) -> Change:
    return Change(kind, at(starts).astimezone(UTC), at(ends).astimezone(UTC), people)


def keys(rota: Rota, when: datetime) -> tuple[str, ...]:
    return tuple(person.key for person in on_shift(rota, when))


SATURDAY = change("override", "2026-11-21 00:00", "2026-11-22 00:00", BEN)
MORNING = change("override", "2026-11-18 06:00", "2026-11-18 10:00", BEN)
SWAP = change("swap", "2026-11-18 00:00", "2026-11-19 00:00", ROB, CASSIE)
AWAY = change("away", "2026-11-20 12:00", "2026-11-22 12:00", CASSIE, ALEXANDER)
WEEKEND = ("cassie", "alexander")
DAY = ("cassie", "alexander", "rob", "john", "herve")


@pytest.mark.parametrize(
    ("changes", "when", "expected"),
    [
        ((SATURDAY,), "2026-11-20 23:59:59", NOBODY),
        ((SATURDAY,), "2026-11-21 00:00:00", ("U0BEN00002",)),
        ((SATURDAY,), "2026-11-21 23:59:59", ("U0BEN00002",)),
        ((SATURDAY,), "2026-11-22 00:00:00", WEEKEND),
        ((MORNING,), "2026-11-18 06:00:00", ("U0BEN00002",)),
        ((MORNING,), "2026-11-18 09:30:00", ("U0BEN00002",)),
        ((MORNING,), "2026-11-18 10:00:00", DAY),
        ((SWAP,), "2026-11-18 12:00:00", ("rob", "alexander", "cassie", "john", "herve")),
        ((SWAP,), "2026-11-18 19:00:00", ("rob", "alexander")),
        ((SWAP,), "2026-11-18 22:00:00", NOBODY),
        ((SWAP,), "2026-11-19 19:00:00", WEEKEND),
        ((AWAY,), "2026-11-20 11:59:59", DAY),
        ((AWAY,), "2026-11-20 12:00:00", ("rob", "john", "herve")),
        ((AWAY,), "2026-11-20 18:00:00", NOBODY),
        ((AWAY,), "2026-11-22 12:00:00", WEEKEND),
        ((SATURDAY, replace(SATURDAY, kind="swap", people=(BEN, ROB))), "2026-11-21 12:00", ("rob",)),
        ((replace(AWAY, people=(BEN,)), SATURDAY), "2026-11-21 12:00", NOBODY),
        ((SATURDAY, replace(SATURDAY, people=(JOHN,))), "2026-11-21 12:00", ("john",)),
    ],
    ids=[
        "the second before an override",
        "an override's first second",
        "an override's last second",
        "the second after an override",
        "an override covers the night too",
        "an override of part of a day",
        "after an override of part of a day",
        "two who are on shift together",
        "one stands in for the other",
        "a swap covers nothing more",
        "the day after a swap",
        "the second before they are away",
        "away from this second on",
        "away, and nobody else is left",
        "back from this second on",
        "a swap of who was put on",
        "away wins over an override made later",
        "the later override wins",
    ],
)
def test_changes_hold_from_their_first_second_up_to_their_last(
    changes: tuple[Change, ...], when: str, expected: tuple[str, ...]
) -> None:
    assert keys(replace(ROTA, changes=changes), at(when)) == expected


def test_an_override_of_a_day_lasts_as_long_as_the_day_does() -> None:
    long, short = (
        change("override", f"{day} 00:00", f"{after} 00:00", BEN)
        for day, after in (("2026-11-01", "2026-11-02"), ("2027-03-14", "2027-03-15"))
    )
    assert [each.ends - each.starts for each in (long, short)] == [timedelta(hours=25), timedelta(hours=23)]
    rota = replace(ROTA, changes=(long, short))
    assert keys(rota, datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)) == ("U0BEN00002",)
    assert keys(rota, datetime(2026, 11, 2, 5, tzinfo=UTC)) == NOBODY
    assert keys(rota, datetime(2027, 3, 15, 3, 59, 59, tzinfo=UTC)) == ("U0BEN00002",)


HOLIDAY = ("2026-11-26 00:00", "2026-11-27 00:00")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), WEEKEND),
        ((change("away", *HOLIDAY, CASSIE),), ("alexander",)),
        ((change("override", *HOLIDAY, ROB, JOHN),), ("rob", "john")),
        ((change("swap", *HOLIDAY, CASSIE, ROB),), ("rob", "alexander")),
    ],
    ids=["unchanged", "away", "override", "swap"],
)
def test_a_holiday_can_be_changed_as_any_day(changes: tuple[Change, ...], expected: tuple[str, ...]) -> None:
    rota = replace(ROTA, holidays=frozenset({date(2026, 11, 26)}), changes=changes)
    assert keys(rota, at("2026-11-26 22:00")) == expected


def test_whoever_is_deactivated_is_not_on_shift() -> None:
    rota = replace(ROTA, gone=frozenset({CASSIE.slack_id}), changes=(SWAP,))
    assert keys(rota, at("2026-11-18 12:00")) == ("rob", "alexander", "john", "herve")
    assert keys(rota, at("2026-11-21 12:00")) == ("alexander",)


ALL_AWAY = replace(AWAY, people=(CASSIE, ALEXANDER, BEN))


@pytest.mark.parametrize(
    ("changes", "when", "expected"),
    [
        ((MORNING,), "2026-11-17 22:00", "2026-11-18 06:00"),
        ((AWAY,), "2026-11-20 18:30", "2026-11-22 12:00"),
        ((ALL_AWAY, SATURDAY), "2026-11-20 18:30", "2026-11-22 12:00"),
        ((AWAY, SATURDAY), "2026-11-20 18:30", "2026-11-21 00:00"),
        ((replace(MORNING, kind="away", people=ROTA.roster),), "2026-11-18 07:00", "2026-11-18 10:00"),
    ],
    ids=["at an override", "when they are back", "away outlasts", "an override meanwhile", "in mid-window"],
)
def test_cover_starts_where_a_change_brings_it(changes: tuple[Change, ...], when: str, expected: str) -> None:
    assert cover_starts(replace(ROTA, changes=changes), at(when)) == at(expected)


FRIDAY_EVENING = ("2026-11-20 18:00", "2026-11-20 21:00")
NOON_HOUR = ("2026-11-22 12:00", "2026-11-22 13:00")
THURSDAY = ("2026-11-19 00:00", "2026-11-20 00:00")
ALONE = replace(ROTA, gone=frozenset({CASSIE.slack_id}))


@pytest.mark.parametrize(
    ("rota", "expected"),
    [
        (ROTA, []),
        (replace(ROTA, changes=(AWAY,)), [FRIDAY_EVENING, ("2026-11-21 00:00", "2026-11-22 12:00")]),
        (replace(ROTA, changes=(AWAY, SATURDAY)), [FRIDAY_EVENING, ("2026-11-22 00:00", "2026-11-22 12:00")]),
        (replace(ALONE, changes=(change("away", *NOON_HOUR, ALEXANDER),)), [NOON_HOUR]),
        (replace(ROTA, changes=(change("override", *THURSDAY, Person("x", "No id")),)), [THURSDAY]),
    ],
    ids=["the nights are none", "away", "mended for a day", "gone and away", "nobody who can be tagged"],
)
def test_gaps_ahead(rota: Rota, expected: list[tuple[str, str]]) -> None:
    found = gaps(rota, at("2026-11-18 10:00"), at("2026-11-25 10:00"))
    assert found == [(at(starts), at(ends)) for starts, ends in expected]


def test_a_gap_that_has_begun_keeps_its_beginning() -> None:
    rota = replace(ROTA, changes=(AWAY,))
    later = gaps(rota, at("2026-11-21 15:00"), at("2026-11-28 15:00"))
    assert later == [(at("2026-11-21 00:00"), at("2026-11-22 12:00"))]


def test_the_next_change_says_who_and_from_when() -> None:
    rota = replace(ROTA, changes=(SATURDAY,))
    until = next_change(rota, at("2026-11-21 10:00"))
    assert until is not None
    assert (until.starts, [each.key for each in until.people]) == (at("2026-11-22 00:00"), list(WEEKEND))
    evening = next_change(rota, at("2026-11-18 18:30"))
    assert evening is not None
    assert (evening.starts, evening.people) == (at("2026-11-18 21:00"), ())


HOURS = st.integers(0, 24 * 9)
CHANGES = st.lists(
    st.builds(
        lambda kind, start, length, people: (kind, start, length, people),
        st.sampled_from(["override", "swap", "away"]),
        HOURS,
        st.integers(1, 72),
        st.permutations([*ROTA.roster, BEN]),
    ),
    max_size=4,
)
FIRST_DAYS = [date(2026, 10, 29), date(2027, 3, 11), date(2026, 11, 18), date(2026, 11, 24)]


def built(first: date, drawn: list[tuple[str, int, int, list[Person]]]) -> Rota:
    begins = datetime.combine(first, datetime.min.time(), tzinfo=EASTERN).astimezone(UTC)
    changes = tuple(
        Change(kind, begins + timedelta(hours=start), begins + timedelta(hours=start + length), people[:2])
        for kind, start, length, people in ((k, s, n, tuple(p)) for k, s, n, p in drawn)
    )
    return replace(ROTA, changes=changes, holidays=frozenset({date(2026, 11, 26)}))


def told_plainly(rota: Rota, when: datetime) -> list[str]:
    """The same as `on_shift`, told change by change."""
    wall = when.astimezone(EASTERN)
    minutes, weekend = wall.hour * 60 + wall.minute, wall.weekday() > 4 or wall.date() in rota.holidays
    if weekend or 18 * 60 <= minutes < 21 * 60:
        names = ["cassie", "alexander"]
    else:
        names = list(DAY) if 9 * 60 <= minutes < 18 * 60 else []
    away = set()
    for each in rota.changes:
        if each.starts <= when < each.ends:
            one, other = (person.key for person in each.people)
            if each.kind == "override":
                names = [one, other]
            elif each.kind == "swap":
                names = [{one: other, other: one}.get(name, name) for name in names]
            else:
                away |= {one, other}
    return [name for name in names if name not in away]


@given(st.sampled_from(FIRST_DAYS), CHANGES, st.integers(0, 24 * 60 * 9))
def test_on_shift_is_what_one_would_say_by_hand(first: date, drawn: list, minutes: int) -> None:
    rota = built(first, drawn)
    when = datetime.combine(first, datetime.min.time(), tzinfo=UTC) + timedelta(minutes=minutes)
    assert list(keys(rota, when)) == told_plainly(rota, when)


@given(st.sampled_from(FIRST_DAYS), CHANGES, st.integers(0, 24 * 8))
def test_cover_starts_at_the_first_covered_minute(first: date, drawn: list, hours: int) -> None:
    rota = built(first, drawn)
    when = datetime.combine(first, datetime.min.time(), tzinfo=UTC) + timedelta(hours=hours, minutes=7)
    start = cover_starts(rota, when)
    assert start is not None
    assert on_shift(rota, start)
    steps = range(0, int((start - when) / timedelta(minutes=1)), 7)
    assert not any(on_shift(rota, when + timedelta(minutes=step)) for step in steps)
    assert start == when or not on_shift(rota, start - timedelta(seconds=1))


@given(st.sampled_from(FIRST_DAYS), CHANGES, st.lists(st.integers(0, 24 * 60 * 7 - 1), max_size=20))
def test_the_spans_tile_the_week_and_say_what_holds(first: date, drawn: list, minutes: list[int]) -> None:
    rota = built(first, drawn)
    since = datetime.combine(first, datetime.min.time(), tzinfo=UTC)
    week = spans(rota, since, since + timedelta(days=7))
    assert (week[0].starts, week[-1].ends) == (since, since + timedelta(days=7))
    ends = [each.ends.astimezone(UTC) for each in week]
    assert ends[:-1] == [each.starts.astimezone(UTC) for each in week[1:]]
    for offset in minutes:
        when = since + timedelta(minutes=offset)
        span = next(each for each in week if each.starts <= when < each.ends)
        assert span.people == on_shift(rota, when)


@given(st.sampled_from(FIRST_DAYS), CHANGES)
def test_the_days_of_a_week_are_seven_local_days(first: date, drawn: list) -> None:
    rota = built(first, drawn)
    since = datetime.combine(first, datetime.min.time(), tzinfo=EASTERN)
    until = since + timedelta(days=7)
    days = list(by_day(rota, since, until))
    assert [day for day, _ in days] == [first + timedelta(days=n) for n in range(7)]
    for day, parts in days:
        assert {part.starts.date() for part in parts} == {day}
    whole = [(span.starts, span.ends) for span in spans(rota, since, until) if span.uncovered]
    assert all(any(a <= starts and ends <= b for a, b in gaps(rota, since, until)) for starts, ends in whole)
