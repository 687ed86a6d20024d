"""When the database cannot be used just now: what counts as that, and what is said of it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004 - SQLAlchemy's name for it

from bot.errors import OutOfReach

logger = logging.getLogger(__name__)

NOTHING_CHANGED: Final = (
    "The desk cannot reach its memory just now. Nothing was changed; try again in a minute."
)
NOT_KNOWN: Final = (
    "The desk lost its memory in the very moment of writing, and cannot tell whether this was kept. "
    "Look before you do it again."
)
READ_ONLY: Final = "25006"
SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""Another process holds the file, or the disk does not do as it should."""
POSTGRESQL: Final = frozenset({READ_ONLY, "25P03", "25P04"})
"""Beside all that is operational: a server that only reads, and transactions ended for their length."""


@contextmanager
def within_reach(*, reads: bool = False, commits: bool = False) -> Iterator[None]:
    """Raises OutOfReach for what ails the database; whatever is wrong with a statement stays as it is.

    Who only `reads` and is refused a change made a mistake of their own. `commits` is where a lost
    connection leaves it open whether the transaction was kept.
    """
    try:
        yield
    except (DBAPIError, TimeoutError) as error:
        if not _is_out_of_reach(error) or (reads and _is_refused_change(error)):
            raise
        unknown = commits and isinstance(error, DBAPIError) and error.connection_invalidated
        said = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        logger.warning("the database is out of reach: %s", said)
        raise OutOfReach(NOT_KNOWN if unknown else NOTHING_CHANGED) from error


def _is_out_of_reach(error: DBAPIError | TimeoutError) -> bool:
    """Deadlocks, locks that did not come and statements that took too long are among what is operational."""
    if isinstance(error, TimeoutError) or error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error.orig) in SQLITE
    return isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", None) in POSTGRESQL


def _is_refused_change(error: DBAPIError | TimeoutError) -> bool:
    if isinstance(error, TimeoutError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error.orig) == sqlite3.SQLITE_READONLY
    return getattr(error.orig, "sqlstate", None) == READ_ONLY


def _sqlite_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; what Python's module refuses by itself has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
