"""What comes in: Slack's payloads, and the clock."""

from __future__ import annotations

from slack_bolt import App

from handlers.cases import CaseListeners
from handlers.commands import Commands
from handlers.confirmations import ConfirmationListeners
from handlers.directory import DirectoryListeners
from handlers.drafts import DraftListeners
from handlers.forms import FormListeners
from handlers.front import Front
from handlers.hands import HandsListeners
from handlers.home import HomeListeners
from handlers.intake import IntakeListeners
from handlers.intake_message import MessageListeners
from handlers.oncall import OncallListeners
from handlers.orders import OrderListeners
from handlers.questions import QuestionListeners
from handlers.queue import QueueListeners
from handlers.staff import StaffListeners
from handlers.strangers import Strangers
from handlers.threads import ThreadListeners
from handlers.undelivered import UndeliveredListeners
from handlers.unhandled import Unhandled


def register(app: App, front: Front) -> None:
    """Tell Bolt everything that the desk listens to; what nobody else takes comes to the last."""
    rooms = (
        Strangers,
        Commands,
        IntakeListeners,
        DraftListeners,
        MessageListeners,
        DirectoryListeners,
        CaseListeners,
        FormListeners,
        OrderListeners,
        HandsListeners,
        QueueListeners,
        ConfirmationListeners,
        OncallListeners,
        StaffListeners,
        ThreadListeners,
        QuestionListeners,
        HomeListeners,
        UndeliveredListeners,
        Unhandled,
    )
    for listeners in rooms:
        listeners(front).register(app)
