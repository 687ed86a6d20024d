"""Who has a case: the forms that change it, and what a colleague sees who does not have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from blocks import kit, words
from blocks.card import MODAL, OPEN
from blocks.queue import DO, TAKE, holder
from blocks.standing import said
from bot.cases import CaseView
from bot.desk import Desk
from bot.ports import Message
from bot.stored import StoredCase
from bot.timeline import TEAMS

MORE = "more"
"""The id of the modal with everything else."""
REASON_LIMIT = 500
NOTE_LIMIT = 2000
RELEASED, HANDED_OVER, REASSIGNED, ESCALATED = "released", "handed_over", "reassigned", "escalated"
AWAY, TAKEN = "owner_away", "taken_over"
"""The forms' ids."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things somebody may do with a case: its button's id, words, and what it is for."""

    what: str
    text: str
    why: str


def former(view: CaseView) -> Message:
    """What stays in the messages of somebody who no longer has the case."""
    stored = view.stored
    closed = stored.case.state == "closed"
    state = "It is closed" if closed else f"Now {holder(stored)}"
    button = kit.button("Open", OPEN, str(stored.number))
    text = f"*{stored.name}* · {words.category(stored.case.facts)}\n{state}."
    return Message(
        f"{stored.name} is no longer with you.", (kit.section(text, button, block_id=f"was_{stored.number}"),)
    )


def colleague(view: CaseView, desk: Desk, *, may_take: bool) -> Message:
    """The case for a colleague who may see it: what it is and where it stands, without its work."""
    return Message(f"{view.stored.name}.", tuple(_seen(view, desk, may_take)))


def colleague_modal(view: CaseView, desk: Desk, *, may_take: bool) -> kit.Block:
    """The same as a modal; its metadata is the case's number."""
    blocks = list(_seen(view, desk, may_take))
    return kit.modal(MODAL, view.stored.name, blocks, private_metadata=str(view.stored.number))


def _seen(view: CaseView, desk: Desk, may_take: bool) -> Iterator[kit.Block]:
    stored = view.stored
    facts = stored.case.facts
    yield kit.header(f"{stored.name} · {words.category(facts)}")
    state, due = words.STATES[stored.case.state], stored.case.next_due
    when = f" · next on {kit.moment(due, desk.zone)}" if due else ""
    whose = "it is closed" if stored.case.state == "closed" else holder(stored)
    yield kit.section(f"*{state}*{when} · {whose}.")
    homeowner = facts.homeowner
    known = [
        ("Homeowner", homeowner.name),
        ("Address", homeowner.address),
        ("Phone", homeowner.phone),
        ("Program", words.PROGRAMS[facts.program]),
        ("Installer", facts.installer.name),
    ]
    yield kit.fields([(title, text) for title, text in known if text])
    yield from said(facts.description)
    number = str(stored.number)
    buttons = [kit.button("Take it", TAKE, number, style="primary")] if may_take else []
    yield kit.actions(
        *buttons,
        kit.button("Timeline", f"{DO}:timeline", f"{number}|timeline"),
        kit.button("Add a note …", f"{DO}:note", f"{number}|note"),
        *(
            []
            if stored.case.state == "closed"
            else [kit.button("Ask the leads …", f"{DO}:escalate", f"{number}|escalate")]
        ),
        block_id="colleague",
    )


def choices(view: CaseView, *, leads: bool, user: str) -> list[Choice]:
    """What somebody who works on a case may do with it besides its steps."""
    stored = view.stored
    owned = bool(stored.owner)
    offered = [
        (view.reportable, Choice("report", "Report …", "Something happened before the desk asked for it.")),
        (
            owned and stored.owner != user,
            Choice("take", "Take it over …", f"Now {holder(stored)}. They are told that you have it now."),
        ),
        (not owned, Choice("take", "Take it …", f"Now {holder(stored)}.")),
        (
            owned,
            Choice(
                "release", "Put it back …", f"Somebody else of {TEAMS[stored.team]} takes it from the queue."
            ),
        ),
        (
            True,
            Choice("reassign", "Send to a team …", "It belongs to another team, and waits in their queue."),
        ),
        (not leads, Choice("escalate", "Ask the leads …", "You keep it; a lead looks at it with you.")),
        (
            owned and stored.owner != user,
            Choice("away", "The owner is away …", "What they leave unanswered can be taken by others."),
        ),
        (True, Choice("close", "Close the case", "It is over. The SOP says what has to be done before.")),
    ]
    return [choice for able, choice in offered if able]


def more(view: CaseView, choices: list[Choice]) -> kit.Block:
    """Everything else that can be done with a case, each with what it is for."""
    number = view.stored.number
    blocks = [
        kit.section(
            each.why,
            kit.button(each.text, f"{DO}:{each.what}", f"{number}|{each.what}"),
            block_id=f"do_{each.what}",
        )
        for each in choices
    ]
    return kit.modal(MORE, "What do you want to do?", blocks, private_metadata=str(number))


def release(view: CaseView) -> kit.Block:
    """Give the case back, and why."""
    team = TEAMS[view.stored.team]
    blocks = [
        kit.section(
            f"*{view.stored.name} goes back into the queue of {team}.* Nothing is lost: its dates stay."
        ),
        kit.typed("reason", "Why", most=REASON_LIMIT, multiline=True, hint="Kept in the timeline."),
    ]
    return _form(RELEASED, "Put it back", blocks, "Put it back", view.stored)


def hand_over(view: CaseView) -> kit.Block:
    """To whom, and what they have to know."""
    stored = view.stored
    blocks = [
        kit.section(f"*Who goes on with {stored.name}?* It is a case of {TEAMS[stored.team]}."),
        kit.person("to", "Colleague"),
        kit.typed(
            "note",
            "What they have to know",
            optional=True,
            multiline=True,
            most=NOTE_LIMIT,
            hint="They get it with the card; it is kept in the timeline.",
        ),
    ]
    return _form(HANDED_OVER, "Hand over", blocks, "Hand over", stored)


def reassign(view: CaseView) -> kit.Block:
    """To which team's queue, and why."""
    stored = view.stored
    choices = {
        str(team): f"{name[0].upper()}{name[1:]}" for team, name in TEAMS.items() if team != stored.team
    }
    blocks = [
        kit.section(f"*{stored.name} goes to another team.* It waits in that team’s queue to be taken."),
        kit.chosen("team", "Team", choices, kind="radio_buttons"),
        kit.typed("reason", "Why", most=REASON_LIMIT, multiline=True, hint="Kept in the timeline."),
    ]
    return _form(REASSIGNED, "Send to a team", blocks, "Send it", stored)


def escalate(view: CaseView) -> kit.Block:
    """Ask the leads to look, and why."""
    stored = view.stored
    blocks = [
        kit.section(f"*A lead is asked to look at {stored.name}.* Whoever has it keeps it meanwhile."),
        kit.typed(
            "reason",
            "Why",
            most=REASON_LIMIT,
            multiline=True,
            hint="The leads read it with the case; it is kept in the timeline.",
        ),
    ]
    return _form(ESCALATED, "Ask the leads", blocks, "Ask the leads", stored)


def away(view: CaseView) -> kit.Block:
    """The owner is away."""
    stored = view.stored
    text = (
        f"*Whoever has {stored.name} is away?* They keep it, and are still reminded. What they leave "
        f"unanswered for four working hours can be taken by one of {TEAMS[stored.team]}; the leads are told "
        f"now. {words.cited(['D-24'])}"
    )
    return _form(AWAY, "The owner is away", [kit.section(text)], "Tell the leads", stored)


def take_over(view: CaseView) -> kit.Block:
    """Make sure: somebody else has it, or it waits for another team."""
    stored = view.stored
    told = " They are told that it is yours." if stored.owner else ""
    text = f"*Take {stored.name}?* Now {holder(stored)}.{told}"
    return _form(TAKEN, "Take the case", [kit.section(text)], "Take it", stored)


def entry(stored: StoredCase, drawn: kit.Block) -> kit.Block:
    """One line of the timeline, as it was written."""
    return kit.modal("entry", stored.name, [drawn], private_metadata=str(stored.number))


def _form(callback: str, title: str, blocks: list[kit.Block], submit: str, stored: StoredCase) -> kit.Block:
    return kit.modal(callback, title, blocks, submit=submit, private_metadata=f"{stored.number}|")


FORMS: Mapping[str, Callable[[CaseView], kit.Block]] = {
    "release": release,
    "hand_over": hand_over,
    "reassign": reassign,
    "escalate": escalate,
    "away": away,
    "take": take_over,
}
"""The form of each thing that changes who has a case, or asks somebody to look."""
