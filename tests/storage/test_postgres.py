"""PostgreSQL's settings: a replica that hangs holds up nobody for long, and the address has the last word."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from storage import open_database
from storage.postgres import OF_THE_SERVER
from tests.storage.samples import BEN, NOW, hurried, kill, opened, other_desk


def setting(url: str, name: str) -> str:
    with opened(url) as database, database._writer.connect() as connection:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar())


@pytest.mark.parametrize(("name", "value"), [("application_name", "complaint-desk"), *OF_THE_SERVER.items()])
def test_a_connection_says_who_it_is_and_never_waits_for_ever(where: str, name: str, value: str) -> None:
    assert setting(where, name) == value


@pytest.mark.parametrize("name", OF_THE_SERVER)
def test_what_the_address_says_counts(where: str, name: str) -> None:
    others = [other for other in OF_THE_SERVER if other != name]
    assert setting(hurried(where, **{name: "7s"}), name) == "7s"
    assert [setting(hurried(where, **{name: "7s"}), other) for other in others] == [
        OF_THE_SERVER[other] for other in others
    ]


def test_so_does_its_name_for_the_connection(where: str) -> None:
    assert (
        setting(f"{where}{'&' if '?' in where else '?'}application_name=blue", "application_name") == "blue"
    )


def test_both_kinds_of_transactions_share_one_bounded_pool(where: str) -> None:
    with opened(where) as database:
        assert database._reader.pool is database._writer.pool
        assert database._writer.pool.size() + database._writer.pool._max_overflow == 40


HOLDS_A_CASE = "context = database.write(); work = context.__enter__(); work.cases.get(1001)"


def test_a_replica_that_hangs_within_a_transaction_loses_its_rows(where: str) -> None:
    hung = other_desk(hurried(where, idle_in_transaction_session_timeout="300"), HOLDS_A_CASE)
    try:
        hung.send_signal(signal.SIGSTOP)
        with open_database(where, NOW) as database, database.write() as work:
            stored = work.cases.get(1001)
            work.cases.save(replace(stored, owner=BEN), NOW)
    finally:
        kill(hung)
    with opened(where) as database, database.read() as work:
        assert work.cases.get(1001).owner == BEN


def test_a_replica_that_is_killed_loses_them_at_once(where: str) -> None:
    kill(other_desk(where, HOLDS_A_CASE))
    with opened(where) as database, database.write() as work:
        assert work.cases.get(1001).number == 1001
