"""What was promised and is not kept yet: found whoever made it, counted no further than it matters."""

from __future__ import annotations

from datetime import timedelta

from bot.promises import FIRST, KINDS, MOST, Overdue
from bot.stored import Errand, Letter
from bot.systems import Draft, Order, Receipt
from storage import Database
from tests.storage.samples import ADA, LEASE, MINUTE, NOW, a_case, a_letter, a_timer

DAY = timedelta(days=1)
LATE = NOW - DAY


def errand(key: str, due=LATE, kind: str = "look") -> Errand:
    return Errand(key, kind, due)


def letter(key: str, due=LATE) -> Letter:
    return Letter(key, "card", 1001, to=ADA, due=due)


def overdue(database: Database, kind: str) -> Overdue:
    with database.read() as work:
        return work.promises.overdue(kind, NOW)


def test_nothing_is_overdue_where_nothing_was_promised(database: Database) -> None:
    assert [overdue(database, kind) for kind in KINDS] == [Overdue()] * len(KINDS)


def test_open_follow_ups_count_from_their_due_date(database: Database, number: int) -> None:
    with database.write() as work:
        timers = [a_timer("t1", LATE), a_timer("t2", NOW - MINUTE), a_timer("t3", NOW + MINUTE)]
        work.follow_ups.keep(number, timers, NOW)
    assert overdue(database, "follow_up") == Overdue(2, LATE)
    with database.write() as work:
        assert len(work.follow_ups.take_due(NOW)) == 1
    assert overdue(database, "follow_up") == Overdue(1, NOW - MINUTE)


def test_an_errand_that_was_run_is_kept(database: Database) -> None:
    with database.write() as work:
        work.errands.put([errand("a"), errand("b", NOW + DAY)], NOW)
    assert overdue(database, "errand") == Overdue(1, LATE)
    with database.write() as work:
        work.errands.take_due(NOW)
    assert overdue(database, "errand") == Overdue()


def test_a_letter_counts_from_when_it_should_have_been_said(database: Database, number: int) -> None:
    with database.write() as work:
        work.outbox.put([letter("a"), letter("b", NOW + MINUTE), letter("c", NOW - MINUTE)], NOW)
    assert overdue(database, "letter") == Overdue(2, LATE)


def test_an_order_counts_until_its_system_has_done_it(database: Database, number: int) -> None:
    with database.write() as work:
        for name in ("a", "b"):
            draft = Draft(f"HC-{number}", "ebh", "open_ticket", name)
            work.orders.put(Order(f"HC-{number}/{name}", number, draft, ADA, LATE), LATE)
    assert overdue(database, "order") == Overdue(2, LATE)
    with database.write() as work:
        task = work.orders.claim("ebh", "me", NOW, LEASE)
        assert task is not None
        work.orders.settle(task, Receipt("EBH-1"), NOW)
    assert overdue(database, "order") == Overdue(1, LATE)


def test_counting_stops_where_it_makes_no_difference(database: Database) -> None:
    with database.write() as work:
        work.errands.put([errand(f"e{number}") for number in range(MOST + 5)], NOW)
    assert overdue(database, "errand") == Overdue(MOST, LATE)


def test_letters_are_counted_by_the_states_they_leave_again(database: Database, number: int) -> None:
    with database.write() as work:
        work.outbox.put([a_letter("a"), a_letter("b"), a_letter("c")], NOW)
        work.outbox.bury(work.outbox.claim("me", NOW, LEASE, most=1)[0], "no such channel", NOW)
    with database.read() as work:
        assert work.promises.letters() == {"waiting": 2, "dead": 1}


def test_a_home_drawn_in_vain_again_and_again_is_stale(database: Database) -> None:
    with database.write() as work:
        work.homes.open(ADA, ["leads"], NOW)
        work.homes.tell([ADA])
    for turn in range(6):
        at = NOW + turn * DAY
        with database.write() as work:
            home = work.homes.claim(at, at + MINUTE, NOW - DAY)
            assert home is not None
            work.homes.put_off(home, at + MINUTE)
    with database.read() as work:
        assert work.promises.stale_homes() == 1


def test_open_cases_come_in_batches_those_first_that_wait_longest(database: Database) -> None:
    with database.write() as work:
        for state in ("open", "closed", "waiting"):
            work.cases.add(a_case(state=state), ADA, ADA, NOW)
    with database.read() as work:
        first, place = work.promises.open_cases(FIRST, 1)
        then, last = work.promises.open_cases(place, 10)
        assert (list(first), list(then)) == ([1001], [1003])
        assert work.promises.open_cases(last, 10) == ({}, last)
        assert list(work.promises.still_open([1001, 1002])) == [1001]


def test_the_open_appointments_of_cases_are_known_by_their_timers(database: Database, number: int) -> None:
    with database.write() as work:
        work.follow_ups.keep(number, [a_timer("t1", LATE), a_timer("t2", NOW + DAY)], NOW)
        work.follow_ups.take_due(NOW)
    with database.read() as work:
        assert work.promises.appointments([number, number + 1]) == {number: {"t2"}}


def test_the_last_run_of_an_errand_is_known(database: Database) -> None:
    with database.write() as work:
        work.errands.put([errand("a"), errand("b", NOW + DAY)], NOW)
        work.errands.take_due(NOW)
    with database.read() as work:
        assert work.promises.last_run(["a", "b"]) == NOW
        assert work.promises.last_run(["b"]) is None
