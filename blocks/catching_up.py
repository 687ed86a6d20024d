"""What could not be asked in time, in one message: the reminders of one person that went stale together."""

from __future__ import annotations

from blocks import kit, words
from blocks.card import OPEN
from blocks.reminders import is_asked, question, timer_of
from bot.cases import CaseView
from bot.delivery import Drawing
from bot.desk import Desk
from bot.ports import Message
from bot.stored import Letter

MOST_LINES = 20
"""Under Slack's limits of a message, with room for long titles."""
ANSWERED = "No follow-up waits here any more."


def many(drawing: Drawing, desk: Desk) -> Message | None:
    """Every follow-up that still waits for an answer of this person, the most overdue first.

    None where nothing has been said yet, and nothing is left to be asked.
    """
    asked = [(letter, view) for letter, view in _in_order(drawing) if _waits(letter, view)]
    if not asked:
        return _all_answered() if drawing.letter.edits else None
    some, more = asked[:MOST_LINES], len(asked) - MOST_LINES
    count = f"{len(asked)} follow-ups wait" if len(asked) > 1 else "1 follow-up waits"
    told = f"{count} for you that could not be asked in time."
    blocks = (
        kit.section(f":alarm_clock: *{told}* The one that has waited longest stands first."),
        *(_line(letter, view, desk) for letter, view in some),
        *([kit.context(f"And {more} more: all of them stand in your Home.")] if more > 0 else []),
    )
    return Message(told, blocks)


def _in_order(drawing: Drawing) -> list[tuple[Letter, CaseView]]:
    all_of_them = [(drawing.letter, drawing.view), *drawing.together]
    return sorted(all_of_them, key=lambda each: (each[0].due or drawing.at, each[1].stored.number))


def _waits(letter: Letter, view: CaseView) -> bool:
    """Whether it is still to be answered, and by whom this is written to."""
    return letter.to == view.stored.owner and is_asked(view, letter.data["timer"])


def _line(letter: Letter, view: CaseView, desk: Desk) -> kit.Block:
    stored, timer = view.stored, timer_of(view, letter.data["timer"])
    step = question(view, timer) if timer else None
    assert timer is not None
    assert step is not None
    title = kit.escape(step.title)
    who = kit.escape(stored.case.facts.homeowner.name)
    due = f"{who} · due {kit.moment(timer.due, desk.zone)} {words.cited(timer.cites)}"
    return kit.section(
        f"*{stored.name}: {title}*\n{due}", accessory=kit.button("Open the case", OPEN, str(stored.number))
    )


def _all_answered() -> Message:
    return Message(ANSWERED, (kit.section(f":white_check_mark: {ANSWERED}"),))
