"""What is looked at when somebody asks whether everything fits: each thing with what it says and what to do.

Here stands what can be told from desk.yaml and the playbooks alone. Slack, the database and the systems of
record look for themselves: `bot.connectors.slack_examine`, `storage.examining`, `Connector.examine`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal, TypeVar

from bot.errors import StartError
from bot.examples import load_examples
from bot.playbooks import DIRECTORY
from bot.proof import places_of
from bot.proof.space import steps_in
from bot.rulebook_commands import wrong_examples
from bot.sop import Playbooks
from bot.sop.organisation import Organisation
from bot.sop.playbook import StepRule
from bot.system_settings import SystemSettings
from bot.systems import Finding
from bot.word_check import wrong_words

T = TypeVar("T")
Mark = Literal["ok", "look", "mend"]
"""Whether something fits, wants somebody's eye, or has to be mended."""
A_YEAR: Final = timedelta(days=365)
BY_HAND: Final = "It is worked by hand."
BUILT_IN: Final = {
    "systems.jira.fields": ("Queue", "Request Type", "Internal Comment", "Summary", "Description", "Labels"),
    "systems.salesforce.fields": ("Subject", "Description"),
}
"""What the playbooks give a system as a field, and what needs no mapping there."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: neither `what` nor `said` holds a secret or tells of a person."""

    what: str
    said: str
    mark: Mark = "ok"


@dataclass(frozen=True, slots=True)
class Part:
    """Checks that belong together. They are made one by one, as somebody reads them."""

    title: str
    checks: Iterable[Check]


@dataclass(frozen=True, slots=True)
class Expected:
    """What Slack is to know: the app's scopes; channels by where they stand in desk.yaml; and people and user
    groups, each with where it stands.
    """

    scopes: frozenset[str]
    channels: Mapping[str, str] = field(default_factory=dict)
    people: tuple[tuple[str, str], ...] = ()


def expected(organisation: Organisation | None, manifest: Path) -> Expected:
    """What this organisation expects of Slack; without one, only the scopes of the manifest."""
    scopes = json.loads(manifest.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    if organisation is None:
        return Expected(frozenset(scopes))
    told = organisation.channels
    channels = {f"channels.{each.name}": getattr(told, each.name) for each in fields(told)}
    people = [(f"roles.{name}", id_) for name, ids in _roles(organisation) for id_ in ids]
    people += [("rota.people", each.slack_id) for each in organisation.rota.roster]
    return Expected(
        frozenset(scopes),
        {where: name for where, name in channels.items() if name},
        tuple((where, id_) for where, id_ in people if id_),
    )


def tried(made: Callable[[], T], wrong: list[Check]) -> T | None:
    """What is read for the others to look at; None where it cannot be, which is then among what is wrong."""
    try:
        return made()
    except StartError as error:
        wrong.extend(refused("settings", error))
        return None


def refused(what: str, error: Exception) -> Iterator[Check]:
    """What could not even be read, sentence by sentence."""
    for line in str(error).splitlines():
        yield Check(what, line, "mend")


def found(findings: Iterable[Finding]) -> Iterator[Check]:
    """What a system says of itself."""
    for each in findings:
        yield Check(each.what, each.said, "ok" if each.fits else "mend")


def organisation_checked(organisation: Organisation) -> Iterator[Check]:
    """What desk.yaml leaves blank."""
    roles = dict(_roles(organisation))
    for name in ("leads", "agents", "admins"):
        if not roles[name]:
            yield Check(
                f"roles.{name}", "Nobody has this role. Fill in who does, by Slack member id.", "look"
            )
    for name, contact in organisation.contacts.items():
        if not (contact.email or contact.phone):
            yield Check(f"contacts.{name}", "It is blank: a step that needs it stops and says so.", "look")
    if not organisation.account_managers:
        said = "There are none: mails to an account manager stop, unless the imported list names one."
        yield Check("contacts.account_managers", said, "look")
    blank = sum(not person.slack_id for person in organisation.rota.roster)
    if blank:
        said = f"{blank} of {len(organisation.rota.roster)} have no slack_id: named, but not tagged."
        yield Check("rota.people", said, "look")
    for name, link in organisation.links.items():
        if not link:
            yield Check(
                f"links.{name}", "It is blank: no button for it, and a step that needs it stops.", "look"
            )


def holidays_checked(organisation: Organisation, today: date) -> Iterator[Check]:
    """Business time and the rota, each with its days off in the year to come (D-34)."""
    calendar, rota = organisation.calendar, organisation.rota
    yield Check(
        "business time",
        f"{calendar.opens:%H:%M} to {calendar.closes:%H:%M} in {calendar.timezone}. "
        f"Days off until a year from now: {_days(calendar.holidays, today)}.",
    )
    days = _days(rota.holidays, today)
    yield Check("rota", f"In {rota.timezone}. Weekdays that count as a weekend day: {days}.")


def systems_checked(settings: SystemSettings, live: bool) -> Iterator[Check]:
    """Which systems are connected, and which are worked by hand."""
    on = "It is connected." if live else "It is connected; doctor --live tries it."
    yield Check("Jira", on if settings.jira else BY_HAND)
    yield Check("Salesforce", on if settings.salesforce else BY_HAND)
    yield Check("mail", on if settings.mail else BY_HAND)
    yield Check("homeowners", on if settings.power_bi else "They are looked up in what was imported.")


def playbooks_checked(playbooks: Playbooks, systems: SystemSettings) -> Iterator[Check]:
    """Words, worked examples, and whether the systems have all the fields; the proof is left to sop check."""
    yield from fields_checked(systems, playbooks)
    yield from kept_checked(systems, playbooks)
    wrong = [*wrong_words(playbooks, places_of(playbooks.files)), *wrong_examples(DIRECTORY)]
    for each in wrong:
        yield Check("playbooks", each, "mend")
    if not wrong:
        paths, examples = len(playbooks.paths), len(load_examples(DIRECTORY))
        said = (
            f"{paths} paths can be read, and {examples} worked examples come out as written. "
            "After changing one: app.py sop check."
        )
        yield Check("playbooks", said)


def fields_checked(settings: SystemSettings, playbooks: Playbooks) -> Iterator[Check]:
    """Fields that the playbooks fill and that have no place in their system, and those that nothing fills."""
    jira, salesforce = settings.jira, settings.salesforce
    if jira is not None:
        said = "It has no field of its own in Jira: it stands in the ticket’s description."
        missing = Check("systems.jira.fields", said, "look")
        yield from _compared(missing, jira.fields, _filled("ebh", playbooks))
    if salesforce is not None:
        said = "It is missing, and a case that has it cannot be made. Write its API name, or relate it."
        missing = Check("systems.salesforce.fields", said, "mend")
        known = {*salesforce.fields, *(each.by for each in salesforce.related)}
        yield from _compared(missing, known, _filled("salesforce", playbooks))


def kept_checked(settings: SystemSettings, playbooks: Playbooks) -> Iterator[Check]:
    """What people go on mailing themselves, and what is named there and no step (D-25)."""
    mails = mail_steps(playbooks)
    for name in sorted(settings.sent_by_people):
        said = "People send it themselves." if name in mails else _no_mail(name, mails)
        yield Check(f"systems.mail.sent_by_people.{name}", said, "ok" if name in mails else "mend")


def mail_steps(playbooks: Playbooks) -> set[str]:
    """The steps that mail somebody, or reply in a ticket, by their ids."""
    return {rule.id for rule in _rules(playbooks) if rule.verb == "email"}


def _no_mail(name: str, mails: set[str]) -> str:
    near = difflib.get_close_matches(name, mails, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"There are {', '.join(sorted(mails))}."
    return f"No step of the playbooks sends a mail by this name. {meant}"


def _compared(missing: Check, known: Collection[str], filled: set[str]) -> Iterator[Check]:
    built_in = BUILT_IN[missing.what]
    for name in sorted(filled.difference(known, built_in)):
        yield replace(missing, what=f"{missing.what}.{name}")
    for name in sorted(set(known).difference(filled, built_in)):
        near = difflib.get_close_matches(name, filled, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        yield Check(f"{missing.what}.{name}", f"No playbook fills this field.{meant}", "look")


def _rules(playbooks: Playbooks) -> list[StepRule]:
    return steps_in((playbooks.paths, playbooks.overlays, playbooks.fallbacks, playbooks.entry))


def _filled(system: str, playbooks: Playbooks) -> set[str]:
    return {name for rule in _rules(playbooks) if rule.system == system for name in rule.fields}


def _roles(organisation: Organisation) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.name, getattr(organisation.roles, each.name)) for each in fields(organisation.roles)]


def _days(days: Iterable[date], today: date) -> str:
    coming = sorted(day for day in days if today <= day < today + A_YEAR)
    return ", ".join(map(str, coming)) or "none"
