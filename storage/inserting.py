"""Inserting what may be there already, in the one statement that is safe beside other writers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from storage.tables import Table


def insert_new(session: Session, table: type[Table], values: Mapping[str, object]) -> bool:
    """Insert a row; False when its unique key is taken, and then nothing was changed."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing()
    return session.exec(statement, execution_options={"preserve_rowcount": True}).rowcount == 1
