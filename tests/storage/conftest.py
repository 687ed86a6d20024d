"""A database in a file of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import Database
from tests.storage.samples import opened, with_case


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was made and closed."""
    path = tmp_path_factory.mktemp("empty") / "desk.db"
    opened(path).close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def database(path: Path, empty: Path) -> Iterator[Database]:
    shutil.copy(empty, path)
    with opened(path) as database:
        yield database


@pytest.fixture
def number(database: Database) -> int:
    """The number of a case that is in the database."""
    return with_case(database)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database, with one case, for the many examples of a property."""
    with opened(tmp_path_factory.mktemp("shared") / "desk.db") as database:
        with_case(database)
        yield database
