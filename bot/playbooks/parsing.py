"""From the YAML of a playbook to its values. Every name is checked where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, cast

from bot.playbooks import forms
from bot.playbooks.reading import Filled, Spot
from bot.sop.case import CaseState
from bot.sop.conditions import ALWAYS, Condition
from bot.sop.guard import NEVER_WITH_HOMEOWNER
from bot.sop.playbook import (
    Choice,
    Entry,
    FollowUpRule,
    HandledBy,
    Overlay,
    Path,
    Prompts,
    Rule,
    Stage,
    StepRule,
    Transition,
    Wait,
)
from bot.sop.stages import START

_LOST: Final = "The SOP's text for this step is missing. Ask your lead."


@dataclass(frozen=True, slots=True)
class Parser:
    """Parses one playbook file: `sop` is its id, `rules` and `templates` what it may name."""

    sop: str
    rules: Mapping[str, Rule]
    templates: Mapping[str, str]

    def path(self, name: str, spot: Spot) -> Path:
        """A path with all its stages."""
        found = Filled.of(forms.PATH, spot)
        named = found["stages"].mapping()
        stages = {key: self._stage(key, value, tuple(named)) for key, value in named.items()}
        start = self._choices(found["start"], tuple(named))
        stages[START] = Stage(START, "Start", "open", choose=start)
        close = Filled.of(forms.CLOSE, found["close"]) if "close" in found else {}
        return Path(
            id=f"{self.sop}/{name}",
            title=found["title"].text(),
            when=condition(found["when"]),
            handled_by=cast(HandledBy, found.word("handled_by")),
            start=start,
            stages=stages,
            cites=self.cites(found.get("cites")),
            on=self._transitions(found.get("on"), tuple(named)),
            close_needs=close["needs"].text() if close else "",
            close_cites=self.cites(close.get("cites")),
        )

    def entry(self, spot: Spot) -> Entry:
        """What comes before any path."""
        found = Filled.of(forms.ENTRY, spot)
        return Entry(
            path=f"{self.sop}/{found['id'].text()}",
            title=found["title"].text(),
            when=condition(found["when"]),
            handled_by=cast(HandledBy, found.word("handled_by")),
            check=self.step(found["check"]),
            call=self.steps(found.get("call")),
            cites=self.cites(found.get("cites")),
        )

    def overlay(self, name: str, spot: Spot, paths: tuple[str, ...]) -> Overlay:
        """Steps that are added to any path; `paths` are those of the same file."""
        found = Filled.of(forms.OVERLAY, spot)
        return Overlay(
            id=name,
            when=condition(found["when"]),
            steps=self.steps(found["steps"]),
            path=f"{self.sop}/{found['path'].word(paths)}" if "path" in found else None,
            handled_by=cast("HandledBy | None", found.maybe("handled_by")),
            prompts=self._overlay_prompts(found["prompts"]) if "prompts" in found else None,
        )

    def steps(self, spot: Spot | None, stages: tuple[str, ...] = ()) -> tuple[StepRule, ...]:
        """A list of steps, each id once; `stages` are those that a step may lead to."""
        steps: list[StepRule] = []
        for item in spot.items() if spot else ():
            step = self.step(item, stages)
            if step.id in {other.id for other in steps}:
                item.fail(f"the step {step.id!r} stands here twice. Give one of them another id.")
            steps.append(step)
        return tuple(steps)

    def step(self, spot: Spot, stages: tuple[str, ...] = ()) -> StepRule:
        """One step."""
        found = Filled.of(forms.STEP, spot)
        lost = found.flag("lost")
        self._check_quote(found)
        rule = StepRule(
            id=found["id"].text(),
            verb=found.word("verb"),
            title=found["title"].text(),
            when=condition(found["when"]) if "when" in found else ALWAYS,
            system=found.maybe("system"),
            to=found.words("to"),
            participants=found.words("participants"),
            copied=found.words("copied"),
            by=cast('Literal["desk", "person"]', found.maybe("by") or "person"),
            text=self._lost_text(found.get("text")) if lost else self._template(found.get("text")),
            fields=_fields(found.get("fields")),
            cites=self.cites(found["cites"]),
            lost=lost,
            on=found.maybe("on"),
            channel=found["channel"].text() if "channel" in found else None,
            done_by=found.words("done_by"),
            our_wording=found.flag("our_wording"),
            contact=found.maybe("contact"),
            once_due=found.flag("once_due"),
            then=found["then"].word(stages) if "then" in found else None,
            asks=found.maybe("asks"),
            link=found["link"].text() if "link" in found else None,
            held_for_lawyer=found.flag("held_for_lawyer"),
        )
        _check_recipients(rule, spot)
        return rule

    def cites(self, spot: Spot | None) -> tuple[str, ...]:
        """Rules and decisions, each of which has to exist."""
        cites = []
        for item in spot.items() if spot else ():
            cite = item.text()
            if cite not in self.rules:
                item.fail(f"there is no rule {cite!r}. The rules and decisions stand in rules.yaml.")
            cites.append(cite)
        return tuple(cites)

    def _stage(self, name: str, spot: Spot, stages: tuple[str, ...]) -> Stage:
        found = Filled.of(forms.STAGE, spot)
        if "choose" in found and ("on" in found or "follow_up" in found or "prompts" in found):
            spot.fail("a stage with `choose` is left at once; it cannot have a follow-up, prompts or `on`.")
        stage = Stage(
            id=name,
            title=found["title"].text(),
            state=cast(CaseState, found.word("state")),
            steps=self.steps(found.get("steps"), stages),
            follow_up=self._follow_up(found["follow_up"]) if "follow_up" in found else None,
            prompts=self._prompts(found["prompts"], stages) if "prompts" in found else None,
            on=self._transitions(found.get("on"), stages),
            choose=self._choices(found["choose"], stages) if "choose" in found else (),
            told=found.words("told"),
            cites=self.cites(found.get("cites")),
            handled_by=cast("HandledBy | None", found.maybe("handled_by")),
            if_changed=self._guarded(found["if_changed"], stages) if "if_changed" in found else (),
        )
        _check_answers(stage, spot)
        return stage

    def _follow_up(self, spot: Spot) -> FollowUpRule:
        found = Filled.of(forms.FOLLOW_UP, spot)
        return FollowUpRule(self._question(found), _wait(found["after"]), found["since"].text())

    def _prompts(self, spot: Spot, stages: tuple[str, ...]) -> Prompts:
        found = Filled.of(forms.PROMPTS, spot)
        first = _wait(found["first"]) if "first" in found else None
        return Prompts(self._question(found), found["then"].word(stages), first)

    def _overlay_prompts(self, spot: Spot) -> Prompts:
        """Prompts that lead nowhere: the case goes on with its own path."""
        found = Filled.of(forms.OVERLAY_PROMPTS, spot)
        step = replace(self._question(found), when=condition(found["when"]))
        return Prompts(step, "", _wait(found["first"]))

    def _question(self, found: Filled) -> StepRule:
        self._check_quote(found)
        return StepRule(
            id=found["id"].text(),
            verb="follow_up",
            title=found["question"].text(),
            system="slack",
            to=("owner",),
            by="desk",
            text=self._template(found.get("text")),
            cites=self.cites(found["cites"]),
            done_by=found.words("answers"),
            our_wording=found.flag("our_wording"),
        )

    def _transitions(self, spot: Spot | None, stages: tuple[str, ...]) -> dict[str, Transition]:
        transitions: dict[str, Transition] = {}
        for event, target in spot.mapping(forms.PATH.keys["on"].words).items() if spot else ():
            if target.is_mapping():
                transitions[event] = self._transition(target, stages)
            else:
                transitions[event] = Transition(go=target.word(stages))
        return transitions

    def _transition(self, spot: Spot, stages: tuple[str, ...]) -> Transition:
        found = Filled.of(forms.TRANSITION, spot)
        return Transition(
            go=found["go"].word(stages) if "go" in found else None,
            counts_attempt=found.flag("counts_attempt"),
            ask_again=_wait(found["ask_again"]) if "ask_again" in found else None,
            note=found["note"].text() if "note" in found else "",
            once_due=found.flag("once_due"),
            told=found.words("told"),
            cites=self.cites(found.get("cites")),
            attempts=found.number("attempts"),
            number=found.number("number"),
            category=found.maybe("category"),
        )

    def _choices(self, spot: Spot, stages: tuple[str, ...]) -> tuple[Choice, ...]:
        choices = self._guarded(spot, stages)
        if choices[-1].when != ALWAYS:
            spot.fail("the last line has to be without `when`, for whatever the lines before do not fit.")
        return choices

    def _guarded(self, spot: Spot, stages: tuple[str, ...]) -> tuple[Choice, ...]:
        choices = []
        for item in spot.items():
            found = Filled.of(forms.CHOICE, item)
            when = condition(found["when"]) if "when" in found else ALWAYS
            attempts = found.number("attempts")
            choices.append(Choice(found["go"].word(stages), when, attempts))
        return tuple(choices)

    def _template(self, spot: Spot | None) -> str | None:
        if spot is None:
            return None
        name = spot.text() if "/" in spot.text() else f"{self.sop}/{spot.text()}"
        if name not in self.templates:
            spot.fail(f"there is no template {name}.txt in bot/templates. Write it, or name another.")
        return name

    def _lost_text(self, spot: Spot | None) -> str:
        """What is offered in place of a lost text; it says itself that the SOP's is missing."""
        name = self._template(spot) or "shared/lost"
        if spot is not None and _LOST not in self.templates[name]:
            spot.fail(f"this step is lost, so its text has to say: {_LOST}")
        return name

    def _check_quote(self, found: Filled) -> None:
        if "quote" not in found:
            return
        quote = found["quote"].text()
        if not any(quote in self.rules[cite].quote for cite in self.cites(found.get("cites"))):
            found["quote"].fail(
                "these words stand in none of the rules cited here. Copy them from rules.yaml."
            )


def condition(spot: Spot) -> Condition:
    """A condition: facts and the words that may answer; under `any`, alternatives."""
    found = Filled.of(forms.CONDITION, spot)
    alternatives = tuple(condition(item) for item in found["any"].items()) if "any" in found else ()
    tests = {fact: found.words(fact) for fact in found if fact != "any"}
    return Condition(tests, alternatives)


def _wait(spot: Spot) -> Wait:
    if not spot.is_mapping():
        spot.word(forms.WAIT.short.words if forms.WAIT.short else ())
        return Wait("next_business_day")
    found = spot.mapping(forms.WAIT.names)
    if len(found) != 1:
        spot.fail("one wait is needed here, as in `business_days: 2`.")
    ((unit, days),) = found.items()
    return Wait("business_days" if unit == "business_days" else "calendar_days", days.number())


def _fields(spot: Spot | None) -> dict[str, str]:
    return {name: value.text() for name, value in spot.mapping().items()} if spot else {}


def _check_recipients(rule: StepRule, spot: Spot) -> None:
    everyone = {*rule.to, *rule.copied, *rule.participants}
    if "homeowner" in everyone and everyone & set(NEVER_WITH_HOMEOWNER):
        spot.fail("the homeowner is never written to together with Concert or Risk (R-072, D-13).")


def _check_answers(stage: Stage, spot: Spot) -> None:
    for asked in (stage.follow_up, stage.prompts):
        for answer in asked.step.done_by if asked else ():
            if answer not in stage.on and answer != "snoozed":
                spot.fail(f"the answer {answer!r} is offered here, but `on` does not say where it leads.")
