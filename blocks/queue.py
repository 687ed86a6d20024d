"""What a team's channel shows of a case: its number, what it is about, what is due. No personal data.

Channels are read by more people than those who work on complaints, so the homeowner is their initials, and
what people wrote in their own words is behind a button, for whoever may see cases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from blocks import kit, words
from blocks.card import OPEN
from bot.cases import CaseView
from bot.desk import Desk
from bot.hands import is_up
from bot.ports import Message
from bot.stored import Entry, StoredCase
from bot.timeline import HANDS, TEAMS

TAKE = "case_take"
NEXT = "queue_next"
DO = "case_do"
"""A button that opens something of a case: its value is `number|what`."""
READ = "entry_read"
SENT = ("released", "reassigned")
"""The lines that say how a case came into a queue."""
QUOTED = re.compile(r":? ?“.*”", re.DOTALL)
DID = {
    "note": "added a note",
    "taken": "took the case",
    "released": "put the case back into the queue",
    "handed_over": "handed the case over",
    "reassigned": "sent the case to another team",
    "escalated": "asked the leads to look",
    "attached": "attached something",
    "snoozed": "put the question off",
    "facts_learned": "changed facts of the case",
    "step_done": "did a step",
    "close_requested": "closed the case",
    "reopened": "reopened the case",
    "owner_away": "said that the owner is away",
    "lead_released": "released what was held",
}
"""What somebody did, without the words they used."""


def queued(view: CaseView, desk: Desk) -> Message:
    """The post of a case in its team's channel: to be taken, or who has it."""
    stored = view.stored
    if stored.case.state == "closed":
        return _over(view, f":white_check_mark: *{stored.name}* is closed.", desk)
    if stored.owner:
        return _over(view, f":bust_in_silhouette: *{stored.name}* · {holder(stored)}", desk)
    buttons = (
        kit.button("Take it", TAKE, str(stored.number), style="primary"),
        kit.button("Open", OPEN, str(stored.number)),
        kit.button("Next oldest", NEXT, stored.team),
    )
    blocks = (
        kit.section(f":inbox_tray: *{stored.name} waits for {TEAMS[stored.team]}.*\n{about(stored)}"),
        kit.context(*_due(view, desk), *_sent(view)),
        kit.actions(*buttons, block_id=f"queued_{stored.number}"),
    )
    return Message(f"{stored.name} waits for {TEAMS[stored.team]}.", blocks)


def requeued(view: CaseView) -> Message:
    """An older post of a case that came into a queue again."""
    name = view.stored.name
    text = f":inbox_tray: *{name}* is in a queue again; a newer post tells of it."
    return Message(f"{name} is in a queue again.", (kit.section(text),))


def put_up(view: CaseView, desk: Desk) -> Message:
    """A question that its owner leaves unanswered: the case can be taken (D-24)."""
    stored = view.stored
    closed = stored.case.state == "closed"
    if closed or not is_up(stored, view.timeline):
        now = "it is closed" if closed else holder(stored)
        text = f":white_check_mark: *{stored.name}* is looked after again: {now}."
        return Message(f"{stored.name} is looked after again.", (kit.section(text),))
    why = f"{kit.mention(stored.owner)} has not answered for four working hours; theirs until it is taken."
    blocks = (
        kit.section(
            f":raised_hand: *{stored.name} can be taken by one of {TEAMS[stored.team]}.*\n{about(stored)}"
        ),
        kit.context(*_due(view, desk), f"{why} {words.cited(['D-24'])}"),
        kit.actions(
            kit.button("Take it", TAKE, str(stored.number), style="primary"),
            kit.button("Open", OPEN, str(stored.number)),
            block_id=f"put_up_{stored.number}",
        ),
    )
    return Message(f"{stored.name} can be taken.", blocks)


def orphaned(view: CaseView, desk: Desk) -> Message:
    """The owner of a case has left Slack: the leads see to it that somebody has it (D-24)."""
    stored = view.stored
    if stored.owner or stored.case.state == "closed":
        return _over(view, f":white_check_mark: *{stored.name}*: {holder(stored)}.", desk)
    number = str(stored.number)
    blocks = (
        kit.section(
            f":warning: *{stored.name} has lost its owner, who is deactivated in Slack.*\n{about(stored)}"
        ),
        kit.context(
            *_due(view, desk), f"It waits in the queue of {TEAMS[stored.team]}. {words.cited(['D-24'])}"
        ),
        kit.actions(
            kit.button("Take it", TAKE, number, style="primary"),
            kit.button("Hand over …", f"{DO}:hand_over", f"{number}|hand_over"),
            kit.button("Open", OPEN, number),
            block_id=f"orphaned_{number}",
        ),
    )
    return Message(f"{stored.name} has lost its owner.", blocks)


def escalated(view: CaseView, entry: int) -> Message:
    """The leads are asked to look at a case."""
    stored, line = view.stored, view.timeline[entry]
    closed = stored.case.state == "closed"
    buttons = [
        kit.button("Read why", READ, f"{stored.number}|{entry}"),
        kit.button("Open", OPEN, str(stored.number)),
    ]
    if not closed:
        buttons.insert(0, kit.button("Take it", TAKE, str(stored.number)))
    says = "says that the owner is away" if line.event == "owner_away" else "asks a lead to look"
    blocks = (
        kit.section(f":rotating_light: *{stored.name}: {kit.mention(line.by)} {says}.*\n{about(stored)}"),
        kit.context("It is closed now." if closed else f"Now: {holder(stored)}."),
        kit.actions(*buttons, block_id=f"escalated_{stored.number}"),
    )
    return Message(f"{stored.name}: a lead is asked to look.", blocks)


def threaded(view: CaseView, entry: int, desk: Desk) -> Message:
    """A line of the timeline as a reply in the thread of the case's post: who did what, by which rule."""
    line = view.timeline[entry]
    who = kit.mention(line.by) if line.by else "The desk"
    text = f"{who} {did(line, desk)}. {words.cited(line.cites)}"
    button = kit.button("Read it", READ, f"{view.stored.number}|{entry}")
    return Message(f"{view.stored.name} has news.", (kit.section(text, button, block_id=f"entry_{entry}"),))


def did(line: Entry, desk: Desk) -> str:
    """What a line says somebody did, without a word of what they wrote."""
    return DID.get(line.event) or f"reported: {kit.escape(desk.playbooks.title(line.event).rstrip('.'))}"


def about(stored: StoredCase) -> str:
    """A case in a channel: what it is about, its program, the homeowner's initials."""
    facts = stored.case.facts
    parts = [words.category(facts), words.PROGRAMS[facts.program], initials(facts.homeowner.name)]
    return " · ".join(part for part in parts if part)


def initials(name: str) -> str:
    """A name as channels show it: `H. M.`."""
    letters = [word[0].upper() for word in re.sub(r"\(.*?\)", "", name).split() if word[0].isalpha()]
    return kit.escape(" ".join(f"{letter}." for letter in letters[:3]))


def holder(stored: StoredCase) -> str:
    """Who has a case, or in whose queue it waits."""
    if stored.owner:
        return f"{kit.mention(stored.owner)} has it"
    return f"it waits in the queue of {TEAMS[stored.team]}"


def _over(view: CaseView, text: str, desk: Desk) -> Message:
    """The post of a case that nobody has to take."""
    stored = view.stored
    button = kit.button("Open", OPEN, str(stored.number))
    blocks = (
        kit.section(f"{text}\n{about(stored)}", button, block_id=f"queued_{stored.number}"),
        kit.context(*_due(view, desk)),
    )
    return Message(f"{stored.name}: {words.state(stored.case)}.", blocks)


def _due(view: CaseView, desk: Desk) -> Sequence[str]:
    """Where the case stands, and when something is due."""
    case = view.stored.case
    due = case.next_due
    when = f" · next {kit.moment(due, desk.zone)}" if due and case.state != "closed" else ""
    return (f"{words.STATES[case.state]}{when}",)


def _sent(view: CaseView) -> Sequence[str]:
    """Who sent the case into the queue, and by which rule; their own words are not for a channel."""
    lines = [line for line in view.timeline if line.event in HANDS]
    if not lines or lines[-1].event not in SENT:
        return ()
    line = lines[-1]
    who = f"Sent by {kit.mention(line.by)}" if line.by else "Sent by the desk"
    return (f"{who} {words.cited(line.cites)}".strip(),)
