"""Lanes: threads that take letters to Slack, apart from the clock, so that a slow Slack delays no ring."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from bot.delivery import Postman

logger = logging.getLogger(__name__)

LANES: Final = 3
"""So many letters are under way at once. More would only wait for Slack's own limits."""
NET: Final = 1.0
"""Seconds after which it is looked again, whatever was heard."""


@dataclass(slots=True)
class Lanes:
    """Sends what waits whenever it is woken, and when a letter that had to wait may go."""

    postman: Postman
    count: int = LANES
    _threads: list[threading.Thread] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _wanted: bool = False
    _look_at: float | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin; what waits already goes at once."""
        self._wanted = True
        for number in range(self.count):
            thread = threading.Thread(target=self._run, name=f"lane-{number + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        """Something may wait: one lane looks, and calls another for each letter that it finds."""
        with self._changed:
            self._wanted = True
            self._changed.notify()

    def stop(self) -> None:
        """Finish the letters that are being sent, take no other."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while self._called():
            try:
                self.postman.deliver_all(self._stopping.is_set, self.wake)
                self._set_look(self._seconds_until_next())
            except Exception:
                logger.exception("letters could not be sent; the next try is a second away")
                self._set_look(NET)

    def _called(self) -> bool:
        """Wait until there may be something to do; False when it is over."""
        with self._changed:
            while not self._stopping.is_set() and not self._wanted:
                left = None if self._look_at is None else self._look_at - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            self._wanted, self._look_at = False, None
            return not self._stopping.is_set()

    def _seconds_until_next(self) -> float | None:
        at = self.postman.next_try()
        return None if at is None else min(NET, (at - self.postman.lease_clock()).total_seconds())

    def _set_look(self, seconds: float | None) -> None:
        with self._changed:
            if seconds is not None:
                at = time.monotonic() + max(0.01, seconds)
                self._look_at = at if self._look_at is None else min(at, self._look_at)
                self._changed.notify()
