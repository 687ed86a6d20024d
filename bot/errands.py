"""Errands: what the desk itself has to do at a time. Each kind has one function, in the room it belongs to.

As with follow-ups, running one has no effect outside the database, so the row lock is the claim.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.desk import Desk
from bot.ports import Errand, Work

logger = logging.getLogger(__name__)

Run = Callable[[Work, Desk, Errand, datetime], None]
"""What an errand does, in the transaction in which it is settled."""


def run(desk: Desk, now: datetime, kinds: Mapping[str, Run]) -> int:
    """Run every errand that is due, the most overdue first, each in a transaction of its own.

    Returns how many. One that fails is logged, left in place for the next ring, and holds up no other.
    """
    handled = 0
    failed: set[str] = set()
    while (outcome := _run_one(desk, now, kinds, failed)) is not None:
        handled += outcome
    return handled


def _run_one(desk: Desk, now: datetime, kinds: Mapping[str, Run], failed: set[str]) -> int | None:
    errand = None
    try:
        with desk.memory.write() as work:
            errand = work.errands.take_due(now, failed)
            if errand is None:
                return None
            kinds[errand.kind](work, desk, errand, now)
        return 1
    except Exception:
        if errand is None:
            raise
        logger.exception("the errand %s failed; it will be tried again", errand.key)
        failed.add(errand.key)
        return 0
