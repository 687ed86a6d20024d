"""Appointments: when one falls due, the rules are asked again what is owed, and it is put in the outbox.

A ring has no effect outside the database, so taking one in a transaction is the claim (`bot.batches`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot import cases, watch
from bot.batches import work_off
from bot.desk import Desk
from bot.ports import Work
from bot.sop import Event
from bot.stored import FollowUp


def ring(desk: Desk, now: datetime, stopped: Callable[[], bool] = lambda: False) -> int:
    """Handle every appointment that is due, the most overdue first, or until it is `stopped`.

    Returns how many. One that fails is logged, rests before it is tried again, and holds up no other.
    """
    return work_off(
        desk.memory,
        now,
        lambda work: work.follow_ups,
        lambda work, follow_up: _rung(work, desk, follow_up, now),
        stopped,
    )


def _rung(work: Work, desk: Desk, follow_up: FollowUp, now: datetime) -> None:
    """Tell the case what time it is, unless another appointment of the same batch did."""
    case = work.cases.get(follow_up.case_number).case
    if follow_up.timer.id in {timer.id for timer in case.running}:
        reported = cases.report(work, desk, follow_up.case_number, Event("clock", now), now)
        watch.rang(work, desk, reported.stored, reported.rang, now)
