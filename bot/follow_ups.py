"""Appointments: when one falls due, the rules are asked again what is owed, and it is put in the outbox.

A ring has no effect outside the database, so the row lock of its transaction is the claim: it is settled
together with everything it gives, or not at all.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot import cases, watch
from bot.desk import Desk
from bot.sop import Event

logger = logging.getLogger(__name__)


def ring(desk: Desk, now: datetime) -> int:
    """Handle every appointment that is due, the most overdue first, each in a transaction of its own.

    Returns how many. One that fails is logged, left in place for the next ring, and holds up no other.
    """
    handled = 0
    failed: set[int] = set()
    while (outcome := _ring_one(desk, now, failed)) is not None:
        handled += outcome
    return handled


def _ring_one(desk: Desk, now: datetime, failed: set[int]) -> int | None:
    follow_up = None
    try:
        with desk.memory.write() as work:
            follow_up = work.follow_ups.take_due(now, failed)
            if follow_up is None:
                return None
            reported = cases.report(work, desk, follow_up.case_number, Event("clock", now), now)
            watch.rang(work, desk, reported.stored, reported.rang, now)
        return 1
    except Exception:
        if follow_up is None:
            raise
        logger.exception(
            "HC-%s: its appointment %s failed; it will be tried again", follow_up.case_number, follow_up.id
        )
        failed.add(follow_up.id)
        return 0
