"""The database: opened once a process, it gives transactions over everything the desk remembers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlmodel import Session

from bot.errors import DatabaseError
from bot.housekeeping import Leftovers
from bot.listings import Directory
from bot.overview import Homes, Overview, Undelivered
from bot.ports import (
    Cases,
    Errands,
    FollowUps,
    Intakes,
    Memory,
    Outbox,
    RotaChanges,
    Seen,
    Timeline,
    Troubles,
    Versions,
    Work,
)
from bot.promises import Promises
from bot.systems import Orders, Records
from storage.cases import CaseStore
from storage.directory import DirectoryStore
from storage.engines import Place, engines_of, place_of
from storage.errands import ErrandStore
from storage.follow_ups import FollowUpStore
from storage.homes import HomeStore
from storage.intakes import IntakeStore
from storage.leftovers import LeftoverStore
from storage.locking import WRITES
from storage.orders import OrderStore
from storage.outbox import OutboxStore
from storage.overview import OverviewStore
from storage.process_lock import ProcessLock, lock_for
from storage.promises import PromiseStore
from storage.reach import within_reach
from storage.records import RecordStore
from storage.rota_changes import RotaChangeStore
from storage.seen import SeenStore
from storage.timeline import TimelineStore
from storage.troubles import TroubleStore
from storage.turn import Turn
from storage.undelivered import UndeliveredStore
from storage.upgrade import MIGRATIONS, look_before_opening, upgrade
from storage.versions import VersionStore


@dataclass(slots=True)
class Stores(Work):
    """The stores of one transaction."""

    cases: Cases
    timeline: Timeline
    follow_ups: FollowUps
    errands: Errands
    rota_changes: RotaChanges
    troubles: Troubles
    outbox: Outbox
    intakes: Intakes
    seen: Seen
    versions: Versions
    directory: Directory
    overview: Overview
    undelivered: Undelivered
    homes: Homes
    promises: Promises
    leftovers: Leftovers
    orders: Orders
    records: Records


class Database(Memory):
    """An open database. SQLite takes one writer at a time, and readers beside it.

    Where it cannot be used just now, `read` and `write` raise OutOfReach.
    """

    def __init__(self, place: Place, engines: tuple[Engine, Engine], lock: ProcessLock | None) -> None:
        self._writer, self._reader = engines
        self._lock = lock
        self._write_turn = Turn(one_at_a_time=place.on_sqlite)
        self._read_turn = self._write_turn if place.in_memory else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Work]:
        with (
            self._write_turn,
            within_reach(commits=True),
            _session(self._writer, writes=True) as session,
            session.begin(),
            within_reach(),
        ):
            yield _stores(session)
            session.flush()

    @contextmanager
    def read(self) -> Iterator[Work]:
        with self._read_turn, within_reach(reads=True), _session(self._reader, writes=False) as session:
            yield _stores(session)

    def close(self) -> None:
        """Close every connection and let the next process in; a second time it does nothing."""
        self._reader.dispose()
        self._writer.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(url: str, now: datetime, migrations: Path = MIGRATIONS) -> Database:
    """Open the database of a DATABASE_URL, making or upgrading it where needed.

    A SQLite file is this process's alone until it is closed; leases that a killed one held are given back.
    `now` names the copy that is made before an upgrade. Raises DatabaseError; nothing was changed then.
    """
    place = place_of(url)
    engines = engines_of(place)
    database = Database(place, engines, held(place))
    try:
        look_before_opening(place, migrations)
        upgrade(engines[0], place, now, migrations)
        if place.path is not None:
            _give_back_leases(database)
    except BaseException:
        database.close()
        raise
    return database


def held(place: Place) -> ProcessLock | None:
    """The lock of a SQLite file, whose folder is made where it is missing; raises DatabaseError."""
    if place.path is None:
        return None
    if place.path.is_dir():
        raise DatabaseError(f"The database {place} is a folder. Give DATABASE_URL the path of a file in it.")
    try:
        place.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"The folder of the database {place} could not be made ({error.strerror}). "
            "Give DATABASE_URL a path that this user may write to."
        ) from error
    return lock_for(place.path)


def _give_back_leases(database: Database) -> None:
    """The file is ours alone: what another process was sending, it will not finish."""
    with database.write() as work:
        work.outbox.release_all()
        work.orders.release_all()


def _session(engine: Engine, writes: bool) -> Session:
    return Session(engine, expire_on_commit=False, info={WRITES: writes})


def _stores(session: Session) -> Stores:
    return Stores(
        CaseStore(session),
        TimelineStore(session),
        FollowUpStore(session),
        ErrandStore(session),
        RotaChangeStore(session),
        TroubleStore(session),
        OutboxStore(session),
        IntakeStore(session),
        SeenStore(session),
        VersionStore(session),
        DirectoryStore(session),
        OverviewStore(session),
        UndeliveredStore(session),
        HomeStore(session),
        PromiseStore(session),
        LeftoverStore(session),
        OrderStore(session),
        RecordStore(session),
    )
