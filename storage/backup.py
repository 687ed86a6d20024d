"""Copies of a SQLite database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot.errors import DatabaseError
from storage.engines import place_of


def backup(database: Path, copy: Path) -> None:
    """Copy a SQLite database whole, also while a desk runs on it, into one new file.

    Raises DatabaseError when `copy` is there already or cannot be written; then no half copy is left.
    """
    if copy.exists():
        raise DatabaseError(f"{copy} is there already, and no copy is overwritten. Give another name.")
    unfinished = copy.with_name(f"{copy.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        _copy(database, unfinished)
        unfinished.replace(copy)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise DatabaseError(
            f"{database} could not be copied to {copy} ({error}). Make room there, or check who may write."
        ) from error


def copied(address: str, folder: Path) -> str:
    """The DATABASE_URL of a copy in `folder`, made while a desk may run on the original.

    A database that is no file is given as it is. Raises DatabaseError.
    """
    path = place_of(address).path
    if path is None:
        return address
    if not path.exists():
        raise DatabaseError(f"There is no database {path}, so there are no cases. Check DATABASE_URL.")
    backup(path, folder / path.name)
    return f"sqlite:///{folder / path.name}"


def backup_before(database: Path, revision: str, now: datetime) -> Path:
    """Copy a database beside itself before it is upgraded to `revision`; returns where the copy stands."""
    stem = f"{database.name}.before-{revision}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    copy = next(path for path in _names(database, stem) if not path.exists())
    backup(database, copy)
    return copy


def _names(database: Path, stem: str) -> Iterator[Path]:
    yield database.with_name(f"{stem}.bak")
    for number in count(2):
        yield database.with_name(f"{stem}-{number}.bak")


def _copy(database: Path, copy: Path) -> None:
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(copy, isolation_level=None)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    with copy.open("rb") as written:
        os.fsync(written.fileno())
