"""Which letter is drawn how."""

from __future__ import annotations

from collections.abc import Mapping

from blocks import card, confirmations, reminders
from bot.delivery import Draw, Drawing
from bot.desk import Desk
from bot.ports import Message

DRAWN: Mapping[str, Draw] = {
    "card": lambda drawing, desk: card.card(drawing.view, desk),
    "confirmation": lambda drawing, desk: confirmations.request(
        drawing.view, drawing.tagging, drawing.letter.data["occasion"], desk
    ),
    "reminder": lambda drawing, desk: reminders.reminder(drawing.view, drawing.letter.data["timer"], desk),
    "prompt": lambda drawing, _desk: reminders.prompt(drawing.view, drawing.letter.data["timer"]),
    "unconfirmed": lambda drawing, _desk: reminders.unconfirmed(drawing.view),
    "decision": lambda drawing, _desk: reminders.decision(drawing.view),
    "review": lambda drawing, _desk: reminders.review(drawing.view),
    "notice": lambda drawing, _desk: reminders.notice(drawing.view, int(drawing.letter.data["entry"])),
}


def draw(drawing: Drawing, desk: Desk) -> Message | None:
    """The message of a letter as the case stands now; None when it is no longer owed."""
    return DRAWN[drawing.letter.kind](drawing, desk)
