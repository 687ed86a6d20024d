"""What `/complaint help` says, and what an unknown word gets."""

from __future__ import annotations

from blocks import kit
from bot.ports import Message

COMMANDS = {
    "/complaint": "open a complaint: a form asks, the SOP answers",
    "/complaint mine": "your open cases and what is due next",
    "/complaint show HC-1001": "one case, with its steps and timeline",
    "/complaint oncall": "who answers Concert checks now",
    "/complaint help": "this page",
}


def help_page(unknown: str = "") -> Message:
    """The help; after a word the desk does not know, with a line that says so."""
    lines = [f"`{command}` – {what}" for command, what in COMMANDS.items()]
    blocks = (
        kit.section(_first(unknown)),
        kit.section("\n".join(lines)),
        kit.context("Reminders come in your messages with the desk. A person closes a case, never the desk."),
        kit.context("R-… is a rule of the SOP, D-… a default of this desk."),
    )
    return Message("What Complaint Desk can do.", blocks)


def _first(unknown: str) -> str:
    if unknown:
        word = kit.escape(kit.clip(unknown, 80))
        return f":grey_question: I do not know “{word}”. This is what I do know:"
    return (
        "*Complaint Desk* keeps a homeowner’s complaint on the SOP’s track, "
        "and comes back to you when something is due."
    )
