"""The database breaks below a working desk: who acts is told; when it is mended, all is caught up, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, make_url

from handlers.log import OnceAMinute
from sandbox.person import Person
from storage.database import Database
from storage.reach import NOTHING_CHANGED
from tests.databases import Databases, SqliteFiles
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.crash_stories import CASE, STORIES, prepare
from tests.e2e.story import WHAT, WHO, fill_what
from tests.handlers.whole_desk import Heard
from tests.invariants import broken
from tests.postgres import Postgres, served

NORA = {
    "homeowner.name": "Nora (homeowner)",
    "homeowner.address": "9 Elm Lane",
    "homeowner.phone": "555-0109",
}
PERSONAL = ("Nora", "Elm Lane", "555-01", "Hanna", "Sunny Side", "hums")
DUE, MENDED = "2030-01-11T10:01:00-05:00", "2030-01-11T10:06:00-05:00"
OUT_OF_REACH = NOTHING_CHANGED.partition(".")[0]
WAIT = 20.0
LONG = {**WHAT, "description": "Three calls, no answer. The inverter hums. " * 60}


class BlindOffice(Office):
    """Its workspace does not ask the desk what is due: a desk without a database cannot say."""

    def next_due(self) -> None:
        return None

    @property
    def memory(self) -> Database:
        assert self.running is not None
        memory = self.running.bell.postman.desk.memory
        assert isinstance(memory, Database)
        return memory


Break = Callable[[BlindOffice, Databases], AbstractContextManager[None]]


@contextmanager
def away(office: BlindOffice, server: Databases) -> Iterator[None]:
    """PostgreSQL crashes, and is started again."""
    del office
    assert isinstance(server, Postgres)
    server.stop("immediate")
    yield
    server.start()


@contextmanager
def standby(office: BlindOffice, server: Databases) -> Iterator[None]:
    """PostgreSQL takes no writes, as after a switch to a standby."""
    assert isinstance(server, Postgres)
    name = make_url(office.database).database
    for_all = f'ALTER DATABASE "{name}" SET default_transaction_read_only'
    out = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'"
    for setting in ("on", "off"):
        server.run(f"{for_all} = {setting}")
        server.run(out)
        if setting == "on":
            yield


@dataclass(eq=False)
class Pragma:
    """Sets a pragma on each connection that is about to be used."""

    setting: str

    def __call__(self, connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {self.setting}")


@contextmanager
def under(engine: Engine, broken: str, mended: str) -> Iterator[None]:
    pragma = Pragma(broken)
    event.listen(engine, "checkout", pragma)
    yield
    pragma.setting = mended


def read_only(office: BlindOffice, _: Databases) -> AbstractContextManager[None]:
    """The SQLite file takes no writes."""
    return under(office.memory._writer, "query_only=ON", "query_only=OFF")


def full(office: BlindOffice, _: Databases) -> AbstractContextManager[None]:
    """The SQLite file can take no page more, as on a full disk."""
    with office.memory._reader.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    return under(office.memory._writer, f"max_page_count={pages}", "max_page_count=1073741823")


@pytest.fixture(scope="module")
def server(servers: Path) -> Iterator[Postgres]:
    """A PostgreSQL that may be broken."""
    server = served(servers / "broken")
    server.prepare()
    yield server
    server.stop("immediate")


@pytest.fixture
def log() -> Iterator[Heard]:
    """The log as the command line writes it."""
    heard = Heard()
    heard.addFilter(OnceAMinute())
    logging.getLogger().addHandler(heard)
    yield heard
    logging.getLogger().removeHandler(heard)


def to_the_last_page(agent: Person) -> None:
    agent.command("/complaint")
    agent.wait_for_view("intake_who", WAIT)
    agent.fill({**WHO, **NORA})
    agent.submit()
    agent.wait_for_view("intake_what", WAIT)
    fill_what(agent, LONG)
    agent.submit()
    agent.wait_for_view("intake_says", WAIT)


def whispers(person: Person) -> str:
    return "\n".join(each.all_text for each in person.dm() if each.ephemeral)


def asked(person: Person) -> list[str]:
    return [each.text for each in person.dm() if each.text == f"{CASE}: it is time to ask the homeowner."]


def hold(office: BlindOffice, databases: Databases, how: Break, log: Heard) -> None:
    """Whatever breaks: kind answers, nothing by halves, everything afterwards, and a log that can be read."""
    ada = office.ada
    office.clock.to(WEDNESDAY)
    prepare(STORIES["a reminder"], office.database)
    with office.desk():
        ada.wait_for_message(f"{CASE}: waiting.", timeout=WAIT)
        to_the_last_page(ada)
        with how(office, databases):
            office.clock.to(DUE)
            ada.submit()
            assert OUT_OF_REACH in ada.wait_for_view("sorry", WAIT).all_text
            ada.close()
            assert ada.view is not None
            assert ada.view.callback_id == "intake_says", "what was typed still stands there"
            # What is small may still find room in the pages that a full file has.
            assert len(asked(ada)) <= (how is full)
        office.clock.to(MENDED)
        ada.submit()
        ada.wait_for_view("is open.", WAIT)
        ada.close()
        ada.wait_for(asked, WAIT, "the reminder")
        ada.wait_for_message("HC-1002", timeout=WAIT)
        ada.wait_for(lambda _: not office.owed(), WAIT, "the end of what is owed")
        assert len(asked(ada)) == 1
        assert len([each for each in ada.dm() if each.text.startswith("HC-1002: ")]) == 1
        assert office.running is not None
        assert broken(office.memory, office.running.bell.postman.desk) == []
    said = "\n".join(line for _, line in log.lines)
    assert [each for each in PERSONAL if each in said] == []
    troubles = [line.splitlines()[0] for level, line in log.lines if level >= logging.WARNING]
    assert len(troubles) == len(set(troubles)), troubles


@pytest.mark.parametrize("how", [away, standby])
def test_postgresql_breaks_and_is_mended(tmp_path: Path, server: Postgres, log: Heard, how: Break) -> None:
    office = BlindOffice(tmp_path, server)
    try:
        hold(office, server, how, log)
    finally:
        office.sandbox.stop()


@pytest.mark.parametrize("how", [read_only, full])
def test_sqlite_breaks_and_is_mended(tmp_path: Path, sqlite: SqliteFiles, log: Heard, how: Break) -> None:
    office = BlindOffice(tmp_path, sqlite)
    try:
        hold(office, sqlite, how, log)
    finally:
        office.sandbox.stop()
