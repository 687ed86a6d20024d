"""Whether the database can be used, seen without changing it: nothing is made, upgraded or locked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from bot.doctor import Check
from bot.errors import DatabaseError
from storage.engines import Place, engines_of, following, looking_at, place_of
from storage.upgrade import MIGRATIONS, left_a_log, look_before_opening, revision_in, revisions

DATABASE: Final = "database"


def examined(address: str, migrations: Path = MIGRATIONS) -> Iterator[Check]:
    """The database of a DATABASE_URL. Raises nothing, and shows no password; a desk may run on it."""
    try:
        yield _looked_at(place_of(address), migrations)
    except DatabaseError as error:
        yield Check(DATABASE, str(error), "mend")


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
