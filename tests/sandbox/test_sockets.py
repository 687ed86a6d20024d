"""Socket Mode on the wire: hello, tickets, acknowledgements, redelivery, goodbyes."""

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk import WebClient
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sandbox.changes import Changes
from sandbox.faults import Faults
from sandbox.person import Person, Trouble
from sandbox.server import Sandbox
from sandbox.socket_mode import Sockets, _Connection
from sandbox.timing import Timing
from sandbox.traffic import Traffic

Json = dict[str, Any]


class Wire:
    """An app that is nothing but a WebSocket."""

    def __init__(self, url: str, socket: ClientConnection) -> None:
        self.url = url
        self.socket = socket
        self.hello = self.receive()

    def receive(self) -> Json:
        received: Json = json.loads(self.socket.recv(timeout=3))
        return received

    def acknowledge(self, envelope: Json, payload: Json | None = None) -> None:
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        self.socket.send(json.dumps(answer if payload is None else {**answer, "payload": payload}))


@pytest.fixture
def dial(sandbox: Sandbox) -> Iterator[Callable[[], Wire]]:
    client = WebClient(base_url=sandbox.api_url)

    def opened() -> Wire:
        url: str = client.apps_connections_open(app_token=sandbox.app_token)["url"]
        return Wire(url, stack.enter_context(connect(url, proxy=None)))

    with ExitStack() as stack:
        yield opened
    Person(sandbox.url, "U0ADA00001").wait_for(lambda person: person.state["connections"] == 0)


def test_hello_counts_the_connections(sandbox: Sandbox, dial: Callable[[], Wire]) -> None:
    wires = [dial(), dial()]
    assert [wire.hello["num_connections"] for wire in wires] == [1, 2]
    assert wires[0].hello["connection_info"] == {"app_id": "A0DESK0001"}


def test_a_ticket_lets_in_once(sandbox: Sandbox, dial: Callable[[], Wire]) -> None:
    wire = dial()
    with pytest.raises(InvalidStatus, match="403"), connect(wire.url, proxy=None):
        pass


def test_the_eleventh_connection_is_sent_away(sandbox: Sandbox, dial: Callable[[], Wire]) -> None:
    wires = [dial() for _ in range(11)]
    assert wires[9].hello["num_connections"] == 10
    assert wires[10].hello == {
        "type": "disconnect",
        "reason": "too_many_websockets",
        "debug_info": {"host": "sandbox"},
    }


def test_an_event_carries_its_attempts_and_ends_with_the_acknowledgement(
    sandbox: Sandbox, dial: Callable[[], Wire], ada: Person, trouble: Trouble
) -> None:
    wire = dial()
    trouble.cause("drop_ack", target="events_api")
    ada.message("hello")
    first = wire.receive()
    wire.acknowledge(first)
    second = wire.receive()
    wire.acknowledge(second)
    assert (first["type"], first["accepts_response_payload"]) == ("events_api", False)
    assert [(one["retry_attempt"], one["retry_reason"]) for one in (first, second)] == [
        (0, ""),
        (1, "timeout"),
    ]
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["envelope_id"] != second["envelope_id"]
    with pytest.raises(TimeoutError):
        wire.socket.recv(timeout=0.3)


def test_without_a_connection_commands_fail_and_events_wait(
    sandbox: Sandbox, dial: Callable[[], Wire], ada: Person
) -> None:
    told = ada.command("/complaint", strict=False)
    assert told.notice == '/complaint failed with the error "dispatch_failed"'
    ada.message("hello")
    wire = dial()
    event = wire.receive()
    wire.acknowledge(event)
    assert (event["payload"]["event"]["text"], event["retry_attempt"] > 0) == ("hello", True)


def test_an_event_is_dropped_after_its_last_retry(sandbox: Sandbox, ada: Person, trouble: Trouble) -> None:
    ada.message("hello")

    def dropped(_: Person) -> bool:
        return any(one["error"] == "dropped after its last retry" for one in trouble.traffic())

    ada.wait_for(dropped)
    tries = [one for one in trouble.traffic() if one["error"] == "no connection is up"]
    assert len(tries) == 4


@pytest.mark.parametrize("how", ["warning", "refresh_requested"])
def test_a_connection_is_asked_to_go(
    sandbox: Sandbox, dial: Callable[[], Wire], trouble: Trouble, how: str
) -> None:
    wire = dial()
    trouble.disconnect(how)
    assert wire.receive()["reason"] == how


def test_a_cut_connection_says_nothing(sandbox: Sandbox, dial: Callable[[], Wire], trouble: Trouble) -> None:
    wire = dial()
    trouble.disconnect("cut")
    with pytest.raises(ConnectionClosed, match="no close frame received"):
        wire.socket.recv(timeout=3)


def test_an_acknowledgement_counts_from_whichever_connection_it_comes(
    sandbox: Sandbox, dial: Callable[[], Wire], ada: Person, trouble: Trouble
) -> None:
    first = dial()
    told = ThreadPoolExecutor(1).submit(ada.command, "/complaint")
    envelope = first.receive()
    first.socket.close()
    dial().acknowledge(envelope)
    assert told.result(5).notice is None


def test_a_deaf_connection_answers_pings_and_carries_nothing(
    dial: Callable[[], Wire], ada: Person, trouble: Trouble
) -> None:
    wire = dial()
    trouble.disconnect("deaf")
    ada.message("hello")
    with pytest.raises(TimeoutError):
        wire.socket.recv(timeout=0.2)
    assert wire.socket.ping().wait(3)
    assert ada.state["connections"] == 1


def test_a_frozen_connection_answers_nothing_until_the_workspace_gives_it_up(
    dial: Callable[[], Wire], ada: Person, trouble: Trouble
) -> None:
    wire = dial()
    trouble.disconnect("frozen")
    assert not wire.socket.ping().wait(0.2)
    assert ada.state["connections"] == 1
    trouble.end()
    assert ada.state["connections"] == 0
    with pytest.raises(ConnectionClosed):
        wire.socket.recv(timeout=3)


def test_each_payload_goes_to_any_one(sandbox: Sandbox, dial: Callable[[], Wire], ada: Person) -> None:
    wires = [dial(), dial()]
    for number in range(12):
        ada.message(str(number))
    got: list[list[str]] = [[], []]
    for wire, texts in zip(wires, got, strict=True):
        try:
            while True:
                envelope = json.loads(wire.socket.recv(timeout=0.3))
                wire.acknowledge(envelope)
                texts.append(envelope["payload"]["event"]["text"])
        except TimeoutError:
            continue
    assert sorted(got[0] + got[1], key=int) == [str(number) for number in range(12)]


def test_nonsense_on_the_wire_is_noted_and_survived(
    sandbox: Sandbox, dial: Callable[[], Wire], ada: Person, trouble: Trouble
) -> None:
    wire = dial()
    wire.socket.send("not json")
    wire.socket.send('{"envelope_id": "unknown"}')
    ada.wait_for(lambda _: any(one["name"] == "late" for one in trouble.traffic()))
    assert any(one["name"] == "unreadable" for one in trouble.traffic())


def test_the_app_hears_of_its_own_dms(sandbox: Sandbox, dial: Callable[[], Wire], client: WebClient) -> None:
    wire = dial()
    ts = client.chat_postMessage(channel="U0ADA00001", text="x")["ts"]
    client.chat_update(channel="D0ADA00001", ts=ts, text="y")
    client.chat_delete(channel="D0ADA00001", ts=ts)
    events = []
    for _ in range(3):
        envelope = wire.receive()
        wire.acknowledge(envelope)
        events.append(envelope["payload"]["event"])
    assert [one.get("subtype") for one in events] == [None, "message_changed", "message_deleted"]
    assert (events[0]["bot_id"], events[1]["message"]["text"]) == ("B0DESK0099", "y")


class Gone(WebSocket):
    """The connection of an app that was killed, as it is before anybody has noticed."""

    def __init__(self) -> None:
        self.client_state = WebSocketState.CONNECTED

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        raise WebSocketDisconnect(1006)


def test_a_workspace_shuts_down_beside_an_app_that_was_killed() -> None:
    traffic = Traffic(None, lambda: datetime.now(UTC))
    sockets = Sockets("A0DESK0001", Faults(), traffic, Changes(), Timing())
    sockets._open += [_Connection(Gone()), _Connection(Gone())]
    asyncio.run(sockets.close())
    assert sockets.count == 0
