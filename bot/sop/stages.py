"""Where a case stands: opening it, entering a stage, and routing it again when its facts change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.sop.case import Case, CaseState, Visit
from bot.sop.contradictions import contradictions
from bot.sop.facts import Facts
from bot.sop.ladder import CONFIRMATION, posted
from bot.sop.overlays import watched
from bot.sop.playbook import Path, Playbooks, Stage, StepRule, Wait
from bot.sop.rota import on_shift
from bot.sop.routing import route
from bot.sop.timing import with_timer, without_ladder, without_running

ASKING: Final = "asking"
UNCOVERED: Final = "uncovered"
CLOSED: Final = "closed"
START: Final = "start"


@dataclass(frozen=True, slots=True)
class Owed:
    """A step of a stage that the case came to, under its id in the case."""

    id: str
    rule: StepRule
    visit: Visit
    attempt: int


def opened(facts: Facts, playbooks: Playbooks, now: datetime) -> Case:
    """A new case, standing where its facts lead."""
    case = Case(facts, playbooks.version, now, None, ASKING, "open")
    return settled(case, playbooks, now)


def settled(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    """The case where its facts lead now, with the prompts that its overlays owe."""
    return watched(_placed(case, playbooks, now), playbooks, now)


def _placed(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    """The case where its facts lead now. Contradicting facts leave it where it stands (D-29)."""
    today = playbooks.organisation.calendar.today(now)
    if contradictions(case.facts, now, playbooks.organisation.calendar.timezone):
        return case
    denied = case.confirmation is not None and case.confirmation.answer == "not_concert"
    way = route(case.facts, playbooks, today, denied)
    if isinstance(way, Path):
        return _on_path(case, way, playbooks, now)
    if way == "check":
        return case if case.state == "awaiting_confirmation" else _checking(case, playbooks, now)
    stage = UNCOVERED if way == "uncovered" else ASKING
    return case if case.stage == stage else _halted(case, stage, None)


def enter(case: Case, stage_id: str, playbooks: Playbooks, now: datetime) -> Case:
    """The case in another stage of its path, with that stage's timer running."""
    path = playbooks.paths[case.path or ""]
    stage = path.stages[stage_id]
    visit = Visit(path.id, stage.id, case.rounds, now, case.attempts)
    if stage.choose:
        visits = (*case.visits, visit) if stage.steps else case.visits
        return _chosen(replace(case, visits=visits), stage, playbooks, now)
    case = replace(without_running(case), stage=stage.id, state=stage.state, visits=(*case.visits, visit))
    if stage.follow_up is not None:
        moment = stage.follow_up.after.after(now, playbooks.organisation.calendar)
        cites = stage.follow_up.step.cites
        return with_timer(case, "follow_up", current_id(case, stage.follow_up.step, playbooks), moment, cites)
    if stage.prompts is not None:
        return prompted(case, stage, playbooks, now)
    return case


def prompted(case: Case, stage: Stage, playbooks: Playbooks, now: datetime) -> Case:
    """The case with its next prompt, or in the stage that follows the last one (D-15)."""
    if stage.prompts is None:
        return case
    timers = playbooks.organisation.timers
    step = current_id(case, stage.prompts.step, playbooks)
    made, first = sum(1 for timer in case.timers if timer.step == step), stage.prompts.first
    if made >= timers.prompts + (first is not None):
        return enter(case, stage.prompts.then, playbooks, now)
    wait = first if first is not None and made == 0 else Wait("calendar_days", timers.prompt_days)
    moment = wait.after(now, playbooks.organisation.calendar)
    return with_timer(case, "prompt", step, moment, stage.prompts.step.cites)


def reopened(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    """A closed case in a new round; what was done stays."""
    case = replace(case, rounds=case.rounds + 1, attempts=0, path=None, stage=ASKING, state="open")
    return settled(case, playbooks, now)


def stage_of(case: Case, playbooks: Playbooks) -> Stage | None:
    """The stage the case stands in; None outside every path."""
    path = playbooks.paths.get(case.path or "")
    return path.stages.get(case.stage) if path else None


def owed(case: Case, playbooks: Playbooks) -> list[Owed]:
    """Every step of every stage the case came to, the same step of a later visit under a later number."""
    times: dict[str, int] = {}
    steps: list[Owed] = []
    for visit in case.visits:
        path = playbooks.paths.get(visit.path)
        stage = path.stages.get(visit.stage) if path else None
        if path is None or stage is None:
            continue
        counts = any(transition.counts_attempt for transition in stage.on.values())
        for rule in rules_of(stage):
            times[rule.id] = times.get(rule.id, 0) + 1
            name = numbered(rule.id, times[rule.id])
            steps.append(Owed(name, rule, visit, visit.attempts + counts))
    return steps


def rules_of(stage: Stage) -> list[StepRule]:
    """The steps of a stage in order, its question last."""
    last = [asked.step for asked in (stage.follow_up, stage.prompts) if asked is not None]
    return [*stage.steps, *last]


def current_id(case: Case, rule: StepRule, playbooks: Playbooks) -> str:
    """The id that a step of the present stage has in the case."""
    return next(step.id for step in reversed(owed(case, playbooks)) if step.rule.id == rule.id)


def numbered(name: str, time: int) -> str:
    """A step's id the first time, and with a number from the second time on."""
    return name if time == 1 else f"{name}-{time}"


def _checking(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    case = _halted(case, CONFIRMATION, playbooks.entry.path)
    case = replace(case, state="awaiting_confirmation", confirmation=None)
    return posted(case, playbooks, now, tagged=bool(on_shift(playbooks.organisation.rota, now)))


def _halted(case: Case, stage: str, path: str | None) -> Case:
    state: CaseState = "needs_decision" if stage == UNCOVERED else "open"
    case = without_ladder(without_running(case))
    return replace(case, path=path, stage=stage, state=state)


def _on_path(case: Case, path: Path, playbooks: Playbooks, now: datetime) -> Case:
    if case.path == path.id:
        stage = path.stages.get(case.stage)
        return _still_fitting(case, stage, playbooks, now) if stage else case
    case = without_ladder(case)
    if case.path in playbooks.paths and case.stage in path.stages:
        return _carried_over(case, path)
    return enter(replace(case, path=path.id), START, playbooks, now)


def _still_fitting(case: Case, stage: Stage, playbooks: Playbooks, now: datetime) -> Case:
    """The case in its stage, or in the one to which changed facts lead."""
    if stage.choose:
        return _chosen(case, stage, playbooks, now)
    today = playbooks.organisation.calendar.today(now)
    for choice in stage.if_changed:
        if choice.when.judge(case.facts, today).holds:
            return enter(case, choice.go, playbooks, now)
    return case


def _carried_over(case: Case, path: Path) -> Case:
    """Another path with the same stage: what both have goes on unchanged (D-35)."""
    visits = tuple(replace(v, path=path.id) if v.stage in path.stages else v for v in case.visits)
    return replace(case, path=path.id, visits=visits, state=path.stages[case.stage].state)


def _chosen(case: Case, stage: Stage, playbooks: Playbooks, now: datetime) -> Case:
    """The first choice whose condition holds; where that cannot be told, the case stays and asks."""
    today = playbooks.organisation.calendar.today(now)
    for choice in stage.choose:
        verdict = choice.when.judge(case.facts, today)
        if verdict.holds is None:
            return replace(without_running(case), stage=stage.id, state=stage.state)
        if verdict.holds:
            attempts = case.attempts if choice.attempts is None else choice.attempts
            return enter(replace(case, attempts=attempts), choice.go, playbooks, now)
    raise AssertionError(f"The choices of {stage.id} do not cover every case; the loader checks this.")
