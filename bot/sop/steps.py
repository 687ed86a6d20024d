"""From a playbook's step to a step of a plan: whom it reaches, and why it may not be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.sop.facts import Facts
from bot.sop.facts_json import is_known
from bot.sop.guard import held_for_lawyer, mail_ban, participant_ban
from bot.sop.organisation import Contact
from bot.sop.playbook import Playbooks, StepRule
from bot.sop.step import Step

CONTACTS: Final = (
    "account_manager",
    "concert_compliance_contact",
    "concert_support",
    "risk",
    "omnidian",
    "resolution_specialist",
)
"""Roles whose address stands in desk.yaml."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a step is built in: the facts, the rulebook, the local day, and a lead's release (D-09)."""

    facts: Facts
    playbooks: Playbooks
    today: date
    released: bool = False


def build(rule: StepRule, name: str, attempt: int, setting: Setting) -> Step:
    """The step of `rule` under the id `name`: available, or held or refused with the reason."""
    step = Step(
        id=name,
        key=rule.id,
        verb=rule.verb,
        title=rule.title,
        system=rule.system,
        to=rule.to,
        participants=rule.participants,
        copied=rule.copied,
        by=rule.by,
        text=rule.text,
        source=setting.playbooks.templates.get(rule.text or "", ""),
        fields=rule.fields,
        cites=rule.cites,
        lost=rule.lost,
        on=rule.on,
        channel=rule.channel,
        events=rule.done_by,
        attempt=attempt,
        our_wording=rule.our_wording,
        contact=setting.playbooks.organisation.contacts.get(rule.contact or ""),
        link=setting.playbooks.organisation.links.get(rule.link or "", ""),
    )
    if rule.asks is not None:
        step = replace(step, id=f"ask:{rule.asks}", key="ask", events=("facts_learned",))
    if missing := _missing_details(rule, setting) or _missing_link(rule, step):
        return replace(step, state="refused", why=missing)
    if rule.held_for_lawyer and held_for_lawyer(setting.facts, ("installer",), setting.released):
        return _held(step)
    return _checked(step, setting)


def applies(rule: StepRule, setting: Setting) -> tuple[bool, tuple[str, ...]]:
    """Whether a step is owed on these facts; else the facts to ask for where that cannot be told.

    What is only said or asked is left out rather than asked about, and a question that is answered is over.
    """
    if rule.asks is not None and is_known(setting.facts, rule.asks):
        return False, ()
    verdict = rule.when.judge(setting.facts, setting.today)
    if verdict.holds is None:
        return False, () if rule.verb in ("say", "ask") else verdict.asks
    return verdict.holds, ()


def ask_step(fact: str, setting: Setting, cites: tuple[str, ...]) -> Step:
    """The question for one fact that a rule needs."""
    return Step(
        id=f"ask:{fact}",
        key="ask",
        verb="ask",
        title=setting.playbooks.question(fact),
        text="shared/title",
        source=setting.playbooks.templates.get("shared/title", ""),
        cites=cites,
        events=("facts_learned",),
    )


def contradiction_step(pair: tuple[str, str], setting: Setting) -> Step:
    """The question that resolves two facts which cannot both be true (D-29)."""
    first, second = pair
    if second == "now":
        title = f"{_named(first)} lies in the future. Which date is right?"
    else:
        title = f"{_named(first)} and {_named(second)} contradict each other. Which one is right?"
    step = ask_step(first, setting, ("D-29",))
    return replace(step, id=f"ask:{first}+{second}", title=title)


def _checked(step: Step, setting: Setting) -> Step:
    recipients = (*step.to, *step.copied)
    ban = mail_ban(setting.facts, recipients) if step.verb == "email" else None
    for participant in step.participants:
        ban = ban or participant_ban(setting.facts, participant)
    if ban is not None:
        return replace(step, state="refused", why=ban.message, cites=(*step.cites, *ban.cites))
    for role in (*recipients, *step.participants):
        by_mail = step.contact is None and step.system not in ("slack", "phone")
        if by_mail and (missing := _missing(role, setting)):
            return replace(step, state="refused", why=missing)
    drafted = step.verb in ("email", "add_participant", "open_linked_ticket")
    if drafted and held_for_lawyer(setting.facts, (*recipients, *step.participants), setting.released):
        return _held(step)
    return step


def _held(step: Step) -> Step:
    cites = tuple(dict.fromkeys((*step.cites, "D-09")))
    return replace(
        step, state="held", why="A lawyer is involved: held until a lead releases it.", cites=cites
    )


def _missing_details(rule: StepRule, setting: Setting) -> str:
    """Which line of desk.yaml has to be filled before the details of `contact` can be given to somebody.

    A transfer needs a phone number, words need any way to be reached.
    """
    if rule.contact is None:
        return ""
    contact = setting.playbooks.organisation.contacts.get(rule.contact) or Contact()
    if contact.phone or (contact.email and rule.verb != "warm_transfer"):
        return ""
    return (
        f"The phone number of {rule.contact.replace('_', ' ').capitalize()} is not configured. Fill in "
        f"contacts.{rule.contact}.phone in desk.yaml; until then ask your lead for it."
    )


def _missing_link(rule: StepRule, step: Step) -> str:
    """Which line of desk.yaml has to be filled before the step can say where something stands."""
    if rule.link is None or step.link:
        return ""
    return (
        f"Where this stands is not configured. Fill in links.{rule.link} in desk.yaml; until then ask your "
        "lead for it."
    )


def _missing(role: str, setting: Setting) -> str:
    """Which line of desk.yaml has to be filled before `role` can be reached; empty when none has."""
    if role not in CONTACTS:
        return ""
    organisation, installer = setting.playbooks.organisation, setting.facts.installer.name.strip()
    if role == "account_manager":
        contact, line = organisation.account_manager(installer), f'account_managers."{installer or "*"}"'
    else:
        contact, line = organisation.contacts.get(role), role
    if (contact or Contact()).email:
        return ""
    whom = role.replace("_", " ").replace("concert", "Concert")
    return (
        f"The e-mail address of the {whom} is not configured. Fill in contacts.{line}.email in desk.yaml; "
        "until then ask your lead whom to add."
    )


def _named(fact: str) -> str:
    """A fact as it stands in a sentence: `M3`, `found on platform`."""
    name = fact.rpartition(".")[2]
    return name.upper() if fact.startswith("milestones.") else name.replace("_", " ").capitalize()
