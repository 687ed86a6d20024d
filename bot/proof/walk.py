"""All the states a case can come to, and all the moves between them.

Dates are left out: two cases are in the same state when they stand in the same stage, with the same
questions asked and waiting, the same steps ticked off, on facts of the same kind. From each kind of facts a
case is opened, and everything that can happen does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.playbooks.gaps import may_fit
from bot.proof.kinds import Complaint, Kind
from bot.proof.space import Values, facts_of, stated
from bot.sop import Case, Event, Facts, Playbooks, vocabulary
from bot.sop.advance import EVERYWHERE, turn_of
from bot.sop.ladder import rungs
from bot.sop.playbook import Path
from bot.sop.rota import on_shift
from bot.sop.stages import opened, owed, settled, stage_of

State = tuple[object, ...]
"""A case without its dates and without its facts."""
LEARNING: Final = ("milestone_learned", "milestone_changed", "product_learned", "omnidian_transferred_back")
"""Facts that become known one at a time; `facts_learned` stands for all of them."""
_HAPPENINGS: Final = [name for name in vocabulary.EVENTS if name not in ("clock", "facts_learned", *LEARNING)]
_NUMBERED: Final = ("attempt_logged", "am_email_sent")


@dataclass(slots=True, eq=False)
class Node:
    """A state on facts of one kind, the first case found in it, and where one gets from there.

    `moves` are the nodes reached by what people do and by time; `by_clock` the one reached by time alone;
    `learned` those reached by facts that become known; it `leaves` where an event makes another complaint of
    it, which has a walk of its own. `parent` and `event` say how it was first reached.
    """

    case: Case
    now: datetime
    kind: Kind
    parent: Node | None = None
    event: Event | None = None
    moves: list[Node] = field(default_factory=list)
    learned: dict[Kind, Node] = field(default_factory=dict)
    by_clock: Node | None = None
    leaves: bool = False

    @property
    def opening(self) -> Node:
        """The node in which the case was opened."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    @property
    def events(self) -> list[Event]:
        """What happened from the opening on."""
        events: list[Event] = []
        node: Node | None = self
        while node is not None and node.event is not None and node.parent is not None:
            event = node.event
            if event.name == "facts_learned":
                known = difference(stated(node.parent.case.facts), stated(node.case.facts))
                event = replace(event, data=known)
            events.append(event)
            node = node.parent
        return events[::-1]


@dataclass(slots=True)
class Walk:
    """The walk over the complaints of one category.

    `nodes` are the states that were reached, `stood` those that were in a stage of a path (or just came
    through it), one on facts of each kind, `moves` how many were tried.
    """

    complaint: Complaint
    playbooks: Playbooks
    starts: tuple[datetime, ...]
    sorted: Mapping[Kind, list[Values]]
    nodes: dict[tuple[State, Kind], Node] = field(default_factory=dict)
    stood: dict[tuple[str, str], dict[Kind, Node]] = field(default_factory=dict)
    moves: int = 0
    _settled: dict[tuple[State, Kind], Node] = field(default_factory=dict)
    _ticked: set[tuple[str, str, str]] = field(default_factory=set)
    _kinds: dict[tuple[int, date], tuple[Facts, Kind]] = field(default_factory=dict)
    _ahead: deque[Node] = field(default_factory=deque)

    def run(self) -> Walk:
        """Walk until nothing new is found."""
        kinds = {kind: facts_of(self.complaint.category, first[0]) for kind, first in self.sorted.items()}
        for kind, facts in kinds.items():
            for start in self.starts if kind[0] == ("check",) else self.starts[:1]:
                self._reach(Node(opened(facts, self.playbooks, start), start, kind))
        while self._ahead:
            node = self._ahead.popleft()
            for event in self._events(node):
                self._happen(node, event)
            self._learn(node, kinds)
        return self

    def _reach(self, came: Node) -> Node:
        """The node of the state that a case came to: `came` itself where it is the first there."""
        for visit in came.case.visits[-2:] if came.case.path else ():
            if visit.path == came.case.path and visit.round == came.case.rounds:
                self.stood.setdefault((visit.path, visit.stage), {}).setdefault(came.kind, came)
        key = state_of(came.case, self.playbooks), came.kind
        found = self.nodes.setdefault(key, came)
        if found is came:
            self._ahead.append(came)
        return found

    def _happen(self, node: Node, event: Event) -> None:
        turn = turn_of(node.case, event, self.playbooks, event.at)
        self.moves += 1
        if turn.refused is not None:
            return
        case = replace(turn.case, history=(*turn.case.history, event))
        if self.complaint.category not in case.facts.categories:
            node.leaves = True
            return
        after = self._reach(Node(case, event.at, self._kind(case, event.at), node, event))
        if event.name == "clock":
            node.by_clock = after
        if after is not node:
            node.moves.append(after)

    def _kind(self, case: Case, now: datetime) -> Kind:
        today = self.playbooks.organisation.calendar.today(now)
        known = self._kinds.get((id(case.facts), today))
        if known is None or known[0] is not case.facts:
            known = case.facts, self.complaint.kind(case.facts, self.playbooks, now)
            self._kinds[id(case.facts), today] = known
        return known[1]

    def _learn(self, node: Node, kinds: Mapping[Kind, Facts]) -> None:
        """Facts of every other kind become known; where the case then stands is worked out once a state."""
        if node.case.state == "closed":
            return
        state = state_of(node.case, self.playbooks)
        for kind, facts in kinds.items():
            if kind == node.kind:
                continue
            after = self._settled.get((state, kind))
            if after is None:
                self.moves += 1
                event = Event("facts_learned", node.now)
                case = replace(node.case, facts=facts, history=(*node.case.history, event))
                case = settled(case, self.playbooks, node.now)
                after = self._reach(Node(case, node.now, self._kind(case, node.now), node, event))
                self._settled[state, kind] = after
            node.learned[kind] = after

    def _events(self, node: Node) -> Iterator[Event]:
        """Everything that can happen to the case, but that facts become known."""
        at = node.now
        if node.case.running:
            due = node.case.running[0].due
            yield Event("clock", max(due, at))
        path = self.playbooks.paths.get(node.case.path or "")
        for name in _HAPPENINGS:
            if name in EVERYWHERE or (path is not None and path.transition(node.case.stage, name)):
                yield from self._variants(node, name, at)

    def _variants(self, node: Node, name: str, at: datetime) -> Iterator[Event]:
        match name:
            case "close_requested":
                yield Event(name, at)
                yield Event(name, at, {"closure_comments": "Settled."})
            case "snoozed":
                yield Event(name, at, {"until": at + timedelta(days=1)})
            case "step_done":
                yield from (Event(name, at, {"step": step}) for step in self._ticks(node))
            case "reference_recorded":
                yield from (Event(name, at, {"on": record}) for record in vocabulary.ON)
            case "concert_confirmed" | "not_concert" | "cannot_tell":
                yield Event(name, at, {"by": "Cora (confirmer)"})
            case name if name in _NUMBERED:
                yield from (Event(name, at, {"n": number}) for number in (1, 2))
                yield Event(name, at)
            case _:
                yield Event(name, at)

    def _ticks(self, node: Node) -> Iterator[str]:
        """The steps of the stage that can be ticked off: each once, but those that lead on in every state."""
        visit = node.case.visits[-1] if node.case.visits else None
        for each in owed(node.case, self.playbooks):
            if each.visit is visit and "step_done" in each.rule.done_by:
                name = each.visit.path, each.visit.stage, each.rule.id
                if each.rule.then is not None or name not in self._ticked:
                    self._ticked.add(name)
                    yield each.id


def walked_whole(walks: Sequence[Walk], playbooks: Playbooks) -> list[Path]:
    """The paths all of whose complaints were walked, so that what was not reached is dead."""
    walked = {walk.complaint.category for walk in walks}
    others = [each for each in vocabulary.CATEGORIES if each not in walked]
    return [path for path in playbooks.paths.values() if not any(may_fit(path.when, each) for each in others)]


def state_of(case: Case, playbooks: Playbooks) -> State:
    """The state of a case: what of it can change what happens next, but for dates and facts.

    Which steps were ticked off, and how many attempts were made, changes what is shown, not what happens.
    """
    stage, steps = stage_of(case, playbooks), owed(case, playbooks)
    asked = (stage.follow_up or stage.prompts) if stage else None
    question = next((each.id for each in reversed(steps) if asked and each.rule.id == asked.step.id), None)
    rung = [timer for timer in case.timers if timer.step == question]
    confirmation = case.confirmation
    return (
        case.path,
        case.stage,
        case.state,
        tuple(sorted({(t.kind, _rule(t.step)) for t in case.running})),
        len(rung) if stage and stage.prompts else any(t.rung_at for t in rung),
        confirmation is not None and confirmation.answer == "not_concert",
        _ladder(case) if case.state == "awaiting_confirmation" else None,
        any(each.rule.verb == "open_case" for each in steps),
        "lawyer" in case.facts.sensitive and any(past.name == "lead_released" for past in case.history),
    )


def _ladder(case: Case) -> State:
    """How far the Concert check has come: whether it tagged somebody, and which of its timers rang."""
    tagged = case.confirmation is not None and case.confirmation.tagged_at is not None
    return tagged, frozenset(rungs(case))


def difference(before: dict[str, object], after: dict[str, object]) -> dict[str, object]:
    """What has to be learned for the facts `before` to become `after`, by dotted id."""
    gone: dict[str, object] = {name: _unknown(name) for name in before if name not in after}
    return gone | {name: value for name, value in after.items() if before.get(name) != value}


def starts_of(playbooks: Playbooks, now: datetime) -> tuple[datetime, ...]:
    """Openings that the Concert check can tell apart: in working time, at the end of a shift, off shift."""
    rota, wait = playbooks.organisation.rota, playbooks.organisation.timers.repeat_confirmation_minutes
    seen: dict[tuple[bool, bool], datetime] = {}
    for minutes in range(0, 7 * 24 * 60, 5):
        at = now + timedelta(minutes=minutes)
        again = at + timedelta(minutes=wait)
        seen.setdefault((bool(on_shift(rota, at)), bool(on_shift(rota, again))), at)
    return tuple(dict.fromkeys((now, *seen.values())))


def _unknown(name: str) -> object:
    if name.startswith("milestones.") or name == "program":
        return "unknown"
    return [] if name == "sensitive" else None


def _rule(step: str) -> str:
    """A step's id without the number of the visit."""
    name, _, number = step.rpartition("-")
    return name if number.isdecimal() else step
