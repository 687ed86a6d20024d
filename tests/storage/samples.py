"""What the tests of storage are made of."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from bot.ports import Work
from bot.sop import Case, Event, Facts, Homeowner, Installer, Timer
from bot.stored import Letter
from storage import Database, open_database
from storage.upgrade import MIGRATIONS
from tests.databases import rows as found

NOW = datetime(2026, 11, 18, 15, 4, 5, 678901, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = NOW + MINUTE
BULKY = "x" * 20_000
ADA, BEN = "U0ADA00001", "U0BEN00002"


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def url_of(place: Path | str) -> str:
    """The DATABASE_URL of a SQLite file, or the one that is given."""
    return place if isinstance(place, str) else address(place)


def opened(place: Path | str) -> Database:
    return open_database(url_of(place), NOW)


def hurried(url: str, **settings: str) -> str:
    """The same PostgreSQL database with other settings of the server."""
    options = "%20".join(f"-c%20{name}%3D{value}" for name, value in settings.items())
    return f"{url}{'&' if '?' in url else '?'}options={options}"


def a_case(name: str = "Hana (homeowner)", description: str = "", state: str = "open") -> Case:
    homeowner = Homeowner(name, "1 Sample Street, Example", "555-0100", "hana@example.test", "mornings")
    facts = Facts(
        categories=("installer_unresponsive",),
        program="everbright",
        homeowner=homeowner,
        installer=Installer("Example Solar", "office@installer.example.test"),
        description=description,
    )
    return Case(facts, "3f1c", NOW, "F1", "wait", state, history=(Event("opened", NOW, by=ADA),))


def a_timer(name: str = "t1", due: datetime = NOW, rung_at: datetime | None = None) -> Timer:
    return Timer(
        name, "F1.ask", "follow_up", due, f"{name}: two business days after the e-mail", ("R-005",), rung_at
    )


def a_letter(key: str, edits: str = "", kind: str = "card", case_number: int = 1001) -> Letter:
    return Letter(key, kind, case_number, to="" if edits else ADA, edits=edits, data={"step": "F1.ask"})


def reads(work: Work, call: Callable[[], object]) -> list[str]:
    """How SQLite goes about what this call asks of it: the lines of its plans that read a table."""
    plans: list[str] = []
    connection = work.cases.session.connection()  # type: ignore[attr-defined]

    @event.listens_for(connection, "before_cursor_execute")
    def explain(_connection, cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in cursor.fetchall() if row[3].startswith(("SCAN", "SEARCH")))

    call()
    event.remove(connection, "before_cursor_execute", explain)
    return plans


def with_case(database: Database) -> int:
    with database.write() as work:
        return work.cases.add(a_case(), ADA, ADA, NOW).number


def rows(place: Path | str, query: str) -> list[tuple]:
    return found(url_of(place), query)


def instant(value: datetime | str) -> datetime:
    """An instant as it stands in a table: SQLite keeps a text, in UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


@contextmanager
def undone(database: Database) -> Iterator[Work]:
    """A transaction that fails at its end."""
    with suppress(ZeroDivisionError), database.write() as work:
        yield work
        raise ZeroDivisionError


def all_at_once(jobs: list[Callable[[], object]]) -> None:
    """Run every job on a thread of its own, from the same moment on; raises what one of them raised."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        barrier.wait(10)
        job()

    with ThreadPoolExecutor(len(jobs)) as threads:
        for done in [threads.submit(run, job) for job in jobs]:
            done.result(30)


OTHER_DESK = """
import sys, time
sys.path.insert(0, sys.argv[3])
from tests.storage.samples import *
database = open_database(sys.argv[1], NOW, Path(sys.argv[2]))
{then}
print("ready", flush=True)
time.sleep(60)
"""


def other_desk(place: Path | str, then: str = "", migrations: Path = MIGRATIONS) -> subprocess.Popen[str]:
    """Another process that has opened the database and done `then`."""
    code, root = OTHER_DESK.format(then=then), Path(__file__).parents[2]
    command = [sys.executable, "-c", code, url_of(place), migrations, root]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=10)


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
