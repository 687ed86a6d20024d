"""The oracle: what the SOPs say of the week, worked out from what was done and from nothing else.

It keeps a case of its own for every complaint and advances it with the rules core alone. What the desk
stores, or shows, is never read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.sop import Advance, Case, Event, Facts, Plan, Playbooks, Step, Timer, advance, begin, plan_of
from bot.sop.rota import on_shift

Team = dict[str, frozenset[str]]
TOLD_TO_OWNER = frozenset(
    {
        "concert_confirmed",
        "not_concert",
        "cannot_tell",
        "milestone_learned",
        "milestone_changed",
        "product_learned",
        "facts_learned",
    }
)
CONFIRMATIONS = "confirmations"
LEADS = "leads"
TAGGINGS = ("tag_confirmers", "repeat_confirmation")


@dataclass(frozen=True)
class Promise:
    """A post that is owed: of which case, what it asks, to whom, from when on."""

    case: str
    kind: str
    to: str
    due: datetime
    rang: datetime


@dataclass
class Reflection:
    """One case as it must be. `said` is what happened to it, in order."""

    name: str
    case: Case
    owner: str
    opened_by: str
    said: list[tuple[str, datetime]] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    @property
    def number(self) -> int:
        return int(self.name.removeprefix("HC-"))


@dataclass
class Mirror:
    """All cases as they must be, and every post that was promised on the way."""

    playbooks: Playbooks
    cases: dict[str, Reflection] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)

    def open(self, name: str, facts: Facts, agent: str, at: datetime) -> Reflection:
        """A complaint became a case."""
        began = begin(facts, self.playbooks, at)
        self.cases[name] = mine = Reflection(name, began.case, agent, agent, [("opened", at)])
        self._keep(mine, began)
        if began.case.confirmation is not None:
            self._promise(mine, "confirmation", CONFIRMATIONS, at, at)
        return mine

    def plan(self, name: str, now: datetime) -> Plan:
        return plan_of(self.cases[name].case, self.playbooks, now)

    def step(self, name: str, step_id: str, now: datetime) -> Step | None:
        """The step of that id, if it is due now."""
        steps = self.plan(name, now).steps
        return next((one for one in steps if one.id == step_id and one.state == "available"), None)

    def would(self, name: str, event: str, data: Mapping[str, object], by: str, now: datetime) -> Advance:
        """What the SOPs make of it; a refusal where they refuse it."""
        return advance(self.cases[name].case, Event(event, now, data, by), self.playbooks, now)

    def report(self, name: str, event: str, data: Mapping[str, object], by: str, now: datetime) -> bool:
        """It happened, unless the SOPs refuse it. Answers whether they took it."""
        mine = self.cases[name]
        gave = self.would(name, event, data, by, now)
        if gave.refused:
            return False
        mine.said.append((event, now))
        self._keep(mine, gave)
        return True

    def next_due(self) -> datetime | None:
        return min(self._dues(), default=None)

    def due_within(self, start: datetime, span: timedelta) -> list[datetime]:
        return sorted(due for due in self._dues() if start <= due <= start + span)

    def tick(self, now: datetime) -> None:
        """Time passed: what fell due is asked."""
        for mine in self.cases.values():
            if any(timer.due <= now for timer in mine.case.running):
                gave = advance(mine.case, Event("clock", now), self.playbooks, now)
                self._keep(mine, gave)
                for timer in gave.rang:
                    for kind, to in self._asked(mine, timer):
                        self._promise(mine, kind, to, timer.due, now)

    def asked(self, name: str, at: datetime, tagged: tuple[str, ...]) -> None:
        """A request of the Concert check stands in its channel since `at`, and tags these people."""
        data = {"occasion": "seen", "tagged": list(tagged)}
        assert self.report(name, "confirmation_posted", data, "", at)

    def on_shift(self, at: datetime) -> frozenset[str]:
        return frozenset(one.slack_id for one in on_shift(self.playbooks.organisation.rota, at))

    def _dues(self) -> Iterator[datetime]:
        for mine in self.cases.values():
            yield from (timer.due for timer in mine.case.running)

    def _keep(self, mine: Reflection, gave: Advance) -> None:
        mine.case = gave.case
        mine.paths |= {gave.case.path or "uncovered", *gave.plan.overlays}

    def _promise(self, mine: Reflection, kind: str, to: str, due: datetime, rang: datetime) -> None:
        self.promises.append(Promise(mine.name, kind, to, due, rang))

    def _asked(self, mine: Reflection, timer: Timer) -> Iterator[tuple[str, str]]:
        """Who is asked what when a timer rings (D-11, D-12, D-15)."""
        if timer.kind == "follow_up":
            yield "reminder", mine.owner
        elif timer.kind in ("prompt", "lead_prompt"):
            yield from (("prompt", to) for to in (mine.owner, LEADS))
        elif timer.kind in TAGGINGS:
            yield "confirmation", CONFIRMATIONS
        else:
            yield from (("unconfirmed", to) for to in (mine.opened_by, LEADS))
