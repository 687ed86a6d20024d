"""Facts in, a plan out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from bot.sop.case import Case
from bot.sop.conditions import Verdict
from bot.sop.contradictions import contradictions
from bot.sop.facts import Facts
from bot.sop.guard import Forbidden, forbidden
from bot.sop.overlays import added, overlay_steps
from bot.sop.playbook import FollowUpRule, HandledBy, Playbooks, Stage, StepRule
from bot.sop.rota import cover_starts, on_shift
from bot.sop.routing import Asking, route
from bot.sop.stages import ASKING, CLOSED, UNCOVERED, Owed, current_id, numbered, opened, owed, stage_of
from bot.sop.step import Step, StepState
from bot.sop.steps import Setting, applies, ask_step, build, contradiction_step

__all__ = ["Forbidden", "HandledBy", "Plan", "Step", "StepState", "plan", "plan_of"]

_CARRIED: Final = (
    "open_ticket",
    "open_linked_ticket",
    "open_case",
    "reassign",
    "add_participant",
    "internal_comment",
)
"""What stays to be done although the case has moved on; words and mails of an earlier stage do not."""

_LETTERS: Final = ("installer_email_sent", "initial_email_sent", "attempt_logged")
"""What starts the clock of a follow-up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the SOPs require of these facts, at this moment."""

    path: str | None
    handled_by: HandledBy
    covered: bool
    steps: tuple[Step, ...]
    overlays: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    next_due: datetime | None = None


def plan(facts: Facts, playbooks: Playbooks, now: datetime) -> Plan:
    """What the SOPs require of these facts at `now` (aware).

    Several complaints are planned one by one (D-21); `Step.index` says which one a step is for, and the
    plan's path and handler are those of the first.
    """
    plans = [plan_of(opened(one, playbooks, now), playbooks, now) for one in split(facts)]
    steps: list[Step] = []
    for index, single in enumerate(plans):
        shared = {step.id for step in steps if step.key in ("ask", playbooks.entry.check.id)}
        steps += [replace(step, index=index) for step in single.steps if step.id not in shared]
    return replace(
        plans[0],
        covered=all(single.covered for single in plans),
        steps=tuple(steps),
        overlays=_distinct(overlay for single in plans for overlay in single.overlays),
        asks=_distinct(ask for single in plans for ask in single.asks),
    )


def split(facts: Facts) -> list[Facts]:
    """One complaint each (D-21)."""
    return [replace(facts, categories=(one,)) for one in facts.categories] or [facts]


def plan_of(case: Case, playbooks: Playbooks, now: datetime) -> Plan:
    """The plan of a case where it stands at `now`: what was done, what is owed, what is asked."""
    today = playbooks.organisation.calendar.today(now)
    released = any(event.name == "lead_released" for event in case.history)
    setting = Setting(case.facts, playbooks, today, released)
    clashes = contradictions(case.facts, now, playbooks.organisation.calendar.timezone)
    asks: list[str] = [fact for pair in clashes for fact in pair if fact != "now"]
    steps = [contradiction_step(pair, setting) for pair in clashes]
    steps += _Steps(case, playbooks, setting, now, asks).all(only_words=bool(clashes))
    uncovered = case.stage == UNCOVERED
    return Plan(
        path=case.path,
        handled_by=_handler(case, playbooks, today),
        covered=not uncovered,
        steps=tuple(steps),
        overlays=tuple(overlay.id for overlay in added(case.facts, playbooks, today)),
        contradictions=clashes,
        asks=_distinct(asks),
        forbidden=forbidden(case.facts),
        next_due=case.next_due,
    )


@dataclass(frozen=True, slots=True)
class _Steps:
    """Gathers the steps of one case; facts that have to be asked for are added to `asks`."""

    case: Case
    playbooks: Playbooks
    setting: Setting
    now: datetime
    asks: list[str]

    def all(self, only_words: bool) -> list[Step]:
        steps = [*self._call(), *self._asked(), *self._check(), *self._fallback(), *self._owed()]
        steps += [*self._overlays(), *self._preview()]
        steps = _first_of_each(steps)
        if only_words:
            return [step for step in steps if step.verb in ("say", "ask") or step.state == "done"]
        return steps

    def _call(self) -> Iterator[Step]:
        """What is said and asked on the call, until the case has moved on from its first stage.

        What is to be noted on the ticket stays owed, once there is a path that has one.
        """
        case, done = self.case, {each.step for each in self.case.done}
        moved = any(visit.at > case.visits[0].at for visit in case.visits)
        called = case.state != "closed" and not (case.rounds or case.done or moved)
        noted = case.state != "closed" and case.path in self.playbooks.paths
        for rule in filter(self._applies, self.playbooks.entry.call):
            step = build(rule, rule.id, 0, self.setting)
            if rule.id in done:
                yield replace(step, state="done", events=())
            elif noted if rule.verb in _CARRIED else called:
                yield step

    def _asked(self) -> Iterator[Step]:
        """A question for each fact without which the case cannot go on."""
        verdict, cites = self._halt()
        self.asks.extend(verdict.asks)
        for fact in verdict.asks:
            yield ask_step(fact, self.setting, cites)

    def _halt(self) -> tuple[Verdict, tuple[str, ...]]:
        stage = stage_of(self.case, self.playbooks)
        if stage is not None and stage.choose:
            verdicts = (choice.when.judge(self.case.facts, self.setting.today) for choice in stage.choose)
            return next((v for v in verdicts if v.holds is not False), Verdict(True)), stage.cites
        if self.case.stage == ASKING or self.case.state == "awaiting_confirmation":
            way = route(self.case.facts, self.playbooks, self.setting.today)
            no_category = () if self.case.facts.categories else ("category",)
            return Verdict(None, way.facts if isinstance(way, Asking) else no_category), ("D-08",)
        return Verdict(True), ()

    def _check(self) -> Iterator[Step]:
        """The Concert check: whom its post tags, or when cover starts."""
        confirmation, rule = self.case.confirmation, self.playbooks.entry.check
        if confirmation is None:
            return
        organisation = self.playbooks.organisation
        step = replace(build(rule, rule.id, 0, self.setting), channel=organisation.channels.confirmations)
        at = confirmation.tagged_at or confirmation.posted_at
        people = on_shift(organisation.rota, at) if confirmation.tagged_at else ()
        step = replace(step, to=tuple(person.name for person in people))
        if confirmation.answer is not None:
            yield replace(step, state="done", events=())
        elif self.case.state == "awaiting_confirmation":
            starts = None if people else cover_starts(organisation.rota, at)
            yield replace(step, cover_starts=starts and starts.astimezone(organisation.rota.zone))

    def _fallback(self) -> Iterator[Step]:
        if self.case.stage == UNCOVERED:
            denied = self.case.confirmation is not None and self.case.confirmation.answer == "not_concert"
            rule = self.playbooks.fallbacks["not_concert" if denied else "not_covered"]
            yield build(rule, rule.id, 0, self.setting)

    def _owed(self) -> Iterator[Step]:
        done = {each.step for each in self.case.done}
        steps = owed(self.case, self.playbooks)
        there = {each.rule.on for each in steps if each.id in done and self._opens_a_record(each)}
        for each in steps:
            if each.id in done:
                yield replace(self._built(each), state="done", why="", events=())
            elif self._is_open(each) and not (self._opens_a_record(each) and each.rule.on in there):
                if self._applies(each.rule):
                    yield self._timed(self._built(each), self._asks_when_due(each))
                yield from self._questions(each.rule)

    def _applies(self, rule: StepRule) -> bool:
        return applies(rule, self.setting)[0]

    def _questions(self, rule: StepRule) -> Iterator[Step]:
        """What a step needs to know, or wants to: each fact is asked for."""
        holds, asks = applies(rule, self.setting)
        self.asks.extend(asks)
        if holds and rule.asks is not None:
            self.asks.append(rule.asks)
        for fact in asks:
            yield ask_step(fact, self.setting, rule.cites)

    def _opens_a_record(self, each: Owed) -> bool:
        """A ticket or case that is there already is not opened again on another path of the same round."""
        return each.rule.verb.startswith("open_") and each.visit.round == self.case.rounds

    def _built(self, each: Owed) -> Step:
        return build(each.rule, each.id, each.attempt, self.setting)

    def _is_open(self, each: Owed) -> bool:
        """A step is owed in the stage the case stands in; some outlast it, within the same round."""
        case = self.case
        if case.stage == CLOSED or each.visit.path != case.path or each.visit.round != case.rounds:
            return False
        present = each.visit == case.visits[-1] and each.visit.stage == case.stage
        return present or (each.rule.verb in _CARRIED and not each.rule.once_due)

    def _asks_when_due(self, each: Owed) -> str:
        """The id of the step whose timer this one waits for: the stage's question, or itself."""
        stage = stage_of(self.case, self.playbooks)
        if each.rule.once_due and stage is not None and stage.follow_up is not None:
            return current_id(self.case, stage.follow_up.step, self.playbooks)
        return each.id

    def _timed(self, step: Step, name: str) -> Step:
        """What waits for the timer of the step `name` says until when, and why then."""
        timer = next((t for t in self.case.running if t.step == name), None)
        if timer is None or step.state != "available":
            return step
        return replace(step, state="waiting", due=timer.due, why=timer.why)

    def _overlays(self) -> Iterator[Step]:
        """What is added to any path."""
        for step in overlay_steps(self.case, self.setting):
            if step.key == "ask" and step.state == "available":
                self.asks.append(step.id.removeprefix("ask:"))
            yield step

    def _preview(self) -> Iterator[Step]:
        """The question that comes next, before its clock has started."""
        stage = stage_of(self.case, self.playbooks)
        if stage is None or stage.follow_up is not None or stage.prompts is not None:
            return
        for follow_up, rule in _next_questions(stage, self.playbooks.paths[self.case.path or ""].stages):
            times = sum(1 for each in owed(self.case, self.playbooks) if each.rule.id == rule.id) + 1
            step = build(rule, numbered(rule.id, times), self.case.attempts + 1, self.setting)
            why = f"{follow_up.after.words} after {follow_up.since}"
            yield replace(step, state="waiting", why=why, events=()) if step.state == "available" else step


def _next_questions(stage: Stage, stages: Mapping[str, Stage]) -> Iterator[tuple[FollowUpRule, StepRule]]:
    """The questions of the stages that a letter leads to, each after what falls due with it.

    While a lead decides, none is certain.
    """
    for event, transition in stage.on.items() if stage.state == "open" else ():
        target = stages.get(transition.go or "")
        if event in _LETTERS and target is not None and target.follow_up is not None:
            yield from ((target.follow_up, rule) for rule in target.steps if rule.once_due)
            yield target.follow_up, target.follow_up.step


def _handler(case: Case, playbooks: Playbooks, today: date) -> HandledBy:
    if case.stage == UNCOVERED:
        return "lead"
    if case.path == playbooks.entry.path:
        return playbooks.entry.handled_by
    path, stage = playbooks.paths.get(case.path or ""), stage_of(case, playbooks)
    own = path.handled_by if path else "front_line"
    if any(each.rule.verb == "reassign" and _is_done(case, each.id) for each in owed(case, playbooks)):
        return "back_office"
    if stage is not None and stage.handled_by is not None:
        return stage.handled_by
    overlays = (overlay.handled_by for overlay in added(case.facts, playbooks, today))
    return next((who for who in overlays if who is not None), own) if own == "front_line" else own


def _is_done(case: Case, step: str) -> bool:
    return any(each.step == step for each in case.done)


def _first_of_each(steps: list[Step]) -> list[Step]:
    """The steps without those whose id stands earlier already: two rules may ask for the same fact."""
    first: dict[str, Step] = {}
    for step in steps:
        first.setdefault(step.id, step)
    return list(first.values())


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
