"""Homes right after every change: those that no longer show what is so are published anew, once each.

What a Home shows is read after it was claimed, so what changes meanwhile is wanted again. Nothing is
published that was published already; when Slack asks to wait, or does not answer, that Home alone waits.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot import home
from bot.delivery import LEASE, waiting_time
from bot.desk import Desk
from bot.errors import DeliveryError, RateLimited, Rejected
from bot.home import HomeView
from bot.overview import Home
from bot.ports import LONGEST_REST, Clock

logger = logging.getLogger(__name__)

LOOKED_AT: Final = timedelta(days=30)
"""A Home that nobody opened for so long is drawn when it is opened again."""


class Publisher(Protocol):
    """Slack's App Home of each person."""

    def publish(self, user: str, view: Mapping[str, object]) -> None:
        """Put this view on their Home; repeating it does no harm. Raises DeliveryError."""


DrawHome = Callable[[HomeView, Desk], Mapping[str, object]]


@dataclass(slots=True)
class Redrawer:
    """Draws Homes: at once for who opens theirs, one by one for whom a change concerns.

    Two clocks, as the Postman's: `now` is the desk's, `lease_clock` the machine's. Slack counts the calls
    for all Homes together: once it asks to wait, none is tried before `_rests_until`.
    """

    desk: Desk
    publisher: Publisher
    draw: DrawHome
    now: Clock
    lease_clock: Clock
    _rests_until: datetime | None = None

    def open(self, user: str) -> None:
        """They look at their Home now: publish it as it is, in any case. Raises DeliveryError."""
        sees = home.sees(self.desk, user)
        with self.desk.memory.write() as work:
            theirs = work.homes.open(user, sees, self.now())
        view = self._view(user)
        self.publisher.publish(user, view)
        self._settle(theirs, _face(view))

    def redraw_next(self) -> bool:
        """Publish one Home that is no longer right; False if there is none that may be tried now."""
        theirs = None if self._rests() else self._claimed()
        if theirs is None:
            return False
        try:
            self._redraw(theirs)
        except RateLimited as error:
            wait = timedelta(seconds=error.seconds)
            self._rests_until = self.lease_clock() + wait
            self._put_off(theirs, wait, str(error))
        except Rejected as error:
            logger.warning("the Home of %s is left until they open it: %s", theirs.user, error)
            with self.desk.memory.write() as work:
                work.homes.forget(theirs.user)
        except DeliveryError as error:
            self._put_off(theirs, waiting_time(theirs.tries), str(error))
        except Exception as error:
            # Whatever is wrong with one Home, the others still have to be drawn.
            logger.exception("the Home of %s could not be drawn", theirs.user)
            self._put_off(theirs, waiting_time(theirs.tries), type(error).__name__)
        return True

    def _rests(self) -> bool:
        now, until = self.lease_clock(), self._rests_until
        # Further ahead than any wait lies what was noted before the clock was set back.
        return until is not None and now < until <= now + LONGEST_REST

    def _claimed(self) -> Home | None:
        at, since = self.lease_clock(), self.now() - LOOKED_AT
        with self.desk.memory.read() as work:
            if not work.homes.waiting(at, since):
                return None
        with self.desk.memory.write() as work:
            return work.homes.claim(at, at + LEASE, since)

    def _redraw(self, theirs: Home) -> None:
        view = self._view(theirs.user)
        face = _face(view)
        if face != theirs.face:
            self.publisher.publish(theirs.user, view)
        self._settle(theirs, face)

    def _view(self, user: str) -> Mapping[str, object]:
        with self.desk.memory.read() as work:
            seen = home.view(work, self.desk, user, self.now())
        return self.draw(seen, self.desk)

    def _settle(self, theirs: Home, face: str) -> None:
        with self.desk.memory.write() as work:
            work.homes.drawn(theirs, face)

    def _put_off(self, theirs: Home, wait: timedelta, error: str) -> None:
        logger.warning("the Home of %s is put off for %s: %s", theirs.user, wait, error)
        with self.desk.memory.write() as work:
            work.homes.put_off(theirs, self.lease_clock() + wait)


def _face(view: Mapping[str, object]) -> str:
    """What tells one drawing from another; nothing can be read from it."""
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
