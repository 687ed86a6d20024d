"""Which rows a transaction locks. SQLite has one writer at a time, and leaves row locks out of its SQL."""

from __future__ import annotations

from typing import Final, TypeVar

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from storage.tables import Table

Row = TypeVar("Row", bound=Table)

WRITES: Final = "writes"
"""The key in `Session.info` that says whether the transaction may change things."""


def locked(session: Session, query: SelectOfScalar[Row], skip_locked: bool = False) -> SelectOfScalar[Row]:
    """The query, locking the rows it finds where the transaction may change them.

    With `skip_locked` it passes over rows that another transaction holds, instead of waiting for them.
    """
    fresh = query.execution_options(populate_existing=True)
    return fresh.with_for_update(skip_locked=skip_locked) if session.info[WRITES] else fresh
