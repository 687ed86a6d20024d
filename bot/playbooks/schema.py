"""The JSON Schema of a playbook file, made from the loader's own forms, so that an editor completes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from bot.playbooks.forms import FORMS, PLAYBOOK, Form, Key

FILE: Final = "schema.json"
"""Where the schema is kept, beside the playbooks."""
COMMENT: Final = f"# yaml-language-server: $schema={FILE}"
"""The first line of a playbook, by which an editor finds it."""
_FLAGS: Final = {"yes": True, "no": False}


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a playbook file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A playbook of Complaint Desk",
        **_form(PLAYBOOK),
        "$defs": {name: _form(form) for name, form in FORMS.items() if form is not PLAYBOOK},
    }


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _form(form: Form) -> dict[str, object]:
    whole: dict[str, object] = {
        "type": "object",
        "properties": {name: _key(key) for name, key in form.keys.items()},
        "additionalProperties": False,
    }
    if form.needs:
        whole["required"] = list(form.needs)
    if form.short is None:
        return {"description": form.says, **whole}
    return {"description": form.says, "anyOf": [_key(form.short), whole]}


def _key(key: Key) -> dict[str, object]:
    return {"description": key.says, **_value(key)}


def _value(key: Key) -> Mapping[str, object]:
    part = {"$ref": f"#/$defs/{key.part}"}
    if key.shape == "word":
        return {"enum": _answers(key.words)}
    if key.shape == "words":
        return _one_or_more({"enum": _answers(key.words)})
    if key.shape == "named":
        names = {"propertyNames": {"enum": list(key.words)}} if key.words else {}
        return {"type": "object", "additionalProperties": part, **names}
    if key.shape in ("form", "forms"):
        return part if key.shape == "form" else _one_or_more(part)
    return _PLAIN[key.shape]


def _answers(words: tuple[str, ...]) -> list[str | bool]:
    """The words; some editors read a bare `yes` or `no` as true or false."""
    return [*words, *(_FLAGS[word] for word in words if word in _FLAGS)]


def _one_or_more(item: Mapping[str, object]) -> dict[str, object]:
    return {"anyOf": [item, {"type": "array", "items": item}]}


_PLAIN: Final[Mapping[str, Mapping[str, object]]] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "number": {"type": "integer", "minimum": 0},
    "cites": _one_or_more({"type": "string", "pattern": "^[RD]-[0-9]+$"}),
    "texts": {"type": "object", "additionalProperties": {"type": "string"}},
}
