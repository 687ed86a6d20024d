"""What there is when a story has been told: on the screens, and in the memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.person import Person
from storage import open_database
from tests.databases import rows
from tests.e2e.crash_stories import ADA, BEN, BO, CLEO, LEA, OPENED

MINUTES = re.compile(r"(?<=\d):\d\d")
LINE = re.compile(r"/\d+(?=/|$)")
"""In a letter's key, the line of the timeline that it tells."""


@dataclass(frozen=True)
class Outcome:
    """What there is in the end: on the screens, and in the memory."""

    posts: tuple[tuple[str, str, tuple[str, ...], bool], ...]
    cases: tuple[tuple[object, ...], ...]
    timelines: tuple[str, ...]
    timers: tuple[tuple[object, ...], ...]
    letters: tuple[tuple[object, ...], ...]
    waiting: tuple[tuple[object, ...], ...]


def outcome_of(url: str, slack: str) -> Outcome:
    """Read everything, once no desk runs any more; `slack` is the workspace's address."""
    with open_database(url, OPENED) as database, database.read() as work:
        numbers = [int(str(number)) for (number,) in rows(url, "SELECT number FROM cases")]
        timelines = [entry.text for number in numbers for entry in work.timeline.of(number)]
    letters = "SELECT key, state FROM outbox WHERE edits = ''"
    # Who answers before the desk knew that it had asked leaves nothing to be cancelled.
    timers = "SELECT case_number, timer_id, state FROM follow_ups WHERE state <> 'cancelled'"
    posts = {
        (each["id"], post["ts"]): (each["name"] or who, post)
        for who in (ADA, BEN, BO, LEA, CLEO)
        for each in Person(slack, who).state["conversations"]
        for post in each["messages"]
        if not post["ephemeral"]
    }
    return Outcome(
        posts=tuple(sorted(_seen(name, post) for name, post in posts.values())),
        cases=tuple(sorted(rows(url, "SELECT number, state, owner, team FROM cases"))),
        timelines=tuple(MINUTES.sub("", text) for text in timelines),
        timers=tuple(sorted(rows(url, timers))),
        letters=tuple(sorted((LINE.sub("", str(key)), state) for key, state in rows(url, letters))),
        waiting=tuple(rows(url, "SELECT key FROM outbox WHERE state = 'waiting'")),
    )


def _seen(name: str, post: dict[str, object]) -> tuple[str, str, tuple[str, ...], bool]:
    blocks = post["blocks"]
    assert isinstance(blocks, list)
    elements = [each for block in blocks for each in block.get("elements", ()) if each["type"] == "button"]
    return name, str(post["text"]), tuple(each["text"]["text"] for each in elements), bool(post["thread_ts"])


def differences(expected: Outcome, outcome: Outcome) -> Iterator[str]:
    """What is otherwise, in words."""
    for name in expected.__dataclass_fields__:
        wanted, found = list(getattr(expected, name)), list(getattr(outcome, name))
        for each in found:
            if each in wanted:
                wanted.remove(each)
            else:
                yield f"{name}: {each} is too much"
        yield from (f"{name}: {each} is missing" for each in wanted)
