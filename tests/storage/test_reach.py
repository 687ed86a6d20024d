"""A database that is out of reach: one kind error, nothing half done, and it goes on by itself afterwards."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError, TimeoutError  # noqa: A004

from bot.errors import OutOfReach
from bot.ports import Work
from storage import Database, open_database
from storage.reach import NOT_KNOWN, NOTHING_CHANGED, within_reach
from tests.databases import looking
from tests.postgres import Postgres, served
from tests.storage.samples import ADA, BULKY, NOW, a_case, all_at_once, hurried, opened, with_case


@contextmanager
def pragma(database: Database, on: str, off: str) -> Iterator[None]:
    """SQLite's one writing connection, made to refuse."""
    for statement in (on, off):
        with database._writer.connect() as connection:
            connection.connection.driver_connection.execute(statement)
        if statement == on:
            yield


def full(database: Database, path: Path) -> AbstractContextManager[None]:
    return pragma(database, "PRAGMA max_page_count=1", "PRAGMA max_page_count=4294967294")


def read_only(database: Database, path: Path) -> AbstractContextManager[None]:
    return pragma(database, "PRAGMA query_only=ON", "PRAGMA query_only=OFF")


@contextmanager
def held(database: Database, path: Path) -> Iterator[None]:
    """By a program that is no desk."""
    with (
        pragma(database, "PRAGMA busy_timeout=1", "PRAGMA busy_timeout=5000"),
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        yield


def fill(work: Work) -> None:
    for _ in range(20):
        work.cases.add(a_case(name="Hana", description=BULKY), ADA, ADA, NOW)


def refusal(database: Database, act: Callable[[Work], object]) -> str:
    """What is said where a transaction cannot be kept."""
    with pytest.raises(OutOfReach) as caught:
        write(database, act)
    return str(caught.value)


def write(database: Database, act: Callable[[Work], object]) -> None:
    with database.write() as work:
        act(work)


@pytest.mark.parametrize("trouble", [full, read_only, held], ids=lambda trouble: trouble.__name__)
def test_a_sqlite_file_that_takes_nothing(database, number, path, caplog, trouble):
    with trouble(database, path):
        assert refusal(database, fill) == NOTHING_CHANGED
        with database.read() as work:
            assert len(work.cases.open_of(ADA)) == 1
    assert "Hana" not in caplog.text
    assert "the database is out of reach" in caplog.text
    assert with_case(database) == 1002


def test_a_connection_that_does_not_come_free_is_out_of_reach() -> None:
    with pytest.raises(OutOfReach), within_reach():
        raise TimeoutError


def test_a_mistake_in_a_statement_is_none_of_it(database: Database) -> None:
    with pytest.raises(DBAPIError, match="nowhere"), database.read() as work:
        work.cases.session.execute(text("SELECT * FROM nowhere"))  # type: ignore[attr-defined]


# --- PostgreSQL ---


def sleep(work: Work) -> None:
    work.cases.session.execute(text("SELECT pg_sleep(20)"))  # type: ignore[attr-defined]


def wait_for_a_lock(work: Work) -> None:
    work.cases.get(1001)


@pytest.mark.parametrize(
    ("setting", "then"),
    [
        pytest.param("statement_timeout", sleep, id="a statement that takes too long"),
        pytest.param("lock_timeout", wait_for_a_lock, id="a lock that does not come"),
    ],
)
def test_what_takes_too_long_is_given_up(where: str, setting: str, then: Callable[[Work], None]) -> None:
    def act(work: Work) -> None:
        work.seen.first_time("a", NOW)
        then(work)

    with looking(where) as other, other.execution_options(isolation_level="READ COMMITTED").begin():
        other.execute(text("SELECT * FROM cases FOR UPDATE"))
        with open_database(hurried(where, **{setting: "50"}), NOW) as database:
            assert refusal(database, act) == NOTHING_CHANGED
            with database.read() as work:
                assert len(work.cases.open_of(ADA)) == 1
            with database.write() as work:
                assert work.seen.first_time("a", NOW)


def test_of_two_that_wait_for_each_other_one_is_undone_whole(where: str) -> None:
    refused: list[str] = []
    both = threading.Barrier(2)
    with open_database(hurried(where, deadlock_timeout="10"), NOW) as database:
        with_case(database)

        def take(first: int, second: int) -> None:
            try:
                with database.write() as work:
                    work.seen.first_time(f"took {first}", NOW)
                    work.cases.get(first)
                    both.wait(10)
                    work.cases.get(second)
            except OutOfReach as error:
                refused.append(str(error))

        all_at_once([lambda: take(1001, 1002), lambda: take(1002, 1001)])
        with database.write() as work:
            kept = [not work.seen.first_time(f"took {number}", NOW) for number in (1001, 1002)]
    assert (refused, sorted(kept)) == ([NOTHING_CHANGED], [False, True])


def test_a_database_that_only_reads_is_out_of_reach_for_writing(where: str) -> None:
    with open_database(hurried(where, default_transaction_read_only="on"), NOW) as database:
        with pytest.raises(OutOfReach), database.write() as work:
            work.seen.first_time("a", NOW)
        with database.read() as work:
            assert len(work.cases.open_of(ADA)) == 1


@pytest.mark.parametrize(
    ("at_the_end", "says"),
    [
        pytest.param(False, NOTHING_CHANGED, id="before its end: nothing was changed"),
        pytest.param(True, NOT_KNOWN, id="at its commit: who knows"),
    ],
)
def test_a_connection_that_is_cut_in_a_transaction(where: str, at_the_end: bool, says: str) -> None:
    cut = text("SELECT pg_terminate_backend(:pid, 10000)")
    with opened(where) as database, looking(where) as other:

        def act(work: Work) -> None:
            work.seen.first_time("a", NOW)
            pid = work.cases.session.scalar(text("SELECT pg_backend_pid()"))  # type: ignore[attr-defined]
            assert other.scalar(cut, {"pid": pid})
            if not at_the_end:
                work.seen.first_time("b", NOW)

        assert refusal(database, act) == says
        with database.write() as work:
            assert work.seen.first_time("a", NOW)


@pytest.fixture(scope="module")
def own(servers: Path, postgresql: Postgres) -> Postgres:
    """A server of its own, to be stopped."""
    return served(servers / "own")


def test_a_server_that_is_gone_for_a_while(own: Postgres) -> None:
    with opened(own.empty()) as database:
        number = with_case(database)
        own.stop()
        with pytest.raises(OutOfReach), database.read() as work:
            work.cases.get(number)
        with pytest.raises(OutOfReach), database.write() as work:
            work.cases.add(a_case(), ADA, ADA, NOW)
        own.start()
        assert with_case(database) == number + 1


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_restarts_in_the_middle_of_a_transaction(own: Postgres, how: str) -> None:
    with opened(own.empty()) as database:
        number = with_case(database)

        def act(work: Work) -> None:
            stored = work.cases.get(number)
            work.cases.save(replace(stored, owner="U0NOBODY"), NOW)
            own.restart(how)
            work.cases.get(number)

        assert refusal(database, act) == NOTHING_CHANGED
        with database.write() as work:
            assert work.cases.get(number).owner == ADA


def test_a_mistake_names_no_value(where: str) -> None:
    with opened(where) as database, pytest.raises(ProgrammingError) as caught, database.write() as work:
        work.cases.session.execute(text("SELECT :name FROM nowhere"), {"name": "Hana"})  # type: ignore[attr-defined]
    assert "Hana" not in str(caught.value)
