"""Inserting what may be there already, in the one statement that is safe beside other writers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from storage.tables import Table


def insert_new(session: Session, table: type[Table], values: Mapping[str, object]) -> bool:
    """Insert a row; False when its unique key is taken, and then nothing was changed."""
    statement = _insert(session, table).on_conflict_do_nothing()
    options = {"preserve_rowcount": True}
    return session.connection().execute(statement, values, execution_options=options).rowcount == 1


def put(
    session: Session,
    table: type[Table],
    key: str,
    new: Mapping[str, object],
    changed: Mapping[str, object],
) -> None:
    """Insert a row, or write what has changed into the one that has this key already."""
    inserting = _insert(session, table)
    written = {name: inserting.excluded[name] for name in changed if name != key}
    statement = inserting.on_conflict_do_update(index_elements=[key], set_=written)
    session.connection().execute(statement, new)


def _insert(session: Session, table: type[Table]) -> Any:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if on_postgresql else sqlite.insert)(table)
