"""The case card: what the case is, where it stands, and the buttons for what is due."""

from __future__ import annotations

from collections.abc import Iterator

from blocks import kit, words
from bot.cases import CaseView
from bot.desk import Desk
from bot.ports import Message
from bot.sop import Plan, Step

STEP = "step"
ANSWER = "answer"
MORE = "case_more"
MODAL = "case"
OPEN = "case_open"
RELEASE = "case_release"
MARKS = {
    "done": ":white_check_mark:",
    "available": ":arrow_forward:",
    "waiting": ":white_circle:",
    "held": ":no_entry:",
    "refused": ":no_entry:",
}
FORMS = {
    "open_ticket": "Fields and key …",
    "open_linked_ticket": "Fields and key …",
    "open_case": "Fields and number …",
    "email": "Read and send …",
    "internal_comment": "Read and copy …",
    "referral_comment": "Read and copy …",
    "add_participant": "Who, and why …",
    "reassign": "How …",
    "refer_to_sop": "Which SOP …",
    "say": "Show the words …",
    "inform_homeowner": "Show the words …",
    "warm_transfer": "Whom to call …",
    "ask": "Answer …",
    "close": "Close the case …",
}
MOST_IN_MODAL = 45
MOST_DUE = 8
"""How many due steps a message shows: Slack takes 50 blocks, a person fewer. The rest is a click away."""
APPOINTMENTS = frozenset({"follow_up", "prompt", "lead_prompt"})
"""The timers of the SOP; those of the Concert check stand in its channel."""
NOTED = ("step_done",)
"""The events of a step that can only be ticked off, with a note of what came of it."""
BY_FORM = frozenset({"snoozed", "reference_recorded", "facts_learned", "close_requested"})
"""Events that need more than a click."""


def card(view: CaseView, desk: Desk) -> Message:
    """The card as the owner sees it in their messages with the desk."""
    stored = view.stored
    text = f"{stored.name}: {words.state(stored.case)}."
    return Message(text, tuple(_blocks(view, desk)))


def modal(view: CaseView, desk: Desk) -> kit.Block:
    """The card as a modal, for whoever opens the case elsewhere; its metadata is the case's number."""
    blocks = list(_blocks(view, desk, most_due=MOST_IN_MODAL))
    return kit.modal(MODAL, view.stored.name, blocks[:100], private_metadata=str(view.stored.number))


def answers(view: CaseView, step: Step, desk: Desk) -> list[kit.Block]:
    """The buttons that report something on a step; their values carry ids only."""
    value = f"{view.stored.number}|{step.id}"
    buttons = [
        kit.button(desk.playbooks.title(event), f"{ANSWER}:{event}", value)
        for event in step.events
        if event not in BY_FORM
    ]
    if "snoozed" in step.events:
        buttons.append(kit.button("Ask later …", f"{STEP}:snooze", value))
    if "close_requested" in step.events:
        buttons.append(kit.button(FORMS["close"], f"{STEP}:close", value))
    return buttons


def owed(plan: Plan, desk: Desk) -> tuple[Step, ...]:
    """The steps of a case. What is said while the call is answered stands on intake's own pages."""
    call = {rule.id for rule in desk.playbooks.entry.call if rule.verb in ("say", "ask")}
    return tuple(step for step in plan.steps if step.key not in call)


def _blocks(view: CaseView, desk: Desk, most_due: int = MOST_DUE) -> Iterator[kit.Block]:
    stored = view.stored
    yield kit.header(f"{stored.name} · {words.category(stored.case.facts)}")
    yield kit.section(_standing(view, desk), _more(view), block_id=f"more_{stored.number}")
    yield kit.fields(_facts(view))
    steps = owed(view.plan, desk)
    due = [step for step in steps if is_due(step)]
    for step in due[:most_due]:
        yield from _due(view, step, desk)
    if len(due) > most_due:
        everything = kit.button("Open the case", OPEN, str(stored.number))
        yield kit.section(f"… and {len(due) - most_due} more are due.", everything, block_id="everything")
    if any(step.state == "held" for step in steps):
        release = kit.button("Release (leads)", RELEASE, str(stored.number))
        yield kit.section(
            f":no_entry: *Some steps are held.*  {words.cited(['D-09'])}", release, block_id="held"
        )
    if rest := [_line(step, view, desk) for step in steps if step not in due]:
        yield kit.divider()
        yield kit.section("\n".join(rest))


def is_due(step: Step) -> bool:
    """Whether a person has something to do or to answer now."""
    return step.state == "available" and (step.by == "person" or step.verb == "follow_up")


def _due(view: CaseView, step: Step, desk: Desk) -> Iterator[kit.Block]:
    """A step that is due, with its buttons."""
    lost = f"\n{words.LOST}" if step.lost else ""
    title = f":arrow_forward: *{step.title}*  {words.step_cites(step)}{lost}"
    if step.verb in FORMS or step.events == NOTED:
        value = f"{view.stored.number}|{step.id}"
        text = FORMS.get(step.verb, "Note the answer …")
        button = kit.button(text, f"{STEP}:{step.verb}", value, style="primary")
        yield kit.section(title, button, block_id=f"due_{step.id}")
        return
    yield kit.section(title)
    if buttons := answers(view, step, desk):
        yield kit.actions(*buttons, block_id=f"due_{step.id}")


def _standing(view: CaseView, desk: Desk) -> str:
    handled_by = words.HANDLED_BY[view.plan.handled_by]
    state = f"{words.STATES[view.stored.case.state]} · {handled_by}"
    if any(step.verb == "follow_up" and step.state == "available" for step in view.plan.steps):
        return "*An answer is due*"
    upcoming = [timer for timer in view.stored.case.running if timer.kind in APPOINTMENTS]
    if not upcoming:
        return f"*{state}*"
    timer = upcoming[0]
    when = f"next on *{kit.moment(timer.due, desk.zone)}*: {kit.escape(timer.why)}"
    return f"*{state}* · {when} {words.cited(timer.cites)}"


def _facts(view: CaseView) -> list[tuple[str, str]]:
    facts = view.stored.case.facts
    homeowner, installer = facts.homeowner, facts.installer
    pairs = [
        ("Homeowner", homeowner.name),
        ("Address", homeowner.address),
        ("Phone", homeowner.phone),
        ("Best time", homeowner.best_time or "not known"),
        ("E-mail", homeowner.email or "not known"),
        ("Program", words.PROGRAMS[facts.program]),
        ("Installer", installer.name),
        ("Installer’s e-mail", installer.email or "not known"),
        ("M1", words.milestone(facts.milestones.m1)),
        ("What happened", kit.clip(facts.description, 500)),
    ]
    return [(title, text) for title, text in pairs if text]


def _line(step: Step, view: CaseView, desk: Desk) -> str:
    mark = ":grey_question:" if step.lost else MARKS[step.state]
    reference = view.stored.references.get(step.on or "", "") if step.verb.startswith("open_") else ""
    parts = [step.title, f"*{kit.escape(reference)}*" if reference else "", words.step_cites(step)]
    if step.due and step.state == "waiting":
        parts.insert(1, f"({kit.moment(step.due, desk.zone)})")
    if step.state in ("held", "refused"):
        parts.append(f"\n      {kit.escape(step.why)}")
    return f"{mark} {' '.join(part for part in parts if part)}"


def _more(view: CaseView) -> kit.Block:
    choices = [("timeline", "Timeline"), ("note", "Add a note"), ("facts", "Change facts")]
    if view.stored.case.state == "closed":
        choices.append(("reopen", "Reopen"))
    else:
        choices.append(("close", "Close the case"))
    return kit.overflow(MORE, [(f"{view.stored.number}|{each}", text) for each, text in choices])
