"""Waits against the words they stand on: a day count that is changed here is not changed in the SOP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.proof.finding import Finding
from bot.proof.places import Places
from bot.sop import Playbooks
from bot.sop.playbook import FollowUpRule, Wait

_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_WAIT: Final = re.compile(r"(\d+|one|two|three|four|five)\s+(business\s+day|day|week)s?", re.IGNORECASE)


def other_waits(playbooks: Playbooks, places: Places) -> Iterator[Finding]:
    """Questions that wait otherwise than the rules they cite say."""
    for path in playbooks.paths.values():
        for stage in path.stages.values():
            if stage.follow_up is None:
                continue
            for cite, quote in _otherwise(stage.follow_up, playbooks):
                place = places.of(path.id, stage.id, stage.follow_up.step.id)
                yield Finding(
                    place,
                    f"“{stage.follow_up.step.title}” waits {stage.follow_up.after.words}, but {cite}, which "
                    f"it cites, says “{quote}”. If the SOP has changed, change its words in rules.yaml and "
                    "the quotation here; if this is our own decision, cite that (D-…) instead.",
                )


def _otherwise(asked: FollowUpRule, playbooks: Playbooks) -> Iterator[tuple[str, str]]:
    for cite in asked.step.cites:
        rule = playbooks.rule(cite)
        said = (
            [_wait(*found) for found in _WAIT.findall(rule.quote)] if rule and cite.startswith("R-") else []
        )
        if rule and said and asked.after not in said:
            yield cite, rule.quote


def _wait(number: str, unit: str) -> Wait:
    count = _NUMBERS.get(number.lower()) or int(number)
    if unit.lower() == "week":
        return Wait("calendar_days", 7 * count)
    return Wait("calendar_days" if unit.lower() == "day" else "business_days", count)
