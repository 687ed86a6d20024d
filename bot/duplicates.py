"""Not twice: what is open already for the homeowner that a complaint is about (D-21, D-22)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.likeness import name_key, phone_key, same_complaint, same_homeowner
from bot.ports import Work
from bot.sop import Facts
from bot.stored import StoredCase


@dataclass(frozen=True, slots=True)
class Alike:
    """Open cases of one homeowner, the newest first: `same` is the same complaint, `others` are not."""

    same: tuple[StoredCase, ...] = ()
    others: tuple[StoredCase, ...] = ()


def alike(work: Work, facts: Facts) -> Alike:
    """What is open for this homeowner already. For it to hold until the end: `work.cases.take_turn` first."""
    homeowner = facts.homeowner
    found = work.cases.open_like(name_key(homeowner.name), phone_key(homeowner.phone))
    theirs = [each for each in found if same_homeowner(facts.homeowner, each.case.facts.homeowner)]
    same = tuple(each for each in theirs if same_complaint(facts, each.case.facts))
    return Alike(same, tuple(each for each in theirs if each not in same))
