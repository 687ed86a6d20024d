"""The words under which a case is found: its number, who and where, the installer, tickets, what was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bot.folding import findable, findable_phone
from bot.stored import Entry

OPEN, CLOSED = "§open", "§closed"
"""Marks by which open and closed cases are told apart; nobody can type one, since folding takes the sign."""
QUOTED: Final = re.compile("“([^”]*)”")


def case_words(
    number: int, state: str, references: Mapping[str, str], facts: Mapping[str, Any]
) -> Sequence[str]:
    """What a case is found by; `facts` as the rules core writes them as JSON."""
    homeowner, installer = facts["homeowner"], facts["installer"]
    said = (homeowner["name"], homeowner["address"], homeowner["email"], installer["name"])
    numbers = (reference.replace("-", "") for reference in references.values())
    return (
        CLOSED if state == "closed" else OPEN,
        *findable(f"{number} HC{number} HC", *said, *references.values(), *numbers, facts["description"]),
        *findable_phone(homeowner["phone"]),
    )


def said_words(entries: Iterable[Entry]) -> Sequence[str]:
    """What people said in lines of the timeline: notes, and what stands there word for word in quotes."""
    texts = (text for each in entries for text in _said(each.event, each.text))
    return findable(*texts)


def _said(event: str, text: str) -> Iterable[str]:
    return (text,) if event == "note" else QUOTED.findall(text)
