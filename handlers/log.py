"""What the log is spared: while a database is away, the same trouble a hundred times a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

EVERY: Final = 60.0
"""Seconds between two lines of the same trouble."""


@dataclass
class OnceAMinute(logging.Filter):
    """Lets the same warning through once a minute, and says how many were not written.

    Exceptions are the same by their class and what is said of them, whatever it is about; other lines, word
    for word. `clock` is in seconds.
    """

    clock: Callable[[], float] = time.monotonic
    _last: dict[tuple[str, str, str], float] = field(default_factory=dict)
    _unsaid: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        super().__init__()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written."""
        if record.levelno < logging.WARNING:
            return True
        kind = record.exc_info[0] if record.exc_info else None
        said = str(record.msg) if kind else record.getMessage()
        trouble = (record.name, said, kind.__qualname__ if kind else "")
        with self._turn:
            now, last = self.clock(), self._last.get(trouble)
            if last is not None and now - last < EVERY:
                self._unsaid[trouble] = self._unsaid.get(trouble, 0) + 1
                return False
            self._forget(now)
            self._last[trouble] = now
            unsaid = self._unsaid.pop(trouble, 0)
        if unsaid:
            record.msg = f"{record.getMessage()} ({unsaid} more like this were not written)"
            record.args = ()
        return True

    def _forget(self, now: float) -> None:
        """Let go of what has not come again, so that a year's log fits the memory."""
        old = [each for each, last in self._last.items() if now - last >= EVERY and each not in self._unsaid]
        for each in old:
            del self._last[each]
