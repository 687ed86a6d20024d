"""The timers of a case: made under an id of their own, dropped when what they wait for is over."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from bot.business_time import Moment
from bot.sop.case import LADDER, Case, Timer, TimerKind


def with_timer(case: Case, kind: TimerKind, step: str, moment: Moment, cites: tuple[str, ...]) -> Case:
    """The case with one more timer, which asks about `step` at `moment`."""
    number = case.timers_made + 1
    timer = Timer(f"{step}.{number}", step, kind, moment.at, moment.why, cites)
    return replace(case, timers=(*case.timers, timer), timers_made=number)


def without_running(case: Case, kinds: Container[TimerKind] = ("follow_up", "prompt")) -> Case:
    """The case without the timers of these kinds that have not rung."""
    kept = tuple(t for t in case.timers if t.rung_at is not None or t.kind not in kinds)
    return replace(case, timers=kept)


def without_ladder(case: Case) -> Case:
    """The case without the timers of the Concert check that have not rung."""
    return without_running(case, LADDER)
