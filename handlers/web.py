"""The desk's web server: uvicorn in a thread of its own, for Slack's requests and for the health page."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.errors import SettingsError

LONGEST_START = 10.0
LONGEST_STOP = 10.0
"""Seconds for what is under way: a listener's slowest call of Slack takes no longer."""


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class WebServer:
    """Serves routes on one address. It is started once and stopped once; a second time does nothing."""

    def __init__(self, host: str, port: int, routes: Sequence[BaseRoute]) -> None:
        self._host, self.port = host, port
        config = uvicorn.Config(
            Starlette(routes=list(routes)),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=int(LONGEST_STOP),
        )
        self._server = _Server(config)
        self._thread: threading.Thread | None = None
        self._listener: socket.socket | None = None

    @property
    def address(self) -> str:
        """Where it listens, as host:port; once started, with the port it really has."""
        return f"{self._host}:{self.port}"

    def start(self) -> None:
        """Listen; returns when requests are served. Raises SettingsError when the port cannot be used."""
        try:
            self._listener = socket.create_server((self._host, self.port), backlog=1024)
        except OSError as error:
            raise SettingsError(
                f"Port {self.port} on {self._host} cannot be used: {os.strerror(error.errno or 0)}. "
                "Stop the program that has it, or set PORT (or HOST) to another one."
            ) from error
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="web", daemon=True
        )
        self._thread.start()
        if not self._server.listening.wait(LONGEST_START):
            raise SettingsError(f"Nothing came to listen on {self.address}; the log says why.")

    def stop(self) -> None:
        """Take no new connection, finish the requests that are under way, and let go of the port."""
        if self._thread is None or self._listener is None:
            return
        self._server.should_exit = True
        self._thread.join(LONGEST_STOP + 5)
        self._listener.close()
        self._thread = None
