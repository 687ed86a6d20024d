"""Sending what waits in the outbox to the sandbox, at no pace, beside a bare loop of slack-sdk."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.request import Request, urlopen

from sqlalchemy import create_engine, text

from bench import million
from bench.figure import Figure, Mark
from bench.run import NOW, Run, in_turns
from blocks.letters import draw
from bot import cases, confirmations
from bot.delivery import Drawing, mark_of
from bot.sop import facts_from_json
from bot.stored import Letter
from storage import open_database

LETTERS: Final = 5_000
PEOPLE: Final = 40
"""How many people the letters go to, in turn: a channel takes one after another."""
FIRST: Final = 1001
LOOK_EVERY: Final = 0.02


@dataclass(frozen=True, slots=True)
class Office:
    """A sandbox in a process of its own, and the people in it who have a case each."""

    url: str
    people: Sequence[str]

    @property
    def api(self) -> str:
        """The base of its Web API."""
        return f"{self.url}/api/"

    def ask(self, path: str, **body: object) -> dict[str, object]:
        """What hands do."""
        request = Request(  # noqa: S310 - the sandbox's own address
            f"{self.url}/hands/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            told: dict[str, object] = json.load(answer)
            return told


def figures(run: Run) -> Iterator[Figure]:
    """All letters of a measurement together are 5,000: each round sends its part."""
    each = run.size(LETTERS // run.rounds, 20)
    with office(run.size(PEOPLE, 4)) as place, run.databases() as databases:
        calls = run.folder / "calls.jsonl"
        for name, address in databases:
            prepare(address, place)
            calls.write_text("".join(f"{json.dumps(call)}\n" for call in _calls(address, place, each)))
            sent, bare = in_turns(
                run.rounds,
                lambda: each / desks(address, place, each, 1),  # noqa: B023 - called at once
                lambda: each / _bare(place, calls),
            )
            mark = Mark(0.7, least=True)
            loop = "a loop of chat_postMessage"
            yield Figure(f"{LETTERS:,} letters delivered", sent, "/s", bare, loop, mark, "", "", name)


@contextmanager
def office(people: int) -> Iterator[Office]:
    """A sandbox with so many people besides its own, until the end of the block."""
    command = [sys.executable, "-u", "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            place = Office(_line(process.stdout).rpartition(" ")[2], ())
            yield Office(place.url, [_newcomer(place, number) for number in range(people)])
        finally:
            process.terminate()


def prepare(address: str, place: Office) -> None:
    """A case for everybody, whose card was sent already."""
    with open_database(address, NOW) as database:
        desk = million.desk_of(database)
        for person in place.people:
            with database.write() as work:
                cases.open_case(work, desk, facts_from_json(dict(million.ORDINARY)), person, NOW)
    _execute(address, "DELETE FROM outbox")


def desks(address: str, place: Office, letters: int, replicas: int) -> float:
    """Seconds in which so many replicas send so many letters, all of which wait at the beginning."""
    with open_database(address, NOW) as database, database.write() as work:
        work.outbox.put(_letters(place, letters), NOW)
    with ExitStack() as stack:
        command = "desk", address, place.api
        started = [stack.enter_context(sender(*command)) for _ in range(replicas)]
        began = time.perf_counter()
        for process in started:
            _tell(process)
        _wait_until_sent(address)
        took = time.perf_counter() - began
    sent = _execute(address, "SELECT count(*) FROM outbox WHERE state = 'sent'")
    if sent != letters:
        raise AssertionError(f"Of {letters} letters {sent} were sent; the column `error` of outbox says why.")
    _execute(address, "DELETE FROM outbox")
    return took


@contextmanager
def sender(*what: str) -> Iterator[subprocess.Popen[str]]:
    """A process of `bench.sender` that is ready and waits for the word."""
    command = [sys.executable, "-m", "bench.sender", *what]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603 - our own
        try:
            _line(process.stdout)
            yield process
        finally:
            process.communicate(timeout=60)


def _bare(place: Office, calls: Path) -> float:
    with sender("bare", place.api, str(calls)) as process:
        began = time.perf_counter()
        _tell(process)
        _line(process.stdout)
        return time.perf_counter() - began


def _letters(place: Office, many: int) -> Iterator[Letter]:
    for number in range(many):
        at = number % len(place.people)
        yield Letter(f"bench:{number}", "card", FIRST + at, place.people[at])


def _calls(address: str, place: Office, many: int) -> Iterator[dict[str, object]]:
    """What the desk gives chat.postMessage for the same letters."""
    with open_database(address, NOW) as database, database.read() as work:
        desk = million.desk_of(database)
        tagging = confirmations.tagging(desk.today(work, NOW), NOW)
        for letter in _letters(place, many):
            assert letter.case_number is not None
            view = cases.view(work, desk, letter.case_number, NOW)
            message = draw(Drawing(letter, view, tagging, NOW), desk)
            assert message is not None
            payload = {"event_type": "complaint_desk_letter", "event_payload": {"letter": mark_of(letter)}}
            blocks = [dict(block) for block in message.blocks]
            yield {"channel": letter.to, "text": message.text, "blocks": blocks, "metadata": payload}


def _newcomer(place: Office, number: int) -> str:
    name = f"newcomer{number}"
    told = place.ask("newcomer", name=name, real_name=name.title(), title="Agent", tz="America/New_York")
    person = told["person"]
    assert isinstance(person, dict)
    return str(person["id"])


def _wait_until_sent(address: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        waits = text("SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1")
        while connection.execute(waits).first():
            time.sleep(LOOK_EVERY)
    engine.dispose()


def _execute(address: str, statement: str) -> int:
    engine = create_engine(address)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        number = result.scalar_one() if result.returns_rows else result.rowcount
    engine.dispose()
    return int(number)


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    line = stream.readline().strip()
    if not line:
        raise RuntimeError("A process of the measurement ended before it began; its error stands above.")
    return line
