"""App Home, and the direct messages people write to the desk."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import home
from blocks.help import help_page
from bot import confirmations
from handlers.front import Front, guarded


@dataclass(frozen=True, slots=True)
class HomeListeners:
    """What a person sees when they open the app."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.event("app_home_opened")(ack=self.acknowledge, lazy=[self.opened])
        app.event("message")(ack=self.acknowledge, lazy=[self.written])

    def acknowledge(self, args: Args) -> None:
        """Slack only wants to know that the event came."""
        args.ack()

    @guarded
    def opened(self, args: Args) -> None:
        """Draw the Home tab anew each time it is opened."""
        event = args.event or {}
        if event.get("tab") != "home":
            return
        user, desk = str(event["user"]), self.front.desk
        with desk.memory.read() as work:
            mine = work.cases.open_of(user)
        view = home.home(mine, confirmations.tagging(desk, self.front.now()), desk)
        args.client.views_publish(user_id=user, view=view)

    @guarded
    def written(self, args: Args) -> None:
        """A direct message to the desk gets help; what the desk itself or an edit says gets nothing."""
        event = args.event or {}
        if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype"):
            return
        with self.front.desk.memory.write() as work:
            if not work.seen.first_time(f"message/{event['channel']}/{event['ts']}", self.front.now()):
                return
        message = help_page()
        args.client.chat_postMessage(
            channel=event["channel"], text=message.text, blocks=[dict(block) for block in message.blocks]
        )
