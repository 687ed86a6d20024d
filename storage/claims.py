"""Taking what is due: one statement finds, locks and settles a small batch.

Whoever works on a case locks the case first, and then what belongs to it. A batch holds the locks of several
cases, so it never waits for one: it takes what is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, literal_column, select, union_all, update
from sqlmodel import Session, col

from bot.ports import LONGEST_REST
from storage.tables import CaseRow, ErrandRow, FollowUpRow, Table

Kind = type[FollowUpRow] | type[ErrandRow]
OPEN: Final[ColumnElement[str]] = literal_column("'open'")
"""Written out, as in the indexes over open rows: a plan that is kept for every state could not use them."""


def take_due(session: Session, kind: Kind, now: datetime, most: int, **settled: object) -> Sequence[Any]:
    """Up to `most` rows, the most overdue first, which now have the values of `settled`."""
    session.flush()
    _end_long_rests(session, kind, now)
    table = Table.metadata.tables[str(kind.__tablename__)]
    key, due = _key(kind), (col(kind.state) == OPEN, col(kind.wake_at) <= now)
    free = select(union_all(*_free(kind, due, most)).subquery())
    first = free.order_by(free.selected_columns.wake_at, free.selected_columns.key).limit(most).subquery()
    # What another transaction settled before its lock was had is no longer open.
    taking = update(kind).where(key.in_(select(first.c.key)), *due).values(**settled)
    rows = session.connection().execute(taking.returning(*table.columns)).all()
    return sorted(rows, key=lambda row: (row.wake_at, row[0]))


def reopen(session: Session, kind: Kind, keys: Sequence[object], **values: object) -> None:
    """What was taken in this transaction is open again."""
    session.connection().execute(update(kind).where(_key(kind).in_(keys)).values(state="open", **values))


def rest(session: Session, kind: Kind, key: object, until: datetime, **values: object) -> None:
    """What was taken in this transaction is open again, and not due before `until`."""
    reopen(session, kind, [key], wake_at=until, tries=col(kind.tries) + 1, **values)


def _free(kind: Kind, due: Any, most: int) -> list[Any]:
    """Those whose case is free, locked now, and those of no case; a follow-up always has one."""
    key, wake_at = _key(kind).label("key"), col(kind.wake_at)
    soonest = select(key, wake_at).where(*due).order_by(wake_at, key).limit(most)
    of_cases = soonest.join(CaseRow).with_for_update(of=CaseRow, skip_locked=True).cte("of_cases")
    if kind is FollowUpRow:
        return [select(of_cases)]
    # Coalesced, so that no index is taken which knows the cases and not the order.
    of_none = func.coalesce(kind.case_number, 0) == 0
    others = soonest.where(of_none).with_for_update(skip_locked=True).cte("others")
    return [select(of_cases), select(others)]


def _end_long_rests(session: Session, kind: Kind, now: datetime) -> None:
    """A rest that ends so far ahead was begun before the clock was set back."""
    resting = (col(kind.state) == OPEN, col(kind.tries) > literal_column("0"))
    too_long = col(kind.wake_at) > now + LONGEST_REST
    session.connection().execute(update(kind).where(*resting, too_long).values(wake_at=kind.due_at))


def _key(kind: Kind) -> Any:
    return col(FollowUpRow.id) if kind is FollowUpRow else col(ErrandRow.key)
