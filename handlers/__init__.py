"""What comes in: Slack's payloads, and the clock."""

from __future__ import annotations

from slack_bolt import App, BoltResponse

from handlers.cases import CaseListeners
from handlers.commands import Commands
from handlers.confirmations import ConfirmationListeners
from handlers.front import Front
from handlers.home import HomeListeners
from handlers.intake import IntakeListeners


def register(app: App, front: Front) -> None:
    """Tell Bolt everything that the desk listens to."""
    for listeners in (Commands, IntakeListeners, CaseListeners, ConfirmationListeners, HomeListeners):
        listeners(front).register(app)
    app.error(_unhandled)


def _unhandled() -> BoltResponse:
    """What nobody listens to is acknowledged: an old button must not show Slack's warning triangle."""
    return BoltResponse(status=200)
