"""What the stand-ins for other systems share: a server on loopback, faults for calls to come, a log.

A stand-in subclasses `Peer` and answers each `Call`; it holds its own state. Faults are met before it is
asked, or after it has acted, so that a reply can be lost once something was written.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Call:
    """A request, as it came. `headers` are by their names in lower case; `query` and `path` are decoded
    no further than by the standard library.
    """

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON; None where there is none. Raises ValueError."""
        return json.loads(self.body) if self.body else None

    def form(self) -> dict[str, str]:
        """The body as a form's fields."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def one(self, name: str, default: str = "") -> str:
        """A parameter of the query that stands there once at most."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Reply:
    """An answer. `content` goes out as JSON, unless it is text or bytes; None is an empty body."""

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        match self.content:
            case None:
                return b""
            case bytes():
                return self.content
            case str():
                return self.content.encode()
        return json.dumps(self.content).encode()

    @property
    def kind(self) -> str:
        if isinstance(self.content, str | bytes):
            return "text/html" if self.body.lstrip().startswith(b"<") else "text/plain"
        return "application/json"


@dataclass(frozen=True)
class Fault:
    """What one coming call meets: the first one of this `method` whose path has `path` (a regular
    expression) in it; empty matches all.

    With `reply` None the connection is cut. With `after` it has been carried out by then: its reply is lost.
    """

    reply: Reply | None = None
    after: bool = False
    method: str = ""
    path: str = ""

    def meets(self, call: Call) -> bool:
        return self.method in ("", call.method) and re.search(self.path, call.path) is not None


def html(status: int = 502) -> Reply:
    """What a proxy says in between."""
    return Reply(status, PROXY_PAGE)


class Peer:
    """A stand-in. `with` starts it on a port of its own and ends it; `url` is where it is then.

    `calls` are all that came, with the status each was answered with (0: the connection was cut). `broken` is
    what the stand-in itself stumbled over; its end fails then.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.faults: list[Fault] = []
        self.calls: list[tuple[Call, int]] = []
        self.broken: list[str] = []
        self.lock = threading.RLock()
        self._tls = tls
        self._server: ThreadingHTTPServer | None = None

    def answer(self, call: Call) -> Reply:
        """What it says to a call. One call at a time."""
        raise NotImplementedError

    def forget(self) -> None:
        """As new: no faults, no calls. A subclass forgets its own state, too."""
        self.faults.clear()
        self.calls.clear()

    @property
    def url(self) -> str:
        assert self._server is not None, "it is not started"
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, method: str, path: str) -> Sequence[Call]:
        """Calls so far of this method whose path has `path` (a regular expression) in it."""
        with self.lock:
            return [call for call, _ in self.calls if call.method == method and re.search(path, call.path)]

    def reply_to(self, call: Call) -> Reply | None:
        """The answer, past the faults; None cuts the connection."""
        with self.lock:
            fault = next((each for each in self.faults if each.meets(call)), None)
            if fault is not None:
                self.faults.remove(fault)
            reply = self.answer(call) if fault is None or fault.after else fault.reply
            if fault is not None and fault.after:
                reply = fault.reply
            self.calls.append((call, reply.status if reply else 0))
            return reply

    def __enter__(self) -> Self:
        server = _Server(("127.0.0.1", 0), _handler(self))
        if self._tls:
            server.socket = self._tls.wrap_socket(server.socket, server_side=True)
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        assert not self.broken, self.broken


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news; what an answer stumbles over is told by its 500."""


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one(self) -> None:
            reply = _answered(peer, self._call())
            if reply is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                self.send_header(name, value)
            if reply.status not in (204, 304):
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD" and reply.status not in (204, 304):
                self.wfile.write(reply.body)

        def _call(self) -> Call:
            parts = urlsplit(self.path)
            return Call(
                self.command,
                parts.path,
                parse_qs(parts.query, keep_blank_values=True),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            )

        # The names that the standard library looks for.
        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_one  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Its log is `Peer.calls`."""

    return Handler


def _answered(peer: Peer, call: Call) -> Reply | None:
    try:
        return peer.reply_to(call)
    except Exception as error:  # noqa: BLE001 - whoever asked a stand-in that breaks gets an answer, too
        peer.broken.append(f"{call.method} {call.path}: {type(error).__name__}: {error}")
        return Reply(500, {"broken": peer.broken[-1]})
