"""What people do, over HTTP: `/hands/...`, for the page and for tests. The shapes stand in README.md."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clicks import Clicks, Place
from sandbox.directory import Channel, Member
from sandbox.errors import HandsError
from sandbox.eyes import Eyes
from sandbox.forms import Forms
from sandbox.messages import Message
from sandbox.site import Site
from sandbox.staff import known_person, refuse_deactivated
from sandbox.stage import Act, Stage
from sandbox.views import View
from sandbox.words import Words

Json = dict[str, Any]


class Hands:
    """The routes below `/hands`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._words = Words(site)
        self._clicks = Clicks(site)
        self._forms = Forms(site)

    def routes(self) -> list[Route]:
        """Every route below `/hands`."""
        acts: dict[str, Act] = {
            "command": self._command,
            "shortcut": self._shortcut,
            "message": self._message,
            "upload": self._upload,
            "action": self._action,
            "submit": self._submit,
            "close": self._close,
            "suggest": self._suggest,
            "home": self._home,
            "read": self._read,
            **Stage(self._site).acts(),
        }
        posts = [Route(f"/{name}", self._serve(name, act), methods=["POST"]) for name, act in acts.items()]
        return [*Eyes(self._site).routes(), *posts]

    # Acting

    def _serve(self, name: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                body = await request.json()
            except ValueError:
                body = None
            if not isinstance(body, dict):
                raise HandsError("The body must be a JSON object.")
            if "as" in body:
                refuse_deactivated(self._person(body["as"]))
            traffic, who = self._site.traffic, str(body.get("as", ""))
            logged = {key: value for key, value in body.items() if key != "content"}
            traffic.add("person", "hands", name, who=who, summary=_summary(body), body=logged)
            answer = await act(body)
            note = answer.get("notice") or ("the form was refused" if answer.get("errors") else None)
            if note:
                traffic.add("person", "shown", name, who=who, summary=note, error=note, body=answer)
            return JSONResponse({"ok": True, **answer})

        return serve

    async def _command(self, body: Json) -> Json:
        person, channel = self._person(body.get("as")), self._channel(body)
        outcome = await self._words.command(person, channel, _text(body, "command"), _text(body, "text", ""))
        return outcome.json()

    async def _shortcut(self, body: Json) -> Json:
        message = self._message_at(body) if body.get("ts") else None
        outcome = await self._clicks.shortcut(
            self._person(body.get("as")), _text(body, "callback_id"), message
        )
        return outcome.json()

    async def _message(self, body: Json) -> Json:
        thread_ts = _text(body, "thread_ts") if body.get("thread_ts") else None
        files = body.get("files") or []
        if not isinstance(files, list):
            raise HandsError("'files' must be a list of ids.")
        message = self._words.message(
            self._person(body.get("as")), self._channel(body), _text(body, "text", ""), thread_ts, files
        )
        return {"ts": message.ts}

    async def _upload(self, body: Json) -> Json:
        try:
            content = base64.b64decode(_text(body, "content"), validate=True)
        except ValueError:
            raise HandsError("'content' must be the file in base64.") from None
        file = self._site.files.upload(self._person(body.get("as")).id, _text(body, "name"), content)
        return {"file": self._site.files.json(file)}

    async def _action(self, body: Json) -> Json:
        action = body.get("action")
        if not isinstance(action, dict):
            raise HandsError("'action' must be an object.")
        outcome = await self._clicks.action(
            self._person(body.get("as")),
            self._place(body),
            _text(body, "block_id"),
            action,
            body.get("state") or {},
        )
        return outcome.json()

    async def _submit(self, body: Json) -> Json:
        person = self._person(body.get("as"))
        outcome = await self._forms.submit(person, self._view(person, body), body.get("state") or {})
        return outcome.json()

    async def _close(self, body: Json) -> Json:
        person = self._person(body.get("as"))
        outcome = await self._forms.close(person, self._view(person, body), bool(body.get("all")))
        return outcome.json()

    async def _suggest(self, body: Json) -> Json:
        return await self._clicks.suggest(
            self._person(body.get("as")),
            self._place(body),
            _text(body, "block_id"),
            _text(body, "action_id"),
            _text(body, "value", ""),
        )

    async def _home(self, body: Json) -> Json:
        tab = _text(body, "tab", "home")
        if tab not in ("home", "messages"):
            raise HandsError(f"'{tab}' is no tab of the app's page: home or messages.")
        self._forms.open_home(self._person(body.get("as")), tab)
        return {}

    async def _read(self, body: Json) -> Json:
        person, channel = self._person(body.get("as")), self._channel(body)
        self._site.workspace.mark_read(person.id, channel.id)
        return {}

    # Finding what is meant

    def _person(self, user: Any) -> Member:
        return known_person(self._site, user)

    def _channel(self, body: Json) -> Channel:
        channel = self._site.workspace.channels.get(_text(body, "channel"))
        person = self._person(body.get("as"))
        if channel is None or person.id not in channel.members or channel.archived:
            raise HandsError(f"{person.real_name} is in no conversation {body['channel']}.", 404)
        return channel

    def _message_at(self, spot: Json) -> Message:
        message = self._site.workspace.message(str(spot.get("channel")), str(spot.get("ts")))
        if message is None:
            raise HandsError("That message is gone.", 404)
        return message

    def _view(self, person: Member, body: Json) -> View:
        view = self._site.views.find(_text(body, "view"))
        if view is None or view.person != person.id:
            raise HandsError(f"{person.real_name} has no such view open any more.", 404)
        return view

    def _place(self, body: Json) -> Place:
        person, container = self._person(body.get("as")), body.get("container")
        if not isinstance(container, dict):
            raise HandsError("'container' must be an object.")
        if container.get("home"):
            home = self._site.views.home(person.id)
            if home is None:
                raise HandsError("The app has published no Home for this person.", 404)
            return Place(home.blocks, view=home)
        if "view" in container:
            view = self._view(person, container)
            return Place(view.blocks, view=view)
        message = self._message_at(container.get("message") or {})
        members = self._site.workspace.channels[message.channel].members
        if person.id not in members or message.only_for not in (None, person.id):
            raise HandsError(f"{person.real_name} cannot see that message.", 404)
        return Place(list(message.blocks), message=message)


def _text(body: Json, key: str, default: str | None = None) -> str:
    value = body.get(key, default)
    if not isinstance(value, str):
        raise HandsError(f"'{key}' is missing, or is not a text.")
    return value


def _summary(body: Json) -> str:
    action = body.get("action") if isinstance(body.get("action"), dict) else {}
    words = [body.get("command"), body.get("text"), body.get("callback_id"), body.get("view"), body.get("to")]
    words += [body.get("name")]
    words += [(action or {}).get("action_id"), body.get("fault")]
    return " ".join(str(word) for word in words if word)[:200]
