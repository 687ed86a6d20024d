"""Where a case stands: what it waits for and since when, how it ended, what it is about."""

from __future__ import annotations

from blocks import kit, words
from bot.cases import CaseView
from bot.desk import Desk
from bot.sop import Timer

APPOINTMENTS = frozenset({"follow_up", "prompt", "lead_prompt"})
"""The timers of the SOP; those of the Concert check stand in its channel."""


def standing(view: CaseView, desk: Desk) -> str:
    """The line below the card's title."""
    if view.stored.case.state == "closed":
        return _ended(view, desk)
    handled_by = words.HANDLED_BY[view.plan.handled_by]
    state = f"{words.STATES[view.stored.case.state]} · {handled_by}"
    if any(step.verb == "follow_up" and step.state == "available" for step in view.plan.steps):
        return "*An answer is due*"
    upcoming = [timer for timer in view.stored.case.running if timer.kind in APPOINTMENTS]
    if not upcoming:
        return f"*{state}*"
    timer = upcoming[0]
    when = f"next on *{kit.moment(timer.due, desk.zone)}*: {kit.escape(timer.why)}"
    return f"*{state}* · {when} {words.cited(timer.cites)}{_put_off(view, timer)}"


def _ended(view: CaseView, desk: Desk) -> str:
    """Who closed the case, when, and how it ended."""
    history = view.stored.case.history
    last = next((each for each in reversed(history) if each.name == "close_requested"), None)
    if last is None:
        return f"*{words.STATES['closed']}*"
    comments = kit.escape(kit.clip(str(last.data.get("closure_comments") or ""), 500))
    said = f"\n“{comments}”" if comments else ""
    return f"*Closed* · {kit.moment(last.at, desk.zone)} by {kit.mention(last.by)}{said}"


def _put_off(view: CaseView, timer: Timer) -> str:
    """Who put the next question off, and why, while it waits for that."""
    last = next((each for each in reversed(view.stored.case.history) if each.name == "snoozed"), None)
    if last is None or not timer.why.startswith("put off until"):
        return ""
    reason = kit.escape(kit.clip(str(last.data.get("reason") or ""), 300))
    return f"\n:zzz: {kit.mention(last.by)}: “{reason}”" if last.by else f"\n:zzz: “{reason}”"


def said(description: str) -> list[kit.Block]:
    """What the homeowner said, as wide as the card: in half of it a long story is a thin column."""
    text = kit.escape(kit.clip(description, 500))
    return [kit.section(f"*What happened*\n{text}")] if text else []
