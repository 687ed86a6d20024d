"""The outbox. A letter is claimed by a lease: while it runs, its holder alone may settle the letter.

Lease times (`now` of `claim`, `settle` and `bury`, `lease_until`, `until`) are the machine's clock; only
`put` is told the desk's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from bot.pace import EDITS, EVERYWHERE, UNHURRIED, Paces
from bot.ports import Outbox
from bot.stored import Delivery, Letter, Posted
from bot.urgency import urgency_of
from storage import letter_statements as statements
from storage.homes import tell
from storage.inserting import insert_new
from storage.letter_statements import MERGEABLE
from storage.pacing import LONG_AGO, LONGEST_WAIT, Pacing
from storage.tables import CaseRow, OutboxRow, PaceRow

DELIVERERS: Final = ("leads", "admins")
"""The audiences of Home that see what could not be delivered."""
AT_ONCE: Final = LONG_AGO
MANY: Final = 3
"""From so many on, reminders that went stale go together."""
MOST_TOGETHER: Final = 40
"""As many as can be drawn well within a lease; what is over goes in another message."""


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
        self.session.flush()
        if self.session.get_bind().dialect.name != "sqlite":
            # SQLite lets one write at a time: its transaction is the turn.
            self._run(statements.TAKE_TURN)
        if paces is None:
            return tuple(self._leased(row, holder, lease_until) for row in self._next(now, most, ()))
        pacing = Pacing(self.session, paces)
        claimed: list[Delivery] = []
        while len(claimed) < most:
            running = pacing.running(now)
            row = next(iter(self._next(now, 1, pacing.busy(running, now))), None)
            if row is None:
                break
            if stale_before is not None:
                self._merge(row, stale_before, now)
            claimed.append(self._leased(row, holder, lease_until))
            pacing.take(row.recipient, running, now, lease_until)
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
        query = _originals(kind).where(OutboxRow.case_number == case_number).order_by(col(OutboxRow.id))
        return tuple(_letter(row) for row in self.session.exec(query))

    def latest_original(self, installer_key: str, since: datetime, kind: str) -> Letter | None:
        query = _originals(kind).join(CaseRow, col(CaseRow.number) == OutboxRow.case_number)
        theirs = query.where(CaseRow.installer_key == installer_key, CaseRow.opened_at >= since)
        newest_first = theirs.order_by(col(CaseRow.opened_at).desc(), col(OutboxRow.id))
        row = self.session.exec(newest_first.limit(1)).one_or_none()
        return _letter(row) if row else None

    def settle(self, delivery: Delivery, posted: Posted | None, now: datetime) -> bool:
        where, which = (posted.channel, posted.ts) if posted else (None, None)
        return self._end(delivery, LONG_AGO, statements.SETTLE, where=where, which=which, at=now)

    def put_off(self, delivery: Delivery, until: datetime, error: str, holds: bool = False) -> None:
        self._end(delivery, until if holds else LONG_AGO, statements.PUT_OFF, until=until, said=error)

    def bury(self, delivery: Delivery, error: str, now: datetime) -> None:
        if self._end(delivery, LONG_AGO, statements.BURY, at=now, said=error):
            self._unmerge(delivery.letter.key)
            tell(self.session, DELIVERERS)

    def release_all(self) -> None:
        held = (col(OutboxRow.state) == "waiting", col(OutboxRow.holder) != "")
        self._run(update(OutboxRow).where(*held).values(holder="", not_before=AT_ONCE))
        self._run(update(PaceRow).values(taken_until=LONG_AGO))

    def next_try(self, paces: Paces | None = None) -> datetime | None:
        free = Pacing(self.session, paces).free_at() if paces else {}
        found = self._run(statements.FIRST_TRIES)
        return min((_free_from(free, recipient, first) for recipient, first in found), default=None)

    def _told_of_its_post(self, letter: Letter) -> Letter:
        """An edit of a letter that another speaks for is an edit of that one's post.

        The row is locked, so that nobody lets another speak for it before this edit is there to be seen.
        """
        if not letter.edits or letter.kind != MERGEABLE:
            return letter
        query = select(OutboxRow.state, OutboxRow.merged_into).where(OutboxRow.key == letter.edits)
        found = self.session.exec(query.with_for_update(read=True)).one_or_none()
        state, carrier = found or ("", "")
        return replace(letter, edits=carrier) if state == "merged" else letter

    def _next(self, now: datetime, most: int, busy: Iterable[str]) -> Sequence[Any]:
        """Rows of letters that may be sent now. Edits that nobody needs are dropped before one is sent."""
        names = frozenset(busy)
        asked = {
            "now": now,
            "far": now + LONGEST_WAIT,
            "posts_may_go": EVERYWHERE not in names,
            "edits_may_go": EDITS not in names,
            "busy": sorted(names - {EVERYWHERE, EDITS}),
            "most": most,
        }
        found: Sequence[Any] = self._run(statements.NEXT, **asked).all()
        if any(row.edits for row in found) and self._run(statements.DROP_NEEDLESS_EDITS, now=now).rowcount:
            found = self._run(statements.NEXT, **asked).all()
        return found

    def _leased(self, row: Any, holder: str, lease_until: datetime) -> Delivery:
        self._run(statements.LEASE, row=row.id, by=holder, until=lease_until)
        attempt = row.attempts + 1
        since = [row.promised_at] if attempt > 1 or row.known_until else []
        since += [row.known_until] if row.known_until else []
        seek_since = min(since, default=None)
        return Delivery(row.id, _letter(row), attempt, row.promised_at, holder, lease_until, seek_since)

    def _merge(self, row: Any, stale_before: datetime, now: datetime) -> None:
        """Let a reminder that is late speak for the others that are, if nobody has tried to send them yet."""
        if not _is_mergeable(row) or row.due_at >= stale_before:
            return
        beside = {
            "person": row.recipient,
            "row": row.id,
            "stale_before": stale_before,
            "most": MOST_TOGETHER - 1,
        }
        keys = self._run(statements.STALE_BESIDE, **beside).scalars().all()
        if len(keys) < MANY - 1:
            return
        others = update(OutboxRow).where(col(OutboxRow.key).in_(keys))
        self._run(others.values(state="merged", merged_into=row.key, settled_at=now))
        edits = update(OutboxRow).where(col(OutboxRow.edits).in_(keys), col(OutboxRow.state) == "waiting")
        self._run(edits.values(edits=row.key))

    def _unmerge(self, key: str) -> None:
        """Its post was given up: each that it spoke for is sent by itself."""
        spoken_for = (col(OutboxRow.state) == "merged", col(OutboxRow.merged_into) == key)
        values = {"state": "waiting", "merged_into": "", "settled_at": None}
        self._run(update(OutboxRow).where(*spoken_for).values(**values))

    def _end(
        self, delivery: Delivery, channel_free_at: datetime, ending: Executable, **values: object
    ) -> bool:
        """End a lease, if this delivery still holds it, and let others speak in its channel."""
        if self._run(ending, row=delivery.id, by=delivery.holder, **values).rowcount != 1:
            return False
        Pacing(self.session, UNHURRIED).give_back(delivery.letter.to, channel_free_at)
        return True

    def _run(self, statement: Executable, **values: object) -> Any:
        """Run a statement past the session, which keeps no letters."""
        return self.session.connection().execute(statement, values)


def _originals(kind: str) -> SelectOfScalar[OutboxRow]:
    """The letters of a kind that are no edits, sent or still waiting."""
    query = select(OutboxRow).where(OutboxRow.kind == kind, OutboxRow.edits == "")
    return query.where(col(OutboxRow.state).in_(("waiting", "sent", "merged")))


def _is_mergeable(row: Any) -> bool:
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


def _letter(row: Any) -> Letter:
    return Letter(
        row.key, row.kind, row.case_number, row.recipient, row.edits, row.data, row.thread, row.due_at
    )
