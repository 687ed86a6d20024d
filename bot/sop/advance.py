"""What follows from an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.sop import learning, moves
from bot.sop.case import LADDER, Case, Event, Timer
from bot.sop.facts import Facts
from bot.sop.guard import mail_ban, participant_ban
from bot.sop.ladder import covered_anew, rung
from bot.sop.overlays import again
from bot.sop.plan import Plan, plan_of, split
from bot.sop.playbook import Playbooks
from bot.sop.stages import opened, prompted, stage_of
from bot.sop.step import Step
from bot.sop.turn import Handler, Refusal, Turn, refuse, text_of
from bot.sop.vocabulary import EVENTS, ROLES, allowed

__all__ = ["Advance", "Refusal", "advance", "begin", "turn_of"]

_TOLD_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "follow_up": ("owner",),
    "prompt": ("owner", "lead"),
    "lead_prompt": ("owner", "lead"),
    "tell_lead": ("lead", "agent"),
}


@dataclass(frozen=True, slots=True)
class Advance:
    """What an event gave.

    `case` is the case afterwards (the same one where the event was refused), `plan` its plan, `steps`
    those new, now available or done by the event, `rang` the timers that fell due, `told` the roles to
    inform, `notes` sentences for the timeline.
    """

    case: Case
    plan: Plan
    steps: tuple[Step, ...] = ()
    refused: tuple[Refusal, ...] = ()
    rang: tuple[Timer, ...] = ()
    told: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    next_due: datetime | None = None


def begin(facts: Facts, playbooks: Playbooks, now: datetime) -> Advance:
    """Open a case under its plan. Of several complaints it takes the first: one case each (D-21)."""
    case = opened(split(facts)[0], playbooks, now)
    made = plan_of(case, playbooks, now)
    told = ("lead",) if case.state == "needs_decision" or made.overlays else ()
    return Advance(case, made, made.steps, told=told, next_due=case.next_due)


def advance(case: Case, event: Event, playbooks: Playbooks, now: datetime) -> Advance:
    """What follows from `event` at `now`. An event that does not fit is refused, never an exception."""
    before = plan_of(case, playbooks, now)
    turn = turn_of(case, event, playbooks, now)
    if turn.refused is not None:
        return Advance(case, before, refused=(turn.refused,), next_due=case.next_due)
    after = replace(turn.case, history=(*turn.case.history, event))
    made = plan_of(after, playbooks, now)
    told = [*turn.told]
    if after.state == "needs_decision" and case.state != "needs_decision":
        told.append("lead")
    if set(made.overlays) - set(before.overlays):
        told.append("lead")
    return Advance(
        case=after,
        plan=made,
        steps=_news(before, made),
        rang=turn.rang,
        told=tuple(dict.fromkeys(told)),
        notes=turn.notes,
        next_due=after.next_due,
    )


def turn_of(case: Case, event: Event, playbooks: Playbooks, now: datetime) -> Turn:
    """The case after `event`, without its plan and without the event in its history."""
    if event.name not in EVENTS:
        return refuse(case, event, f"{event.name!r} is not an event. {allowed(event.name, EVENTS)}")
    return _HANDLERS.get(event.name, moves.move)(case, event, playbooks, now)


def _news(before: Plan, after: Plan) -> tuple[Step, ...]:
    """The steps that the plan did not have before, or had otherwise."""
    known = {step.id: step for step in before.steps}
    return tuple(step for step in after.steps if known.get(step.id) != step)


def _clock(case: Case, _event: Event, playbooks: Playbooks, now: datetime) -> Turn:
    """Time passed: every timer that fell due rings, once, however late.

    Where the rota was changed meanwhile, a Concert check is tagged when cover starts now.
    """
    case = covered_anew(case, playbooks, now)
    due = [timer for timer in case.running if timer.due <= now]
    rang: list[Timer] = []
    for timer in due:
        if timer.id not in {running.id for running in case.running}:
            continue
        struck = replace(timer, rung_at=now)
        case = replace(case, timers=tuple(struck if t.id == timer.id else t for t in case.timers))
        case, asked = _rung(case, struck, playbooks, now)
        rang += [struck] if asked else []
    told = [role for timer in rang for role in _TOLD_BY.get(timer.kind, ())]
    return Turn(case, told=tuple(told), rang=tuple(rang))


def _rung(case: Case, timer: Timer, playbooks: Playbooks, now: datetime) -> tuple[Case, bool]:
    if timer.kind in LADDER:
        return rung(case, timer, playbooks, now)
    if timer.kind == "lead_prompt":
        return again(case, timer, playbooks, now), True
    stage = stage_of(case, playbooks)
    if timer.kind == "prompt" and stage is not None and stage.prompts is not None:
        return prompted(case, stage, playbooks, now), True
    return case, True


def _recipient(case: Case, event: Event, _playbooks: Playbooks, _now: datetime) -> Turn:
    """Somebody wants to write to a role, in a field of a mail to another."""
    role, others = text_of(event.data, "recipient"), event.data.get("mail_to")
    listed = others if isinstance(others, list | tuple) else [others]
    if role not in ROLES:
        return refuse(case, event, f"{role!r} is nobody who can be written to. {allowed(role, ROLES)}")
    named = [str(other) for other in listed if other]
    if not named and text_of(event.data, "field") in ("cc", "bcc"):
        named = ["installer"]  # Whoever is only copied is copied on a mail to somebody else.
    ban = mail_ban(case.facts, (role, *named))
    if ban is None:
        return Turn(case, notes=(f"{_name(role)} was added to a mail.",))
    return refuse(case, event, ban.message, ban.cites, role)


def _participant(case: Case, event: Event, _playbooks: Playbooks, _now: datetime) -> Turn:
    role = text_of(event.data, "participant")
    if role not in ROLES:
        return refuse(case, event, f"{role!r} cannot be a participant. {allowed(role, ROLES)}")
    ban = participant_ban(case.facts, role)
    if ban is None:
        return Turn(case, notes=(f"{_name(role)} was added as a request participant.",))
    return refuse(case, event, ban.message, ban.cites, role)


def _again(case: Case, event: Event, _playbooks: Playbooks, _now: datetime) -> Turn:
    """The homeowner complains again: the same is shown as open (D-22), another is its own case (D-21)."""
    category = text_of(event.data, "category")
    address = text_of(event.data, "address")
    own = case.facts.homeowner.address
    same_place = not address or " ".join(address.split()).casefold() == " ".join(own.split()).casefold()
    if category in ("", *case.facts.categories) and same_place:
        note = "The same complaint came again. Open this case, or create a linked one with a reason (D-22)."
    else:
        note = "Another complaint came: it is a case of its own, linked to this one (D-21)."
    return Turn(case, notes=(note,), told=("agent", "owner"))


def _owner_away(case: Case, _event: Event, _playbooks: Playbooks, _now: datetime) -> Turn:
    note = "The owner is away. Reminders still go to them; unanswered, the team's channel takes over (D-24)."
    return Turn(case, notes=(note,), told=("lead",))


def _released(case: Case, event: Event, playbooks: Playbooks, now: datetime) -> Turn:
    """A lead releases what a lawyer held, or decides on another attempt where the playbook offers that."""
    path = playbooks.paths.get(case.path or "")
    if path is not None and path.transition(case.stage, event.name) is not None:
        return moves.move(case, event, playbooks, now)
    if "lawyer" in case.facts.sensitive and not any(e.name == event.name for e in case.history):
        return Turn(case, notes=("The drafts that were held are released.",), told=("owner",))
    return refuse(case, event, "Nothing on this case is held, so there is nothing to release.")


def _name(role: str) -> str:
    return role.replace("_", " ").capitalize()


_HANDLERS: Final[Mapping[str, Handler]] = {
    "clock": _clock,
    "concert_confirmed": learning.confirm,
    "not_concert": learning.confirm,
    "cannot_tell": learning.confirm,
    "confirmation_posted": learning.confirmation_posted,
    "facts_learned": learning.learned,
    "milestone_learned": learning.learned,
    "milestone_changed": learning.learned,
    "product_learned": learning.learned,
    "omnidian_transferred_back": learning.learned,
    "snoozed": moves.snooze,
    "close_requested": moves.close,
    "reopened": moves.reopen,
    "step_done": moves.step_done,
    "reference_recorded": moves.reference_recorded,
    "recipient_added": _recipient,
    "participant_added": _participant,
    "same_complaint_again": _again,
    "owner_away": _owner_away,
    "lead_released": _released,
}
EVERYWHERE: Final = frozenset(_HANDLERS)
"""The events that the core itself answers; any other needs a stage that answers it."""
