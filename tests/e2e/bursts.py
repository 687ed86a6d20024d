"""Many people who type `/complaint` at the same instant, and what became of each of their commands.

The workspace judges: it waits three seconds for an acknowledgement and takes a trigger for three.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from handlers.busy import BUSY
from sandbox.person import Person, Trouble
from tests.databases import rows
from tests.e2e.processes import desk, workspace

Json = dict[str, Any]

AT_ONCE = 500
PEOPLE = ("U0ADA00001", "U0BEN00002", "U0BO000003")
"""Agents, who may open complaints."""
SETTLING = 30.0


@dataclass(frozen=True)
class Bursts:
    """What became of the commands: a form, a word that all is busy, or a word that it took too long."""

    sent: int
    unacknowledged: int
    opened: int
    busy: int
    late: int
    expired_triggers: int
    drafts: int
    cases: int
    errors: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        """Whether everybody was answered in time, and nothing came of it that nobody asked for."""
        answered = self.opened + self.busy + self.late
        half_done = self.expired_triggers or self.cases or self.errors or self.drafts != self.opened
        return not self.unacknowledged and answered == self.sent and not half_done


def bursts(
    database: str, folder: Path, commands: int, *, http: bool = False, at_once: int = AT_ONCE
) -> Bursts:
    """Send that many commands, `at_once` at a time, to one desk on a new database."""
    with workspace(folder) as url, desk(url, database, folder, http=http) as program:
        counts: Counter[str] = Counter()
        seen = 0
        for begin in range(0, commands, at_once):
            many = min(at_once, commands - begin)
            counts["unacknowledged"] += asyncio.run(_type(url, many))
            seen = _settle(url, seen, counts, begin + many)
        program.stop()
        return Bursts(
            sent=commands,
            unacknowledged=counts["unacknowledged"],
            opened=counts["opened"],
            busy=counts["busy"],
            late=counts["late"],
            expired_triggers=counts["expired"],
            drafts=len(rows(database, "SELECT id FROM intakes")),
            cases=len(rows(database, "SELECT number FROM cases")),
            errors=tuple(program.errors),
        )


async def _type(url: str, many: int) -> int:
    """So many commands at the same instant; how many were not acknowledged in time."""
    channels = {user: str(Person(url, user).conversation()["id"]) for user in PEOPLE}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"{url}/hands/", limits=limits, timeout=60) as client:

        async def command(number: int) -> bool:
            user = PEOPLE[number % len(PEOPLE)]
            typed = {"as": user, "channel": channels[user], "command": "/complaint", "text": ""}
            answer = await client.post("command", json=typed)
            return bool(answer.json().get("notice"))

        return sum(await asyncio.gather(*map(command, range(many))))


def _settle(url: str, seen: int, counts: Counter[str], sent: int) -> int:
    """Wait until each of the commands so far came to something; the number of the last entry that counted."""
    deadline = time.monotonic() + SETTLING
    while sum(counts[each] for each in ("unacknowledged", "opened", "busy", "late")) < sent:
        assert time.monotonic() < deadline, f"{dict(counts)} of {sent}"
        entries = Trouble(url).traffic(seen)
        counts.update(_kinds(entries))
        seen = entries[-1]["n"] if entries else seen
        time.sleep(0.05)
    return seen


def _kinds(entries: Iterable[Json]) -> Iterable[str]:
    for entry in entries:
        said = str((entry["body"] or {}).get("text") if isinstance(entry["body"], dict) else "")
        if entry["kind"] == "ack" and said == BUSY:
            yield "busy"
        elif entry["kind"] == "response_url" and said.startswith("Slack took too long"):
            yield "late"
        elif entry["name"] == "views.open":
            yield "opened" if entry["ok"] else "expired"
