"""Cases and events from and to JSON, for storage: what is written is read back as the same value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, cast

from bot.errors import FactsError
from bot.sop.case import Case, CaseState, Confirmation, Done, Event, Timer, Visit
from bot.sop.facts_json import facts_from_json, facts_to_json
from bot.sop.vocabulary import EVENTS, allowed

_INSTANTS = ("at", "due", "rung_at", "posted_at", "tagged_at", "answered_at", "opened_at")


def case_to_json(case: Case) -> dict[str, object]:
    """The JSON object from which `case_from_json` gives the same case."""
    return {
        "facts": facts_to_json(case.facts),
        "playbook": case.playbook,
        "opened_at": case.opened_at.isoformat(),
        "path": case.path,
        "stage": case.stage,
        "state": case.state,
        "attempts": case.attempts,
        "rounds": case.rounds,
        "timers": [_plain(timer) for timer in case.timers],
        "confirmation": None if case.confirmation is None else _plain(case.confirmation),
        "history": [event_to_json(event) for event in case.history],
        "visits": [_plain(visit) for visit in case.visits],
        "done": [_plain(done) for done in case.done],
        "timers_made": case.timers_made,
    }


def case_from_json(data: Mapping[str, object]) -> Case:
    """A case as `case_to_json` wrote it."""
    confirmation = data["confirmation"]
    return Case(
        facts=facts_from_json(data["facts"]),
        playbook=str(data["playbook"]),
        opened_at=datetime.fromisoformat(str(data["opened_at"])),
        path=cast("str | None", data["path"]),
        stage=str(data["stage"]),
        state=cast(CaseState, data["state"]),
        attempts=cast(int, data["attempts"]),
        rounds=cast(int, data["rounds"]),
        timers=tuple(Timer(**_values(item)) for item in _list(data["timers"])),
        confirmation=None if confirmation is None else Confirmation(**_values(confirmation)),
        history=tuple(Event(**_values(item)) for item in _list(data["history"])),
        visits=tuple(Visit(**_values(item)) for item in _list(data["visits"])),
        done=tuple(Done(**_values(item)) for item in _list(data["done"])),
        timers_made=cast(int, data["timers_made"]),
    )


def event_to_json(event: Event) -> dict[str, object]:
    """The JSON object of an event; its data may hold dates and instants."""
    return _plain(event)


def event_from_json(data: object) -> Event:
    """An event in the vocabulary's shape, `{"at": …, "event": …, "data": {…}, "by": …}`.

    Raises FactsError, which names what is wrong.
    """
    if not isinstance(data, Mapping):
        raise FactsError("then", 'then holds something that is no event. Write {"at": …, "event": …}.')
    for key in data:
        if key not in ("at", "event", "data", "by"):
            raise FactsError(
                f"then.{key}", f"then.{key} is not part of an event. Allowed: at, event, data, by."
            )
    name, values = data.get("event"), data.get("data") or {}
    if name not in EVENTS:
        raise FactsError("then.event", f"then.event is {name!r}. {allowed(name, EVENTS)}")
    if not isinstance(values, Mapping):
        raise FactsError("then.data", "then.data is not an object with named values. Write it as {…}.")
    return Event(
        str(name), instant_from_json(data.get("at"), "then.at"), dict(values), str(data.get("by") or "")
    )


def instant_from_json(value: object, where: str) -> datetime:
    """An instant with its offset; raises FactsError, which names `where`."""
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        example = "2026-11-18T09:00:00-05:00"
        message = f"{where} is {value!r}. Write an instant with its offset, as in {example}."
        raise FactsError(where, message)
    return instant


def _plain(value: Timer | Confirmation | Visit | Done | Event) -> dict[str, object]:
    return {each.name: _json(getattr(value, each.name)) for each in fields(value)}


def _json(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else _iso(value)


def _iso(value: object) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _values(data: object) -> dict[str, Any]:
    return {key: _value(key, item) for key, item in cast("Mapping[str, object]", data).items()}


def _value(key: str, item: object) -> object:
    if key in _INSTANTS and isinstance(item, str):
        return datetime.fromisoformat(item)
    return tuple(item) if isinstance(item, list) else item


def _list(value: object) -> list[object]:
    return cast("list[object]", value)
