"""A week at the desk: three agents, two clerks, a lead, and every complaint that the SOPs know.

The clock moves hour by hour. What people do is thrown by dice; what must come of it the oracle works out
from the rules alone. The first test plays the week; each asserts one fact of it.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.sop import Case, Timer
from storage import open_database
from tests.databases import SqliteFiles
from tests.e2e.conftest import Office
from tests.e2e.week.complaints import private
from tests.e2e.week.hands import FORMS
from tests.e2e.week.hostile import Hostile
from tests.e2e.week.office import Week
from tests.e2e.week.play import Play
from tests.e2e.week.restarts import DEATHS
from tests.e2e.week.staff import CASEWORKERS, CHANNEL

pytestmark = pytest.mark.timeout(600)
SEED = int(os.environ.get("WEEK_SEED", "20300107"))
"""The dice. `WEEK_SEED=7 pytest tests/e2e/week` plays another week."""
HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")
AFTERWARDS = datetime.fromisoformat("2030-01-14T08:00:00-05:00")
MARTIN_LUTHER_KING_DAY = "01-21"
CLOSE_TO = timedelta(minutes=1)
ASKED = ("reminder", "prompt", "confirmation", "unconfirmed", "queued", "put_up")
IN_HOURS = ("reminder", "prompt", "put_up")
"""What waits for working hours; on the Concert check somebody is on the phone (D-12)."""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, sqlite: SqliteFiles) -> Iterator[Week]:
    """On SQLite alone, for it is long; the shorter stories run on PostgreSQL too."""
    office = Office(tmp_path_factory.mktemp("week"), sqlite)
    play = Play(office, SEED)
    try:
        yield played(play)
    finally:
        play.week.stop_desk()
        office.sandbox.stop()


def played(play: Play) -> Week:
    """The week, played to its end; what goes wrong says with which dice, and when."""
    try:
        with play.week.ears.open():
            return play.run()
    except Exception as error:
        error.add_note(f"The dice of this week: {SEED}. It is {play.week.wall:%A, %B %d, %H:%M:%S}.")
        raise


@pytest.fixture(scope="module")
def stored(week: Week) -> dict[str, Case]:
    """Every case as the desk remembers it."""
    week.stop_desk()
    with open_database(week.office.database, week.now) as database, database.read() as work:
        return {f"HC-{number}": work.cases.get(number).case for number in work.cases.numbers()}


def test_it_is_a_full_week(week: Week) -> None:
    assert len(week.mirror.cases) >= 40
    assert week.log.people_acts() >= 1000
    assert week.wall > AFTERWARDS


def test_everything_went_wrong_that_can(week: Week) -> None:
    """Each at least once, so that no test below is true of nothing."""
    hostile = {name for name in dir(Hostile) if not name.startswith("_")} - {"something", "acts", "week"}
    hands = {"take", "next", "next of nothing", *FORMS}
    looks = {"home", "mine", "show"}
    others = {
        "reopen",
        "facts",
        "resumed",
        "again",
        "override",
        "away",
        "somebody_else_tries",
        "left",
        "while_it_is_down",
    }
    assert hostile | hands | looks | others | {"killed"} <= {*week.tried}
    assert week.tried["killed"] >= len(DEATHS)


def test_every_path_of_the_sops_was_gone(week: Week) -> None:
    playbooks = week.office.playbooks
    every = {*playbooks.paths, playbooks.entry.path, *(one.id for one in playbooks.overlays), "uncovered"}
    assert every - {path for one in week.mirror.cases.values() for path in one.paths} == set()


def test_no_case_was_lost_and_none_was_opened_twice(week: Week, stored: dict[str, Case]) -> None:
    assert list(stored) == list(week.mirror.cases)


def test_every_case_is_where_the_sop_says(week: Week, stored: dict[str, Case]) -> None:
    for name, mine in week.mirror.cases.items():
        assert standing(stored[name]) == standing(mine.case), f"{name} after {mine.said}"


def test_every_case_owes_what_the_sop_says_and_when(week: Week, stored: dict[str, Case]) -> None:
    for name, mine in week.mirror.cases.items():
        theirs, ours = timers(stored[name]), timers(mine.case)
        assert [one[:-1] for one in theirs] == [one[:-1] for one in ours], name
        far = [(a, b) for a, b in zip(theirs, ours, strict=True) if abs(a[-1] - b[-1]) > CLOSE_TO]
        assert far == [], name


def test_every_reminder_was_posted_once_and_in_its_hour(week: Week) -> None:
    """Also none was posted that nobody had promised, to nobody else and in no other channel."""
    promised: dict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    for one in week.mirror.promises:
        promised[one.case, one.kind, week.address(one.to)].append(one.due)
    posted: dict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    for post in week.log.posts:
        if post.kind in ASKED:
            posted[post.case, post.kind, week.address(post.channel)].append(post.at)
    assert {key: len(times) for key, times in posted.items()} == {
        key: len(times) for key, times in promised.items()
    }
    late = [
        (key, due, at)
        for key, dues in promised.items()
        for due, at in zip(sorted(dues), sorted(posted[key]), strict=True)
        if not due <= at <= due + HOUR
    ]
    assert late == []


def test_everybody_with_open_cases_got_one_summary_at_nine_on_their_own_clock(week: Week) -> None:
    """Somebody without any may get one all the same, for what waits in a queue; nobody gets two."""
    posts = [post for post in week.log.posts if post.kind == "summary"]
    zones = {name: week.people[name].zone for name in CASEWORKERS}
    came = [(one, post.at.astimezone(zones[one])) for post in posts for one in [week.name_of(post.channel)]]
    per_day = Counter((name, at.date()) for name, at in came)
    assert week.summaries - set(per_day) == set()
    assert len(week.summaries) >= 10
    assert {key: times for key, times in per_day.items() if times > 1} == {}
    within = [one for one in came if one[1] < AFTERWARDS]
    assert [one for one in within if one[1].hour != 9 or one[1].weekday() > 4] == []


def test_enough_was_promised_to_be_worth_counting(week: Week) -> None:
    kinds = [one.kind for one in week.mirror.promises]
    assert {kind: kinds.count(kind) >= 3 for kind in ASKED} == dict.fromkeys(ASKED, True)


def test_nobody_was_reminded_outside_working_hours(week: Week) -> None:
    """But for who takes a case over then: they are asked at once what is open on it."""
    by_hand = {
        (one.case, one.kind, at_minute(one.rang)) for one in week.mirror.promises if one.due == one.rang
    }
    asked = [post for post in week.log.posts if post.kind in IN_HOURS]
    at_night = [post for post in asked if not in_office_hours(post.at.astimezone(NEW_YORK))]
    assert [one for one in at_night if (one.case, one.kind, at_minute(one.at)) not in by_hand] == []


def test_slack_refused_nothing_but_what_was_made_to_fail(week: Week) -> None:
    assert [each for each in week.log.refusals if each not in week.expected] == []


def test_nothing_personal_stands_outside_of_what_people_read(week: Week) -> None:
    words = frozenset(word for one in week.complaints.values() for word in private(one))
    assert sorted(set(week.log.leaks(words))) == []


def test_only_the_confirmers_channel_shows_who_the_homeowner_is(week: Week) -> None:
    """Name and address stand there (D-23); phone, e-mail and complaint in no channel at all."""
    for name, channel in week.channels.items():
        said = "\n".join(str(post.blocks) + post.text for post in week.room.posts(channel))
        shown = [word for one in week.complaints.values() for word in private(one) if word in said]
        asked = name == CHANNEL["confirmations"]
        assert {word for word in shown if not asked or "@" in word or "hums" in word} == set(), name


def test_the_log_of_the_desk_holds_no_error_and_nothing_personal(week: Week) -> None:
    words = {word for one in week.complaints.values() for word in private(one)}
    assert [line for line in week.ears.errors if not week.was_caused(line)] == []
    assert [line for line in week.ears.lines if any(word in line for word in words)] == []


def in_office_hours(at: datetime) -> bool:
    """Nine to five on working days (D-04), without asking the desk's own calendar."""
    return at.weekday() < 5 and 9 <= at.hour < 17 and f"{at:%m-%d}" != MARTIN_LUTHER_KING_DAY


def at_minute(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%m-%d %H:%M}"


def standing(case: Case) -> dict[str, object]:
    """Where a case is, in all that does not depend on the millisecond."""
    return {
        "facts": case.facts,
        "path": case.path,
        "stage": case.stage,
        "state": case.state,
        "attempts": case.attempts,
        "rounds": case.rounds,
        "done": [(one.step, one.by) for one in case.done],
        "visits": [(one.path, one.stage, one.round, one.attempts) for one in case.visits],
        "events": [(one.name, one.by) for one in case.history if one.name != "clock"],
        "confirmation": case.confirmation and (case.confirmation.answer, case.confirmation.answered_by),
    }


def timers(case: Case) -> list[tuple[str, str, bool, datetime]]:
    """Every appointment there ever was: of which step, of which kind, whether it rang, and when it is due."""

    def one(timer: Timer) -> tuple[str, str, bool, datetime]:
        return timer.step, timer.kind, timer.rung_at is not None, timer.due

    return sorted(map(one, case.timers))
