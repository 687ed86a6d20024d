"""The guard: one function decides who may receive what, and nothing leaves the desk that it has not cleared.

It judges by the case, by what is sent through which system, and by the role of each address: the one it is
written under and every one it is known to have. `Cleared` cannot be made but by `clear`, and connectors take
nothing else. The roles' rules are those of the rules core (`bot.sop.guard`: R-035, R-072, D-09, D-13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Never
from weakref import WeakKeyDictionary

from bot.addresses import breaks_the_line, deliverable, mailboxes
from bot.errors import NotAllowed
from bot.recipients import (
    HOMEOWNER,
    INSTALLER,
    INSTALLER_TICKET,
    RECORDED,
    Members,
    Person,
    homeowners_mailboxes,
    on_ticket,
    reached,
    reading,
    roles_of,
    sharing,
    where,
    who_is_who,
    whom,
)
from bot.sop import Facts
from bot.sop.guard import RISK_CATEGORIES, Ban, held_for_lawyer, mail_ban, participant_ban
from bot.systems import UPDATE, Addressee, Draft


class Refused(NotAllowed):
    """The guard refuses. `may_override` is True where a lead may allow it, with a reason."""

    def __init__(self, message: str, cites: tuple[str, ...] = (), *, may_override: bool = False) -> None:
        super().__init__(message, cites)
        self.may_override = may_override


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guard judges by: the case's facts, whether a lead let go what D-09 holds, and who is who.

    `roles` maps the addresses of desk.yaml's contacts and of account managers to the roles they have.
    `readers` are those whom the desk has given each of the case's tickets to read, by `on`; `tickets` are
    their numbers in Jira, behind each of which stands whoever reads it now.
    """

    facts: Facts
    released: bool = False
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readers: Mapping[str, tuple[Addressee, ...]] = field(default_factory=dict)
    tickets: Mapping[str, str] = field(default_factory=dict)


class Cleared:
    """A draft that may leave the desk. Only `clear` makes one; it cannot be changed, copied or stored.

    What was cleared is kept by the guard, not in the object: one that was made behind its back holds nothing.
    """

    __slots__ = ("__weakref__",)

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError("Only bot.guard.clear makes what may leave the desk.")

    def __init_subclass__(cls) -> Never:
        raise TypeError("Nothing else may pass for what the guard has cleared.")

    def __reduce__(self) -> Never:
        raise TypeError("What was cleared is neither copied nor stored; clear the draft anew.")

    @property
    def draft(self) -> Draft:
        """What was cleared: each person once, each by one plain address."""
        if self not in _kept:
            raise TypeError("The guard has not cleared this. Let bot.guard.clear look at the draft.")
        return replace(_kept[self], fields=dict(_kept[self].fields))


_kept: Final[WeakKeyDictionary[Cleared, Draft]] = WeakKeyDictionary()


def no_groups(address: str) -> tuple[str, ...]:
    """Where a system has no groups: every address is somebody's own."""
    del address
    return ()


def clear(draft: Draft, standing: Standing, members: Members = no_groups, override: str = "") -> Cleared:
    """The draft, if all of it may go to all whom it names. Raises Refused, with the rule's words.

    Mails, public replies on tickets, request participants and linked tickets reach people. What is only
    recorded (`bot.recipients.RECORDED`: tickets, cases, internal comments) reaches nobody, so its words and
    fields may hold what the rules want recorded, the homeowner's address too (R-071). So may the fields of a
    linked ticket; but an address that fills a field of the installer's ticket counts as written to.

    `override` is the reason that a lead gave; it opens only what policy lets a lead open (D-13: the
    homeowner on what others receive of an EverBright case). What D-09 holds is released on the case itself.
    """
    _on_one_line(draft)
    known = who_is_who(standing.facts, standing.roles)
    people = reached(draft, known, members)
    on = draft.on or ""
    readers = reading(draft, known, standing.readers.get(on, ()), standing.tickets.get(on, ""), members)
    _not_mistaken(draft, standing.facts, people)
    _by_the_rules(draft, standing.facts, (*people, *readers))
    addressees = _each_once(draft, standing.facts)
    _not_held(draft, standing, roles_of(people))
    _not_shared(standing.facts, sharing(draft, known, members), override)
    if not override.strip():
        _not_copied(draft, roles_of(people))
    made = object.__new__(Cleared)
    _kept[made] = replace(draft, addressees=addressees, fields=dict(draft.fields))
    return made


def _by_the_rules(draft: Draft, facts: Facts, people: tuple[Person, ...]) -> None:
    """The homeowner neither receives it, nor stands in its words as in a forwarded thread (D-13)."""
    ban = _ban(draft, facts, roles_of(people))
    if ban is None:
        return
    homeowner = next((person for person in people if HOMEOWNER in person.roles), None)
    if homeowner is not None:
        raise Refused(f"{homeowner.how}{ban.message}", ban.cites)
    words = (draft.subject, draft.text, *(each.name for each in draft.addressees))
    if draft.verb not in RECORDED and mailboxes("\n".join(words)) & homeowners_mailboxes(facts):
        raise Refused(
            "The words of this hold the homeowner’s e-mail address, as a forwarded thread does. Take it out. "
            f"{ban.message}",
            ban.cites,
        )


def _ban(draft: Draft, facts: Facts, roles: tuple[str, ...]) -> Ban | None:
    """Why the homeowner may not receive this along with those `roles`, whatever a lead says.

    Fraud and compliance go to Risk: of those the homeowner is copied on nothing.
    """
    with_risk = bool(set(RISK_CATEGORIES) & set(facts.categories)) and _others(roles)
    joined = mail_ban(facts, (HOMEOWNER, *roles))
    return joined or (participant_ban(facts, HOMEOWNER) if with_risk or _joins(draft) else None)


def _joins(draft: Draft) -> bool:
    """Whether it brings people to a ticket, or reaches those who are there."""
    return on_ticket(draft) or bool(draft.at("participant"))


def _others(roles: tuple[str, ...]) -> bool:
    return any(role != HOMEOWNER for role in roles)


def _not_mistaken(draft: Draft, facts: Facts, people: tuple[Person, ...]) -> None:
    """The homeowner's address under another role is a mistake, which no reason makes right."""
    for person in people:
        others = tuple(sorted(person.roles - {HOMEOWNER}))
        if HOMEOWNER in person.roles and others:
            ban = _ban(draft, facts, others)
            raise Refused(
                f"One e-mail address is given for both the homeowner and {whom(others[0])}, so this would "
                f"reach the wrong person. Correct {where(others[0], facts)}, or the homeowner’s."
                + (f" {ban.message}" if ban else ""),
                ban.cites if ban else ("D-13",),
            )


def _not_held(draft: Draft, standing: Standing, roles: tuple[str, ...]) -> None:
    """While a lawyer is involved, nothing goes to the installer, nor changes on the installer's ticket."""
    if draft.on == INSTALLER_TICKET and draft.verb in ("open_linked_ticket", "email", UPDATE):
        roles = (*roles, INSTALLER)
    if held_for_lawyer(standing.facts, roles, standing.released):
        raise Refused(
            "A lawyer is involved: held until a lead releases it (D-09). Ask your lead to release it on the "
            "case, then send it again.",
            ("D-09",),
        )


def _not_copied(draft: Draft, roles: tuple[str, ...]) -> None:
    if HOMEOWNER in roles and (_others(roles) or _joins(draft)):
        raise Refused(
            "On EverBright cases the homeowner is not copied by default (D-13). Write to the homeowner "
            "separately, or ask a lead to allow it and to say why.",
            ("D-13",),
            may_override=True,
        )


def _not_shared(facts: Facts, people: tuple[Person, ...], override: str) -> None:
    """Whoever is in a ticket's organisation reads it, as its request participants do."""
    if HOMEOWNER not in roles_of(people):
        return
    ban = participant_ban(facts, HOMEOWNER)
    if ban is None and override.strip():
        return
    raise Refused(
        "The homeowner belongs to the organisation that this ticket is shared with. Take them out of it in "
        "Jira, and have it tried again. "
        + (ban.message if ban else "On EverBright cases the homeowner is not copied by default (D-13)."),
        ban.cites if ban else ("D-13",),
        may_override=ban is None,
    )


def _on_one_line(draft: Draft) -> None:
    """No line break smuggles a header into a mail."""
    texts = [("The subject", draft.subject)]
    for each in draft.addressees:
        texts.append((f"The name of {whom(each.role)}", each.name))
        texts.append((f"The e-mail address of {whom(each.role)}", each.address))
    for what, text in texts:
        if breaks_the_line(text):
            raise Refused(
                f"{what} holds a line break or another sign that cannot be seen. Write it anew, on one line."
            )


def _each_once(draft: Draft, facts: Facts) -> tuple[Addressee, ...]:
    """Every addressee once, by one plain address."""
    if draft.verb == "email" and not draft.at("to"):
        raise Refused("This mail goes to nobody. Name somebody to write to under To.")
    if draft.verb == "add_participant" and not draft.at("participant"):
        raise Refused("This adds nobody to the ticket. Name the request participant.")
    once: dict[frozenset[str], Addressee] = {}
    for each in draft.addressees:
        address = deliverable(each.address)
        if not address:
            raise Refused(_unfit(each, facts))
        if mailboxes(each.name) - mailboxes(address):
            raise Refused(
                f"The name of {whom(each.role)} holds another e-mail address. Write the name alone."
            )
        if each.role == HOMEOWNER and not mailboxes(address) & homeowners_mailboxes(facts):
            raise Refused(
                "The address of the homeowner is not one that the case’s facts know. Add it to the facts "
                "first, so that nobody else is taken for the homeowner.",
                ("D-13",),
            )
        once.setdefault(mailboxes(address), replace(each, address=address))
    return tuple(once.values())


def _unfit(each: Addressee, facts: Facts) -> str:
    named, line = whom(each.role), where(each.role, facts)
    if not each.address.strip():
        return f"There is no e-mail address for {named}. Fill in {line}; nothing was sent."
    return (
        f"The e-mail address of {named} is not one plain address, such as name@example.com: one person, "
        f"without a name, brackets or a second address beside it. Correct {line}; nothing was sent."
    )
