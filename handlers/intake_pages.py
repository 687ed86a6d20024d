"""Intake's pages, drawn from what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from slack_sdk import WebClient

from blocks import directory as menus
from blocks import drafts as draft_blocks
from blocks import intake as pages
from blocks import kit
from bot import drafts, duplicates, intake, intake_finish, intake_message
from bot.directory import Offered, offered
from bot.sop import Facts, plan
from bot.sop.playbook import StepRule
from bot.stored import Intake
from bot.wording import Names, write
from handlers.front import Front, redraw

FIRST = ("opening", "contact_details")
"""The steps of the call that belong beside name, address and ways to reach the homeowner."""


def page(front: Front, stored: Intake) -> kit.Block:
    """The page at which the intake stands."""
    match stored.sheet.page:
        case "who":
            page_one, offers = _who(front, stored), _offered(front, stored)
            return menus.on_who(page_one, offers, menus.dashboard(front.desk))
        case "what":
            return menus.on_what(_what(front, stored), _offered(front, stored))
        case "says":
            return _says(front, stored)


def _offered(front: Front, stored: Intake) -> Offered:
    """What there is to choose from in the directory."""
    with front.desk.memory.read() as work:
        return offered(work, stored.values, live=front.desk.look_up is not None)


def _who(front: Front, stored: Intake) -> kit.Block:
    """Page one, with the SOP's words for answering a call."""
    facts = intake.facts_of({**stored.values, "channel": stored.values.get("channel") or "phone"})
    rules = [rule for rule in front.desk.playbooks.entry.call if rule.id in FIRST]
    return pages.who(stored, _scripts(front, stored, facts, rules), _above(front, stored))


def _above(front: Front, stored: Intake) -> list[kit.Block]:
    """On a form that is still empty: that another one is half written down. Else where it comes from."""
    if intake_message.is_from_message(stored.values):
        return pages.from_message(stored)
    if not drafts.is_empty(stored.values):
        return []
    with front.desk.memory.read() as work:
        recent = drafts.recent_of(work, stored.agent, front.now())
    return [draft_blocks.recent(recent, front.desk.zone)] if recent else []


def _what(front: Front, stored: Intake) -> kit.Block:
    """Page two, with what is said once it is known who is calling."""
    facts = replace(intake.facts_of(stored.values), categories=())
    rules = [rule for rule in front.desk.playbooks.entry.call if rule.id not in FIRST]
    return pages.what(stored, _scripts(front, stored, facts, rules), asked(front, stored))


def _says(front: Front, stored: Intake) -> kit.Block:
    """Page three: what the SOP says."""
    facts = intake.stated(stored.values, front.desk, stored.agent, front.now())
    with front.desk.memory.read() as work:
        desk = front.desk.today(work).with_contacts(work, facts.installer.name)
    planned = plan(facts, desk.playbooks, front.now())
    with desk.memory.read() as work:
        found = duplicates.alike(work, facts)
    leaves = intake_finish.goes_to_trained(planned, desk, stored.agent)
    name = front.people.name_of(stored.agent)
    return pages.says(stored, facts, planned, desk, name, found, leaves=leaves)


def opened(front: Front, stored: Intake) -> kit.Block:
    """What the window shows once the intake has led to a case, with the way to the homeowner's next one."""
    assert stored.case_number is not None
    with front.desk.memory.read() as work:
        case = work.cases.get(stored.case_number)
    category = case.case.facts.categories[0] if case.case.facts.categories else ""
    began = stored.started_at
    joined = began is not None and case.case.opened_at < began
    return pages.opened(case, stored.id, intake_finish.OFFERED.get(category, ()), joined=joined)


def asked(front: Front, stored: Intake) -> tuple[str, ...]:
    """The fields of page two that follow what was chosen so far."""
    return intake.following(stored.values, front.desk.playbooks, front.now().date())


def _scripts(front: Front, stored: Intake, facts: Facts, rules: Sequence[StepRule]) -> list[str]:
    """The words of these steps of the call, as far as the facts call for them."""
    wanted = {rule.id for rule in rules}
    names = Names(agent=front.people.name_of(stored.agent))
    steps = plan(facts, front.desk.playbooks, front.now()).steps
    return [write(step, facts, names).text for step in steps if step.key in wanted]


def draw_in(front: Front, client: WebClient, stored: Intake, window: str, seen: str | None = None) -> None:
    """Draw the intake in this window, which is its newest from now on.

    The window shows no inputs before: what was typed in them would stay.
    """
    with front.desk.memory.write() as work:
        shown = drafts.show(work, drafts.to_go_on_with(work, stored.id, stored.agent), window, front.now())
    redraw(client, window, page(front, shown), seen)
