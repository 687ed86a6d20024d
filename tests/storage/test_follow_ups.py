"""Appointments: the table says what is owed, and each is taken exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.storage.samples import MINUTE, NOW, a_timer, all_at_once, opened, rows, undone, with_case

LATER = NOW + timedelta(days=2)


def keep(database, number, *timers, now=NOW):
    with database.write() as work:
        work.follow_ups.keep(number, timers, now)


def take(database, now=NOW):
    with database.write() as work:
        return next(iter(work.follow_ups.take_due(now)), None)


def table(url):
    return {row[0]: row[1] for row in rows(url, "SELECT timer_id, state FROM follow_ups ORDER BY id")}


def test_a_timer_comes_back_as_an_appointment(database, number):
    timer = a_timer()
    keep(database, number, timer)
    taken = take(database)
    assert (taken.case_number, taken.timer) == (number, timer)


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        pytest.param([], [a_timer()], {"t1": "open"}, id="a new one is open"),
        pytest.param([a_timer()], [a_timer()], {"t1": "open"}, id="one that stays is left alone"),
        pytest.param([a_timer()], [], {"t1": "cancelled"}, id="one that is gone is cancelled"),
        pytest.param([a_timer()], [a_timer("t2")], {"t1": "cancelled", "t2": "open"}, id="one for another"),
        pytest.param([a_timer()], [a_timer(rung_at=NOW)], {"t1": "rung"}, id="one that rang is rung"),
        pytest.param([], [a_timer(rung_at=NOW)], {}, id="one that rang before is nothing to promise"),
        pytest.param([a_timer()], [a_timer(due=LATER)], {"t1": "open"}, id="one that moved stays open"),
    ],
)
def test_the_open_rows_become_the_timers_that_have_not_rung(database, number, url, before, after, states):
    keep(database, number, *before)
    keep(database, number, *after, now=NOW + MINUTE)
    keep(database, number, *after, now=NOW + 2 * MINUTE)
    assert table(url) == states


def test_a_cancelled_one_that_is_owed_again_is_open_again(database, number, url):
    for timers in ([a_timer()], [], [a_timer()]):
        keep(database, number, *timers)
    assert table(url) == {"t1": "open"}


def test_a_moved_one_is_due_at_its_new_date_and_says_why(database, number):
    keep(database, number, a_timer())
    moved = replace(a_timer(due=LATER), why="put off until Friday")
    keep(database, number, moved)
    assert take(database) is None
    assert take(database, LATER).timer == moved


def test_a_taken_one_does_not_ring_again_for_the_same_date(database, number, url):
    keep(database, number, a_timer())
    take(database)
    keep(database, number, a_timer())
    assert table(url) == {"t1": "rung"}
    keep(database, number)
    assert table(url) == {"t1": "rung"}


def test_a_taken_one_that_is_moved_rings_at_its_new_date(database, number):
    keep(database, number, a_timer())
    take(database)
    keep(database, number, a_timer(due=LATER))
    assert take(database, LATER).timer.due == LATER


def test_the_rows_of_other_cases_are_left_alone(database, number, url):
    other = with_case(database)
    keep(database, number, a_timer("t1"))
    keep(database, other, a_timer("t1"), a_timer("t2"))
    keep(database, other)
    assert rows(url, "SELECT case_number FROM follow_ups WHERE state = 'open'") == [(number,)]


def test_the_most_overdue_is_taken_first_and_none_before_its_time(database, number):
    keep(database, number, *(a_timer(f"t{n}", NOW + n * MINUTE) for n in (2, 1, 3)))
    assert take(database, NOW) is None
    assert [take(database, NOW + 2 * MINUTE).timer.id for _ in range(2)] == ["t1", "t2"]
    assert take(database, NOW + 2 * MINUTE) is None


def test_one_is_due_to_the_microsecond(database, number):
    keep(database, number, a_timer())
    assert take(database, NOW - timedelta(microseconds=1)) is None
    assert take(database, NOW) is not None


def test_one_taken_in_a_transaction_that_fails_is_due_again(database, number):
    keep(database, number, a_timer())
    with undone(database) as work:
        assert work.follow_ups.take_due(NOW)
    assert take(database) is not None


def test_the_next_due_is_the_earliest_open_one(database, number):
    with database.read() as work:
        assert work.follow_ups.next_due() is None
    keep(database, number, a_timer("t1"), a_timer("t2", NOW + MINUTE), a_timer("t3", LATER))
    take(database)
    with database.read() as work:
        assert work.follow_ups.next_due() == NOW + MINUTE


def test_each_is_taken_once_by_two_threads(database, number):
    keep(database, number, *(a_timer(f"t{n}") for n in range(40)))
    taken = []

    def work_through():
        while (follow_up := take(database)) is not None:
            taken.append(follow_up.timer.id)

    all_at_once([work_through, work_through])
    # Who meets a case that the other holds goes away empty-handed, and the desk comes back within a second.
    work_through()
    assert sorted(taken) == sorted(f"t{n}" for n in range(40))


def test_what_fell_due_while_the_desk_was_down_is_due_when_it_opens_again(url):
    with opened(url) as database:
        keep(database, with_case(database), a_timer(due=LATER))
    with opened(url) as database:
        assert take(database, LATER + timedelta(days=400)).timer.due == LATER
        assert take(database, LATER + timedelta(days=400)) is None
