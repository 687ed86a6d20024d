"""The fields of intake: which page they stand on, what each takes, and what is wrong with what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from bot.sop import vocabulary

Values = Mapping[str, str | tuple[str, ...]]
Errors = dict[str, str]

REASON = "link.reason"
"""Why the same complaint is opened once more (D-22)."""
LINK_WITH = "link.with"
"""The numbers of the homeowner's other open cases that belong together with this one (D-21)."""
MESSAGE_LINK = "message.link"
MESSAGE_TEXT = "message.text"
"""Where the message stands that the complaint was made from, and all of it where the description is cut."""

MILESTONES = vocabulary.MILESTONES
NOT_YET = "milestones.not_yet"

FOLLOWING = (
    "extra.damaged",
    "product",
    "omnidian",
    "extra.need",
    "extra.cancellation_email_sent",
    "extra.found_by",
    "extra.meter_number",
    "extra.photo",
    "resolved_on_call",
    *(f"milestones.{each}" for each in MILESTONES),
    "sensitive",
    "wants_leadership",
    "agrees_to_wait",
    "extra.callback_number",
)
"""The fields of page two that stand there only where the playbooks compare them, in their order."""

BESIDES: Mapping[str, tuple[str, ...]] = {
    "cancellation_mail_unanswered": ("extra.cancellation_email_sent",),
    "wrong_meter": ("extra.found_by", "extra.meter_number", "extra.photo"),
}
"""What a category's tickets and mails mention, though no condition compares it."""

WITHOUT_INSTALLER = frozenset({"welcome_call", "cancellation", "fraud", "compliance"})
"""Complaints that can be taken without knowing who the installer is."""

YES_NO = {"yes": True, "no": False}
FLAGS = (*vocabulary.FLAGS, "extra.photo", "extra.contact_details_current")
"""The facts that are answered with yes or no."""

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
    "extra.meter_number": 100,
    "extra.callback_number": 40,
    "extra.new_phone": 40,
    "extra.new_email": 254,
    REASON: 500,
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
    "product": vocabulary.PRODUCTS,
    "omnidian": vocabulary.OMNIDIAN,
    "extra.need": vocabulary.NEEDS,
    "extra.found_by": vocabulary.FOUND_BY,
    "extra.damaged": vocabulary.DAMAGED,
    "sensitive": vocabulary.SENSITIVE,
    **dict.fromkeys(FLAGS, ("yes", "no")),
}

EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]{2,}")
PHONE = re.compile(r"\+?[0-9\s().\-/‐‑–]+(?:(?:x|ext\.?)\s*[0-9]{1,6})?", re.IGNORECASE)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text_of(values: Values, field: str) -> str:
    """A field's text without the blanks around it; what cannot be seen at all counts as nothing."""
    value = values.get(field, "")
    text = value.strip() if isinstance(value, str) else ""
    return text if any(each.isprintable() and not each.isspace() for each in text) else ""


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
    "extra.callback_number": phone_problem,
    "extra.new_phone": phone_problem,
    "extra.new_email": email_problem,
    "extra.cancellation_email_sent": day_problem,
    **{f"milestones.{each}": day_problem for each in MILESTONES},
}


def problem_of(field: str, values: Values) -> str:
    """What is wrong with a field as it stands; empty when nothing is."""
    text, most = text_of(values, field), MOST.get(field, LONGEST)
    if not text:
        return REQUIRED.get(field, "")
    if len(text) > most:
        return f"This is {len(text)} characters long. Shorten it to {most}."
    if field in CHOICES and text not in CHOICES[field]:
        return "This is no longer offered. Choose again."
    return FORMS[field](text) if field in FORMS else ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
        return DAY.fullmatch(text) is not None
    except ValueError:
        return False
