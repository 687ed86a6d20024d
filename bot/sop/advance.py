"""What follows from an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.sop.case import Case, Event, Timer
from bot.sop.facts import Facts
from bot.sop.plan import Plan, Step
from bot.sop.playbook import Playbooks


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the desk would not do, with the reason as a sentence and the rules behind it."""

    what: str
    role: str | None
    cites: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Advance:
    """What an event gave.

    `case` is the case afterwards (the same one where the event was refused), `plan` its plan, `steps`
    those new, now available or done by the event, `rang` the timers that fell due, `told` the roles to
    inform, `notes` sentences for the timeline.
    """

    case: Case
    plan: Plan
    steps: tuple[Step, ...] = ()
    refused: tuple[Refusal, ...] = ()
    rang: tuple[Timer, ...] = ()
    told: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    next_due: datetime | None = None


def begin(facts: Facts, playbooks: Playbooks, now: datetime) -> Advance:
    """Open a case under its plan."""
    raise NotImplementedError


def advance(case: Case, event: Event, playbooks: Playbooks, now: datetime) -> Advance:
    """What follows from `event` at `now`. An event that does not fit is refused, never an exception."""
    raise NotImplementedError
