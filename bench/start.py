"""A cold start until Slack is connected, and resident memory, beside importing the same packages.

Every start is a process of its own, as a person starts it; the sandbox that it connects to is another one.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app import Slack, wire
from bench.figure import Figure, Mark
from bench.million import AGENT, EARNEST, FIRST, ORDINARY, fill
from bench.run import NOW, Run
from bot import cases
from bot.desk_file import holiday_years, load_organisation
from bot.playbooks import load_playbooks
from bot.sop import facts_from_json
from storage import open_database

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = (
    "apscheduler.schedulers.background",
    "dotenv",
    "holidays.countries.united_states",
    "jinja2",
    "pydantic_settings",
    "slack_bolt",
    "sqlalchemy.dialects.sqlite",
    "sqlmodel",
    "typer",
    "websockets.sync.client",
    "yaml",
)
"""What a desk has loaded from outside when it serves by Socket Mode on SQLite."""
IMPORTING: Final = f"import sys, {', '.join(PACKAGES)}; print('ready', flush=True); sys.stdin.read()"
FLOOR: Final = "a process that imports the same packages"
READY: Final = ("ready", "is connected to Slack")
SETTLES: Final = 2.0
"""Seconds after which a desk has rung and drawn what there was."""
LONG_HENCE: Final = "2099-01-01 00:00:00.000000"


@dataclass(frozen=True, slots=True)
class Started:
    """How a start went: milliseconds until it was ready, and megabytes once it had settled."""

    took: float
    resident: float


def figures(run: Run) -> Iterator[Figure]:
    """Starts and floors in turns, each so often; then desks with much to remember."""
    with _sandbox() as reaching:
        file = run.folder / "start.db"
        open_database(f"sqlite:///{file}", NOW).close()
        desks, floors = [], []
        for _ in range(run.rounds):
            floors.append(_floor())
            desks.append(_desk(file, reaching))
        floor = _median(floors)
        desk = _median(desks)
        yield Figure("cold start to connected", desk.took, "ms", floor.took, FLOOR, Mark(1.5))
        yield _resident("after start", desk, floor, 1.5)
        many = run.size(1000, 20)
        opened = _median([_opening(file, reaching, many) for _ in range(run.rounds)])
        yield _resident(f"after {many:,} cases", opened, floor, 1.6)
        crowded = run.folder / "crowded.db"
        owed = run.size(1_000_000, 2000)
        _crowd(crowded, owed)
        full = _median([_desk(crowded, reaching) for _ in range(run.rounds)])
        yield _resident(f"with {owed:,} open follow-ups", full, floor, 1.6)


def _resident(how: str, desk: Started, floor: Started, bound: float) -> Figure:
    return Figure("resident memory", desk.resident, "MB", floor.resident, FLOOR, Mark(bound), how)


def _median(starts: Sequence[Started]) -> Started:
    took = statistics.median(each.took for each in starts)
    return Started(took, statistics.median(each.resident for each in starts))


def _floor() -> Started:
    return _start([sys.executable, "-c", IMPORTING], {}, settles=0)


def _desk(file: Path, reaching: Mapping[str, str]) -> Started:
    return _start([sys.executable, str(ROOT / "app.py")], {**reaching, "DATABASE_URL": f"sqlite:///{file}"})


def _opening(file: Path, reaching: Mapping[str, str], many: int) -> Started:
    """A desk that has opened so many cases in its own process."""
    return _start([sys.executable, "-m", "bench.start", str(file), reaching["SLACK_API_URL"], str(many)], {})


def _start(command: Sequence[str], environment: Mapping[str, str], settles: float = SETTLES) -> Started:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - all of it ours
        command,
        cwd=ROOT,
        env={**clean, "DESK_CONFIG": str(ROOT / "sandbox" / "desk.yaml"), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            _wait_for_ready(process)
            took = (time.perf_counter() - began) * 1000
            time.sleep(settles)
            return Started(took, _resident_mb(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)


def _wait_for_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if any(word in line for word in READY):
            return
    raise RuntimeError(f"{process.args!r} ended before it was ready.")


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) / 1024


def _crowd(file: Path, many: int) -> None:
    """So many open cases, with follow-ups that are due when nobody measures any more."""
    address = f"sqlite:///{file}"
    with open_database(address, NOW) as database:
        fill(database, address, many)
        with database.write() as work:
            connection = work.cases.session.connection()  # type: ignore[attr-defined]
            # A desk that starts looks at cases of who has left, and at those that wait for a confirmation.
            query = "UPDATE cases SET owner = ?, state = 'waiting' WHERE number >= ?"
            connection.exec_driver_sql(query, (AGENT, FIRST + EARNEST))
            connection.exec_driver_sql("UPDATE follow_ups SET due_at = ?, wake_at = ?", (LONG_HENCE,) * 2)


@contextmanager
def _sandbox() -> Iterator[Mapping[str, str]]:
    """A sandbox in a process of its own; the settings by which a desk reaches it."""
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - as above
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            yield {
                "SLACK_BOT_TOKEN": "xoxb-sandbox",
                "SLACK_APP_TOKEN": "xapp-sandbox",
                "SLACK_API_URL": f"{url}/api/",
            }
        finally:
            process.send_signal(signal.SIGTERM)


def _open_cases(file: str, api_url: str, many: int) -> None:
    """A desk in this process that opens cases as its listeners do, and stays until it is ended."""
    now = datetime.now(UTC)
    organisation = load_organisation(ROOT / "sandbox" / "desk.yaml", holiday_years(now.date()))
    playbooks = load_playbooks(organisation)
    slack = Slack("xoxb-sandbox", "xapp-sandbox", api_url)
    with open_database(f"sqlite:///{file}", now) as database:
        service = wire(playbooks, database, slack, lambda: datetime.now(UTC))
        with service.running():
            desk = service.bell.postman.desk
            for _ in range(many):
                with database.write() as work:
                    cases.open_case(work, desk, facts_from_json(ORDINARY), AGENT, datetime.now(UTC))
            print("ready", flush=True)  # noqa: T201 - the line that its starter waits for
            signal.pause()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _open_cases(sys.argv[1], sys.argv[2], int(sys.argv[3]))
