"""Intake: what is typed page by page becomes facts, and the facts become one case.

A field's id is the dotted id of its fact. What is typed is kept after every page, so going back loses
nothing; a submission that comes twice leads to the same case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from bot import cases
from bot.desk import Desk
from bot.ports import Intake, StoredCase, Work
from bot.sop import Facts, contradictions, facts_from_json

Values = Mapping[str, str | tuple[str, ...]]
Errors = dict[str, str]

MILESTONES = ("m1", "m2", "m3", "pto")
NOT_YET = "milestones.not_yet"

PAGES: Mapping[str, tuple[str, ...]] = {
    "who": (
        "homeowner.name",
        "homeowner.address",
        "homeowner.phone",
        "homeowner.email",
        "homeowner.best_time",
        "channel",
        "found_on_platform",
        "program",
    ),
    "what": (
        "category",
        "installer.name",
        "installer.email",
        *(f"milestones.{each}" for each in MILESTONES),
        NOT_YET,
        "extra.need",
        "extra.cancellation_email_sent",
        "description",
    ),
}

MOST: Mapping[str, int] = {
    "homeowner.name": 200,
    "homeowner.address": 300,
    "homeowner.phone": 40,
    "homeowner.email": 254,
    "homeowner.best_time": 200,
    "installer.name": 200,
    "installer.email": 254,
    "description": 3000,
}

REQUIRED: Mapping[str, str] = {
    "homeowner.name": "Type the homeowner's first and last name as on the account.",
    "homeowner.address": "Type the property's address as on the account.",
    "homeowner.phone": "Type the homeowner's phone number: the installer is asked to call it.",
    "channel": "Choose how the homeowner reached us.",
    "found_on_platform": "Choose whether Power BI lists the homeowner.",
    "category": "Choose what the complaint is about.",
    "installer.name": "Type the installer's company name.",
    "description": "Write down what happened, in the homeowner's words.",
}

EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]{2,}")
PHONE = re.compile(r"\+?[\d\s().\-/]+(?:(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)


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
    """What is wrong on a page, by field: one sentence each that says what to do."""
    errors = {field: problem for field in PAGES[page] if (problem := _problem(field, values))}
    if page == "who":
        errors |= _check_program(values)
    else:
        errors |= _check_milestones(values, now)
    return errors


def facts_of(values: Values) -> Facts:
    """The facts that these fields state. What was left empty is not known."""
    not_yet = values.get(NOT_YET, ())
    milestones = {
        each: "not_yet" if each in not_yet else _text(values, f"milestones.{each}") for each in MILESTONES
    }
    extra = {field: _text(values, f"extra.{field}") for field in ("need", "cancellation_email_sent")}
    homeowner = ("name", "address", "phone", "email", "best_time")
    data: dict[str, object] = {
        "category": _text(values, "category") or None,
        "program": _text(values, "program") or "unknown",
        "channel": _text(values, "channel") or None,
        "found_on_platform": {"yes": True, "no": False}.get(_text(values, "found_on_platform")),
        "milestones": {each: value or "unknown" for each, value in milestones.items()},
        "homeowner": {each: _text(values, f"homeowner.{each}") for each in homeowner},
        "installer": {each: _text(values, f"installer.{each}") for each in ("name", "email")},
        "description": _text(values, "description"),
        "extra": {field: value for field, value in extra.items() if value},
    }
    return facts_from_json(data)


def finish(work: Work, desk: Desk, intake: Intake, now: datetime) -> StoredCase:
    """Open the case this intake leads to: once, however often it is submitted."""
    stored = work.intakes.get(intake.id) or intake
    if stored.case_number is not None:
        return work.cases.get(stored.case_number)
    case = cases.open_case(work, desk, facts_of(stored.values), stored.agent, now)
    work.intakes.save(replace(stored, case_number=case.number), now)
    return case


def email_problem(text: str) -> str:
    """What is wrong with an e-mail address; empty when nothing is."""
    if EMAIL.fullmatch(text):
        return ""
    return "This is not an e-mail address. Write it as name@example.com."


def phone_problem(text: str) -> str:
    """What is wrong with a phone number; empty when nothing is."""
    digits = sum(character.isdigit() for character in text)
    if PHONE.fullmatch(text) and 7 <= digits <= 21:
        return ""
    return "This is not a phone number. Write its digits, as in 555-0100 or +1 212 555 0100 ext. 4."


FORMS: Mapping[str, Callable[[str], str]] = {
    "homeowner.email": email_problem,
    "installer.email": email_problem,
    "homeowner.phone": phone_problem,
}


def _problem(field: str, values: Values) -> str:
    text = _text(values, field)
    if not text:
        return REQUIRED.get(field, "")
    if len(text) > MOST.get(field, 3000):
        return f"This is {len(text)} characters long; shorten it to {MOST[field]}."
    return FORMS[field](text) if field in FORMS else ""


def _check_program(values: Values) -> Errors:
    found, program = _text(values, "found_on_platform"), _text(values, "program") or "unknown"
    if found == "yes" and program == "unknown":
        return {"program": "The homeowner is in Power BI: choose the program that the record shows."}
    if found == "no" and program == "everbright":
        return {
            "program": "EverBright homeowners are listed in Power BI, and you chose that this one is not. "
            "Look again, or choose “Not known” and the desk asks whether it is a Concert customer."
        }
    return {}


def _check_milestones(values: Values, now: datetime) -> Errors:
    not_yet = values.get(NOT_YET, ())
    both = [each for each in MILESTONES if each in not_yet and _text(values, f"milestones.{each}")]
    if both:
        twice = "has a date and is ticked as not yet approved: keep one."
        return {f"milestones.{each}": f"{each.upper()} {twice}" for each in both}
    errors: Errors = {}
    for first, second in contradictions(facts_of(values), now):
        if second == "now":
            errors.setdefault(first, "This day lies in the future. Check the date.")
        elif second.startswith("milestones."):
            earlier, later = (
                first.removeprefix("milestones.").upper(),
                second.removeprefix("milestones.").upper(),
            )
            problem = f"{later} is approved before {earlier} is: milestones come in order. Check both."
            errors.setdefault(second if second not in errors else first, problem)
    return errors


def _text(values: Values, field: str) -> str:
    value = values.get(field, "")
    return value.strip() if isinstance(value, str) else ""
