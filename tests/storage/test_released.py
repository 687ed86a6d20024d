"""Databases of every released revision, as its desk left them, are opened and worked on by today's.

`released/0001.json` and so on hold the rows that the desk of that revision wrote for one and the same story:
a case whose homeowner will be asked, one that waits for the Concert check, a closed one, drafts, and letters
that were sent, given up, put off or being sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text

from bot import follow_ups
from bot.connectors.by_hand import by_hand
from bot.delivery import Drawing, Postman
from bot.desk import Desk
from bot.ports import Message
from bot.stored import Posted
from storage import open_database
from storage.engines import engines_of, place_of
from storage.search_tables import index_cases
from storage.upgrade import MIGRATIONS, config_of, upgrading
from tests.bot.casework import PLAYBOOKS
from tests.databases import Databases, rows
from tests.postgres import Postgres
from tests.storage.samples import ADA, BEN, all_at_once, opened

RELEASED = {
    file.stem: json.loads(file.read_text()) for file in (Path(__file__).parent / "released").glob("*")
}
SAID = datetime(2026, 11, 18, 14, tzinfo=UTC)
"""When the story began."""
LATER = SAID + timedelta(days=7)
SERIAL = text(
    "SELECT pg_get_serial_sequence(:table, 'id') FROM pg_attribute"
    " WHERE attrelid = CAST(:table AS regclass) AND attname = 'id'"
)
LEASE = ("holder", "not_before", "taken_until")
"""A SQLite file gives back what its last desk was sending."""
Rows = Mapping[str, list[dict[str, Any]]]


def fill(connection: Connection, content: Rows) -> None:
    """Put the rows as they are; PostgreSQL hands out ids from behind them."""
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
    connection.exec_driver_sql("DELETE FROM counters")
    for table, found in content.items():
        for row in found:
            columns = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join(["%s" if on_postgresql else "?"] * len(row))
            connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", (*row.values(),))
        serial = on_postgresql and connection.scalar(SERIAL, {"table": f'"{table}"'})
        if serial:
            connection.exec_driver_sql(f"SELECT setval('{serial}', (SELECT max(id) FROM {table}))")


def made(databases: Databases, revision: str) -> str:
    """A database as the desk of that revision left it."""
    url = databases.empty()
    place = place_of(url)
    engine, _ = engines_of(place)
    with upgrading(engine, place) as connection:
        config = config_of(MIGRATIONS)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        fill(connection, RELEASED[revision])
        if "homeowners" in RELEASED[revision]:
            index_cases(connection)
    engine.dispose()
    return url


@pytest.fixture(params=sorted(RELEASED))
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def old(databases: Databases, revision: str) -> Iterator[str]:
    url = made(databases, revision)
    yield url
    databases.drop(url)


def same(value: Any) -> Any:
    """A value as both databases and the file say it: instants in UTC, JSON read."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value


def test_every_table_of_the_time_is_among_them() -> None:
    assert [len(RELEASED[revision]) for revision in sorted(RELEASED)] == [7, 8, 15, 17]
    assert all(found for content in RELEASED.values() for found in content.values())


def test_every_row_is_there_and_says_what_it_said(old: str, revision: str) -> None:
    opened(old).close()
    for table, found in RELEASED[revision].items():
        expected = [{name: row[name] for name in row if name not in LEASE} for row in found]
        columns = ", ".join(f'"{name}"' for name in expected[0])
        kept = [[same(value) for value in row] for row in rows(old, f"SELECT {columns} FROM {table}")]
        wanted = [[same(value) for value in row.values()] for row in expected]
        missing = [row for row in wanted if row not in kept]
        assert (table, missing) == (table, [])
        assert len(kept) == len(wanted) or table == "counters"


def test_the_cases_mean_the_same(old: str) -> None:
    with opened(old) as database, database.read() as work:
        asked, checked, closed = (work.cases.get(number) for number in work.cases.numbers())
        assert [each.case.state for each in (asked, checked, closed)] == [
            "waiting",
            "awaiting_confirmation",
            "closed",
        ]
        assert {each.owner for each in (asked, checked, closed)} == {ADA}
        assert [timer.kind for timer in asked.case.running] == ["follow_up"]
        assert [each.number for each in work.cases.open_of(ADA)] == [1002, 1001]
        assert [each.number for each in work.cases.find("HC-1003", 10)] == [1003]
        assert work.timeline.of(1003)[-1].event == "close_requested"
        assert "00000000-0000-4000-8000-000000000001" in [each.id for each in work.intakes.unfinished_of(ADA)]
        assert not work.intakes.unfinished_of(BEN)


@dataclass
class Letterbox:
    """Slack that takes everything."""

    posts: list[str] = field(default_factory=list)

    def post(self, to: str, message: Message, delivery_id: str, thread: Posted | None = None) -> Posted:
        self.posts.append(message.text)
        return Posted("D0000001", f"1900000000.{len(self.posts):06}")

    def edit(self, posted: Posted, message: Message) -> None:
        self.posts.append(message.text)

    def find(self, to: str, delivery_id: str, since: datetime, thread: Posted | None = None) -> None:
        """None of these arrived."""


def named(drawing: Drawing, _desk: Desk) -> Message:
    return Message(drawing.letter.key, ())


def test_the_desk_goes_on_where_it_was(old: str) -> None:
    slack = Letterbox()
    with opened(old) as database:
        desk = Desk(database, PLAYBOOKS, by_hand({}))
        desk.keep_version(LATER)
        while follow_ups.ring(desk, LATER):
            pass
        postman = Postman(desk, slack, named, lambda: LATER, lambda: LATER)
        while postman.deliver_next():
            pass
        with database.write() as work:
            assert [letter.to for letter in work.outbox.originals(1001, "reminder")] == [ADA]
            assert work.outbox.next_try() is None
            assert work.cases.add(work.cases.get(1001).case, ADA, ADA, LATER).number == 1004
    assert any("reminder" in key for key in slack.posts)
    assert any(key.startswith("HC-1001/card/v") for key in slack.posts)
    assert {"HC-1002/confirmation/first", "HC-1003/card"} <= {*slack.posts}


@pytest.mark.parametrize("number", range(2))
def test_of_replicas_that_start_at_once_one_upgrades_and_all_come_up(
    postgresql: Postgres, revision: str, number: int
) -> None:
    url = made(postgresql, revision)
    cases: list[int] = []

    def start() -> None:
        with open_database(url, LATER) as database, database.read() as work:
            cases.append(len(work.cases.numbers()))

    all_at_once([start] * 3)
    assert cases == [3, 3, 3]
    postgresql.drop(url)
