"""Desks in processes of their own, each of which can be killed between any two of its steps.

`python -m tests.e2e.crashing_desk` is a nursery: for each line of JSON on its input it forks a desk, waits
for its end, and answers with a line. A fork has everything imported, where a new Python takes seconds to.

A step is a commit that changed something, named by its tables, or a call of Slack that posts or looks.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from slack_sdk import WebClient
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from app import Slack, wire
from bot.playbooks import load_playbooks
from bot.settings import load_organisation
from bot.sop import Playbooks
from storage import Database, open_database

ROOT = Path(__file__).parents[2]
YEARS = range(2029, 2032)
STEPS_OF_SLACK = ("chat.", "conversations.")
PATIENCE = 20.0
"""Seconds after which a desk that has not become quiet is given up."""


@dataclass(frozen=True)
class Desk:
    """What a desk is started with. `ahead` is the workspace's clock minus the system's, in seconds.

    `dies` is the number of a step, from 1, and whether the end comes `before` or `after` it.
    """

    database: str
    bot_token: str
    app_token: str
    api_url: str
    ahead: float
    dies: tuple[str, int] | None = None


@dataclass(frozen=True)
class Ended:
    """How a desk ended: with an exit code, or minus the number of a signal; and the steps it finished."""

    code: int
    steps: tuple[str, ...]


class Nursery:
    """The nursery, seen from a test."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.crashing_desk"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=PATIENCE)

    def run(self, desk: Desk) -> Ended:
        """Run a desk until nothing is owed any more, or until it dies."""
        print(json.dumps(asdict(desk)), file=self._process.stdin, flush=True)
        code, steps = json.loads(self._process.stdout.readline())
        return Ended(code, tuple(steps))


class Steps:
    """Counts the steps, says each in a line on a pipe, and kills the process where it is told to."""

    def __init__(self, pipe: int, dies: tuple[str, int] | None) -> None:
        self._pipe = pipe
        self._dies = tuple(dies) if dies else None
        self._count = 0
        self._written = threading.local()

    def around(self, name: str, act: Callable[[], Any]) -> Any:
        self.begin()
        answer = act()
        self.end(name)
        return answer

    def begin(self) -> None:
        self._count += 1
        self._perhaps_die("before")

    def end(self, name: str) -> None:
        os.write(self._pipe, f"{name}\n".encode())
        self._perhaps_die("after")

    def _perhaps_die(self, moment: str) -> None:
        if self._dies == (moment, self._count):
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Make a step of every commit that changed something. SQLAlchemy tells before, the Session after."""
        event.listen(engine, "after_cursor_execute", self._executed)
        event.listen(engine, "commit", self._committing)
        event.listen(Session, "after_commit", self._committed)

    def _executed(self, _: Connection, cursor: Any, statement: str, *__: object) -> None:
        verb, *words = statement.split()
        if verb in ("INSERT", "UPDATE", "DELETE") and cursor.rowcount > 0:
            table = words[0] if verb == "UPDATE" else words[1]
            self._tables().setdefault(table)

    def _committing(self, _: Connection) -> None:
        if self._tables():
            self.begin()

    def _committed(self, _: Session) -> None:
        if tables := self._tables():
            self._written.tables = {}
            self.end("+".join(tables))

    def _tables(self) -> dict[str, None]:
        if not hasattr(self._written, "tables"):
            self._written.tables = {}
        tables: dict[str, None] = self._written.tables
        return tables


class StepwiseClient(WebClient):
    """Slack's client; each call that posts or looks is a step."""

    steps: Steps

    def api_call(self, api_method: str, **more: Any) -> Any:  # type: ignore[override]
        def call() -> Any:
            return super(StepwiseClient, self).api_call(api_method, **more)

        return self.steps.around(api_method, call) if api_method.startswith(STEPS_OF_SLACK) else call()


class StepwiseSlack(Slack):
    """A workspace that is reached step by step."""

    def client(self) -> WebClient:
        return StepwiseClient(token=self.bot_token, base_url=self.api_url, timeout=10)


def serve(playbooks: Playbooks, desk: Desk, pipe: int) -> None:
    """Run a desk until nothing is owed, and end the process at once: to stop the desk would take a second."""
    steps = Steps(pipe, desk.dies)
    StepwiseClient.steps = steps
    ahead = timedelta(seconds=desk.ahead)

    def now() -> datetime:
        return datetime.now(UTC) + ahead

    slack = StepwiseSlack(desk.bot_token, desk.app_token, desk.api_url)
    with open_database(desk.database, now()) as database:
        service = wire(playbooks, database, slack, now)
        steps.watch(database._writer)
        with service.running():
            wait_until_quiet(database, now)
            os._exit(0)


def wait_until_quiet(database: Database, now: Callable[[], datetime]) -> None:
    """Wait until nothing is due and nothing waits to be sent."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with database.read() as work:
            due, waiting = work.follow_ups.next_due(), work.outbox.next_try()
        if waiting is None and (due is None or due > now()):
            return
        time.sleep(0.01)
    raise TimeoutError("the desk still owes something")


def fork(playbooks: Playbooks, desk: Desk) -> Ended:
    """Run a desk in a fork of this process, and wait for its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            serve(playbooks, desk, writing)
        finally:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        steps = pipe.read().splitlines()
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), tuple(steps))


def main() -> None:
    """Fork a desk for every line."""
    playbooks = load_playbooks(load_organisation(ROOT / "sandbox" / "desk.yaml", YEARS))
    for line in sys.stdin:
        ended = fork(playbooks, Desk(**json.loads(line)))
        sys.stdout.write(f"{json.dumps([ended.code, ended.steps])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
