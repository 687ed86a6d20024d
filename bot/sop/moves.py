"""Events that a playbook's stages answer, and those that every case knows: snooze, close, reopen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.business_time import instant_words
from bot.sop.case import Case, Done, Event, Timer
from bot.sop.contradictions import contradictions
from bot.sop.guard import held_for_lawyer
from bot.sop.overlays import watched
from bot.sop.plan import plan_of
from bot.sop.playbook import Path, Playbooks, Transition, Wait
from bot.sop.stages import CLOSED, Owed, current_id, enter, owed, reopened, settled, stage_of
from bot.sop.timing import with_timer, without_ladder, without_running
from bot.sop.turn import Turn, instant_of, number_of, refuse, text_of

_LONGEST_SNOOZE: Final = timedelta(days=366)
_WRITES_TO: Final = {
    "installer_email_sent": "installer",
    "initial_email_sent": "installer",
    "attempt_logged": "installer",
    "am_email_sent": "account_manager",
}
"""Whom an event says that somebody wrote to."""
_CLOSABLE: Final = ("ready_to_close", "needs_decision")


def move(case: Case, event: Event, playbooks: Playbooks, now: datetime) -> Turn:
    """What the present stage does with an event; refused where it has no place."""
    path = playbooks.paths.get(case.path or "")
    transition = path.transition(case.stage, event.name) if path else None
    if path is None or transition is None or case.stage == CLOSED:
        return refuse(case, event, _unfit(case, event, path, playbooks))
    if contradictions(case.facts, now, playbooks.organisation.calendar.timezone):
        return refuse(case, event, "Two facts contradict each other. Resolve that first.", ("D-29",))
    if problem := _problem(case, event, transition, playbooks, now):
        return problem
    return _moved(case, event, transition, playbooks)


def snooze(case: Case, event: Event, playbooks: Playbooks, now: datetime) -> Turn:
    """Ask this one question later; the rule's own wait stays as it is."""
    stage = stage_of(case, playbooks)
    question = (stage.follow_up or stage.prompts) if stage else None
    if stage is None or question is None:
        return refuse(case, event, "Nothing is due on this case that could be put off.")
    until = instant_of(event.data, "until", playbooks)
    if until is None or not now < until < now + _LONGEST_SNOOZE:
        message = "Name the day and time, later than now and within a year, until which to put this off."
        return refuse(case, event, message)
    step = current_id(case, question.step, playbooks)
    moment = playbooks.organisation.calendar.into_working_hours(until)
    why = f"put off until {moment.why}"
    waiting = next((timer for timer in case.running if timer.step == step), None)
    if waiting is not None:
        moved = replace(waiting, due=moment.at, why=why)
        case = replace(case, timers=tuple(moved if t is waiting else t for t in case.timers))
    else:
        kind: Final = "follow_up" if stage.follow_up else "prompt"
        case = with_timer(case, kind, step, moment._replace(why=why), question.step.cites)
    reason = text_of(event.data, "reason")
    note = f"Put off until {instant_words(moment.at)}{f': {reason}' if reason else ''}."
    return Turn(case, notes=(note,))


def close(case: Case, event: Event, playbooks: Playbooks, _now: datetime) -> Turn:
    """A person closes a case that may be closed (D-05)."""
    if case.state == "closed":
        return refuse(case, event, "This case is closed already.", ("D-05",))
    path = playbooks.paths.get(case.path or "")
    if case.state not in _CLOSABLE:
        needs = path.close_needs if path else "It is still being found out what the SOPs ask for."
        cites = path.close_cites if path else ("D-05",)
        return refuse(case, event, f"This case cannot be closed yet. {needs}", cites)
    has_case = any(each.rule.verb == "open_case" for each in owed(case, playbooks))
    if has_case and not text_of(event.data, "closure_comments"):
        message = "Write the case closure comments first: a Salesforce case is not closed without them."
        return refuse(case, event, message, ("R-033", "D-05"))
    closing = [each for each in _of_stage(case, playbooks) if each.rule.verb == "close"]
    case = _with_done(case, [each.id for each in closing], event)
    case = without_ladder(without_running(case, ("follow_up", "prompt", "lead_prompt")))
    return Turn(replace(case, stage=CLOSED, state="closed"))


def reopen(case: Case, event: Event, playbooks: Playbooks, _now: datetime) -> Turn:
    """A closed case starts a new round; its history stays."""
    if case.state != "closed":
        return refuse(case, event, "This case is open; there is nothing to reopen.")
    case = reopened(case, playbooks, event.at)
    return Turn(case, notes=("A new round starts; what was done before stays in the timeline.",))


def step_done(case: Case, event: Event, playbooks: Playbooks, now: datetime) -> Turn:
    """A step that can only be ticked off was done: `step` is its id in the plan."""
    name = text_of(event.data, "step")
    step = next((each for each in plan_of(case, playbooks, now).steps if each.id == name), None)
    if step is not None and step.state == "done":
        return refuse(case, event, f"“{step.title}” is marked as done already.")
    early = any(timer.kind == "lead_prompt" and timer.step == name for timer in case.running)
    ready = step is not None and (step.state == "available" or early)
    if step is None or not ready or event.name not in step.events:
        return refuse(case, event, f"There is no step {name!r} on this case that could be marked as done.")
    return _ticked(case, event, name, (f"{step.title}.",), playbooks)


def _ticked(case: Case, event: Event, name: str, notes: tuple[str, ...], playbooks: Playbooks) -> Turn:
    """The step is done; where its playbook says `then`, the case goes on to that stage."""
    own = next((each.rule for each in _of_stage(case, playbooks) if each.id == name), None)
    if own is None or own.then is None:
        return Turn(watched(_with_done(case, [name], event), playbooks, event.at), notes=notes)
    asked = [each.id for each in _of_stage(case, playbooks) if _is_question(each, case, playbooks)]
    case = enter(_with_done(case, [name, *asked], event), own.then, playbooks, event.at)
    stage = stage_of(case, playbooks)
    return Turn(case, notes, stage.told if stage else ())


def reference_recorded(case: Case, event: Event, playbooks: Playbooks, _now: datetime) -> Turn:
    """The number of a ticket or case was written down: the step that opens it is done."""
    record = text_of(event.data, "on")
    opening = ("open_ticket", "open_linked_ticket", "open_case")
    done = {each.step for each in case.done}
    names = [
        each.id
        for each in owed(case, playbooks)
        if each.rule.on == record and each.rule.verb in opening and each.id not in done
    ]
    return Turn(_with_done(case, names, event))


def _problem(
    case: Case, event: Event, transition: Transition, playbooks: Playbooks, now: datetime
) -> Turn | None:
    if transition.once_due and (timer := _not_yet_asked(case, playbooks, now)):
        message = f"It is too early for that: the question is due {instant_words(timer.due)} ({timer.why})."
        return refuse(case, event, message, timer.cites)
    role = _WRITES_TO.get(event.name)
    released = any(past.name == "lead_released" for past in case.history)
    if role is not None and held_for_lawyer(case.facts, (role,), released):
        whom = role.replace("_", " ")
        message = f"A lawyer is involved: nothing goes to the {whom} until a lead releases it."
        return refuse(case, event, message, ("D-09",), role)
    return _out_of_turn(case, event, transition)


def _out_of_turn(case: Case, event: Event, transition: Transition) -> Turn | None:
    """Attempts and mails are counted: each has its number."""
    due = case.attempts + 1 if transition.counts_attempt else transition.number
    named = number_of(event.data, "n" if number_of(event.data, "attempt") is None else "attempt")
    if due is None or named is None or named == due:
        return None
    what = "Attempt" if transition.counts_attempt else "E-mail"
    message = f"{what} {named} cannot be reported: the next one is number {due}."
    return refuse(case, event, message, transition.cites)


def _not_yet_asked(case: Case, playbooks: Playbooks, now: datetime) -> Timer | None:
    """The timer of the stage's question, while the question has never fallen due."""
    stage = stage_of(case, playbooks)
    if stage is None or stage.follow_up is None:
        return None
    step = current_id(case, stage.follow_up.step, playbooks)
    timers = [timer for timer in case.timers if timer.step == step]
    if any(timer.rung_at is not None or timer.due <= now for timer in timers):
        return None
    return timers[-1] if timers else None


def _moved(case: Case, event: Event, transition: Transition, playbooks: Playbooks) -> Turn:
    notes = (transition.note,) if transition.note else ()
    if transition.counts_attempt:
        case = replace(case, attempts=case.attempts + 1)
    if transition.attempts is not None:
        case = replace(case, attempts=transition.attempts)
    if transition.ask_again is not None:
        return Turn(_asked_again(case, event, transition.ask_again, playbooks), notes, transition.told)
    if transition.go is None and transition.category is None:
        return Turn(case, notes, transition.told)
    names = [each.id for each in _of_stage(case, playbooks) if _completes(event, each, case, playbooks)]
    case = _with_done(case, names, event)
    if transition.category is not None:
        facts = replace(case.facts, categories=(transition.category,))
        return Turn(settled(replace(case, facts=facts), playbooks, event.at), notes, transition.told)
    case = enter(case, transition.go or "", playbooks, event.at)
    stage = stage_of(case, playbooks)
    return Turn(case, notes, (*transition.told, *(stage.told if stage else ())))


def _asked_again(case: Case, event: Event, wait: Wait, playbooks: Playbooks) -> Case:
    stage = stage_of(case, playbooks)
    if stage is None or stage.follow_up is None:
        return case
    rule = stage.follow_up.step
    moment = wait.after(event.at, playbooks.organisation.calendar)
    step = current_id(case, rule, playbooks)
    return with_timer(without_running(case), "follow_up", step, moment, rule.cites)


def _completes(event: Event, each: Owed, case: Case, playbooks: Playbooks) -> bool:
    return event.name in each.rule.done_by or _is_question(each, case, playbooks)


def _is_question(each: Owed, case: Case, playbooks: Playbooks) -> bool:
    stage = stage_of(case, playbooks)
    asked = (stage.follow_up, stage.prompts) if stage else ()
    return any(question is not None and each.rule.id == question.step.id for question in asked)


def _of_stage(case: Case, playbooks: Playbooks) -> list[Owed]:
    """The steps of the stage the case stands in."""
    return [each for each in owed(case, playbooks) if each.visit == case.visits[-1]]


def _with_done(case: Case, names: list[str], event: Event) -> Case:
    return replace(case, done=(*case.done, *(Done(name, event.at, event.by) for name in names)))


def _unfit(case: Case, event: Event, path: Path | None, playbooks: Playbooks) -> str:
    """Why an event has no place where the case stands, and what has."""
    title = playbooks.title(event.name)
    if case.state == "closed":
        return f"“{title}” does not fit: this case is closed. Reopen it first."
    if case.state == "awaiting_confirmation":
        return f"“{title}” has to wait: first it has to be confirmed that this is a Concert customer."
    stage = stage_of(case, playbooks)
    if path is None or stage is None:
        return f"“{title}” does not fit this case. A lead decides what happens next."
    fitting = ", ".join(f"“{playbooks.title(name)}”" for name in stage.on)
    rest = f" What fits now: {fitting}." if fitting else ""
    return f"“{title}” does not fit while the case stands at “{stage.title}”.{rest}"
