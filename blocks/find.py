"""What `/complaint find` shows: cases, the open ones first, only to who asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from blocks import kit, words
from blocks.card import OPEN
from bot.desk import Desk
from bot.due import acts_at
from bot.ports import Message
from bot.sop import Case
from bot.stored import StoredCase

SHOWN: Final = 10
COUNTED: Final = 100
"""Up to how many are counted; more than that are “more than”."""
LINE_LIMIT: Final = 900
WAITING: Final = {
    "front_line": "the front line’s queue",
    "trained_agent": "the trained agents’ queue",
    "back_office": "the back office’s queue",
}
HOW: Final = (
    "Type words of it, each as far as you know it: a case’s number, the homeowner’s name, address or phone, "
    "the installer, a ticket, or what was said. For example `/complaint find hanna sunny`."
)


def found(cases: Sequence[StoredCase], desk: Desk, now: datetime) -> Message:
    """The first of these cases, each with a button that opens it, and how many more there are."""
    shown, more = cases[:SHOWN], len(cases) - SHOWN
    text = "One case found." if len(cases) == 1 else f"{_count(len(cases))} cases found."
    blocks = [
        kit.section(f"*{text}* Open ones stand first, then the newest."),
        *(_line(each, desk, now) for each in shown),
    ]
    if more > 0:
        blocks.append(kit.context(f"{_count(more, COUNTED - SHOWN)} more. Type more words to find fewer."))
    return Message(text, tuple(blocks))


def asked_for_nothing() -> Message:
    """Nothing was typed after `find`."""
    text = "What are you looking for?"
    return Message(text, (kit.section(f"{text} {HOW}"),))


def nothing(typed: str) -> Message:
    """No case holds all of these words."""
    text = "No case was found."
    words = kit.escape(kit.clip(typed, 200))
    said = f"No case holds all of “{words}”. Try fewer words, or only their beginnings."
    return Message(text, (kit.section(said), kit.context(HOW)))


def _line(stored: StoredCase, desk: Desk, now: datetime) -> kit.Block:
    case, homeowner = stored.case, stored.case.facts.homeowner
    who = kit.escape(kit.clip(homeowner.name, 100)) or "Homeowner not known"
    about = f"*{stored.name}* · {who} · {kit.escape(words.category(case.facts))}"
    where = " · ".join(
        kit.escape(kit.clip(each, 150)) for each in (homeowner.address, _installer(stored)) if each
    )
    state = f"{_state(case, now)} · {_owner(stored)}{_next(stored, desk)}"
    text = "\n".join(filter(None, (about, state, where)))
    return kit.section(kit.clip(text, LINE_LIMIT), kit.button("Open", OPEN, str(stored.number)))


def _state(case: Case, now: datetime) -> str:
    """How it stands, in the words of its card: what waits for its date may have been asked by now."""
    due = acts_at(case)
    if case.state == "waiting" and due is not None and due <= now:
        return "An answer is due"
    return words.STATES[case.state]


def _installer(stored: StoredCase) -> str:
    return stored.case.facts.installer.name


def _owner(stored: StoredCase) -> str:
    return kit.mention(stored.owner) if stored.owner else f"in {WAITING[stored.team]}"


def _next(stored: StoredCase, desk: Desk) -> str:
    """The next date of an open case."""
    running = stored.case.running
    open_case = running and stored.case.state != "closed"
    return f" · next {kit.moment(running[0].due, desk.zone)}" if open_case else ""


def _count(number: int, most: int = COUNTED) -> str:
    return f"More than {most}" if number > most else str(number)
