"""What the log is spared: while a database is away, the same exception a hundred times a minute."""

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
    """Lets an exception through once a minute, by what is said of it and its class, with how many were not.

    What is no exception is always let through: each such line tells of something of its own. `clock` is in
    seconds.
    """

    clock: Callable[[], float] = time.monotonic
    _last: dict[tuple[str, str, str], float] = field(default_factory=dict)
    _unsaid: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        super().__init__()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written."""
        kind = record.exc_info[0] if record.exc_info else None
        if kind is None:
            return True
        trouble = (record.name, str(record.msg), kind.__qualname__)
        with self._turn:
            now, last = self.clock(), self._last.get(trouble)
            if last is not None and now - last < EVERY:
                self._unsaid[trouble] = self._unsaid.get(trouble, 0) + 1
                return False
            self._last[trouble] = now
            unsaid = self._unsaid.pop(trouble, 0)
        if unsaid:
            record.msg = f"{record.getMessage()} ({unsaid} more like this were not written)"
            record.args = ()
        return True
