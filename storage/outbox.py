"""The outbox. A letter is claimed by a lease: while it runs, its holder alone may settle the letter.

Lease times (`now` of `claim`, `settle` and `bury`, `lease_until`, `until`) are the machine's clock; only
`put` is told the desk's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from bot.pace import EDITS, EVERYWHERE, UNHURRIED, Paces
from bot.ports import Delivery, Letter, Outbox, Posted
from bot.urgency import urgency_of
from storage.homes import tell
from storage.inserting import insert_new
from storage.locking import locked
from storage.pacing import LONG_AGO, LONGEST_WAIT, Pacing
from storage.tables import OUTBOX_TURN, CounterRow, OutboxRow, PaceRow, RestoreRow

DELIVERERS: Final = ("leads", "admins")
"""The audiences of Home that see what could not be delivered."""
AT_ONCE: Final = LONG_AGO
WAITING: Final = col(OutboxRow.state) == "waiting"
HELD: Final = col(OutboxRow.holder) != ""
MERGEABLE: Final = "reminder"
"""The kind of letters of which several to one person become one, when they could not be sent in time."""
MANY: Final = 3
Found = tuple[OutboxRow, datetime | None]
"""A letter; and, if it was due before a copy was restored, until when that copy knows of its post."""


@dataclass(frozen=True, slots=True)
class OutboxStore(Outbox):
    """Letters in one transaction."""

    session: Session

    def put(self, letters: Iterable[Letter], now: datetime) -> None:
        for letter in letters:
            insert_new(self.session, OutboxRow, _values(self._told_of_its_post(letter), now))

    def claim(
        self,
        holder: str,
        now: datetime,
        lease_until: datetime,
        most: int,
        paces: Paces | None = None,
        stale_before: datetime | None = None,
    ) -> Sequence[Delivery]:
        self._take_turn()
        self._drop_needless_edits(now)
        if paces is None:
            return self._leased(self._next(now, most, ()), holder, lease_until)
        pacing = Pacing(self.session, paces)
        claimed: list[Delivery] = []
        while len(claimed) < most and (found := self._next(now, 1, pacing.busy(now))):
            ((row, _),) = found
            if stale_before is not None:
                self._merge(row, stale_before, now)
            claimed += self._leased(found, holder, lease_until)
            pacing.take(row.recipient, now, lease_until)
        return tuple(claimed)

    def merged(self, key: str) -> Sequence[Letter]:
        query = select(OutboxRow).where(OutboxRow.merged_into == key, OutboxRow.state == "merged")
        in_order = query.order_by(col(OutboxRow.due_at), col(OutboxRow.id))
        return tuple(map(_letter, self.session.exec(in_order)))

    def letter(self, key: str) -> Letter | None:
        row = self.session.exec(select(OutboxRow).where(OutboxRow.key == key)).one_or_none()
        return _letter(row) if row else None

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
            .where(col(OutboxRow.state).in_(("waiting", "sent", "merged")))
            .order_by(col(OutboxRow.id))
        )
        return tuple(_letter(row) for row in self.session.exec(query))

    def settle(self, delivery: Delivery, posted: Posted | None, now: datetime) -> bool:
        channel, ts = (posted.channel, posted.ts) if posted else (None, None)
        return self._end(delivery, LONG_AGO, state="sent", channel=channel, ts=ts, settled_at=now, error="")

    def put_off(self, delivery: Delivery, until: datetime, error: str, holds: bool = False) -> None:
        self._end(delivery, until if holds else LONG_AGO, not_before=until, error=error)

    def bury(self, delivery: Delivery, error: str, now: datetime) -> None:
        if self._end(delivery, LONG_AGO, state="dead", settled_at=now, error=error):
            self._unmerge(delivery.letter.key)
            tell(self.session, DELIVERERS)

    def release_all(self) -> None:
        self._update(WAITING, HELD, holder="", not_before=AT_ONCE)
        self.session.exec(update(PaceRow).values(taken_until=LONG_AGO))

    def next_try(self, paces: Paces | None = None) -> datetime | None:
        query = (
            select(OutboxRow.recipient, func.min(OutboxRow.not_before))
            .where(WAITING, ~_behind_another())
            .group_by(col(OutboxRow.recipient))
        )
        free = Pacing(self.session, paces).free_at() if paces else {}
        tries = (_free_from(free, recipient, first) for recipient, first in self.session.exec(query))
        return min(tries, default=None)

    def _told_of_its_post(self, letter: Letter) -> Letter:
        """An edit of a letter that another speaks for is an edit of that one's post."""
        if not letter.edits:
            return letter
        query = select(OutboxRow.merged_into).where(OutboxRow.key == letter.edits)
        carrier = self.session.exec(query.where(OutboxRow.state == "merged")).one_or_none()
        return replace(letter, edits=carrier) if carrier else letter

    def _next(self, now: datetime, most: int, busy: Iterable[str]) -> Sequence[Found]:
        """Letters that may be sent now."""
        known = select(func.max(RestoreRow.knows_until)).where(RestoreRow.at >= OutboxRow.due_at)
        query = (
            select(OutboxRow, known.scalar_subquery())
            .where(WAITING, _may_be_tried(now), ~_behind_another(), *_not_in(busy))
            .order_by(col(OutboxRow.urgency), col(OutboxRow.id))
            .limit(most)
        )
        fresh = query.execution_options(populate_existing=True)
        held = fresh.with_for_update(skip_locked=True, of=OutboxRow)
        return [(row, since) for row, since in self.session.exec(held)]

    def _leased(self, found: Sequence[Found], holder: str, lease_until: datetime) -> tuple[Delivery, ...]:
        for row, _ in found:
            row.holder, row.not_before = holder, lease_until
            row.attempts += 1
        self.session.flush()
        return tuple(_delivery(row, since) for row, since in found)

    def _merge(self, row: OutboxRow, stale_before: datetime, now: datetime) -> None:
        """Let a reminder that is late speak for the others that are, if nobody has tried to send them yet."""
        if not _is_mergeable(row) or row.due_at >= stale_before:
            return
        query = (
            select(OutboxRow)
            .where(WAITING, ~HELD, OutboxRow.recipient == row.recipient, OutboxRow.id != row.id)
            .where(OutboxRow.kind == MERGEABLE, OutboxRow.edits == "", OutboxRow.attempts == 0)
            .where(OutboxRow.due_at < stale_before)
        )
        others = self.session.exec(query).all()
        if len(others) < MANY - 1:
            return
        for other in others:
            other.state, other.merged_into, other.settled_at = "merged", row.key, now
        self.session.flush()
        keys = [other.key for other in others]
        self._update(WAITING, col(OutboxRow.edits).in_(keys), edits=row.key)

    def _unmerge(self, key: str) -> None:
        """Its post was given up: each that it spoke for is sent by itself."""
        spoken_for = and_(col(OutboxRow.state) == "merged", col(OutboxRow.merged_into) == key)
        self._update(spoken_for, state="waiting", merged_into="", settled_at=None)

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

    def _end(self, delivery: Delivery, channel_free_at: datetime, **values: object) -> bool:
        """End a lease, if this delivery still holds it, and let others speak in its channel."""
        ours = and_(col(OutboxRow.id) == delivery.id, col(OutboxRow.holder) == delivery.holder)
        if self._update(WAITING, ours, holder="", **values) != 1:
            return False
        Pacing(self.session, UNHURRIED).give_back(delivery.letter.to, channel_free_at)
        return True

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


def _may_be_tried(now: datetime) -> ColumnElement[bool]:
    """Its time has come; one that lies absurdly far ahead was put off before the clock was set back."""
    return or_(col(OutboxRow.not_before) <= now, col(OutboxRow.not_before) > now + LONGEST_WAIT)


def _not_in(busy: Iterable[str]) -> list[ColumnElement[bool]]:
    names = frozenset(busy)
    posts, channels = col(OutboxRow.recipient) != "", sorted(names - {EVERYWHERE, EDITS})
    return [
        *([~posts] if EVERYWHERE in names else []),
        *([posts] if EDITS in names else []),
        *([col(OutboxRow.recipient).not_in(channels)] if channels else []),
    ]


def _is_mergeable(row: OutboxRow) -> bool:
    return row.kind == MERGEABLE and not row.edits and row.attempts == 0


def _free_from(free: Mapping[str, datetime], recipient: str, first: datetime) -> datetime:
    names = (recipient, EVERYWHERE) if recipient else (EDITS,)
    return max(first, *(free.get(name, LONG_AGO) for name in names))


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
        "urgency": urgency_of(letter),
        "due_at": letter.due or now,
        "merged_into": "",
    }


def _letter(row: OutboxRow) -> Letter:
    return Letter(
        row.key, row.kind, row.case_number, row.recipient, row.edits, row.data, row.thread, row.due_at
    )


def _delivery(row: OutboxRow, known_until: datetime | None) -> Delivery:
    since = [row.promised_at] if row.attempts > 1 or known_until else []
    since += [known_until] if known_until else []
    lease_until, seek_since = row.not_before, min(since, default=None)
    return Delivery(row.id, _letter(row), row.attempts, row.promised_at, row.holder, lease_until, seek_since)
