"""Who calls in the week, and with what: every row of the SOPs' decision table, and some of them again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sop import Facts, facts_from_json

Told = Mapping[str, object]
OLD, RECENT, LATER = "2029-11-20", "2029-12-20", "2029-12-28"
M1_OLD = {"milestones.m1": OLD}
PRE_M3 = {**M1_OLD, "milestones.not_yet": ["m3"]}
POST_M3 = {**M1_OLD, "milestones.m3": RECENT}
BEAM, CONCERT = {"program": "beam"}, {"program": "concert"}
UNLISTED = {"found_on_platform": "no", "program": "unknown"}
CHAT, EMAIL = {"channel": "chat"}, {"channel": "email"}
CONCERN = {"category": "general_concern", "resolved_on_call": "no"}
SILENCE = {"category": "installer_unresponsive"}
DAMAGE = {"category": "property_damage", "extra.damaged": ["roof"]}
RIC, PPA = {"product": "ric"}, {"product": "ppa"}
METER = {"category": "wrong_meter"}
LAWYER = {"sensitive": ["lawyer"], "agrees_to_wait": "yes", "extra.callback_number": "555-0142"}
ISSUE = {"extra.need": "installation_issue"}
CATEGORY_LED = ("sensitive", "wants_leadership")
FLAGS = ("found_on_platform", "wants_leadership", "agrees_to_wait", "resolved_on_call")
MILESTONES = ("m1", "m2", "m3", "pto")

CALLS: tuple[Told, ...] = (
    {**CONCERN, **UNLISTED},
    {**CONCERN, "resolved_on_call": "yes"},
    {"category": "welcome_call", "resolved_on_call": "no"},
    {"category": "cancellation"},
    {"category": "cancellation", **BEAM},
    {"category": "cancellation_mail_unanswered", **M1_OLD},
    {"category": "cancellation_mail_unanswered", "milestones.not_yet": ["m1"]},
    {**SILENCE, **ISSUE},
    {**SILENCE, **ISSUE, **BEAM},
    {**SILENCE, "extra.need": "cancellation", **M1_OLD},
    {"category": "pto_delay"},
    {"category": "missing_equipment", **M1_OLD, "milestones.not_yet": ["m2"]},
    {"category": "installer_conduct"},
    {"category": "not_connected", **POST_M3},
    {**DAMAGE, "extra.damaged": ["system"]},
    {"category": "installer_conduct", **CONCERT},
    {**DAMAGE, **RIC, **PRE_M3},
    {**DAMAGE, **RIC, **POST_M3, **CHAT},
    {**DAMAGE, **PPA, **PRE_M3},
    {**DAMAGE, **PPA, **POST_M3},
    {**DAMAGE, **PPA, **POST_M3, **EMAIL},
    {**DAMAGE, **PPA, **POST_M3, "omnidian": "transferred_by"},
    {**DAMAGE, **PRE_M3, **EMAIL},
    {**DAMAGE, **BEAM},
    {**METER},
    {**METER, **CONCERT, "extra.meter_number": "M-4711"},
    {"category": "fraud", "agrees_to_wait": "yes"},
    {"category": "fraud", "agrees_to_wait": "no"},
    {"category": "compliance", **EMAIL, **CONCERT},
    {**SILENCE, **LAWYER},
    {**CONCERN, **LAWYER},
    {**CONCERN, "wants_leadership": "yes", "agrees_to_wait": "no"},
    {**CONCERN},
    {**CONCERN, **CONCERT},
    {**CONCERN, **BEAM},
    {**SILENCE, **UNLISTED, **ISSUE},
    {**DAMAGE, **RIC, **PRE_M3, "sensitive": ["lien_requests"]},
    {**CONCERN, "milestones.pto": RECENT},
)
"""What each call is about, by the ids of the fields; what is not said is not known."""
AT_NIGHT: tuple[Told, ...] = (
    {**CONCERN, **UNLISTED},
    {**SILENCE, **UNLISTED},
    {"category": "installer_conduct", **UNLISTED},
    {**CONCERN, **UNLISTED, "wants_leadership": "yes", "agrees_to_wait": "no"},
    {**DAMAGE, **UNLISTED},
    {**METER, **UNLISTED},
    {"category": "cancellation", **UNLISTED},
)
"""Calls in the evening and at the weekend, all of people whom Power BI does not list."""
FIRST_NAMES = ("Hanna", "Hugo", "Hedda", "Henk", "Hilda", "Holger", "Hermine", "Horst", "Heidi", "Harun")
STREETS = ("Sunny Side", "Meter Lane", "Panel Road", "Inverter Street", "Gable Way", "Rafter Row")
INSTALLERS = ("Bright Roofs", "Sunny Hands", "Panel & Sons", "Daylight Brothers")


@dataclass(frozen=True)
class Complaint:
    """All that a homeowner can say, by the ids of intake's fields, and what turns out `later`."""

    known: Told
    later: dict[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.known["homeowner.name"])


def complaint(number: int, told: Told) -> Complaint:
    """The homeowner of this call."""
    first, street = FIRST_NAMES[number % 10], STREETS[number % 6]
    installer = INSTALLERS[number % 4]
    who = {
        "homeowner.name": f"{first} No. {number} (homeowner)",
        "homeowner.address": f"{number} {street}, Springfield",
        "homeowner.phone": f"555-01{number % 100:02}",
        "homeowner.email": f"{first.lower()}.{number}@example.test",
        "homeowner.best_time": "Weekdays after 4 PM" if number % 2 else "Mornings, not before 8",
        "channel": "phone",
        "found_on_platform": "yes",
        "program": "everbright",
    }
    what = {
        "installer.name": installer,
        "installer.email": f"office@{installer.split()[0].lower()}.example.test",
        "description": f"Three calls, no answer. The inverter of number {number} hums.",
    }
    later: dict[str, object] = {"homeowner.best_time": "After lunch"}
    if "milestones.m1" in told:
        later |= {"milestones.m2": RECENT, "milestones.m3": LATER}
    return Complaint({**who, **what, **told}, later)


def private(one: Complaint) -> tuple[str, ...]:
    """What must stand nowhere but in blocks that people read."""
    known = one.known
    hums = f"The inverter of number {str(known['homeowner.address']).split()[0]} hums"
    names = ("homeowner.name", "homeowner.address", "homeowner.email")
    return (*(str(known[each]) for each in names), hums)


def wrong_values(told: Complaint, dice: random.Random) -> Told:
    """What somebody types in a hurry, on page one."""
    listed = told.known["found_on_platform"] == "yes"
    return dice.choice(
        (
            {"homeowner.phone": "call me"},
            {"homeowner.email": "hanna at home"},
            {"homeowner.name": " \t "},
            {"program": "unknown" if listed else "everbright"},
            {"homeowner.phone": "911", "homeowner.email": "a@example.test\nBcc: b@example.test"},
        )
    )


def facts_of(typed: Told, trained: bool) -> Facts:
    """The facts that these fields state."""
    ticked = typed.get("milestones.not_yet", ())
    assert isinstance(ticked, list | tuple)
    milestones = {
        each: "not_yet" if each in ticked else typed.get(f"milestones.{each}", "unknown")
        for each in MILESTONES
    }
    extra = {name.removeprefix("extra."): said for name, said in typed.items() if name.startswith("extra.")}
    if "photo" in extra:
        extra["photo"] = extra["photo"] == "yes"
    data: dict[str, object] = {
        "category": [typed["category"]],
        "milestones": milestones,
        "extra": {**extra, "agent_trained": trained},
        **{name: typed[name] for name in ("program", "product", "channel", "omnidian") if name in typed},
        **{flag: typed[flag] == "yes" for flag in FLAGS if flag in typed},
        "sensitive": typed.get("sensitive", []),
        "description": typed["description"],
    }
    for whom in ("homeowner", "installer"):
        prefix = f"{whom}."
        data[whom] = {name.removeprefix(prefix): typed[name] for name in typed if name.startswith(prefix)}
    return facts_from_json(data)
