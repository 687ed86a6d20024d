"""What the desk asks when an appointment falls due: the SOP's question, its outcomes as buttons."""

from __future__ import annotations

from blocks import kit, words
from blocks.card import OPEN, answers, form_button, writing
from blocks.queue import holder
from bot import orders
from bot.cases import CaseView
from bot.desk import Desk
from bot.ports import Message
from bot.sop import Step, Timer
from bot.stored import Entry
from bot.wording import Names, write


def reminder(view: CaseView, timer_id: str, desk: Desk) -> Message | None:
    """The question for the owner; once it is answered, what the answer was."""
    timer = timer_of(view, timer_id)
    if timer is None:
        return None
    step = question(view, timer)
    if step is None:
        return _settled(view, timer, desk)
    stored = view.stored
    asks_homeowner = "homeowner_not_heard" in step.events
    names = Names(desk.people.name_of(stored.owner), stored.name)
    text = write(step, stored.case.facts, names).text
    blocks = (
        kit.section(f":alarm_clock: *{stored.name}: {kit.escape(step.title)}*  {words.step_cites(step)}"),
        kit.fields(_callee(view) if asks_homeowner else _installer(view)),
        *([kit.spoken(text) if asks_homeowner else kit.section(kit.escape(text))] if text else []),
        kit.context(
            f"Due {kit.moment(timer.due, desk.zone)}: {kit.escape(timer.why)} {words.cited(timer.cites)}"
        ),
        kit.actions(
            *(
                form_button(view, each, desk, style="primary")
                for each in writing(view.plan)
                if orders.unsettled(view, each) is None
            ),
            *answers(view, step, desk),
            block_id=f"reminder_{stored.number}",
        ),
    )
    what = "it is time to ask the homeowner." if asks_homeowner else "a follow-up is due."
    return Message(f"{stored.name}: {what}", blocks)


def _callee(view: CaseView) -> list[tuple[str, str]]:
    """Whom to call, and when."""
    homeowner = view.stored.case.facts.homeowner
    return [
        ("Call", homeowner.name),
        ("Phone", homeowner.phone),
        ("Best time", homeowner.best_time or "not known"),
        ("Installer", view.stored.case.facts.installer.name),
    ]


def _installer(view: CaseView) -> list[tuple[str, str]]:
    """Whose answer it is about."""
    facts = view.stored.case.facts
    tickets = ", ".join(view.stored.references.values())
    return [
        ("Homeowner", facts.homeowner.name),
        ("Installer", facts.installer.name or "not known"),
        ("Tickets", tickets or "no number recorded"),
    ]


def prompt(view: CaseView, timer_id: str) -> Message | None:
    """The owner and the leads are asked what to do after the SOP's last step (D-15). No personal data."""
    timer = timer_of(view, timer_id)
    if timer is None:
        return None
    stored = view.stored
    if stored.case.state in ("closed", "ready_to_close"):
        text = f":white_check_mark: {stored.name}: {words.state(stored.case)}."
        return Message(f"{stored.name} no longer needs an answer.", (kit.section(text),))
    blocks = (
        kit.section(f":hourglass: *{stored.name} still has no answer.*  {words.cited(timer.cites)}"),
        kit.section("The SOP has no step after this. A lead says how it goes on."),
        kit.context(f"{_about(view)} · {kit.escape(timer.why)}"),
        kit.actions(
            kit.button("Open the case", OPEN, str(stored.number)), block_id=f"prompt_{stored.number}"
        ),
    )
    return Message(f"{stored.name} has had no answer and needs somebody to look.", blocks)


def decision(view: CaseView) -> Message:
    """The leads are told that a case waits for one of them. No personal data: this is a channel."""
    stored = view.stored
    if stored.case.state != "needs_decision":
        state = words.state(stored.case)
        text = f":white_check_mark: {stored.name} no longer needs a decision: {state}."
        return Message(f"{stored.name} no longer needs a decision.", (kit.section(text),))
    reasons = [step for step in view.plan.steps if step.verb == "ask_lead" and step.state == "available"]
    why = " ".join(f"{kit.escape(step.title)} {words.step_cites(step)}" for step in reasons)
    blocks = (
        kit.section(f":raising_hand: *{stored.name} needs a lead’s decision.* {why}"),
        kit.context(_about(view)),
        kit.actions(
            kit.button("Open the case", OPEN, str(stored.number)), block_id=f"decision_{stored.number}"
        ),
    )
    return Message(f"{stored.name} needs a lead’s decision.", blocks)


def review(view: CaseView) -> Message:
    """The leads are told of a case to look at (R-021, D-14). No personal data: this is a channel."""
    stored = view.stored
    asks = [
        step for step in view.plan.steps if step.verb == "ask_lead" and "lead" in step.to and not step.lost
    ]
    why = "\n".join(f"• {kit.escape(step.title)} {words.step_cites(step)}" for step in asks)
    blocks = (
        kit.section(f":eyes: *{stored.name} is for the leads to look at.*\n{why}"),
        kit.context(_about(view)),
        kit.actions(
            kit.button("Open the case", OPEN, str(stored.number)), block_id=f"review_{stored.number}"
        ),
    )
    return Message(f"{stored.name} is for the leads to look at.", blocks)


def unconfirmed(view: CaseView) -> Message:
    """The agent and the leads are told that nobody answered the Concert check (D-12)."""
    stored = view.stored
    check = stored.case.confirmation
    if check and check.answer:
        who = kit.escape(check.answered_by)
        text = f":white_check_mark: {stored.name}: {who} has answered the Concert check."
        return Message(f"{stored.name}: the Concert check is answered.", (kit.section(text),))
    if stored.case.state != "awaiting_confirmation":
        text = f"{stored.name} no longer needs a Concert confirmation."
        return Message(text, (kit.section(f":white_check_mark: {text}"),))
    blocks = (
        kit.section(
            f":warning: *{stored.name}: nobody has answered the Concert check.*  {words.cited(['D-12'])}"
        ),
        kit.context(
            f"{kit.mention(stored.opened_by)} is waiting for it. It stays unconfirmed until a person answers."
        ),
        kit.actions(
            kit.button("Open the case", OPEN, str(stored.number)), block_id=f"unconfirmed_{stored.number}"
        ),
    )
    return Message(f"{stored.name}: nobody has answered the Concert check.", blocks)


def notice(view: CaseView, entry: int) -> Message:
    """A line of the timeline, told in person."""
    stored = view.stored
    line = view.timeline[entry]
    blocks = (kit.section(f"*{stored.name}* · {kit.escape(line.text)} {words.cited(line.cites)}"),)
    return Message(f"{stored.name} has news.", blocks)


def timer_of(view: CaseView, timer_id: str) -> Timer | None:
    """The timer of that id, in this case."""
    return next((timer for timer in view.stored.case.timers if timer.id == timer_id), None)


def is_asked(view: CaseView, timer_id: str) -> bool:
    """Whether the question of a timer still waits for its answer."""
    timer = timer_of(view, timer_id)
    return timer is not None and question(view, timer) is not None


def question(view: CaseView, timer: Timer) -> Step | None:
    """The step a timer asks about, while it is still to be answered and no later timer asks it anew."""
    rung = [each for each in view.stored.case.timers if each.step == timer.step and each.rung_at]
    if not rung or rung[-1].id != timer.id:
        return None
    steps = (step for step in view.plan.steps if step.id == timer.step and step.state == "available")
    return next(steps, None)


def _settled(view: CaseView, timer: Timer, desk: Desk) -> Message:
    stored = view.stored
    line = _since(view, timer)
    if line:
        who = kit.mention(line.by) if line.by else "The desk"
        when = kit.moment(line.at, desk.zone)
        text = f":white_check_mark: *{stored.name}* · {who}, {when}: {kit.escape(line.text)}"
    else:
        text = f":white_check_mark: *{stored.name}* · this is no longer owed."
    return Message(f"{stored.name}: answered.", (kit.section(text),))


def _since(view: CaseView, timer: Timer) -> Entry | None:
    """The first thing that happened to the case after a timer rang."""
    rung_at = timer.rung_at
    if rung_at is None:
        return None
    passing = ("clock", "note", "confirmation_posted")
    lines = (line for line in view.timeline if line.at >= rung_at and line.event not in passing)
    return next(lines, None)


def _about(view: CaseView) -> str:
    """Which case a channel's post is about, without personal data."""
    return f"{words.category(view.stored.case.facts)} · {holder(view.stored)}"
