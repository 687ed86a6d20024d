"""The SOPs as data: one YAML file each, and the loader that checks them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from bot.errors import PlaybookError
from bot.playbooks.parsing import Parser
from bot.playbooks.reading import Spot, read
from bot.sop import vocabulary
from bot.sop.organisation import Organisation
from bot.sop.playbook import Entry, Overlay, Playbooks, Rule, StepRule
from bot.sop.playbook import Path as SopPath

DIRECTORY: Final = Path(__file__).parent
TEMPLATES: Final = DIRECTORY.parent / "templates"
_RULES: Final = "rules.yaml"
_WORDS: Final = "words.yaml"
_EXAMPLES: Final = ".examples.yaml"
_KEYS: Final = ("sop", "title", "source", "paths", "entry", "overlays", "fallbacks")
_FALLBACKS: Final = ("not_covered", "not_concert")


def load_playbooks(
    organisation: Organisation, directory: Path | None = None, templates: Path | None = None
) -> Playbooks:
    """Every playbook of `directory`, and the templates they name.

    Raises PlaybookError, which names the file, the line, what is wrong and what may stand there.
    """
    directory, templates = directory or DIRECTORY, templates or TEMPLATES
    texts = {_template_name(path, templates): path for path in sorted(templates.glob("*/*.txt"))}
    sources = {name: path.read_text(encoding="utf-8") for name, path in texts.items()}
    gathered = _Gathered(load_rules(directory), sources)
    for path in playbook_files(directory):
        gathered.add(read(path))
    if gathered.entry is None:
        raise PlaybookError(f"No playbook in {directory} has an `entry`. Put concert_check.yaml back.")
    for name in _FALLBACKS:
        if name not in gathered.fallbacks:
            raise PlaybookError(
                f"No playbook in {directory} has the fallback {name!r}. Put general.yaml back."
            )
    words = read(directory / _WORDS).mapping(("events", "questions"), needs=("events", "questions"))
    return Playbooks(
        version=_version([*directory.glob("*.yaml"), *texts.values()]),
        organisation=organisation,
        paths=gathered.paths,
        entry=gathered.entry,
        fallbacks=gathered.fallbacks,
        overlays=tuple(gathered.overlays),
        titles=_titles(words["events"]),
        questions={name: spot.text() for name, spot in words["questions"].mapping().items()},
        rules=gathered.rules,
        templates=sources,
    )


def playbook_files(directory: Path) -> list[Path]:
    """The files of `directory` that hold an SOP, in the order of their names."""
    others = (_RULES, _WORDS)
    files = (path for path in directory.glob("*.yaml") if not path.name.endswith(_EXAMPLES))
    return sorted(path for path in files if path.name not in others)


def load_rules(directory: Path) -> dict[str, Rule]:
    """The rules of the SOPs and our decisions, by id."""
    sections = read(directory / _RULES).mapping(("rules", "decisions"), needs=("rules", "decisions"))
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
        found = root.mapping(_KEYS, needs=("sop", "title", "source"))
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


def _template_name(path: Path, templates: Path) -> str:
    return path.relative_to(templates).with_suffix("").as_posix()


def _version(files: list[Path]) -> str:
    """A hash over the names and contents of all files; worked examples are no part of it."""
    digest = hashlib.sha256()
    files = [path for path in files if not path.name.endswith(_EXAMPLES)]
    for path in sorted(files, key=lambda path: (path.parent.name, path.name)):
        digest.update(f"{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
