"""`/complaint report`: figures for the leads."""

from __future__ import annotations

from blocks import reports as blocks
from bot import reports
from bot.ports import Message
from handlers.front import Front


def report_message(front: Front, user: str) -> Message:
    """The figures at this moment. Raises NotAllowed."""
    with front.desk.memory.read() as work:
        return blocks.message(reports.report(work, front.desk, user, front.now()))
