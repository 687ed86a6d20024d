"""Errands: what the desk itself has to do at a time. Each kind has one function, in the room it belongs to.

As with follow-ups, running one has no effect outside the database, so taking it is the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.batches import work_off
from bot.desk import Desk
from bot.ports import Work
from bot.stored import Errand

Run = Callable[[Work, Desk, Errand, datetime], None]
"""What an errand does, in the transaction in which it is settled."""


def run(
    desk: Desk, now: datetime, kinds: Mapping[str, Run], stopped: Callable[[], bool] = lambda: False
) -> int:
    """Run every errand that is due, the most overdue first, or until it is `stopped`.

    Returns how many. One that fails is logged, rests before it is tried again, and holds up no other.
    """
    return work_off(
        desk.memory,
        now,
        lambda work: work.errands,
        lambda work, errand: kinds[errand.kind](work, desk, errand, now),
        stopped,
    )
