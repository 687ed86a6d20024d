"""Microsoft Graph over HTTP: one call, its answer, and what each of its errors means to the desk.

https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from bot.connectors.microsoft import ONE_CALL_EACH, Token
from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown, RateLimited, Rejected

SECONDS: Final = 10.0
"""How long each stage of one call may take: a mail takes three calls at most, besides the sign-in."""
WAIT: Final = 60.0
"""How long is waited after a 429 that does not say."""
CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
MOST_PAGES: Final = 10
NO_MAILBOX: Final = (
    "ErrorInvalidUser",
    "ErrorNonExistentMailbox",
    "MailboxNotEnabledForRESTAPI",
    "MailboxNotSupportedForRESTAPI",
    "Request_ResourceNotFound",
    "ResourceNotFound",
)
NOT_ALLOWED: Final = (
    "The app needs the application permissions Mail.ReadWrite and Mail.Send, granted by an admin, and its "
    "application access policy has to name this mailbox."
)
SIGN_IN: Final = (
    "It signs in anew; if this goes on, check MICROSOFT_TENANT_ID, MICROSOFT_CLIENT_ID and "
    "MICROSOFT_CLIENT_SECRET."
)
MAILBOX: Final = "Check the mailbox in desk.yaml: it has to be a shared mailbox in Exchange Online."
NOT_GRAPH: Final = (
    "What answered is not Microsoft Graph. Is there a proxy in between? It is asked again later."
)
PASSING: Final = (408, 409, 412, 423)
Json = dict[str, Any]


class Gone(OutcomeUnknown):
    """The item is not there any more: somebody has moved, deleted or sent it meanwhile."""


class Graph:
    """Graph at `url`, as the app whose `token` it is. Calls raise DeliveryError, and are never made twice."""

    def __init__(self, url: str, token: Token) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._http = httpx.Client(timeout=SECONDS, limits=ONE_CALL_EACH)

    def call(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> Json:
        """What Graph answers; empty where it answers nothing. Ids stay when a mail moves to another folder.

        Neither path nor query hold anything personal: other machines log addresses.
        """
        headers = {"Authorization": f"Bearer {self._token()}", "Prefer": 'IdType="ImmutableId"'}
        address = path if path.startswith(f"{self._url}/") else self._url + path
        try:
            response = self._http.request(method, address, params=query, json=body, headers=headers)
        except httpx.TransportError as error:
            raise OutcomeUnknown(
                f"Microsoft Graph does not answer ({type(error).__name__}). It is asked again later."
            ) from None
        if response.status_code == 401:
            self._token.forget()
        return _read(response.status_code, response.headers, response.content and _json(response))

    def quiet(self, path: str) -> Json:
        """What Graph answers to a GET whose address goes in a body, for it holds something personal.

        https://learn.microsoft.com/graph/json-batching
        """
        batch = {"requests": [{"id": "1", "method": "GET", "url": path}]}
        try:
            [inner] = self.call("POST", "/$batch", batch)["responses"]
            status, headers, body = int(inner["status"]), inner.get("headers") or {}, inner.get("body")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise OutcomeUnknown(NOT_GRAPH) from None
        return _read(status, httpx.Headers(headers), body)

    def listed(self, path: str, query: Mapping[str, str]) -> Iterator[Json]:
        """All that a list holds, page by page. Raises Rejected where it finds no end."""
        page = self.call("GET", path, query=query)
        for _ in range(MOST_PAGES):
            yield from page.get("value", ())
            if "@odata.nextLink" not in page:
                return
            following = str(page["@odata.nextLink"])
            if not following.startswith(f"{self._url}/"):
                raise OutcomeUnknown(NOT_GRAPH)
            page = self.call("GET", following)
        raise Rejected(
            "A list in Microsoft Graph is longer than the desk reads. Name somebody in it instead."
        )


def _json(response: httpx.Response) -> Any:
    """The body; None where it is no JSON."""
    try:
        return response.json()
    except ValueError:
        return None


def _read(status: int, headers: httpx.Headers, body: Any) -> Json:
    if 200 <= status < 300:
        if not body and status in (202, 204):
            return {}
        if not isinstance(body, dict):
            raise OutcomeUnknown(NOT_GRAPH)
        return body
    raise _refusal(status, headers, _code(body))


def _refusal(status: int, headers: httpx.Headers, code: str) -> DeliveryError:
    """What an error means, with Graph's code for it and none of its words."""
    said = f"{status}, {code}".removesuffix(", ")
    if status == 429:
        return RateLimited(f"Microsoft asks the desk to wait ({said}).", _seconds(headers))
    if status == 401:
        return NotLetIn(f"Microsoft Graph does not know the desk ({said}). {SIGN_IN}")
    if not code or status >= 500 or status in PASSING:
        # Without a code it was not Graph that answered.
        return OutcomeUnknown(f"Microsoft Graph is in trouble ({said}). It is asked again later.")
    return _decided(status, code, said)


def _decided(status: int, code: str, said: str) -> DeliveryError:
    """What Graph's refusal means that stays as it is until somebody does something."""
    if code in NO_MAILBOX:
        return NotLetIn(f"Microsoft has no such mailbox for the desk ({said}). {MAILBOX}")
    if status == 403:
        return NotLetIn(f"Microsoft does not let the desk use the mailbox ({said}). {NOT_ALLOWED}")
    if status == 404:
        return Gone(f"The mail has moved meanwhile in Outlook ({said}). It is looked for again.")
    return Rejected(
        f"Microsoft did not take it ({said}). Look at addresses and text, then send it again, or do it by "
        "hand."
    )


def _code(body: Any) -> str:
    """The error's code, as in `ErrorAccessDenied`; empty where it was not Graph that answered."""
    error = body.get("error") if isinstance(body, dict) else None
    code = str(error.get("code")) if isinstance(error, dict) else ""
    return code if CODE.fullmatch(code) else ""


def _seconds(headers: httpx.Headers) -> float:
    said = headers.get("Retry-After", "")
    return float(said) if said.isdecimal() and len(said) < 6 else WAIT
