"""What the pages of intake have in common."""

from __future__ import annotations

from collections.abc import Sequence

from blocks import kit
from bot.stored import Intake, IntakePage

TITLE = "Open a complaint"
MOST_BLOCKS = 99
BACK = "intake_back"
ANOTHER = "intake_another"
MORE = "intake_more"
"""Take another complaint: `ANOTHER` on the last page, `MORE` once the case is open."""
KEPT = "Kept as you type: `/complaint resume` brings it back"


def frame(intake: Intake, page: IntakePage, blocks: Sequence[kit.Block], submit: str = "Next") -> kit.Block:
    """A page of this intake. It carries which one it is, so that what comes late from it is known as late."""
    return kit.modal(
        f"intake_{page}",
        TITLE,
        blocks,
        submit=submit,
        close="Cancel",
        private_metadata=f"{intake.id}|{intake.sheet.number}",
        notify_on_close=True,
    )
