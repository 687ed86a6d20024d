"""The lines of a case's timeline: who did what, when, by which rule, in words that read like the SOP."""

from __future__ import annotations

from collections.abc import Iterator

from bot.business_time import instant_words
from bot.desk import Desk
from bot.ports import Entry
from bot.sop import Advance, Event, Timer

_RANG = {
    "follow_up": "Asked the owner",
    "prompt": "Asked the owner and the leads, since nobody has answered",
    "tag_confirmers": "Cover has started; tagging who is on shift",
    "repeat_confirmation": "Nobody has answered; asking the confirmers again",
    "tell_lead": "Still nobody has answered; telling the leads and the agent",
}
_OWN_WORDS = ("closure_comments", "note", "reason", "reference")


def entries(event: Event, advanced: Advance, desk: Desk) -> list[Entry]:
    """What an event leaves in the timeline: nothing for time that only passed."""
    if event.name == "clock":
        return [_rang(event, timer, advanced) for timer in advanced.rang]
    return [_happened(event, advanced, desk)]


def _happened(event: Event, advanced: Advance, desk: Desk) -> Entry:
    sentences = [_title(event, desk), *_said(event), *advanced.notes, *_next(advanced, desk)]
    return Entry(event.at, event.by, event.name, " ".join(sentences), _cites(advanced), event.data)


def _title(event: Event, desk: Desk) -> str:
    if event.name == "opened":
        return "Opened the case."
    if event.name == "confirmation_posted":
        names = event.data.get("names")
        whom = (
            ", ".join(map(str, names)) if isinstance(names, list) and names else "nobody: no one is on shift"
        )
        return f"Posted the Concert check, tagging {whom}."
    return f"{desk.playbooks.title(event.name).rstrip('.')}."


def _said(event: Event) -> Iterator[str]:
    """What a person wrote or typed with the event, kept word for word."""
    for key in _OWN_WORDS:
        text = event.data.get(key)
        if isinstance(text, str) and text and not (event.name == "snoozed" and key == "reason"):
            yield f"“{text}”"


def _next(advanced: Advance, desk: Desk) -> Iterator[str]:
    """The appointment that this event made, and why it is then."""
    calendar = desk.organisation.calendar
    for timer in advanced.case.running:
        if timer.kind in ("follow_up", "prompt") and any(step.id == timer.step for step in advanced.steps):
            yield f"Next: {instant_words(calendar.local(timer.due))}, {timer.why}."


def _rang(event: Event, timer: Timer, advanced: Advance) -> Entry:
    title = next((step.title for step in advanced.plan.steps if step.id == timer.step), "")
    question = f": {title}" if title and timer.kind == "follow_up" else "."
    return Entry(event.at, "", "clock", f"{_RANG[timer.kind]}{question}", timer.cites, {"timer": timer.id})


def _cites(advanced: Advance) -> tuple[str, ...]:
    """The rules of what this event completed, or else of what it brought."""
    done = [step for step in advanced.steps if step.state == "done"]
    return tuple(dict.fromkeys(cite for step in done or advanced.steps for cite in step.cites))
