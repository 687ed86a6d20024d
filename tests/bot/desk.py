"""A desk to reason with: the SOP's own roster and hours, and the holidays the tests name."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from bot.desk_file import load_organisation
from bot.playbooks import load_playbooks
from bot.sop import Facts, Playbooks, facts_from_json

EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 18, 9, tzinfo=EASTERN)
"""A Wednesday morning."""


@cache
def playbooks() -> Playbooks:
    """The shipped playbooks with the default organisation."""
    return load_playbooks(load_organisation(None, range(2025, 2029)))


def at(text: str) -> datetime:
    """An instant in Eastern time, as in `2026-11-18 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


def facts(**changes: object) -> Facts:
    """An EverBright homeowner whose installer is silent, with changes."""
    data: dict[str, object] = {
        "category": "installer_unresponsive",
        "program": "everbright",
        "channel": "phone",
        "found_on_platform": True,
        "homeowner": {"name": "Ada (homeowner)", "address": "1 Example Street", "phone": "202-555-0101"},
        "installer": {"name": "Sunny Roofs", "email": "office@example.test"},
    }
    return facts_from_json({**data, **changes})


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)
