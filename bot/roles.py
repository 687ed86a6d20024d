"""Who may do what. Every command, action and form asks here, on the server side, whoever sees the button.

Roles are given in `desk.yaml`, by Slack user id or user group. Confirmers are the people of the rota.
Somebody without a role learns nothing about a homeowner.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.desk import Desk
from bot.errors import NotAllowed
from bot.stored import StoredCase


class Role(StrEnum):
    """What somebody is to the desk, by the names of `roles` in desk.yaml; to a case, its owner."""

    AGENT = "agents"
    TRAINED_AGENT = "trained_agents"
    BACK_OFFICE = "back_office"
    RESOLUTION_SPECIALIST = "resolution_specialists"
    LEAD = "leads"
    ADMIN = "admins"
    CONFIRMER = "confirmers"
    OWNER = "owner"


class Act(StrEnum):
    """What people do at the desk, as it reads in "only … can …"."""

    ASK = "ask the SOPs"
    OPEN = "open a complaint"
    SEE = "see cases"
    NOTE = "add a note"
    TAKE = "take a case"
    WORK = "work on this case"
    DECIDE = "decide on this"
    CONFIRM = "answer a Concert check"
    SEE_ROTA = "see who is on call"
    CHANGE_ROTA = "change who is on call"
    SEE_TEAM = "see the team’s cases"
    MEND_DELIVERY = "send again or drop what was not delivered"


TAKERS: Final[Mapping[str, frozenset[Role]]] = {
    "front_line": frozenset({Role.AGENT, Role.TRAINED_AGENT, Role.LEAD}),
    "trained_agent": frozenset({Role.TRAINED_AGENT, Role.RESOLUTION_SPECIALIST, Role.LEAD}),
    "back_office": frozenset({Role.BACK_OFFICE, Role.LEAD}),
}
"""Who may take a case from the queue of a team (D-14: sensitive ones are for trained agents)."""

_CASEWORKERS: Final = frozenset(
    {Role.AGENT, Role.TRAINED_AGENT, Role.BACK_OFFICE, Role.RESOLUTION_SPECIALIST, Role.LEAD}
)
ALLOWED: Final[Mapping[Act, frozenset[Role]]] = {
    Act.ASK: _CASEWORKERS | {Role.ADMIN, Role.CONFIRMER},
    Act.OPEN: _CASEWORKERS,
    Act.SEE: _CASEWORKERS,
    Act.NOTE: _CASEWORKERS,
    Act.TAKE: _CASEWORKERS,
    Act.WORK: frozenset({Role.OWNER, Role.LEAD}),
    Act.DECIDE: frozenset({Role.LEAD}),
    Act.CONFIRM: frozenset({Role.CONFIRMER}),
    Act.SEE_ROTA: _CASEWORKERS | {Role.ADMIN, Role.CONFIRMER},
    Act.CHANGE_ROTA: frozenset({Role.LEAD, Role.ADMIN}),
    Act.SEE_TEAM: frozenset({Role.LEAD}),
    Act.MEND_DELIVERY: frozenset({Role.LEAD, Role.ADMIN}),
}
TITLES: Final[Mapping[Role, str]] = {
    Role.AGENT: "agents",
    Role.TRAINED_AGENT: "trained agents",
    Role.BACK_OFFICE: "the back office",
    Role.RESOLUTION_SPECIALIST: "Resolution Specialists",
    Role.LEAD: "leads",
    Role.ADMIN: "admins",
    Role.CONFIRMER: "the people on the Concert roster",
    Role.OWNER: "the case’s owner",
}


def roles_of(desk: Desk, user: str, stored: StoredCase | None = None) -> frozenset[Role]:
    """Everything this Slack user is, to the desk and to a case."""
    of_desk = {role for role in Role if role is not Role.OWNER and user in members(desk, role)}
    owns = stored is not None and user != "" and user == stored.owner
    return frozenset(of_desk | ({Role.OWNER} if owns and of_desk else set()))


def members(desk: Desk, role: Role) -> frozenset[str]:
    """The Slack user ids of everybody who has a role, members of its user groups too."""
    if role is Role.CONFIRMER:
        return frozenset(each.slack_id for each in desk.organisation.rota.people if each.slack_id)
    return desk.expanded(getattr(desk.organisation.roles, role.value))


def may(desk: Desk, user: str, act: Act, stored: StoredCase | None = None) -> bool:
    """Whether this user may do this, with this case where it is about one."""
    mine = roles_of(desk, user, stored)
    if act is Act.TAKE and stored is not None:
        return bool(mine & TAKERS[stored.team])
    return bool(mine & ALLOWED[act])


def require(desk: Desk, user: str, act: Act, stored: StoredCase | None = None) -> None:
    """Raises NotAllowed, in words that say who can, where this user may not."""
    if may(desk, user, act, stored):
        return
    if not roles_of(desk, user):
        raise NotAllowed(
            "The desk is for the people who work on complaints, and you are not among them yet. "
            "Ask a lead or whoever runs the desk to add you under `roles` in desk.yaml."
        )
    about = f"{stored.name}: " if stored is not None else ""
    able = TAKERS[stored.team] if act is Act.TAKE and stored is not None else ALLOWED[act]
    who = _either([TITLES[role] for role in Role if role in able])
    only = "only" if about else "Only"
    raise NotAllowed(f"{about}{only} {who} can {act.value}. Ask one of them.")


def _either(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
