"""Going back to a copy of a SQLite database, so that nothing said since is said a second time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, insert, select, update
from sqlmodel import col

from bot.errors import DatabaseError
from bot.keeping import Restored
from storage.backup import backup, names_beside, require_sound, stamp
from storage.engines import engines_of, place_of
from storage.process_lock import lock_for
from storage.tables import (
    CASE_NUMBER,
    CaseRow,
    CounterRow,
    FollowUpRow,
    OrderRow,
    OutboxRow,
    RestoreRow,
    TimelineRow,
)
from storage.upgrade import MIGRATIONS, look_before_opening, run_migrations, upgrading

PARTS: Final = ("", "-wal", "-shm")
NUMBERS_LEFT_OUT: Final = 1000
"""Cases opened after the copy was made have cards in Slack: their numbers are not given a second time."""


def restore(address: str, copy: Path, now: datetime, migrations: Path = MIGRATIONS) -> Restored:
    """Put a copy in the place of the SQLite database of a DATABASE_URL, which is laid aside.

    No desk may be running on it. The copy has to be sound; one of an older desk is upgraded. What has been
    posted since it was made is looked for in Slack before anything is posted again. Raises DatabaseError;
    nothing was changed then.
    """
    path = place_of(address).path
    if path is None:
        raise DatabaseError(
            "Only a SQLite file is restored like this. PostgreSQL goes back with pg_restore: "
            "`app.py backup` says how."
        )
    if not copy.is_file():
        raise DatabaseError(f"There is no file {copy}. Name a copy that `app.py backup` made.")
    if path.exists() and copy.samefile(path):
        raise DatabaseError(f"{copy} is the database itself. Name a copy that `app.py backup` made.")
    lock = lock_for(path)
    try:
        with _prepared(path, copy, now, migrations) as (file, knows_until, cases):
            aside = _laid_aside(path, now)
            file.replace(path)
    except OSError as error:
        raise DatabaseError(
            f"{copy} could not be put in the place of {path} ({error.strerror}). See which of the two stands "
            f"in {path.parent}, and that this user may write there."
        ) from error
    finally:
        lock.release()
    return Restored(path, knows_until, cases, aside)


@contextmanager
def _prepared(
    path: Path, copy: Path, now: datetime, migrations: Path
) -> Iterator[tuple[Path, datetime, int]]:
    """The copy's copy, checked and told of the restore, on the same disk as the database."""
    file = path.with_name(f"{path.name}.restoring")
    _remove(file)
    try:
        backup(copy, file)
        require_sound(file)
        yield file, *_told(file, now, migrations)
    finally:
        _remove(file)


def _told(file: Path, now: datetime, migrations: Path) -> tuple[datetime, int]:
    place = place_of(f"sqlite:///{file}")
    look_before_opening(place, migrations)
    engine, _ = engines_of(place)
    try:
        with upgrading(engine, place) as connection:
            run_migrations(connection, migrations)
        with engine.begin() as connection:
            knows_until = _newest(connection) or now
            connection.execute(insert(RestoreRow).values(at=now, knows_until=knows_until))
            connection.execute(
                update(CounterRow)
                .where(col(CounterRow.name) == CASE_NUMBER)
                .values(value=CounterRow.value + NUMBERS_LEFT_OUT)
            )
            # What it does not know to be done may have been done since it was made.
            connection.execute(update(OrderRow).values(trace="perhaps"))
            cases = connection.execute(select(func.count()).select_from(CaseRow)).scalar_one()
    finally:
        engine.dispose()
    return knows_until, cases


def _newest(connection: Connection) -> datetime | None:
    """The last moment that a database knows anything of."""
    columns = (TimelineRow.at, OutboxRow.promised_at, FollowUpRow.updated_at, CaseRow.updated_at)
    found = (connection.execute(select(func.max(column))).scalar() for column in columns)
    return max((each for each in found if each is not None), default=None)


def _laid_aside(path: Path, now: datetime) -> Path | None:
    """Give the present database, with its log, another name; where a part fails, all get theirs back."""
    if not path.exists():
        return None
    aside = next(
        each for each in names_beside(path, f"{path.name}.replaced-{stamp(now)}") if not each.exists()
    )
    for part in reversed(PARTS):
        here = path.with_name(f"{path.name}{part}")
        if here.exists():
            here.replace(aside.with_name(f"{aside.name}{part}"))
    return aside


def _remove(file: Path) -> None:
    for part in PARTS:
        file.with_name(f"{file.name}{part}").unlink(missing_ok=True)
