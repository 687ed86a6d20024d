"""A Slack that only listens: it takes every call and every answer, and keeps what was said in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote_plus

ANSWER = {
    "ok": True,
    "team_id": "T0SANDBOX1",
    "user_id": "U0DESK0099",
    "bot_id": "B0DESK0099",
    "channel": "D0SOMEBODY",
    "ts": "1.1",
    "view": {"id": "V1", "hash": "h", "root_view_id": "V1"},
    "user": {"id": "U1", "tz": "America/New_York", "profile": {"real_name": "Somebody"}},
}


@dataclass
class ListeningSlack:
    """`url` is the Web API's base; `said` holds the bodies that came, decoded."""

    url: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def response_url(self) -> str:
        """Where an answer to a click or a command goes."""
        return f"{self.url}answer"

    def heard(self) -> str:
        """Everything that was said since this was last asked."""
        said, self.said = "\n".join(self.said), []
        return said


@contextmanager
def listening() -> Iterator[ListeningSlack]:
    """A Slack on a port of its own, until the end of the block."""
    slack = ListeningSlack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if not self.path.endswith("auth.test"):
                slack.said.append(f"{self.path} {unquote_plus(body)}")
            answer = json.dumps(ANSWER).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Nothing: a test's output is what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    slack.url = f"http://127.0.0.1:{server.server_port}/api/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class AtOnce(Executor):
    """Does what it is given before it answers: what is left for later is done when a payload was handled."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done
