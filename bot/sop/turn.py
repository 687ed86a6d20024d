"""What a handler of an event gives: the case afterwards and what to say about it, or why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.sop.case import Case, Event, Timer
from bot.sop.playbook import Playbooks


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the desk would not do, with the reason as a sentence and the rules behind it."""

    what: str
    role: str | None
    cites: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The case after an event, or a refusal that leaves it as it was."""

    case: Case
    notes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    rang: tuple[Timer, ...] = ()
    refused: Refusal | None = None


Handler = Callable[[Case, Event, Playbooks, datetime], Turn]


def refuse(
    case: Case, event: Event, message: str, cites: tuple[str, ...] = (), role: str | None = None
) -> Turn:
    """The event is refused; nothing changes."""
    return Turn(case, refused=Refusal(event.name, role, cites, message))


def text_of(data: Mapping[str, object], key: str) -> str:
    """A text of an event's data; empty where there is none."""
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""


def number_of(data: Mapping[str, object], key: str) -> int | None:
    """A whole number of an event's data; None where there is none."""
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def instant_of(data: Mapping[str, object], key: str, playbooks: Playbooks) -> datetime | None:
    """An instant of an event's data; a date alone is its opening hour, a local time is that of the desk."""
    value, calendar = data.get(key), playbooks.organisation.calendar
    if isinstance(value, str):
        try:
            is_day = len(value) == len("2026-01-31")
            value = date.fromisoformat(value) if is_day else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, calendar.opens)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=calendar.zone)
