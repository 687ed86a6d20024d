"""The stories once more over HTTP: two replicas on one PostgreSQL, behind a balancer that takes turns."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

from app import Service, Slack, wire
from handlers.serving import Serving
from sandbox.remote import Trouble
from storage import open_database
from tests.e2e import test_story
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.robot import settle
from tests.e2e.story import open_complaint, timeline
from tests.postgres import Postgres

REPLICAS = 2


class Turns(ThreadingTCPServer):
    """A balancer: each connection goes to the next of the addresses."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Between)
        self.ports = itertools.cycle(ports)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/slack/events"


class _Between(BaseRequestHandler):
    server: Turns

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", next(self.server.ports)), 20) as desk:
            asking = threading.Thread(target=_pass_on, args=(self.request, desk), daemon=True)
            asking.start()
            _pass_on(desk, self.request)
            asking.join(20)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Replicated(Office):
    """An office whose desk is two replicas that Slack reaches by HTTP."""

    replicas: list[Service]

    def clock_moved(self) -> None:
        for each in self.replicas:
            each.bell.wake()

    @contextmanager
    def desk(self) -> Iterator[None]:
        with ExitStack() as stack:
            self.replicas = [self.replica(stack) for _ in range(REPLICAS)]
            self.running = self.replicas[0]
            balancer = stack.enter_context(Turns([each.site.server.port for each in self.replicas]))
            threading.Thread(target=balancer.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(balancer.shutdown)
            Trouble(self.sandbox.url).post_to(balancer.url)
            yield
        self.running, self.replicas = None, []

    def replica(self, stack: ExitStack) -> Service:
        now, sandbox = self.sandbox.clock.now, self.sandbox
        slack = Slack(sandbox.bot_token, "", sandbox.api_url, sandbox.signing_secret)
        database = stack.enter_context(open_database(self.database, now()))
        service = wire(self.playbooks, database, slack, now, Serving("http", port=0))
        stack.enter_context(service.running())
        return service

    def taken(self) -> list[float]:
        """How many requests each replica has answered well."""
        return [_answered(each) for each in self.replicas]


def _answered(service: Service) -> float:
    registry = service.app.metrics.registry
    samples = (sample for family in registry.collect() for sample in family.samples)
    return sum(
        each.value
        for each in samples
        if each.name == "desk_request_seconds_count" and each.labels["outcome"] == "ok"
    )


@pytest.fixture
def office(tmp_path: Path, postgresql: Postgres) -> Iterator[Replicated]:
    office = Replicated(tmp_path, postgresql)
    office.replicas = []
    try:
        office.clock.to(WEDNESDAY)
        yield office
    finally:
        office.sandbox.stop()
        postgresql.drop(office.database)


@pytest.mark.parametrize(
    "story",
    [
        test_story.test_an_everbright_complaint_from_the_command_to_the_close,
        test_story.test_a_restart_in_the_middle_loses_nothing_and_repeats_nothing,
        test_story.test_the_first_answer_of_the_concert_check_wins,
    ],
    ids=["from the command to the close", "a restart in the middle", "the first answer wins"],
)
def test_the_story_is_the_same_over_http(office: Replicated, story: Callable[[Office], None]) -> None:
    story(office)


def test_replicas_share_what_people_do(office: Replicated) -> None:
    with office.desk():
        case = open_complaint(office.ada)
        office.ada.wait_for_message(f"{case} · Installer is not replying")
        assert min(office.taken()) > 0


@pytest.mark.parametrize("kind", ["slash_commands", "interactive", "events_api"])
def test_what_comes_twice_at_two_replicas_is_done_once(office: Replicated, kind: str) -> None:
    trouble = Trouble(office.sandbox.url)
    with office.desk():
        trouble.cause("double_delivery", target=kind, times=None)
        case = open_complaint(office.ada)
        office.ada.wait_for_message(f"{case} · Installer is not replying")
        trouble.end()
        settle(office)
        assert len([post for post in office.ada.dm() if post.text.startswith("HC-")]) == 1
        assert len([line for line in timeline(office.ada) if line.startswith("Opened the case")]) == 1


def test_an_event_whose_answer_was_lost_comes_again(office: Replicated) -> None:
    trouble = Trouble(office.sandbox.url)
    with office.desk():
        trouble.cause("drop_ack", target="events_api")
        office.ada.open_home()
        office.ada.wait_for(lambda _: len(opened(trouble)) == 2, what="the event's second coming")
        office.ada.wait_for(lambda person: person.home is not None, what="a Home")


def opened(trouble: Trouble) -> list[object]:
    """The events by which the app heard that somebody looks at its Home."""
    entries = trouble.traffic()
    return [each for each in entries if (each["direction"], each["summary"]) == ("out", "app_home_opened")]
