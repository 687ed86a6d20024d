"""Socket Mode: a line to Slack that is always there, and loses nothing when it is replaced or laid down.

A line is one WebSocket, or for a moment two: the new one stands before the old one goes. What Slack sends is
acknowledged by the connection it came by, or by the newest one where that has closed meanwhile.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.request import SocketModeRequest

from handlers.envelopes import acknowledgement, bolt_request
from handlers.wire import Message, Patience, Wire

logger = logging.getLogger(__name__)

SLACKS_MOST = 10
"""Connections that Slack allows an app, those of all replicas together."""
OUR_MOST = 3
"""Of these, what one process ever holds: the newest, and those that were replaced and still listen."""
SUCCESS_TRIES = 2
"""What the pauses fall back to once a connection stands, though it may break again at once."""
LAST_WORDS = 3
"""How often a line that is laid down calls back to acknowledge what crossed its goodbye."""


@dataclass(frozen=True, slots=True)
class LineState:
    """How a line is doing, in seconds; `connected_for` and `silent_for` are None while it is down."""

    connected_for: float | None
    silent_for: float | None
    rebuilds: int
    connections: int


@dataclass(frozen=True, slots=True)
class _Answer:
    wire: Wire
    text: str
    until: float


class Line:
    """Hands what Slack sends to a Bolt app, `threads` things at a time.

    A thread of its own sees that the line stands: a broken one is rebuilt, and one that Slack asks to go, or
    that was silent for long, is replaced.
    """

    def __init__(
        self, app: App, client: WebClient, app_token: str, threads: int, patience: Patience | None = None
    ) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._patience = patience or Patience()
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix="line")
        self._changed = threading.Condition()
        self._wires: list[Wire] = []
        self._owed: deque[_Answer] = deque()
        self._in_hand = 0
        self._came_at = 0.0
        self._rebuilds = 0
        self._tries = 0
        self._not_before = 0.0
        self._draining = False
        self._keeper = threading.Thread(target=self._keep, name="line keeper", daemon=True)

    def start(self) -> None:
        """Connect, and stay connected. Raises SlackClientError or OSError."""
        self._connect()
        self._keeper.start()

    def is_connected(self) -> bool:
        """Whether a connection is open that pings come back from."""
        return any(wire.is_open for wire in self._wires)

    def state(self) -> LineState:
        """How the line is doing at this moment."""
        now, standing = time.monotonic(), [wire for wire in self._wires if wire.is_open]
        newest = standing[-1] if standing else None
        return LineState(
            connected_for=now - newest.opened_at if newest else None,
            silent_for=now - max(wire.heard_at for wire in standing) if standing else None,
            rebuilds=self._rebuilds,
            connections=len(standing),
        )

    def drain(self) -> None:
        """Hang up when nothing comes for a moment; what came until Slack's own goodbye is acknowledged."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()
        self._keeper.join(self._patience.finishing)
        self._wait(self._is_quiet, self._patience.draining)
        self._hang_up()
        for _ in range(LAST_WORDS):
            if not self._owed:
                return
            try:
                self._connect()
            except (SlackClientError, OSError) as error:
                logger.warning("what crossed the goodbye was not acknowledged (%s)", type(error).__name__)
                return
            self._hang_up()

    def close(self) -> None:
        """Let go of the threads; draining has done the rest."""
        self._workers.shutdown(wait=False)

    # Keeping the line

    def _connect(self) -> None:
        """One more connection, which everything goes by from now on; the others will go soon."""
        opened = self._client.apps_connections_open(app_token=self._app_token)
        wire = Wire(str(opened["url"]), self._client.ssl, self._patience, self._heard, self._ended)
        wire.wait_for_hello(self._patience.opening)
        now = time.monotonic()
        with self._changed:
            for older in self._wires:
                older.retires_at = older.retires_at or now + self._patience.retirement
            if wire.is_open:
                self._wires.append(wire)
        self._hand_in()

    def _keep(self) -> None:
        while True:
            with self._changed:
                if not self._draining:
                    self._changed.wait(self._patience.look)
                if self._draining:
                    return
            self._hand_in()
            self._let_go()
            if self._is_wanted():
                self._rebuild()

    def _is_wanted(self) -> bool:
        """Whether there should be a new connection, and it is time to try."""
        now = time.monotonic()
        with self._changed:
            newest = self._wires[-1] if self._wires else None
        if now < self._not_before:
            return False
        return newest is None or newest.is_to_be_replaced(now)

    def _rebuild(self) -> None:
        self._prepare_pause()
        try:
            self._connect()
        except SlackApiError as error:
            self._not_before = max(self._not_before, time.monotonic() + _told_to_wait(error))
            _say_refused(str(error.response.get("error")))
        except (SlackClientError, OSError) as error:
            logger.warning("the line could not be rebuilt: %s; the desk goes on trying", _reason(error))
        else:
            self._rebuilds += 1
            self._tries = min(self._tries, SUCCESS_TRIES)
            logger.info("the line to Slack was rebuilt")

    def _prepare_pause(self) -> None:
        """The next try comes at once after a line that stood, else after pauses that grow, never in step."""
        now, patience = time.monotonic(), self._patience
        if now > self._not_before + patience.steady:
            self._tries = 0
        pause = min(patience.first_pause * 2**self._tries, patience.longest_pause)
        self._not_before = now + pause * random.uniform(0.5, 1)  # noqa: S311 - dice, not secrets
        self._tries = min(self._tries + 1, 16)

    def _let_go(self) -> None:
        """Close what was replaced a while ago, and the oldest of too many."""
        now = time.monotonic()
        with self._changed:
            surplus = self._wires[: max(0, len(self._wires) - OUR_MOST + 1)]
            ripe = [wire for wire in self._wires if wire.retires_at and now > wire.retires_at]
        for wire in {*surplus, *ripe}:
            wire.close()

    # What comes by it

    def _heard(self, wire: Wire, message: Message) -> None:
        kind = message.get("type")
        if kind == "hello" and int(message.get("num_connections") or 0) >= SLACKS_MOST:
            logger.warning("all %d connections that Slack allows this app are in use", SLACKS_MOST)
        elif kind == "disconnect":
            with self._changed:
                self._changed.notify_all()
        elif "envelope_id" in message:
            with self._changed:
                self._in_hand += 1
                self._came_at = time.monotonic()
            self._workers.submit(self._handle, wire, message, time.monotonic())

    def _ended(self, wire: Wire) -> None:
        if not self._draining and not wire.retires_at:
            logger.warning("a connection to Slack ended (%s)", wire.goodbye or "closed by Slack")
        with self._changed:
            if wire in self._wires:
                self._wires.remove(wire)
            self._changed.notify_all()

    def _handle(self, wire: Wire, message: Message, came_at: float) -> None:
        try:
            request = SocketModeRequest.from_dict(dict(message))
            if request is not None:
                response = self._app.dispatch(bolt_request(request, came_at))
                if response.status == 200:
                    text = json.dumps(acknowledgement(request.envelope_id, response))
                    self._owed.append(_Answer(wire, text, came_at + self._patience.answer))
                    self._hand_in()
                else:
                    logger.warning("nothing was acknowledged (%s, %d)", request.type, response.status)
        except Exception:
            # What leaves here ends unseen in the future of a thread that nobody waits for.
            logger.exception("what came by the line could not be read; see whether it was Slack's")
        finally:
            with self._changed:
                self._in_hand -= 1
                self._changed.notify_all()

    def _hand_in(self) -> None:
        """Send what is owed to Slack; what cannot be sent now waits for the next connection."""
        for _ in range(len(self._owed)):
            try:
                answer = self._owed.popleft()
            except IndexError:
                return
            if not self._is_sent(answer):
                if time.monotonic() < answer.until:
                    self._owed.append(answer)
                else:
                    logger.warning("an acknowledgement came too late for a line that broke")

    def _is_sent(self, answer: _Answer) -> bool:
        with self._changed:
            others = [wire for wire in reversed(self._wires) if wire is not answer.wire]
        return any(wire.send(answer.text) for wire in (answer.wire, *others))

    # Hanging up

    def _hang_up(self) -> None:
        with self._changed:
            wires = list(self._wires)
        for wire in wires:
            wire.close()
        self._wait(lambda: self._in_hand == 0, self._patience.finishing)

    def _is_quiet(self) -> bool:
        return self._in_hand == 0 and time.monotonic() - self._came_at > self._patience.quiet

    def _wait(self, until: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        with self._changed:
            while not until() and time.monotonic() < end:
                self._changed.wait(self._patience.look / 5)


def _say_refused(code: str) -> None:
    if code == "ratelimited":
        logger.warning("Slack lets the desk connect again in a while; the desk waits, then goes on trying")
        return
    logger.error(
        "Slack refuses the line: %s. Until it does not, nothing that people do reaches the desk. "
        "Check SLACK_APP_TOKEN; the desk goes on trying.",
        code,
    )


def _told_to_wait(error: SlackApiError) -> float:
    after = str(error.response.headers.get("Retry-After") or "")
    return float(after) if after.isdecimal() else 0.0


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, SlackClientError) else type(error).__name__
