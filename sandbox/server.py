"""The sandbox as a whole: the Starlette application, its uvicorn thread, and `Sandbox`."""

import re
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sandbox.api_files import file_routes
from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.directory import read_directory
from sandbox.errors import HandsError, SandboxError, SlackError
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.guard import Guard
from sandbox.hands import Hands
from sandbox.lines import LineProtocol
from sandbox.replies import Replies
from sandbox.shelf import Shelf
from sandbox.site import Site, Tokens
from sandbox.socket_mode import Sockets
from sandbox.timing import Timing
from sandbox.traffic import Traffic
from sandbox.views import Views
from sandbox.web_api import WebApi, arguments
from sandbox.workspace import Workspace

HOST = "127.0.0.1"
PAGE = Path(__file__).with_name("page")
TOKENS = Tokens(bot="xoxb-sandbox", app="xapp-sandbox", signing="signing-sandbox")


class Sandbox:
    """A Slack workspace on 127.0.0.1, in a thread of its own.

    `state` is the file that keeps it over restarts (None: in memory). `next_due` says when the next thing of
    the embedding program is due; `on_clock_moved` is called after the clock was moved. Both are called on a
    worker thread. `timing` is how long Slack waits.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        state: Path | None = None,
        manifest: Path,
        next_due: Callable[[], datetime | None] | None = None,
        on_clock_moved: Callable[[], None] | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._port = port
        self._state = state
        self._manifest = manifest
        self._next_due = next_due
        self._on_clock_moved = on_clock_moved
        self._timing = timing or Timing()
        self.clock = Clock()
        self._running: _Running | None = None

    @property
    def url(self) -> str:
        """The page's address, without a slash at the end."""
        return f"http://{HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        """The Web API's base address, for `WebClient(base_url=...)`."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return TOKENS.bot

    @property
    def app_token(self) -> str:
        return TOKENS.app

    @property
    def signing_secret(self) -> str:
        return TOKENS.signing

    def start(self) -> None:
        """Listen; returns when requests are served. Raises SandboxError when it cannot."""
        listener = _listener(self._port)
        self._port = listener.getsockname()[1]
        try:
            shelf = Shelf(self._state)
            site = self._site(shelf)
        except BaseException:
            listener.close()
            raise
        self._running = _Running(site, shelf, listener)
        self._running.start()

    def stop(self) -> None:
        """Stop listening and close the file."""
        if self._running:
            self._running.stop()
            self._running = None

    def _site(self, shelf: Shelf) -> Site:
        changes, faults = Changes(), Faults()
        workspace = Workspace(read_directory(self._manifest), shelf, self.clock, changes)
        log = self._state.with_name(self._state.name + ".traffic.jsonl") if self._state else None
        traffic = Traffic(log, self.clock.now)
        sockets = Sockets(workspace.app.id, faults, traffic, changes, self._timing)
        files = Files(workspace, self.url)
        events = Events(workspace, sockets, traffic, self._timing, files)
        return Site(
            url=self.url,
            tokens=TOKENS,
            clock=self.clock,
            workspace=workspace,
            views=Views(workspace, self._timing),
            sockets=sockets,
            events=events,
            replies=Replies(workspace, events, self.url),
            faults=faults,
            traffic=traffic,
            files=files,
            next_due=self._next_due,
            on_clock_moved=self._on_clock_moved,
        )


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise SandboxError(
            f"Port {port} on {HOST} cannot be used: {error.strerror}. "
            "Stop the program that has it, or set PORT to another one."
        ) from error
    return listener


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens and says goodbye before it stops."""

    def __init__(self, config: uvicorn.Config, site: Site, listening: threading.Event) -> None:
        super().__init__(config)
        self._site = site
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.events.resume()
        await super().startup(sockets)
        self._listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.workspace.changes.close()
        await self._site.events.close()
        await self._site.sockets.close()
        await super().shutdown(sockets)


@dataclass
class _Running:
    site: Site
    shelf: Shelf
    listener: socket.socket

    def __post_init__(self) -> None:
        config = uvicorn.Config(
            application(self.site),
            loop="asyncio",
            http=LineProtocol,
            ws="websockets-sansio",
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._listening = threading.Event()
        self._server = _Server(config, self.site, self._listening)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self.listener])

    def start(self) -> None:
        self._thread.start()
        if not self._listening.wait(10):
            raise SandboxError("The sandbox did not start within 10 seconds; see the log above.")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self.listener.close()
        self.shelf.close()


def application(site: Site) -> ASGIApp:
    """The whole HTTP surface."""
    routes: list[BaseRoute] = [
        Route("/api/{method:path}", WebApi(site).__call__, methods=["GET", "POST"]),
        WebSocketRoute("/link/", site.sockets.serve),
        Route("/actions/{team}/{key:path}", _response_url(site), methods=["POST"]),
        Route("/archives/{channel}/{post}", _permalink, methods=["GET"]),
        *file_routes(site),
        Mount("/hands", routes=Hands(site).routes()),
    ]
    if PAGE.is_dir():
        routes.append(Mount("/", app=StaticFiles(directory=PAGE, html=True)))
    handlers = {HandsError: _refused, ValueError: _unreadable}
    return Guard(Starlette(routes=routes, exception_handlers=handlers))


async def _permalink(request: Request) -> Response:
    """Where a permalink leads: the conversation on the page, with the message's thread."""
    found = re.fullmatch(r"p(\d+)(\d{6})", request.path_params["post"])
    if found is None:
        return PlainTextResponse("There is no such message.", 404)
    thread = request.query_params.get("thread_ts") or f"{found[1]}.{found[2]}"
    return RedirectResponse(f"/#{urlencode({'at': request.path_params['channel'], 'thread': thread})}")


def _response_url(site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        body = await arguments(request)
        try:
            site.replies.use(request.path_params["key"], body)
        except SlackError as refusal:
            site.traffic.add("in", "response_url", "post", who="app", error=refusal.code, body=body)
            return JSONResponse(refusal.answer(), refusal.status if refusal.status != 200 else 400)
        said = str(body.get("text") or "")[:120]
        site.traffic.add("in", "response_url", "post", who="app", summary=said, body=body)
        return PlainTextResponse("ok")

    return serve


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    status = error.status if isinstance(error, HandsError) else 400
    return JSONResponse({"error": str(error)}, status)


async def _unreadable(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    return JSONResponse({"error": f"The request cannot be read: {error}."}, 400)


def run_until(stopped: threading.Event, sandbox: Sandbox) -> None:
    """Serve until the event is set."""
    sandbox.start()
    print(f"sandbox ready {sandbox.url}", flush=True)  # noqa: T201 - the line its starter waits for
    stopped.wait()
    sandbox.stop()
