"""Facts that contradict each other (D-29)."""

from __future__ import annotations

from datetime import date, datetime
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from bot.sop.facts import Facts

_IN_ORDER: Final = ("m1", "m2", "m3")
"""The order of PTO among the milestones is not stated by any SOP."""


def contradictions(
    facts: Facts, now: datetime, timezone: str = "America/New_York"
) -> tuple[tuple[str, str], ...]:
    """Pairs of dotted fact ids that cannot both be true at `now` (aware).

    A date later than the day it is in `timezone` contradicts `now`.
    """
    today = now.astimezone(ZoneInfo(timezone)).date()
    pairs: list[tuple[str, str]] = []
    if facts.found_on_platform is False and facts.program == "everbright":
        pairs.append(("found_on_platform", "program"))
    pairs += _milestones_out_of_order(facts)
    pairs += [(name, "now") for name, value in _dates(facts) if value > today]
    return tuple(pairs)


def _milestones_out_of_order(facts: Facts) -> list[tuple[str, str]]:
    pairs = []
    for earlier, later in combinations(_IN_ORDER, 2):
        before, after = getattr(facts.milestones, earlier), getattr(facts.milestones, later)
        if isinstance(after, date) and (before == "not_yet" or (isinstance(before, date) and before > after)):
            pairs.append((f"milestones.{earlier}", f"milestones.{later}"))
    return pairs


def _dates(facts: Facts) -> list[tuple[str, date]]:
    named = [(f"milestones.{name}", getattr(facts.milestones, name)) for name in (*_IN_ORDER, "pto")]
    named.append(("extra.cancellation_email_sent", facts.extra.get("cancellation_email_sent")))
    return [(name, value) for name, value in named if isinstance(value, date)]
