"""Who is on shift, to the second (R-058, R-059, D-11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.sop.rota import Rota, Window, cover_starts, on_shift
from tests.bot.desk import EASTERN, playbooks

ROTA = playbooks().organisation.rota
DAY = ("Cassie Mercado", "Alexander Cuesta", "Rob Elkins", "John Kilfoil", "Herve' Woods")
EVENING = DAY[:2]
NOBODY: tuple[str, ...] = ()


def names(rota: Rota, when: datetime) -> tuple[str, ...]:
    return tuple(person.name for person in on_shift(rota, when))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param("2026-11-18 00:00:00", NOBODY, id="weekday midnight"),
        pytest.param("2026-11-18 08:59:59", NOBODY, id="weekday 08:59:59"),
        pytest.param("2026-11-18 09:00:00", DAY, id="weekday 09:00:00"),
        pytest.param("2026-11-18 17:59:59", DAY, id="weekday 17:59:59"),
        pytest.param("2026-11-18 18:00:00", EVENING, id="weekday 18:00:00"),
        pytest.param("2026-11-18 20:59:59", EVENING, id="weekday 20:59:59"),
        pytest.param("2026-11-18 21:00:00", NOBODY, id="weekday 21:00:00"),
        pytest.param("2026-11-20 21:00:00", NOBODY, id="Friday 21:00:00"),
        pytest.param("2026-11-20 23:59:59", NOBODY, id="Friday 23:59:59"),
        pytest.param("2026-11-21 00:00:00", EVENING, id="Saturday 00:00:00"),
        pytest.param("2026-11-21 12:00:00", EVENING, id="Saturday noon"),
        pytest.param("2026-11-22 23:59:59", EVENING, id="Sunday 23:59:59"),
        pytest.param("2026-11-23 00:00:00", NOBODY, id="Monday 00:00:00"),
        pytest.param("2026-11-26 12:00:00", DAY, id="a federal holiday is no holiday of the rota"),
        pytest.param("2026-11-01 00:30:00", EVENING, id="end of DST, before the change"),
        pytest.param("2026-11-02 08:59:59", NOBODY, id="Monday after the end of DST, 08:59:59"),
        pytest.param("2026-11-02 09:00:00", DAY, id="Monday after the end of DST, 09:00:00"),
        pytest.param("2027-03-14 03:30:00", EVENING, id="start of DST, after the change"),
        pytest.param("2027-03-15 08:59:59", NOBODY, id="Monday after the start of DST, 08:59:59"),
        pytest.param("2027-03-15 09:00:00", DAY, id="Monday after the start of DST, 09:00:00"),
    ],
)
def test_the_windows_are_half_open_in_wall_time(when: str, expected: tuple[str, ...]) -> None:
    assert names(ROTA, datetime.fromisoformat(when).replace(tzinfo=EASTERN)) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), EVENING, id="first 1:30 of the day DST ends"),
        pytest.param(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), EVENING, id="second 1:30 of the day DST ends"),
        pytest.param(datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC), EVENING, id="last second of that Sunday"),
        pytest.param(datetime(2026, 11, 2, 5, 0, tzinfo=UTC), NOBODY, id="first second of the Monday"),
        pytest.param(datetime(2027, 3, 15, 3, 59, 59, tzinfo=UTC), EVENING, id="last second, DST began"),
        pytest.param(datetime(2027, 3, 15, 4, 0, tzinfo=UTC), NOBODY, id="first second of its Monday"),
    ],
)
def test_the_change_days_are_whole_days(when: datetime, expected: tuple[str, ...]) -> None:
    assert names(ROTA, when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(
            datetime(2026, 7, 15, 13, 59, 59, tzinfo=UTC), NOBODY, id="summer, 9:59:59 daylight time"
        ),
        pytest.param(datetime(2026, 7, 15, 14, 0, tzinfo=UTC), DAY, id="summer, 10:00 daylight time"),
        pytest.param(datetime(2026, 12, 16, 14, 0, tzinfo=UTC), DAY, id="winter, 9:00 standard time"),
    ],
)
def test_literal_est_is_a_setting(when: datetime, expected: tuple[str, ...]) -> None:
    assert names(replace(ROTA, timezone="Etc/GMT+5"), when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param("2026-11-26 02:00", EVENING, id="night"),
        pytest.param("2026-11-26 12:00", EVENING, id="noon"),
        pytest.param("2026-11-26 22:00", EVENING, id="late"),
        pytest.param("2026-11-27 12:00", DAY, id="the day after"),
    ],
)
def test_a_holiday_of_the_rota_is_a_weekend_day(when: str, expected: tuple[str, ...]) -> None:
    rota = replace(ROTA, holidays=frozenset({date(2026, 11, 26)}))
    assert names(rota, datetime.fromisoformat(when).replace(tzinfo=EASTERN)) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param("2026-11-18 10:00:00", "2026-11-18 10:00:00", id="covered now"),
        pytest.param("2026-11-18 21:00:00", "2026-11-19 09:00:00", id="weekday night"),
        pytest.param("2026-11-18 03:00:00", "2026-11-18 09:00:00", id="weekday early"),
        pytest.param("2026-11-20 21:30:00", "2026-11-21 00:00:00", id="Friday night"),
        pytest.param("2026-11-23 00:00:00", "2026-11-23 09:00:00", id="Sunday has just ended"),
        pytest.param("2027-03-12 21:30:00", "2027-03-13 00:00:00", id="the weekend DST starts"),
    ],
)
def test_cover_starts_at_the_next_window(when: str, expected: str) -> None:
    local = [datetime.fromisoformat(text).replace(tzinfo=EASTERN) for text in (when, expected)]
    assert cover_starts(ROTA, local[0]) == local[1]


def test_a_rota_without_people_never_starts() -> None:
    empty = Rota("America/New_York", (Window(frozenset({0}), 0, 1440, ()),))
    assert cover_starts(empty, datetime(2026, 11, 18, tzinfo=ZoneInfo("America/New_York"))) is None


def test_overlapping_windows_name_everybody_once() -> None:
    people = ROTA.people[:2]
    both = tuple(Window(frozenset({2}), 0, 1440, (person, people[0])) for person in people)
    rota = Rota("America/New_York", both)
    assert on_shift(rota, datetime(2026, 11, 18, 12, tzinfo=EASTERN)) == people
