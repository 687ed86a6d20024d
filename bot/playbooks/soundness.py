"""Whether the playbooks hold: one path for any facts at most, no dead stage, a person can always close."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Final, cast

from bot.sop import Facts, Milestones, Playbooks, vocabulary
from bot.sop.facts import Milestone, Product, Program
from bot.sop.playbook import Path, Stage, StepRule
from bot.sop.stages import START, rules_of

_TODAY: Final = date(2026, 6, 30)
_MILESTONES: Final[tuple[Milestone, ...]] = (
    "unknown",
    "not_yet",
    _TODAY - timedelta(days=30),
    _TODAY - timedelta(days=31),
)


def problems(playbooks: Playbooks) -> list[str]:
    """One sentence for each thing that does not hold."""
    found = list(_overlaps(playbooks))
    for path in playbooks.paths.values():
        found += [*_dead_stages(path), *_stages_without_end(path)]
    return found


def uncovered_categories(playbooks: Playbooks) -> list[str]:
    """The complaints for which no playbook has a path, whatever the other facts."""
    covered = {facts.categories[0] for facts in _all_facts() if _paths(facts, playbooks)}
    return [category for category in vocabulary.CATEGORIES if category not in covered]


def lost_steps(playbooks: Playbooks) -> Iterator[tuple[str, StepRule]]:
    """Every step whose text is missing in the SOP, and where it stands."""
    for path in playbooks.paths.values():
        for stage in path.stages.values():
            yield from ((f"{path.id}, {stage.title}", rule) for rule in rules_of(stage) if rule.lost)
    for overlay in playbooks.overlays:
        yield from ((overlay.id, rule) for rule in overlay.steps if rule.lost)


def _overlaps(playbooks: Playbooks) -> Iterator[str]:
    seen: set[tuple[str, ...]] = set()
    for facts in _all_facts():
        names = tuple(_paths(facts, playbooks))
        if len(names) > 1 and names not in seen:
            seen.add(names)
            yield f"{' and '.join(names)} both fit {facts.categories[0]} with {facts.program}."


def _paths(facts: Facts, playbooks: Playbooks) -> list[str]:
    return [path.id for path in playbooks.paths.values() if path.when.judge(facts, _TODAY).holds]


def _all_facts() -> Iterator[Facts]:
    """Every combination of the facts that paths are chosen by."""
    programs, products = vocabulary.PROGRAMS[:-1], (None, *vocabulary.PRODUCTS)
    for category, program, kind, m1, m3 in product(
        vocabulary.CATEGORIES, programs, products, _MILESTONES, _MILESTONES
    ):
        yield Facts(
            categories=(category,),
            program=cast(Program, program),
            product=cast("Product | None", kind),
            milestones=Milestones(m1=m1, m3=m3),
            found_on_platform=program == "everbright",
        )


def _dead_stages(path: Path) -> Iterator[str]:
    reached, ahead = {START}, [START]
    while ahead:
        new = [name for name in _ways(path.stages[ahead.pop()], path) if name not in reached]
        reached.update(new)
        ahead += new
    yield from (
        f"{path.id}: no way leads to the stage {name}." for name in path.stages if name not in reached
    )


def _stages_without_end(path: Path) -> Iterator[str]:
    """Stages from which no way leads to one that a person may close."""
    ends = {
        name for name, stage in path.stages.items() if stage.state in ("ready_to_close", "needs_decision")
    }
    while more := {n for n, s in path.stages.items() if n not in ends and ends & set(_ways(s, path))}:
        ends |= more
    yield from (
        f"{path.id}: from {name} no way leads to a close." for name in path.stages if name not in ends
    )


def _ways(stage: Stage, path: Path) -> list[str]:
    ways = [choice.go for choice in stage.choose]
    ways += [step.then for step in stage.steps if step.then]
    ways += [transition.go for transition in (*stage.on.values(), *path.on.values()) if transition.go]
    return [*ways, stage.prompts.then] if stage.prompts else ways
