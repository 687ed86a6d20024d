"""The guard: one function decides who may receive what, and nothing leaves the desk that it has not cleared.

It judges by the case, by what is sent through which system, and by the role of each address: the one it is
written under and every one it is known to have. `Cleared` cannot be made but by `clear`, and connectors take
nothing else. The roles' rules are those of the rules core (`bot.sop.guard`: R-035, R-072, D-09, D-13).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Never

from bot.errors import NotAllowed
from bot.sop import Facts
from bot.sop.guard import held_for_lawyer, mail_ban, participant_ban
from bot.systems import Addressee, Draft

Members = Callable[[str], tuple[str, ...]]
"""The addresses behind a group; none for a person."""
_BY_THE_GUARD: Final = object()


class Refused(NotAllowed):
    """The guard refuses. `may_override` is True where a lead may allow it, with a reason."""

    def __init__(self, message: str, cites: tuple[str, ...] = (), *, may_override: bool = False) -> None:
        super().__init__(message, cites)
        self.may_override = may_override


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guard judges by: the case's facts, whether a lead let go what D-09 holds, and who is who.

    `roles` maps the addresses of desk.yaml's contacts and of account managers to the roles they have.
    """

    facts: Facts
    released: bool = False
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Cleared:
    """A draft that may leave the desk. Only `clear` makes one; it cannot be changed, copied or stored."""

    __slots__ = ("_draft",)
    _draft: Draft

    def __init__(self, draft: Draft, made_by: object) -> None:
        if made_by is not _BY_THE_GUARD:
            raise TypeError("Only bot.guard.clear makes what may leave the desk.")
        object.__setattr__(self, "_draft", draft)

    @property
    def draft(self) -> Draft:
        """What was cleared."""
        return self._draft

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError("What was cleared cannot be changed; clear it anew.")

    def __init_subclass__(cls) -> Never:
        raise TypeError("Nothing else may pass for what the guard has cleared.")

    def __reduce__(self) -> Never:
        raise TypeError("What was cleared is neither copied nor stored; clear the draft anew.")


def no_groups(address: str) -> tuple[str, ...]:
    """Where a system has no groups: every address is somebody's own."""
    del address
    return ()


def clear(draft: Draft, standing: Standing, members: Members = no_groups, override: str = "") -> Cleared:
    """The draft, if all of it may go to all whom it names. Raises Refused, with the rule's words.

    `override` is the reason that a lead gave; it opens only what policy lets a lead open (D-13: the
    homeowner on mail of an EverBright case).
    """
    del members, override
    roles = tuple(dict.fromkeys(role for each in draft.addressees for role in _roles(each, standing)))
    ban = mail_ban(standing.facts, roles)
    for each in draft.at("participant"):
        for role in _roles(each, standing):
            ban = ban or participant_ban(standing.facts, role)
    if ban is not None:
        raise Refused(ban.message, ban.cites)
    if held_for_lawyer(standing.facts, roles, standing.released):
        raise Refused("A lawyer is involved: held until a lead releases it (D-09).", ("D-09",))
    return Cleared(draft, _BY_THE_GUARD)


def _roles(addressee: Addressee, standing: Standing) -> tuple[str, ...]:
    known = standing.roles.get(addressee.address.casefold(), ())
    if addressee.address.casefold() == standing.facts.homeowner.email.casefold() != "":
        known = (*known, "homeowner")
    return (addressee.role, *known)
