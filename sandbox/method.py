"""What a Web API method is, and how its arguments are read."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.directory import Channel
from sandbox.errors import SlackError
from sandbox.site import Site

Args = dict[str, Any]
Answer = dict[str, Any]
Scope = str | Callable[[Site, Args], str]


@dataclass(frozen=True)
class Method:
    """A method: what it does, the scope it needs, and whose token ("bot", "app", or "" for nobody's)."""

    call: Callable[[Site, Args], Answer]
    scope: Scope = ""
    token: Literal["bot", "app", ""] = "bot"  # noqa: S105 - the kind of token, not one


def truth(args: Args, name: str) -> bool:
    """A boolean argument: JSON's, or "1" and "true" of a form."""
    value = args.get(name)
    return value is True or str(value).lower() in ("1", "true")


def whole(args: Args, name: str, default: int, most: int) -> int:
    """A whole number between 1 and `most`."""
    value = args.get(name)
    if value in (None, ""):
        return default
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        raise SlackError("invalid_limit", [f"{name} must be between 1 and {most}"])
    return number


def needed(args: Args, name: str) -> str:
    """A string argument that must be there."""
    value = args.get(name)
    if value in (None, ""):
        raise SlackError("invalid_arguments", [f"missing required field: {name}"])
    return str(value)


def known_channel(site: Site, args: Args, name: str = "channel") -> Channel:
    """The conversation an argument names. A private one that the app is not in is not found, as at Slack."""
    channel = site.workspace.channels.get(str(args.get(name) or ""))
    bot = site.workspace.app.bot_user
    if channel is None or (channel.private and bot not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def joined_channel(site: Site, args: Args) -> Channel:
    """A conversation that the app is in."""
    channel = known_channel(site, args)
    if site.workspace.app.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def scope_by_kind(action: str) -> Callable[[Site, Args], str]:
    """The scope for the kind of conversation a call is about, such as `channels:history`."""

    def scope(site: Site, args: Args) -> str:
        channel = site.workspace.channels.get(str(args.get("channel") or ""))
        return f"{channel.scope_prefix if channel else 'channels'}:{action}"

    return scope


def page(items: list[Any], args: Args, default: int, most: int) -> tuple[list[Any], str]:
    """One page of a listing and the cursor of the next, "" at the end."""
    size = whole(args, "limit", default, most)
    start = _start(str(args.get("cursor") or ""))
    after = start + size
    cursor = base64.b64encode(f"next:{after}".encode()).decode() if after < len(items) else ""
    return items[start:after], cursor


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, number = base64.b64decode(cursor, validate=True).decode().split(":")
        start = int(number)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if word != "next":
        raise SlackError("invalid_cursor")
    return start
