"""Complaints of every SOP, by what they are: their facts, what is answered in turn, and where mail goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HOMEOWNER = {
    "name": "Hanna (homeowner)",
    "address": "1 Sunny Side, Springfield",
    "phone": "202-555-0101",
    "email": "hanna@example.test",
}
INSTALLER = {"name": "Bright Roofs", "email": "office@bright-roofs.example.test"}
COMMON: Mapping[str, object] = {
    "homeowner": HOMEOWNER,
    "installer": INSTALLER,
    "description": "Three calls, no answer. The inverter hums.",
}
OLD, RECENT, NOT_YET = "2026-09-01", "2026-11-02", "not_yet"
SILENT_TWICE = ("homeowner_not_heard", "homeowner_not_heard")


@dataclass(frozen=True)
class Complaint:
    """`systems` are those it has something to do in."""

    facts: Mapping[str, object]
    script: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    common: Mapping[str, object] = field(default_factory=lambda: COMMON)

    @property
    def all_facts(self) -> dict[str, object]:
        return {**self.common, **self.facts}


def concern(**changes: object) -> dict[str, object]:
    return {"category": "general_concern", "resolved_on_call": False, **changes}


def damage(**changes: object) -> dict[str, object]:
    days = {"m1": OLD, "m2": NOT_YET, "m3": NOT_YET, "pto": NOT_YET}
    return {
        "category": "property_damage",
        "product": "ric",
        "milestones": days,
        "extra": {"damaged": ["roof"]},
        **changes,
    }


COMPLAINTS: Mapping[str, Complaint] = {
    "installer_silent": Complaint(
        {"category": "installer_unresponsive", "extra": {"need": "installation_issue"}},
        SILENT_TWICE,
        ("jira", "outlook"),
    ),
    "installer_silent_concert": Complaint(
        {"category": "installer_unresponsive", "program": "concert", "extra": {"need": "installation_issue"}},
        SILENT_TWICE,
        ("jira", "outlook"),
    ),
    "installer_conduct": Complaint({"category": "installer_conduct"}, (), ("salesforce",)),
    "concern": Complaint(concern(), (), ("jira", "outlook")),
    "concern_concert": Complaint(concern(program="concert"), (), ("jira",)),
    "fraud": Complaint({"category": "fraud", "agrees_to_wait": True}, (), ("jira",)),
    "damage": Complaint(damage(), ("homeowner_not_heard",), ("salesforce", "outlook")),
    "damage_beam": Complaint(damage(program="beam"), (), ("outlook",)),
    "wrong_meter": Complaint(
        {"category": "wrong_meter"}, ("homeowner_not_heard",), ("salesforce", "outlook")
    ),
    "wrong_meter_concert": Complaint(
        {"category": "wrong_meter", "program": "concert"}, (), ("salesforce", "outlook")
    ),
}
