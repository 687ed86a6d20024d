"""The Web API: who calls, with which scopes, which method, and what happens when it misbehaves."""

import asyncio
import json
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import lines
from sandbox.api_chat import CHAT_METHODS, PostingPace
from sandbox.api_conversations import CONVERSATION_METHODS
from sandbox.api_files import FILE_METHODS
from sandbox.api_groups import GROUP_METHODS
from sandbox.api_people import PEOPLE_METHODS
from sandbox.api_views import VIEW_METHODS
from sandbox.errors import SlackError
from sandbox.faults import Fault
from sandbox.method import Args, Method
from sandbox.site import Site

METHODS: dict[str, Method] = {
    **CHAT_METHODS,
    **CONVERSATION_METHODS,
    **FILE_METHODS,
    **GROUP_METHODS,
    **PEOPLE_METHODS,
    **VIEW_METHODS,
}


class WebApi:
    """Serves `POST /api/<method>`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pace = PostingPace()

    async def __call__(self, request: Request) -> Response:
        name = request.path_params["method"]
        args = await arguments(request)
        response = self._respond(request, name, args)
        if late := self._site.faults.take("latency", name):
            await asyncio.sleep(late.latency_ms / 1000)
        return response

    def _respond(self, request: Request, name: str, args: Args) -> Response:
        faults, token = self._site.faults, _token(request, args)
        if limited := faults.take("rate_limited", name):
            return self._rate_limited(name, args, limited.retry_after)
        if broken := faults.take("error", name):
            return self._broken(name, args, broken)
        lost = faults.take("lost_reply", name)
        answer, status = self._answer(name, token, args)
        if "retry_after" in answer:
            return self._rate_limited(name, args, answer["retry_after"])
        note = "the reply was lost" if lost else ""
        self._log(name, args, None if answer["ok"] else str(answer["error"]), note)
        if lost:
            lines.cut(request.scope)
        return JSONResponse(answer, status, headers=self._scope_headers(name))

    def _answer(self, name: str, token: str, args: Args) -> tuple[dict[str, Any], int]:
        try:
            method = self._permitted(name, token, args)
            if self._site.faults.rate_limits and name == "chat.postMessage":
                self._pace.check(args)
            return {"ok": True, **method.call(self._site, args)}, 200
        except SlackError as refusal:
            return refusal.answer(), refusal.status

    def _permitted(self, name: str, token: str, args: Args) -> Method:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        if not method.token:
            return method
        if not token:
            raise SlackError("not_authed")
        tokens = self._site.tokens
        if token not in (tokens.bot, tokens.app):
            raise SlackError("invalid_auth")
        if token != getattr(tokens, method.token):
            raise SlackError("not_allowed_token_type")
        needed = method.scope if isinstance(method.scope, str) else method.scope(self._site, args)
        scopes = self._site.workspace.app.manifest.scopes
        if needed and needed not in scopes:
            raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(scopes)))
        return method

    def _rate_limited(self, name: str, args: Args, seconds: int) -> Response:
        self._log(name, args, "ratelimited")
        body = {"ok": False, "error": "ratelimited"}
        return JSONResponse(body, 429, headers={"Retry-After": str(seconds)})

    def _broken(self, name: str, args: Args, fault: Fault) -> Response:
        self._log(name, args, fault.error)
        return JSONResponse({"ok": False, "error": fault.error}, fault.status)

    def _scope_headers(self, name: str) -> dict[str, str]:
        headers = {"x-oauth-scopes": ",".join(sorted(self._site.workspace.app.manifest.scopes))}
        method = METHODS.get(name)
        if method and isinstance(method.scope, str) and method.scope:
            headers["x-accepted-oauth-scopes"] = method.scope
        return headers

    def _log(self, name: str, args: Args, error: str | None, note: str = "") -> None:
        where = args.get("channel") or args.get("user_id") or args.get("view_id") or ""
        said = str(args.get("text") or "")[:120]
        parts = [part for part in (str(where), said, f"({note})" if note else "") if part]
        self._site.traffic.add(
            "in", "web_api", name, who="app", summary=" ".join(parts), error=error, body=args
        )


async def arguments(request: Request) -> Args:
    """The arguments of a call: query, then JSON, form or multipart body."""
    args: Args = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        args |= _json_object(body)
    elif kind.startswith("multipart/form-data"):
        args |= _multipart(kind, body)
    else:
        args |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return args


def _json_object(body: bytes) -> Args:
    try:
        found = json.loads(body) if body else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _multipart(kind: str, body: bytes) -> Args:
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    found: Args = {}
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        if name and isinstance(value, bytes):
            found[str(name)] = value.decode("utf-8", "replace").removesuffix("\r\n")
    return found


def _token(request: Request, args: Args) -> str:
    in_arguments = str(args.pop("token", "") or "")
    header = request.headers.get("authorization", "")
    return header.removeprefix("Bearer ").strip() if header else in_arguments
