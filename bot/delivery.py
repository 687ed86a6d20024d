"""Delivery: letters leave the outbox, once each, and what came back is remembered.

Slack has no idempotency key. Every post carries its letter's mark as metadata; after a lost reply, when a
letter is taken up a second time, or after a copy of the database was restored, the channel is searched for
that mark before anything is posted. Who comes too late with a post takes it away again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot import cases, confirmations
from bot.cases import CaseView
from bot.confirmations import Tagging
from bot.desk import Desk
from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected
from bot.pace import UNHURRIED, Paces
from bot.ports import Clock, Message, Messenger, Work
from bot.stored import Delivery, Letter, Posted

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than sending one letter takes, if every call of it runs into its ten seconds."""
LONGEST_WAIT = timedelta(minutes=15)
MOST_ATTEMPTS = 100
"""With these waits, a letter is given up when it could not be sent for a day."""
HELD_UP = 12
"""So many attempts long, over an hour, a letter keeps those behind it in its channel waiting: for their
order, and so that those which Slack has not seen yet can go together afterwards."""
LOOK_BACK = timedelta(minutes=5)
NOBODY = Tagging((), None)
STALE = timedelta(minutes=15)
"""A reminder that is so late goes together with others that are."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a letter is drawn from. `together` are those that its post speaks for too, with their cases."""

    letter: Letter
    about: object
    tagging: Tagging
    at: datetime
    together: tuple[tuple[Letter, CaseView], ...] = ()

    @property
    def view(self) -> CaseView:
        """The case that the letter is about."""
        if not isinstance(self.about, CaseView):
            raise TypeError(f"The letter {self.letter.key} is not about a case.")
        return self.about


def posted_at(posted: Posted) -> datetime:
    """When a post was made, by Slack's clock: its `ts` is seconds since 1970."""
    return datetime.fromtimestamp(float(posted.ts), UTC)


def waiting_time(attempt: int) -> timedelta:
    """How long to wait after the attempt of that number: 2 seconds, then ever twice as long."""
    return min(timedelta(seconds=1 << min(attempt, 20)), LONGEST_WAIT)


def mark_of(letter: Letter) -> str:
    """What a post is known by: the same for the same letter in every copy of the database, 32 hex digits."""
    return hashlib.sha256(letter.key.encode()).hexdigest()[:32]


Draw = Callable[[Drawing, Desk], Message | None]
Subject = Callable[[Work, Desk, Letter, datetime], object]
"""Looks up what a letter without a case is about, such as a digest, when it is sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It stands in Slack, or was no longer owed; `tagged` is whom it tags."""

    posted: Posted | None
    tagging: Tagging


@dataclass(frozen=True, slots=True)
class PutOff:
    """It could not be sent now. One that `holds` keeps its channel waiting."""

    wait: timedelta
    error: str
    holds: bool


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It cannot be sent."""

    error: str


@dataclass(frozen=True, slots=True)
class TooLate:
    """The lease ran out before anything was said: another process has the letter."""


Outcome = Sent | PutOff | GivenUp | TooLate


@dataclass(frozen=True, slots=True)
class Postman:
    """Takes letters to Slack. `draw` answers None for a letter that is no longer owed.

    Two clocks: `now` is the desk's, which says what is due; `lease_clock` is the machine's, by which a
    process that died is told from one that is slow. `scatter` makes waits of several replicas unlike.
    """

    desk: Desk
    messenger: Messenger
    draw: Draw
    now: Clock
    lease_clock: Clock
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    paces: Paces = UNHURRIED
    scatter: Callable[[], float] = lambda: 1.0
    _doubtful: dict[str, Posted] = field(default_factory=dict)

    def deliver_next(self) -> bool:
        """Try one letter that waits and may be tried now; False if there is none."""
        delivery = self._claimed()
        if delivery is not None:
            self.deliver(delivery)
        return delivery is not None

    def deliver_all(self, stopped: Callable[[], bool], another: Callable[[], None]) -> None:
        """Send what waits, one letter after the other, until none may go or it is `stopped`.

        One at a time: a second one, claimed with the first, might outlive its lease in the queue. It is
        claimed as the one before it is settled, in the same transaction. `another` is told of each, so that
        another thread may look for more.
        """
        delivery = None if stopped() else self._claimed()
        while delivery is not None:
            another()
            delivery = self._settled(delivery, self._outcome(delivery), go_on=not stopped())

    def deliver(self, delivery: Delivery) -> None:
        """Send a letter that was claimed."""
        self._settled(delivery, self._outcome(delivery), go_on=False)

    def next_try(self) -> datetime | None:
        """When the next letter may be sent (the machine's clock); None if none waits."""
        with self.desk.memory.read() as work:
            return work.outbox.next_try(self.paces)

    def _claimed(self) -> Delivery | None:
        self._clear_doubts()
        with self.desk.memory.write() as work:
            return self._claim(work)

    def _claim(self, work: Work) -> Delivery | None:
        at = self.lease_clock()
        claimed = work.outbox.claim(uuid4().hex, at, at + LEASE, 1, self.paces, self.now() - STALE)
        return next(iter(claimed), None)

    def _outcome(self, delivery: Delivery) -> Outcome:
        letter = delivery.letter
        try:
            return self._edited(delivery) if letter.edits else self._posted(delivery)
        except RateLimited as error:
            return PutOff(min(timedelta(seconds=error.seconds), LONGEST_WAIT), str(error), holds=True)
        except OutcomeUnknown as error:
            holds = delivery.attempt < HELD_UP and not letter.edits
            return self._again_or_never(delivery, str(error), holds=holds)
        except Rejected as error:
            return GivenUp(str(error))
        except Exception as error:
            # Whatever is wrong with one letter, those behind it still have to go out.
            logger.exception("%s: could not be sent", letter.key)
            return self._again_or_never(delivery, type(error).__name__, holds=False)

    def _posted(self, delivery: Delivery) -> Outcome:
        letter, now = delivery.letter, self.now()
        if delivery.seek_since is not None and (found := self._found(delivery, delivery.seek_since)):
            with self.desk.memory.read() as work:
                return Sent(found, self._tagged(work, letter, posted_at(found)))
        drawing = self.drawing(letter, now)
        message = self.draw(drawing, self.desk)
        if message is None:
            return Sent(None, drawing.tagging)
        thread = self._thread(letter)
        if self.lease_clock() >= delivery.lease_until:
            return TooLate()
        posted = self.messenger.post(letter.to, message, mark_of(letter), thread)
        return Sent(posted, drawing.tagging)

    def _thread(self, letter: Letter) -> Posted | None:
        """The post below which the letter stands; one that was given up leaves it standing by itself."""
        if not letter.thread:
            return None
        with self.desk.memory.read() as work:
            return work.outbox.posted(letter.thread)

    def _edited(self, delivery: Delivery) -> Outcome:
        letter, now = delivery.letter, self.now()
        with self.desk.memory.read() as work:
            posted = work.outbox.posted(letter.edits)
            original = work.outbox.letter(letter.edits) if work.outbox.merged(letter.edits) else None
        drawing = self.drawing(replace(original, edits=original.key) if original else letter, now)
        message = self.draw(drawing, self.desk)
        if self.lease_clock() >= delivery.lease_until:
            return TooLate()
        if posted is not None and message is not None:
            self.messenger.edit(posted, message)
        return Sent(posted, drawing.tagging)

    def _found(self, delivery: Delivery, seek_since: datetime) -> Posted | None:
        # A sandbox's clock may have been set back since the letter was promised.
        since, letter = min(seek_since, self.now()) - LOOK_BACK, delivery.letter
        return self.messenger.find(letter.to, mark_of(letter), since, self._thread(letter))

    def drawing(self, letter: Letter, now: datetime) -> Drawing:
        """What a letter is drawn from, as things stand."""
        with self.desk.memory.read() as work:
            about = self._about(work, letter, now)
            together = self._together(work, letter, now)
            tagging = self._tagged(work, letter, now)
        return Drawing(letter, about, tagging, now, together)

    def _together(self, work: Work, letter: Letter, now: datetime) -> tuple[tuple[Letter, CaseView], ...]:
        if letter.kind != "reminder":
            return ()
        merged = work.outbox.merged(letter.edits or letter.key)
        numbered = ((each, each.case_number) for each in merged if each.case_number is not None)
        return tuple((each, cases.view(work, self.desk, number, now)) for each, number in numbered)

    def _tagged(self, work: Work, letter: Letter, at: datetime) -> Tagging:
        """Only a Concert check tags."""
        if letter.kind != "confirmation":
            return NOBODY
        return confirmations.tagging(self.desk.today(work, at), at)

    def _about(self, work: Work, letter: Letter, now: datetime) -> object:
        subject = self.subjects.get(letter.kind)
        if subject is not None:
            return subject(work, self.desk, letter, now)
        if letter.case_number is None:
            raise LookupError(f"Nothing says what a letter of kind {letter.kind} is about.")
        return cases.view(work, self.desk, letter.case_number, now)

    def _settled(self, delivery: Delivery, outcome: Outcome, *, go_on: bool) -> Delivery | None:
        """Write down what became of a letter; to go on is to claim the next in the same transaction."""
        self._clear_doubts()
        with self.desk.memory.write() as work:
            self._settle(work, delivery, outcome)
            return self._claim(work) if go_on else None

    def _settle(self, work: Work, delivery: Delivery, outcome: Outcome) -> None:
        letter, at = delivery.letter, self.lease_clock()
        match outcome:
            case Sent(posted, tagging):
                if not work.outbox.settle(delivery, posted, at):
                    self._came_late(letter, posted)
                elif letter.kind == "confirmation" and posted is not None and not letter.edits:
                    number, occasion = letter.case_number, letter.data["occasion"]
                    assert number is not None
                    people = tagging.people
                    confirmations.posted(work, self.desk, number, occasion, people, posted_at(posted))
            case PutOff(wait, error, holds):
                logger.warning("%s: put off for %s: %s", letter.key, wait, error)
                work.outbox.put_off(delivery, at + wait, error, holds)
            case GivenUp(error):
                logger.error("%s: given up: %s", letter.key, error)
                work.outbox.bury(delivery, error, at)
            case TooLate():
                logger.warning("%s: not sent, the lease had run out", letter.key)

    def _again_or_never(self, delivery: Delivery, error: str, *, holds: bool) -> Outcome:
        if delivery.attempt >= MOST_ATTEMPTS:
            return GivenUp(error)
        return PutOff(waiting_time(delivery.attempt) * self.scatter(), error, holds)

    def _came_late(self, letter: Letter, posted: Posted | None) -> None:
        """Another process had taken the letter: whether it has posted it too shows when it settles."""
        logger.warning("%s: the lease had gone to another process before it was settled", letter.key)
        if posted is not None and not letter.edits:
            self._doubtful[letter.key] = posted

    def _clear_doubts(self) -> None:
        """Take away each late post whose letter stands elsewhere; it is the same words, said twice."""
        for key, posted in tuple(self._doubtful.items()):
            with self.desk.memory.read() as work:
                standing = work.outbox.posted(key)
            if standing is None:
                continue
            try:
                if standing != posted:
                    self.messenger.delete(posted)
                    logger.warning("%s: had been posted twice, the later one was taken away", key)
                self._doubtful.pop(key, None)
            except DeliveryError as error:
                logger.warning("%s: stands twice, to be taken away: %s", key, error)
                if isinstance(error, Rejected):
                    self._doubtful.pop(key, None)
