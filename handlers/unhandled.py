"""What nobody listens to, such as an old button: acknowledged and answered, not left to Slack's warning."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from slack_bolt import App, Args

from bot.errors import CaseError
from handlers.front import Front, guarded

logger = logging.getLogger(__name__)

ANYTHING = re.compile("")


@dataclass(frozen=True, slots=True)
class Unhandled:
    """The last listeners of all: Bolt asks them when every other one has declined."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        for kind in (app.action, app.view, app.shortcut, app.command):
            kind(ANYTHING)(self.refuse)
        app.options(ANYTHING)(self.offer_nothing)
        app.view_closed(ANYTHING)(self.acknowledge)
        app.event(ANYTHING)(self.acknowledge)

    @guarded
    def refuse(self, args: Args) -> None:
        """Somebody used what this version of the desk no longer has."""
        action = (args.body.get("actions") or [{}])[0].get("action_id")
        form = (args.body.get("view") or args.body).get("callback_id")
        logger.warning("nobody listens to %s (action %s, form %s)", args.body.get("type"), action, form)
        raise CaseError(
            "This comes from another version of the desk, and nothing was changed. "
            "Type /complaint mine to open the case anew."
        )

    def offer_nothing(self, args: Args) -> None:
        """A menu of another version stays empty."""
        args.ack(options=[])

    def acknowledge(self, args: Args) -> None:
        """Slack only wants to know that it came."""
        args.ack()
