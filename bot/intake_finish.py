"""What an intake leads to: one case, linked with what belongs to it, and in the hands it belongs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot import alerts, cases, drafts, duplicates, hands, letters, links, roles
from bot.desk import Desk
from bot.duplicates import Alike
from bot.errors import AlreadyOpen, CaseError
from bot.intake import check, following, stated
from bot.intake_fields import (
    LINK_WITH,
    MESSAGE_LINK,
    MESSAGE_TEXT,
    MILESTONES,
    NOT_YET,
    PAGES,
    REASON,
    Values,
    text_of,
)
from bot.ports import Work
from bot.sop import Event, Plan, plan_of
from bot.sop.vocabulary import SENSITIVE
from bot.stored import Entry, Intake, StoredCase

CARRIED_ON = (
    *PAGES["who"],
    "installer.name",
    "installer.email",
    "product",
    "omnidian",
    NOT_YET,
    *(f"milestones.{each}" for each in MILESTONES),
)
"""What another complaint of the same homeowner begins with (D-21)."""
OFFERED: Mapping[str, tuple[str, ...]] = {
    "missing_equipment": ("installer_unresponsive",),
    "not_connected": ("installer_unresponsive",),
    "installer_unresponsive": ("missing_equipment", "not_connected"),
}
"""Silence, and what it is about, are a case each (D-31)."""


def finish(work: Work, desk: Desk, intake: Intake, now: datetime) -> StoredCase:
    """Open the case this intake leads to: once, however often it is submitted.

    Raises AlreadyOpen where the same complaint is open and no reason is given for another, and CaseError
    where something is wrong in the form.
    """
    stored = work.intakes.get(intake.id) or intake
    if stored.case_number is not None:
        return work.cases.get(stored.case_number)
    values = stored.values
    asked = following(values, desk.playbooks, now.date())
    if any(check(values, page, now, asked) for page in PAGES):
        raise CaseError("Something in the form has to be mended first. Go back; what is wrong stands there.")
    facts = stated(values, desk, stored.agent, now)
    work.cases.take_turn()
    found = duplicates.alike(work, facts)
    if found.same and not text_of(values, REASON):
        raise AlreadyOpen([each.number for each in found.same])
    case = cases.open_case(work, desk, facts, stored.agent, now)
    work.intakes.save(replace(stored, case_number=case.number), now)
    _note_message(work, case, values, stored.agent, now)
    _link(work, desk, case, stored, found, now)
    alerts.look(work, desk, case, now)
    return _handed(work, desk, case.number, stored.agent, now)


def join(work: Work, desk: Desk, intake: Intake, number: int, now: datetime) -> StoredCase:
    """Instead of a case of its own, the call is noted on the one that is open for the same complaint (D-22).

    What was said goes there word for word, and a qualifier flags it. Raises CaseError where it is not one.
    """
    stored = work.intakes.get(intake.id) or intake
    if stored.case_number is not None:
        return work.cases.get(stored.case_number)
    facts, agent = stated(stored.values, desk, stored.agent, now), stored.agent
    if number not in {each.number for each in duplicates.alike(work, facts).same}:
        raise CaseError(f"HC-{number} is no longer open for this complaint. Go back and forth to look again.")
    data = {"category": facts.categories[0], "address": facts.homeowner.address}
    cases.report(work, desk, number, Event("same_complaint_again", now, data, agent), now)
    cases.add_note(work, number, facts.description, agent, now)
    _note_message(work, work.cases.get(number), stored.values, agent, now)
    before = work.cases.get(number).case.facts.sensitive
    mentioned = [each for each in SENSITIVE if each in {*before, *facts.sensitive}]
    if len(mentioned) > len(before):
        learned = Event("facts_learned", now, {"sensitive": mentioned}, agent)
        cases.report(work, desk, number, learned, now)
        links.flag_all(work, desk, number, agent, now)
    case = work.cases.get(number)
    if case.owner not in ("", agent):
        at = len(work.timeline.of(number)) - 1
        work.outbox.put([letters.notice(case, case.owner, at)], now)
    work.intakes.save(replace(stored, case_number=number), now)
    return case


def _note_message(work: Work, case: StoredCase, values: Values, by: str, now: datetime) -> None:
    """The message that the complaint was made from: where it stands, and all of it where it was cut."""
    link, text = text_of(values, MESSAGE_LINK), text_of(values, MESSAGE_TEXT)
    if link:
        work.timeline.add(case.number, [Entry(now, by, "message", f"Made from this message: {link}")])
    if text:
        cases.add_note(work, case.number, text, by, now)


def _link(work: Work, desk: Desk, case: StoredCase, stored: Intake, found: Alike, now: datetime) -> None:
    """The same complaint with the reason, what came up in the same call, and what was ticked."""
    reason = text_of(stored.values, REASON)
    same = [each.number for each in found.same]
    links.link(work, case.number, same, stored.agent, now, reason=reason)
    ticked = stored.values.get(LINK_WITH, ())
    others = {each.number for each in found.others if str(each.number) in ticked}
    links.link(work, case.number, others | set(stored.linked) - set(same), stored.agent, now)
    if same or others or stored.linked:
        links.flag_all(work, desk, case.number, stored.agent, now)


def _handed(work: Work, desk: Desk, number: int, agent: str, now: datetime) -> StoredCase:
    """A sensitive complaint of somebody who is not trained goes to those who are (D-14)."""
    case = work.cases.get(number)
    if not goes_to_trained(plan_of(case.case, desk.playbooks, now), desk, agent):
        return case
    return hands.hand_to_team(work, desk, number, "trained_agent", agent, now, cites=("D-14",))


def goes_to_trained(plan: Plan, desk: Desk, agent: str) -> bool:
    """Whether the case is one for the trained agents, and this agent is none of them (D-14)."""
    sensitive = plan.handled_by == "trained_agent" or bool(plan.overlays)
    trained = roles.members(desk, roles.Role.TRAINED_AGENT)
    able = roles.roles_of(desk, agent) & roles.TAKERS["trained_agent"]
    return sensitive and bool(trained) and not able


def another(work: Work, stored: Intake, agent: str, now: datetime, category: str = "") -> Intake:
    """The next complaint of the same homeowner: who is calling is known, what happened is not (D-21)."""
    values = {field: value for field, value in stored.values.items() if field in CARRIED_ON}
    if category:
        values["category"] = category
    numbers = () if stored.case_number is None else (stored.case_number,)
    return drafts.begin(work, agent, now, values, "what", (*stored.linked, *numbers))
