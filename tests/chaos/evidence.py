"""What the auditor goes by: what the database promises, and what the workspace's own files say was said."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.sop import Case
from bot.sop.as_json import case_from_json
from sandbox.directory import direct_channel, read_directory
from storage.columns import Instant
from tests.databases import looking

MANIFEST = Path(__file__).parents[2] / "manifest.json"
MENTION = re.compile(r"<@([A-Z0-9]+)")


@dataclass(frozen=True)
class Letter:
    """What the desk promised to say, and what it says became of it."""

    key: str
    kind: str
    case: int | None
    to: str
    state: str
    channel: str | None
    ts: str | None
    due: datetime
    edits: str = ""
    merged_into: str = ""

    @property
    def mark(self) -> str:
        """What its post is known by (design.md: metadata that carries the letter's id)."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Post:
    """A call that the workspace carried out: `method` is chat.postMessage or chat.update, `at` its clock."""

    method: str
    at: datetime
    channel: str
    text: str
    blocks: str
    metadata: str
    mark: str = ""
    ts: str = ""

    @property
    def mentions(self) -> frozenset[str]:
        """Whom it tags."""
        return frozenset(MENTION.findall(self.text + self.blocks))


@dataclass(frozen=True)
class Standing:
    """A message of the app that stands in the workspace in the end."""

    channel: str
    ts: str
    mark: str


@dataclass(frozen=True)
class FollowUp:
    """An appointment of the database."""

    case: int
    timer: str
    kind: str
    state: str
    due: datetime
    rung_at: datetime | None


@dataclass(frozen=True)
class Evidence:
    """All of it. `conversations` is the id by which each recipient is reached; `acknowledged` are the cases
    that people were told are open, `intakes` the cases that the submitted forms became."""

    letters: tuple[Letter, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    cases: tuple[tuple[int, Case], ...] = ()
    posts: tuple[Post, ...] = ()
    standing: tuple[Standing, ...] = ()
    conversations: tuple[tuple[str, str], ...] = ()
    intakes: tuple[int, ...] = ()
    acknowledged: tuple[int, ...] = ()


def gather(address: str, state: Path, acknowledged: tuple[int, ...]) -> Evidence:
    """Read a database and the files of a workspace; neither is in use any more."""
    return Evidence(
        tuple(_letters(address)),
        tuple(_follow_ups(address)),
        tuple(_cases(address)),
        tuple(_posts(state.with_name(f"{state.name}.traffic.jsonl"))),
        tuple(_standing(state)),
        tuple(_conversations()),
        tuple(int(number) for (number,) in _rows(address, INTAKES)),
        acknowledged,
    )


LETTERS = (
    "SELECT key, kind, case_number, recipient, state, channel, ts, due_at, edits, merged_into FROM outbox"
)
FOLLOW_UPS = "SELECT case_number, timer_id, kind, state, due_at, rung_at FROM follow_ups"
INTAKES = "SELECT case_number FROM intakes WHERE state = 'done'"


def _rows(address: str, query: str) -> list[tuple[Any, ...]]:
    with looking(address) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def _instant(value: Any) -> datetime:
    """SQLite keeps an instant as text in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    instant = Instant().process_result_value(found, None)  # type: ignore[arg-type]
    assert instant is not None
    return instant


def _letters(address: str) -> Iterator[Letter]:
    for key, kind, case, to, state, channel, ts, due, edits, merged_into in _rows(address, LETTERS):
        yield Letter(key, kind, case, to, state, channel, ts, _instant(due), edits, merged_into)


def _follow_ups(address: str) -> Iterator[FollowUp]:
    for case, timer, kind, state, due, rung_at in _rows(address, FOLLOW_UPS):
        yield FollowUp(case, timer, kind, state, _instant(due), rung_at and _instant(rung_at))


def _cases(address: str) -> Iterator[tuple[int, Case]]:
    for number, content in _rows(address, "SELECT number, content FROM cases"):
        yield number, case_from_json(json.loads(content) if isinstance(content, str) else content)


def _posts(log: Path) -> Iterator[Post]:
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            if '"chat.' not in line:
                continue
            entry = json.loads(line)
            if entry["ok"] and entry["name"] in ("chat.postMessage", "chat.update"):
                yield _post(entry)


def _post(entry: dict[str, Any]) -> Post:
    body = entry["body"]
    metadata = body.get("metadata") or "{}"
    payload = json.loads(metadata) if isinstance(metadata, str) else metadata
    return Post(
        entry["name"],
        datetime.fromisoformat(entry["at"]),
        str(body["channel"]),
        str(body.get("text", "")),
        json.dumps(body.get("blocks") or [], ensure_ascii=False),
        json.dumps(payload, ensure_ascii=False),
        str(payload.get("event_payload", {}).get("letter", "")),
        str(body.get("ts", "")),
    )


def _standing(state: Path) -> Iterator[Standing]:
    shelf = sqlite3.connect(state)
    for (body,) in shelf.execute("SELECT body FROM doc WHERE kind = 'message'"):
        message = json.loads(body)
        if message["by_app"] and not message["only_for"]:
            payload = (message["metadata"] or {}).get("event_payload", {})
            yield Standing(message["channel"], message["ts"], str(payload.get("letter", "")))
    shelf.close()


def _conversations() -> Iterator[tuple[str, str]]:
    directory = read_directory(MANIFEST)
    bot = directory.app.bot_user
    yield from ((each.name, each.id) for each in directory.channels)
    yield from ((user, direct_channel(user, bot).id) for user in directory.members)
