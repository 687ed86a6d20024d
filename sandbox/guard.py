"""Who may reach the sandbox over HTTP, and the policy that every answer carries."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ACTING = ("/api/", "/hands/", "/actions/", "/link/")
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-cache"),
)


class Guard:
    """Lets in only what comes from this machine, and gives every page its content security policy.

    The Host check keeps a web page elsewhere from reaching the sandbox through a name that it points at
    127.0.0.1; the checks of Origin and Sec-Fetch-Site keep it from acting as the app or as a person.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        host = connection.headers.get("host", "")
        origin = connection.headers.get("origin")
        if not _is_loopback(host):
            await self._refuse(scope, receive, send, f"The host '{host}' is not this machine.")
        elif origin is not None and urlsplit(origin).netloc != host:
            await self._refuse(scope, receive, send, f"Requests from '{origin}' are not allowed.")
        elif scope["path"].startswith(ACTING) and _is_from_elsewhere(connection):
            await self._refuse(scope, receive, send, "Requests from other sites are not allowed.")
        else:
            await self._app(scope, receive, _with_policy(send))

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, sentence: str) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await JSONResponse({"error": sentence}, 403)(scope, receive, send)


def _is_from_elsewhere(connection: HTTPConnection) -> bool:
    return connection.headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _is_loopback(host: str) -> bool:
    return urlsplit(f"//{host}").hostname in ("127.0.0.1", "localhost", "::1")


def _with_policy(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
        await send(message)

    return sending
