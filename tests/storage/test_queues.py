"""Queues: what nobody has, the longest waiting first; two who ask at once get different cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from bot.ports import Work
from bot.stored import StoredCase
from storage import Database
from tests.databases import SqliteFiles
from tests.storage.samples import ADA, BEN, MINUTE, NOW, a_case, a_timer, all_at_once, reads

HOUR = timedelta(hours=1)


def waiting(work: Work, *, age: timedelta = HOUR, due: timedelta | None = None, **changes) -> StoredCase:
    """A case that nobody has, with changes to it."""
    timers = () if due is None else (a_timer(due=NOW + due),)
    case = replace(a_case(state=changes.pop("state", "open")), opened_at=NOW - age, timers=timers)
    stored = work.cases.add(case, ADA, ADA, NOW)
    return work.cases.save(replace(stored, **{"owner": "", "team": "back_office", **changes}), NOW)


@pytest.fixture
def queue(database: Database) -> dict[str, int]:
    """The numbers of some cases by what is said of them."""
    with database.write() as work:
        return {
            "opened an hour ago": waiting(work).number,
            "due in a minute": waiting(work, due=MINUTE).number,
            "due two hours ago": waiting(work, due=-2 * HOUR).number,
            "Ben's": waiting(work, owner=BEN).number,
            "closed": waiting(work, state="closed").number,
            "the front line's": waiting(work, team="front_line", age=9 * HOUR).number,
        }


def test_a_queue_holds_what_its_team_is_to_take_the_longest_waiting_first(
    database: Database, queue: dict[str, int]
) -> None:
    expected = ["due two hours ago", "opened an hour ago", "due in a minute"]
    with database.read() as work:
        assert [each.number for each in work.cases.queue("back_office")] == [queue[each] for each in expected]


@pytest.mark.parametrize(
    ("teams", "first"),
    [
        pytest.param(("back_office",), "due two hours ago", id="of one team"),
        pytest.param(("front_line", "back_office"), "the front line's", id="of several, the longest waiting"),
        pytest.param(("trained_agent",), None, id="of an empty queue, none"),
        pytest.param((), None, id="of no queue, none"),
    ],
)
def test_the_next_case(
    database: Database, queue: dict[str, int], teams: tuple[str, ...], first: str | None
) -> None:
    with database.write() as work:
        found = work.cases.next_in(teams)
    assert (found.number if found else None) == (queue[first] if first else None)


def test_people_who_ask_at_once_get_different_cases(database: Database) -> None:
    with database.write() as work:
        numbers = [waiting(work).number for _ in range(4)]
    taken: list[int] = []
    barrier = Barrier(4)

    def take_next() -> None:
        barrier.wait(10)
        with database.write() as work:
            found = work.cases.next_in(("back_office",))
            assert found is not None
            work.cases.save(replace(found, owner=BEN), NOW)
            taken.append(found.number)

    all_at_once([take_next] * 4)
    assert sorted(taken) == numbers


def test_the_owners_are_found_without_reading_what_is_closed(database: Database, sqlite: SqliteFiles) -> None:
    with database.write() as work:
        plans = reads(work, work.cases.owners)
    assert len(plans) == 1
    assert "ix_cases_open_owner" in plans[0]


def test_the_owners_are_those_of_open_cases(database: Database, queue: dict[str, int]) -> None:
    with database.read() as work:
        assert work.cases.owners() == {BEN}
