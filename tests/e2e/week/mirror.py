"""The oracle: what the SOPs say of the week, worked out from what was done and from nothing else.

It keeps a case of its own for every complaint and advances it with the rules core alone. What the desk
stores, or shows, is never read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.sop import Advance, Case, Event, Facts, Plan, Playbooks, Step, Timer, advance, begin, plan_of
from bot.sop.rota import on_shift
from tests.e2e.week.staff import AGENTS, CLERKS, LEADERS, TRAINED

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


ASKED = ("follow_up", "prompt", "lead_prompt")
HOURS_TO_ANSWER = 4
TAKERS = {
    "front_line": frozenset({*AGENTS.values(), *LEADERS}),
    "trained_agent": frozenset({*TRAINED, *LEADERS}),
    "back_office": frozenset({*CLERKS.values(), *LEADERS}),
}
"""Who may take the cases of a team (D-14, R-046)."""


@dataclass(frozen=True)
class Promise:
    """A post that is owed: of which case, what it asks, to whom, from when on."""

    case: str
    kind: str
    to: str
    due: datetime
    rang: datetime


@dataclass
class Watch:
    """Somebody was asked something: when they will have kept silent for too long (D-24)."""

    owner: str
    timer: Timer
    due: datetime


@dataclass
class Reflection:
    """One case as it must be. `said` is what happened to it, in order.

    `owner` is empty while it waits in the queue of its `team`; `is_up` says that whoever may can take it
    from an owner who does not answer; `watch` is what its owner has not answered yet.
    """

    name: str
    case: Case
    owner: str
    opened_by: str
    team: str = "front_line"
    is_up: bool = False
    watch: Watch | None = None
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
    instead: dict[date, frozenset[str]] = field(default_factory=dict)
    away: dict[date, frozenset[str]] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)

    def open(self, name: str, facts: Facts, agent: str, at: datetime) -> Reflection:
        """A complaint became a case."""
        began = begin(facts, self.playbooks, at)
        self.cases[name] = mine = Reflection(name, began.case, agent, agent)
        mine.said.append(("opened", at))
        self._keep(mine, began)
        if began.case.confirmation is not None:
            self._promise(mine, "confirmation", CONFIRMATIONS, at, at)
        sensitive = began.plan.handled_by == "trained_agent" or began.plan.overlays
        if sensitive and agent not in TAKERS["trained_agent"]:
            self.given(name, "", at, "trained_agent")
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
        self.acted(name, by)
        return True

    def acted(self, name: str, by: str) -> None:
        """What its owner does with a case answers what was asked of them (D-24)."""
        mine = self.cases[name]
        if by and by == mine.owner:
            mine.watch, mine.is_up = None, False

    # --- hands ---

    def may_take(self, name: str, by: str) -> bool:
        mine = self.cases[name]
        if mine.case.state == "closed" or mine.owner == by or by not in TAKERS[mine.team]:
            return False
        return not mine.owner or mine.is_up or by in LEADERS

    def given(self, name: str, owner: str, now: datetime, team: str = "") -> None:
        """Somebody has the case from now on; nobody, where it waits in its team's queue."""
        mine = self.cases[name]
        mine.said.append((f"given to {owner or team or mine.team}", now))
        mine.team = team or mine.team
        mine.watch, mine.is_up = None, False
        before, mine.owner = mine.owner, owner
        if not owner:
            self._promise(mine, "queued", mine.team, now, now)
        elif owner != before:
            self._ask_again(mine, now)
            self._watch_anew(mine, now)

    def sent_by_sop(self, name: str, step: Step, now: datetime) -> None:
        """A step of the SOP hands the case to a team; an owner who works there keeps it (R-045, D-14)."""
        mine = self.cases[name]
        team = "back_office" if "back_office_queue" in step.to else "trained_agent"
        stays = mine.owner in TAKERS[team]
        if not (stays and mine.team == team):
            self.given(name, mine.owner if stays else "", now, team)

    def next_in_queue(self, by: str, teams: tuple[str, ...] = ()) -> str | None:
        """What fell due first where this person may take from; what has something to do now, by its age."""
        mine = [team for team, able in TAKERS.items() if by in able and (not teams or team in teams)]
        waiting = [
            (one.case.next_due or one.case.opened_at, one.number, one.name)
            for one in self.cases.values()
            if not one.owner and one.team in mine and one.case.state != "closed"
        ]
        return min(waiting)[2] if waiting else None

    def _ask_again(self, mine: Reflection, now: datetime) -> None:
        """Whoever takes over a case is asked what its last owner was asked and has not answered."""
        rung = [timer for timer in mine.case.timers if timer.rung_at is not None]
        if rung and rung[-1].kind == "follow_up" and self.step(mine.name, rung[-1].step, now):
            self._promise(mine, "reminder", mine.owner, now, now)

    def _watch_anew(self, mine: Reflection, now: datetime) -> None:
        """Who takes over a question that is open has as long to answer it as anybody (D-24)."""
        asked = [timer for timer in mine.case.timers if timer.rung_at is not None and timer.kind in ASKED]
        if asked and self.step(mine.name, asked[-1].step, now):
            self._watch(mine, (asked[-1],), now)

    def _look_after(self, now: datetime) -> None:
        """Four working hours without an answer: the case is put up to be taken (D-24)."""
        for mine in self.cases.values():
            watch = mine.watch
            if watch is not None and watch.due <= now:
                mine.watch = None
                if mine.case.state != "closed" and self.step(mine.name, watch.timer.step, now):
                    mine.is_up = True
                    self._promise(mine, "put_up", mine.team, watch.due, now)

    # --- time ---

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
                self._watch(mine, gave.rang, now)
        self._look_after(now)

    def asked(self, name: str, at: datetime, tagged: tuple[str, ...]) -> None:
        """A request of the Concert check stands in its channel since `at`, and tags these people."""
        data = {"occasion": "seen", "tagged": list(tagged)}
        assert self.report(name, "confirmation_posted", data, "", at)

    def on_shift(self, at: datetime) -> frozenset[str]:
        """Who is on shift by the rota, and by what a lead changed of it for a day (D-11)."""
        rota = self.playbooks.organisation.rota
        day = at.astimezone(rota.zone).date()
        planned = frozenset(one.slack_id for one in on_shift(rota, at))
        return self.instead.get(day, planned) - self.away.get(day, frozenset())

    def _dues(self) -> Iterator[datetime]:
        for mine in self.cases.values():
            yield from (timer.due for timer in mine.case.running)
            if mine.watch is not None:
                yield mine.watch.due

    def _watch(self, mine: Reflection, rang: tuple[Timer, ...], now: datetime) -> None:
        asked = [timer for timer in rang if timer.kind in ASKED]
        if asked and mine.owner:
            calendar = self.playbooks.organisation.calendar
            mine.watch = Watch(mine.owner, asked[-1], calendar.add_working_hours(now, HOURS_TO_ANSWER).at)

    def _keep(self, mine: Reflection, gave: Advance) -> None:
        mine.case = gave.case
        if mine.team == "front_line" and gave.plan.handled_by in TAKERS:
            mine.team = gave.plan.handled_by
        mine.paths |= {gave.case.path or "uncovered", *gave.plan.overlays}

    def _promise(self, mine: Reflection, kind: str, to: str, due: datetime, rang: datetime) -> None:
        self.promises.append(Promise(mine.name, kind, to, due, rang))

    def _asked(self, mine: Reflection, timer: Timer) -> Iterator[tuple[str, str]]:
        """Who is asked what when a timer rings (D-11, D-12, D-15)."""
        if timer.kind in ASKED and not mine.owner:
            yield "queued", mine.team
        elif timer.kind in ASKED:
            yield "reminder" if timer.kind == "follow_up" else "prompt", mine.owner
        if timer.kind in ("prompt", "lead_prompt"):
            yield "prompt", LEADS
        elif timer.kind in TAGGINGS:
            yield "confirmation", CONFIRMATIONS
        elif timer.kind == "tell_lead":
            yield from (("unconfirmed", to) for to in (mine.opened_by, LEADS))
