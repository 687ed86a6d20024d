"""Worked examples: a complaint, what happens to it, and what the desk has to make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from bot.errors import PlaybookError
from bot.plan_json import question_from_json, simulation_to_json
from bot.playbooks import DIRECTORY
from bot.simulation import simulate
from bot.sop import Playbooks

_STEPS: Final = "steps"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example, at a `line` of a `file`. `plan` and `diary` hold the keys to compare."""

    file: str
    line: int
    name: str
    question: Mapping[str, object]
    plan: Mapping[str, object]
    diary: tuple[Mapping[str, object], ...]


def load_examples(directory: Path = DIRECTORY) -> list[Example]:
    """Every example beside the playbooks. Raises PlaybookError where a file is not of its form."""
    return [example for path in sorted(directory.glob("*.examples.yaml")) for example in _load(path)]


def differences(example: Example, playbooks: Playbooks) -> list[str]:
    """What comes out otherwise than the example says; empty where it holds."""
    facts, now, then = question_from_json(example.question)
    result = simulation_to_json(simulate(facts, now, then, playbooks))
    found = list(_compare("plan", example.plan, result["plan"]))
    diary = result["diary"]
    for index, expected in enumerate(example.diary):
        entry = diary[index] if isinstance(diary, list) else None
        found += _compare(f"{index + 1}. {then[index].name}", expected, entry)
    return found


def _load(path: Path) -> Iterator[Example]:
    text = path.read_text(encoding="utf-8")
    root = yaml.compose(text, Loader=_LOADER)
    lines = [node.start_mark.line + 1 for node in root.value] if root else []
    for line, item in zip(lines, yaml.load(text, Loader=_LOADER), strict=True):  # noqa: S506 - a safe one
        try:
            events = item.get("then", [])
            yield Example(
                file=path.name,
                line=line,
                name=item["name"],
                question={
                    "facts": item["facts"],
                    "now": item["now"],
                    "then": [{k: v for k, v in event.items() if k != "gives"} for event in events],
                },
                plan=item["plan"],
                diary=tuple(event.get("gives", {}) for event in events),
            )
        except (KeyError, AttributeError, TypeError) as error:
            raise PlaybookError(
                f"{path.name}: an example lacks {error}. See the others beside it."
            ) from error


def _compare(where: str, expected: Mapping[str, object], actual: object) -> Iterator[str]:
    values = actual if isinstance(actual, Mapping) else {}
    for key, value in expected.items():
        found = _short(values.get(key)) if key == _STEPS else values.get(key)
        wanted = value.isoformat() if hasattr(value, "isoformat") else value
        if found != wanted:
            yield f"{where}: {key} is {_said(found)}, the example says {_said(wanted)}"


def _said(value: object) -> str:
    """A value as an example writes it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_said, value))}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _short(steps: object) -> list[str]:
    """Steps as an example writes them: `email_installer available`."""
    return [f"{step['id']} {step['state']}" for step in steps] if isinstance(steps, list) else []
