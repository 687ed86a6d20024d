"""The statements by which letters are claimed and settled, made once: that took longer than to run them.

Their parameters `now` and `far` are the machine's clock; `far` is later than anything can have been put off.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal_column, or_, select, update
from sqlalchemy import Table as SqlTable

from storage.tables import OUTBOX_TURN, Table

OUTBOX: Final[SqlTable] = Table.metadata.tables["outbox"]
COUNTERS: Final[SqlTable] = Table.metadata.tables["counters"]
RESTORES: Final[SqlTable] = Table.metadata.tables["restores"]
MERGEABLE: Final = "reminder"
"""The kind of letters of which several to one person become one, when they could not be sent in time."""

letter: Final = OUTBOX.c
WAITING: Final[ColumnElement[bool]] = letter.state == literal_column("'waiting'")
"""Written out, as in the indexes over waiting letters: a plan kept for every state could not use them."""
HELD: Final[ColumnElement[bool]] = letter.holder != ""


def _behind_another() -> ColumnElement[bool]:
    """Edits and answers whose post is not made yet, and edits of one that is being edited just now."""
    other = OUTBOX.alias("other").c
    unsent = and_(other.edits == "", or_(other.key == letter.edits, other.key == letter.thread))
    being_edited = and_(
        letter.edits != "", other.edits == letter.edits, other.holder != "", other.id != letter.id
    )
    another = exists().where(other.state == literal_column("'waiting'"), or_(unsent, being_edited))
    return and_(or_(letter.edits != "", letter.thread != ""), another)


def _needless() -> ColumnElement[bool]:
    """Of several edits of a post only the newest is needed, and none of a post that was given up."""
    newer, original = OUTBOX.alias("newer").c, OUTBOX.alias("original").c
    overtaken = exists().where(
        newer.edits == letter.edits, newer.state == literal_column("'waiting'"), newer.id > letter.id
    )
    given_up = exists().where(original.key == letter.edits, original.state == "dead")
    being_sent = and_(HELD, letter.not_before > bindparam("now", type_=letter.not_before.type))
    return and_(letter.edits != "", ~being_sent, or_(overtaken, given_up))


BEHIND_ANOTHER: Final = _behind_another()

TAKE_TURN: Final = select(COUNTERS.c.value).where(COUNTERS.c.name == OUTBOX_TURN).with_for_update()
"""Claims follow one another, so that none decides on what another is just changing."""

DROP_NEEDLESS_EDITS: Final = (
    update(OUTBOX)
    .where(WAITING, _needless())
    .values(state="superseded", holder="", settled_at=bindparam("now", type_=letter.settled_at.type))
)

KNOWN_UNTIL: Final = (
    select(func.max(RESTORES.c.knows_until)).where(RESTORES.c.at >= letter.due_at).scalar_subquery()
)
"""Until when a copy that was restored knows of posts, for a letter that was due before."""

NEXT: Final = (
    select(*OUTBOX.columns, KNOWN_UNTIL.label("known_until"))
    .where(
        WAITING,
        or_(letter.not_before <= bindparam("now"), letter.not_before > bindparam("far")),
        ~BEHIND_ANOTHER,
        or_(letter.recipient == "", bindparam("posts_may_go")),
        or_(letter.recipient != "", bindparam("edits_may_go")),
        letter.recipient.not_in(bindparam("busy", expanding=True)),
    )
    .order_by(letter.urgency, letter.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=OUTBOX)
)
"""Letters that may be sent now: the most urgent first, then the oldest."""

LEASE: Final = (
    update(OUTBOX)
    .where(letter.id == bindparam("row"))
    .values(
        holder=bindparam("by"),
        not_before=bindparam("until", type_=letter.not_before.type),
        attempts=letter.attempts + 1,
    )
)

_OURS: Final = (WAITING, letter.id == bindparam("row"), letter.holder == bindparam("by"))
_ENDED: Final = update(OUTBOX).where(*_OURS)
_AT: Final = bindparam("at", type_=letter.settled_at.type)
_ERROR: Final = bindparam("said", type_=letter.error.type)

SETTLE: Final = _ENDED.values(
    state="sent", holder="", channel=bindparam("where"), ts=bindparam("which"), settled_at=_AT, error=""
)
PUT_OFF: Final = _ENDED.values(
    holder="", not_before=bindparam("until", type_=letter.not_before.type), error=_ERROR
)
BURY: Final = _ENDED.values(state="dead", holder="", settled_at=_AT, error=_ERROR)

FIRST_TRIES: Final = (
    select(letter.recipient, func.min(letter.not_before))
    .where(WAITING, ~BEHIND_ANOTHER)
    .group_by(letter.recipient)
)
"""By recipient, when the first letter may be tried; edits have none."""

STALE_BESIDE: Final = (
    select(letter.key)
    .where(WAITING, ~HELD, letter.recipient == bindparam("person"), letter.id != bindparam("row"))
    .where(letter.kind == MERGEABLE, letter.edits == "", letter.attempts == 0)
    .where(letter.due_at < bindparam("stale_before"))
    .order_by(letter.due_at, letter.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
"""What went stale beside a reminder to the same person, and nobody has tried to send yet."""
