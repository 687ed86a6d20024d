"""chat.*: posting, updating, deleting (docs.slack.dev/reference/methods)."""

import time

from sandbox.directory import Channel
from sandbox.errors import SlackError
from sandbox.messages import Message
from sandbox.method import Answer, Args, Method, known_channel, needed, truth
from sandbox.payloads import message_json
from sandbox.posting import UPDATE_TEXT_MAX, content
from sandbox.site import Site

POST_SECONDS = 1.0


class PostingPace:
    """Slack's special limit: about one chat.postMessage a second per channel."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def check(self, args: Args) -> None:
        """Refuse what comes too soon after the last post to the same channel."""
        channel, now = str(args.get("channel")), time.monotonic()
        if now - self._last.get(channel, -POST_SECONDS) < POST_SECONDS:
            raise SlackError("ratelimited", retry_after=1)
        self._last[channel] = now


def post_message(site: Site, args: Args) -> Answer:
    """chat.postMessage. A user id as channel means the DM of that person with the app.

    To a deactivated person it succeeds, and nobody reads it: their conversation still exists
    (python-slack-sdk issue 1156). `deleted` of users.info tells; conversations.open answers user_disabled.
    """
    _refuse_impersonation(site, args)
    channel = _target(site, args)
    said = content(args)
    message = site.workspace.post(
        channel,
        site.workspace.app.bot_user,
        said.text,
        said.blocks,
        thread_ts=_thread(site, channel, args),
        metadata=said.metadata,
        broadcast=truth(args, "reply_broadcast") and bool(args.get("thread_ts")),
    )
    site.events.message_posted(message)
    body = message_json(message, site.workspace, site.files, all_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": body}


def update(site: Site, args: Args) -> Answer:
    """chat.update. Text without blocks removes the blocks; a user id is no channel here."""
    channel = known_channel(site, args)
    message = _own_message(site, channel, args, "cant_update_message")
    if len(str(args.get("text") or "")) > UPDATE_TEXT_MAX:
        raise SlackError("msg_too_long", [f"text is at most {UPDATE_TEXT_MAX} characters in chat.update"])
    said = content(args)
    changes = {"metadata": said.metadata} if args.get("metadata") is not None else {}
    after = site.workspace.edit(message, said.text, said.blocks, **changes)
    site.events.message_changed(message, after)
    body = message_json(after, site.workspace, site.files, all_metadata=True)
    return {"channel": channel.id, "ts": after.ts, "text": after.text, "message": body}


def delete(site: Site, args: Args) -> Answer:
    """chat.delete."""
    channel = known_channel(site, args)
    message = _own_message(site, channel, args, "cant_delete_message")
    site.workspace.delete(message)
    site.events.message_deleted(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(site: Site, args: Args) -> Answer:
    """chat.postEphemeral: seen by one member only, in no history, and never updated."""
    _refuse_impersonation(site, args)
    channel = _open_channel(site, known_channel(site, args))
    person = needed(args, "user")
    if site.workspace.member(person) is None:
        raise SlackError("user_not_found")
    if person not in channel.members:
        raise SlackError("user_not_in_channel")
    said = content(args)
    message = site.workspace.post(
        channel,
        site.workspace.app.bot_user,
        said.text,
        said.blocks,
        thread_ts=_thread(site, channel, args),
        only_for=person,
    )
    return {"message_ts": message.ts}


def get_permalink(site: Site, args: Args) -> Answer:
    """chat.getPermalink; a reply's link names its thread."""
    channel = known_channel(site, args)
    message = site.workspace.message(channel.id, needed(args, "message_ts"))
    if message is None or message.only_for:
        raise SlackError("message_not_found")
    link = f"{site.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _target(site: Site, args: Args) -> Channel:
    wanted = str(args.get("channel") or "")
    member = site.workspace.member(wanted)
    if member is not None and not member.is_bot:
        direct = site.workspace.app_channel(wanted)
        if direct is None:
            raise SlackError("messages_tab_disabled")
        return direct
    return _open_channel(site, known_channel(site, args))


def _open_channel(site: Site, channel: Channel) -> Channel:
    """A channel that takes the app's posts."""
    app = site.workspace.app
    if channel.archived:
        raise SlackError("is_archived")
    if app.bot_user not in channel.members and "chat:write.public" not in app.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def _thread(site: Site, channel: Channel, args: Args) -> str | None:
    """The parent's ts; a reply's ts stands for its parent."""
    wanted = args.get("thread_ts")
    if wanted in (None, ""):
        return None
    parent = site.workspace.message(channel.id, str(wanted))
    if parent is None or parent.only_for:
        raise SlackError("thread_not_found")
    return parent.thread_ts or parent.ts


def _own_message(site: Site, channel: Channel, args: Args, refusal: str) -> Message:
    message = site.workspace.message(channel.id, needed(args, "ts"))
    if message is None or message.only_for:
        raise SlackError("message_not_found")
    if not message.by_app:
        raise SlackError(refusal)
    return message


def _refuse_impersonation(site: Site, args: Args) -> None:
    if args.get("as_user"):
        raise SlackError("as_user_not_supported")
    scopes = site.workspace.app.manifest.scopes
    disguise = [name for name in ("username", "icon_emoji", "icon_url") if args.get(name)]
    if disguise and "chat:write.customize" not in scopes:
        provided = ",".join(sorted(scopes))
        raise SlackError("missing_scope", needed="chat:write.customize", provided=provided)


CHAT_METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.getPermalink": Method(get_permalink),
}
