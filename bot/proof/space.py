"""The finite space of facts that matter: which facts the playbooks and the core test, and with which values.

A condition compares a fact with a few words, so a few values stand for all: one for each answer that some
condition can tell from the others, and one for what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Any, Final, TypeVar, cast

from bot.playbooks.gaps import may_fit
from bot.sop import Facts, Homeowner, Installer, Milestones, facts_to_json, vocabulary
from bot.sop.conditions import BEYOND_DAYS, FLAG_WORDS, WORDS, Condition
from bot.sop.playbook import StepRule

T = TypeVar("T")
Value = Any
Values = Mapping[str, Value]
"""Values by the dotted ids of their facts; a milestone goes by its own name, as in a condition."""

AGES: Final = {"m1": 10, "m2": 9, "m3": 8, "pto": 7}
"""How many days ago each milestone was approved, so that they stand in their order."""
CORE: Final[Mapping[str, frozenset[str]]] = {
    "program": frozenset(vocabulary.PROGRAMS),
    "found_on_platform": frozenset(FLAG_WORDS),
    "sensitive": frozenset({"lawyer"}),
}
"""What the core itself tests: the Concert check, the no-copy rule and what a lawyer holds back."""
_AGE_WORDS: Final = {"beyond_30_days", "within_30_days", "not_beyond_30_days"}
_HOMEOWNER: Final = Homeowner("Hana (homeowner)", "1 Example Street", "202-555-0101", "hana@example.test")
_INSTALLER: Final = Installer("Sunny Roofs", "office@example.test")


@dataclass(frozen=True, slots=True)
class Space:
    """Every combination of the facts that matter to complaints of one category; `today` is the local day."""

    category: str
    values: Mapping[str, tuple[Value, ...]]
    today: date

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return prod(len(values) for values in self.values.values())

    def all(self) -> Iterator[Values]:
        """Every combination, the simplest values of each fact first."""
        names = list(self.values)
        return (dict(zip(names, combination, strict=True)) for combination in product(*self.values.values()))


def space_of(category: str, tested: Mapping[str, frozenset[str]], today: date) -> Space:
    """The space of the facts in `tested` (fact -> the words it is compared with)."""
    values = {name: _values(name, tested[name], today) for name in WORDS if name in tested}
    values.pop("category", None)
    return Space(category, values, today)


def facts_of(category: str, values: Values) -> Facts:
    """Facts with these values, about an invented homeowner and installer."""
    extra = {name.removeprefix("extra."): values[name] for name in values if name.startswith("extra.")}
    return Facts(
        categories=(category,),
        program=values.get("program", "unknown"),
        product=values.get("product"),
        milestones=Milestones(**{name: values.get(name, "unknown") for name in vocabulary.MILESTONES}),
        channel=values.get("channel"),
        found_on_platform=values.get("found_on_platform"),
        omnidian=values.get("omnidian"),
        wants_leadership=values.get("wants_leadership"),
        agrees_to_wait=values.get("agrees_to_wait"),
        resolved_on_call=values.get("resolved_on_call"),
        sensitive=values.get("sensitive", ()),
        homeowner=_HOMEOWNER,
        installer=_INSTALLER,
        extra={name: value for name, value in extra.items() if value is not None},
    )


def values_of(facts: Facts, space: Space) -> dict[str, Value]:
    """The values that facts have in a space: the reverse of `facts_of`."""
    return {name: _value_of(facts, name) for name in space.values}


def _value_of(facts: Facts, name: str) -> Value:
    if name.startswith("extra."):
        return facts.extra.get(name.removeprefix("extra."))
    return getattr(facts.milestones if name in vocabulary.MILESTONES else facts, name)


def stated(facts: Facts) -> dict[str, object]:
    """The facts by dotted id as JSON has them, without those that are not known."""
    flat: dict[str, object] = {}
    for name, value in facts_to_json(facts).items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": item for key, item in value.items()}
        else:
            flat[name] = value
    return {name: value for name, value in flat.items() if value not in (None, "", "unknown", [])}


def tests_of(condition: Condition, category: str) -> dict[str, frozenset[str]]:
    """What a condition compares on complaints of `category`; nothing where it cannot hold on them."""
    own = condition.tests.get("category")
    if own is not None and category not in own:
        return {}
    parts = [tests_of(one, category) for one in condition.alternatives if may_fit(one, category)]
    if condition.alternatives and not parts:
        return {}
    return merged({name: frozenset(words) for name, words in condition.tests.items()}, *parts)


def merged(*parts: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The words of each fact in any of `parts`."""
    whole: dict[str, frozenset[str]] = {}
    for part in parts:
        for name, words in part.items():
            whole[name] = whole.get(name, frozenset()) | words
    return whole


def guards_in(thing: object) -> list[Condition]:
    """Every condition in a part of a playbook, but for those of its steps."""
    return _found(thing, Condition, StepRule)


def steps_in(thing: object) -> list[StepRule]:
    """Every step in a part of a playbook."""
    return _found(thing, StepRule)


def cites_in(thing: object) -> set[str]:
    """Every rule and decision that a part of a playbook stands on."""
    own = getattr(thing, "cites", ()) if is_dataclass(thing) else ()
    own = (*own, *getattr(thing, "close_cites", ())) if is_dataclass(thing) else own
    return {*own, *(cite for part in _parts(thing) for cite in cites_in(part))}


def _found(thing: object, kind: type[T], beyond: type[object] | None = None) -> list[T]:
    if isinstance(thing, kind):
        return [thing]
    if beyond is not None and isinstance(thing, beyond):
        return []
    return [found for part in _parts(thing) for found in _found(part, kind, beyond)]


def _parts(thing: object) -> list[object]:
    if isinstance(thing, Mapping):
        return list(thing.values())
    if isinstance(thing, tuple | list):
        return list(thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        return [getattr(thing, each.name) for each in fields(thing)]
    return []


def _values(name: str, words: frozenset[str], today: date) -> tuple[Value, ...]:
    if name in vocabulary.MILESTONES:
        approved = [today - timedelta(days=AGES[name])]
        if words & _AGE_WORDS:
            approved.append(today - timedelta(days=BEYOND_DAYS + AGES[name]))
        return ("unknown", "not_yet", *approved)
    if WORDS[name] is FLAG_WORDS:
        return (None, True, False)
    return _SPECIAL.get(name, _of_words)(name, words)


def _of_words(name: str, _words: frozenset[str]) -> tuple[Value, ...]:
    return (None, *(word for word in WORDS[name] if word not in ("none", "unknown")))


def _sensitive(_name: str, words: frozenset[str]) -> tuple[Value, ...]:
    """None, each that some rule names, and one that no rule names."""
    named = [word for word in vocabulary.SENSITIVE if word in words]
    other = next((word for word in vocabulary.SENSITIVE if word not in words), None)
    unnamed = [other] if other and words & {"any", "none"} else []
    return ((), *((word,) for word in (*named, *unnamed)))


_SPECIAL: Final[Mapping[str, Callable[[str, frozenset[str]], tuple[Value, ...]]]] = {
    "program": lambda _name, _words: cast("tuple[Value, ...]", vocabulary.PROGRAMS),
    "sensitive": _sensitive,
    "extra.damaged": lambda _name, _words: (None, ("roof",), ("system",)),
}
