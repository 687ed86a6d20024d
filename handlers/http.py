"""HTTP instead of Socket Mode: Slack posts to the request URL, and the answer is the acknowledgement.

Source: docs.slack.dev/authentication/verifying-requests-from-slack, /apis/events-api/using-http-request-urls.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from handlers.busy import AdmittingApp
    from handlers.metrics import Metrics

logger = logging.getLogger(__name__)

PATH = "/slack/events"
LARGEST = 4 * 1024 * 1024
"""Bytes of a body. A view holds 250 KB, and Slack sends its blocks and state percent-encoded in a form."""
SLOWEST = 5.0
"""Seconds for a body to come in; Slack itself waits for three."""
FINISHING = 15.0
"""Seconds for what is under way when the desk stops: the slowest call of Slack takes ten."""
KINDS = ("application/json", "application/x-www-form-urlencoded")
BUSY = "The desk has its hands full, and nothing was changed. Do the same again in a moment."


@dataclass(frozen=True, slots=True)
class HttpState:
    """How the request URL is doing; `silent_for` is in seconds, None before the first request."""

    silent_for: float | None
    under_way: int


class HttpRequests:
    """The transport of HTTP mode: `route` hands each request to the Bolt app on a pool of threads.

    Whoever cannot sign gets no thread. `most` requests are under way or wait for a thread at a time; one
    more is told at once that the desk is busy. `drain_seconds` is how long requests are still taken after
    the desk was told to stop, so that the balancer finds out first.
    """

    def __init__(
        self,
        app: AdmittingApp,
        signing_secret: str,
        threads: int,
        most: int,
        drain_seconds: float,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._most = most
        self._drain_seconds = drain_seconds
        self._metrics = metrics
        self._changed = threading.Condition()
        self._under_way = 0
        self._heard_at: float | None = None
        self._taking, self._leaving = False, False
        self._closed = threading.Event()

    @property
    def route(self) -> Route:
        """Where Slack posts to."""
        return Route(PATH, self._serve, methods=["POST"])

    def start(self) -> None:
        self._taking = True

    def is_connected(self) -> bool:
        return self._taking and not self._leaving

    def state(self) -> HttpState:
        """How it is doing at this moment."""
        heard = self._heard_at
        return HttpState(None if heard is None else round(time.monotonic() - heard, 1), self._under_way)

    def drain(self) -> None:
        """Go on for a while, then refuse, then wait for what is under way."""
        self._leaving = True
        self._closed.wait(self._drain_seconds)
        with self._changed:
            self._taking = False
            self._changed.wait_for(lambda: self._under_way == 0, FINISHING)

    def close(self) -> None:
        self._closed.set()
        self._threads.shutdown()

    async def _serve(self, request: Request) -> Response:
        came_at = time.monotonic()
        response = await self._answer(request, came_at)
        if self._leaving:
            # The balancer keeps connections open; the next request on this one would find nobody.
            response.headers["Connection"] = "close"
        self._metrics.acknowledged.observe(time.monotonic() - came_at)
        return response

    async def _answer(self, request: Request, came_at: float) -> Response:
        if not self._taking:
            return PlainTextResponse("The desk is stopping. Try again.", 503)
        text = await _text_of(request)
        if not self._is_signed(request, text):
            return PlainTextResponse("This was not signed by Slack within the last five minutes.", 401)
        self._heard_at = came_at
        if self._under_way >= self._most:
            self._metrics.busy.inc()
            return PlainTextResponse(BUSY, 503)
        if not self._app.has_room():
            return to_starlette_response(self._turn_away(text, request.headers))
        self._count(1)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self._dispatch, text, request.headers, came_at)
        work.add_done_callback(lambda _: self._count(-1))
        # Slack hangs up after three seconds, but what it sent is finished all the same.
        return to_starlette_response(await asyncio.shield(work))

    def _is_signed(self, request: Request, text: str) -> bool:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
            return False
        signature = request.headers.get("x-slack-signature", "")
        return signature.isascii() and self._verifier.is_valid(text, stamp, signature)

    def _turn_away(self, text: str, headers: Headers) -> BoltResponse:
        """Said without a thread: in a crowd, to change threads costs more than the answer."""
        try:
            return self._app.turn_away(_bolt_request(text, headers, 0).body)
        except ValueError:
            return BoltResponse(status=400, body="The payload cannot be read.")

    def _dispatch(self, text: str, headers: Headers, came_at: float) -> BoltResponse:
        try:
            return self._app.dispatch(_bolt_request(text, headers, came_at))
        except ValueError:
            logger.warning("Slack sent a payload that cannot be read; it was refused")
            return BoltResponse(status=400, body="The payload cannot be read.")
        except Exception:
            logger.exception("a request of Slack failed")
            return BoltResponse(status=500, body="The desk could not take this.")

    def _count(self, change: int) -> None:
        with self._changed:
            self._under_way += change
            if not self._taking:
                self._changed.notify_all()


async def _text_of(request: Request) -> str:
    """The body as text. Raises HTTPException for one too long, too slow, or of another kind."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise HTTPException(415, "Slack sends JSON or a form.")
    try:
        async with asyncio.timeout(SLOWEST):
            return (await _body_of(request)).decode("utf-8")
    except UnicodeDecodeError:
        raise HTTPException(400, "The body is not UTF-8.") from None
    except TimeoutError:
        raise HTTPException(408, "The body took too long.") from None
    except ClientDisconnect:
        raise HTTPException(400, "The body ended early.") from None


async def _body_of(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise HTTPException(413, "The body is too long.", {"Connection": "close"})
    return bytes(body)


def _bolt_request(text: str, headers: Headers, came_at: float) -> BoltRequest:
    """What came at an instant of the machine's clock, in seconds, as Bolt takes it.

    Bolt takes a form for an interaction when the word "payload" stands anywhere in it, also in what a person
    typed behind a command; written otherwise it reads the same, and the signature holds for what was sent.
    """
    is_form = not text.startswith("{")
    read = text
    if is_form and "payload" in text and "payload" not in parse_qs(text):
        read = text.replace("payload", "%70ayload")
    request = BoltRequest(body=read, headers=dict(headers), context={"came_at": came_at})
    request.raw_body = text
    return request
