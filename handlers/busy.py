"""Admission: how much the desk does at once. What is beyond it is told so at once, and nothing is begun.

Slack waits three seconds for an acknowledgement, and a trigger opens a form for three. So what cannot be done
within them is not queued: whoever asked is told that the desk is busy, by the very thread that acknowledges,
without the database. Nothing is lost by it: what stands in a form stays there, and events come again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from blocks import intake as intake_blocks
from handlers.front import user_of
from handlers.lull import Afterwards

logger = logging.getLogger(__name__)

T = TypeVar("T")
Body = Mapping[str, Any]

BUSY = (
    "The desk has its hands full and did not take this; nothing was lost, so do the same again in a moment."
)
THREADS: Final = 6
"""For what listeners leave to do after the acknowledgement. With 16, or 8, on PostgreSQL, some bursts of 500
left the thread that acknowledges too few turns."""
MOST: Final = 24
"""Under way at once. With 64, some forms came too late on two cores that others used as well."""
REPLIES_MOST: Final = 500
"""Under way at most, with the clicks that are to be told so; beyond it Slack says that nobody answers."""


class Gate:
    """Counts what is under way: payloads until they are acknowledged, then what they leave to do."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._turned_away = 0
        self._lock = threading.Lock()

    @property
    def inside(self) -> int:
        """How much is under way."""
        return self._inside

    @property
    def turned_away(self) -> int:
        """How much was not let in, since the start."""
        return self._turned_away

    def enter(self) -> bool:
        """Whether there is room for one more, which then counts until it leaves."""
        with self._lock:
            if self._inside >= self._most:
                self._turned_away += 1
                return False
            self._inside += 1
            return True

    def has_room(self) -> bool:
        """Whether there is room for one more; who is told that there is none has been turned away."""
        with self._lock:
            if self._inside < self._most:
                return True
            self._turned_away += 1
            return False

    def follow(self) -> None:
        """What was let in has brought something along; there is always room for that."""
        with self._lock:
            self._inside += 1

    def leave(self) -> None:
        """One less."""
        with self._lock:
            self._inside -= 1


class Listeners(Afterwards):
    """The threads for what listeners leave to do after the acknowledgement; all of it is under way."""

    def __init__(self, threads: int, gate: Gate) -> None:
        super().__init__(threads, thread_name_prefix="listener")
        self.gate = gate

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """As every executor does."""
        self.gate.follow()
        try:
            future = super().submit(fn, *args, **kwargs)
        except RuntimeError:
            self.gate.leave()
            raise
        future.add_done_callback(lambda _: self.gate.leave())
        return future


class AdmittingApp(App):
    """A Bolt app that lets in what the gate of its `listeners` has room for, where it has them.

    Who asks must have been verified before. A request's context says when it came, in seconds of the
    machine's clock.
    """

    listeners: Listeners | None = None

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Hand a request to its listener, or say that the desk is busy; the answer is the acknowledgement."""
        req.context.setdefault("came_at", time.monotonic())
        if self.listeners is None:
            return super().dispatch(req)
        gate = self.listeners.gate
        if not gate.enter():
            return self.turn_away(req.body)
        try:
            with self.listeners.lull:
                return super().dispatch(req)
        finally:
            gate.leave()

    def has_room(self) -> bool:
        """Whether a request would be let in just now. It never waits: an event loop may ask."""
        return self.listeners is None or self.listeners.gate.has_room()

    def turn_away(self, body: Body) -> BoltResponse:
        """Say that the desk is busy; this never waits either."""
        kind = str(body.get("type") or ("command" if body.get("command") else ""))
        match kind:
            case "command":
                return _answer({"response_type": "ephemeral", "text": BUSY})
            case "view_submission":
                return _answer(_on_the_form(body["view"]))
            case "block_suggestion":
                return _answer({"options": []})
            case "view_closed":
                return BoltResponse(status=200)
            case "block_actions" | "shortcut" | "message_action":
                return self._tell(body)
        # An event that is not acknowledged comes again.
        return BoltResponse(status=503)

    def _tell(self, body: Body) -> BoltResponse:
        """A click's acknowledgement carries no words, so they follow it. Typing needs none."""
        if any(action.get("type") == "plain_text_input" for action in body.get("actions") or ()):
            return BoltResponse(status=200)
        if self.listeners is None or self.listeners.gate.inside > REPLIES_MOST:
            return BoltResponse(status=503)
        self.listeners.submit(_reply, self.client, body)
        return BoltResponse(status=200)


def _answer(payload: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=payload)


def _on_the_form(view: Body) -> dict[str, Any]:
    """At the field nearest to the button that was pressed; upon a form without fields, a page."""
    fields = [block["block_id"] for block in view.get("blocks") or () if block.get("type") == "input"]
    if fields:
        return {"response_action": "errors", "errors": {fields[-1]: BUSY}}
    return {"response_action": "push", "view": intake_blocks.sorry(BUSY)}


def _reply(client: WebClient, body: Body) -> None:
    """Where the click came from, seen by who clicked alone; else in their messages."""
    try:
        if url := body.get("response_url"):
            WebhookClient(str(url)).send(text=BUSY, response_type="ephemeral", replace_original=False)
        else:
            client.chat_postMessage(channel=user_of(body), text=BUSY)
    except (SlackClientError, OSError) as error:
        logger.warning("who clicked could not be told that the desk is busy (%s)", type(error).__name__)
