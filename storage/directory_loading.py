"""Loading exports into the directory: what is new, what has changed, and what stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert
from sqlmodel import Session, col, select, update

from bot.folding import findable, findable_phone
from bot.listings import ListedHomeowner, ListedInstaller, Put
from bot.sop import vocabulary
from storage.search import FullText, Words
from storage.tables import (
    DIRECTORY_ID,
    HOMEOWNER_SEARCH,
    INSTALLER_SEARCH,
    CounterRow,
    HomeownerRow,
    InstallerRow,
)

Values = dict[str, Any]
INDEXED_AT_ONCE: Final = 1000
WORKED_OUT: Final = ("place", "key")
"""Columns that follow from what an export states."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table of the directory with its full-text index."""

    table: type[HomeownerRow | InstallerRow]
    search: str


HOMEOWNERS: Final = Shelf(HomeownerRow, HOMEOWNER_SEARCH)
INSTALLERS: Final = Shelf(InstallerRow, INSTALLER_SEARCH)


def put_homeowners(
    session: Session, listed: Sequence[ListedHomeowner], stated: Collection[str], now: datetime
) -> Put:
    """Store homeowners, known by account number or else by place."""
    rows = known_homeowners(session, listed)
    pairs = [(_homeowner_values(each, row), row) for each, row in zip(listed, rows, strict=True)]
    return _put(session, HOMEOWNERS, pairs, stated, now)


def put_installers(
    session: Session, listed: Sequence[ListedInstaller], stated: Collection[str], now: datetime
) -> Put:
    """Store installers, known by name."""
    rows = known_installers(session, listed)
    pairs = [(_installer_values(each), row) for each, row in zip(listed, rows, strict=True)]
    return _put(session, INSTALLERS, pairs, stated, now)


def known_homeowners(session: Session, listed: Sequence[ListedHomeowner]) -> Sequence[HomeownerRow | None]:
    """The row of each, None where there is none; a row is taken by one of them at most."""
    rows = _homeowner_rows(session, listed)
    by_account = {row.account: row for row in rows if row.account}
    by_place: dict[str, list[HomeownerRow]] = {}
    for row in rows:
        by_place.setdefault(row.place, []).append(row)
    taken = []
    for each in listed:
        known = by_account.get(each.account) or _of_place(by_place.get(each.place, []), each)
        if known is not None and known in by_place[known.place]:
            by_place[known.place].remove(known)
        taken.append(known)
    return taken


def known_installers(session: Session, listed: Sequence[ListedInstaller]) -> Sequence[InstallerRow | None]:
    """The row of each, None where there is none."""
    query = select(InstallerRow).where(col(InstallerRow.key).in_([each.key for each in listed]))
    known = {row.key: row for row in session.exec(query)}
    return [known.get(each.key) for each in listed]


def ids_of(rows: Iterable[HomeownerRow | InstallerRow | None]) -> frozenset[int]:
    """The ids of the rows that are there."""
    return frozenset(row.id for row in rows if row is not None)


def index_directory(connection: Connection) -> None:
    """Index what is listed already, in batches, in an index that is empty."""
    for shelf in (HOMEOWNERS, INSTALLERS):
        index = FullText(Session(connection), shelf.search)
        rows = connection.execute(select(*shelf.table.metadata.tables[shelf.table.__tablename__].columns))
        for batch in rows.mappings().partitions(INDEXED_AT_ONCE):
            index.add([_words(dict(row)) for row in batch])


def _homeowner_rows(session: Session, listed: Sequence[ListedHomeowner]) -> Sequence[HomeownerRow]:
    """The rows that these may be, the oldest first."""
    accounts = [each.account for each in listed if each.account]
    ours = col(HomeownerRow.place).in_([each.place for each in listed])
    query = select(HomeownerRow).where(ours | col(HomeownerRow.account).in_(accounts))
    return session.exec(query.order_by(col(HomeownerRow.id))).all()


def _of_place(rows: Sequence[HomeownerRow], listed: ListedHomeowner) -> HomeownerRow | None:
    """A row of the same name and address, where one of the two has no account number."""
    return next((row for row in rows if not (listed.account and row.account)), None)


def _put(
    session: Session,
    shelf: Shelf,
    pairs: Sequence[tuple[Values, Any]],
    stated: Collection[str],
    now: datetime,
) -> Put:
    new = [values for values, row in pairs if row is None]
    _add(session, shelf, new, now)
    changed = []
    for values, row in pairs:
        if row is None:
            continue
        said = {name: value for name, value in values.items() if name in stated or name in WORKED_OUT}
        if any(getattr(row, name) != value for name, value in said.items()):
            changed.append({**row.model_dump(), **said, "updated_at": now})
    _change(session, shelf, changed)
    return Put(len(new), len(changed), ids_of(row for _, row in pairs))


def _add(session: Session, shelf: Shelf, new: Sequence[Values], now: datetime) -> None:
    if new:
        first = _next_ids(session, len(new))
        rows = [{**values, "id": number, "updated_at": now} for number, values in enumerate(new, first)]
        session.connection().execute(insert(shelf.table), rows)
        FullText(session, shelf.search).add([_words(row) for row in rows])


def _change(session: Session, shelf: Shelf, changed: Sequence[Values]) -> None:
    if changed:
        columns = [name for name in changed[0] if name != "id"]
        statement = update(shelf.table).where(col(shelf.table.id) == bindparam("row"))
        statement = statement.values({name: bindparam(f"new_{name}") for name in columns})
        rows = [{"row": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in changed]
        session.connection().execute(statement, rows)
        FullText(session, shelf.search).change([_words(row) for row in changed])


def _next_ids(session: Session, count: int) -> int:
    """The first of so many new ids. The counter's row lock makes imports take turns."""
    counter = select(CounterRow.value).where(CounterRow.name == DIRECTORY_ID)
    counting = update(CounterRow).where(col(CounterRow.name) == DIRECTORY_ID)
    session.exec(counting.values(value=CounterRow.value + count))
    return session.exec(counter).one() - count + 1


def _words(row: Values) -> Words:
    """What a row is found by: first of all the name, then address, account number and phone."""
    if "address" in row:
        place = (*findable(row["address"], row["account"] or ""), *findable_phone(row["phone"]))
        return Words(row["id"], findable(row["name"]), place)
    return Words(row["id"], findable(row["name"]))


def _homeowner_values(listed: ListedHomeowner, row: HomeownerRow | None) -> Values:
    return {
        "account": listed.account or (row.account if row else None),
        "place": listed.place,
        **{name: getattr(listed, name) for name in ("name", "address", "phone", "email", "best_time")},
        **{name: getattr(listed, name) for name in ("program", "product", "installer")},
        **{each: listed.milestones.get(each, "") for each in vocabulary.MILESTONES},
    }


def _installer_values(listed: ListedInstaller) -> Values:
    manager = listed.account_manager
    return {
        "key": listed.key,
        **{name: getattr(listed, name) for name in ("name", "email", "phone")},
        **{f"manager_{name}": getattr(manager, name) for name in ("name", "email", "phone")},
    }
