"""The lines of a case's timeline: who did what, when, by which rule, in words that read like the SOP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.business_time import instant_words
from bot.desk import Desk
from bot.sop import Advance, Event, Timer
from bot.stored import Entry, Team

TEAMS: Final[Mapping[Team, str]] = {
    "front_line": "the front line",
    "trained_agent": "the trained agents",
    "back_office": "the back office",
}
"""The teams as they go on in a sentence."""
HANDS: Final = frozenset({"opened", "taken", "released", "handed_over", "reassigned"})
"""The lines that say who has the case from then on."""

_RANG = {
    "follow_up": "Asked the owner",
    "prompt": "Asked the owner and the leads, since nobody has answered",
    "lead_prompt": "Asked the owner and the leads about the follow-up that the customer waits for",
    "tag_confirmers": "Cover has started; tagging who is on shift",
    "repeat_confirmation": "Nobody has answered; asking the confirmers again",
    "tell_lead": "Still nobody has answered; telling the leads and the agent",
}
_SAID = {
    "close_requested": "Closed the case.",
    "reopened": "Reopened the case.",
    "facts_learned": "Facts changed.",
    "reference_recorded": "Recorded the number",
    "lead_released": "Decided to go on.",
}


def entries(event: Event, advanced: Advance, desk: Desk) -> list[Entry]:
    """What an event leaves in the timeline: nothing for time that only passed."""
    if event.name == "clock":
        return [_rang(event, timer, advanced) for timer in advanced.rang]
    return [_happened(event, advanced, desk)]


def _happened(event: Event, advanced: Advance, desk: Desk) -> Entry:
    sentences = [*_title(event, advanced, desk), *_said(event), *advanced.notes, *_next(advanced, desk)]
    return Entry(
        event.at, event.by, event.name, " ".join(sentences), _cites(event, advanced, desk), event.data
    )


def _title(event: Event, advanced: Advance, desk: Desk) -> Iterator[str]:
    """What happened, in a sentence; nothing where the rules' own note says it all."""
    match event.name:
        case "opened":
            title, _ = _first_room(advanced, desk)
            yield f"Opened the case: {title}." if title else "Opened the case."
        case "confirmation_posted":
            names = event.data.get("names")
            people = ", ".join(map(str, names)) if isinstance(names, list) else ""
            yield f"Asked in Slack whether this is a Concert customer, tagging {people or 'nobody yet'}."
        case "step_done":
            yield "Done:"
        case name if name in _SAID:
            yield _SAID[name]
        case "snoozed" | "concert_confirmed" | "not_concert" | "cannot_tell":
            return
        case name:
            yield f"{desk.playbooks.title(name).rstrip('.')}."


def _said(event: Event) -> Iterator[str]:
    """What a person wrote or typed with the event, kept word for word."""
    for key in ("reference", "answer", "closure_comments"):
        text = event.data.get(key)
        if isinstance(text, str) and text:
            yield f"“{text}”"


def _next(advanced: Advance, desk: Desk) -> Iterator[str]:
    """What this event has made due, and the appointment it made, with the reason for its date."""
    call = {rule.id for rule in desk.playbooks.entry.call}
    due = [
        step.title.rstrip(".?")
        for step in advanced.steps
        if step.state == "available" and step.verb not in ("say", "follow_up") and step.key not in call
    ]
    if due:
        yield f"Now due: {'; '.join(due)}."
    calendar = desk.organisation.calendar
    for timer in advanced.case.running:
        asked = timer.kind in ("follow_up", "prompt", "lead_prompt")
        if asked and any(step.id == timer.step for step in advanced.steps):
            yield f"Next: {instant_words(calendar.local(timer.due))}, {timer.why}."


def _rang(event: Event, timer: Timer, advanced: Advance) -> Entry:
    title = next((step.title for step in advanced.plan.steps if step.id == timer.step), "")
    question = f": {title}" if title and timer.kind == "follow_up" else "."
    return Entry(event.at, "", "clock", f"{_RANG[timer.kind]}{question}", timer.cites, {"timer": timer.id})


def _cites(event: Event, advanced: Advance, desk: Desk) -> tuple[str, ...]:
    """The rules of what this event completed, or else of what it brought."""
    if event.name == "opened":
        return _first_room(advanced, desk)[1]
    if event.name == "confirmation_posted":
        return desk.playbooks.entry.check.cites
    done = [step for step in advanced.steps if step.state == "done"]
    return tuple(dict.fromkeys(cite for step in done or advanced.steps for cite in step.cites))


def _first_room(advanced: Advance, desk: Desk) -> tuple[str, tuple[str, ...]]:
    """Where a new case begins, and by which rules: on its path, at the Concert check, or uncovered."""
    entry, path = desk.playbooks.entry, desk.playbooks.paths.get(advanced.case.path or "")
    if path:
        return path.title, path.cites
    if advanced.case.path == entry.path:
        return entry.title, entry.cites
    return "", tuple(cite for step in advanced.steps if step.verb == "ask_lead" for cite in step.cites)
