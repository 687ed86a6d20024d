"""App Home."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import home
from bot import confirmations
from handlers.front import Front, guarded


@dataclass(frozen=True, slots=True)
class HomeListeners:
    """What a person sees when they open the app."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.event("app_home_opened")(ack=self.acknowledge, lazy=[self.opened])

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
