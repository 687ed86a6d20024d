"""Reporting what a step offers: the event, with what belongs to it, and where the case goes then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot import cases, hands
from bot.cases import CaseView, Reported
from bot.desk import Desk
from bot.ports import Work
from bot.sop import Event, Step


def report(
    work: Work,
    desk: Desk,
    view: CaseView,
    step: Step,
    event: str,
    data: Mapping[str, object],
    by: str,
    now: datetime,
) -> Reported:
    """Report `event`, which the step offers. What the rules refuse changes nothing and comes back."""
    if event == "step_done":
        data = {**data, "step": step.id}
    elif event == "attempt_logged" and step.attempt:
        data = {**data, "n": step.attempt}
    number = view.stored.number
    reported = cases.report(work, desk, number, Event(event, now, data, by), now)
    team = hands.step_moves(step) if event == "step_done" and not reported.refused else None
    if team is not None:
        hands.hand_to_team(work, desk, number, team, by, now, cites=step.cites)
    return reported
