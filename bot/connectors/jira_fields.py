"""A ticket's content: what the playbooks' fields are in Jira, and the trace that an order leaves there.

The trace is a line in the description or comment, `(Complaint Desk HC-1042 · 3f2a9c1d)`: the case and the
first digits of the order's mark. A ticket carries the whole mark in a label, too, which outlives an edited
description; but the label can often be set only once the ticket is there, and the line comes with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.errors import Rejected
from bot.system_settings import JiraSettings

BUILT_IN: Final[Mapping[str, str]] = {"Summary": "summary", "Description": "description", "Labels": "labels"}
"""The playbooks' fields that are the same in every Jira."""
COMMENT: Final = "Internal Comment"
ASIDE: Final = ("Queue", "Request Type", COMMENT)
"""Fields that are no field of a ticket: its request type puts it into a queue, and a comment is one."""
LONGEST_SUMMARY: Final = 255
ORGANISATION: Final = "sd-customerorganization"
LONG_TEXT: Final = ":textarea"
"""How the kind of a field ends in which Jira reads markup, as it does in a description."""
TRACE: Final = re.compile(r"\(Complaint Desk HC-\d+ · [0-9a-f]{8}\)")
_MARKUP: Final = re.compile(r"([\[{])")


def label_of(mark: str) -> str:
    """The label that a ticket of this order has."""
    return f"complaint-desk-{mark}"


def trace_of(case_name: str, mark: str) -> str:
    """The line that what this order wrote ends with."""
    return f"(Complaint Desk {case_name} · {mark[:8]})"


def plain(text: str) -> str:
    """Text that stays text: Jira makes mentions and links of square brackets, and macros of braces."""
    return _MARKUP.sub(r"\\\1", text.replace("\r\n", "\n").strip())


def with_trace(text: str, trace: str) -> str:
    """What people said, and below it what the desk finds it again by."""
    return f"{plain(text)}\n\n{trace}".strip()


def id_of(name: str, settings: JiraSettings) -> str:
    """A field's id in Jira; empty where it is not mapped."""
    return settings.fields.get(name) or BUILT_IN.get(name, "")


def summary(fields: Mapping[str, str]) -> str:
    """The summary, no longer than Jira takes it."""
    text = fields.get("Summary", "")
    return text if len(text) <= LONGEST_SUMMARY else f"{text[: LONGEST_SUMMARY - 1]}…"


def description(fields: Mapping[str, str], settings: JiraSettings, trace: str) -> str:
    """The description. Fields that are not mapped stand below it, so that nothing is lost."""
    loose = [f"{name}: {value}" for name, value in fields.items() if _is_loose(name, settings)]
    return with_trace(
        "\n\n".join(part for part in (fields.get("Description", ""), "\n".join(loose)) if part), trace
    )


def labels(fields: Mapping[str, str], settings: JiraSettings) -> tuple[str, ...]:
    """The labels that a ticket has by settings and playbook; a label knows no space."""
    given = [each.strip() for each in fields.get("Labels", "").split(",")]
    return tuple(dict.fromkeys("-".join(each.split()) for each in (*settings.labels, *given) if each))


def mapped(fields: Mapping[str, str], settings: JiraSettings) -> Mapping[str, str]:
    """The other fields that are mapped, by their names in the playbooks."""
    return {
        name: value
        for name, value in fields.items()
        if name not in ASIDE and name not in BUILT_IN and id_of(name, settings)
    }


def to_jira(name: str, text: str, kind: Mapping[str, Any], organisation: Callable[[str], int]) -> object:
    """A field's value as Jira wants it for its `kind`, which is its schema. Raises Rejected."""
    match kind.get("type"), kind.get("items"):
        case ("string" | "date", _):
            return plain(text) if str(kind.get("custom", "")).endswith(LONG_TEXT) else text
        case ("option", _):
            return {"value": text}
        case ("array", "option"):
            return [{"value": text}]
        case ("array", "string"):
            return ["-".join(each.split()) for each in text.split(",") if each.strip()]
        case ("array", items) if items == ORGANISATION:
            return [organisation(text)]
    raise Rejected(
        f"“{name}” is mapped to a field of Jira that the desk cannot fill ({kind.get('type') or 'unknown'}). "
        "Map it to a text, a choice or the organisations under systems.jira.fields in desk.yaml, and have it "
        "tried again."
    )


def to_text(value: Any) -> str:
    """A value as Jira tells it, in words to compare."""
    match value:
        case None:
            return ""
        case list():
            return ", ".join(to_text(each) for each in value)
        case dict():
            return str(value.get("value") or value.get("name") or "")
    return str(value).replace("\r\n", "\n").strip()


def instead_of(there: Any, value: object, before: Mapping[str, str]) -> object:
    """What a field should have now. Of its organisations, the one that the desk named before goes; those that
    people added stay.
    """
    if not _are_organisations(there) or not isinstance(value, list):
        return value
    old = {text.strip().casefold() for text in before.values()}
    others = [int(each["id"]) for each in there if each["name"].strip().casefold() not in old]
    return list(dict.fromkeys([*others, *value]))


def is_there(there: Any, wanted: object) -> bool:
    """Whether a field has what it should."""
    if _are_organisations(there) and isinstance(wanted, list):
        return set(wanted) == {int(each["id"]) for each in there}
    return to_text(there) == to_text(wanted)


def _is_loose(name: str, settings: JiraSettings) -> bool:
    return name not in ASIDE and not id_of(name, settings)


def _are_organisations(there: Any) -> bool:
    return isinstance(there, list) and all(isinstance(each, dict) and "name" in each for each in there)
