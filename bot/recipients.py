"""Who would receive a draft: every mailbox that it reaches, with every role that mailbox is known to have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from bot.addresses import deliverable, mailboxes
from bot.sop import Facts
from bot.systems import UPDATE, Addressee, Draft

Members = Callable[[str], tuple[str, ...]]
"""The addresses of all who are behind a group, also through groups within it; none for a person. Behind the
name of an organisation are its people, behind a ticket's number its readers.
"""
WhoIsWho = Mapping[str, frozenset[str]]
"""Roles by mailbox."""
HOMEOWNER: Final = "homeowner"
INSTALLER: Final = "installer"
OTHER: Final = "other"
"""The role of somebody whom a person added: it says nothing of who they are."""
ORGANISATION: Final = "Organization"
"""The field that shares a ticket with everybody of a customer organisation."""
INSTALLER_TICKET: Final = "installer_ticket"
RECORDED: Final = frozenset(
    {"open_ticket", "open_case", "reassign", "internal_comment", "referral_comment", "close", UPDATE}
)
"""Verbs that write to nobody. What they record may hold the homeowner's address (R-071); everything else is
mail.
"""


class Person(NamedTuple):
    """One mailbox that a draft reaches. `how` says how it comes to be there, if it is not named itself."""

    roles: frozenset[str]
    how: str = ""


def who_is_who(facts: Facts, listed: Mapping[str, tuple[str, ...]]) -> WhoIsWho:
    """The roles of everybody known: those `listed` (roles by address), the installer, and the homeowner."""
    pairs = [
        (mailbox, role) for text, roles in listed.items() for mailbox in mailboxes(text) for role in roles
    ]
    pairs += [(mailbox, INSTALLER) for mailbox in mailboxes(facts.installer.email)]
    pairs += [(mailbox, HOMEOWNER) for mailbox in homeowners_mailboxes(facts)]
    known: dict[str, frozenset[str]] = {}
    for mailbox, role in pairs:
        known[mailbox] = known.get(mailbox, frozenset()) | {role}
    return known


def homeowners_mailboxes(facts: Facts) -> frozenset[str]:
    """Every mailbox that the facts know as the homeowner's, whatever field it was typed into."""
    person = facts.homeowner
    typed = [person.name, person.address, person.phone, person.email, person.best_time]
    typed += [value for value in facts.extra.values() if isinstance(value, str)]
    return frozenset(mailbox for text in typed for mailbox in mailboxes(text))


def reached(draft: Draft, known: WhoIsWho, members: Members) -> tuple[Person, ...]:
    """Everybody whom the draft names, and those behind groups."""
    named = (*draft.addressees, *_in_fields(draft))
    return tuple(person for each in named for person in _behind(each, known, members))


def reading(
    draft: Draft, known: WhoIsWho, readers: Iterable[Addressee], ticket: str, members: Members
) -> tuple[Person, ...]:
    """Who would receive a public reply on a ticket: its `readers`, and whoever is behind its number."""
    if not on_ticket(draft):
        return ()
    readers = (*readers, *(Addressee(OTHER, address) for address in (members(ticket) if ticket else ())))
    there = "The homeowner is on this ticket already: take them off it in Jira, and go on there by hand. "
    return tuple(
        Person(_roles(each.role, mailbox, known), there)
        for each in readers
        for mailbox in mailboxes(each.address)
    )


def sharing(draft: Draft, known: WhoIsWho, members: Members) -> tuple[Person, ...]:
    """Everybody in the organisation that a ticket is shared with."""
    name = draft.fields.get(ORGANISATION, "") if draft.system == "ebh" else ""
    return tuple(
        Person(_roles(OTHER, mailbox, known))
        for address in (members(name) if name else ())
        for mailbox in mailboxes(address)
    )


def on_ticket(draft: Draft) -> bool:
    """Whether this is read by those who read a ticket, or names somebody who shall."""
    return draft.system == "ebh" and (draft.verb not in RECORDED or bool(draft.addressees))


def roles_of(people: Iterable[Person]) -> tuple[str, ...]:
    """All their roles, each once."""
    return tuple(dict.fromkeys(role for person in people for role in sorted(person.roles)))


def whom(role: str) -> str:
    """A role as it stands in a sentence."""
    named = {
        OTHER: "the person who was added",
        "risk": "Risk",
        "omnidian": "Omnidian",
        "concert_support": "Concert Support",
        "concert_compliance_contact": "the Concert Compliance contact",
    }
    return named.get(role, f"the {role.replace('_', ' ')}")


def where(role: str, facts: Facts) -> str:
    """Where the address of a role is written down."""
    if role in (HOMEOWNER, INSTALLER):
        return f"the {role}’s e-mail address among the case’s facts"
    if role == OTHER:
        return "the address that was typed"
    if role == "account_manager":
        return f'contacts.account_managers."{facts.installer.name.strip() or "*"}".email in desk.yaml'
    return f"contacts.{role}.email in desk.yaml"


def _behind(each: Addressee, known: WhoIsWho, members: Members) -> Iterator[Person]:
    """Somebody who is named, and all behind them. A homeowner's address is their own: no system is asked."""
    own = mailboxes(each.address)
    named = [Person(_roles(each.role, mailbox, known)) for mailbox in own] or [Person(frozenset({each.role}))]
    yield from named
    address = deliverable(each.address)
    if address and not any(HOMEOWNER in known.get(mailbox, ()) for mailbox in own):
        group = (
            f"The address of {whom(each.role)} is a group, and the homeowner is in it. "
            "Write to the others one by one. "
        )
        behind = {mailbox for member in members(address) for mailbox in mailboxes(member)}
        yield from (Person(_roles(OTHER, mailbox, known), group) for mailbox in sorted(behind - own))


def _roles(written: str, mailbox: str, known: WhoIsWho) -> frozenset[str]:
    """The role that somebody is written under and all they have."""
    roles = known.get(mailbox, frozenset())
    return roles if roles and written == OTHER else roles | {written}


def _in_fields(draft: Draft) -> tuple[Addressee, ...]:
    """Whom the installer's ticket names in a field for an address (R-075): Jira may write to them."""
    if draft.on != INSTALLER_TICKET:
        return ()
    return tuple(
        Addressee(INSTALLER, text)
        for name, text in draft.fields.items()
        if deliverable(text) or ("mail" in name.casefold() and mailboxes(text))
    )
