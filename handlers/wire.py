"""One WebSocket to Slack, from its hello to its end.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

from slack_sdk.errors import SlackClientNotConnectedError
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

logger = logging.getLogger(__name__)

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what, in seconds of the machine's clock.

    Slack sends nothing of its own on a line where nobody does anything, so silence alone proves nothing:
    pings tell whether the other end lives, and a line that was silent for long is replaced in case it has
    gone deaf. One that was replaced goes on listening for a while.
    """

    opening: float = 5.0
    ping: float = 4.0
    pong: float = 4.0
    closing: float = 2.0
    silence: float = 300.0
    retirement: float = 5.0
    answer: float = 3.0
    quiet: float = 0.3
    draining: float = 4.0
    finishing: float = 10.0
    first_pause: float = 0.5
    longest_pause: float = 60.0
    steady: float = 30.0
    look: float = 0.25


class Wire:
    """An open connection, read by a thread of its own. Raises SlackClientNotConnectedError and OSError.

    `heard` is called with every message and `ended` once, both on that thread.
    """

    def __init__(
        self,
        url: str,
        ssl: SSLContext | None,
        patience: Patience,
        heard: Callable[[Wire, Message], None],
        ended: Callable[[Wire], None],
    ) -> None:
        self._heard = heard
        self._ended = ended
        self._stack = ExitStack()
        self._socket = self._stack.enter_context(_connect(url, ssl, patience))
        self._settled = threading.Event()
        self.opened_at = self.heard_at = time.monotonic()
        self.retires_at: float | None = None
        self._silence = patience.silence * random.uniform(0.8, 1)  # noqa: S311 - dice, not secrets
        self.goodbye = ""
        self.is_open = False
        self._reader = threading.Thread(target=self._read, name="wire", daemon=True)
        self._reader.start()

    def wait_for_hello(self, seconds: float) -> None:
        """Return when Slack has said hello. Raises SlackClientNotConnectedError where it does not."""
        self._settled.wait(seconds)
        if not self.is_open:
            self.close()
            raise SlackClientNotConnectedError(f"Slack said no hello ({self.goodbye or 'nothing at all'})")

    def is_to_be_replaced(self, now: float) -> bool:
        """Whether Slack has asked it to go, or it has been silent for so long that it may be deaf."""
        return bool(self.goodbye) or now - self.heard_at > self._silence

    def send(self, text: str) -> bool:
        """Whether it could be sent; not on a connection that is closed or closing."""
        try:
            self._socket.send(text)
        except (ConnectionClosed, OSError):
            return False
        return True

    def close(self) -> None:
        """Say goodbye, and read on until Slack has said it too; what comes until then is heard."""
        self._stack.close()
        self._reader.join()

    def _read(self) -> None:
        try:
            for text in self._socket:
                self.heard_at = time.monotonic()
                message = _message(text)
                self._note(message)
                self._heard(self, message)
        except ConnectionClosed as closed:
            self.goodbye = self.goodbye or f"the connection broke: {closed}"
        finally:
            self.is_open = False
            self._settled.set()
            self._ended(self)

    def _note(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "hello":
            self.is_open = True
        elif kind == "disconnect":
            self.goodbye = str(message.get("reason") or "disconnect")
        if kind in ("hello", "disconnect"):
            self._settled.set()


def _connect(url: str, ssl: SSLContext | None, patience: Patience) -> ClientConnection:
    # Nothing limits what waits to be read: pongs come behind it.
    try:
        return connect(
            url,
            compression=None,
            open_timeout=patience.opening,
            ping_interval=patience.ping,
            ping_timeout=patience.pong,
            close_timeout=patience.closing,
            max_size=None,
            max_queue=None,
            ssl=ssl if url.startswith("wss:") else None,
        )
    except WebSocketException as error:
        raise SlackClientNotConnectedError(f"no WebSocket ({type(error).__name__})") from error


def _message(text: str | bytes) -> Message:
    try:
        message = json.loads(text)
    except ValueError:
        message = None
    if isinstance(message, dict):
        return message
    logger.warning("Slack sent something that is no message (%d characters)", len(text))
    return {}
