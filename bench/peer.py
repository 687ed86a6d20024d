"""Slack's side of a measurement, a process of its own: it sends, waits for what comes back, and counts.

It speaks as much of Slack as an app needs: every method of the Web API answers at once, each WebSocket is a
connection of Socket Mode, and requests of HTTP are signed. It judges nothing; the sandbox does that.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import urlencode

import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

SECRET = "bench"  # noqa: S105 - signs what this peer sends to a bench on the same machine
ANSWER = {
    "ok": True,
    "team_id": "T0BENCH",
    "user_id": "U0DESK",
    "bot_id": "B0DESK",
    "channel": "D0SOMEBODY",
    "ts": "1.1",
    "view": {"id": "V1", "hash": "h", "root_view_id": "V1"},
    "user": {"id": "U1", "tz": "America/New_York", "profile": {"real_name": "Somebody"}},
}
Way = Callable[[], Awaitable[None]]


class Peer:
    """The lines that apps opened, by their names, and the envelopes that wait to be acknowledged."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.lines: dict[str, WebSocket] = {}
        self.waiting: dict[str, asyncio.Future[None]] = {}
        self.numbers = count()

    async def api(self, request: Request) -> JSONResponse:
        """A method of the Web API. The token of an app is its name, which its line gets."""
        if request.path_params["method"] == "apps.connections.open":
            name = request.headers["authorization"].rpartition(" ")[2]
            return JSONResponse({"ok": True, "url": f"ws://{self.host}/line/{name}"})
        return JSONResponse(ANSWER)

    async def line(self, socket: WebSocket) -> None:
        """A connection of Socket Mode."""
        await socket.accept()
        self.lines[socket.path_params["name"]] = socket
        await socket.send_json({"type": "hello", "num_connections": 1})
        try:
            while True:
                acknowledged = json.loads(await socket.receive_text())
                self.waiting.pop(acknowledged["envelope_id"]).set_result(None)
        except WebSocketDisconnect:
            del self.lines[socket.path_params["name"]]

    async def measure(self, request: Request) -> JSONResponse:
        """Send payloads at once; milliseconds until each was answered."""
        async with self._ways(await request.json()) as ways:
            return JSONResponse(await asyncio.gather(*map(_took, ways)))

    @asynccontextmanager
    async def _ways(self, asked: Mapping[str, Any]) -> AsyncIterator[list[Way]]:
        """How each payload is sent: all by one line, or each by a connection of its own."""
        if "line" in asked:
            yield [partial(self._by_line, self.lines[asked["line"]], each) for each in asked["payloads"]]
            return
        streams = [await asyncio.open_connection("127.0.0.1", asked["port"]) for _ in asked["payloads"]]
        try:
            requests = [_signed(urlencode(each)) for each in asked["payloads"]]
            yield [partial(_by_http, *stream, each) for stream, each in zip(streams, requests, strict=True)]
        finally:
            for _, writer in streams:
                writer.close()

    async def _by_line(self, line: WebSocket, payload: object) -> None:
        envelope = str(next(self.numbers))
        self.waiting[envelope] = asyncio.get_running_loop().create_future()
        message = {"type": "slash_commands", "envelope_id": envelope, "payload": payload}
        await line.send_json(message)
        await self.waiting[envelope]


async def _took(way: Way) -> float:
    began = time.perf_counter()
    await way()
    return (time.perf_counter() - began) * 1000


def _signed(body: str) -> bytes:
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    return (
        "POST /slack/events HTTP/1.1\r\nHost: desk\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: {signature}\r\n\r\n{body}"
    ).encode()


async def _by_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(f"the app answered {head!r}")
    await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))


def main() -> None:
    """Serve on a free port of this machine, and say which; until the other end hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = Peer(f"127.0.0.1:{listening.getsockname()[1]}")
        routes = [
            Route("/api/{method}", peer.api, methods=["GET", "POST"]),
            Route("/measure", peer.measure, methods=["POST"]),
            WebSocketRoute("/line/{name}", peer.line),
        ]
        print(peer.host, flush=True)  # noqa: T201 - the bench reads it
        uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error")).run([listening])


if __name__ == "__main__":
    main()
