"""The other end of a measurement: Slack, as far as it goes, and the apps that are measured with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from slack_sdk import WebClient

import handlers
from bench.peer import SECRET
from blocks.home import home as draw_home
from bot.connectors.by_hand import by_hand
from bot.connectors.slack_home import SlackHomes
from bot.desk import Desk
from bot.desk_file import load_organisation
from bot.people import Strangers
from bot.playbooks import load_playbooks
from bot.ports import Memory
from bot.redrawing import Redrawer
from handlers.busy import THREADS, AdmittingApp, Gate, Listeners
from handlers.front import Front
from handlers.measured import MeasuredApp
from handlers.metrics import Metrics

ORGANISATION = Path(__file__).parent.parent / "sandbox" / "desk.yaml"
AGENTS = tuple(f"U0AGENT{number:03}" for number in range(64))
"""Who may open complaints."""


@dataclass(frozen=True, slots=True)
class Slack:
    """A Slack that answers everything at once, in a process of its own."""

    host: str

    def client(self, token: str = "xoxb-bench") -> WebClient:  # noqa: S107 - it opens nothing
        """A client of its Web API."""
        return WebClient(token, base_url=f"http://{self.host}/api/")

    @property
    def response_url(self) -> str:
        """Where an answer to a command goes."""
        return f"http://{self.host}/api/answer"

    def measure(self, payloads: Sequence[object], **way: object) -> Sequence[float]:
        """Send these at once, by the `line` of that name or to that `port`; milliseconds to each answer."""
        asked = json.dumps({"payloads": payloads, **way}).encode()
        with urlopen(Request(f"http://{self.host}/measure", asked)) as answer:
            took: list[float] = json.load(answer)
            return took


class Threads(Listeners):
    """The desk's threads for listeners, without a limit, and with a way to wait for what they do."""

    def __init__(self) -> None:
        super().__init__(THREADS, Gate(sys.maxsize))
        self._begun: list[Future[Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        begun = super().submit(fn, *args, **kwargs)
        self._begun.append(begun)
        return begun

    def settle(self) -> None:
        """Wait until everything that was begun is done."""
        begun, self._begun = self._begun, []
        wait(begun)


@contextmanager
def slack() -> Iterator[Slack]:
    """A Slack until the end of the block."""
    command = [sys.executable, "-m", "bench.peer"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            assert process.stdout is not None
            yield Slack(process.stdout.readline().strip())
        finally:
            process.terminate()


def bolt(slack: Slack, executor: Executor, *, process_before_response: bool) -> AdmittingApp:
    """A Bolt app with nothing in it yet, and a gate that is always open."""
    return AdmittingApp(
        client=slack.client(),
        signing_secret=SECRET,
        process_before_response=process_before_response,
        listener_executor=executor,
    )


def desk_app(slack: Slack, memory: Memory, threads: Threads) -> AdmittingApp:
    """The desk's own app, with all that it listens to, and no clock that rings."""
    organisation = load_organisation(ORGANISATION, range(2025, 2029))
    roles = replace(organisation.roles, agents=AGENTS)
    playbooks = load_playbooks(replace(organisation, roles=roles))
    desk = Desk(memory, playbooks, by_hand({}))
    desk.keep_version(_now())
    app = MeasuredApp(
        client=slack.client(),
        signing_secret=SECRET,
        process_before_response=True,
        listener_executor=threads,
    )
    app.metrics = Metrics("bench")
    app.listeners = threads
    homes = Redrawer(desk, SlackHomes(slack.client()), draw_home, _now, _now)
    handlers.register(app, Front(desk, _now, Strangers(), _wake, homes))
    return app


def _now() -> datetime:
    return datetime.now(UTC)


def _wake() -> None:
    """No clock rings here."""
