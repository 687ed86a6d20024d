"""conversations.*: reading back and listing (docs.slack.dev/reference/methods)."""

from collections.abc import Callable

from sandbox.directory import Channel
from sandbox.errors import SlackError
from sandbox.messages import Message
from sandbox.method import (
    Answer,
    Args,
    Method,
    joined_channel,
    known_channel,
    needed,
    page,
    scope_by_kind,
    truth,
)
from sandbox.payloads import channel_json, message_json
from sandbox.site import Site

_TYPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
HISTORY_DEFAULT, HISTORY_MAX, REPLIES_MAX = 100, 999, 1000


def open_direct(site: Site, args: Args) -> Answer:
    """conversations.open: the DM of one person with the app; of a deactivated one it is refused."""
    wanted = [one.strip() for one in str(args.get("users") or "").split(",") if one.strip()]
    if len(wanted) != 1:
        raise SlackError("users_list_not_supplied" if not wanted else "method_not_supported_for_channel_type")
    member = site.workspace.member(wanted[0])
    if member is None:
        raise SlackError("user_not_found")
    if member.deleted:
        raise SlackError("user_disabled")
    direct = site.workspace.app_channel(member.id)
    if direct is None:
        raise SlackError("cannot_dm_bot" if member.is_bot else "messages_tab_disabled")
    found = {"id": direct.id}
    if truth(args, "return_im"):
        found = channel_json(direct, site.workspace.app.bot_user)
    return {"no_op": True, "already_open": True, "channel": found}


def history(site: Site, args: Args) -> Answer:
    """conversations.history: newest first, without thread replies and ephemeral messages."""
    channel, within = joined_channel(site, args), _window(args)
    shown = [
        message
        for message in site.workspace.messages(channel.id)
        if (not message.is_reply or message.broadcast) and within(message)
    ]
    return _listing(site, shown[::-1], args, HISTORY_DEFAULT, HISTORY_MAX)


def replies(site: Site, args: Args) -> Answer:
    """conversations.replies: the parent first, then its replies, oldest first.

    Its page says that bots read threads of channels only by a user token, and lists channels:history and
    groups:history for bot tokens; the latter holds here.
    """
    channel, within = joined_channel(site, args), _window(args)
    parent = site.workspace.message(channel.id, needed(args, "ts"))
    if parent is None or parent.only_for:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        return _listing(site, [parent], args)
    shown = [one for one in site.workspace.replies(parent) if within(one)]
    return _listing(site, [parent, *shown], args)


def _window(args: Args) -> Callable[[Message], bool]:
    """Whether a message is between `oldest` and `latest`; the ends count with `inclusive` only."""
    oldest, latest = _ts(args, "oldest", 0.0), _ts(args, "latest", float("inf"))
    inclusive = truth(args, "inclusive")

    def within(message: Message) -> bool:
        ts = float(message.ts)
        inside = oldest <= ts <= latest if inclusive else oldest < ts < latest
        return inside and not message.only_for

    return within


def _ts(args: Args, name: str, default: float) -> float:
    value = args.get(name)
    if value in (None, "", "now"):
        return default
    try:
        return float(str(value))
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _listing(
    site: Site, messages: list[Message], args: Args, default: int = REPLIES_MAX, most: int = REPLIES_MAX
) -> Answer:
    shown, cursor = page(messages, args, default, most)
    everything = truth(args, "include_all_metadata")
    body: Answer = {
        "messages": [message_json(one, site.workspace, site.files, all_metadata=everything) for one in shown],
        "has_more": bool(cursor),
        "pin_count": 0,
    }
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def listing(site: Site, args: Args) -> Answer:
    """conversations.list, of the types asked for."""
    wanted = _types(args)
    bot = site.workspace.app.bot_user
    found = [
        channel_json(channel, bot)
        for channel in site.workspace.channels.values()
        if _type(channel) in wanted
        and not (channel.private and bot not in channel.members)
        and not (channel.archived and truth(args, "exclude_archived"))
    ]
    shown, cursor = page(found, args, 100, 1000)
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def _types(args: Args) -> list[str]:
    return [one.strip() for one in str(args.get("types") or "public_channel").split(",")]


def _type(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.private else "public_channel"


def _listing_scope(site: Site, args: Args) -> str:
    """The first scope that is missing for the types asked for."""
    scopes = [_TYPES[one] for one in _types(args) if one in _TYPES]
    if len(scopes) != len(_types(args)):
        raise SlackError("invalid_types")
    held = site.workspace.app.manifest.scopes
    return next((one for one in scopes if one not in held), scopes[0])


def info(site: Site, args: Args) -> Answer:
    """conversations.info."""
    body = channel_json(known_channel(site, args), site.workspace.app.bot_user)
    if not truth(args, "include_num_members"):
        body.pop("num_members", None)
    return {"channel": body}


def members(site: Site, args: Args) -> Answer:
    """conversations.members."""
    channel = known_channel(site, args)
    shown, cursor = page(list(channel.members), args, 100, 1000)
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}


def join(site: Site, args: Args) -> Answer:
    """conversations.join: public channels only."""
    channel = known_channel(site, args)
    bot = site.workspace.app.bot_user
    if channel.is_im or channel.private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if bot in channel.members:
        return {"channel": channel_json(channel, bot), "warning": "already_in_channel"}
    return {"channel": channel_json(site.workspace.join(channel, bot), bot)}


CONVERSATION_METHODS = {
    "conversations.open": Method(open_direct, "im:write"),
    "conversations.history": Method(history, scope_by_kind("history")),
    "conversations.replies": Method(replies, scope_by_kind("history")),
    "conversations.list": Method(listing, _listing_scope),
    "conversations.info": Method(info, scope_by_kind("read")),
    "conversations.members": Method(members, scope_by_kind("read")),
    "conversations.join": Method(join, "channels:join"),
}
