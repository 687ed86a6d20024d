"""What an overlay adds to whatever path a case takes, and the prompt that it promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from bot.sop.case import Case, Timer
from bot.sop.facts import Facts
from bot.sop.playbook import Overlay, Playbooks, Prompts
from bot.sop.timing import with_timer

_NO_PROMPTS_IN: Final = ("closed", "awaiting_confirmation")
"""Nothing runs on a closed case, and while the Concert check is open things are only said and asked (D-07)."""


def added(facts: Facts, playbooks: Playbooks, today: date) -> tuple[Overlay, ...]:
    """The overlays that these facts call for, beside the path."""
    return tuple(each for each in playbooks.overlays if each.when.judge(facts, today).holds)


def in_force(case: Case, playbooks: Playbooks, today: date) -> tuple[Overlay, ...]:
    """The overlays whose steps the case owes: those added to its path, and the one that its path is made of."""
    called = added(case.facts, playbooks, today)
    return tuple(each for each in playbooks.overlays if each in called or _is_path(each, case))


def prompted_by(case: Case, playbooks: Playbooks, today: date) -> Iterator[Prompts]:
    """What the overlays prompt for; a path that an overlay is made of has prompts of its own."""
    for overlay in in_force(case, playbooks, today):
        prompts = overlay.prompts
        if prompts is not None and not _is_path(overlay, case):
            if prompts.step.when.judge(case.facts, today).holds:
                yield prompts


def watched(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    """The case with the first prompt of each overlay that owes one, and without those no longer owed."""
    today = playbooks.organisation.calendar.today(now)
    done = {each.step for each in case.done}
    owed = {p.step.id: p for p in prompted_by(case, playbooks, today) if p.step.id not in done}
    kept = tuple(t for t in case.timers if t.kind != "lead_prompt" or t.rung_at is not None or t.step in owed)
    case = replace(case, timers=kept)
    for step, prompts in owed.items() if case.state not in _NO_PROMPTS_IN else ():
        if prompts.first is not None and not _times(case, step):
            moment = prompts.first.after(now, playbooks.organisation.calendar)
            case = with_timer(case, "lead_prompt", step, moment, prompts.step.cites)
    return case


def again(case: Case, timer: Timer, playbooks: Playbooks, now: datetime) -> Case:
    """The case with the next prompt after `timer` rang, until there were as many as D-15 has."""
    timers = playbooks.organisation.timers
    if _times(case, timer.step) > timers.prompts:
        return case
    moment = playbooks.organisation.calendar.add_calendar_days(now, timers.prompt_days)
    return with_timer(case, "lead_prompt", timer.step, moment, (*timer.cites, "D-15"))


def _is_path(overlay: Overlay, case: Case) -> bool:
    return overlay.path is not None and overlay.path == case.path


def _times(case: Case, step: str) -> int:
    """How often a prompt was promised, or made, in all."""
    return sum(1 for timer in case.timers if timer.step == step)
