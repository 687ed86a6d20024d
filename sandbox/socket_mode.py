"""Socket Mode: connections, envelopes, acknowledgements.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

import asyncio
import json
import random
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from sandbox import lines
from sandbox.changes import Changes
from sandbox.faults import Disconnect, Faults
from sandbox.request_url import RequestUrl
from sandbox.timing import Timing
from sandbox.traffic import Traffic

CONNECTIONS_MAX = 10
TURNS_TO_READ = 8
"""Of the event loop, in which it reads whatever has come by then."""

Payload = dict[str, Any]


@dataclass(frozen=True)
class Ack:
    """What came of an envelope: `failure` is None when it was acknowledged, else Slack's word for why not."""

    payload: Any = None
    failure: str | None = None


NO_CONNECTION = Ack(failure="dispatch_failed")
NO_ANSWER = Ack(failure="operation_timeout")


@dataclass(eq=False)
class _Connection:
    """`hears` is off where the app believes in a connection that carries nothing any more."""

    socket: WebSocket
    hears: bool = True


class Sockets:
    """The app's open connections. Every payload goes to any one of them, or to the app's request URL.

    An acknowledgement is taken from whichever connection it comes by: Slack's own SDKs send it by the newest
    one when the one that carried the envelope has been replaced.
    """

    def __init__(
        self, app_id: str, faults: Faults, traffic: Traffic, changes: Changes, timing: Timing
    ) -> None:
        self._app_id = app_id
        self._faults = faults
        self._traffic = traffic
        self._changes = changes
        self._ack_seconds = timing.ack_seconds
        self._tickets: set[str] = set()
        self._open: list[_Connection] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self.request_url: RequestUrl | None = None

    @property
    def count(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """What a connection shows to be let in, once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Hold one connection from its handshake to its end."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if self.count >= CONNECTIONS_MAX:
            await self._say_goodbye(socket, "too_many_websockets")
            await socket.close()
            return
        connection = _Connection(socket)
        self._open.append(connection)
        self._changes.touch()
        self._traffic.add("in", "socket", "connected", summary=f"{self.count} open")
        try:
            await socket.send_json(self._hello())
            await self._listen(connection)
        except WebSocketDisconnect:
            self._traffic.add("in", "socket", "disconnected", summary=f"{self.count - 1} open")
        finally:
            self._forget(connection)

    def _hello(self) -> Payload:
        return {
            "type": "hello",
            "num_connections": self.count,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    async def _listen(self, connection: _Connection) -> None:
        while True:
            text = await connection.socket.receive_text()
            try:
                answer = json.loads(text)
                waiting = self._waiting.pop(answer["envelope_id"], None)
            except (ValueError, KeyError, TypeError):
                self._traffic.add("in", "socket", "unreadable", error="invalid_json", body=text[:500])
                continue
            if waiting is None:
                self._traffic.add("in", "ack", "late", error="nobody is waiting any more", body=answer)
            elif not waiting.done():
                waiting.set_result(answer.get("payload"))

    def _forget(self, connection: _Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
        self._changes.touch()

    async def deliver(
        self, kind: str, payload: Payload, *, retry: int | None = None, reason: str = ""
    ) -> Ack:
        """Send an envelope to any one connection and wait for its acknowledgement, at most three seconds."""
        if self._faults.take("double_delivery", kind):
            twin = asyncio.ensure_future(self._deliver_once(kind, payload, retry, reason))
            ack = await self._deliver_once(kind, payload, retry, reason)
            await twin
            return ack
        return await self._deliver_once(kind, payload, retry, reason)

    async def _deliver_once(self, kind: str, payload: Payload, retry: int | None, reason: str) -> Ack:
        if self.request_url:
            return await self._post(self.request_url, kind, payload, retry or 0, reason)
        if not self._open:
            self._traffic.add("out", "envelope", kind, error="no connection is up", body=payload)
            return NO_CONNECTION
        if self._faults.take("drop_socket", kind):
            self._traffic.add("out", "envelope", kind, error="the socket was dropped", body=payload)
            self._cut(random.choice(self._open))  # noqa: S311 - dice, not secrets
            return NO_ANSWER
        envelope_id = secrets.token_hex(16)
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if retry is not None:
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        self._traffic.add("out", "envelope", kind, summary=summary(kind, payload), body=payload)
        ack = await self._exchange(envelope_id, envelope)
        self._traffic.add("in", "ack", kind, error=ack.failure, body=ack.payload)
        return ack

    async def _post(self, where: RequestUrl, kind: str, payload: Payload, retry: int, reason: str) -> Ack:
        self._traffic.add("out", "request", kind, summary=summary(kind, payload), body=payload)
        lost = self._faults.take("drop_ack", kind)
        answering = asyncio.ensure_future(where.post(kind, payload, retry, reason))
        in_time = await _is_done_within(answering, self._ack_seconds)
        if lost or not in_time:
            answering.cancel()
            ack = NO_ANSWER
        elif answering.exception():
            ack = NO_CONNECTION
        else:
            status, answer = answering.result()
            ack = Ack(answer) if status == 200 else Ack(failure=f"http_error_{status}")
        self._traffic.add("in", "ack", kind, error=ack.failure, body=ack.payload)
        return ack

    async def _exchange(self, envelope_id: str, envelope: Payload) -> Ack:
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        lost = self._faults.take("drop_ack", str(envelope["type"]))
        try:
            if not await self._send(envelope):
                return NO_CONNECTION
            in_time = await _is_done_within(waiting, self._ack_seconds)
        finally:
            self._waiting.pop(envelope_id, None)
        return NO_ANSWER if lost or not in_time or waiting.cancelled() else Ack(waiting.result())

    async def _send(self, envelope: Payload) -> bool:
        """To any one connection; one that turns out to be closed is forgotten, and another one taken."""
        while self._open:
            connection = random.choice(self._open)  # noqa: S311 - dice, not secrets
            if not connection.hears:
                return True
            try:
                await connection.socket.send_json(envelope)
            except (WebSocketDisconnect, RuntimeError):
                self._forget(connection)
            else:
                return True
        return False

    async def disconnect(self, how: Disconnect) -> None:
        """Ask every connection to go (Slack warns about ten seconds ahead), cut them off, or let them rot."""
        for connection in list(self._open):
            if how == "cut":
                self._cut(connection)
            elif how in ("deaf", "frozen"):
                self._let_rot(connection, freeze=how == "frozen")
            else:
                await self._say_goodbye(connection.socket, how)
                self._traffic.add("out", "socket", "disconnect", summary=how)

    def give_up_rotten(self) -> None:
        """Cut the connections that carry nothing any more, as Slack does when it notices."""
        for connection in list(self._open):
            if not connection.hears:
                self._cut(connection)

    async def close(self) -> None:
        """Close every connection in good order: the workspace shuts down."""
        for waiting in self._waiting.values():
            waiting.cancel()
        self.give_up_rotten()
        for connection in list(self._open):
            self._forget(connection)
            if connection.socket.client_state is WebSocketState.CONNECTED:
                # An app that was killed a moment ago is gone, and nobody has noticed yet.
                with suppress(WebSocketDisconnect, RuntimeError):
                    await connection.socket.close(code=1012)

    def _cut(self, connection: _Connection) -> None:
        self._forget(connection)
        lines.cut(connection.socket.scope)
        self._traffic.add("out", "socket", "cut", summary=f"{self.count} open")

    def _let_rot(self, connection: _Connection, *, freeze: bool) -> None:
        connection.hears = False
        if freeze:
            lines.freeze(connection.socket.scope)
        self._traffic.add("out", "socket", "frozen" if freeze else "deaf", summary=f"{self.count} open")

    async def _say_goodbye(self, socket: WebSocket, reason: str) -> None:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})


async def _is_done_within(answer: asyncio.Future[Any], seconds: float) -> bool:
    """What came in time and only waits to be read, because a crowd came with it, is in time."""
    await asyncio.wait({answer}, timeout=seconds)
    for _ in range(TURNS_TO_READ):
        if answer.done():
            return True
        await asyncio.sleep(0)
    return answer.done()


def summary(kind: str, payload: Payload) -> str:
    """A few words about an envelope for the list of traffic."""
    match kind:
        case "slash_commands":
            return f"{payload['command']} {payload['text']}".strip()
        case "events_api":
            return str(payload["event"]["type"])
        case _:
            actions = ", ".join(str(one["action_id"]) for one in payload.get("actions", []))
            named = payload.get("callback_id") or payload.get("view", {}).get("callback_id", "")
            return " ".join(part for part in (payload["type"], named, actions) if part)
