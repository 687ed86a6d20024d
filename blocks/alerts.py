"""What the leads are told of an installer about whom several homeowners complain. No homeowner's data."""

from __future__ import annotations

from blocks import kit
from blocks.card import OPEN
from bot.alerts import Alert
from bot.delivery import Drawing
from bot.ports import Message

MOST = 40


def alert(drawing: Drawing) -> Message | None:
    """The alert, with every case so far; it is drawn anew with each that is added."""
    about = drawing.about
    if not isinstance(about, Alert):
        return None
    names = [f"HC-{number}" for number in about.numbers]
    shown = ", ".join(names[-MOST:])
    older = f" and {len(names) - MOST} older ones" if len(names) > MOST else ""
    installer, since = kit.escape(kit.clip(about.installer, 200)), f"{about.since:%b} {about.since.day}"
    text = f":rotating_light: *{installer}: {len(names)} complaints since {since}*\n{shown}{older}"
    blocks = (
        kit.section(text),
        kit.context("Several homeowners complain about the same installer (`alerts` in desk.yaml)."),
    )
    return Message(f"An installer has {len(names)} complaints: {shown}.", blocks)


def another(drawing: Drawing) -> Message | None:
    """A later case, below the alert."""
    about = drawing.about
    if not isinstance(about, Alert):
        return None
    (number,) = about.numbers
    button = kit.button("Open the case", OPEN, str(number))
    return Message(
        f"HC-{number} concerns the same installer.",
        (kit.section(f"*HC-{number}* concerns the same installer.", button, block_id=f"alert_{number}"),),
    )
