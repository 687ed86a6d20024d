"""The SOPs as data: one YAML file each, and the loader that checks them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.errors import PlaybookError
from bot.playbooks.forms import PLAYBOOK
from bot.playbooks.parsing import Parser
from bot.playbooks.reading import Filled, Spot, parse, text_at
from bot.sop import vocabulary
from bot.sop.organisation import Organisation
from bot.sop.playbook import Entry, Overlay, Playbooks, Rule, StepRule
from bot.sop.playbook import Path as SopPath

DIRECTORY: Final = Path(__file__).parent
TEMPLATES: Final = DIRECTORY.parent / "templates"
_PLAYBOOKS: Final = "playbooks/"
_TEMPLATES: Final = "templates/"
_RULES: Final = "rules.yaml"
_WORDS: Final = "words.yaml"
_EXAMPLES: Final = ".examples.yaml"
_FALLBACKS: Final = ("not_covered", "not_concert")


def load_playbooks(
    organisation: Organisation, directory: Path | None = None, templates: Path | None = None
) -> Playbooks:
    """Every playbook of `directory`, and the templates they name.

    Raises PlaybookError, which names the file, the line, what is wrong and what may stand there.
    """
    return playbooks_from(files_in(directory, templates), organisation)


def files_in(directory: Path | None = None, templates: Path | None = None) -> dict[str, str]:
    """The texts of a whole rulebook by their names, as in `templates/shared/lost.txt`.

    Without `templates`, those in the folder of that name in `directory`, or else those that are installed.
    Worked examples are no part of it.
    """
    directory = directory or DIRECTORY
    own = directory / "templates"
    templates = templates or (own if own.is_dir() else TEMPLATES)
    found = {f"{_PLAYBOOKS}{path.name}": path for path in directory.glob("*.yaml")}
    found |= {f"{_TEMPLATES}{path.parent.name}/{path.name}": path for path in templates.glob("*/*.txt")}
    return {name: text_at(found[name]) for name in sorted(found) if not name.endswith(_EXAMPLES)}


def playbooks_from(files: Mapping[str, str], organisation: Organisation) -> Playbooks:
    """The rulebook of these files. Raises PlaybookError."""
    sources = {
        name.removeprefix(_TEMPLATES).removesuffix(".txt"): text
        for name, text in files.items()
        if name.startswith(_TEMPLATES)
    }
    gathered = _Gathered(_rules(_part(files, _RULES)), sources)
    for spot in sops_of(files):
        gathered.add(spot)
    if gathered.entry is None:
        raise PlaybookError("No playbook has an `entry`. Put concert_check.yaml back.")
    for name in _FALLBACKS:
        if name not in gathered.fallbacks:
            raise PlaybookError(f"No playbook has the fallback {name!r}. Put general.yaml back.")
    words = _part(files, _WORDS).mapping(("events", "questions"), needs=("events", "questions"))
    return Playbooks(
        version=_version(files),
        organisation=organisation,
        paths=gathered.paths,
        entry=gathered.entry,
        fallbacks=gathered.fallbacks,
        overlays=tuple(gathered.overlays),
        titles=_titles(words["events"]),
        questions={name: spot.text() for name, spot in words["questions"].mapping().items()},
        rules=gathered.rules,
        templates=sources,
        files=files,
    )


def sops_of(files: Mapping[str, str]) -> list[Spot]:
    """The roots of the files that hold an SOP, in the order of their names. Raises PlaybookError."""
    names = [name.removeprefix(_PLAYBOOKS) for name in files if name.startswith(_PLAYBOOKS)]
    return [_part(files, name) for name in names if name not in (_RULES, _WORDS)]


def rules_in(files: Mapping[str, str]) -> Spot:
    """The root of the file of rules."""
    return _part(files, _RULES)


def _part(files: Mapping[str, str], name: str) -> Spot:
    if f"{_PLAYBOOKS}{name}" not in files:
        raise PlaybookError(f"{name} cannot be read: it is not there. Put the file back.")
    return parse(name, files[f"{_PLAYBOOKS}{name}"])


def _rules(root: Spot) -> dict[str, Rule]:
    """The rules of the SOPs and our decisions, by id."""
    sections = root.mapping(("rules", "decisions"), needs=("rules", "decisions"))
    rules: dict[str, Rule] = {}
    for name, spot in sections["rules"].mapping().items():
        found = spot.mapping(("source", "quote", "no_step"), needs=("source", "quote"))
        no_step = found["no_step"].text() if "no_step" in found else ""
        rules[name] = Rule(name, found["source"].text(), found["quote"].text(), no_step)
    for name, spot in sections["decisions"].mapping().items():
        title = spot.mapping(("title",), needs=("title",))["title"].text()
        rules[name] = Rule(name, "desk default", title)
    return rules


class _Gathered:
    """What the files hold together."""

    def __init__(self, rules: dict[str, Rule], templates: dict[str, str]) -> None:
        self.rules = rules
        self.templates = templates
        self.paths: dict[str, SopPath] = {}
        self.entry: Entry | None = None
        self.overlays: list[Overlay] = []
        self.fallbacks: dict[str, StepRule] = {}

    def add(self, root: Spot) -> None:
        """Add one file."""
        found = Filled.of(PLAYBOOK, root)
        parser = Parser(found["sop"].text(), self.rules, self.templates)
        own = found["paths"].mapping() if "paths" in found else {}
        for name, spot in own.items():
            path = parser.path(name, spot)
            if path.id in self.paths:
                spot.fail(f"another playbook has the path {path.id} already. Give one of them another name.")
            self.paths[path.id] = path
        if "entry" in found:
            if self.entry is not None:
                found["entry"].fail("another playbook has an `entry` already. There can be one.")
            self.entry = parser.entry(found["entry"])
        for name, spot in found["overlays"].mapping().items() if "overlays" in found else ():
            self.overlays.append(parser.overlay(name, spot, tuple(own)))
        for name, spot in found["fallbacks"].mapping(_FALLBACKS).items() if "fallbacks" in found else ():
            self.fallbacks[name] = parser.step(spot)


def _titles(spot: Spot) -> dict[str, str]:
    titles = {name: value.text() for name, value in spot.mapping((*vocabulary.EVENTS, "opened")).items()}
    for event in vocabulary.EVENTS:
        if event not in titles:
            spot.fail(f"the event {event!r} has no title here.")
    return titles


def _version(files: Mapping[str, str]) -> str:
    """A hash over the names and contents of all files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{files[name]}\0".encode())
    return digest.hexdigest()
