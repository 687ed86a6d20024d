"""Taking what is due: one statement finds, locks and settles a small batch.

Whoever works on a case locks the case first, and then what belongs to it. A batch holds the locks of several
cases, so it never waits for one: it takes what is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Update,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col

from bot.ports import LONGEST_REST
from storage.columns import Instant
from storage.tables import CaseRow, ErrandRow, FollowUpRow

Kind = type[FollowUpRow] | type[ErrandRow]
OPEN: Final[ColumnElement[str]] = literal_column("'open'")
"""Written out, as in the indexes over open rows: a plan that is kept for every state could not use them."""
MOST: Final[BindParameter[int]] = bindparam("most", type_=Integer())
APPOINTMENT: Final = (
    col(FollowUpRow.id),
    col(FollowUpRow.wake_at),
    col(FollowUpRow.case_number),
    col(FollowUpRow.timer_id),
    col(FollowUpRow.step),
    col(FollowUpRow.kind),
    col(FollowUpRow.due_at),
    col(FollowUpRow.why),
    col(FollowUpRow.cites),
    col(FollowUpRow.tries),
)
ERRAND: Final = (
    col(ErrandRow.key),
    col(ErrandRow.wake_at),
    col(ErrandRow.kind),
    col(ErrandRow.due_at),
    col(ErrandRow.case_number),
    col(ErrandRow.person),
    col(ErrandRow.data),
    col(ErrandRow.tries),
)


def take_due(session: Session, kind: Kind, now: datetime, most: int) -> Sequence[Any]:
    """Up to `most` rows, settled at `now`, the most overdue first."""
    session.flush()
    connection, asked = session.connection(), {"now": now, "most": most}
    rows = connection.execute(_taking(kind), asked).all()
    if not rows and connection.execute(_ending_rests(kind), {"longest": now + LONGEST_REST}).rowcount:
        rows = connection.execute(_taking(kind), asked).all()
    return sorted(rows, key=lambda row: (row.wake_at, row[0]))


def reopen(session: Session, kind: Kind, keys: Sequence[object], **values: object) -> None:
    """What was taken in this transaction is open again."""
    session.connection().execute(update(kind).where(_key(kind).in_(keys)).values(state="open", **values))


def rest(session: Session, kind: Kind, key: object, until: datetime, **values: object) -> None:
    """What was taken in this transaction is open again, and not due before `until`."""
    reopen(session, kind, [key], wake_at=until, tries=col(kind.tries) + 1, **values)


@cache
def _taking(kind: Kind) -> ReturningUpdate[*tuple[Any, ...]]:
    """Made once: making it would take longer than running it."""
    now = bindparam("now", type_=Instant())
    key, due = _key(kind), (col(kind.state) == OPEN, col(kind.wake_at) <= now)
    found = union_all(*_free(kind, due)).subquery()
    first = select(found.c.key).order_by(found.c.wake_at, found.c.key).limit(MOST).subquery()
    # What another transaction settled or moved before its lock was had is no longer due. Coalesced, so that
    # each row is looked up by its key: the index over what is due would give all of it for every batch.
    still_due = (func.coalesce(kind.state, "") == OPEN, func.coalesce(kind.wake_at, kind.due_at) <= now)
    taking = update(kind).where(key.in_(select(first.c.key)), *still_due)
    if kind is FollowUpRow:
        return taking.values(state="rung", rung_at=now, updated_at=now).returning(*APPOINTMENT)
    return taking.values(state="run", settled_at=now).returning(*ERRAND)


def _free(kind: Kind, due: tuple[ColumnElement[bool], ...]) -> list[Select[Any, Any]]:
    """Those whose case is free, locked now, and those of no case; a follow-up always has one."""
    key, wake_at = _key(kind).label("key"), col(kind.wake_at)
    soonest = select(key, wake_at).where(*due).order_by(wake_at, key).limit(MOST)
    of_cases = soonest.join(CaseRow).with_for_update(of=CaseRow, skip_locked=True).cte("of_cases")
    if kind is FollowUpRow:
        return [select(of_cases)]
    # Coalesced, so that no index is taken which knows the cases and not the order.
    of_none = func.coalesce(kind.case_number, 0) == 0
    others = soonest.where(of_none).with_for_update(skip_locked=True).cte("others")
    return [select(of_cases), select(others)]


@cache
def _ending_rests(kind: Kind) -> Update:
    """A rest that ends so far ahead was begun before the clock was set back."""
    resting = (col(kind.state) == OPEN, col(kind.tries) > literal_column("0"))
    too_long = col(kind.wake_at) > bindparam("longest", type_=Instant())
    return update(kind).where(*resting, too_long).values(wake_at=kind.due_at)


def _key(kind: Kind) -> Any:
    return col(FollowUpRow.id) if kind is FollowUpRow else col(ErrandRow.key)
