"""Whose complaints the surfaces show, and what of them may stand in which channel."""

from __future__ import annotations

from collections.abc import Mapping

HANNA: Mapping[str, object] = {
    "homeowner.name": "Hanna (homeowner)",
    "homeowner.address": "1 Sunny Side, Springfield, UT 84000",
    "homeowner.phone": "202-555-0100",
    "homeowner.email": "hanna@example.test",
    "homeowner.best_time": "Weekdays after 4 PM",
    "channel": "Phone",
    "found_on_platform": "Yes, found",
    "program": "EverBright",
}
SILENT: Mapping[str, object] = {
    "category": "Installer is not replying",
    "installer.name": "Bright Roofs",
    "installer.email": "office@bright-roofs.example.test",
    "description": "Three calls, no answer. The inverter hums.",
}
NOT_FOUND: Mapping[str, object] = {"found_on_platform": "No, not found", "program": "Not known"}


def homeowner(name: str, number: int, **more: object) -> Mapping[str, object]:
    """Another caller with the same needs."""
    return {
        **HANNA,
        "homeowner.name": f"{name} (homeowner)",
        "homeowner.address": f"{number} Maple Street, Riverton, UT 84065",
        "homeowner.phone": f"202-555-01{number:02}",
        "homeowner.email": f"{name.lower()}@example.test",
        **more,
    }


NAMES = {
    "Hanna": 0,
    "Petra": 3,
    "Rosa": 5,
    "Sven": 6,
    "Tilda": 7,
    "Uma": 8,
    "Viola": 9,
    "Wim": 10,
    "Yara": 12,
    "Nora": 20,
}
PERSONAL = frozenset(
    {
        *(f"{name} (homeowner)" for name in NAMES),
        *(f"{number} Maple Street" for number in NAMES.values()),
        *(f"202-555-01{number:02}" for number in NAMES.values()),
        *(f"{name.lower()}@example.test" for name in NAMES),
        "1 Sunny Side",
        "inverter hums",
        "call the press",
        "Ask for the manager",
    }
)
CHECKED = frozenset(each for each in PERSONAL if "(homeowner)" in each or "Street" in each or "Sunny" in each)
TOLD: Mapping[str, frozenset[str]] = {
    "C0SUPPORT1": CHECKED,
    "C0BACKOFF1": frozenset(),
    "C0LEADS001": frozenset(),
}
"""What may stand in a channel: in the confirmers', names and addresses (D-23)."""
