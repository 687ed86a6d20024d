"""Business days, working hours and the sentences about them (D-04, D-34)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.business_time import BusinessCalendar

THANKSGIVING, NEW_YEAR = date(2026, 11, 26), date(2027, 1, 1)
CALENDAR = BusinessCalendar(holidays=frozenset({THANKSGIVING, NEW_YEAR}))
EASTERN = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param("2026-11-16 10:00", 2, "2026-11-18 10:00", id="Monday to Wednesday"),
        pytest.param("2026-11-20 10:00", 2, "2026-11-24 10:00", id="Friday to Tuesday"),
        pytest.param("2026-11-21 10:00", 2, "2026-11-24 10:00", id="Saturday to Tuesday"),
        pytest.param("2026-11-22 10:00", 2, "2026-11-24 10:00", id="Sunday to Tuesday"),
        pytest.param("2026-11-16 22:30", 2, "2026-11-19 09:00", id="Monday 22:30 to Thursday 9:00"),
        pytest.param("2026-11-16 06:00", 2, "2026-11-18 09:00", id="before hours to 9:00"),
        pytest.param("2026-11-16 16:59:59", 2, "2026-11-18 16:59:59", id="last second of the hours"),
        pytest.param("2026-11-16 17:00:00", 2, "2026-11-19 09:00", id="17:00:00 is after hours"),
        pytest.param("2026-11-25 15:10", 2, "2026-11-30 15:10", id="over Thanksgiving"),
        pytest.param("2026-12-31 12:00", 2, "2027-01-05 12:00", id="over New Year"),
        pytest.param("2026-10-30 10:00", 2, "2026-11-03 10:00", id="over the end of DST"),
        pytest.param("2027-03-12 10:00", 2, "2027-03-16 10:00", id="over the start of DST"),
    ],
)
def test_business_days_are_added_in_local_wall_time(start: str, days: int, expected: str) -> None:
    assert CALENDAR.add_business_days(at(start), days).at == at(expected)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param("2026-11-16 10:00", 2, "2026-11-18 10:00", id="Monday to Wednesday"),
        pytest.param("2026-11-20 10:00", 2, "2026-11-23 10:00", id="Friday rolls off Sunday"),
        pytest.param("2026-11-21 10:00", 2, "2026-11-23 10:00", id="Saturday to Monday"),
        pytest.param("2026-11-24 10:00", 2, "2026-11-27 10:00", id="rolls off Thanksgiving"),
        pytest.param("2026-11-20 18:00", 2, "2026-11-24 09:00", id="rolls first, then the hours"),
        pytest.param("2026-11-18 10:00", 7, "2026-11-25 10:00", id="a week"),
        pytest.param("2026-10-31 10:00", 2, "2026-11-02 10:00", id="over the end of DST"),
        pytest.param("2027-03-13 10:00", 2, "2027-03-15 10:00", id="over the start of DST"),
    ],
)
def test_calendar_days_roll_forward_off_weekends_and_holidays(start: str, days: int, expected: str) -> None:
    assert CALENDAR.add_calendar_days(at(start), days).at == at(expected)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("2026-11-18 15:00", "2026-11-19 09:00", id="tomorrow"),
        pytest.param("2026-11-18 03:00", "2026-11-19 09:00", id="early counts as its own day"),
        pytest.param("2026-11-20 15:00", "2026-11-23 09:00", id="Friday to Monday"),
        pytest.param("2026-11-25 15:00", "2026-11-27 09:00", id="over Thanksgiving"),
    ],
)
def test_the_next_business_day_is_its_opening(start: str, expected: str) -> None:
    assert CALENDAR.next_business_day(at(start)).at == at(expected)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("2026-11-18 15:00", "2026-11-18 15:00", id="within the hours"),
        pytest.param("2026-11-18 08:59:59", "2026-11-18 09:00", id="before"),
        pytest.param("2026-11-18 17:00", "2026-11-19 09:00", id="after"),
        pytest.param("2026-11-21 15:00", "2026-11-23 15:00", id="Saturday keeps its time"),
        pytest.param("2026-11-26 20:00", "2026-11-30 09:00", id="the evening of a holiday"),
    ],
)
def test_an_instant_is_put_into_working_hours(start: str, expected: str) -> None:
    assert CALENDAR.into_working_hours(at(start)).at == at(expected)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        pytest.param("2026-11-18 10:00", 4, "2026-11-18 14:00", id="the same day"),
        pytest.param("2026-11-18 15:00", 4, "2026-11-19 11:00", id="overnight"),
        pytest.param("2026-11-18 13:00", 4, "2026-11-19 09:00", id="ends at closing"),
        pytest.param("2026-11-20 16:00", 4, "2026-11-23 12:00", id="over the weekend"),
        pytest.param("2026-11-25 16:00", 12, "2026-11-30 12:00", id="over Thanksgiving"),
    ],
)
def test_working_hours_are_added(start: str, hours: float, expected: str) -> None:
    assert CALENDAR.add_working_hours(at(start), hours).at == at(expected)


def test_a_date_explains_itself() -> None:
    why = CALENDAR.add_business_days(at("2026-11-25 15:10"), 2).why
    assert why == (
        "2 business days after Wednesday, November 25, 3:10 PM; Thursday, November 26 is a holiday; "
        "9 AM to 5 PM Eastern"
    )


def test_a_date_moved_by_the_hours_says_so() -> None:
    why = CALENDAR.add_calendar_days(at("2026-11-20 18:00"), 2).why
    assert "Sunday, November 22 is a weekend day" in why
    assert "6 PM is after working hours" in why


def test_a_holiday_after_the_weekend_or_after_hours_is_named() -> None:
    monday = BusinessCalendar(holidays=frozenset({date(2027, 2, 15)}))
    assert "Monday, February 15 is a holiday" in monday.add_calendar_days(at("2027-02-12 17:30"), 2).why
    late = CALENDAR.add_calendar_days(at("2026-11-23 18:00"), 2)
    assert late.at == at("2026-11-27 09:00")
    assert "Thursday, November 26 is a holiday" in late.why


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        pytest.param("2026-11-01 12:00", 24 + 1, id="end of DST has an hour more"),
        pytest.param("2027-03-14 12:00", 24 - 1, id="start of DST has an hour less"),
    ],
)
def test_a_day_over_a_change_of_daylight_saving_keeps_its_wall_time(start: str, hours: int) -> None:
    before = at(start) - timedelta(days=1)
    elapsed = at(start).astimezone(UTC) - before.astimezone(UTC)
    assert elapsed == timedelta(hours=hours)
    assert CALENDAR.add_calendar_days(before, 1).at.time() == time(12)


instants = st.integers(0, 4 * 366 * 24 * 3600).map(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(instants, st.integers(0, 30))
def test_every_result_is_working_time(start: datetime, days: int) -> None:
    results = (
        CALENDAR.add_business_days(start, max(days, 1)),
        CALENDAR.add_calendar_days(start, days),
        CALENDAR.next_business_day(start),
        CALENDAR.into_working_hours(start),
        CALENDAR.add_working_hours(start, days),
    )
    assert all(CALENDAR.is_working_time(result.at) for result in results)
    assert all(result.why for result in results)


@given(instants, st.integers(1, 30))
def test_more_days_are_never_earlier(start: datetime, days: int) -> None:
    assert CALENDAR.add_business_days(start, days).at < CALENDAR.add_business_days(start, days + 1).at
    assert CALENDAR.add_calendar_days(start, days).at <= CALENDAR.add_calendar_days(start, days + 1).at


@given(instants, instants, st.floats(0, 60))
def test_working_hours_keep_the_order_of_their_starts(one: datetime, two: datetime, hours: float) -> None:
    first, second = sorted(CALENDAR.into_working_hours(each).at for each in (one, two))
    assert CALENDAR.add_working_hours(first, hours).at <= CALENDAR.add_working_hours(second, hours).at
