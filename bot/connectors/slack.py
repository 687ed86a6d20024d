"""Slack, for what the desk says of its own accord: posts, edits, and looking back after a lost reply.

Methods: https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from typing import Any, NoReturn

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import OutcomeUnknown, RateLimited, Rejected
from bot.ports import Message
from bot.stored import Posted

EVENT_TYPE = "complaint_desk_letter"
CONVERSATION_ID = re.compile(r"[CDGUW][A-Z0-9]{5,}")
REFUSAL = re.compile(r"[a-z_]+")
PERHAPS_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
MENDED_BY_A_PERSON = frozenset(
    {
        "account_inactive",
        "channel_not_found",
        "invalid_auth",
        "missing_scope",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""Refusals of the app, not of the letter: it is kept, and tried again, until somebody has mended them."""
GONE = "message_not_found"
PAGE = 200
UNSAID_WAIT = 30
"""Seconds to wait where Slack asks to wait and does not say how long."""
FAULTS = (SlackClientError, OSError, HTTPException)


@dataclass(slots=True)
class SlackMessenger:
    """The Messenger port over a WebClient.

    The client must not try again by itself: after a lost reply its default would post a second time.
    """

    client: WebClient
    _ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take every automatic retry from the client."""
        self.client.retry_handlers.clear()

    def post(self, to: str, message: Message, delivery_id: str, thread: Posted | None = None) -> Posted:
        """Post once; `to` is a user id, a channel id or a channel's name."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"letter": delivery_id}}
        try:
            answer = self.client.chat_postMessage(
                channel=self._id_of(to),
                text=message.text,
                blocks=[dict(block) for block in message.blocks],
                metadata=metadata,
                thread_ts=thread.ts if thread else None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except FAULTS as error:
            translate(error, f"posting to {to}")
        return Posted(channel=str(answer["channel"]), ts=str(answer["ts"]))

    def edit(self, posted: Posted, message: Message) -> None:
        """Rewrite a post; repeating it does no harm."""
        try:
            self.client.chat_update(
                channel=posted.channel,
                ts=posted.ts,
                text=message.text,
                blocks=[dict(block) for block in message.blocks],
            )
        except FAULTS as error:
            translate(error, f"rewriting the post {posted.ts} in {posted.channel}")

    def delete(self, posted: Posted) -> None:
        """Take a post away; one that is gone already is no error."""
        try:
            self.client.chat_delete(channel=posted.channel, ts=posted.ts)
        except FAULTS as error:
            if not (isinstance(error, SlackApiError) and error.response.get("error") == GONE):
                translate(error, f"taking away the post {posted.ts} in {posted.channel}")

    def find(self, to: str, delivery_id: str, since: datetime, thread: Posted | None = None) -> Posted | None:
        """Search the channel or the thread since `since` for the post that carries this delivery's id."""
        try:
            channel = self._conversation(to)
            for post in self._history(channel, since, thread):
                if _letter_of(post) == delivery_id:
                    return Posted(channel=channel, ts=str(post["ts"]))
        except FAULTS as error:
            translate(error, f"looking back in {to}")
        return None

    def _history(self, channel: str, since: datetime, thread: Posted | None) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            asked: dict[str, Any] = {
                "channel": channel,
                "oldest": f"{since.timestamp():.6f}",
                "include_all_metadata": True,
                "limit": PAGE,
                "cursor": cursor or None,
            }
            if thread is None:
                page = self.client.conversations_history(**asked)
            else:
                page = self.client.conversations_replies(ts=thread.ts, **asked)
            yield from page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    def _conversation(self, to: str) -> str:
        """History needs the direct message's own id where a post is content with the user's."""
        target = self._id_of(to)
        if not target.startswith(("U", "W")):
            return target
        if target not in self._ids:
            self._ids[target] = str(self.client.conversations_open(users=target)["channel"]["id"])
        return self._ids[target]

    def _id_of(self, to: str) -> str:
        if CONVERSATION_ID.fullmatch(to):
            return to
        name = to.removeprefix("#")
        if name not in self._ids:
            self._ids |= {channel["name"]: channel["id"] for channel in self._channels()}
        if name not in self._ids:
            raise OutcomeUnknown(
                f"There is no channel #{name} that the desk can see. "
                "Invite the desk to it, or mend `channels` in desk.yaml."
            )
        return self._ids[name]

    def _channels(self) -> Iterator[dict[str, str]]:
        cursor = ""
        while True:
            page = self.client.conversations_list(
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor or None,
            )
            yield from page["channels"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return


def _letter_of(post: dict[str, Any]) -> str:
    """The id of the delivery that made a post; empty for anybody else's."""
    metadata = post.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return ""
    return str((metadata.get("event_payload") or {}).get("letter", ""))


def translate(error: Exception, doing: str) -> NoReturn:
    """Slack's errors and the network's, in the desk's words."""
    if isinstance(error, SlackApiError):
        _translate_answer(error, doing)
    raise OutcomeUnknown(f"{doing}: no answer ({type(error).__name__})") from error


def _translate_answer(error: SlackApiError, doing: str) -> NoReturn:
    status, code = error.response.status_code, str(error.response.get("error"))
    if status == 429 or code == "ratelimited":
        asked = str(error.response.headers.get("Retry-After", ""))
        seconds = int(asked) if asked.isdecimal() else UNSAID_WAIT
        raise RateLimited(f"{doing}: Slack asks to wait {seconds} s", seconds) from error
    if not REFUSAL.fullmatch(code):
        raise OutcomeUnknown(f"{doing}: the answer ({status}) is not Slack's") from error
    if status >= 500 or code in PERHAPS_DONE | MENDED_BY_A_PERSON:
        raise OutcomeUnknown(f"{doing}: Slack answered {code}") from error
    raise Rejected(f"{doing}: Slack refused with {code}") from error
