"""What the SOPs leave open: steps whose text is missing, and complaints that no playbook covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.sop import Playbooks, vocabulary
from bot.sop.conditions import Condition
from bot.sop.playbook import StepRule
from bot.sop.stages import rules_of


@dataclass(frozen=True, slots=True)
class Gap:
    """A step whose text is missing. `part` leads to where it stands, `where` says so in words."""

    part: tuple[str, ...]
    where: str
    rule: StepRule


def lost_steps(playbooks: Playbooks) -> Iterator[Gap]:
    """Every step whose text is missing in the SOP, in the order of the playbooks."""
    for path in playbooks.paths.values():
        for stage in path.stages.values():
            for rule in (rule for rule in rules_of(stage) if rule.lost):
                yield Gap((path.id, stage.id, rule.id), f"{path.title}: {stage.title}", rule)
    for overlay in playbooks.overlays:
        for rule in (rule for rule in overlay.steps if rule.lost):
            yield Gap(("overlay", overlay.id, rule.id), "Beside any path", rule)


def uncovered_categories(playbooks: Playbooks) -> list[str]:
    """The complaints for which no playbook has a path, whatever the other facts."""
    conditions = [path.when for path in playbooks.paths.values()]
    return [each for each in vocabulary.CATEGORIES if not any(may_fit(when, each) for when in conditions)]


def may_fit(condition: Condition, category: str) -> bool:
    """Whether a condition can hold on complaints of `category`."""
    own = condition.tests.get("category")
    if own is not None and category not in own:
        return False
    return not condition.alternatives or any(may_fit(one, category) for one in condition.alternatives)
