"""Delivery: letters leave the outbox, once each, and what came back is remembered.

Slack has no idempotency key. Every post carries its letter's id as metadata; after a lost reply, or when a
letter is taken up a second time, the channel is searched for that id before anything is posted again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot import cases, confirmations
from bot.cases import CaseView
from bot.confirmations import Tagging
from bot.desk import Desk
from bot.errors import OutcomeUnknown, RateLimited, Rejected
from bot.ports import Clock, Delivery, Letter, Message, Messenger, Posted, Work

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than sending one letter takes, if every call of it runs into its ten seconds."""
LONGEST_WAIT = timedelta(minutes=15)
MOST_ATTEMPTS = 100
"""With these waits, a letter is given up when it could not be sent for a day."""
LOOK_BACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a letter is drawn from."""

    letter: Letter
    about: object
    tagging: Tagging
    at: datetime

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


Draw = Callable[[Drawing, Desk], Message | None]
Subject = Callable[[Work, Desk, Letter, datetime], object]
"""Looks up what a letter without a case is about, such as a digest, when it is sent."""


@dataclass(frozen=True, slots=True)
class Postman:
    """Takes letters to Slack. `draw` answers None for a letter that is no longer owed.

    Two clocks: `now` is the desk's, which says what is due; `lease_clock` is the machine's, by which a
    process that died is told from one that is slow.
    """

    desk: Desk
    messenger: Messenger
    draw: Draw
    now: Clock
    lease_clock: Clock
    subjects: Mapping[str, Subject] = field(default_factory=dict)

    def deliver_next(self) -> bool:
        """Try one letter that waits and may be tried now; False if there is none.

        One at a time: a second one, claimed with the first, might outlive its lease in the queue.
        """
        at = self.lease_clock()
        with self.desk.memory.write() as work:
            claimed = work.outbox.claim(uuid4().hex, at, at + LEASE, most=1)
        for delivery in claimed:
            self._deliver(delivery)
        return bool(claimed)

    def _deliver(self, delivery: Delivery) -> None:
        letter = delivery.letter
        try:
            if letter.edits:
                self._edit(delivery)
            else:
                self._post(delivery)
        except RateLimited as error:
            self._put_off(delivery, timedelta(seconds=error.seconds), str(error))
        except OutcomeUnknown as error:
            self._again_or_bury(delivery, str(error))
        except Rejected as error:
            self._bury(delivery, str(error))
        except Exception as error:
            # Whatever is wrong with one letter, those behind it still have to go out.
            logger.exception("%s: could not be sent", letter.key)
            self._again_or_bury(delivery, type(error).__name__)

    def _post(self, delivery: Delivery) -> None:
        letter, now = delivery.letter, self.now()
        if delivery.attempt > 1 and (found := self._found(delivery)):
            self._settle(delivery, found, self._tagging(posted_at(found)))
            return
        drawing = self._drawing(letter, now)
        message = self.draw(drawing, self.desk)
        posted = None
        if message is not None:
            posted = self.messenger.post(letter.to, message, str(delivery.id), self._thread(letter))
        self._settle(delivery, posted, drawing.tagging)

    def _thread(self, letter: Letter) -> Posted | None:
        """The post below which the letter stands; one that was given up leaves it standing by itself."""
        if not letter.thread:
            return None
        with self.desk.memory.read() as work:
            return work.outbox.posted(letter.thread)

    def _edit(self, delivery: Delivery) -> None:
        letter, now = delivery.letter, self.now()
        with self.desk.memory.read() as work:
            posted = work.outbox.posted(letter.edits)
        drawing = self._drawing(letter, now)
        message = self.draw(drawing, self.desk)
        if posted is not None and message is not None:
            self.messenger.edit(posted, message)
        self._settle(delivery, posted, drawing.tagging)

    def _found(self, delivery: Delivery) -> Posted | None:
        # A sandbox's clock may have been set back since the letter was promised.
        since = min(delivery.promised_at, self.now()) - LOOK_BACK
        return self.messenger.find(delivery.letter.to, str(delivery.id), since, self._thread(delivery.letter))

    def _drawing(self, letter: Letter, now: datetime) -> Drawing:
        with self.desk.memory.read() as work:
            about = self._about(work, letter, now)
        return Drawing(letter, about, self._tagging(now), now)

    def _tagging(self, at: datetime) -> Tagging:
        with self.desk.memory.read() as work:
            return confirmations.tagging(self.desk.today(work, at), at)

    def _about(self, work: Work, letter: Letter, now: datetime) -> object:
        subject = self.subjects.get(letter.kind)
        if subject is not None:
            return subject(work, self.desk, letter, now)
        if letter.case_number is None:
            raise LookupError(f"Nothing says what a letter of kind {letter.kind} is about.")
        return cases.view(work, self.desk, letter.case_number, now)

    def _settle(self, delivery: Delivery, posted: Posted | None, tagging: Tagging) -> None:
        letter = delivery.letter
        with self.desk.memory.write() as work:
            if not work.outbox.settle(delivery, posted, self.lease_clock()):
                logger.warning("%s: the lease had gone to another process before it was settled", letter.key)
            elif letter.kind == "confirmation" and posted is not None and not letter.edits:
                number, occasion = letter.case_number, letter.data["occasion"]
                assert number is not None
                confirmations.posted(work, self.desk, number, occasion, tagging.people, posted_at(posted))

    def _again_or_bury(self, delivery: Delivery, error: str) -> None:
        if delivery.attempt >= MOST_ATTEMPTS:
            self._bury(delivery, error)
        else:
            self._put_off(delivery, waiting_time(delivery.attempt), error)

    def _put_off(self, delivery: Delivery, wait: timedelta, error: str) -> None:
        logger.warning("%s: put off for %s: %s", delivery.letter.key, wait, error)
        with self.desk.memory.write() as work:
            work.outbox.put_off(delivery, self.lease_clock() + wait, error)

    def _bury(self, delivery: Delivery, error: str) -> None:
        logger.error("%s: given up: %s", delivery.letter.key, error)
        with self.desk.memory.write() as work:
            work.outbox.bury(delivery, error, self.lease_clock())
