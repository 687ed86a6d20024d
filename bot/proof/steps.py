"""Every step on all facts it can be owed on: whom it reaches, what it opens, whether it is ever owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from bot.playbooks.gaps import may_fit
from bot.proof.finding import Finding
from bot.proof.forbidden import Breach, case_breach, recipients_breach
from bot.proof.places import Place, Places
from bot.proof.shortest import Example, Holds, example_on, smallest
from bot.proof.space import CORE, Space, Values, facts_of, merged, space_of, tests_of
from bot.proof.walk import Node, Walk, walked_whole
from bot.sop import Facts, Playbooks, contradictions, vocabulary
from bot.sop.conditions import ALWAYS, Condition
from bot.sop.playbook import Path, StepRule
from bot.sop.stages import rules_of

_SALESFORCE = {**{name: frozenset({"approved"}) for name in ("m2", "m3")}, "product": frozenset({"ppa"})}
"""What R-010, D-03 and D-17 ask about."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of all paths and overlays, looked at in the states that were reached from `now` on."""

    playbooks: Playbooks
    places: Places
    now: datetime

    def breaches(self, walk: Walk) -> Iterator[Finding]:
        """Steps of the paths that reach or open what they may not on the complaints of this walk."""
        for path, stage, rule in self._all():
            if not harmless(rule):
                yield from self._breach(walk, path, stage, rule)

    def never_due(self, walks: Sequence[Walk]) -> Iterator[Finding]:
        """Steps of the paths that are owed on no facts, although cases come to where they stand."""
        whole = walked_whole(walks, self.playbooks)
        for path, stage, rule in self._all():
            stood = [walk for walk in walks if (path.id, stage) in walk.stood]
            if path in whole and stood and not any(self._is_owed(walk, path, stage, rule) for walk in stood):
                yield _never_due(rule, self.places.of(path.id, stage, rule.id))

    def beside(self) -> Iterator[Finding]:
        """The same of the steps that stand beside any path."""
        for overlay in self.playbooks.overlays:
            for rule in overlay.steps:
                yield from self._beside(rule, overlay.when, self.places.of("overlay", overlay.id, rule.id))
        for rule in self.playbooks.entry.call:
            yield from self._beside(rule, ALWAYS, self.places.of("call", rule.id))

    def _all(self) -> Iterator[tuple[Path, str, StepRule]]:
        for path in self.playbooks.paths.values():
            for stage in path.stages.values():
                yield from ((path, stage.id, rule) for rule in rules_of(stage))

    def _breach(self, walk: Walk, path: Path, stage: str, rule: StepRule) -> Iterator[Finding]:
        for facts, node in self._owed(walk, path, stage, rule):
            breach = breach_of(rule, facts)
            example = self._example(node, facts, self._shows(path, rule)) if breach else None
            if breach and example:
                yield Finding(self.places.of(path.id, stage, rule.id), said(rule, breach), example)
                return

    def _is_owed(self, walk: Walk, path: Path, stage: str, rule: StepRule) -> bool:
        return next(self._owed(walk, path, stage, rule), None) is not None

    def _owed(self, walk: Walk, path: Path, stage: str, rule: StepRule) -> Iterator[tuple[Facts, Node]]:
        """Facts on which the step is owed, one for all that it cannot tell apart, and where it is then."""
        category, nodes = walk.complaint.category, walk.stood.get((path.id, stage), {})
        if not nodes or not may_fit(rule.when, category):
            return
        asked, known = self._asked(rule, category), walk.complaint.space.values
        rest = {name: asked[name] for name in asked if name not in known}
        free = space_of(category, rest, self.now.date())
        for kind, node in nodes.items():
            for values in _apart(walk.sorted.get(kind, ()), tuple(asked)):
                for facts in _with(values, free):
                    if self._holds(rule.when, facts):
                        yield facts, node

    def _beside(self, rule: StepRule, when: Condition, place: Place) -> Iterator[Finding]:
        """A step that stands beside any path."""
        owed = False
        for category in vocabulary.CATEGORIES:
            if not (may_fit(when, category) and may_fit(rule.when, category)):
                continue
            asked = merged(CORE, tests_of(when, category), self._asked(rule, category))
            for facts in _with({}, space_of(category, asked, self.now.date())):
                if self._holds(when, facts) and self._holds(rule.when, facts):
                    owed = True
                    if harmless(rule):
                        return
                    if breach := breach_of(rule, facts):
                        example = smallest(Example(facts, self.now), self._owes(rule))
                        yield Finding(place, said(rule, breach), example)
                        return
        if not owed:
            yield _never_due(rule, place)

    def _asked(self, rule: StepRule, category: str) -> dict[str, frozenset[str]]:
        program = {"program": frozenset(vocabulary.PROGRAMS)}
        core = [program, _SALESFORCE] if rule.verb == "open_case" else [program]
        return merged(tests_of(rule.when, category), *core)

    def _holds(self, when: Condition, facts: Facts) -> bool:
        calendar = self.playbooks.organisation.calendar
        holds = when.judge(facts, calendar.today(self.now)).holds is True
        return holds and not contradictions(facts, self.now, calendar.timezone)

    def _shows(self, path: Path, rule: StepRule) -> Holds:
        owes = self._owes(rule)
        return lambda example: example.play(self.playbooks)[0].path == path.id and owes(example)

    def _owes(self, rule: StepRule) -> Holds:
        """Whether the breach of this step shows in an example."""

        def holds(example: Example) -> bool:
            case, plan = example.play(self.playbooks)
            shown = any(step.key == rule.id and step.state != "done" for step in plan.steps)
            return shown and breach_of(rule, case.facts) is not None

        return holds

    def _example(self, node: Node, facts: Facts, holds: Holds) -> Example | None:
        found = next((one for one in example_on(node, facts) if holds(one)), None)
        return smallest(found, holds) if found else None


def harmless(rule: StepRule) -> bool:
    """Whether a step reaches nobody it must not, and opens nothing, on whatever facts."""
    everyone = {*rule.to, *rule.copied, *rule.participants}
    alone = "homeowner" not in everyone or (len(everyone) == 1 and not rule.participants)
    return alone and rule.verb != "open_case"


def breach_of(rule: StepRule, facts: Facts) -> Breach | None:
    """What this step must not do on these facts, but does."""
    if breach := recipients_breach(rule, facts):
        return breach
    return case_breach(facts) if rule.verb == "open_case" else None


def said(rule: StepRule, breach: Breach) -> str:
    """A breach as a sentence."""
    return f"“{rule.title}” {breach.sentence} ({', '.join(breach.cites)})."


def _never_due(rule: StepRule, place: Place) -> Finding:
    return Finding(place, f"“{rule.title}” is never due: its `when` does not fit where it stands.")


def _apart(all_values: Sequence[Values], names: tuple[str, ...]) -> list[Values]:
    """The first of all values that are the same in these facts."""
    first: dict[tuple[object, ...], Values] = {}
    for values in all_values:
        first.setdefault(tuple(values.get(name) for name in names), values)
    return list(first.values())


def _with(values: Values, free: Space) -> Iterator[Facts]:
    """The facts with these values and every combination of the rest."""
    names = list(free.values)
    for chosen in product(*free.values.values()):
        yield facts_of(free.category, {**values, **dict(zip(names, chosen, strict=True))})
