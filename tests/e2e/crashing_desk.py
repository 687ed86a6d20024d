"""Desks in processes of their own, each of which can be killed, or made to hang, at any of its steps.

`python -m tests.e2e.crashing_desk` is a nursery: for each line of JSON on its input it forks a desk, and says
on its output what becomes of it. A fork has everything imported, where a new Python takes seconds to.

A step is a commit that changed something, named by its tables; a call of Slack that posts, shows or looks; or
an acknowledgement. Steps are numbered from 1 as they come, so that new ones are met by themselves.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from app import Slack, wire
from bot.pace import UNHURRIED
from bot.playbooks import load_playbooks
from bot.settings import load_organisation
from bot.sop import Playbooks
from handlers.line import Line
from handlers.serving import ACKNOWLEDGING
from storage import Database, open_database

ROOT = Path(__file__).parents[2]
YEARS = range(2029, 2032)
STEPS_OF_SLACK = ("chat.", "conversations.", "views.")
PATIENCE = 30.0
"""Seconds after which a desk that has not become quiet is given up."""
POST = "chat.postMessage"
READY, HANGS = "ready", "hangs"
"""What a desk says besides its steps: that it is connected; that it stops until it is told to go on."""


@dataclass(frozen=True)
class Desk:
    """What a desk is started with. `ahead` is the workspace's clock minus the system's, in seconds.

    `leaps` is a file that says how far the machine's clock is ahead, for all desks that share it; leases run
    out by that clock. `stays` is a file: the desk goes when it is gone and nothing is owed any more.
    `dies` is a moment, `before` or `after`, and the number of a step; `hangs`, of a post.
    """

    database: str
    bot_token: str
    app_token: str
    api_url: str
    ahead: float
    leaps: str
    stays: str
    dies: tuple[str, int] | None = None
    hangs: tuple[str, int] | None = None


class Steps:
    """Counts the steps, says each in a line on a pipe, and ends or stops the process where it is told to."""

    def __init__(self, pipe: int, dies: tuple[str, int] | None, hangs: tuple[str, int] | None) -> None:
        self._pipe = pipe
        self._dies = tuple(dies) if dies else None
        self._hangs = tuple(hangs) if hangs else None
        self._count = self._posts = 0
        self._counting = threading.Lock()
        self._written = threading.local()

    def around(self, name: str, act: Callable[[], Any]) -> Any:
        number, post = self.begin(), self._post() if name == POST else 0
        self._perhaps_hang("before", post)
        answer = act()
        self._perhaps_hang("after", post)
        self.end(name, number)
        return answer

    def _post(self) -> int:
        with self._counting:
            self._posts += 1
            return self._posts

    def _perhaps_hang(self, moment: str, post: int) -> None:
        if self._hangs == (moment, post):
            self.say(HANGS)
            os.kill(os.getpid(), signal.SIGSTOP)

    def begin(self) -> int:
        with self._counting:
            self._count += 1
            number = self._count
        self._meet("before", number)
        return number

    def end(self, name: str, number: int) -> None:
        self.say(name)
        self._meet("after", number)

    def say(self, word: str) -> None:
        os.write(self._pipe, f"{word}\n".encode())

    def _meet(self, moment: str, number: int) -> None:
        if self._dies == (moment, number):
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Make a step of every commit that changed something. SQLAlchemy tells before, the Session after."""
        event.listen(engine, "after_cursor_execute", self._executed)
        event.listen(engine, "commit", self._committing)
        event.listen(Session, "after_commit", self._committed)
        event.listen(engine, "rollback", self._forget)

    def _executed(self, _: Connection, cursor: Any, statement: str, *__: object) -> None:
        verb, *words = statement.split()
        if verb in ("INSERT", "UPDATE", "DELETE") and cursor.rowcount > 0:
            table = words[0] if verb == "UPDATE" else words[1]
            self._tables().setdefault(table)

    def _committing(self, _: Connection) -> None:
        if self._tables():
            self._written.number = self.begin()

    def _committed(self, _: Session) -> None:
        # The Session tells of savepoints too, of which the connection says nothing.
        number, tables = getattr(self._written, "number", None), self._tables()
        if number is not None:
            self._written.tables, self._written.number = {}, None
            self.end("+".join(tables), number)

    def _forget(self, _: Connection) -> None:
        self._written.tables = {}

    def _tables(self) -> dict[str, None]:
        if not hasattr(self._written, "tables"):
            self._written.tables = {}
        tables: dict[str, None] = self._written.tables
        return tables


class StepwiseClient(WebClient):
    """Slack's client; each call that posts, shows or looks is a step."""

    steps: Steps

    def api_call(self, api_method: str, **more: Any) -> Any:  # type: ignore[override]
        def call() -> Any:
            return super(StepwiseClient, self).api_call(api_method, **more)

        return self.steps.around(api_method, call) if api_method.startswith(STEPS_OF_SLACK) else call()


class StepwiseSlack(Slack):
    """A workspace that is reached step by step."""

    def client(self) -> WebClient:
        return StepwiseClient(token=self.bot_token, base_url=self.api_url, timeout=10)


class StepwiseLine(Line):
    """A line on which each acknowledgement is a step."""

    def _is_sent(self, answer: Any) -> bool:
        return bool(
            StepwiseClient.steps.around("acknowledge", lambda: super(StepwiseLine, self)._is_sent(answer))
        )


def serve(playbooks: Playbooks, desk: Desk, pipe: int) -> None:
    """Run a desk until it may go, and end the process at once: to stop the desk would take a second.

    One that hung has to finish what it was at when it woke up.
    """
    steps = StepwiseClient.steps = Steps(pipe, desk.dies, desk.hangs)
    ahead = timedelta(seconds=desk.ahead)

    def now() -> datetime:
        return datetime.now(UTC) + ahead

    def machine_clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(Path(desk.leaps).read_text()))

    slack = StepwiseSlack(desk.bot_token, desk.app_token, desk.api_url)
    with open_database(desk.database, now()) as database:
        service = wire(playbooks, database, slack, now, machine_clock=machine_clock, paces=UNHURRIED)
        line = StepwiseLine(service.app, service.app.client, slack.app_token, ACKNOWLEDGING)
        steps.watch(database._writer)
        with replace(service, transport=line).running():
            steps.say(READY)
            wait_until_quiet(database, now, Path(desk.stays))
            if desk.hangs is None:
                os._exit(0)
    os._exit(0)


def wait_until_quiet(database: Database, now: Callable[[], datetime], stays: Path) -> None:
    """Wait until the desk may go, nothing is due, and nothing waits to be sent."""
    while stays.exists():
        time.sleep(0.01)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with database.read() as work:
            dues = (work.follow_ups.next_due(), work.errands.next_due(()))
            waiting = work.outbox.next_try()
        if waiting is None and all(due is None or due > now() for due in dues):
            return
        time.sleep(0.01)
    raise TimeoutError(f"a desk still owes something: a letter at {waiting}, or what was due at {dues}")


@dataclass
class Nursery:
    """Forks desks, one for each line that comes in, and passes on what they say until they end."""

    playbooks: Playbooks
    selector: selectors.BaseSelector

    def run(self) -> None:
        self.selector.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            for key, _ in self.selector.select():
                if key.data is not None:
                    self._pass_on(key.fd, *key.data)
                elif line := sys.stdin.readline():
                    self._fork(json.loads(line))
                else:
                    return

    def _fork(self, asked: dict[str, Any]) -> None:
        name = asked.pop("name")
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                serve(self.playbooks, Desk(**asked), writing)
            finally:
                traceback.print_exc()
                os._exit(1)
        os.close(writing)
        say(name=name, pid=child)
        self.selector.register(reading, selectors.EVENT_READ, (name, child))

    def _pass_on(self, pipe: int, name: int, child: int) -> None:
        words = os.read(pipe, 4096).decode().split()
        for word in words:
            say(name=name, word=word)
        if not words:
            self.selector.unregister(pipe)
            os.close(pipe)
            _, status = os.waitpid(child, 0)
            say(name=name, code=os.waitstatus_to_exitcode(status))


def say(**message: object) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork a desk for every line."""
    organisation = load_organisation(ROOT / "sandbox" / "desk.yaml", YEARS)
    Nursery(load_playbooks(organisation), selectors.DefaultSelector()).run()


if __name__ == "__main__":
    main()
