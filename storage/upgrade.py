"""The database upgrades itself at start, after a copy of it was put aside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError

from bot.errors import DatabaseError
from storage.backup import backup_before
from storage.engines import Place, looking_at

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS: Final = Path(__file__).parent / "migrations"
REVISIONS_TABLE: Final = "alembic_version"
POSTGRES_TURN: Final = 1_004_261_733
"""An arbitrary number: the advisory lock under which replicas upgrade one after another."""


def look_before_opening(place: Place, migrations: Path = MIGRATIONS) -> None:
    """Refuse a file that this desk cannot use, without touching it; raises DatabaseError.

    A write-ahead log that a killed desk left behind is not looked into here; `upgrade` sees it.
    """
    path = place.path
    if path is None or not path.exists():
        return
    if not os.access(path, os.R_OK | os.W_OK):
        raise DatabaseError(
            f"The database {path} may not be written by this user. Let it, or give DATABASE_URL another path."
        )
    if left_a_log(path):
        return
    revision_in(looking_at(path), place, migrations)


def upgrade(engine: Engine, place: Place, now: datetime, migrations: Path = MIGRATIONS) -> None:
    """Bring the tables to this desk's revision, a SQLite file after a copy was made beside it.

    Raises DatabaseError; the database is then as it was.
    """
    head = revisions(migrations)[-1]
    revision = revision_in(engine, place, migrations)
    if revision == head:
        return
    copy = backup_before(place.path, head, now) if place.path and revision else None
    try:
        with upgrading(engine, place) as connection:
            run_migrations(connection, migrations)
    except Exception as error:
        kept = f" A copy of it stands in {copy}." if copy else ""
        raise DatabaseError(
            f"The database {place} could not be upgraded to revision {head} ({said(error)}). "
            f"It is as it was.{kept} Start the desk version that used it last, or mend what the error names."
        ) from error


def revision_in(engine: Engine, place: Place, migrations: Path = MIGRATIONS) -> str | None:
    """The revision of a database, None of an empty one; raises DatabaseError for one that is not ours."""
    with _reachable(place), engine.connect() as connection:
        return _revision(connection, revisions(migrations), place)


def config_of(migrations: Path) -> Config:
    """Alembic's configuration for a folder of migrations."""
    from alembic.config import Config  # noqa: PLC0415 - a desk that has nothing to upgrade starts without.

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


def revisions(migrations: Path = MIGRATIONS) -> Sequence[str]:
    """Every revision, the newest last: the name of a migration's file begins with its own."""
    return sorted(file.name.partition("_")[0] for file in (migrations / "versions").glob("[0-9]*_*.py"))


def left_a_log(path: Path) -> bool:
    """Whether a SQLite file has a write-ahead log: a desk runs on it, or was killed."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _revision(connection: Connection, known: Sequence[str], place: Place) -> str | None:
    """The revision of a database, None of an empty one; raises DatabaseError for one not ours."""
    stamped = inspect(connection).has_table(REVISIONS_TABLE)
    found = connection.exec_driver_sql(f"SELECT version_num FROM {REVISIONS_TABLE}") if stamped else None  # noqa: S608
    revision = cast("str | None", found.scalar()) if found else None
    if revision is not None and revision not in known:
        raise DatabaseError(
            f"The database {place} was last used by a newer desk: its revision {revision} is unknown "
            "to this one. Update the desk, or give DATABASE_URL the copy that was made before that upgrade."
        )
    if revision is None and not is_empty(connection):
        raise DatabaseError(
            f"The database {place} belongs to something else: it has tables, but none of the desk's. "
            "Give DATABASE_URL a new one."
        )
    return revision


@contextmanager
def _reachable(place: Place) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise DatabaseError(
            f"The database {place} cannot be used: {said(error)}. Check DATABASE_URL, "
            "and that what it names is a database this user may write to."
        ) from error


def said(error: Exception) -> str:
    """What the database itself said, in a line."""
    return str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]


def is_empty(connection: Connection) -> bool:
    """Whether a database has no table at all."""
    return not set(inspect(connection).get_table_names()) - {REVISIONS_TABLE}


def require_newest(connection: Connection, place: Place, migrations: Path = MIGRATIONS) -> None:
    """Refuse a database that this desk would have to upgrade first; raises DatabaseError."""
    known = revisions(migrations)
    revision = _revision(connection, known, place)
    if revision != known[-1]:
        raise DatabaseError(
            f"The database {place} was last used by an older desk (revision {revision or 'none'}). "
            "Start this desk on it once, which upgrades it after a copy was made, and stop it again."
        )


@contextmanager
def upgrading(engine: Engine, place: Place) -> Iterator[Connection]:
    """One transaction over all migrations.

    SQLite changes a table by making it anew, which foreign keys would forbid: they are off meanwhile, and
    checked before the end.
    """
    with engine.connect() as connection:
        _enforce_foreign_keys(connection, place, "OFF")
        try:
            with connection.begin():
                if not place.on_sqlite:
                    _take_time(connection)
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({POSTGRES_TURN})")
                yield connection
                if place.on_sqlite:
                    _check_foreign_keys(connection)
        finally:
            _enforce_foreign_keys(connection, place, "ON")


def _take_time(connection: Connection) -> None:
    """An upgrade, and waiting for another replica's, may take as long as there are rows."""
    for timeout in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {timeout} = 0")


def _enforce_foreign_keys(connection: Connection, place: Place, value: str) -> None:
    """SQLite takes this only outside of transactions, so it goes past SQLAlchemy, which would begin one."""
    if place.on_sqlite:
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys={value}")
        cursor.close()


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({cast(str, row[0]) for row in broken}))
        raise DatabaseError(f"rows of {tables} would refer to nothing")


def run_migrations(connection: Connection, migrations: Path) -> None:
    """Bring the tables to the newest revision, in the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - as above.

    config = config_of(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
