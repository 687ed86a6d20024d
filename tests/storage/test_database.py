"""Transactions: whole or not at all, one writer at a time, readers beside it."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.exc import DBAPIError

from storage import open_database
from tests.storage.samples import ADA, NOW, a_case, a_timer, all_at_once, undone, with_case


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_the_connections_are_set_up(database, sqlite, pragma, value):
    for engine in (database._writer, database._reader):
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_transaction_that_fails_leaves_nothing(database):
    with undone(database) as work:
        number = work.cases.add(a_case(), ADA, ADA, NOW).number
        work.follow_ups.keep(number, [a_timer()], NOW)
    with database.read() as work:
        assert (work.cases.open_of(ADA), work.follow_ups.next_due()) == ((), None)


def test_looking_changes_nothing(database, number):
    with database.read() as work, pytest.raises(DBAPIError, match=r"read-?only"):
        work.seen.first_time("a", NOW)


def test_a_reader_sees_one_moment_and_does_not_wait_for_the_writer(database, number):
    with database.read() as before:
        assert len(before.cases.open_of(ADA)) == 1
        with database.write() as work:
            work.cases.add(a_case(), ADA, ADA, NOW)
            assert len(before.cases.open_of(ADA)) == 1
        assert len(before.cases.open_of(ADA)) == 1
    with database.read() as after:
        assert len(after.cases.open_of(ADA)) == 2


def test_a_transaction_inside_another_is_refused_instead_of_waiting_for_ever(database):
    with database.write(), pytest.raises(RuntimeError, match="inside another"), database.write():
        pass
    assert with_case(database) == 1001


def test_writers_take_turns(database, number, sqlite):
    inside, most = [], []

    def work_on():
        with database.write() as work:
            inside.append(threading.get_ident())
            work.seen.first_time(str(threading.get_ident()), NOW)
            most.append(len(inside))
            inside.remove(threading.get_ident())

    all_at_once([work_on] * 8)
    assert most == [1] * 8


def test_a_database_in_memory_serves_many_threads_until_it_is_closed():
    with open_database("sqlite://", NOW) as database:

        def look():
            with database.read() as work:
                return work.cases.open_of(ADA)

        all_at_once([lambda: with_case(database), look] * 4)
        assert [case.number for case in look()] == [1004, 1003, 1002, 1001]
    with open_database("sqlite://", NOW) as database, database.read() as work:
        assert work.cases.open_of(ADA) == ()


def test_errors_of_the_database_hold_no_personal_data(database):
    with pytest.raises(DBAPIError) as caught, database.write() as work:
        work.cases.add(a_case(name="Hana (homeowner)"), None, ADA, NOW)
    assert "Hana" not in str(caught.value)
