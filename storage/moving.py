"""Moving everything to another database: the same tables, every row, counted and compared on both sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Connection, Engine, Integer, delete, func, insert, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import DBAPIError

from bot.errors import DatabaseError
from bot.keeping import MovedTable
from storage.backup import backup
from storage.database import held
from storage.directory_loading import index_directory
from storage.engines import Place, engines_of, place_of
from storage.process_lock import lock_for
from storage.search_tables import index_cases
from storage.tables import CounterRow, Table
from storage.upgrade import MIGRATIONS, is_empty, require_newest, run_migrations, said, upgrading

BATCH: Final = 1000
HASHES: Final = 1 << 256


def move(source: str, target: str, migrations: Path = MIGRATIONS) -> tuple[MovedTable, ...]:
    """Copy every row of the database at `source` into the empty one at `target`.

    All of it is one transaction there: counts and hashes are compared before its end. The source is only
    read; a SQLite file is read from a copy, and no desk may be running on it. Raises DatabaseError; then the
    target is as it was.
    """
    there, here = place_of(target), place_of(source)
    if here.url == there.url:
        raise DatabaseError("Both databases are the same. Give --to the address of another, empty one.")
    with ExitStack() as stack:
        old = stack.enter_context(_read_from(here, migrations))
        new = stack.enter_context(_written_to(there, migrations))
        new.execute(delete(CounterRow))  # The migrations fill this one; the others are empty.
        moved = tuple(_moved(table, old, new) for table in Table.metadata.sorted_tables)
        _after(new)
    return moved


@contextmanager
def _read_from(place: Place, migrations: Path) -> Iterator[Connection]:
    with ExitStack() as stack:
        if place.path is not None:
            place = _copy_of(place.path, Path(stack.enter_context(TemporaryDirectory())), stack)
        _, reader = engines_of(place)
        stack.callback(reader.dispose)
        with _understood(place), reader.connect() as connection:
            require_newest(connection, place, migrations)
            yield connection


def _copy_of(path: Path, folder: Path, stack: ExitStack) -> Place:
    if not path.exists():
        raise DatabaseError(f"There is no database {path}, so there is nothing to move. Check DATABASE_URL.")
    stack.callback(lock_for(path).release)
    backup(path, folder / path.name)
    return place_of(f"sqlite:///{folder / path.name}")


@contextmanager
def _written_to(place: Place, migrations: Path) -> Iterator[Connection]:
    """A transaction over an empty database that has been given the desk's tables."""
    new_file = place.path if place.path is not None and not place.path.exists() else None
    lock = held(place)
    engine, _ = engines_of(place)
    try:
        with _understood(place):
            _require_empty(engine, place)
            with upgrading(engine, place) as connection:
                run_migrations(connection, migrations)
                yield connection
    except BaseException:
        engine.dispose()
        if new_file is not None:
            _remove(new_file)
        raise
    finally:
        engine.dispose()
        if lock is not None:
            lock.release()


def _require_empty(engine: Engine, place: Place) -> None:
    with engine.connect() as connection:
        if not is_empty(connection):
            raise DatabaseError(
                f"The database {place} is not empty, and nothing is written over. Make a new one to move to."
            )


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


@contextmanager
def _understood(place: Place) -> Iterator[None]:
    """What the databases say, as one sentence."""
    try:
        yield
    except DBAPIError as error:
        raise DatabaseError(
            f"The database {place} cannot be used for the move: {said(error)}. Nothing was moved. "
            "Check its address, and that it may be written by this user."
        ) from error


def _moved(table: SqlTable, old: Connection, new: Connection) -> MovedTable:
    keys = list(table.primary_key.columns)
    rows = old.execute(select(table).order_by(*keys).execution_options(yield_per=BATCH))
    for batch in rows.mappings().partitions():
        new.execute(insert(table), [dict(row) for row in batch])
    before, after = _digest(old, table), _digest(new, table)
    if before != after:
        raise DatabaseError(
            f"The table {table.name} came out otherwise: {before.rows} rows before, {after.rows} after, and "
            "their hashes differ. Nothing was moved. Stop every desk on both databases, and move again."
        )
    return after


def _digest(connection: Connection, table: SqlTable) -> MovedTable:
    """Rows and hash of a table. Databases order texts each in its own way, so the hash knows no order."""
    rows, total = 0, 0
    for row in connection.execute(select(table).execution_options(yield_per=BATCH)).mappings():
        rows += 1
        total = (total + int.from_bytes(_hash(row))) % HASHES
    return MovedTable(table.name, rows, f"{total:064x}")


def _hash(row: Mapping[Any, Any]) -> bytes:
    values = {str(name): _plain(value) for name, value in row.items()}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).digest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _after(connection: Connection) -> None:
    """What follows from the rows and is not copied: the search, and where the databases count on from."""
    index_cases(connection)
    index_directory(connection)
    if connection.dialect.name == "postgresql":
        for table, key in _counted(Table.metadata.sorted_tables):
            last = connection.execute(select(func.max(table.c[key]))).scalar()
            sequence = func.pg_get_serial_sequence(table.name, key)
            connection.execute(select(func.setval(sequence, last or 1, last is not None)))


def _counted(tables: Iterable[SqlTable]) -> Iterator[tuple[SqlTable, str]]:
    """Tables whose rows the database itself numbers, and by which column."""
    for table in tables:
        column = table.autoincrement_column
        if column is not None and isinstance(column.type, Integer):
            yield table, column.name
