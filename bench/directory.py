"""A key pressed in the menu of homeowners, among 100,000 of them."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

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

Times = tuple[float, float]
"""Median and 99th percentile, in milliseconds."""


def keystrokes(now: datetime) -> tuple[Times, Times]:
    """How long a keystroke takes from the question to the drawn options, and the bare full-text query."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "desk.db"
        with open_database(f"sqlite:///{file}", now) as database:
            _fill(database, now)
            ours = _times(lambda typed: _offered(database, typed))
            with closing(sqlite3.connect(file)) as connection:
                return ours, _times(lambda typed: _bare(connection, typed))


def _fill(database: Database, now: datetime) -> None:
    with database.write() as work:
        batch: list[ListedHomeowner] = []
        for homeowner in _homeowners():
            batch.append(homeowner)
            if len(batch) == BATCH:
                work.directory.put_homeowners(batch, STATED, now)
                batch.clear()


def _homeowners() -> Iterator[ListedHomeowner]:
    names = list(product(GIVEN, FAMILY, STREETS))
    for number in range(HOMEOWNERS):
        given, family, street = names[number % len(names)]
        address = f"{number % 9973} {street} Street, Springfield, UT {84000 + number % 997}"
        phone = f"({201 + number % 700}) 555-{number % 10_000:04}"
        yield ListedHomeowner(f"{given} {family}", address, phone, account=f"EX-{number}")


def _offered(database: Database, typed: str) -> object:
    with database.read() as work:
        return homeowner_options(work.directory.find_homeowners(typed, MOST_OFFERED - 1))


def _bare(connection: sqlite3.Connection, typed: str) -> object:
    asked = " AND ".join(f'"{word}" *' for word in typed_words(typed))
    query = "SELECT rowid FROM homeowner_search WHERE homeowner_search MATCH ? LIMIT 99"
    return connection.execute(query, (asked,)).fetchall()


def _times(work: Callable[[str], object]) -> Times:
    beginnings = [typed[:end] for typed in TYPED for end in range(2, len(typed) + 1)]
    taken = sorted(_took(work, beginnings * 3))
    return statistics.median(taken), taken[int(len(taken) * 0.99)]


def _took(work: Callable[[str], object], texts: Sequence[str]) -> Iterator[float]:
    for typed in texts:
        began = time.perf_counter()
        work(typed)
        yield (time.perf_counter() - began) * 1000
