"""Making the full-text tables: FTS5 on SQLite, tsvectors on PostgreSQL. Migrations call this."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection
from sqlmodel import Session

from bot.stored import Entry
from storage.case_words import case_words, said_words
from storage.search import FullText, Words
from storage.tables import CASE_SEARCH, HOMEOWNER_SEARCH, INSTALLER_SEARCH

NAMES: Final = (HOMEOWNER_SEARCH, INSTALLER_SEARCH, CASE_SEARCH)
ON_SQLITE: Final = (
    "CREATE VIRTUAL TABLE {name} USING fts5(head, body, tokenize='ascii', prefix='1 2 3', detail=column)",
)
ON_POSTGRESQL: Final = (
    """
    CREATE TABLE {name} (
        id integer PRIMARY KEY,
        head tsvector NOT NULL,
        body tsvector NOT NULL,
        words tsvector GENERATED ALWAYS AS (head || body) STORED
    )
    """,
    "CREATE INDEX ix_{name}_head ON {name} USING gin (head)",
    "CREATE INDEX ix_{name}_words ON {name} USING gin (words)",
)
BATCH: Final = 1000


def is_declared(name: str | None, kind: str, _parents: object = None) -> bool:
    """For Alembic's comparing: whether a row class stands for the table. Those of the search have none."""
    return kind != "table" or not str(name).startswith(NAMES)


def make(connection: Connection) -> None:
    """Make the tables of the search, empty."""
    statements = ON_POSTGRESQL if connection.dialect.name == "postgresql" else ON_SQLITE
    for name in NAMES:
        for statement in statements:
            connection.exec_driver_sql(statement.format(name=name))


def index_at_once(connection: Connection) -> None:
    """Index what is new at once. A GIN index puts it on a list first, which every search reads to its end.

    https://www.postgresql.org/docs/current/gin.html#GIN-FAST-UPDATE
    """
    if connection.dialect.name == "postgresql":
        for index in (f"ix_{name}_{part}" for name in NAMES for part in ("head", "words")):
            connection.exec_driver_sql(f"ALTER INDEX {index} SET (fastupdate = off)")
            connection.exec_driver_sql("SELECT gin_clean_pending_list(%s::regclass)", (index,))


def drop(connection: Connection) -> None:
    """Drop the tables of the search."""
    for name in NAMES:
        connection.exec_driver_sql(f"DROP TABLE {name}")


def index_cases(connection: Connection) -> None:
    """Index the cases that are there already, in batches."""
    index = FullText(Session(connection), CASE_SEARCH)
    rows = connection.exec_driver_sql("SELECT number, state, other_numbers, content FROM cases")
    while batch := rows.fetchmany(BATCH):
        index.add([Words(row[0], _words(*row)) for row in batch])
    for number, said in _notes(connection):
        index.append(number, said)


def _words(number: int, state: str, references: Any, content: Any) -> Any:
    return case_words(number, state, _json(references), _json(content)["facts"])


def _notes(connection: Connection) -> Iterator[tuple[int, Any]]:
    lines = connection.exec_driver_sql('SELECT case_number, at, "by", event, text FROM timeline ORDER BY id')
    while batch := lines.fetchmany(BATCH):
        for number, *line in batch:
            yield number, said_words([Entry(*line)])


def _json(value: Any) -> Any:
    """JSON comes as text from SQLite, and read already from PostgreSQL."""
    return json.loads(value) if isinstance(value, str) else value
