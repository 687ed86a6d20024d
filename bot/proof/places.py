"""Where each part of the playbooks stands: file and line, for a finding to name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.playbooks import rules_in, sops_of
from bot.playbooks.reading import Spot

Part = tuple[str, ...]
"""`(path,)`, `(path, stage)`, `(path, stage, step)`, `("overlay", overlay, step)`, `("call", step)` or
`(rule,)`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Places:
    """The places of all parts of one folder of playbooks."""

    places: Mapping[Part, Place]
    nowhere: Place

    def of(self, *part: str) -> Place:
        """Where a part stands, or else the nearest part that it belongs to."""
        for length in range(len(part), 0, -1):
            if part[:length] in self.places:
                return self.places[part[:length]]
        return self.nowhere


def places_of(files: Mapping[str, str]) -> Places:
    """The places of everything in the files of a rulebook. May raise PlaybookError."""
    found: dict[Part, Place] = {}
    for root in sops_of(files):
        found |= dict(_parts(root.mapping()["sop"].text(), root))
    rules = rules_in(files).mapping()
    found |= {(name,): place for part in rules.values() for name, place, _ in _named(part)}
    return Places(found, Place("rules.yaml", 1))


def _parts(sop: str, root: Spot) -> Iterator[tuple[Part, Place]]:
    parts = root.mapping()
    for name, place, path in _named(parts.get("paths")):
        yield (f"{sop}/{name}",), place
        for stage, at, spot in _named(path.mapping().get("stages")):
            yield (f"{sop}/{name}", stage), at
            yield from (((f"{sop}/{name}", stage, step), line) for step, line in _steps(spot.mapping()))
    for name, place, overlay in _named(parts.get("overlays")):
        yield ("overlay", name), place
        yield from ((("overlay", name, step), line) for step, line in _steps(overlay.mapping()))
    if "entry" in parts:
        call = parts["entry"].mapping().get("call")
        yield ("call",), Place(root.file, parts["entry"].line)
        yield from ((("call", step), line) for step, line in _steps({"steps": call} if call else {}))


def _steps(stage: Mapping[str, Spot]) -> Iterator[tuple[str, Place]]:
    asked = [stage[name] for name in ("follow_up", "prompts") if name in stage]
    for step in (*(stage["steps"].items() if "steps" in stage else ()), *asked):
        name = step.mapping()["id"]
        yield name.text(), Place(name.file, name.line)


def _named(spot: Spot | None) -> Iterator[tuple[str, Place, Spot]]:
    """The parts that stand under names of their own, each with the line of its name."""
    for key, value in spot.pairs() if spot else ():
        yield key.text(), Place(key.file, key.line), value
