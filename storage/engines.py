"""Where the database is, and the engines that speak to it: one that writes, one that only reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, StaticPool

from bot.errors import DatabaseError
from storage.postgres import postgres_engine

FORMS: Final = "Write sqlite:///var/desk.db or postgresql://USER:PASSWORD@HOST/NAME."
BUSY_MS: Final = 5000
CACHE_KB: Final = 16 * 1024
"""Of pages a connection. With SQLite's own 2 MB, lists among very many cases read theirs anew each time."""
DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is. `path` is the SQLite file; None in memory and on PostgreSQL."""

    url: URL
    path: Path | None

    @property
    def on_sqlite(self) -> bool:
        """Whether it is SQLite, in a file or in memory."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def in_memory(self) -> bool:
        """Whether it is gone when it is closed."""
        return self.on_sqlite and self.path is None

    def __str__(self) -> str:
        return str(self.path or self.url.render_as_string(hide_password=True))


def place_of(url: str) -> Place:
    """Read a DATABASE_URL; raises DatabaseError."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(f"DATABASE_URL is not the address of a database. {FORMS}") from error
    backend = parsed.get_backend_name()
    if backend not in DRIVERS:
        raise DatabaseError(f"DATABASE_URL names {backend}, a database the desk does not know. {FORMS}")
    if backend == "postgresql":
        return Place(parsed.set(drivername=DRIVERS[backend]), None)
    name = parsed.database or ":memory:"
    if parsed.query or parsed.host or name.startswith("file:"):
        raise DatabaseError(f"DATABASE_URL is not the path of a SQLite file. {FORMS}")
    path = None if name == ":memory:" else Path(name).resolve()
    return Place(parsed.set(drivername=DRIVERS[backend]), path)


def engines_of(place: Place) -> tuple[Engine, Engine]:
    """The writer and the reader. In memory there is one connection, which is both."""
    if place.in_memory:
        pool: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        engine = _sqlite(create_engine(place.url, hide_parameters=True, **pool), "BEGIN IMMEDIATE")
        return engine, engine
    if place.on_sqlite:
        writer = create_engine(place.url, hide_parameters=True)
        reader = create_engine(place.url, hide_parameters=True)
        return _sqlite(writer, "BEGIN IMMEDIATE"), _sqlite(reader, "BEGIN", "PRAGMA query_only=ON")
    try:
        writer = postgres_engine(place.url)
    except ModuleNotFoundError as error:
        raise DatabaseError(
            f"PostgreSQL needs the Python package {error.name}. Install it, or use a sqlite:// DATABASE_URL."
        ) from error
    return writer, writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def looking_at(path: Path) -> Engine:
    """An engine that reads a SQLite file as it lies on the disk, and leaves no trace beside it."""
    return _reading(f"{path.as_uri()}?mode=ro&immutable=1")


def following(path: Path) -> Engine:
    """An engine that reads a SQLite file while a desk writes to it."""
    return _reading(f"{path.as_uri()}?mode=ro")


def _reading(address: str) -> Engine:
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True),
        poolclass=NullPool,
        hide_parameters=True,
    )


def _sqlite(engine: Engine, begin: str, *pragmas: str) -> Engine:
    event.listen(engine, "connect", _prepare(pragmas))
    event.listen(engine, "begin", _beginner(begin))
    return engine


def _prepare(pragmas: tuple[str, ...]) -> Callable[[sqlite3.Connection, object], None]:
    """Transactions are begun by `_beginner` and not by the driver, which would begin them too late."""

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        for pragma in pragmas:
            connection.execute(pragma)

    return prepare


def _beginner(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin
