"""The sandbox's own log of the week, gathered as it grows: posts, refusals, leaks."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.site import Site
from tests.e2e.test_bad_input import SHOWN
from tests.e2e.week.eyes import Room

Json = dict[str, Any]
CASE = re.compile(r"HC-\d+")
KINDS = {
    "it is time to ask the homeowner.": "reminder",
    "a follow-up is due.": "reminder",
    "has had no answer and needs somebody to look.": "prompt",
    "no longer needs an answer.": "prompt",
    "needs a Concert confirmation.": "confirmation",
    "the Concert check is answered.": "confirmation",
    "nobody has answered the Concert check.": "unconfirmed",
    "waits for the front line.": "queued",
    "waits for the trained agents.": "queued",
    "waits for the back office.": "queued",
    "can be taken.": "put_up",
}
"""What a post asks, by the sentence of its notification."""
ANSWERED = ("envelope", "slash_commands"), ("envelope", "interactive"), ("envelope", "events_api")
RACES = {("views.update", "hash_conflict"), ("views.update", "not_found")}
"""A person closed or changed a form while it was being drawn anew: the desk lets it be."""


@dataclass(frozen=True)
class Post:
    """A post that the app made and Slack took."""

    case: str
    kind: str
    channel: str
    at: datetime
    text: str


@dataclass
class Log:
    """Everything that went to and fro."""

    room: Room
    posts: list[Post] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    interactions: Counter[str] = field(default_factory=Counter)
    written: list[tuple[str, str, str]] = field(default_factory=list)
    _read: int = 0

    def read(self) -> None:
        """Take in what is new; the sandbox keeps the last few thousand lines only."""
        new = self.room.look(lambda site: site.traffic.after(self._read))
        for entry in new:
            assert entry["n"] == self._read + 1, "the log was read too seldom"
            self._read = entry["n"]
            self._take(entry)

    def _take(self, entry: Json) -> None:
        if entry["direction"] == "out" and entry["kind"] == "envelope":
            self.interactions[entry["name"]] += 1
        if entry["direction"] != "in":
            return
        if not entry["ok"]:
            self.refusals.append((entry["name"], str(entry["error"])))
        elif entry["name"] == "chat.postMessage":
            self.posts.append(_post(entry))
        self.written += [(entry["name"], where, text) for where, text in outside_blocks(entry["body"], "")]

    def leaks(self, private: frozenset[str]) -> Iterator[str]:
        """Where the app wrote personal data outside of what blocks show; never the data itself."""
        for name, where, text in self.written:
            if any(word in text for word in private):
                yield f"{name} {where}"

    def people_acts(self) -> int:
        """How often people did something that reached the desk."""
        return self.interactions["slash_commands"] + self.interactions["interactive"]


def _post(entry: Json) -> Post:
    text = str(entry["body"].get("text", ""))
    found = CASE.match(text)
    said = text.partition(" ")[2]
    kind = "summary" if text.startswith("Good morning.") else KINDS.get(said, "other")
    return Post(
        case=found.group() if found else "",
        kind=kind,
        channel=str(entry["body"]["channel"]),
        at=datetime.fromisoformat(entry["at"]),
        text=text,
    )


def channel_ids(site: Site) -> dict[str, str]:
    """The ids of the channels, by name."""
    return {channel.name: channel.id for channel in site.workspace.channels.values() if channel.name}


def outside_blocks(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text of a call with its place, but for what blocks show to whoever reads them."""
    if isinstance(node, str):
        inner = _unpacked(node)
        if inner is not None:
            yield from outside_blocks(inner, where)
        elif "/blocks/" not in where or where.rpartition("/")[2] not in SHOWN:
            yield where, node
    elif isinstance(node, dict):
        for key, part in node.items():
            yield from outside_blocks(part, f"{where}/{key}")
    elif isinstance(node, list):
        for part in node:
            yield from outside_blocks(part, where)


def _unpacked(text: str) -> Any:
    """What a text that holds JSON stands for; None for any other."""
    try:
        return json.loads(text) if text[:1] in "[{" and text else None
    except ValueError:
        return None
