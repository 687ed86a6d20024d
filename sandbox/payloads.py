"""The JSON that Slack shows an app: users, channels, messages, views, and what envelopes carry.

Shapes follow docs.slack.dev: reference/objects, reference/interaction-payloads, reference/events.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.directory import GENERAL, SLACKBOT, App, Channel, Member, Team
from sandbox.files import Files
from sandbox.messages import Message
from sandbox.workspace import Workspace

Payload = dict[str, Any]
VERIFICATION_TOKEN = "sandbox-verification"  # noqa: S105 - Slack's deprecated token, worth nothing


def user_json(member: Member, team: Team, now: datetime, *, with_email: bool) -> Payload:
    """A user object; `tz_offset` is that of the given instant, so it follows daylight saving.

    Of a deactivated person Slack shows less: no zone, no real_name beside the profile, no is_admin.
    """
    profile = {
        "title": member.title,
        "real_name": member.real_name,
        "real_name_normalized": member.real_name,
        "display_name": member.name,
        "display_name_normalized": member.name,
        "team": team.id,
    }
    if with_email and not member.is_bot:
        profile["email"] = member.email
    body = {
        "id": member.id,
        "team_id": team.id,
        "name": member.name,
        "deleted": member.deleted,
        "profile": profile,
        "is_bot": member.is_bot and member.id != SLACKBOT,
        "is_app_user": False,
        "updated": 0,
    }
    return body if member.deleted else body | _active_json(member, now)


def _active_json(member: Member, now: datetime) -> Payload:
    offset = ZoneInfo(member.tz).utcoffset(now)
    return {
        "real_name": member.real_name,
        "tz": member.tz,
        "tz_label": member.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": False,
        "is_owner": False,
    }


def channel_json(channel: Channel, viewer: str) -> Payload:
    """A conversation object as the app's bot user sees it."""
    if channel.is_im:
        return {"id": channel.id, "created": 0, "is_im": True, "is_archived": False, "user": channel.person}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": channel.name == GENERAL,
        "is_member": viewer in channel.members,
        "created": 0,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def message_json(
    message: Message, workspace: Workspace, files: Files, *, all_metadata: bool = False
) -> Payload:
    """A message object. Of its metadata only the event_type is shown, unless all is asked for (S1501)."""
    app, team = workspace.app, workspace.team
    body: Payload = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    body["team"] = team.id
    if message.by_app:
        body |= {"bot_id": app.bot_id, "app_id": app.id, "bot_profile": bot_profile(app, team)}
    if message.blocks:
        body["blocks"] = list(message.blocks)
    if message.metadata:
        event_type = message.metadata["event_type"]
        body["metadata"] = message.metadata if all_metadata else {"event_type": event_type}
    if message.edited_ts:
        body["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.broadcast:
        body |= {"subtype": "thread_broadcast"} | _root_json(message, workspace, files)
    if message.files:
        found = [files.find(file_id) for file_id in message.files]
        shown = [files.json(file) for file in found if file]
        body |= {"subtype": "file_share", "files": shown, "upload": False}
    return body | _thread_json(message, workspace)


def _root_json(reply: Message, workspace: Workspace, files: Files) -> Payload:
    root = workspace.message(reply.channel, reply.thread_ts or "")
    return {"root": message_json(root, workspace, files)} if root else {}


def _thread_json(message: Message, workspace: Workspace) -> Payload:
    if message.is_reply:
        return {"thread_ts": message.thread_ts}
    replies = workspace.replies(message)
    if not replies:
        return {}
    authors = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": authors,
        "reply_users_count": len(authors),
        "latest_reply": replies[-1].ts,
    }


def bot_profile(app: App, team: Team) -> Payload:
    """The bot as messages show it."""
    return {
        "id": app.bot_id,
        "app_id": app.id,
        "user_id": app.bot_user,
        "name": app.name,
        "team_id": team.id,
        "deleted": False,
        "updated": 0,
    }


def interaction(kind: str, person: Member, workspace: Workspace) -> Payload:
    """What every interactive payload has."""
    team = workspace.team
    return {
        "type": kind,
        "token": VERIFICATION_TOKEN,
        "api_app_id": workspace.app.id,
        "team": {"id": team.id, "domain": team.domain},
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": team.id},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def slash_command(
    command: str, text: str, person: Member, channel: Channel, workspace: Workspace, **reply_ways: str
) -> Payload:
    """A slash command; `reply_ways` are trigger_id and response_url."""
    team = workspace.team
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app.id,
        "is_enterprise_install": "false",
        **reply_ways,
    }


def channel_name(channel: Channel) -> str:
    """The name that payloads carry: DMs and private channels have none."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.private else channel.name


def event_callback(event: Payload, event_id: str, event_time: int, workspace: Workspace) -> Payload:
    """The outer event of the Events API."""
    app, team = workspace.app, workspace.team
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": app.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }
