"""The way on which Slack's payloads reach the desk."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Protocol

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler


class Transport(Protocol):
    """Hands what Slack sends to a Bolt app. Each is started once, drained once and closed once."""

    def start(self) -> None:
        """Connect, and take what comes from now on. Raises SlackClientError or OSError."""

    def is_connected(self) -> bool:
        """Whether Slack can deliver at this moment. It asks nobody, and never waits."""

    def drain(self) -> None:
        """Take nothing new; returns when all that came has been acknowledged, or a bounded time is over."""

    def close(self) -> None:
        """Let go of what is left; after this nothing comes."""


class SocketMode:
    """Socket Mode by the SDK's own client."""

    def __init__(self, app: App, app_token: str, concurrency: int) -> None:
        self._handler = SocketModeHandler(app, app_token, concurrency=concurrency)

    def start(self) -> None:
        self._handler.connect()

    def is_connected(self) -> bool:
        return bool(self._handler.client.is_connected())

    def drain(self) -> None:
        """Leave Slack at once. The SDK's own way first waits for its blocking read, up to 3 seconds."""
        client = self._handler.client
        client.auto_reconnect_enabled = False
        if client.current_session is not None and client.current_session.sock is not None:
            with suppress(OSError):
                client.current_session.sock.shutdown(socket.SHUT_RD)
        self._handler.close()

    def close(self) -> None:
        """Draining has done it."""
