"""A key pressed in the menu of homeowners, among 100,000 of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import product
from typing import Any

from sqlalchemy import create_engine

from bench.figure import Figure, Mark
from bench.run import NOW, Run, percentile
from blocks.directory import MOST_OFFERED, homeowner_options
from bot.folding import typed_words
from bot.listings import ListedHomeowner
from storage import Database, open_database

HOMEOWNERS = 100_000
BATCH = 5_000
GIVEN = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Greta", "Hanna", "Ivan", "Jana", "Lena", "Maria")
FAMILY = ("Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Ivy", "Juniper", "Larch", "Maple", "Oak", "Pine")
STREETS = ("Sunny", "Hill", "Lake", "River", "Park", "Main", "Church", "Station", "Garden", "Mill")
STATED = frozenset({"name", "address", "phone", "account"})
TYPED = (
    "maria oak",
    "hanna maple",
    "sunny street",
    "(202) 555-01",
    "elm springfield",
    "nobody here",
    "12 lake",
)
"""What is typed, key by key; every beginning of two characters and more is a keystroke."""

COLUMNS = "SELECT homeowners.* FROM homeowner_search JOIN homeowners"
ON_SQLITE = f"{COLUMNS} ON id = homeowner_search.rowid WHERE homeowner_search MATCH ? LIMIT 99"
ON_POSTGRESQL = f"{COLUMNS} USING (id) WHERE words @@ %s::tsquery LIMIT 99"
BARE = {"SQLite": (ON_SQLITE, " AND ", '"{}" *'), "PostgreSQL": (ON_POSTGRESQL, " & ", "'{}':*")}
"""The query, what stands between its terms, and a term: the beginning of a word."""

Search = Callable[[str], object]


def figures(run: Run) -> Iterator[Figure]:
    """From the question to the drawn options, beside the bare query that fetches the same rows."""
    with run.databases() as databases:
        for name, address in databases:
            with open_database(address, NOW) as database:
                _fill(database, run.size(HOMEOWNERS, 500))
                yield from _keystroke(run, database, name, address)


def _keystroke(run: Run, database: Database, name: str, address: str) -> Iterator[Figure]:
    engine = create_engine(address)
    with engine.begin() as known:
        # As PostgreSQL does by itself within a minute: until then it does not know how large the tables are.
        known.exec_driver_sql("ANALYZE")
    with closing(engine.raw_connection()) as connection:
        searches = (lambda typed: _offered(database, typed), _bare(connection.cursor(), name))
        measured = [_times(searches) for _ in range(run.rounds)]
    engine.dispose()
    floor_is = "the bare full-text query for the same rows"
    for percent, mark in ((50, Mark(3)), (99, Mark(30, "value"))):
        value, floor = (
            statistics.median(percentile(each[place], percent) for each in measured) for place in (0, 1)
        )
        yield Figure("a key among 100,000 names", value, "ms", floor, floor_is, mark, "", f"p{percent}", name)


def _fill(database: Database, homeowners: int) -> None:
    with database.write() as work:
        batch: list[ListedHomeowner] = []
        for homeowner in _homeowners(homeowners):
            batch.append(homeowner)
            if len(batch) == BATCH:
                work.directory.put_homeowners(batch, STATED, NOW)
                batch.clear()
        work.directory.put_homeowners(batch, STATED, NOW)


def _homeowners(many: int) -> Iterator[ListedHomeowner]:
    names = list(product(GIVEN, FAMILY, STREETS))
    for number in range(many):
        given, family, street = names[number % len(names)]
        address = f"{number % 9973} {street} Street, Springfield, UT {84000 + number % 997}"
        phone = f"({201 + number % 700}) 555-{number % 10_000:04}"
        yield ListedHomeowner(f"{given} {family}", address, phone, account=f"EX-{number}")


def _offered(database: Database, typed: str) -> object:
    with database.read() as work:
        return homeowner_options(work.directory.find_homeowners(typed, MOST_OFFERED - 1))


def _bare(cursor: Any, name: str) -> Search:
    """The driver alone: one query, and its rows."""
    query, joint, term = BARE[name]

    def search(typed: str) -> object:
        asked = joint.join(term.format(word) for word in typed_words(typed))
        cursor.execute(query, (asked,))
        return cursor.fetchall()

    return search


def _times(searches: tuple[Search, ...]) -> tuple[list[float], ...]:
    """Milliseconds of every keystroke, of each search; they take turns at each key."""
    beginnings = [typed[:end] for typed in TYPED for end in range(2, len(typed) + 1)]
    taken: tuple[list[float], ...] = tuple([] for _ in searches)
    for typed in beginnings:
        for search, times in zip(searches, taken, strict=True):
            began = time.perf_counter()
            search(typed)
            times.append((time.perf_counter() - began) * 1000)
    return taken
