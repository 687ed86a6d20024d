"""Which rows a transaction locks. SQLite has one writer at a time, and leaves row locks out of its SQL."""

from __future__ import annotations

from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from storage.tables import Table

Row = TypeVar("Row", bound=Table)

WRITES: Final = "writes"
"""The key in `Session.info` that says whether the transaction may change things."""
TURNS: Final = "turns"
"""The key in `Session.info` of the turns that the transaction has."""
OPENING: Final = 4_836_867
"""The turn to open cases. The numbers are this database's alone."""
FINDING: Final = 4_836_868
"""The turn to compare what is wrong with what was told."""


def take_turn(session: Session, turn: int) -> None:
    """Wait until no other transaction has this turn; it ends with the transaction.

    Whoever waits gets it in their order. A row that each of them changes is fought for whenever it changes,
    and some wait until everybody else is through.
    """
    turns = session.info.setdefault(TURNS, set())
    if turn not in turns and session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(turn)))
    turns.add(turn)


def locked(session: Session, query: SelectOfScalar[Row], skip_locked: bool = False) -> SelectOfScalar[Row]:
    """The query, locking the rows it finds where the transaction may change them.

    With `skip_locked` it passes over rows that another transaction holds, instead of waiting for them.
    """
    fresh = query.execution_options(populate_existing=True)
    return fresh.with_for_update(skip_locked=skip_locked) if session.info[WRITES] else fresh
