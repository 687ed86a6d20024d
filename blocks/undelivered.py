"""What could not be delivered: what it was, to whom, when it was promised, what Slack said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from blocks import kit
from bot.desk import Desk
from bot.overview import DeadLetter
from bot.ports import Message

AGAIN = "undelivered_again"
DROP = "undelivered_drop"
MOST = 10
KINDS: Final[Mapping[str, str]] = {
    "card": "the case card",
    "confirmation": "the Concert check",
    "reminder": "a reminder",
    "prompt": "a prompt",
    "unconfirmed": "that nobody answered the Concert check",
    "decision": "that a decision is needed",
    "review": "that a case is for the leads to look at",
    "notice": "news of a case",
    "digest": "the morning summary",
    "queued": "that a case waits to be taken",
    "escalated": "that a lead is asked to look",
}


def listed(letters: Sequence[DeadLetter], desk: Desk) -> Iterator[kit.Block]:
    """Each with what can be done about it. No personal data."""
    for letter in letters:
        yield kit.section(_line(letter, desk))
        yield kit.actions(*_buttons(letter), block_id=f"undelivered_{letter.id}")


def message(letters: Sequence[DeadLetter], total: int, desk: Desk, said: str = "") -> Message:
    """The answer to `/complaint undelivered`; `said` tells what was just decided."""
    blocks = [kit.section(said)] if said else []
    if not letters:
        blocks.append(kit.section(":white_check_mark: Everything was delivered."))
    blocks += listed(letters, desk)
    if total > len(letters):
        blocks.append(kit.context(f"{total - len(letters)} more; decide about these first."))
    count = f"{total} messages were not delivered." if total != 1 else "One message was not delivered."
    return Message(count if total else "Everything was delivered.", tuple(blocks))


def what(letter: DeadLetter) -> str:
    """What it was, as it goes on in a sentence: `HC-1001: a reminder`."""
    title = KINDS.get(letter.kind, letter.kind.replace("_", " "))
    about = f"HC-{letter.case_number}: " if letter.case_number else ""
    return f"{about}{'an update of ' if letter.is_edit else ''}{title}"


def _line(letter: DeadLetter, desk: Desk) -> str:
    promised = kit.moment(letter.promised_at, desk.zone)
    code = letter.said.rpartition("Slack refused with ")[2]
    said = kit.escape(kit.clip(code, 300)) or "nothing"
    head = f":incoming_envelope: *{kit.escape(what(letter))}* for {to(letter)}"
    return f"{head}\nPromised {promised}. Slack said: {said}"


def to(letter: DeadLetter) -> str:
    """For whom it was."""
    if letter.to.startswith(("U", "W")) and letter.to.isupper():
        return kit.mention(letter.to)
    if letter.to.startswith(("C", "G", "D")) and letter.to.isupper():
        return f"<#{letter.to}>"
    return f"#{kit.escape(letter.to.removeprefix('#'))}" if letter.to else "a post that is gone"


def _buttons(letter: DeadLetter) -> list[kit.Block]:
    sure = kit.confirm(
        "Drop this message?",
        "It will not be sent. That you dropped it is kept in the timeline of its case.",
        "Drop it",
        "Keep it",
    )
    return [
        kit.button("Send again", AGAIN, str(letter.id)),
        kit.button("Drop", DROP, str(letter.id), confirm=sure),
    ]
