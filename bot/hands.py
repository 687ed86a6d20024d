"""Who has a case: take it, give it back, hand it over, send it to another team's queue, ask the leads.

Each is one transaction: the case, a line of its timeline, and what must be said. Who may is asked here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot import letters, roles, threads
from bot.cases import UNANSWERED
from bot.desk import Desk
from bot.errors import CaseError, NotAllowed, WrongColleague
from bot.ports import Work
from bot.roles import Act, Role
from bot.sop import Step, plan_of
from bot.stored import Entry, Errand, StoredCase, Team
from bot.timeline import HANDS, TEAMS

PATIENCE_HOURS: Final = 4
"""How many working hours an owner has to answer (D-24)."""
ASKED: Final = ("follow_up", "prompt", "lead_prompt")
"""The timers at which an owner is asked something."""
BACK_OFFICE_QUEUE: Final = "back_office_queue"


@dataclass(frozen=True, slots=True)
class _Move:
    """A change of hands: the line it leaves, and who is told of it in person."""

    by: str
    event: str
    text: str
    cites: tuple[str, ...] = ()
    data: Mapping[str, object] | None = None
    told: tuple[str, ...] = ()


def take(work: Work, desk: Desk, number: int, by: str, now: datetime) -> StoredCase:
    """The case is `by`’s from now on. Raises NotAllowed, and CaseError where somebody else has it."""
    roles.require(desk, by, Act.SEE)
    before = work.cases.get(number)
    _require_open(before)
    if before.owner == by:
        raise CaseError(f"{before.name} is yours already.")
    roles.require(desk, by, Act.TAKE, before)
    if not _is_free(work, desk, before, by):
        raise CaseError(
            f"{before.name}: {desk.people.name_of(before.owner)} has it. Ask them to hand it over, or a lead."
        )
    return _given(work, desk, before, by, _Move(by, "taken", _taken(before, desk), told=(before.owner,)), now)


def take_next(
    work: Work, desk: Desk, by: str, now: datetime, wanted: Collection[Team] = ()
) -> StoredCase | None:
    """The case that has waited longest in the queues of this person's teams; None where nothing waits.

    `wanted` narrows the queues. Two people who ask at once get different cases.
    """
    teams = queues_of(desk, by)
    if not teams:
        roles.require(desk, by, Act.TAKE)
        raise NotAllowed("No queue is yours to take cases from. Ask a lead.")
    mine = [team for team in teams if team in wanted] if wanted else list(teams)
    if not mine:
        names = ", ".join(TEAMS[team] for team in wanted)
        raise NotAllowed(f"Cases of {names} are not yours to take. Ask one of them, or a lead.")
    waiting = work.cases.next_in(mine)
    if waiting is None:
        return None
    move = _Move(by, "taken", _taken(waiting, desk))
    return _given(work, desk, waiting, by, move, now)


def release(work: Work, desk: Desk, number: int, by: str, reason: str, now: datetime) -> StoredCase:
    """The case goes back to its team's queue. Raises NotAllowed and CaseError."""
    before = _to_work_on(work, desk, number, by)
    if not before.owner:
        raise CaseError(f"{before.name} waits in the queue of {TEAMS[before.team]} already. Nobody has it.")
    text = f"Put it back into the queue of {TEAMS[before.team]}: “{reason}”"
    move = _Move(by, "released", text, data={"reason": reason, "from": before.owner}, told=(before.owner,))
    return _given(work, desk, before, "", move, now)


def hand_over(work: Work, desk: Desk, number: int, to: str, by: str, note: str, now: datetime) -> StoredCase:
    """A colleague has the case from now on. Raises NotAllowed where either of the two may not."""
    before = _to_work_on(work, desk, number, by)
    if problem := cannot_have(desk, before, to):
        raise WrongColleague(problem)
    said = f": “{note}”" if note else "."
    move = _Move(
        by,
        "handed_over",
        f"Handed it over to {desk.people.name_of(to)}{said}",
        data={"to": to, "from": before.owner, "note": note},
        told=(to, before.owner),
    )
    return _given(work, desk, before, to, move, now)


def cannot_have(desk: Desk, stored: StoredCase, to: str) -> str:
    """Why this person cannot be given the case; empty where they can."""
    name = desk.people.name_of(to)
    if to == stored.owner:
        return f"{name} has {stored.name} already. Choose somebody else."
    if not desk.people.is_active(to):
        return f"{name} is deactivated in Slack. Choose somebody else."
    if not roles.may(desk, to, Act.TAKE, stored):
        able = sorted(roles.TITLES[role] for role in roles.TAKERS[stored.team])
        return (
            f"{name} cannot work on cases of {TEAMS[stored.team]}: that is for {', '.join(able)}. "
            "Choose one of them, or send the case to another team."
        )
    return ""


def hand_to_team(
    work: Work,
    desk: Desk,
    number: int,
    team: Team,
    by: str,
    now: datetime,
    *,
    reason: str = "",
    cites: tuple[str, ...] = (),
) -> StoredCase:
    """The case goes to another team's queue, to be taken there (R-045, D-14).

    An owner who works in that team too keeps it. Whoever calls this has checked that `by` may do it.
    """
    before = work.cases.get(number)
    _require_open(before)
    moved = replace(before, team=team)
    stays = bool(before.owner) and roles.may(desk, before.owner, Act.TAKE, moved)
    if stays and before.team == team:
        return before
    said = f": “{reason}”" if reason else "."
    data = {"team": team, "from": before.owner, "reason": reason}
    if stays:
        name = desk.people.name_of(before.owner)
        move = _Move(by, "reassigned", f"Now a case of {TEAMS[team]}; {name} keeps it{said}", cites, data)
        return _given(work, desk, moved, before.owner, move, now, was=before)
    move = _Move(
        by, "reassigned", f"Sent it to the queue of {TEAMS[team]}{said}", cites, data, (before.owner,)
    )
    return _given(work, desk, moved, "", move, now, was=before)


def reassign(
    work: Work, desk: Desk, number: int, team: Team, by: str, reason: str, now: datetime
) -> StoredCase:
    """Somebody sends the case to another team by hand. Raises NotAllowed and CaseError."""
    before = _to_work_on(work, desk, number, by)
    if before.team == team and not before.owner:
        raise CaseError(f"{before.name} waits in the queue of {TEAMS[team]} already.")
    if team == "front_line" and _is_for_trained(before, desk, work, now):
        raise NotAllowed(
            f"{before.name} is a sensitive complaint: trained agents handle it. Nothing was changed.",
            ("D-14",),
        )
    return hand_to_team(work, desk, number, team, by, now, reason=reason)


def _is_for_trained(stored: StoredCase, desk: Desk, work: Work, now: datetime) -> bool:
    """Whether the SOP wants a trained agent where the case stands (D-14)."""
    playbooks = desk.for_case(stored.case, work).playbooks
    return plan_of(stored.case, playbooks, now).handled_by == "trained_agent"


def step_moves(step: Step) -> Team | None:
    """The team whose queue a step of the SOP sends the case to, if it is such a step."""
    if step.verb != "reassign":
        return None
    return "back_office" if BACK_OFFICE_QUEUE in step.to else "trained_agent"


def escalate(work: Work, desk: Desk, number: int, by: str, reason: str, now: datetime) -> StoredCase:
    """The leads are asked to look; the owner keeps the case until one of them takes it."""
    roles.require(desk, by, Act.SEE)
    stored = work.cases.get(number)
    _require_open(stored)
    roles.require(desk, by, Act.NOTE, stored)
    entry = Entry(now, by, "escalated", f"Asked the leads to look: “{reason}”", (), {"reason": reason})
    work.timeline.add(number, [entry])
    at = len(work.timeline.of(number)) - 1
    work.outbox.put([letters.escalated(stored, at, desk)], now)
    work.outbox.put(threads.replies(work, stored, [entry]), now)
    if stored.owner not in ("", by):
        work.outbox.put([letters.notice(stored, stored.owner, at)], now)
    return stored


def await_answer(work: Work, desk: Desk, stored: StoredCase, now: datetime) -> None:
    """Note when to look whether the owner has answered what was asked last (D-24)."""
    asked = [timer for timer in stored.case.timers if timer.rung_at is not None and timer.kind in ASKED]
    if not asked or not stored.owner:
        return
    due = desk.organisation.calendar.add_working_hours(now, PATIENCE_HOURS).at
    key = f"{stored.name}/{UNANSWERED}/{asked[-1].id}/v{stored.version}"
    data = {"timer": asked[-1].id}
    work.errands.put([Errand(key, UNANSWERED, due, stored.number, stored.owner, data)], now)


def set_free(
    work: Work, desk: Desk, before: StoredCase, text: str, cites: tuple[str, ...], now: datetime
) -> StoredCase:
    """Nobody has the case any longer, since its owner has left (D-24); the leads are told with its queue."""
    move = _Move("", "released", text, cites, {"from": before.owner})
    after = _given(work, desk, before, "", move, now)
    work.outbox.put([letters.orphaned(after, desk)], now)
    return after


def queues_of(desk: Desk, user: str) -> tuple[Team, ...]:
    """The teams from whose queues this person may take cases."""
    mine = roles.roles_of(desk, user)
    return tuple(team for team in TEAMS if mine & roles.TAKERS[team])


def may_take(desk: Desk, user: str, stored: StoredCase, timeline: Collection[Entry]) -> bool:
    """Whether the case can be taken by this person now."""
    if stored.case.state == "closed" or stored.owner == user:
        return False
    if not roles.may(desk, user, Act.TAKE, stored):
        return False
    return not stored.owner or is_lead(desk, user) or is_up(stored, timeline)


def is_up(stored: StoredCase, timeline: Collection[Entry]) -> bool:
    """Whether the owner left a question unanswered, so that others may take the case (D-24)."""
    for entry in reversed(tuple(timeline)):
        if entry.event == "put_up":
            return True
        if entry.event in HANDS or entry.by == stored.owner:
            return False
    return False


def is_lead(desk: Desk, user: str) -> bool:
    """Whether this person leads."""
    return user in roles.members(desk, Role.LEAD)


def _taken(before: StoredCase, desk: Desk) -> str:
    if before.owner:
        return f"Took it over from {desk.people.name_of(before.owner)}."
    return f"Took it from the queue of {TEAMS[before.team]}."


def _is_free(work: Work, desk: Desk, stored: StoredCase, by: str) -> bool:
    return may_take(desk, by, stored, work.timeline.of(stored.number))


def _to_work_on(work: Work, desk: Desk, number: int, by: str) -> StoredCase:
    roles.require(desk, by, Act.SEE)
    stored = work.cases.get(number)
    roles.require(desk, by, Act.WORK, stored)
    _require_open(stored)
    return stored


def _require_open(stored: StoredCase) -> None:
    if stored.case.state == "closed":
        raise CaseError(f"{stored.name} is closed. Reopen it first; its card has a button for that.")


def _given(
    work: Work,
    desk: Desk,
    stored: StoredCase,
    owner: str,
    move: _Move,
    now: datetime,
    was: StoredCase | None = None,
) -> StoredCase:
    """Store who has the case now, with the line in its timeline and everything that must be said."""
    before = was or stored
    after = work.cases.save(replace(stored, owner=owner), now)
    entry = Entry(now, move.by, move.event, move.text, move.cites, move.data or {})
    work.timeline.add(after.number, [entry])
    at = len(work.timeline.of(after.number)) - 1
    work.errands.cancel_of(after.number, UNANSWERED, now)
    if owner != before.owner:
        await_answer(work, desk, after, now)
    work.outbox.put(letters.on_hands(before, after, work.outbox, desk), now)
    told = {who for who in move.told if who not in ("", move.by)}
    if owner and after.team == "back_office" and before.owner != owner:
        told |= {after.opened_by} - {owner, move.by}
    work.outbox.put([letters.notice(after, who, at) for who in sorted(told)], now)
    if owner:
        work.outbox.put(threads.replies(work, after, [entry]), now)
    return after
