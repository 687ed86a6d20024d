"""Whose turn it is to write."""

from __future__ import annotations

import threading
from collections import deque


class Turn:
    """A thread's turn to write. One that already has it is told, where a lock would wait for ever.

    `one_at_a_time` is for SQLite, in the order in which they came: a plain lock lets whoever just had it
    take it again before those who wait wake up. PostgreSQL lets many write, and locks rows.
    """

    def __init__(self, one_at_a_time: bool) -> None:
        self._one_at_a_time = one_at_a_time
        self._mine = threading.local()
        self._guard = threading.Lock()
        self._taken = False
        self._line: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        if getattr(self._mine, "taken", False):
            raise RuntimeError("A transaction was begun inside another. Hand on the Work of the outer one.")
        if self._one_at_a_time:
            self._wait()
        self._mine.taken = True

    def __exit__(self, *_: object) -> None:
        self._mine.taken = False
        if self._one_at_a_time:
            self._hand_on()

    def _wait(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._line.append(called)
        try:
            called.acquire()
        except BaseException:
            self._step_out(called)
            raise

    def _hand_on(self) -> None:
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._taken = False

    def _step_out(self, called: threading.Lock) -> None:
        """Somebody interrupted the waiting; perhaps it was their turn already."""
        with self._guard:
            if called in self._line:
                self._line.remove(called)
                return
        self._hand_on()
