"""What an overlay adds to whatever path a case takes, and the prompt that it promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from bot.sop.case import Case, Timer
from bot.sop.facts import Facts
from bot.sop.playbook import Overlay, Playbooks, Prompts
from bot.sop.step import Step
from bot.sop.steps import Setting, applies, build
from bot.sop.timing import with_timer

_NO_PROMPTS_IN: Final = ("closed", "awaiting_confirmation")
"""Nothing runs on a closed case, nor before the Concert check is answered (D-07)."""


def added(facts: Facts, playbooks: Playbooks, today: date) -> tuple[Overlay, ...]:
    """The overlays that these facts call for, beside the path."""
    return tuple(each for each in playbooks.overlays if each.when.judge(facts, today).holds)


def in_force(case: Case, playbooks: Playbooks, today: date) -> tuple[Overlay, ...]:
    """The overlays whose steps the case owes: those added to its path, and those its path is made of."""
    called = added(case.facts, playbooks, today)
    return tuple(
        each
        for each in playbooks.overlays
        if each in called or _is_path(each, case) or _will_be_path(each, case, playbooks, today)
    )


def prompted_by(case: Case, playbooks: Playbooks, today: date) -> Iterator[Prompts]:
    """What the overlays prompt for; a path that an overlay is made of has prompts of its own."""
    for overlay in in_force(case, playbooks, today):
        prompts = None if _is_path(overlay, case) else overlay.prompts
        if prompts is not None and prompts.step.when.judge(case.facts, today).holds:
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


def overlay_steps(case: Case, setting: Setting) -> Iterator[Step]:
    """What the overlays add; while the Concert check is open, only what is said and asked (D-07)."""
    done = {each.step for each in case.done}
    only_words = case.state == "awaiting_confirmation"
    for overlay in in_force(case, setting.playbooks, setting.today):
        for rule in overlay.steps:
            step = build(rule, rule.id, 0, setting)
            if step.id in done:
                yield replace(step, state="done", why="", events=())
            elif case.state == "closed" or (only_words and step.verb not in ("say", "ask")):
                continue
            elif applies(rule, setting)[0]:
                yield step
    for prompts in prompted_by(case, setting.playbooks, setting.today):
        yield from _prompt(prompts, case, setting)


def _prompt(prompts: Prompts, case: Case, setting: Setting) -> Iterator[Step]:
    """What an overlay prompts for: waiting until it falls due, then to be answered."""
    step = build(prompts.step, prompts.step.id, 0, setting)
    timers = [timer for timer in case.timers if timer.step == step.id]
    if any(each.step == step.id for each in case.done):
        yield replace(step, state="done", events=())
    elif any(timer.rung_at is not None for timer in timers) and case.state != "closed":
        yield step
    elif timers and case.state != "closed":
        yield replace(step, state="waiting", due=timers[-1].due, why=timers[-1].why)


def again(case: Case, timer: Timer, playbooks: Playbooks, now: datetime) -> Case:
    """The case with the next prompt after `timer` rang, until there were as many as D-15 has."""
    timers = playbooks.organisation.timers
    if _times(case, timer.step) > timers.prompts:
        return case
    moment = playbooks.organisation.calendar.add_calendar_days(now, timers.prompt_days)
    return with_timer(case, "lead_prompt", timer.step, moment, (*timer.cites, "D-15"))


def _will_be_path(overlay: Overlay, case: Case, playbooks: Playbooks, today: date) -> bool:
    """True where only the Concert check stands before the path: its words are for the same call (D-07)."""
    path = playbooks.paths.get(overlay.path or "")
    if path is None or case.state != "awaiting_confirmation":
        return False
    return path.when.judge(case.facts, today).holds is True


def _is_path(overlay: Overlay, case: Case) -> bool:
    return overlay.path is not None and overlay.path == case.path


def _times(case: Case, step: str) -> int:
    """How often a prompt was promised, or made, in all."""
    return sum(1 for timer in case.timers if timer.step == step)
