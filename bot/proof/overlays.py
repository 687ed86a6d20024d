"""What an overlay prompts for beside any path: it ends, and somebody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bot.proof.finding import Finding
from bot.proof.places import Places
from bot.proof.shortest import Example
from bot.proof.space import CORE, facts_of, merged, space_of, tests_of
from bot.sop import Event, Facts, Playbooks, vocabulary
from bot.sop.advance import turn_of
from bot.sop.playbook import Overlay, Prompts
from bot.sop.stages import opened

_MOST: Final = 100
"""More prompts than this are taken for prompts without end."""


def endless_prompts(playbooks: Playbooks, places: Places, now: datetime) -> Iterator[Finding]:
    """Overlays that would prompt for ever, or never."""
    for overlay in playbooks.overlays:
        if overlay.prompts is None:
            continue
        rung = [(facts, _rings(facts, overlay.prompts, playbooks, now)) for facts in _called(overlay, now)]
        place = places.of("overlay", overlay.id, overlay.prompts.step.id)
        if not any(times for _, times in rung):
            yield Finding(place, f"“{overlay.prompts.step.title}” is never asked: its `when` does not fit.")
        for facts, times in rung:
            if times > _MOST:
                sentence = f"“{overlay.prompts.step.title}” is asked for ever."
                yield Finding(place, sentence, Example(facts, now))
                break


def _called(overlay: Overlay, now: datetime) -> Iterator[Facts]:
    """All facts, as far as an overlay and its prompts ask about them, on which they are called for."""
    prompts = overlay.prompts.step.when if overlay.prompts else overlay.when
    for category in vocabulary.CATEGORIES:
        tested = merged(CORE, tests_of(overlay.when, category), tests_of(prompts, category))
        for values in space_of(category, tested, now.date()).all():
            facts = facts_of(category, values)
            if overlay.when.judge(facts, now.date()).holds and prompts.judge(facts, now.date()).holds:
                yield facts


def _rings(facts: Facts, prompts: Prompts, playbooks: Playbooks, now: datetime) -> int:
    """How often the prompt rings while nobody does anything."""
    case, times = opened(facts, playbooks, now), 0
    while times <= _MOST and any(timer.step == prompts.step.id for timer in case.running):
        due = case.running[0].due
        turn = turn_of(case, Event("clock", due), playbooks, due)
        case, times = turn.case, times + sum(1 for each in turn.rang if each.step == prompts.step.id)
    return times
