"""Copies of a SQLite database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import URL

from bot.errors import DatabaseError
from storage.engines import Place, place_of


def keep_copy(address: str, copy: Path | None, now: datetime) -> Path:
    """Copy the database of a DATABASE_URL whole, also while a desk runs on it, and look at what came out.

    Without `copy` it stands beside the database, under its name and `now`; returns where. Raises
    DatabaseError, also for PostgreSQL, which has a program of its own for it.
    """
    path = file_of(address)
    kept = copy or next(each for each in names_beside(path, f"{path.name}.{stamp(now)}") if not each.exists())
    backup(path, kept)
    try:
        require_sound(kept)
    except DatabaseError:
        kept.unlink(missing_ok=True)
        raise
    return kept


def file_of(address: str) -> Path:
    """The file of a DATABASE_URL; raises DatabaseError where there is none, and says what to do then."""
    place = place_of(address)
    if place.path is None:
        raise DatabaseError(_by_its_own_means(place))
    if not place.path.exists():
        raise DatabaseError(f"There is no database {place.path}. Check DATABASE_URL.")
    return place.path


def require_sound(file: Path) -> None:
    """Have SQLite look through a whole file; raises DatabaseError for one that is damaged."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise DatabaseError(f"{file} is damaged ({found}). Take another copy.")


def _by_its_own_means(place: Place) -> str:
    if place.on_sqlite:
        return "A database in memory cannot be copied. Give DATABASE_URL a file."
    url = place.url
    known = URL.create(
        "postgresql", url.username, host=url.host, port=url.port, database=url.database, query=url.query
    )
    address = known.render_as_string()
    return (
        f"This database is PostgreSQL's, which keeps copies itself. Make one with "
        f"`pg_dump --format=custom --file=desk.dump '{address}'`, and go back to it with "
        f"`pg_restore --clean --if-exists --single-transaction --dbname='{address}' desk.dump` "
        "while no desk runs. The password comes from PGPASSWORD or ~/.pgpass."
    )


def stamp(now: datetime) -> str:
    """A moment as it stands in the name of a copy."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


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
    stem = f"{database.name}.before-{revision}-{stamp(now)}"
    copy = next(path for path in names_beside(database, stem) if not path.exists())
    backup(database, copy)
    return copy


def names_beside(database: Path, stem: str) -> Iterator[Path]:
    """Names for a copy beside a database, without end."""
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
