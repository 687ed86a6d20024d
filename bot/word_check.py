"""The words of every step: each template can be rendered, whatever is known of the complaint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from bot.proof import Places
from bot.proof.space import facts_of
from bot.sop import Facts, Playbooks
from bot.sop.playbook import StepRule
from bot.sop.stages import rules_of
from bot.sop.steps import Setting, build
from bot.wording import problem_in

_TODAY: Final = date(2026, 11, 18)
_KNOWN: Final = (
    Facts(),
    facts_of(
        "property_damage",
        {
            "program": "everbright",
            "product": "ppa",
            "channel": "phone",
            "sensitive": ("lawyer",),
            "extra.damaged": ("roof",),
            "extra.need": "other",
            **dict.fromkeys(("m1", "m2", "m3", "pto"), _TODAY),
        },
    ),
    facts_of("general_concern", {"program": "concert", "channel": "email", "m1": "not_yet"}),
)
"""Complaints of which nothing, nearly everything and something is known."""


def wrong_words(playbooks: Playbooks, places: Places) -> Iterator[str]:
    """Templates and fields that cannot be rendered, each once, with file and line."""
    seen: set[str] = set()
    for part, rule in _rules(playbooks):
        for said in _problems(rule, str(places.of(*part)), playbooks):
            if said not in seen:
                seen.add(said)
                yield said


def _problems(rule: StepRule, place: str, playbooks: Playbooks) -> Iterator[str]:
    for facts in _KNOWN:
        step = build(rule, rule.id, 1, Setting(facts, playbooks, _TODAY))
        if found := problem_in(step.source, step, facts):
            where = f"templates/{step.text}.txt, line {found[0]}"
            yield f"{where}: {found[1]}. The words of “{rule.title}” cannot be written."
        for name, source in step.fields.items():
            if field := problem_in(source, step, facts):
                yield f"{place}: {field[1]}. The field {name!r} of “{rule.title}” cannot be written."


def _rules(playbooks: Playbooks) -> Iterator[tuple[tuple[str, ...], StepRule]]:
    for path in playbooks.paths.values():
        for stage in path.stages.values():
            yield from (((path.id, stage.id, rule.id), rule) for rule in rules_of(stage))
    for overlay in playbooks.overlays:
        yield from ((("overlay", overlay.id, rule.id), rule) for rule in overlay.steps)
    yield from ((("call", rule.id), rule) for rule in (*playbooks.entry.call, playbooks.entry.check))
    yield from ((("fallback", name), rule) for name, rule in playbooks.fallbacks.items())
