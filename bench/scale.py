"""What is due next, a person's own cases, and Homes: among 1,000,000 cases beside the same among 1,000."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bench import million
from bench.figure import Figure, Mark
from bench.million import AGENT, LEAD
from bench.run import NOW, Run, in_turns, took
from bot import home
from bot.desk import Desk
from storage import Database, open_database

CASES: Final = 1_000_000
FEW: Final = 1_000
SHAPES: Final = {"all open": 1, "one in 20 open": 20}


@dataclass(frozen=True, slots=True)
class Place:
    """A desk over so many cases."""

    database: Database
    desk: Desk

    def next_due(self) -> object:
        """When the clock has to ring next."""
        with self.database.read() as work:
            return work.follow_ups.next_due(), work.errands.next_due()

    def mine(self) -> object:
        """What an agent has to do."""
        with self.database.read() as work:
            return home.mine(work, AGENT, self.desk.organisation.calendar.local(NOW))

    def home_of(self, user: str) -> object:
        """All that stands on a Home."""
        with self.database.read() as work:
            return home.view(work, self.desk, user, NOW)


LOOKS: Final[dict[str, Callable[[Place], object]]] = {
    "what is due next": Place.next_due,
    "my cases": Place.mine,
    "an agent's Home": lambda place: place.home_of(AGENT),
    "a lead's Home": lambda place: place.home_of(LEAD),
}


def figures(run: Run) -> Iterator[Figure]:
    """Every look, on each kind of database, with every case open and with few of them open."""
    for shape, one_open_in in SHAPES.items():
        with run.databases() as large, run.databases() as small:
            for (name, here), (_, there) in zip(large, small, strict=True):
                with ExitStack() as stack:
                    many = _place(stack, here, run.size(CASES, 2_000), one_open_in)
                    few = _place(stack, there, run.size(FEW, 200), one_open_in)
                    yield from _looks(run, many, few, shape, name)


def _looks(run: Run, many: Place, few: Place, shape: str, database: str) -> Iterator[Figure]:
    for what, look in LOOKS.items():
        value, floor = in_turns(run.rounds, partial(_took, run, look, many), partial(_took, run, look, few))
        yield Figure(what, value, "ms", floor, "among 1,000 cases", Mark(1.3), shape, "", database)


def _took(run: Run, look: Callable[[Place], object], place: Place) -> float:
    return took(lambda: look(place), run.size(20, 2))


def _place(stack: ExitStack, address: str, many: int, one_open_in: int) -> Place:
    database = stack.enter_context(open_database(address, NOW))
    million.fill(database, address, many, one_open_in)
    return Place(database, _led(million.desk_of(database)))


def _led(desk: Desk) -> Desk:
    """Somebody leads, and somebody is an agent."""
    organisation = desk.organisation
    roles = replace(organisation.roles, leads=(LEAD,), agents=(AGENT,))
    return replace(desk, playbooks=replace(desk.playbooks, organisation=replace(organisation, roles=roles)))
