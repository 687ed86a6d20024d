"""What Alembic runs: on the connection of `storage.upgrade`, or for who writes a migration on its own."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from storage.engines import engines_of, place_of
from storage.search_tables import is_declared
from storage.tables import Table


def run(connection: Connection) -> None:
    """Run what was asked for, in the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        include_name=is_declared,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url") or context.config.get_main_option(
        "sqlalchemy.url"
    )
    writer, _ = engines_of(place_of(str(url)))
    with writer.begin() as own:
        run(own)
    writer.dispose()
