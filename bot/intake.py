"""Intake: what is typed page by page becomes facts, and the facts become one case.

A field's id is the dotted id of its fact. What is typed is kept after every page, so going back loses
nothing; a submission that comes twice leads to the same case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from bot import cases
from bot.desk import Desk
from bot.errors import CaseError
from bot.ports import Intake, StoredCase, Work
from bot.sop import Facts, contradictions, facts_from_json, vocabulary
from bot.sop.facts_json import with_facts

Values = Mapping[str, str | tuple[str, ...]]
Errors = dict[str, str]

MILESTONES = vocabulary.MILESTONES
NOT_YET = "milestones.not_yet"

FOLLOWING: Mapping[str, tuple[str, ...]] = {
    "installer_unresponsive": ("extra.need",),
    "cancellation_mail_unanswered": ("extra.cancellation_email_sent",),
}
"""The fields that are asked for one category only."""

PAGES: Mapping[str, tuple[str, ...]] = {
    "who": (
        "homeowner.name",
        "homeowner.address",
        "channel",
        "found_on_platform",
        "program",
        "homeowner.phone",
        "homeowner.email",
        "homeowner.best_time",
    ),
    "what": (
        "category",
        "installer.name",
        "installer.email",
        "description",
        *(f"milestones.{each}" for each in MILESTONES),
    ),
}

LONGEST = 3000
"""What Slack takes in one field."""

MOST: Mapping[str, int] = {
    "homeowner.name": 200,
    "homeowner.address": 300,
    "homeowner.phone": 40,
    "homeowner.email": 254,
    "homeowner.best_time": 200,
    "installer.name": 200,
    "installer.email": 254,
    "description": LONGEST,
}

REQUIRED: Mapping[str, str] = {
    "homeowner.name": "Type the homeowner’s first and last name.",
    "homeowner.address": "Type the property’s address.",
    "homeowner.phone": "Type a phone number: the installer is asked to call it.",
    "channel": "Choose how the homeowner reached us.",
    "found_on_platform": "Choose whether Power BI lists the homeowner.",
    "category": "Choose what fits best.",
    "installer.name": "Type the installer’s name.",
    "description": "Write down what happened, in the homeowner’s words.",
}

CHOICES: Mapping[str, tuple[str, ...]] = {
    "channel": vocabulary.CHANNELS,
    "found_on_platform": ("yes", "no"),
    "program": vocabulary.PROGRAMS,
    "category": vocabulary.CATEGORIES,
    "extra.need": vocabulary.NEEDS,
}

EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]{2,}")
PHONE = re.compile(r"\+?[0-9\s().\-/‐‑–]+(?:(?:x|ext\.?)\s*[0-9]{1,6})?", re.IGNORECASE)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def start(work: Work, agent: str, now: datetime) -> Intake:
    """A new, empty intake of this agent's."""
    intake = Intake(uuid4().hex, agent)
    work.intakes.save(intake, now)
    return intake


def keep(work: Work, intake: Intake, typed: Values, now: datetime) -> Intake:
    """Store what has been typed; a field that is not in `typed` keeps what it had."""
    kept = replace(intake, values={**intake.values, **typed})
    work.intakes.save(kept, now)
    return kept


def check(values: Values, page: str, now: datetime) -> Errors:
    """What is wrong on a page, by field: a sentence or two each that say what to do."""
    fields = (*PAGES[page], *(following(values) if page == "what" else ()))
    errors = {field: problem for field in fields if (problem := _problem(field, values))}
    if page == "who":
        return _check_program(values) | errors
    return _check_milestones(values) | _disagreeing(facts_of(values), now) | errors


def check_changed(facts: Facts, typed: Values, now: datetime) -> Errors:
    """What is wrong in a form that changes some of a case's facts, by field."""
    errors = {field: problem for field in typed if (problem := _problem(field, typed))}
    if errors:
        return errors
    disagreeing = _disagreeing(with_facts(facts, cases.changed(facts, typed)), now)
    return {field: problem for field, problem in disagreeing.items() if field in typed}


def following(values: Values) -> tuple[str, ...]:
    """The fields that are asked because of the chosen category."""
    return FOLLOWING.get(text_of(values, "category"), ())


def facts_of(values: Values) -> Facts:
    """The facts that these fields state. What was left empty, or is not of its form, is not known.

    What was typed for another category than the chosen one is kept, but states nothing.
    """
    milestones = {each: _milestone(values, each) for each in MILESTONES}
    extra = {field.removeprefix("extra."): _stated(values, field) for field in following(values)}
    homeowner = ("name", "address", "phone", "email", "best_time")
    data: dict[str, object] = {
        "category": _stated(values, "category") or None,
        "program": _stated(values, "program") or "unknown",
        "channel": _stated(values, "channel") or None,
        "found_on_platform": {"yes": True, "no": False}.get(text_of(values, "found_on_platform")),
        "milestones": milestones,
        "homeowner": {each: text_of(values, f"homeowner.{each}") for each in homeowner},
        "installer": {each: text_of(values, f"installer.{each}") for each in ("name", "email")},
        "description": text_of(values, "description"),
        "extra": {field: value for field, value in extra.items() if value},
    }
    return facts_from_json(data)


def text_of(values: Values, field: str) -> str:
    """A field's text without the blanks around it; what cannot be seen at all counts as nothing."""
    value = values.get(field, "")
    text = value.strip() if isinstance(value, str) else ""
    return text if any(each.isprintable() and not each.isspace() for each in text) else ""


def finish(work: Work, desk: Desk, intake: Intake, now: datetime) -> StoredCase:
    """Open the case this intake leads to: once, however often it is submitted."""
    stored = work.intakes.get(intake.id) or intake
    if stored.case_number is not None:
        return work.cases.get(stored.case_number)
    if any(check(stored.values, page, now) for page in PAGES):
        raise CaseError("Something in the form has to be mended first. Go back; what is wrong stands there.")
    case = cases.open_case(work, desk, facts_of(stored.values), stored.agent, now)
    work.intakes.save(replace(stored, case_number=case.number), now)
    return case


def email_problem(text: str) -> str:
    """What is wrong with an e-mail address; empty when nothing is."""
    if EMAIL.fullmatch(text):
        return ""
    return "This is not an e-mail address. Write it like name@example.com."


def phone_problem(text: str) -> str:
    """What is wrong with a phone number; empty when nothing is."""
    digits = sum(character.isdigit() for character in text)
    if PHONE.fullmatch(text) and 7 <= digits <= 21:
        return ""
    return "This is not a phone number. Write it like 212-555-0199 or +1 212 555 0199 ext. 4."


def day_problem(text: str) -> str:
    """What is wrong with a day; empty when nothing is."""
    return "" if _is_day(text) else "This is not a date. Choose it in the calendar."


FORMS: Mapping[str, Callable[[str], str]] = {
    "homeowner.email": email_problem,
    "installer.email": email_problem,
    "homeowner.phone": phone_problem,
    "extra.cancellation_email_sent": day_problem,
    **{f"milestones.{each}": day_problem for each in MILESTONES},
}


def _problem(field: str, values: Values) -> str:
    text, most = text_of(values, field), MOST.get(field, LONGEST)
    if not text:
        return REQUIRED.get(field, "")
    if len(text) > most:
        return f"This is {len(text)} characters long. Shorten it to {most}."
    if field in CHOICES and text not in CHOICES[field]:
        return "This is no longer offered. Choose again."
    return FORMS[field](text) if field in FORMS else ""


def _stated(values: Values, field: str) -> str:
    """What stands in a field that has a form of its own; empty where it is not of that form."""
    return "" if _problem(field, values) else text_of(values, field)


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


def _check_milestones(values: Values) -> Errors:
    """A date and a tick at once; a later milestone where nothing is said of the first."""
    dated = [each for each in MILESTONES if text_of(values, f"milestones.{each}")]
    twice = "has a date and is ticked as not yet approved. Keep one of the two."
    errors = {f"milestones.{each}": f"{each.upper()} {twice}" for each in dated if each in _not_yet(values)}
    later = [each for each in ("m2", "m3") if each in dated]
    if later and _milestone(values, "m1") == "unknown":
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


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
        return DAY.fullmatch(text) is not None
    except ValueError:
        return False
