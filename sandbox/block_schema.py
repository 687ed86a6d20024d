"""The small vocabulary in which `block_kit.py` writes down Slack's rules.

A `Check` looks at a value and yields what is wrong with it, each with the JSON pointer of the place.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """One thing that Slack would refuse."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Check = Callable[[Any, str], Iterator[Problem]]
Rule = Callable[[Json, str], Iterator[Problem]]


@dataclass(frozen=True)
class Shape:
    """An object: its keys with their checks, the ones that must be there, and rules over several keys."""

    keys: dict[str, Check]
    required: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    def __call__(self, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        for key in self.required:
            if value.get(key) is None:
                yield Problem(f"missing required field: {key}", at)
        found = False
        for key, part in value.items():
            if key not in self.keys:
                yield Problem(f"invalid additional property: {key}", f"{at}/{key}")
            elif part is not None:
                for problem in self.keys[key](part, f"{at}/{key}"):
                    found = True
                    yield problem
        if not found and all(value.get(key) is not None for key in self.required):
            for rule in self.rules:
                yield from rule(value, at)


def string(most: int, least: int = 0, pattern: str = "", form: str = "") -> Check:
    """A string of so many characters, of a form if a pattern is given."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("must be a string", at)
        elif len(value) > most:
            yield Problem(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield Problem(f"must be more than {least - 1} characters", at)
        elif pattern and not re.fullmatch(pattern, value):
            yield Problem(f"must be {form}", at)

    return check


def integer(least: int, most: int) -> Check:
    """A whole number within bounds."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Problem("must be an integer", at)
        elif value < least:
            yield Problem(f"must be greater than or equal to {least}", at)
        elif value > most:
            yield Problem(f"must be less than or equal to {most}", at)

    return check


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem("must be a boolean", at)


def number(value: Any, at: str) -> Iterator[Problem]:
    """A JSON number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Problem("must be a number", at)


def number_string(value: Any, at: str) -> Iterator[Problem]:
    """A number written as a string, as `number_input` wants it."""
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(\.\d+)?", value):
        yield Problem("must be a number written as a string", at)


def anything(value: Any, at: str) -> Iterator[Problem]:  # noqa: ARG001 - a Check that looks at nothing
    """No rule is known."""
    return iter(())


def one_of(*words: str) -> Check:
    """One of these words."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if value not in words:
            yield Problem(f"must be one of: {', '.join(words)}", at)

    return check


def each(item: Check, most: int, least: int = 1) -> Check:
    """A list of so many items."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("must be an array", at)
            return
        if len(value) > most:
            yield Problem(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield Problem(f"no less than {least} items allowed", at)
        for index, part in enumerate(value):
            yield from item(part, f"{at}/{index}")

    return check


def typed(kinds: dict[str, Shape], allowed: tuple[str, ...] | None = None) -> Check:
    """An object whose `type` says which shape it has."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            yield Problem("missing required field: type", at)
        elif kind not in kinds or (allowed is not None and kind not in allowed):
            yield Problem(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from kinds[kind](value, at)

    return check


def text(most: int, *kinds: str) -> Check:
    """A text object of 1 to `most` characters, of these kinds."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
        elif value.get("type") not in kinds:
            yield Problem(f"must be {' or '.join(kinds)}", f"{at}/type")
        else:
            own = "emoji" if value["type"] == "plain_text" else "verbatim"
            yield from Shape({"type": anything, "text": string(most, 1), own: boolean}, ("text",))(value, at)

    return check


def plain(most: int) -> Check:
    """A `plain_text` object."""
    return text(most, "plain_text")


def marked(most: int) -> Check:
    """A text object of either kind."""
    return text(most, "plain_text", "mrkdwn")


def exactly_one(*keys: str) -> Rule:
    """One of the keys must be there, and no other of them."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        if sum(value.get(key) is not None for key in keys) != 1:
            yield Problem(f"must have exactly one of: {', '.join(keys)}", at)

    return rule


def at_least_one(*keys: str) -> Rule:
    """One of the keys must be there."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        if not any(value.get(key) is not None for key in keys):
            yield Problem(f"must have at least one of: {', '.join(keys)}", at)

    return rule


def not_above(least: str, most: str) -> Rule:
    """The lower bound must not be above the upper one."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        low, high = value.get(least), value.get(most)
        if low is not None and high is not None and float(low) > float(high):
            yield Problem(f"{least} must not be greater than {most}", f"{at}/{least}")

    return rule
