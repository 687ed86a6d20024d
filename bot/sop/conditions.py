"""Conditions of a playbook: data that is compared with the facts, never an expression.

A condition holds, does not hold, or cannot be told because a fact is not known (D-08).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.sop import vocabulary
from bot.sop.facts import Facts

BEYOND_DAYS: Final = 30
MILESTONE_WORDS: Final = (
    "approved",
    "not_yet",
    "before",
    "beyond_30_days",
    "within_30_days",
    "not_beyond_30_days",
)
"""`before` is not approved, where unknown counts as not approved (D-26)."""
FLAG_WORDS: Final = ("yes", "no", "unknown", "stated")
"""`stated` is yes, where unknown counts as no and is not asked for."""
SENSITIVE_WORDS: Final = ("any", "none", *vocabulary.SENSITIVE)

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "category": vocabulary.CATEGORIES,
    "program": vocabulary.PROGRAMS,
    "product": vocabulary.PRODUCTS,
    "channel": (*vocabulary.CHANNELS, "unknown"),
    "omnidian": ("none", *vocabulary.OMNIDIAN),
    "sensitive": SENSITIVE_WORDS,
    **dict.fromkeys(vocabulary.MILESTONES, MILESTONE_WORDS),
    **dict.fromkeys(vocabulary.FLAGS, FLAG_WORDS),
    "extra.need": vocabulary.NEEDS,
    "extra.found_by": vocabulary.FOUND_BY,
    "extra.damaged": ("property", "only_system", "unknown"),
    **{
        f"extra.{name}": FLAG_WORDS
        for name in ("asks_association", "contact_details_current", "agent_trained", "photo")
    },
}
"""What a condition may ask about, and the words that may answer."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds; None, with the dotted ids of facts to ask for, where it cannot be told."""

    holds: bool | None
    asks: tuple[str, ...] = ()


_TRUE: Final = Verdict(True)
_FALSE: Final = Verdict(False)


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when each of `tests` (fact -> words, one of which is true) holds in one of the `alternatives`.

    An empty condition always holds.
    """

    tests: Mapping[str, tuple[str, ...]]
    alternatives: tuple[Condition, ...] = ()

    def judge(self, facts: Facts, today: date) -> Verdict:
        """Compare with `facts`; `today` is the local day, for the age of M1."""
        asks: dict[str, None] = {}
        for fact, words in self.tests.items():
            verdict = _test(fact, words, facts, today)
            if verdict.holds is False:
                return _FALSE
            asks |= dict.fromkeys(verdict.asks)
        if self.alternatives:
            verdict = _any([one.judge(facts, today) for one in self.alternatives])
            if verdict.holds is False:
                return _FALSE
            asks |= dict.fromkeys(verdict.asks)
        return Verdict(None, tuple(asks)) if asks else _TRUE


ALWAYS: Final = Condition({})


def _any(verdicts: list[Verdict]) -> Verdict:
    if any(verdict.holds for verdict in verdicts):
        return Verdict(True)
    asks = tuple(dict.fromkeys(ask for verdict in verdicts for ask in verdict.asks))
    return Verdict(None, asks) if asks else Verdict(False)


def _test(fact: str, words: tuple[str, ...], facts: Facts, today: date) -> Verdict:
    if fact in vocabulary.MILESTONES:
        return _milestone(fact, words, facts, today)
    if fact in vocabulary.FLAGS:
        return _flag(fact, words, getattr(facts, fact))
    if fact.startswith("extra."):
        return _extra(fact, words, facts)
    return _PLAIN[fact](words, facts)


def _category(words: tuple[str, ...], facts: Facts) -> Verdict:
    if not facts.categories:
        return Verdict(None, ("category",))
    return Verdict(facts.categories[0] in words)


def _program(words: tuple[str, ...], facts: Facts) -> Verdict:
    if facts.program in words:
        return Verdict(True)
    return Verdict(None, ("program",)) if facts.program == "unknown" else Verdict(False)


def _known(name: str, value: str | None, words: tuple[str, ...]) -> Verdict:
    if value is None:
        return Verdict(True) if "unknown" in words else Verdict(None, (name,))
    return Verdict(value in words)


def _sensitive(words: tuple[str, ...], facts: Facts) -> Verdict:
    flagged = set(facts.sensitive)
    return Verdict(
        ("any" in words and bool(flagged)) or ("none" in words and not flagged) or bool(flagged & set(words))
    )


_PLAIN: Final[Mapping[str, Callable[[tuple[str, ...], Facts], Verdict]]] = {
    "category": _category,
    "program": _program,
    "product": lambda words, facts: _known("product", facts.product, words),
    "channel": lambda words, facts: _known("channel", facts.channel, words),
    "omnidian": lambda words, facts: Verdict((facts.omnidian or "none") in words),
    "sensitive": _sensitive,
}


def _flag(name: str, words: tuple[str, ...], value: object) -> Verdict:
    if value is None:
        if "unknown" in words or "stated" in words:
            return Verdict("unknown" in words)
        return Verdict(None, (name,))
    return Verdict(bool({"yes", "stated"} & set(words)) if value else "no" in words)


def _extra(name: str, words: tuple[str, ...], facts: Facts) -> Verdict:
    value = facts.extra.get(name.removeprefix("extra."))
    if WORDS[name] is FLAG_WORDS:
        return _flag(name, words, value)
    if name == "extra.damaged":
        return Verdict(bool(_damage(value) & set(words)))
    return Verdict(None, (name,)) if value is None else Verdict(value in words)


def _damage(value: object) -> set[str]:
    """Only the system, or anything else; damage of which nothing is known is to property (D-28)."""
    if not value:
        return {"property", "unknown"}
    return {"only_system" if value == ("system",) else "property"}


def _milestone(name: str, words: tuple[str, ...], facts: Facts, today: date) -> Verdict:
    value = getattr(facts.milestones, name)
    if value == "unknown":
        return Verdict(True) if "before" in words else Verdict(None, (f"milestones.{name}",))
    if value == "not_yet":
        return Verdict(bool({"not_yet", "before", "not_beyond_30_days"} & set(words)))
    beyond = (today - value).days > BEYOND_DAYS
    age = {"beyond_30_days"} if beyond else {"within_30_days", "not_beyond_30_days"}
    return Verdict(bool(({"approved"} | age) & set(words)))
