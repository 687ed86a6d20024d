"""Cases: open one, report what happened to it. Load, decide, save; what must be said is a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from bot import letters, roles, threads, timeline
from bot.attachments import Attachment, as_data
from bot.desk import Desk
from bot.intake_fields import FLAGS, YES_NO
from bot.ports import Work
from bot.roles import Act
from bot.sop import Advance, Event, Facts, Plan, Refusal, Timer, advance, begin, facts_to_json, plan_of
from bot.sop.advance import turn_of
from bot.sop.organisation import Contact
from bot.stored import Entry, Letter, StoredCase, Team
from bot.systems import Order, Record

SALESFORCE_CASE: Final = "case"
"""What the Salesforce case is called among a case's references."""
UNANSWERED: Final = "unanswered"
"""The kind of errand that looks whether an owner has answered (D-24)."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report: the case afterwards, what the rules refused, which timers rang."""

    stored: StoredCase
    refused: tuple[Refusal, ...] = ()
    rang: tuple[Timer, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as it is to be shown: with its plan now, its timeline, and what else may be reported on it.

    `account_manager` is who manages its installer, by desk.yaml or else by the import. `orders` are what
    other systems were asked to do for it, `records` the tickets and cases that are there.
    """

    stored: StoredCase
    plan: Plan
    timeline: tuple[Entry, ...]
    reportable: tuple[str, ...] = ()
    account_manager: Contact | None = None
    orders: tuple[Order, ...] = ()
    records: tuple[Record, ...] = ()


def open_case(work: Work, desk: Desk, facts: Facts, agent: str, now: datetime) -> StoredCase:
    """Store a new case of this agent's with its timeline, its appointments and what must be said."""
    desk = desk.today(work).with_contacts(work, facts.installer.name)
    began = begin(facts, desk.playbooks, now)
    team = _team(began.plan, "front_line")
    stored = work.cases.add(began.case, agent, agent, now, team)
    opened = Event("opened", now, by=agent)
    work.timeline.add(stored.number, timeline.entries(opened, began, desk))
    work.follow_ups.keep(stored.number, began.case.timers, now)
    work.outbox.put(letters.on_opening(stored, began, desk), now)
    return stored


def report(work: Work, desk: Desk, number: int, event: Event, now: datetime) -> Reported:
    """Tell a case what happened. What the rules refuse changes nothing and comes back as a refusal."""
    before = work.cases.get(number)
    desk = desk.for_case(before.case, work)
    desk = desk.with_contacts(work, str(event.data.get("installer.name") or ""))
    advanced = advance(before.case, event, desk.playbooks, now)
    if advanced.refused:
        return Reported(before, advanced.refused)
    team = _team(advanced.plan, before.team)
    after = work.cases.save(replace(before, case=advanced.case, team=team), now)
    work.follow_ups.keep(number, advanced.case.timers, now)
    lines = timeline.entries(event, advanced, desk)
    work.timeline.add(number, lines)
    work.outbox.put(letters.on_advance(before, after, advanced, work.outbox, desk), now)
    work.outbox.put(_notices(work, desk, after, event, advanced), now)
    work.outbox.put(threads.replies(work, after, lines), now)
    acted(work, after, event.by, now)
    return Reported(after, rang=advanced.rang)


def acted(work: Work, stored: StoredCase, by: str, now: datetime) -> None:
    """What its owner does with a case answers what the desk asked of them (D-24)."""
    if by and by == stored.owner:
        work.errands.cancel_of(stored.number, UNANSWERED, now)


def _notices(work: Work, desk: Desk, stored: StoredCase, event: Event, advanced: Advance) -> list[Letter]:
    """Who is told in person of the line that an event left: the owner of news, the opener of the end."""
    told = {stored.owner} if event.name in letters.TOLD_TO_OWNER else set()
    informs = any(step.verb == "inform_homeowner" and step.state == "available" for step in advanced.steps)
    if event.name == "close_requested" or (informs and stored.opened_by != stored.owner):
        told.add(stored.opened_by)
    told = {each for each in told if each not in ("", event.by) and roles.may(desk, each, Act.SEE)}
    away = event.name == "owner_away"
    latest = len(work.timeline.of(stored.number)) - 1 if told or away else 0
    asked = [letters.escalated(stored, latest, desk)] if away else []
    return [*asked, *(letters.notice(stored, each, latest) for each in sorted(told))]


def _team(plan: Plan, present: Team) -> Team:
    """Whose case it is: the front line's, until the SOP gives it to another team."""
    if present == "front_line" and plan.handled_by in ("trained_agent", "back_office"):
        return cast(Team, plan.handled_by)
    return present


def record_reference(
    work: Work, desk: Desk, number: int, on: str, reference: str, by: str, now: datetime
) -> StoredCase:
    """Keep the number that another system gave to the record of this kind."""
    before = work.cases.get(number)
    work.cases.save(replace(before, references={**before.references, on: reference}), now)
    event = Event("reference_recorded", now, {"on": on, "reference": reference}, by)
    return report(work, desk, number, event, now).stored


def add_note(
    work: Work, number: int, text: str, by: str, now: datetime, attached: Sequence[Attachment] = ()
) -> None:
    """Add a person's own words to the timeline, with what belongs to them."""
    stored = work.cases.get(number)
    names = ", ".join(one.title for one in attached)
    entry = Entry(
        now, by, "note" if text else "attached", text or f"Attached: {names}", data=as_data(attached)
    )
    work.timeline.add(number, [entry])
    work.outbox.put(threads.replies(work, stored, [entry]), now)
    if by == stored.owner:
        acted(work, stored, by, now)
        work.outbox.put(letters.heard_of(stored, work.outbox, len(work.timeline.of(number)) - 1), now)


def view(work: Work, desk: Desk, number: int, now: datetime) -> CaseView:
    """The case, its plan at this moment, and its timeline."""
    stored = work.cases.get(number)
    desk = desk.for_case(stored.case, work)
    plan = _placed(plan_of(stored.case, desk.playbooks, now), stored)
    timeline = tuple(work.timeline.of(number))
    manager = desk.organisation.account_manager(stored.case.facts.installer.name)
    orders = tuple(work.orders.of(number))
    records = tuple(work.records.of(number)) if stored.references else ()
    return CaseView(stored, plan, timeline, _reportable(stored, plan, desk, now), manager, orders, records)


def _placed(plan: Plan, stored: StoredCase) -> Plan:
    """The SOPs do not say where a referral comment goes: on the Salesforce case, where there is one."""
    if SALESFORCE_CASE not in stored.references:
        return plan
    steps = tuple(
        replace(step, system="salesforce", on=SALESFORCE_CASE)
        if step.verb == "referral_comment" and step.system is None
        else step
        for step in plan.steps
    )
    return replace(plan, steps=steps)


def _reportable(stored: StoredCase, plan: Plan, desk: Desk, now: datetime) -> tuple[str, ...]:
    """The events that have their place where the case stands, and that none of its steps reports."""
    case = stored.case
    path = desk.playbooks.paths.get(case.path or "")
    if path is None or case.stage not in path.stages:
        return ()
    open_steps = [step for step in plan.steps if step.state != "done" and step.verb != "follow_up"]
    owed = {event for step in open_steps for event in step.events}
    known = dict.fromkeys((*path.stages[case.stage].on, *path.on))
    return tuple(
        name
        for name in known
        if name not in owed and turn_of(case, Event(name, now), desk.playbooks, now).refused is None
    )


def changed(facts: Facts, typed: Mapping[str, str | tuple[str, ...]]) -> dict[str, object]:
    """The facts that a form states otherwise than the case has them, by dotted id.

    A milestone has a day and a tick for “not yet”; the day wins, and neither means not known.
    """
    told: dict[str, object] = {}
    for dotted, value in typed.items():
        if dotted.endswith(".not_yet"):
            continue
        said = _stated(dotted, value)
        if dotted.startswith("milestones."):
            said = said or ("not_yet" if typed.get(f"{dotted}.not_yet") else "unknown")
        if dotted == "program":
            said = said or "unknown"
        if said != known(facts, dotted):
            told[dotted] = said
    return told


def known(facts: Facts, dotted: str) -> object:
    """A fact as the JSON of the vocabulary has it; None where it is empty or not known."""
    value: object = facts_to_json(facts)
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return None if value in ("", []) else value


def _stated(dotted: str, value: str | tuple[str, ...]) -> object:
    if isinstance(value, tuple):
        return list(value) or None
    said = value.strip() or None
    return YES_NO.get(said or "") if dotted in FLAGS else said
