"""What people write below a post of a case: it is a note on the case, as if it were typed in its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import App, Args

from bot import cases, roles, threads
from bot.attachments import file
from bot.roles import Act
from bot.stored import Posted
from handlers.front import Front, guarded
from handlers.questions import typed

PEOPLES_OWN = (None, "file_share", "thread_broadcast")
"""The kinds of messages that a person has just written; edits, joins and the like are none."""


def is_reply(event: Mapping[str, Any]) -> bool:
    """Whether somebody, not an app, answered below a post of a channel."""
    in_channel = event.get("channel_type") in ("channel", "group")
    answers = bool(event.get("thread_ts")) and event.get("thread_ts") != event.get("ts")
    return in_channel and answers and not event.get("bot_id") and event.get("subtype") in PEOPLES_OWN


@dataclass(frozen=True, slots=True)
class ThreadListeners:
    """Of all that is written in channels, only answers to the desk's own posts are looked at."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.event("message", matchers=[is_reply])(ack=self.acknowledge, lazy=[self.written])

    def acknowledge(self, args: Args) -> None:
        """Slack only wants to know that the event came."""
        args.ack()

    @guarded
    def written(self, args: Args) -> None:
        """A note, once; the desk's own reply in the thread says that it was kept."""
        event: Mapping[str, Any] = args.event or {}
        channel, user = str(event["channel"]), str(event.get("user") or "")
        text = typed(str(event.get("text") or ""))
        attached = [file(each) for each in event.get("files") or ()]
        desk, now = self.front.desk, self.front.now()
        with desk.memory.read() as work:
            post = work.outbox.letter_at(Posted(channel, str(event["thread_ts"])))
        if post is None or post.case_number is None or not (text or attached):
            return
        with desk.memory.write() as work:
            if not work.seen.first_time(f"message/{channel}/{event['ts']}", now):
                return
            may = roles.may(desk, user, Act.NOTE)
            if may:
                cases.add_note(work, post.case_number, text, user, now, attached)
            newest = threads.newest_post(work, post.case_number)
        self.front.wake()
        if not may:
            self._whisper(args, "This was not kept: only the people who work on complaints can add notes.")
        elif newest is None or newest.key != post.key:
            self._whisper(args, f"Kept as a note on HC-{post.case_number}.")

    def _whisper(self, args: Args, text: str) -> None:
        """An answer that only they see, where they wrote."""
        event: Mapping[str, Any] = args.event or {}
        args.client.chat_postEphemeral(
            channel=event["channel"], user=event["user"], thread_ts=event["thread_ts"], text=text
        )
