"""Events that change what is known: the answers of the Concert check, and facts learned later (D-35)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.business_time import instant_words
from bot.errors import FactsError
from bot.sop import vocabulary
from bot.sop.case import Case, Event
from bot.sop.facts_json import facts_to_json, with_facts
from bot.sop.ladder import may_be_based_anew, posted
from bot.sop.playbook import Playbooks
from bot.sop.rota import on_shift
from bot.sop.stages import settled, stage_of
from bot.sop.timing import without_ladder
from bot.sop.turn import Turn, refuse, text_of

_WORDS: Final = {"concert": "confirmed as a Concert customer", "not_concert": "not a Concert customer"}
_TOLD_OF: Final = ("program", "product")


def confirm(case: Case, event: Event, playbooks: Playbooks, _now: datetime) -> Turn:
    """A confirmer answered; the first answer counts (D-12)."""
    confirmation = case.confirmation
    who = text_of(event.data, "by") or event.by or "somebody"
    if confirmation is not None and confirmation.answer is not None and confirmation.answered_at is not None:
        at = instant_words(playbooks.organisation.calendar.local(confirmation.answered_at))
        answer = _WORDS[confirmation.answer]
        message = f"Already answered by {confirmation.answered_by} at {at}: {answer}."
        return refuse(case, event, message, ("D-12",))
    if confirmation is None or case.state != "awaiting_confirmation":
        return refuse(case, event, "No Concert check is waiting for an answer on this case.", ("D-12",))
    if event.name == "cannot_tell":
        unsure = tuple(dict.fromkeys((*confirmation.cannot_tell, who)))
        case = replace(case, confirmation=replace(confirmation, cannot_tell=unsure))
        return Turn(case, notes=(f"{who} cannot tell. The others may still answer.",))
    concert = event.name == "concert_confirmed"
    confirmation = replace(
        confirmation,
        answer="concert" if concert else "not_concert",
        answered_by=who,
        answered_at=event.at,
    )
    facts = replace(case.facts, program="concert") if concert else case.facts
    case = without_ladder(replace(case, facts=facts, confirmation=confirmation))
    note = f"{who}: {_WORDS['concert' if concert else 'not_concert']}."
    told = ("agent", "owner") if concert else ("agent",)
    return Turn(settled(case, playbooks, event.at), notes=(note,), told=told)


def confirmation_posted(case: Case, event: Event, playbooks: Playbooks, _now: datetime) -> Turn:
    """A request of the Concert check stands in Slack; a late first one moves the minutes that follow it."""
    if case.state != "awaiting_confirmation" or not may_be_based_anew(case):
        return Turn(case)
    # Confirmers without a Slack id cannot be tagged; on shift they are, so their minutes count all the same.
    tagged = bool(event.data.get("tagged")) or bool(on_shift(playbooks.organisation.rota, event.at))
    return Turn(posted(case, playbooks, event.at, tagged))


def learned(case: Case, event: Event, playbooks: Playbooks, _now: datetime) -> Turn:
    """Facts became known or changed: the plan is made again, and what it still has goes on (D-35)."""
    if case.state == "closed":
        return refuse(case, event, "This case is closed. Reopen it before changing its facts.")
    try:
        facts = with_facts(case.facts, _changes(event))
    except FactsError as error:
        return refuse(case, event, str(error))
    if case.facts.categories and facts.categories != case.facts.categories:
        return refuse(case, event, "Another complaint is a case of its own: open a linked one.", ("D-21",))
    after = settled(replace(case, facts=facts), playbooks, event.at)
    changed = _changed(case, after)
    notes = [f"{_title(fact)}: {old} → {new}." for fact, (old, new) in changed.items()]
    gone = {timer.id for timer in after.timers}
    for timer in case.running:
        if timer.id not in gone:
            when = instant_words(timer.due)
            notes.append(f"The appointment of {when} is cancelled: the new plan does not have it (D-35).")
    told = ("owner",) if any(_is_told(fact) for fact in changed) else ()
    stage = stage_of(after, playbooks)
    if stage is not None and stage.id != case.stage:
        told = (*told, *stage.told)
    return Turn(after, tuple(notes), told)


def _changes(event: Event) -> dict[str, object]:
    """The facts of an event by dotted id; milestones are given by their own names."""
    if event.name.startswith("milestone"):
        return {key if "." in key else f"milestones.{key}": value for key, value in event.data.items()}
    if event.name == "omnidian_transferred_back":
        return {"omnidian": "transferred_by", **event.data}
    return {_dotted(key): value for key, value in event.data.items()}


def _dotted(key: str) -> str:
    return f"milestones.{key}" if key in vocabulary.MILESTONES else key


def _changed(before: Case, after: Case) -> dict[str, tuple[str, str]]:
    """The facts that differ, by dotted id, as old and new."""
    old, new = facts_to_json(before.facts), facts_to_json(after.facts)
    changed: dict[str, tuple[str, str]] = {}
    for key, value in new.items():
        was = old[key]
        if isinstance(value, dict) and isinstance(was, dict):
            for name in {**was, **value}:
                if was.get(name) != value.get(name):
                    changed[f"{key}.{name}"] = _shown(was.get(name)), _shown(value.get(name))
        elif value != was:
            changed[key] = _shown(was), _shown(value)
    return changed


def _is_told(fact: str) -> bool:
    return fact in _TOLD_OF or fact.startswith("milestones.")


def _title(fact: str) -> str:
    name = fact.rpartition(".")[2]
    return name.upper() if fact.startswith("milestones.") else name.replace("_", " ").capitalize()


def _shown(value: object) -> str:
    if value is None or value == "":
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value).replace("_", " ")
