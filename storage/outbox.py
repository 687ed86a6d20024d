"""The outbox. A letter is claimed by a lease: while it runs, its holder alone may settle the letter.

Lease times (`now` of `claim`, `settle` and `bury`, `lease_until`, `until`) are the machine's clock; only
`put` is told the desk's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from bot.ports import Delivery, Letter, Outbox, Posted
from storage.homes import tell
from storage.inserting import insert_new
from storage.locking import locked
from storage.tables import OUTBOX_TURN, CounterRow, OutboxRow

DELIVERERS: Final = ("leads", "admins")
"""The audiences of Home that see what could not be delivered."""
AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
WAITING: Final = col(OutboxRow.state) == "waiting"
HELD: Final = col(OutboxRow.holder) != ""


@dataclass(frozen=True, slots=True)
class OutboxStore(Outbox):
    """Letters in one transaction."""

    session: Session

    def put(self, letters: Iterable[Letter], now: datetime) -> None:
        for letter in letters:
            insert_new(self.session, OutboxRow, _values(letter, now))

    def claim(self, holder: str, now: datetime, lease_until: datetime, most: int) -> Sequence[Delivery]:
        self._take_turn()
        self._drop_needless_edits(now)
        query = (
            select(OutboxRow)
            .where(WAITING, OutboxRow.not_before <= now, ~_behind_another())
            .order_by(col(OutboxRow.id))
            .limit(most)
        )
        rows = self.session.exec(locked(self.session, query, skip_locked=True)).all()
        for row in rows:
            row.holder, row.not_before = holder, lease_until
            row.attempts += 1
        self.session.flush()
        return tuple(_delivery(row) for row in rows)

    def posted(self, key: str) -> Posted | None:
        query = select(OutboxRow.channel, OutboxRow.ts).where(OutboxRow.key == key, OutboxRow.state == "sent")
        channel, ts = self.session.exec(query).one_or_none() or (None, None)
        return Posted(channel, ts) if channel and ts else None

    def letter_at(self, posted: Posted) -> Letter | None:
        query = select(OutboxRow).where(
            OutboxRow.channel == posted.channel, OutboxRow.ts == posted.ts, OutboxRow.edits == ""
        )
        row = self.session.exec(query.limit(1)).one_or_none()
        return _letter(row) if row else None

    def originals(self, case_number: int, kind: str) -> Sequence[Letter]:
        query = (
            select(OutboxRow)
            .where(OutboxRow.case_number == case_number, OutboxRow.kind == kind, OutboxRow.edits == "")
            .where(col(OutboxRow.state).in_(("waiting", "sent")))
            .order_by(col(OutboxRow.id))
        )
        return tuple(_letter(row) for row in self.session.exec(query))

    def settle(self, delivery: Delivery, posted: Posted | None, now: datetime) -> bool:
        channel, ts = (posted.channel, posted.ts) if posted else (None, None)
        return self._end(delivery, state="sent", channel=channel, ts=ts, settled_at=now, error="")

    def put_off(self, delivery: Delivery, until: datetime, error: str) -> None:
        self._end(delivery, not_before=until, error=error)

    def bury(self, delivery: Delivery, error: str, now: datetime) -> None:
        self._end(delivery, state="dead", settled_at=now, error=error)
        tell(self.session, DELIVERERS)

    def release_all(self) -> None:
        self._update(WAITING, HELD, holder="", not_before=AT_ONCE)

    def next_try(self) -> datetime | None:
        query = select(func.min(OutboxRow.not_before)).where(WAITING, ~_behind_another())
        return self.session.exec(query).one()

    def _take_turn(self) -> None:
        """Claims follow one another, so that none decides on what another is just changing."""
        self.session.exec(
            locked(self.session, select(CounterRow).where(CounterRow.name == OUTBOX_TURN))
        ).one()

    def _drop_needless_edits(self, now: datetime) -> None:
        """Of several edits of a post only the newest is needed, and none of a post that was given up."""
        newer, original = aliased(OutboxRow), aliased(OutboxRow)
        overtaken = exists().where(
            col(newer.edits) == OutboxRow.edits, col(newer.state) == "waiting", col(newer.id) > OutboxRow.id
        )
        given_up = exists().where(col(original.key) == OutboxRow.edits, col(original.state) == "dead")
        being_sent = and_(HELD, col(OutboxRow.not_before) > now)
        needless = and_(col(OutboxRow.edits) != "", ~being_sent, or_(overtaken, given_up))
        self._update(WAITING, needless, state="superseded", holder="", settled_at=now)

    def _end(self, delivery: Delivery, **values: object) -> bool:
        """End a lease, if this delivery still holds it."""
        ours = and_(col(OutboxRow.id) == delivery.id, col(OutboxRow.holder) == delivery.holder)
        return self._update(WAITING, ours, holder="", **values) == 1

    def _update(self, *where: ColumnElement[bool], **values: object) -> int:
        statement = update(OutboxRow).where(*where).values(**values)
        return self.session.exec(statement, execution_options={"synchronize_session": False}).rowcount


def _behind_another() -> ColumnElement[bool]:
    """Edits and answers whose post is not made yet, and edits of one that is being edited just now."""
    other = aliased(OutboxRow)
    unsent = and_(
        col(other.edits) == "", or_(col(other.key) == OutboxRow.edits, col(other.key) == OutboxRow.thread)
    )
    being_edited = and_(
        col(OutboxRow.edits) != "",
        col(other.edits) == OutboxRow.edits,
        col(other.holder) != "",
        col(other.id) != OutboxRow.id,
    )
    another = exists().where(col(other.state) == "waiting", or_(unsent, being_edited))
    return and_(or_(col(OutboxRow.edits) != "", col(OutboxRow.thread) != ""), another)


def _values(letter: Letter, now: datetime) -> dict[str, object]:
    return {
        "key": letter.key,
        "kind": letter.kind,
        "case_number": letter.case_number,
        "recipient": letter.to,
        "edits": letter.edits,
        "thread": letter.thread,
        "data": dict(letter.data),
        "state": "waiting",
        "attempts": 0,
        "promised_at": now,
        "not_before": AT_ONCE,
        "holder": "",
        "error": "",
        "urgency": letter.urgency,
        "due_at": letter.due or now,
        "merged_into": "",
    }


def _letter(row: OutboxRow) -> Letter:
    return Letter(
        row.key,
        row.kind,
        row.case_number,
        row.recipient,
        row.edits,
        row.data,
        row.thread,
        row.urgency,
        row.due_at,
    )


def _delivery(row: OutboxRow) -> Delivery:
    return Delivery(row.id, _letter(row), row.attempts, row.promised_at, row.holder, row.not_before)
