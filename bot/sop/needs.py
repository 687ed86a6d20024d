"""Which facts matter for a complaint: those that the conditions of its playbooks compare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.sop import vocabulary
from bot.sop.conditions import Condition
from bot.sop.facts import Facts
from bot.sop.playbook import Path, Playbooks, Stage


def needs(facts: Facts, playbooks: Playbooks, today: date) -> tuple[str, ...]:
    """The dotted ids of the facts that can still change the plan, in the order of the playbooks.

    Of `facts` only what is known first is looked at: category, program, channel, and whether the complaint
    is a sensitive one. Leadership that nobody asked for is not asked for.
    """
    known = Facts(
        categories=facts.categories,
        program=facts.program,
        channel=facts.channel,
        sensitive=facts.sensitive,
        wants_leadership=bool(facts.wants_leadership),
    )
    tests: dict[str, None] = {}
    for condition in _conditions(known, playbooks, today):
        if condition.judge(known, today).holds is not False:
            tests |= dict.fromkeys(_facts_of(condition))
    return tuple(_dotted(fact) for fact in tests)


def _conditions(known: Facts, playbooks: Playbooks, today: date) -> Iterator[Condition]:
    """The conditions of the call, and of the overlays and paths that are still possible."""
    yield from (rule.when for rule in playbooks.entry.call)
    for overlay in playbooks.overlays:
        yield overlay.when
        if overlay.when.judge(known, today).holds is not False:
            yield from (rule.when for rule in overlay.steps)
    for path in playbooks.paths.values():
        yield path.when
        if path.when.judge(known, today).holds is not False:
            yield from _of_path(path)


def _of_path(path: Path) -> Iterator[Condition]:
    yield from (choice.when for choice in path.start)
    for stage in path.stages.values():
        yield from _of_stage(stage)


def _of_stage(stage: Stage) -> Iterator[Condition]:
    yield from (rule.when for rule in stage.steps)
    yield from (choice.when for choice in stage.choose)


def _facts_of(condition: Condition) -> Iterator[str]:
    yield from condition.tests
    for one in condition.alternatives:
        yield from _facts_of(one)


def _dotted(fact: str) -> str:
    return f"milestones.{fact}" if fact in vocabulary.MILESTONES else fact
