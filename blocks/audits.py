"""What the leads' channel is told when the auditor finds a promise that is not kept, and when it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from blocks import kit
from bot.auditing import HOMES, STUCK
from bot.delivery import Drawing
from bot.desk import Desk
from bot.ports import Message
from bot.stored import Trouble

LATE: Final[Mapping[str, str]] = {
    "follow_up": "Follow-ups are late",
    "errand": "Errands of the desk are late",
    "letter": "Messages wait to be sent",
    "order": "Another system does not do what it was asked to",
    HOMES: "Homes do not show what is so",
}
RUNS: Final = "Whoever runs the desk sees why in its log and at `/healthz`."


def found(drawing: Drawing, desk: Desk) -> Message:
    """Something is late, or a case would not come up again by itself."""
    trouble = drawing.about
    assert isinstance(trouble, Trouble)
    head, text = _said(trouble, desk)
    if trouble.mended_at is not None:
        return Message(f"Mended: {head}.", (kit.section(f":white_check_mark: ~*{head}.*~ No longer so."),))
    return Message(f"{head}.", (kit.section(f":rotating_light: *{head}.* {text}"),))


def _said(trouble: Trouble, desk: Desk) -> tuple[str, str]:
    """The sentence of the notification without its full stop, and what to do."""
    if trouble.kind == STUCK:
        name = f"HC-{trouble.subject}"
        return (
            f"{name} is open, and nothing would bring it up again",
            f"Look at it with `/complaint show {name}`, and note or report what is to happen next. {RUNS}",
        )
    head = LATE.get(trouble.subject, "Something of the desk is late")
    if trouble.starts is not None:
        head = f"{head}, the oldest since {kit.moment(trouble.starts, desk.zone)}"
    return head, f"Nothing is lost; it is done as soon as it can be. {RUNS}"
