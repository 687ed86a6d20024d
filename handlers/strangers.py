"""People of another workspace, who see the desk's posts in a channel that two workspaces share.

They can press what they see, and Slack says whose they are: `user.team_id`, of what they write `user_team`.
On Enterprise Grid one organisation has several workspaces; there the roles alone decide.
Source: docs.slack.dev/apis/slack-connect.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import App, Args, BoltResponse

from handlers.front import Front, Payload, tell

logger = logging.getLogger(__name__)

NOT_FROM_HERE: Final = (
    "Complaint Desk is for the workspace that it belongs to, and you are from another one. "
    "Nothing was changed. Ask somebody there to do it for you."
)


@dataclass(frozen=True, slots=True)
class Strangers:
    """Stands before every listener."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.middleware(self.refuse)

    def refuse(self, args: Args) -> BoltResponse | None:
        """Who is from elsewhere is told so in private, and goes no further."""
        own = args.context.authorize_result
        if own is None or own.enterprise_id or not own.team_id or is_from(args.body, own.team_id):
            args.next()
            return None
        logger.warning("somebody of another workspace was refused (%s)", args.body.get("type") or "command")
        match args.body.get("type"):
            case "event_callback" | "view_closed":
                args.ack()
            case "block_suggestion":
                args.ack(options=[])
            case _:
                tell(args, NOT_FROM_HERE)
        return args.ack.response


def is_from(body: Payload, team_id: str) -> bool:
    """Whether who acts is of this workspace, or Slack does not say."""
    return all(said == team_id for said in _teams(body) if said)


def _teams(body: Payload) -> Iterator[Any]:
    """What Slack says of whose they are."""
    user, event = body.get("user"), body.get("event")
    if isinstance(user, dict):
        yield user.get("team_id")
    if isinstance(event, dict):
        yield event.get("user_team")
    if "command" in body:
        yield body.get("team_id")
