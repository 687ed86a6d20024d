"""What may stand in each block of `systems` in desk.yaml, and of what form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final

from bot.system_settings import Related

Reader = Callable[[object, str], Any]


class Wrong(ValueError):
    """A value that is not of its form; the message begins with its dotted key."""


def _text(value: object, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise Wrong(f"{where} is no text. Write it in quotation marks.")
    return "" if value is None else str(value).strip()


def _number(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 86400:
        raise Wrong(f"{where} is {value!r}. Write a whole number from 1 to 86400.")
    return value


def mapping(value: object, where: str) -> Mapping[str, object]:
    """Settings below a key; none where it is blank. Raises Wrong."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise Wrong(f"{where} is not a list of settings. Write lines of `key: value` below it.")
    return value


def _items(value: object, where: str) -> list[object]:
    if not isinstance(value, list | None):
        raise Wrong(f"{where} is no list. Write it as in [a, b].")
    return value or []


def _texts(value: object, where: str) -> dict[str, str]:
    """Texts by name; those that are blank are not there."""
    texts = {key: _text(each, f"{where}.{key}") for key, each in mapping(value, where).items()}
    return {key: text for key, text in texts.items() if text}


def _list(value: object, where: str) -> tuple[str, ...]:
    return tuple(_text(each, f"{where}[{index}]") for index, each in enumerate(_items(value, where)))


def _related(value: object, where: str) -> tuple[Related, ...]:
    return tuple(_one_related(each, f"{where}[{index}]") for index, each in enumerate(_items(value, where)))


def _one_related(value: object, where: str) -> Related:
    parts = _texts(value, where)
    known = [each.name for each in fields(Related)]
    for key in mapping(value, where):
        if key not in known:
            raise Wrong(f"{where}.{key} is not a setting. Allowed here: {', '.join(known)}.")
    for key in known:
        if key not in parts:
            raise Wrong(f"{where}.{key} is missing. Write field, object, match and by.")
    return Related(**parts)


BLOCKS: Final[Mapping[str, Mapping[str, Reader]]] = {
    "jira": {
        "project": _text,
        "service_desk": _text,
        "request_types": _texts,
        "fields": _texts,
        "labels": _list,
        "link_type": _text,
        "close": _text,
        "resolution": _text,
    },
    "salesforce": {
        "version": _text,
        "external_key": _text,
        "fields": _texts,
        "related": _related,
        "queue": _text,
        "closed_status": _text,
    },
    "mail": {"mailbox": _text, "sender": _text, "sent_by_people": _list},
    "power_bi": {
        "workspace": _text,
        "dataset": _text,
        "table": _text,
        "columns": _texts,
        "cached_seconds": _number,
    },
}
"""The sections of `systems` and their settings, each with how it is read. All readers raise Wrong."""
