"""Where the tests get their databases from: SQLite files, and databases of one PostgreSQL server a run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from storage import open_database

KINDS = ("sqlite", "postgresql")


class Databases(Protocol):
    """One kind of database. Every database is known by its DATABASE_URL."""

    def new(self) -> str:
        """A new database that has the desk's tables."""

    def empty(self) -> str:
        """A new database without any table."""

    def copy(self, address: str) -> str:
        """A new database with all that stands in this one, which nobody has open."""

    def drop(self, address: str) -> None:
        """Away with it, whoever still has it open."""


@dataclass
class SqliteFiles:
    """SQLite files, each in a folder of its own. Migrations run once; what follows is copied."""

    folder: Path
    _template: str = field(default="", init=False)

    def new(self) -> str:
        if not self._template:
            self._template = self.empty()
            open_database(self._template, datetime.now(UTC)).close()
        return self.copy(self._template)

    def empty(self) -> str:
        return f"sqlite:///{tempfile.mkdtemp(dir=self.folder)}/desk.db"

    def copy(self, address: str) -> str:
        new = self.empty()
        shutil.copy(file_of(address), file_of(new))
        return new

    def drop(self, address: str) -> None:
        shutil.rmtree(file_of(address).parent)


def file_of(address: str) -> Path:
    """The file of a SQLite database."""
    return Path(make_url(address).database or "")


@contextmanager
def looking(address: str) -> Iterator[Connection]:
    """A connection beside the desk's own, which sees at each statement what is committed by then."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def rows(address: str, query: str, **values: object) -> list[tuple[object, ...]]:
    """What a query finds; values stand in it as `:name`."""
    with looking(address) as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]
