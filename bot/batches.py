"""Working off what is due, in small batches, so that nobody who clicks meanwhile waits for long.

A batch is one transaction. What it has taken nobody else has, and it is settled together with everything it
gives, or not at all. One that fails undoes itself alone, and rests before it is tried again.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.ports import LONGEST_REST, Due, Memory, Owed, Work
from bot.stored import Errand, FollowUp

logger = logging.getLogger(__name__)

MOST: Final = 10
"""How many a batch takes. Each locks its case until the batch ends."""
BUDGET: Final = 0.1
"""After so many seconds a batch gives back what it has not begun."""


def rest_after(tries: int) -> timedelta:
    """How long to rest when so many attempts have failed: 2 seconds, then ever twice as long."""
    return min(timedelta(seconds=1 << min(tries, 20)), LONGEST_REST)


def work_off(
    memory: Memory,
    now: datetime,
    due_in: Callable[[Work], Due[Owed]],
    act: Callable[[Work, Owed], None],
    stopped: Callable[[], bool] = lambda: False,
    stopwatch: Callable[[], float] = time.monotonic,
) -> int:
    """Act on all that is due at `now`, the most overdue first, or until it is `stopped`.

    Returns how many went well. What fails is logged, and holds up no other.
    """
    done, more = 0, True
    while more and not stopped():
        with memory.write() as work:
            well, more = _batch(work, due_in(work), act, now, stopwatch)
        done += well
    return done


def _batch(
    work: Work,
    due: Due[Owed],
    act: Callable[[Work, Owed], None],
    now: datetime,
    stopwatch: Callable[[], float],
) -> tuple[int, bool]:
    """How many of the next ones went well, and whether there were any."""
    began, done = stopwatch(), 0
    batch = due.take_due(now, MOST)
    for place, taken in enumerate(batch):
        if place and stopwatch() - began > BUDGET:
            due.give_back(batch[place:])
            break
        try:
            with due.attempt():
                act(work, taken)
            done += 1
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are owed
            due.rest(taken, now + _rest(taken, error))
    return done, bool(batch)


def _rest(taken: FollowUp | Errand, error: Exception) -> timedelta:
    """How long it rests. What the error says may name people; its kind and its place do not."""
    tries = taken.tries + 1
    rest = rest_after(tries)
    where = "".join(traceback.format_tb(error.__traceback__))
    name = type(error).__name__
    logger.error("%s failed (%s), try %s; it rests for %s\n%s", taken.label, name, tries, rest, where)
    return rest
