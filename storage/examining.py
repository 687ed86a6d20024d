"""Whether the database can be used, seen without changing it: nothing is made, upgraded or locked."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from bot.doctor import Check
from bot.errors import DatabaseError
from bot.systems import TITLES
from storage.engines import Place, engines_of, following, looking_at, place_of
from storage.tables import OrderRow
from storage.upgrade import MIGRATIONS, left_a_log, look_before_opening, revision_in, revisions

DATABASE: Final = "database"
NAMED: Final = 10
"""So many cases are named one by one."""
WAITING: Final = (
    select(OrderRow.system, OrderRow.case_number)
    .where(col(OrderRow.state) == "waiting")
    .group_by(col(OrderRow.system), col(OrderRow.case_number))
    .order_by(col(OrderRow.case_number))
)


def examined(address: str, migrations: Path = MIGRATIONS) -> Iterator[Check]:
    """The database of a DATABASE_URL. Raises nothing, and shows no password; a desk may run on it."""
    try:
        yield _looked_at(place_of(address), migrations)
    except DatabaseError as error:
        yield Check(DATABASE, str(error), "mend")


def left_waiting(address: str, connected: Collection[str], migrations: Path = MIGRATIONS) -> Iterator[Check]:
    """What people ordered of systems that are turned off now: nobody fetches it any more. Raises nothing.

    `connected` are names of the vocabulary. A database that cannot be used is `examined`’s to tell of.
    """
    try:
        waiting = _waiting(place_of(address), migrations)
    except (DatabaseError, DBAPIError):
        return
    for system, cases in sorted(waiting.items()):
        if system not in connected:
            title = TITLES.get(system, system)
            named = ", ".join(f"HC-{number}" for number in cases[:NAMED])
            named += f" and {len(cases) - NAMED} more" if len(cases) > NAMED else ""
            said = (
                f"{title} is not connected, and is still to do something for {named}. "
                "Connect it again, or choose “Do it by hand instead …” on the case’s card."
            )
            yield Check("orders", said, "mend")


def _waiting(place: Place, migrations: Path) -> Mapping[str, Sequence[int]]:
    """The cases whose orders wait, by system, of a database that this desk can read as it is."""
    if place.in_memory or (place.path is not None and not place.path.exists()):
        return {}
    look_before_opening(place, migrations)
    engine, waiting = _engine(place), defaultdict[str, list[int]](list)
    try:
        if revision_in(engine, place, migrations) == revisions(migrations)[-1]:
            with engine.connect() as connection:
                for system, number in connection.execute(WAITING):
                    waiting[system].append(number)
    finally:
        engine.dispose()
    return waiting


def _looked_at(place: Place, migrations: Path) -> Check:
    if place.in_memory:
        said = "It is in memory: everything is forgotten when the desk stops. Give DATABASE_URL a file."
        return Check(DATABASE, said, "look")
    if place.path is not None and not place.path.exists():
        return _to_be_made(place.path)
    look_before_opening(place, migrations)
    return _revision(place, migrations)


def _to_be_made(path: Path) -> Check:
    """A file that is not there yet, in a folder that may not be there yet either."""
    folder = next(each for each in path.parents if each.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return Check(DATABASE, f"{path} is not there yet. The desk makes it when it starts.")
    said = f"{path} cannot be made: this user may not write to {folder}. Let it, or change DATABASE_URL."
    return Check(DATABASE, said, "mend")


def _revision(place: Place, migrations: Path) -> Check:
    engine, head = _engine(place), revisions(migrations)[-1]
    try:
        revision = revision_in(engine, place, migrations)
    finally:
        engine.dispose()
    if revision == head:
        return Check(DATABASE, f"{place} answers, and is at the newest revision, {head}.")
    if revision is None:
        return Check(DATABASE, f"{place} is empty. The desk makes its tables when it starts.")
    said = f"{place} is at revision {revision}. The desk upgrades it to {head} when it starts."
    return Check(DATABASE, said, "look")


def _engine(place: Place) -> Engine:
    """One that only reads. A file that a desk is writing to is read with what is not written back yet."""
    if place.path is None:
        return engines_of(place)[1]
    return following(place.path) if left_a_log(place.path) else looking_at(place.path)
