"""From a step to a draft: the finished words, and everybody who is to receive them, each with the reason."""

from __future__ import annotations

from typing import Final

from bot.cases import CaseView
from bot.desk import Desk
from bot.guard import Standing
from bot.sop import Step
from bot.sop.organisation import Contact
from bot.systems import Addressee, Draft, Place
from bot.wording import Names, one_line, write

INSIDE: Final = ("back_office_queue", "lead", "agent", "owner")
"""Roles that are reached without an address."""


def drafted(view: CaseView, step: Step, desk: Desk) -> Draft:
    """What a step wants to have done, as the case's facts are now. The owner signs.

    Who has no address yet stands there with an empty one; the guard lets nothing go out to nobody.
    """
    stored = view.stored
    agent = desk.people.name_of(stored.owner) if stored.owner else ""
    written = write(step, stored.case.facts, Names(agent=agent, case_number=stored.name))
    return Draft(
        case_name=stored.name,
        system=step.system or "",
        verb=step.verb,
        step=step.id,
        on=step.on,
        subject=_subject(written.subject, stored.name),
        text=written.text,
        fields=written.fields,
        addressees=tuple(
            addressee(role, place, step, view, desk)
            for place, roles in _places(step)
            for role in roles
            if role not in INSIDE
        ),
        cites=step.cites,
    )


def addressee(role: str, place: Place, step: Step, view: CaseView, desk: Desk) -> Addressee:
    """Somebody by their role: who that is on this case, and by which rule they are there."""
    facts = view.stored.case.facts
    if role == "homeowner":
        contact = Contact(facts.homeowner.name, facts.homeowner.email)
    elif role == "installer":
        contact = Contact(facts.installer.name, facts.installer.email)
    elif role == "account_manager":
        contact = view.account_manager or Contact()
    else:
        contact = desk.organisation.contacts.get(role) or Contact()
    return Addressee(role, contact.email, one_line(contact.name), place, _why(step, desk), step.cites)


def standing(view: CaseView, desk: Desk) -> Standing:
    """What the guard judges by."""
    organisation = desk.organisation
    known: dict[str, tuple[str, ...]] = {}
    contacts = [(role, contact) for role, contact in organisation.contacts.items()]
    managers = [*organisation.account_managers.values(), view.account_manager or Contact()]
    contacts += [("account_manager", contact) for contact in managers]
    for role, contact in contacts:
        if contact.email:
            address = contact.email.casefold()
            known[address] = (*known.get(address, ()), role)
    case = view.stored.case
    released = any(event.name == "lead_released" for event in case.history)
    tickets = {record.on: record.reference for record in view.records if record.system == "ebh"}
    return Standing(case.facts, released, known, _readers(view), tickets)


def _readers(view: CaseView) -> dict[str, tuple[Addressee, ...]]:
    """Whom the desk has given each ticket to read, or is about to, by what it is `on`."""
    readers: dict[str, tuple[Addressee, ...]] = {}
    for order in view.orders:
        if order.system == "ebh" and order.state != "dropped":
            on = order.draft.on or ""
            readers[on] = (*readers.get(on, ()), *order.draft.addressees)
    return readers


def _places(step: Step) -> tuple[tuple[Place, tuple[str, ...]], ...]:
    return (("to", step.to), ("cc", step.copied), ("participant", step.participants))


def _subject(subject: str, case_name: str) -> str:
    """Every mail of a case has its number in the subject, so that the answers find their way."""
    if not subject or case_name in subject:
        return subject
    return f"{subject} [{case_name}]"


def _why(step: Step, desk: Desk) -> str:
    """The words of the rule that puts somebody there; what the step is for, where there are none."""
    for cite in step.cites:
        rule = desk.playbooks.rule(cite)
        if rule is not None and cite.startswith("R-") and rule.quote:
            return f"“{rule.quote}”"
    return step.title
