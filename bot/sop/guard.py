"""Who may be written to, decided in one place (D-13, R-035, R-072), and what a lawyer holds back (D-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from bot.sop.facts import Facts

NO_COPY_PROGRAMS: Final = ("beam", "concert", "unknown")
"""Programs whose mail the homeowner is never copied on; an unknown one is taken for the strictest."""
NEVER_WITH_HOMEOWNER: Final = ("concert_support", "risk", "concert_compliance_contact")
RISK_CATEGORIES: Final = ("fraud", "compliance")
"""Complaints whose tickets Risk reads, whatever the program."""
_NO_CC: Final = ("R-035", "D-13")
_NO_COPY: Final = ("R-072", "D-13")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A role that may not be written to, where, and by which rule."""

    role: str
    where: Literal["mail", "participants", "any"]
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ban:
    """Why something may not be done: the rules, and a sentence."""

    cites: tuple[str, ...]
    message: str


def forbidden(facts: Facts) -> tuple[Forbidden, ...]:
    """What the no-copy rule forbids on a case of these facts."""
    participants = Forbidden("homeowner", "participants", _NO_COPY)
    if facts.program in ("beam", "concert"):
        return (Forbidden("homeowner", "mail", _NO_CC), participants)
    return (participants,) if set(RISK_CATEGORIES) & set(facts.categories) else ()


def mail_ban(facts: Facts, recipients: tuple[str, ...]) -> Ban | None:
    """Why one message may not go to all of `recipients` (roles in To, Cc, Bcc or a forwarded thread)."""
    others = [role for role in recipients if role != "homeowner"]
    if "homeowner" not in recipients or not others:
        return None
    if any(role in NEVER_WITH_HOMEOWNER for role in others):
        return Ban(
            _NO_COPY,
            "The homeowner is NOT to be copied on any communication with Concert Support or Risk "
            "(R-072); that holds for the Concert Compliance contact too (D-13). Write to them separately.",
        )
    if facts.program in NO_COPY_PROGRAMS:
        return Ban(
            _NO_CC,
            "DO NOT add the homeowner in the CC field of an installer or Concert e-mail of a Beam or "
            f"Concert case (R-035, D-13). {_meanwhile(facts)}Write to the homeowner separately.",
        )
    return None


def participant_ban(facts: Facts, participant: str) -> Ban | None:
    """Why `participant` may not become a request participant of the case's tickets."""
    if participant != "homeowner":
        return None
    if set(RISK_CATEGORIES) & set(facts.categories):
        return Ban(
            _NO_COPY,
            "Fraud and compliance go to Risk, and the homeowner is NOT to be copied on any communication "
            "with Concert Support or Risk (R-072, D-13). Write to the homeowner separately.",
        )
    if facts.program in NO_COPY_PROGRAMS:
        return Ban(
            _NO_COPY,
            "The homeowner is NOT to be copied on any communication with Concert Support or Risk (R-072), "
            "and the Concert Compliance contact is a request participant of this case's tickets (D-13). "
            f"{_meanwhile(facts)}Write to the homeowner separately.",
        )
    return None


def held_for_lawyer(facts: Facts, recipients: tuple[str, ...], released: bool) -> bool:
    """True for a draft to the installer or account manager while a lawyer is involved (D-09)."""
    waits = "lawyer" in facts.sensitive and not released
    return waits and bool({"installer", "account_manager"} & set(recipients))


def _meanwhile(facts: Facts) -> str:
    """Why a case is treated as Beam or Concert of which that is not known."""
    return "The program is not known yet, so the strictest rule holds. " if facts.program == "unknown" else ""
