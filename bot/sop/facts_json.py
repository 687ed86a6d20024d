"""Facts from and to the JSON of the vocabulary. Strict: whatever is not known there is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal, cast

from bot.errors import FactsError
from bot.sop import vocabulary
from bot.sop.facts import Channel, Facts, Homeowner, Installer, Milestone, Milestones, Product, Program
from bot.sop.vocabulary import allowed

_EXTRA_WORDS: Final = {"need": vocabulary.NEEDS, "found_by": vocabulary.FOUND_BY}
_EXTRA_FLAGS: Final = ("photo", "contact_details_current", "asks_association", "agent_trained")
_EXTRA_TEXTS: Final = ("meter_number", "new_phone", "new_email", "callback_number")
_EXTRA: Final = (*_EXTRA_WORDS, *_EXTRA_FLAGS, *_EXTRA_TEXTS, "cancellation_email_sent", "damaged")
_KEYS: Final = (
    "category",
    "program",
    "product",
    "milestones",
    "channel",
    *vocabulary.FLAGS,
    "omnidian",
    "sensitive",
    "homeowner",
    "installer",
    "description",
    "extra",
)
FACTS: Final = (
    *(key for key in _KEYS if key not in ("milestones", "homeowner", "installer", "extra")),
    *(f"milestones.{name}" for name in vocabulary.MILESTONES),
    *(f"homeowner.{name}" for name in Homeowner.__slots__),
    *(f"installer.{name}" for name in Installer.__slots__),
    *(f"extra.{name}" for name in _EXTRA),
)
"""Every fact by its dotted id."""


def facts_from_json(data: object) -> Facts:
    """The facts of `data`, a JSON object in the vocabulary's shape.

    Raises FactsError, which names the dotted id and what may stand there.
    """
    values = _object(data, "facts", _KEYS, prefix="")
    milestones = _object(values.get("milestones"), "milestones", vocabulary.MILESTONES)
    flags = {name: _flag(values.get(name), name) for name in vocabulary.FLAGS}
    return Facts(
        categories=_words(values.get("category"), "category", vocabulary.CATEGORIES),
        program=cast(Program, _word(values.get("program"), "program", vocabulary.PROGRAMS) or "unknown"),
        product=cast("Product | None", _word(values.get("product"), "product", vocabulary.PRODUCTS)),
        milestones=Milestones(**{k: _milestone(v, f"milestones.{k}") for k, v in milestones.items()}),
        channel=cast("Channel | None", _word(values.get("channel"), "channel", vocabulary.CHANNELS)),
        omnidian=cast(
            'Literal["spoke_with", "transferred_by"] | None',
            _word(values.get("omnidian"), "omnidian", vocabulary.OMNIDIAN),
        ),
        sensitive=_words(values.get("sensitive"), "sensitive", vocabulary.SENSITIVE),
        homeowner=Homeowner(**_texts(values.get("homeowner"), "homeowner", tuple(Homeowner.__slots__))),
        installer=Installer(**_texts(values.get("installer"), "installer", tuple(Installer.__slots__))),
        description=_text(values.get("description"), "description"),
        extra=_extra(values.get("extra")),
        **flags,
    )


def facts_to_json(facts: Facts) -> dict[str, object]:
    """The JSON object from which `facts_from_json` gives the same facts."""
    return {
        "category": list(facts.categories),
        "program": facts.program,
        "product": facts.product,
        "milestones": {
            name: value.isoformat() if isinstance(value, date) else value
            for name in vocabulary.MILESTONES
            for value in [getattr(facts.milestones, name)]
        },
        "channel": facts.channel,
        **{name: getattr(facts, name) for name in vocabulary.FLAGS},
        "omnidian": facts.omnidian,
        "sensitive": list(facts.sensitive),
        "homeowner": {name: getattr(facts.homeowner, name) for name in Homeowner.__slots__},
        "installer": {name: getattr(facts.installer, name) for name in Installer.__slots__},
        "description": facts.description,
        "extra": {key: _plain(value) for key, value in facts.extra.items()},
    }


def is_known(facts: Facts, dotted: str) -> bool:
    """Whether the fact of that dotted id is known."""
    value: object = facts_to_json(facts)
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value not in (None, "", "unknown", [])


def with_facts(facts: Facts, changes: Mapping[str, object]) -> Facts:
    """The facts with `changes`: values by dotted id (`extra.need`) or nested as in the JSON."""
    data = facts_to_json(facts)
    for key, value in changes.items():
        head, _, tail = key.partition(".")
        part = data.get(head)
        if tail:
            if not isinstance(part, dict):
                raise FactsError(key, f"{key} is not a fact. {allowed(head, _KEYS)}")
            data[head] = {**part, tail: value}
        elif isinstance(part, dict) and isinstance(value, Mapping):
            data[head] = {**part, **value}
        else:
            data[key] = value
    return facts_from_json(data)


def _extra(value: object) -> dict[str, object]:
    extra: dict[str, object] = {}
    for key, item in _object(value, "extra", _EXTRA).items():
        where = f"extra.{key}"
        if item is None:
            continue
        if key in _EXTRA_WORDS:
            extra[key] = _word(item, where, _EXTRA_WORDS[key])
        elif key in _EXTRA_FLAGS:
            extra[key] = _flag(item, where)
        elif key in _EXTRA_TEXTS:
            extra[key] = _text(item, where)
        elif key == "damaged":
            extra[key] = _words(item, where, vocabulary.DAMAGED)
        else:
            extra[key] = _day(item, where)
    return extra


def _object(value: object, where: str, keys: tuple[str, ...], prefix: str | None = None) -> dict[str, object]:
    if value is None and prefix is None:
        return {}
    if not isinstance(value, Mapping):
        raise FactsError(where, f"{where} is {_shown(value)}. Write an object with named values.")
    for key in value:
        if key not in keys:
            name = f"{where}.{key}" if prefix is None else str(key)
            raise FactsError(name, f"{name} is not a fact. {allowed(key, keys)}")
    return dict(value)


def _word(value: object, where: str, words: tuple[str, ...]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in words:
        raise FactsError(where, f"{where} is {_shown(value)}. {allowed(value, words)}")
    return value


def _words(value: object, where: str, words: tuple[str, ...]) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(items, list | tuple):
        raise FactsError(where, f"{where} is {_shown(value)}. {allowed(value, words)}")
    checked = [_word(item, where, words) for item in items]
    return tuple(dict.fromkeys(item for item in checked if item is not None))


def _flag(value: object, where: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise FactsError(where, f"{where} is {_shown(value)}. Allowed: true, false, null (not known).")
    return value


def _text(value: object, where: str) -> str:
    if value is not None and not isinstance(value, str):
        raise FactsError(where, f"{where} is {_shown(value)}. Write a text.")
    return value or ""


def _texts(value: object, where: str, keys: tuple[str, ...]) -> dict[str, str]:
    return {key: _text(item, f"{where}.{key}") for key, item in _object(value, where, keys).items()}


def _milestone(value: object, where: str) -> Milestone:
    if value is None:
        return "unknown"
    if value in ("not_yet", "unknown"):
        return cast(Milestone, value)
    return _day(value, where, 'or "not_yet", or "unknown"')


def _day(value: object, where: str, otherwise: str = "") -> date:
    try:
        if isinstance(value, str) and len(value) == len("2026-01-31"):
            return date.fromisoformat(value)
    except ValueError:
        pass
    words = f", {otherwise}" if otherwise else ""
    raise FactsError(where, f'{where} is {_shown(value)}. Write a date, as in "2026-11-18"{words}.')


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    """The value as it stands in a message: short, and only its kind where it could be personal data."""
    if isinstance(value, bool | int | float) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:40] + "…")
    return "a list" if isinstance(value, list | tuple) else "an object"
