"""The morning summary: at nine on everybody's own clock, once a day, and not without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from blocks.digests import digest
from bot import digests, errands
from bot.agenda import ERRANDS
from bot.confirmations import Tagging
from bot.delivery import Drawing
from bot.people import Strangers
from bot.ports import Message
from bot.sop.organisation import Roles
from bot.stored import Letter
from tests.bot.casework import ADA, BEN, LEA, Casework, casework
from tests.bot.desk import at
from tests.databases import Databases

BO = "U0BO000003"


@dataclass(frozen=True)
class Zoned(Strangers):
    """Everybody in the zone that is given, and who has left."""

    zones: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)

    def zone_of(self, user_id: str) -> str:
        return self.zones.get(user_id, "")

    def is_active(self, user_id: str) -> bool:
        return user_id not in self.left


@dataclass
class Mornings:
    """A desk whose errands are run at the times that the tests say."""

    work: Casework
    people: Zoned

    def pass_by(self, start: datetime, end: datetime, step: timedelta = timedelta(minutes=20)) -> None:
        """Time passes; whatever is due is run, as the bell does."""
        now = start
        while now <= end:
            errands.run(self.work.desk, now, ERRANDS)
            now += step

    def begin(self, now: datetime) -> None:
        with self.work.desk.memory.write() as memory:
            digests.begin(memory, self.work.desk, now)

    def sent(self, end: datetime) -> dict[str, list[str]]:
        """The days of the summaries that were promised, by person."""
        found: dict[str, list[str]] = {}
        with self.work.desk.memory.write() as memory:
            for delivery in memory.outbox.claim("test", end, end, most=500):
                if delivery.letter.kind == "digest":
                    found.setdefault(delivery.letter.to, []).append(delivery.letter.data["day"])
        return found

    def told(self, user: str, now: datetime, day: str) -> Message | None:
        letter = Letter(f"digest/{user}/{day}", "digest", to=user, data={"day": day})
        with self.work.desk.memory.read() as memory:
            about = digests.subject(memory, self.work.desk, letter, now)
        return digest(Drawing(letter, about, Tagging((), None), now), self.work.desk)


@pytest.fixture
def mornings(databases: Databases) -> Iterator[Mornings]:
    with casework(databases) as work:
        people = Zoned()
        playbooks = work.desk.playbooks
        roles = Roles(leads=(LEA,), agents=(ADA, BEN), back_office=(BO,))
        playbooks = replace(playbooks, organisation=replace(playbooks.organisation, roles=roles))
        work.desk = replace(work.desk, people=people, playbooks=playbooks)
        yield Mornings(work, people)


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("America/New_York", "2026-11-18 08:59", None),
        ("America/New_York", "2026-11-18 09:00", "2026-11-18"),
        ("America/New_York", "2026-11-18 16:59", "2026-11-18"),
        ("America/New_York", "2026-11-18 17:00", None),
        ("America/Los_Angeles", "2026-11-18 11:59", None),
        ("America/Los_Angeles", "2026-11-18 12:00", "2026-11-18"),
        ("Asia/Kolkata", "2026-11-17 22:29", None),
        ("Asia/Kolkata", "2026-11-17 22:30", "2026-11-18"),
        ("", "2026-11-18 09:00", "2026-11-18"),
        ("Mars/Olympus", "2026-11-18 09:00", "2026-11-18"),
        ("America/New_York", "2026-11-21 09:00", None),
        ("America/New_York", "2026-11-26 09:00", None),
    ],
    ids=[
        "a minute early", "nine", "still daytime", "evening", "early in the west", "nine in the west",
        "early in the east", "nine in the east", "no zone", "no such zone", "Saturday", "Thanksgiving",
    ],
)  # fmt: skip
def test_the_morning_begins_at_nine_on_their_own_clock(
    mornings: Mornings, zone: str, now: str, day: str | None
) -> None:
    mornings.people.zones[ADA] = zone
    expected = date.fromisoformat(day) if day else None
    assert digests.morning(mornings.work.desk, ADA, at(now)) == expected


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-06 10:30", "2026-03-06 16:00+00:00"),
        ("2026-03-09 08:30", "2026-03-09 13:00+00:00"),
        ("2026-11-02 08:30", "2026-11-02 14:00+00:00"),
    ],
    ids=["within the hour", "after the clocks went forward", "after they went back"],
)
def test_the_next_round_is_at_the_next_nine_or_hour(mornings: Mornings, now: str, due: str) -> None:
    assert digests.next_round(mornings.work.desk, at(now)) == datetime.fromisoformat(due)


def test_nine_is_met_where_the_clock_has_half_hours(mornings: Mornings) -> None:
    mornings.people.zones[ADA] = "Asia/Kolkata"
    now = datetime(2026, 11, 18, 3, 10, tzinfo=UTC)
    assert digests.next_round(mornings.work.desk, now) == datetime(2026, 11, 18, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "Europe/London", "Asia/Tokyo"])
@pytest.mark.parametrize(
    "monday", ["2026-03-02", "2026-03-09", "2026-10-26", "2026-11-02"],
    ids=["spring forward", "after it", "fall back", "after that"],
)  # fmt: skip
def test_in_two_weeks_around_a_change_of_clocks_each_working_day_has_one(
    mornings: Mornings, zone: str, monday: str
) -> None:
    mornings.people.zones[ADA] = zone
    start = datetime.fromisoformat(monday).replace(hour=3, tzinfo=ZoneInfo(zone))
    mornings.begin(start)
    end = start + timedelta(days=5)
    mornings.pass_by(start, end)
    first = date.fromisoformat(monday)
    expected = [str(first + timedelta(days=offset)) for offset in range(5)]
    calendar = mornings.work.desk.organisation.calendar
    workdays = [day for day in expected if calendar.is_business_day(date.fromisoformat(day))]
    assert mornings.sent(end)[ADA] == workdays


def test_after_a_day_down_only_todays_comes(mornings: Mornings) -> None:
    mornings.begin(at("2026-11-16 08:00"))
    mornings.pass_by(at("2026-11-16 08:00"), at("2026-11-16 10:00"))
    mornings.pass_by(at("2026-11-18 11:00"), at("2026-11-18 12:00"))
    assert mornings.sent(at("2026-11-18 12:00"))[ADA] == ["2026-11-16", "2026-11-18"]


def test_a_restart_neither_loses_nor_doubles_it(mornings: Mornings) -> None:
    for minute in (50, 55):
        mornings.begin(at(f"2026-11-18 08:{minute}"))
        mornings.pass_by(at(f"2026-11-18 08:{minute}"), at("2026-11-18 09:30"))
    mornings.begin(at("2026-11-18 09:35"))
    mornings.pass_by(at("2026-11-18 09:35"), at("2026-11-18 12:00"))
    assert mornings.sent(at("2026-11-18 12:00"))[ADA] == ["2026-11-18"]


@pytest.mark.parametrize(
    ("before", "after"), [("America/New_York", "Asia/Tokyo"), ("Asia/Tokyo", "America/New_York")]
)
def test_who_moves_to_another_zone_is_met_there(mornings: Mornings, before: str, after: str) -> None:
    mornings.people.zones[ADA] = before
    mornings.begin(at("2026-11-17 03:00"))
    mornings.pass_by(at("2026-11-17 03:00"), at("2026-11-17 20:00"))
    mornings.people.zones[ADA] = after
    mornings.pass_by(at("2026-11-17 20:00"), at("2026-11-19 16:00"))
    days = mornings.sent(at("2026-11-19 16:00"))[ADA]
    assert len(days) == len(set(days))
    assert {"2026-11-18", "2026-11-19"} <= set(days)


def test_who_left_or_wants_none_gets_none(mornings: Mornings) -> None:
    mornings.people.left.add(BEN)
    with mornings.work.desk.memory.write() as memory:
        memory.homes.want_summary(BO, False, at("2026-11-17 12:00"))
    mornings.begin(at("2026-11-18 08:50"))
    mornings.pass_by(at("2026-11-18 08:50"), at("2026-11-18 10:00"))
    assert set(mornings.sent(at("2026-11-18 10:00"))) == {ADA, LEA}


def test_nothing_to_say_is_not_said(mornings: Mornings) -> None:
    assert mornings.told(ADA, at("2026-11-18 09:00"), "2026-11-18") is None


def test_it_says_what_is_overdue_due_and_waiting(mornings: Mornings) -> None:
    now = at("2026-11-19 09:00")
    mornings.work.open(at("2026-11-18 12:00"))
    mornings.work.open(now)
    waiting = mornings.work.open(at("2026-11-18 15:00"))
    mornings.work.report(waiting, "installer_email_sent", at("2026-11-18 16:00"))
    message = mornings.told(ADA, now, "2026-11-19")
    assert message is not None
    assert message.text == "Good morning. Your cases: 1 overdue, 1 due today, 1 waiting."
    assert "1 day overdue" in str(message.blocks)
    assert "homeowner)" not in str(message.blocks)


def test_a_lead_hears_of_the_team(mornings: Mornings) -> None:
    mornings.work.open(at("2026-11-17 12:00"))
    with mornings.work.desk.memory.write() as memory:
        for delivery in memory.outbox.claim("test", at("2026-11-17 12:00"), at("2026-11-17 12:00"), most=9):
            memory.outbox.bury(delivery, "refused", at("2026-11-17 12:00"))
    message = mornings.told(LEA, at("2026-11-19 09:00"), "2026-11-19")
    assert message is not None
    assert "*1* overdue in the team" in str(message.blocks)
    assert "*1* not delivered" in str(message.blocks)


@pytest.mark.parametrize("now", ["2026-11-19 09:00", "2026-11-18 17:00"], ids=["the day after", "evening"])
def test_one_that_could_not_be_delivered_on_its_day_is_left_to_the_next(mornings: Mornings, now: str) -> None:
    mornings.work.open(at("2026-11-17 12:00"))
    assert mornings.told(ADA, at("2026-11-18 10:00"), "2026-11-18")
    assert mornings.told(ADA, at(now), "2026-11-18") is None


def test_one_that_is_called_off_before_it_is_sent_is_not_sent(mornings: Mornings) -> None:
    mornings.work.open(at("2026-11-17 12:00"))
    with mornings.work.desk.memory.write() as memory:
        memory.homes.want_summary(ADA, False, at("2026-11-17 12:00"))
    assert mornings.told(ADA, at("2026-11-18 10:00"), "2026-11-18") is None


def test_a_summary_that_comes_late_was_due_at_nine(mornings: Mornings) -> None:
    """A copy that was put back looks for what was due before that."""
    mornings.begin(at("2026-11-18 08:10"))
    mornings.pass_by(at("2026-11-18 08:10"), at("2026-11-18 08:10"))
    mornings.pass_by(at("2026-11-18 09:40"), at("2026-11-18 09:40"))
    with mornings.work.desk.memory.read() as memory:
        letter = memory.outbox.letter(f"digest/{ADA}/2026-11-18")
    assert letter is not None
    assert letter.due == at("2026-11-18 09:00")
