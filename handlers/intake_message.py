"""The shortcut on a message, "Complaint from this message"."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from slack_bolt import App, Args
from slack_sdk.errors import SlackClientError

from blocks import intake as pages
from bot import drafts, intake_message, roles
from handlers.front import INVISIBLE, Front, guarded, user_of
from handlers.intake import open_window
from handlers.intake_pages import draw_in

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MessageListeners:
    """The message is kept as a draft before anything is opened, so it is not lost to a slow Slack."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.shortcut("complaint_from_message")(ack=self.acknowledge, lazy=[self.begin])

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    @guarded
    def begin(self, args: Args) -> None:
        """The form, with the words of the message under what happened."""
        user, body, now = user_of(args.body), args.body, self.front.now()
        roles.require(self.front.desk, user, roles.Act.OPEN)
        text = INVISIBLE.sub("", str(body["message"].get("text") or ""))
        known = intake_message.known_of(text, self.front.people.name_of)
        with self.front.desk.memory.write() as work:
            if not work.seen.first_time(f"from_message/{body['trigger_id']}", now):
                return
            begun = drafts.begin(work, user, now, known)
        try:
            window = open_window(args.client, str(body["trigger_id"]), pages.loading(), kept=True)
        finally:
            link = self._link(args)
            with self.front.desk.memory.write() as work:
                intake_message.keep_link(work, begun, link, self.front.now())
        draw_in(self.front, args.client, begun, window["id"], window["hash"])

    def _link(self, args: Args) -> str:
        """Where the message stands; empty where Slack does not say: the desk may not be in the channel."""
        channel, ts = str(args.body["channel"]["id"]), str(args.body["message_ts"])
        try:
            return str(args.client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])
        except (SlackClientError, OSError) as error:
            logger.warning("the link to a message could not be had (%s)", type(error).__name__)
            return ""
