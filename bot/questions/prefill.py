"""The facts of a question as a short code of ids, which a button can carry, and back as intake's values.

The code holds ids of the vocabulary only: nothing that somebody typed, and no date that nobody named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.intake_fields import CHOICES, NOT_YET, Values
from bot.questions.recognition import Recognised
from bot.sop import vocabulary

_SEVERAL: Final = ("sensitive", "extra.damaged", NOT_YET)
_ONE: Final = ("category", "program", "product", "channel", "omnidian", *vocabulary.FLAGS)


def code_of(known: Recognised) -> str:
    """The code, as in `category=property_damage,product=ppa`; empty where there is nothing to fill in."""
    return ",".join(f"{field}={value}" for field, value in _pairs(known))


def values_of(code: str) -> Values:
    """What intake's fields begin with; whatever is not offered there is left out."""
    one: dict[str, str] = {}
    several: dict[str, tuple[str, ...]] = {}
    for part in code.split(","):
        field, _, value = part.partition("=")
        allowed = vocabulary.MILESTONES if field == NOT_YET else CHOICES.get(field, ())
        if value not in allowed:
            continue
        if field in _SEVERAL:
            several[field] = (*several.get(field, ()), value)
        elif field in _ONE:
            one[field] = value
    return {**one, **several}


def _pairs(known: Recognised) -> Iterator[tuple[str, str]]:
    facts = known.facts
    for field in _ONE:
        value = known.data.get(field)
        if value is not None:
            yield field, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    yield from (("sensitive", each) for each in facts.sensitive)
    damaged = facts.extra.get("damaged")
    if isinstance(damaged, list | tuple):
        yield from (("extra.damaged", str(each)) for each in damaged)
    for each in vocabulary.MILESTONES:
        if getattr(facts.milestones, each) == "not_yet":
            yield NOT_YET, each
