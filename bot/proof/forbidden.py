"""What the SOPs forbid, said once more apart from the core: the proof holds the one against the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import combinations
from typing import Final, NamedTuple

from bot.sop import Facts, vocabulary
from bot.sop.guard import mail_ban, participant_ban
from bot.sop.playbook import StepRule

NO_COPY: Final = ("beam", "concert")
_CONCERT: Final = {"concert_support", "risk", "concert_compliance_contact"}
_LOST_FOR_CONCERT: Final = ("installer_conduct", "missing_equipment", "not_connected", "pto_delay")


class Breach(NamedTuple):
    """Why something may not be: a sentence that says what to do, and the rules."""

    sentence: str
    cites: tuple[str, ...]


def recipients_breach(step: StepRule, facts: Facts) -> Breach | None:
    """Why this step may not go to everybody it names, on these facts (R-035, R-072, D-13)."""
    written, named = {*step.to, *step.copied}, {*step.to, *step.copied, *step.participants}
    if "homeowner" not in named or len(named) == 1:
        return _participant_breach(step, facts)
    if named & _CONCERT:
        return Breach(
            "writes to the homeowner together with Concert or Risk. The homeowner is never copied there: "
            "take the homeowner out",
            ("R-072", "D-13"),
        )
    if facts.program in NO_COPY and "homeowner" in written and step.verb == "email":
        return Breach(
            f"would put the homeowner on an e-mail of a {facts.program.capitalize()} case that goes to "
            "others too. Take the homeowner out, or let the step hold for EverBright only: "
            "`when: {program: everbright}`",
            ("R-035", "D-13"),
        )
    return _participant_breach(step, facts)


def case_breach(facts: Facts) -> Breach | None:
    """Why no Salesforce case may be opened on these facts (R-010, D-03, D-07, D-17, D-27)."""
    found = next((breach for forbids, breach in _NO_CASE if forbids(facts)), None)
    return found and Breach(f"would open a Salesforce case {found.sentence}", found.cites)


def guard_breaches() -> Iterable[str]:
    """Messages and participants that the core would let pass although the SOPs forbid them."""
    for program in vocabulary.PROGRAMS:
        facts = Facts(program=program)
        for others in combinations([role for role in vocabulary.ROLES if role != "homeowner"], 2):
            banned = program in NO_COPY or bool(_CONCERT & set(others))
            if banned and mail_ban(facts, ("homeowner", *others)) is None:
                yield f"a mail to the homeowner, {' and '.join(others)} on a {program} case"
        if program in NO_COPY and participant_ban(facts, "homeowner") is None:
            yield f"the homeowner as a request participant on a {program} case"


def _at_omnidian(facts: Facts) -> bool:
    property_too = facts.extra.get("damaged") != ("system",)
    after_m3 = isinstance(facts.milestones.m3, date)
    return facts.categories[0] == "property_damage" and facts.product == "ppa" and after_m3 and property_too


_NO_CASE: Final[tuple[tuple[Callable[[Facts], bool], Breach], ...]] = (
    (lambda f: f.program == "unknown", Breach("although the program is not known", ("D-07",))),
    (
        lambda f: f.program in NO_COPY and f.categories[0] in _LOST_FOR_CONCERT,
        Breach("for Beam or Concert by itself", ("R-015", "D-03")),
    ),
    (
        lambda f: f.program in NO_COPY and f.categories[0] == "property_damage",
        Breach("for Beam or Concert by itself", ("D-27",)),
    ),
    (
        lambda f: f.categories[0] == "pto_delay",
        Breach("for a delay in PTO, which needs none", ("R-010", "D-03")),
    ),
    (
        lambda f: f.categories[0] == "missing_equipment" and not isinstance(f.milestones.m2, date),
        Breach("for missing equipment before M2 is approved, which needs none", ("R-010", "D-03")),
    ),
    (
        lambda f: f.categories[0] == "not_connected" and not isinstance(f.milestones.m3, date),
        Breach("for a PTO-related issue before M3 is approved, which needs none", ("R-010", "D-03")),
    ),
    (_at_omnidian, Breach("where Omnidian takes over", ("R-048", "D-17"))),
)


def _participant_breach(step: StepRule, facts: Facts) -> Breach | None:
    if "homeowner" not in step.participants or facts.program not in NO_COPY:
        return None
    return Breach(
        f"would make the homeowner a request participant of a {facts.program.capitalize()} case. "
        "Take the homeowner out, or let the step hold for EverBright only: `when: {program: everbright}`",
        ("R-072", "D-13"),
    )
