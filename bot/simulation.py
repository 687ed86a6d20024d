"""A complaint played through the rules with its clock: what each event gives, as the desk would see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.sop import Advance, Case, Event, Facts, Plan, Playbooks, Refusal, Step, advance, begin, plan
from bot.sop.case import CaseState


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One event and all it gave, together with the appointments that fell due since the one before."""

    event: Event
    facts: Facts
    steps: tuple[Step, ...]
    refused: tuple[Refusal, ...]
    told: tuple[str, ...]
    notes: tuple[str, ...]
    next_due: datetime | None
    case_state: CaseState


@dataclass(frozen=True, slots=True)
class Simulation:
    """The plan at the start, and the diary."""

    facts: Facts
    plan: Plan
    diary: tuple[DiaryEntry, ...]


def simulate(facts: Facts, now: datetime, then: Iterable[Event], playbooks: Playbooks) -> Simulation:
    """Open a case at `now` and let the events happen in the order of their instants.

    The desk is taken to be running all the while: what falls due between two events rings on time.
    """
    case = begin(facts, playbooks, now).case
    diary: list[DiaryEntry] = []
    for event in sorted(then, key=lambda event: event.at):
        case, entry = _entry(case, event, playbooks)
        diary.append(entry)
    return Simulation(facts, plan(facts, playbooks, now), tuple(diary))


def _entry(case: Case, event: Event, playbooks: Playbooks) -> tuple[Case, DiaryEntry]:
    gave: list[Advance] = []
    while case.running and (due := case.running[0].due) <= event.at:
        gave.append(advance(case, Event("clock", due), playbooks, due))
        case = gave[-1].case
    gave.append(advance(case, event, playbooks, event.at))
    last = gave[-1]
    news = {step.id for each in gave for step in each.steps}
    entry = DiaryEntry(
        event=event,
        facts=last.case.facts,
        steps=tuple(step for step in last.plan.steps if step.id in news),
        refused=last.refused,
        told=tuple(dict.fromkeys(role for each in gave for role in each.told)),
        notes=tuple(note for each in gave for note in each.notes),
        next_due=last.next_due,
        case_state=last.case.state,
    )
    return last.case, entry
