"""Desks are stopped and started while people click: every click is answered, nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from handlers.busy import BUSY
from sandbox.person import Person, PersonError, Trouble
from tests.databases import rows
from tests.e2e.processes import Program, desk, workspace
from tests.e2e.story import WHAT, WHO, fill_what, finish

AGENTS = ("U0ADA00001", "U0BEN00002", "U0BO000003")
ROUNDS = 3
PATIENCE = 40.0
BREATH = 1.0
"""Between two complaints; an agent that takes none would open more than Slack lets the desk tell of."""
AT_SLACKS_PACE = 200.0
"""Cards are rewritten fifty times a minute at most."""
LENIENT = ("--ack-seconds", "15")
"""Whether a click is lost is asked here; how quick the desk is where eight of them start is not."""
AGAIN = (BUSY, "Slack took too long")


class PatientPerson(Person):
    """Somebody who waits longer, for new desks want the processor while they start."""

    def wait_for(self, found: Callable[[Any], Any], timeout: float = PATIENCE, what: str = "it") -> Any:
        return super().wait_for(found, max(timeout, PATIENCE), what)


@dataclass
class Agent:
    """Opens one complaint after the other, and notes what was acknowledged. A notice of Slack is an error."""

    url: str
    user: str
    numbers: Iterator[int] = field(default_factory=count)
    typed: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)

    def work(self, enough: threading.Event) -> None:
        while not enough.is_set():
            self.open_complaint()
            enough.wait(BREATH)

    def work_until_refused(self) -> str:
        """Go on until Slack says that the desk is not there; what it said."""
        while True:
            try:
                self.open_complaint()
            except PersonError as refused:
                return str(refused)

    def open_complaint(self) -> None:
        person = PatientPerson(self.url, self.user)
        self.begin(person)
        name = f"Caller {next(self.numbers)} of {self.user}"
        phone = f"555-{AGENTS.index(self.user)}{len(self.typed):03}"
        address = f"{name} Street"
        person.fill({**WHO, "homeowner.name": name, "homeowner.address": address, "homeowner.phone": phone})
        person.submit()
        self.typed.append(name)
        person.wait_for_view("What happened")
        fill_what(person, WHAT)
        person.submit()
        person.wait_for_view("What the SOP says")
        self.cases.append(finish(person))

    def begin(self, person: Person) -> None:
        """Type the command, once more where the desk asks for it."""
        while True:
            before = self.hints(person)
            person.command("/complaint")

            def answered(person: Any, before: int = before) -> bool:
                return "Who is calling" in str(person.state["views"]) or self.hints(person) > before

            person.wait_for(answered, what="an answer to the command")
            if self.hints(person) == before:
                return

    def hints(self, person: Person) -> int:
        """How often the desk has asked to do the same again."""
        texts = [str(each) for one in person.state["conversations"] for each in one["messages"]]
        return sum(any(again in text for again in AGAIN) for text in texts)


@contextmanager
def working(url: str) -> Iterator[tuple[list[Agent], threading.Event]]:
    """Agents at work, who finish what they have begun in the end."""
    agents, enough = [Agent(url, user) for user in AGENTS], threading.Event()
    with ThreadPoolExecutor(len(agents)) as pool:
        working: list[Future[None]] = [pool.submit(agent.work, enough) for agent in agents]
        try:
            yield agents, enough
        finally:
            enough.set()
        for each in working:
            each.result()


@pytest.mark.timeout(420)
def test_replicas_are_replaced_one_by_one_without_a_lost_click(postgresql: Any, tmp_path: Path) -> None:
    database = postgresql.new()
    with ExitStack() as stack:
        url = stack.enter_context(workspace(tmp_path, *LENIENT))
        names = map("desk {}".format, count())

        def started() -> Program:
            return stack.enter_context(desk(url, database, tmp_path, next(names)))

        running = [started(), started()]
        programs = list(running)
        with working(url) as (agents, _):
            for _ in range(ROUNDS):
                for _ in range(2):
                    running.append(started())
                    running.pop(0).stop()
                programs += running
        assert Person(url, AGENTS[0]).state["connections"] == 2
        opened = [case for agent in agents for case in agent.cases]
        Person(url, AGENTS[0]).wait_for(lambda _: not owed(database), AT_SLACKS_PACE, "what is promised")
        for program in running:
            program.stop()
        refused = [
            one for one in Trouble(url).traffic() if one["kind"] in ("ack", "envelope") and one["error"]
        ]
        assert refused == []
        assert cases_of(database) == sorted(opened)
        for agent in agents:
            titles = [
                post.text for post in Person(url, agent.user).dm() if post.blocks[0]["type"] == "header"
            ]
            assert sorted(title.partition(":")[0] for title in titles) == sorted(agent.cases)
        assert [error for program in programs for error in program.errors] == []
    postgresql.drop(database)


def test_what_was_acknowledged_before_the_one_desk_stopped_is_stored(sqlite: Any, tmp_path: Path) -> None:
    database = sqlite.new()
    with workspace(tmp_path) as url, desk(url, database, tmp_path) as program:
        agents = [Agent(url, user) for user in AGENTS]
        with ThreadPoolExecutor(len(agents)) as pool:
            working = [pool.submit(agent.work_until_refused) for agent in agents]
            Person(url, AGENTS[0]).wait_for(lambda _: len(cases_of(database)) > 2, PATIENCE, "some cases")
            program.stop()
            assert all("dispatch_failed" in each.result() or "trouble" in each.result() for each in working)
        assert program.errors == []
    stored = str(rows(database, "SELECT typed FROM intakes"))
    assert [name for agent in agents for name in agent.typed if name not in stored] == []
    opened = {case for agent in agents for case in agent.cases}
    assert opened <= set(cases_of(database))
    sqlite.drop(database)


def unanswered(url: str) -> list[dict[str, Any]]:
    """What Slack sent, and got no acknowledgement for."""
    kinds = ("ack", "envelope")
    return [one for one in Trouble(url).traffic() if one["kind"] in kinds and one["error"]]


def cards_of(url: str, user: str) -> list[str]:
    """The cases whose cards stand in somebody's messages."""
    cards = [post for post in Person(url, user).dm() if post.blocks and post.blocks[0]["type"] == "header"]
    return [card.text.partition(":")[0] for card in cards]


def cases_of(database: str) -> list[str]:
    """The names of all cases."""
    return sorted(f"HC-{number}" for (number,) in rows(database, "SELECT number FROM cases"))


def owed(database: str) -> list[tuple[object, ...]]:
    """What is promised and was not said."""
    return rows(database, "SELECT kind, key FROM outbox WHERE state = 'waiting'")
