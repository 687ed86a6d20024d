"""YAML that knows where it stands: every mistake is a sentence with the file and the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, Self

import yaml

from bot.errors import PlaybookError
from bot.playbooks.forms import Form
from bot.sop.vocabulary import allowed

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The quick one, where PyYAML was built with it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a YAML file, and what stands there. Scalars are read as the text they are written as."""

    file: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """The line, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def fail(self, problem: str) -> NoReturn:
        """Raise PlaybookError about this place."""
        raise PlaybookError(f"{self.file}, line {self.line}: {problem}")

    def is_mapping(self) -> bool:
        """True for lines of `key: value`."""
        return isinstance(self.node, yaml.MappingNode)

    def mapping(self, keys: tuple[str, ...] | None = None, needs: tuple[str, ...] = ()) -> dict[str, Spot]:
        """The values by key; only `keys` may stand there (any, if None), and `needs` have to."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fail("lines of `key: value` are needed here.")
        found: dict[str, Spot] = {}
        for key_node, value_node in _pairs(self.node):
            key = Spot(self.file, key_node)
            name = key.text()
            if keys is not None and name not in keys:
                key.fail(f"{name!r} is not known here. {allowed(name, keys)}")
            if name in found:
                key.fail(f"{name!r} stands here twice. Remove one of them.")
            found[name] = Spot(self.file, value_node)
        for name in needs:
            if name not in found:
                self.fail(f"{name!r} is missing here.")
        return found

    def pairs(self) -> Iterator[tuple[Spot, Spot]]:
        """The keys and values of a mapping, as they stand."""
        pairs = self.node.value if isinstance(self.node, yaml.MappingNode) else []
        return ((Spot(self.file, key), Spot(self.file, value)) for key, value in pairs)

    def items(self) -> Iterator[Spot]:
        """The items of a list; a single value is a list of one."""
        nodes = self.node.value if isinstance(self.node, yaml.SequenceNode) else [self.node]
        return (Spot(self.file, node) for node in nodes)

    def text(self) -> str:
        """A text."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.fail("a single text is needed here.")
        return str(self.node.value).strip("\n")

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def word(self, words: tuple[str, ...]) -> str:
        """One of `words`."""
        text = self.text()
        if text not in words:
            self.fail(f"{text!r} is not known here. {allowed(text, words)}")
        return text

    def words(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """A list of words, each one of `words`."""
        return tuple(item.word(words) for item in self.items())

    def flag(self) -> bool:
        """True or false."""
        return self.word(("true", "false")) == "true"

    def number(self) -> int:
        """A whole number, not negative."""
        text = self.text()
        if not text.isdecimal():
            self.fail(f"{text!r} is not a whole number.")
        return int(text)


def _pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """The keys and values; `<<` brings those of another mapping, unless a key stands here itself."""
    pairs = [(key, value) for key, value in node.value if key.value != "<<"]
    own = {key.value for key, _ in pairs}
    merged = [value for key, value in node.value if key.value == "<<" and isinstance(value, yaml.MappingNode)]
    return [pair for other in merged for pair in _pairs(other) if pair[0].value not in own] + pairs


class Filled(dict[str, Spot]):
    """A form as it was filled in: the places of its keys, and their values as the form has them."""

    form: Form

    @classmethod
    def of(cls, form: Form, spot: Spot) -> Self:
        """The form at a place; raises PlaybookError for a key it does not have, or lacks."""
        filled = cls(spot.mapping(form.names, needs=form.needs))
        filled.form = form
        return filled

    def word(self, key: str) -> str:
        """One of the words that the form has for a key."""
        return self[key].word(self.form.keys[key].words)

    def maybe(self, key: str) -> str | None:
        """The same; None where the key is not there."""
        return self.word(key) if key in self else None

    def words(self, key: str) -> tuple[str, ...]:
        """Some of the words that the form has for a key; none where the key is not there."""
        return self[key].words(self.form.keys[key].words) if key in self else ()

    def flag(self, key: str) -> bool:
        """True or false; false where the key is not there."""
        return key in self and self[key].flag()

    def number(self, key: str) -> int | None:
        """A whole number; None where the key is not there."""
        return self[key].number() if key in self else None


def text_at(path: Path) -> str:
    """The text of a file. Raises PlaybookError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlaybookError(f"{path.name} cannot be read: {error}. Put the file back.") from error


def parse(name: str, text: str) -> Spot:
    """The root of the YAML file of that name. Raises PlaybookError."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlaybookError(f"{name}, line {line}: this is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise PlaybookError(f"{name} is not YAML: {said}.") from error
    if node is None:
        raise PlaybookError(f"{name} is empty. Put the file back.")
    return Spot(name, node)
