"""What Slack sends when people do things, and an App that notes what the desk listens to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import App

from bot.roles import Act

CASE = "{case}"
"""Stands for the number of the case in a value."""
FIELDS = {"redrawn field": "category", "kept field": "homeowner.name"}


@dataclass(frozen=True)
class Row:
    """One thing people can do: what listens to it, how it comes, and what it takes; None: it is harmless."""

    kind: str
    listens: str
    act: Act | None
    value: str = CASE
    sent: str = ""
    values: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def id(self) -> str:
        """The action's id, the form's, or the command."""
        return self.sent or self.listens


def typed(**texts: str) -> dict[str, Mapping[str, Any]]:
    """What stands in a form's text inputs."""
    return {name: {"value": {"type": "plain_text_input", "value": text}} for name, text in texts.items()}


def action(listens: str, act: Act | None, value: str = CASE, sent: str = "") -> Row:
    return Row("action", listens, act, value, sent)


def form(listens: str, act: Act | None, metadata: str = f"{CASE}|", **texts: str) -> Row:
    return Row("view", listens, act, metadata, values=typed(**texts))


def command(text: str, act: Act | None) -> Row:
    return Row("command", "/complaint", act, text)


def constraint(what: object) -> str:
    """What a listener listens to, in a word; fields of a form by what is done about them."""
    if isinstance(what, Mapping):
        return "redrawn field" if what["block_id"].match("category") else "kept field"
    return what.pattern if isinstance(what, re.Pattern) else str(what)


class Hearing(App):
    """Bolt, noting what the desk listens to; of two for fields, the first is the one that redraws."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.heard: list[tuple[str, str]] = []

    def note(self, kind: str, what: object) -> None:
        self.heard.append((kind, constraint(what)))

    def action(self, what: Any, *args: Any, **more: Any) -> Any:
        name = constraint(what)
        self.heard.append(
            ("action", "kept field" if ("action", name) in self.heard and "field" in name else name)
        )
        return super().action(what, *args, **more)

    def view(self, what: Any, *args: Any, **more: Any) -> Any:
        self.note("view", what)
        return super().view(what, *args, **more)

    def view_closed(self, what: Any, *args: Any, **more: Any) -> Any:
        self.note("view_closed", what)
        return super().view_closed(what, *args, **more)

    def options(self, what: Any, *args: Any, **more: Any) -> Any:
        self.note("options", what)
        return super().options(what, *args, **more)

    def shortcut(self, what: Any, *args: Any, **more: Any) -> Any:
        self.note("shortcut", what)
        return super().shortcut(what, *args, **more)

    def command(self, what: Any, *args: Any, **more: Any) -> Any:
        self.note("command", what)
        return super().command(what, *args, **more)

    def event(self, what: Any, *args: Any, **more: Any) -> Any:
        self.note("event", what)
        return super().event(what, *args, **more)


def payload(row: Row, user: str, number: str, response_url: str) -> dict[str, Any]:
    """What Slack sends, as far as the desk looks at it."""
    value = row.value.replace(CASE, number)
    team = {"team": {"id": "T0SANDBOX1"}, "user": {"id": user}, "trigger_id": f"{number}.{user}"}
    view = {
        "id": f"V{user}{row.id}{number}",
        "type": "modal",
        "hash": "h",
        "callback_id": row.id,
        "private_metadata": value,
        "blocks": [],
        "state": {"values": dict(row.values or {})},
    }
    match row.kind:
        case "command":
            said = {"command": row.sent or "/complaint", "text": value, "response_url": response_url}
            return {**team, "team_id": "T0SANDBOX1", "user_id": user, **said}
        case "shortcut":
            message = {"message": {"text": value}, "channel": {"id": "C1"}, "message_ts": "1.1"}
            kind = {"type": "message_action", **message} if row.value else {"type": "shortcut"}
            return {**team, **kind, "callback_id": row.id}
        case "event":
            said = {"type": row.id, "user": user, "tab": "home", "channel_type": "im", "channel": "D1"}
            event = {**said, "text": value, "ts": f"{number}.{user}"}
            if row.sent == "below the post":
                below = {"type": "message", "channel": "C1", "channel_type": "group", "thread_ts": number}
                event |= below
            return {"type": "event_callback", "team_id": "T0SANDBOX1", "event_id": "E1", "event": event}
        case "view":
            return {**team, "type": "view_submission", "view": view}
        case "view_closed":
            return {**team, "type": "view_closed", "view": view, "is_cleared": False}
        case "options":
            asked = {"action_id": row.id, "block_id": "b", "value": value}
            return {**team, "type": "block_suggestion", "view": view, **asked}
    clicked = {
        "type": "button",
        "action_id": row.id,
        "block_id": FIELDS.get(row.listens, "b"),
        "value": value,
    }
    if row.id == "case_more":
        clicked["selected_option"] = {"value": value}
    view["callback_id"] = "oncall_saved" if row.id == "oncall_back" else "intake_who"
    inside = (
        {"view": view} if row.id == "value" or row.id.startswith(("intake_", "oncall_back", "listed")) else {}
    )
    place = inside or {"message": {"ts": "1.1"}, "channel": {"id": "C1"}, "response_url": response_url}
    return {**team, "type": "block_actions", "actions": [{**clicked, "action_ts": "1.1"}], **place}
