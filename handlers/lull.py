"""First everybody is acknowledged, then begins what that leaves to do: both want the same interpreter.

Slack waits for the one, and nobody for the first milliseconds of the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any, Final, TypeVar

T = TypeVar("T")

MOMENT: Final = 0.002
"""Seconds without anything to acknowledge, after which a burst is over."""
LONGEST: Final = 0.05
"""Seconds after which what was left to do begins in any case."""


class Lull:
    """Entered while something waits for its acknowledgement; `wait` returns when nothing has for a moment."""

    def __init__(self) -> None:
        self._waiting = 0
        self._since = 0.0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._waiting += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._waiting -= 1
            self._since = time.monotonic()

    def wait(self) -> None:
        """Return in the next lull, or when it has been long enough."""
        end = time.monotonic() + LONGEST
        while not self._has_come() and time.monotonic() < end:
            time.sleep(MOMENT)

    def _has_come(self) -> bool:
        return not self._waiting and time.monotonic() - self._since >= MOMENT


class Afterwards(ThreadPoolExecutor):
    """Threads that begin what they are given in the next lull. Until then nothing wakes them."""

    def __init__(self, threads: int, thread_name_prefix: str = "") -> None:
        super().__init__(threads, thread_name_prefix)
        self.lull = Lull()
        self._left: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._starter = threading.Thread(target=self._start, name="lull", daemon=True)
        self._starter.start()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """As every executor does; raises RuntimeError after the shutdown."""
        if not self._starter.is_alive():
            raise RuntimeError("Nothing can be begun after the shutdown.")
        future: Future[T] = Future()
        self._left.put(partial(_run, future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What was given before is begun, and finished where it is waited for."""
        self._left.put(None)
        self._starter.join()
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _start(self) -> None:
        while (work := self._left.get()) is not None:
            self.lull.wait()
            super().submit(work)


def _run(future: Future[T], fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(fn(*args, **kwargs))
    except BaseException as error:  # noqa: BLE001 - whoever holds the future is told
        future.set_exception(error)
