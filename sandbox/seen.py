"""What one person sees: the answer of `GET /hands/state`."""

from datetime import datetime
from typing import Any

from sandbox.directory import Channel, Member
from sandbox.messages import Message
from sandbox.site import Site
from sandbox.views import View

Json = dict[str, Any]


def state(site: Site, person: Member, next_due: datetime | None) -> Json:
    """Everything this person may see."""
    workspace = site.workspace
    home = site.views.home(person.id)
    return {
        "version": workspace.changes.of(person.id),
        "now": site.clock.now().isoformat(),
        "clock_moved": site.clock.moved,
        "next_due": next_due.isoformat() if next_due else None,
        "connections": site.sockets.count,
        "me": person_json(person),
        "people": [person_json(member) for member in workspace.members.values()],
        "groups": [
            {"id": one.id, "handle": one.handle, "name": one.name, "members": list(one.members)}
            for one in workspace.groups.values()
            if not one.disabled
        ],
        "app": _app_json(site),
        "conversations": [
            _conversation(site, channel, person) for channel in workspace.channels_of(person.id)
        ],
        "views": [_view(view) for view in site.views.stack(person.id)],
        "home": _view(home) if home else None,
    }


def person_json(member: Member) -> Json:
    """A person, with what the page draws for them."""
    words = member.real_name.replace("(", "").split()
    return {
        "id": member.id,
        "name": member.name,
        "real_name": member.real_name,
        "title": member.title,
        "is_bot": member.is_bot,
        "deleted": member.deleted,
        "tz": member.tz,
        "avatar": member.avatar,
        "initials": "".join(word[0] for word in words[:2]).upper(),
    }


def _app_json(site: Site) -> Json:
    app = site.workspace.app
    commands = [
        {key: command.get(key, "") for key in ("command", "description", "usage_hint")}
        for command in app.manifest.commands
    ]
    shortcuts = [
        {key: shortcut.get(key, "") for key in ("name", "type", "callback_id", "description")}
        for shortcut in app.manifest.shortcuts
    ]
    names = {"id": app.id, "name": app.name, "bot_user_id": app.bot_user}
    return {**names, "commands": commands, "shortcuts": shortcuts}


def _conversation(site: Site, channel: Channel, person: Member) -> Json:
    workspace = site.workspace
    messages = [one for one in workspace.messages(channel.id) if one.only_for in (None, person.id)]
    unread = [one for one in messages if workspace.is_unread(one, person.id)]
    mentions = unread if channel.is_im else [one for one in unread if person.id in one.mentions]
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": "im" if channel.is_im else "channel",
        "private": channel.private,
        "topic": channel.topic,
        "with": workspace.app.bot_user if channel.is_im else None,
        "members": list(channel.members),
        "unread": len(unread),
        "mentions": len(mentions),
        "messages": _messages(site, messages, {one.ts for one in unread}),
    }


def _messages(site: Site, messages: list[Message], unread: set[str]) -> list[Json]:
    replies: dict[str, list[str]] = {}
    for one in messages:
        if one.is_reply and one.thread_ts and not one.only_for:
            replies.setdefault(one.thread_ts, []).append(one.ts)
    return [
        {
            "ts": one.ts,
            "user": one.user,
            "username": site.workspace.members[one.user].real_name,
            "is_bot": site.workspace.members[one.user].is_bot,
            "text": one.text,
            "blocks": list(one.blocks),
            "thread_ts": one.thread_ts,
            "broadcast": one.broadcast,
            "reply_count": len(replies.get(one.ts, [])),
            "latest_reply": replies.get(one.ts, [None])[-1],
            "files": [site.files.json(file) for key in one.files if (file := site.files.find(key))],
            "edited": one.edited_ts is not None,
            "ephemeral": one.only_for is not None,
            "unread": one.ts in unread,
        }
        for one in messages
    ]


def _view(view: View) -> Json:
    shape = view.shape
    titles = {key: (shape.get(key) or {}).get("text") for key in ("title", "submit", "close")}
    return {
        "id": view.id,
        "hash": view.hash,
        "type": view.type,
        "callback_id": shape.get("callback_id") or "",
        **titles,
        "blocks": view.blocks,
        "external_id": view.external_id,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "loading": view.busy,
        "state": {"values": view.state},
    }
