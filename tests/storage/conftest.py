"""A database of its own for each test, and a SQLite file for tests about SQLite itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import Database, open_database
from tests.databases import Databases, SqliteFiles, file_of
from tests.postgres import Postgres
from tests.storage.samples import NOW, with_case


@pytest.fixture
def path(tmp_path: Path, sqlite: SqliteFiles) -> Path:
    """Where a SQLite file will stand."""
    return tmp_path / "desk.db"


@pytest.fixture
def url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The DATABASE_URL of a new database; it stands at `path` where a test asks for that."""
    url = databases.new()
    if "path" in request.fixturenames:
        path = request.getfixturevalue("path")
        file_of(url).rename(path)
        yield f"sqlite:///{path}"
    else:
        yield url
    databases.drop(url)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url, NOW) as database:
        yield database


@pytest.fixture
def where(postgresql: Postgres) -> Iterator[str]:
    """The DATABASE_URL of a database with one case, on PostgreSQL."""
    url = postgresql.new()
    with open_database(url, NOW) as database:
        with_case(database)
    yield url
    postgresql.drop(url)


@pytest.fixture
def number(database: Database) -> int:
    """The number of a case that is in the database."""
    return with_case(database)


@pytest.fixture(scope="module")
def shared(databases: Databases) -> Iterator[Database]:
    """One database, with one case, for the many examples of a property."""
    url = databases.new()
    with open_database(url, NOW) as database:
        with_case(database)
        yield database
    databases.drop(url)
