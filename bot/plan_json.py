"""Plans and diaries as the JSON of the vocabulary, with every text rendered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from bot.errors import FactsError
from bot.simulation import DiaryEntry, Simulation
from bot.sop import Event, Facts, Plan, Step
from bot.sop.as_json import event_from_json, instant_from_json
from bot.sop.facts_json import facts_from_json
from bot.wording import Names, write


def question_from_json(data: object) -> tuple[Facts, datetime, list[Event]]:
    """The facts, the instant and the events of `{"facts": …, "now": …, "then": […]}`.

    Dates and instants may be texts or, as YAML reads them, dates. Raises FactsError.
    """
    if not isinstance(data, Mapping):
        raise FactsError("facts", 'The file holds no object. Write {"facts": {…}, "now": "…"}.')
    for key in data:
        if key not in ("facts", "now", "then"):
            raise FactsError(str(key), f"{key} is not known here. Allowed: facts, now, then.")
    then = data.get("then") or []
    if not isinstance(then, list):
        raise FactsError("then", "then is not a list. Write the events as [{…}, {…}].")
    facts = facts_from_json(_with_texts(data.get("facts")))
    now = instant_from_json(data.get("now"), "now")
    events = [event_from_json(_with_texts(item)) for item in then]
    for event in events:
        if event.at < now:
            raise FactsError("then.at", f"then.at is {event.at.isoformat()}, which is earlier than now.")
    return facts, now, events


def plan_to_json(plan: Plan, facts: Facts) -> dict[str, object]:
    """A plan in the vocabulary's shape."""
    return {
        "path": plan.path,
        "overlays": list(plan.overlays),
        "handled_by": plan.handled_by,
        "covered": plan.covered,
        "contradictions": [list(pair) for pair in plan.contradictions],
        "asks": list(plan.asks),
        "forbidden": [{"role": f.role, "in": f.where, "cites": list(f.cites)} for f in plan.forbidden],
        "next_due": _iso(plan.next_due),
        "steps": [step_to_json(step, facts) for step in plan.steps],
    }


def step_to_json(step: Step, facts: Facts) -> dict[str, object]:
    """A step in the vocabulary's shape. An e-mail's subject stands among its fields."""
    written = write(step, facts, Names())
    subject = {"Subject": written.subject} if written.subject else {}
    return {
        "id": step.id,
        "verb": step.verb,
        "system": step.system,
        "to": list(step.to),
        "participants": list(step.participants),
        "copied": list(step.copied),
        "by": step.by,
        "state": step.state,
        "due": _iso(step.due),
        "text": written.text or None,
        "fields": {**subject, **written.fields},
        "channel": step.channel,
        "cover_starts": _iso(step.cover_starts),
        "cites": list(step.cites),
        "default": step.default,
        "lost": step.lost,
        "on": step.on,
        "for": step.index,
    }


def simulation_to_json(simulation: Simulation) -> dict[str, object]:
    """A plan and its diary in the vocabulary's shape."""
    return {
        "plan": plan_to_json(simulation.plan, simulation.facts),
        "diary": [_entry_to_json(entry) for entry in simulation.diary],
    }


def _entry_to_json(entry: DiaryEntry) -> dict[str, object]:
    return {
        "at": entry.event.at.isoformat(),
        "event": entry.event.name,
        "steps": [step_to_json(step, entry.facts) for step in entry.steps],
        "refused": [{"what": r.what, "role": r.role, "cites": list(r.cites)} for r in entry.refused],
        "told": list(entry.told),
        "next_due": _iso(entry.next_due),
        "case_state": entry.case_state,
    }


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _with_texts(value: object) -> object:
    """The value with YAML's dates as texts."""
    if isinstance(value, Mapping):
        return {key: _with_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
