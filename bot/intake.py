"""Intake: what is typed page by page becomes facts, and the facts become one case.

A field's id is the dotted id of its fact. What is typed is kept after every page, so going back loses
nothing; a submission that comes twice leads to the same case.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from bot import cases
from bot.desk import Desk
from bot.intake_fields import (
    BESIDES,
    CHOICES,
    FOLLOWING,
    MILESTONES,
    NOT_YET,
    PAGES,
    WITHOUT_INSTALLER,
    YES_NO,
    Errors,
    Values,
    problem_of,
    text_of,
)
from bot.ports import Work
from bot.sop import Facts, Playbooks, contradictions, facts_from_json, vocabulary
from bot.sop.facts_json import with_facts
from bot.sop.needs import needs
from bot.stored import Intake


def keep(work: Work, intake: Intake, typed: Values, now: datetime) -> Intake:
    """Store what has been typed; a field that is not in `typed` keeps what it had."""
    kept = replace(intake, values={**intake.values, **typed})
    work.intakes.save(kept, now)
    return kept


def check(values: Values, page: str, now: datetime, asked: Collection[str] = FOLLOWING) -> Errors:
    """What is wrong on a page, by field: a sentence or two each that say what to do.

    `asked` are the fields that followed what was chosen; the others of their kind are left alone.
    """
    fields = (*PAGES[page], *(asked if page == "what" else ()))
    errors = {field: problem for field in fields if (problem := problem_of(field, values))}
    if page == "who":
        return _check_program(values) | errors
    if text_of(values, "category") in WITHOUT_INSTALLER and not text_of(values, "installer.name"):
        errors.pop("installer.name", None)
    return _check_milestones(values, asked) | _disagreeing(facts_of(values, asked), now) | errors


def check_changed(facts: Facts, typed: Values, now: datetime) -> Errors:
    """What is wrong in a form that changes some of a case's facts, by field."""
    errors = {field: problem for field in typed if (problem := problem_of(field, typed))}
    if errors:
        return errors
    disagreeing = _disagreeing(with_facts(facts, cases.changed(facts, typed)), now)
    return {field: problem for field, problem in disagreeing.items() if field in typed}


def following(values: Values, playbooks: Playbooks, today: date) -> tuple[str, ...]:
    """The fields of page two that the playbooks need for what was chosen so far."""
    category = text_of(values, "category")
    if not category:
        return ()
    first = ("sensitive", "wants_leadership")
    wanted = needs(facts_of(values, first), playbooks, today)
    wanted = (*wanted, *BESIDES.get(category, ()), *first)
    if any(f"milestones.{later}" in wanted for later in ("m2", "m3")):
        # A later milestone is checked against the first (D-29).
        wanted = (*wanted, "milestones.m1")
    if "agrees_to_wait" in wanted:
        wanted = (*wanted, "extra.callback_number")
    return tuple(field for field in FOLLOWING if field in wanted)


def stated(values: Values, desk: Desk, agent: str, now: datetime) -> Facts:
    """The facts of an intake, with what the desk itself knows: whether the agent is a trained one (D-14)."""
    facts = facts_of(values, following(values, desk.playbooks, now.date()))
    trained = desk.expanded(desk.organisation.roles.trained_agents)
    return with_facts(facts, {"extra.agent_trained": agent in trained}) if trained else facts


def facts_of(values: Values, asked: Collection[str] = FOLLOWING) -> Facts:
    """The facts that these fields state. What was left empty, or is not of its form, is not known.

    What was typed in a field that is no longer `asked` for is kept, but states nothing.
    """
    typed = {field: value for field, value in values.items() if field not in FOLLOWING or field in asked}
    milestones = {each: _milestone(values, each) for each in MILESTONES if f"milestones.{each}" in asked}
    homeowner = ("name", "address", "phone", "email", "best_time")
    data: dict[str, object] = {
        "category": _stated(typed, "category") or None,
        "program": _stated(typed, "program") or "unknown",
        "product": _stated(typed, "product") or None,
        "channel": _stated(typed, "channel") or None,
        "omnidian": _stated(typed, "omnidian") or None,
        "sensitive": _several(typed, "sensitive"),
        **{flag: YES_NO.get(text_of(typed, flag)) for flag in vocabulary.FLAGS},
        "milestones": milestones,
        "homeowner": {each: text_of(typed, f"homeowner.{each}") for each in homeowner},
        "installer": {each: text_of(typed, f"installer.{each}") for each in ("name", "email")},
        "description": text_of(typed, "description"),
        "extra": _extra(typed),
    }
    return facts_from_json(data)


def _extra(typed: Values) -> dict[str, object]:
    """What a category needs besides, as far as it was typed."""
    names = ("need", "cancellation_email_sent", "found_by", "meter_number", "callback_number")
    extra: dict[str, object] = {name: _stated(typed, f"extra.{name}") for name in names}
    extra["damaged"] = _several(typed, "extra.damaged")
    extra["photo"] = YES_NO.get(text_of(typed, "extra.photo"))
    return {name: value for name, value in extra.items() if value not in ("", None, [])}


def _several(typed: Values, field: str) -> list[str]:
    """What was chosen in a field that takes several, as far as it is still offered."""
    value = typed.get(field, ())
    return [each for each in CHOICES[field] if each in value] if isinstance(value, tuple) else []


def _stated(values: Values, field: str) -> str:
    """What stands in a field that has a form of its own; empty where it is not of that form."""
    return "" if problem_of(field, values) else text_of(values, field)


def _milestone(values: Values, milestone: str) -> str:
    if milestone in _not_yet(values):
        return "not_yet"
    return _stated(values, f"milestones.{milestone}") or "unknown"


def _not_yet(values: Values) -> tuple[str, ...]:
    """The milestones ticked as not yet approved."""
    ticked = values.get(NOT_YET, ())
    return ticked if isinstance(ticked, tuple) else ()


def _check_program(values: Values) -> Errors:
    found, program = text_of(values, "found_on_platform"), text_of(values, "program") or "unknown"
    if found == "yes" and program == "unknown":
        return {"program": "Power BI lists them: choose the program it shows."}
    if found == "no" and program == "everbright":
        return {
            "program": "EverBright homeowners are listed in Power BI, but you chose “Not found”. Look again, "
            "or choose “Not known”: the desk then asks whether this is a Concert customer."
        }
    return {}


def _check_milestones(values: Values, asked: Collection[str]) -> Errors:
    """A date and a tick at once; a later milestone where nothing is said of the first."""
    shown = [each for each in MILESTONES if f"milestones.{each}" in asked]
    dated = [each for each in shown if text_of(values, f"milestones.{each}")]
    twice = "has a date and is ticked as not yet approved. Keep one of the two."
    errors = {f"milestones.{each}": f"{each.upper()} {twice}" for each in dated if each in _not_yet(values)}
    later = [each for each in ("m2", "m3") if each in dated]
    if later and "m1" in shown and _milestone(values, "m1") == "unknown":
        title = later[-1].upper()
        errors["milestones.m1"] = f"{title} comes after M1. Add M1’s date, or leave {title} empty for now."
    return errors


def _disagreeing(facts: Facts, now: datetime) -> Errors:
    """Dates in the future, and milestones that are not in their order (D-29), by field."""
    errors: Errors = {}
    for first, second in contradictions(facts, now):
        if second == "now":
            errors[first] = "This day lies in the future. Check the date."
    for first, second in contradictions(facts, now):
        if first.startswith("milestones.") and second.startswith("milestones."):
            earlier, later = (each.removeprefix("milestones.").upper() for each in (first, second))
            problem = f"{later} cannot be approved before {earlier} is. Check both dates."
            errors.setdefault(second if second not in errors else first, problem)
    return errors
