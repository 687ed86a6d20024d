"""The line to Slack: it comes back whatever breaks it, and what came by it is acknowledged.

A desk that only counts stands behind it; all the waiting is cut short.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientNotConnectedError

from handlers.line import Line
from handlers.wire import Patience
from sandbox.person import Person, Told, Trouble
from sandbox.server import Sandbox

MANIFEST = Path(__file__).parents[2] / "manifest.json"
SHORT = Patience(
    ping=0.1,
    closing=0.2,
    retirement=0.1,
    quiet=0.05,
    first_pause=0.01,
    longest_pause=0.05,
    look=0.02,
)
LONG = 60.0
LIBRARY = ("(recv_events)", "(keepalive)")
NOTICED = {"frozen": {"pong": 0.2}, "deaf": {"silence": 0.3}}
"""What is cut short only where it is waited for: the rest must not meet it on a slow machine."""


def threads() -> list[str]:
    """Those that a line has, by their names: its own, and those of websockets."""
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith(("line", "wire")) or name.endswith(LIBRARY)]


@dataclass
class Counter:
    """An app that counts commands; while it is `held` it answers none."""

    commands: list[str] = field(default_factory=list)
    free: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.free.set()

    def listen(self, ack: Ack, body: dict[str, str]) -> None:
        self.reached.set()
        self.free.wait(LONG)
        self.commands.append(body["text"])
        ack()


@dataclass
class World:
    """A workspace, somebody in it, and an app."""

    sandbox: Sandbox
    counter: Counter
    ada: Person
    trouble: Trouble
    desk: ThreadPoolExecutor

    def line(self, patience: Patience = SHORT) -> Line:
        client = WebClient(token=self.sandbox.bot_token, base_url=self.sandbox.api_url)
        app = App(client=client, process_before_response=True)
        app.command("/complaint")(self.counter.listen)
        return Line(app, client, self.sandbox.app_token, 4, patience)

    @contextmanager
    def standing(self, patience: Patience = SHORT) -> Iterator[Line]:
        """A line, laid down in the end; it leaves no thread behind."""
        line = self.line(patience)
        line.start()
        try:
            yield line
        finally:
            self.counter.free.set()
            line.drain()
            line.close()
            self.ada.wait_for(lambda _: not threads(), what="the end of all threads")

    def say(self, text: str) -> Future[Told]:
        """Somebody types a command, and Slack waits for its acknowledgement."""
        return self.desk.submit(self.ada.command, "/complaint", text)

    def until(self, seen: str) -> None:
        """Wait until the list of traffic has a line that reads so."""
        self.ada.wait_for(lambda _: any(seen in self.told(one) for one in self.trouble.traffic()), what=seen)

    def told(self, entry: dict[str, object]) -> str:
        return f"{entry['kind']} {entry['name']} {entry['summary']}"


@pytest.fixture
def world() -> Iterator[World]:
    sandbox = Sandbox(manifest=MANIFEST)
    sandbox.start()
    with ThreadPoolExecutor(2) as desk:
        yield World(sandbox, Counter(), Person(sandbox.url, "U0ADA00001"), Trouble(sandbox.url), desk)
    sandbox.stop()


@pytest.mark.parametrize("how", ["cut", "frozen", "deaf", "warning", "refresh_requested"])
def test_a_line_that_does_not_carry_is_replaced(world: World, how: str) -> None:
    patience = replace(SHORT, **NOTICED.get(how, {}))
    with world.standing(patience) as line:
        world.trouble.disconnect(how)
        world.ada.wait_for(lambda _: line.state().rebuilds > 0 and line.is_connected(), what="a new line")
        world.ada.wait_for(lambda _: line.state().connections == 1, what="the end of the old one")
        world.trouble.end()
        assert world.say("again").result().notice is None
        state = line.state()
    assert world.counter.commands == ["again"]
    assert state.connected_for is not None
    assert state.silent_for is not None


@pytest.mark.parametrize("how", ["warning", "refresh_requested", "deaf"])
def test_the_new_connection_stands_before_the_old_one_goes(world: World, how: str) -> None:
    patience = replace(SHORT, **NOTICED.get(how, {}))
    with world.standing(patience):
        world.trouble.disconnect(how)
        world.until("socket disconnected 1 open")
    assert [one for one in map(world.told, world.trouble.traffic()) if "connected" in one][:3] == [
        "socket connected 1 open",
        "socket connected 2 open",
        "socket disconnected 1 open",
    ]


def test_a_line_that_is_cut_again_and_again_is_back_each_time(world: World) -> None:
    with world.standing(replace(SHORT, first_pause=0.02, longest_pause=LONG)) as line:
        for number in range(1, 12):
            world.trouble.disconnect("cut")
            world.ada.wait_for(lambda _, wanted=number: line.state().rebuilds == wanted, what="a new line")
        assert world.say("still here").result().notice is None


def test_a_click_that_is_in_hand_when_the_line_is_cut_is_acknowledged_by_the_next(world: World) -> None:
    with world.standing():
        world.counter.free.clear()
        told = world.say("slow")
        assert world.counter.reached.wait(LONG)
        world.trouble.disconnect("cut")
        world.until("socket connected 1 open")
        world.counter.free.set()
        assert told.result().notice is None
    assert world.counter.commands == ["slow"]


def test_a_line_that_is_laid_down_answers_what_it_has_first(world: World) -> None:
    with world.standing() as line:
        world.counter.free.clear()
        told = world.say("last")
        assert world.counter.reached.wait(LONG)
        leaving = world.desk.submit(line.drain)
        world.counter.free.set()
        assert told.result().notice is None
        leaving.result()
        assert not line.is_connected()
    assert world.counter.commands == ["last"]


def test_what_crosses_the_goodbye_is_acknowledged_all_the_same(world: World) -> None:
    with world.standing(replace(SHORT, draining=0.0)) as line:
        world.counter.free.clear()
        told = world.say("crossing")
        assert world.counter.reached.wait(LONG)
        leaving = world.desk.submit(line.drain)
        world.until("socket disconnected 0 open")
        world.counter.free.set()
        assert told.result().notice is None
        leaving.result()
    assert world.counter.commands == ["crossing"]
    assert world.ada.state["connections"] == 0


def test_a_token_that_is_refused_later_is_tried_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with world.standing() as line:
        world.trouble.cause("error", target="apps.connections.open", error="invalid_auth", times=3)
        world.trouble.disconnect("cut")
        world.ada.wait_for(lambda _: line.state().rebuilds == 1, what="a new line")
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(said) == 3
    assert "Slack refuses the line: invalid_auth" in said[0]
    assert "SLACK_APP_TOKEN" in said[0]


def test_an_app_token_that_is_refused_at_first_is_an_error(world: World) -> None:
    world.trouble.cause("error", target="apps.connections.open", error="invalid_auth")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        world.line().start()


def test_beyond_ten_connections_the_line_says_why_there_is_none(world: World) -> None:
    lines = [world.line() for _ in range(10)]
    for line in lines:
        line.start()
    with pytest.raises(SlackClientNotConnectedError, match="too_many_websockets"):
        world.line().start()
    for line in lines:
        line.drain()
        line.close()
