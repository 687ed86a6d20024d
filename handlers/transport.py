"""The way on which Slack's payloads reach the desk."""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """Hands what Slack sends to a Bolt app. Each is started once, drained once and closed once."""

    def start(self) -> None:
        """Connect, and take what comes from now on. Raises SlackClientError or OSError."""

    def is_connected(self) -> bool:
        """Whether Slack can deliver at this moment. It asks nobody, and never waits."""

    def state(self) -> object:
        """How it is doing: a frozen dataclass of plain figures, for the health page."""

    def drain(self) -> None:
        """Take nothing new; returns when all that came has been acknowledged, or a bounded time is over."""

    def close(self) -> None:
        """Let go of what is left; after this nothing comes."""
