"""Lanes: threads that take letters to Slack, apart from the clock, so that a slow Slack delays no ring."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from bot.ports import Clock

logger = logging.getLogger(__name__)

LANES: Final = 3
"""So many letters are under way at once. More would only wait for Slack's own limits."""
NET: Final = 1.0
"""Seconds after which it is looked again, whatever was heard."""


class Carrier(Protocol):
    """Takes what waits to where it belongs: the postman letters to Slack, a clerk orders to their system."""

    @property
    def lease_clock(self) -> Clock:
        """The clock by which leases run out."""

    def deliver_all(self, stopped: Callable[[], bool], another: Callable[[], None]) -> None:
        """Carry what waits, until none may go or it is `stopped`; `another` calls another lane to help."""

    def next_try(self) -> datetime | None:
        """When the next may go (the machine's clock); None if none waits."""


@dataclass(slots=True)
class Lanes:
    """Carries what waits whenever it is woken, and when something that had to wait may go."""

    carrier: Carrier
    count: int = LANES
    name: str = "lane"
    _threads: list[threading.Thread] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _wanted: bool = False
    _look_at: float | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin; what waits already goes at once."""
        self._wanted = True
        for number in range(self.count):
            thread = threading.Thread(target=self._run, name=f"{self.name}-{number + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        """Something may wait: one lane looks, and calls another for each letter that it finds."""
        with self._changed:
            self._wanted = True
            self._changed.notify()

    def halt(self) -> None:
        """Take nothing more; what is under way is still finished."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()

    def stop(self) -> None:
        """Finish what is under way, take nothing more."""
        self.halt()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while self._called():
            try:
                self.carrier.deliver_all(self._stopping.is_set, self.wake)
                self._set_look(self._seconds_until_next())
            except Exception:
                logger.exception(
                    "%s: what waits could not be carried; the next try is a second away", self.name
                )
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
        at = self.carrier.next_try()
        return None if at is None else min(NET, (at - self.carrier.lease_clock()).total_seconds())

    def _set_look(self, seconds: float | None) -> None:
        with self._changed:
            if seconds is not None:
                at = time.monotonic() + max(0.01, seconds)
                self._look_at = at if self._look_at is None else min(at, self._look_at)
                self._changed.notify()
