"""Every state that was reached: a person can close it, and what waits ends with a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.proof.finding import Finding
from bot.proof.places import Place, Places
from bot.proof.shortest import Example, Holds, example_at, smallest
from bot.proof.space import values_of
from bot.proof.walk import Node, Walk, state_of, walked_whole
from bot.sop import Playbooks, plan_of, vocabulary
from bot.sop.playbook import Path, Stage
from bot.sop.stages import START

_ASKED = ("needs_decision", "ready_to_close", "closed")


@dataclass(frozen=True, slots=True)
class States:
    """The states that were reached."""

    playbooks: Playbooks
    places: Places

    def of(self, walk: Walk) -> Iterator[Finding]:
        """States without a close, and without a person at the end of their waits."""
        for stage, node in self._first_of_stage(self._without_close(walk)):
            yield self._finding(walk, node, f"From “{stage}” nobody can ever close the case.")
        for stage, node in self._first_of_stage(self._without_person(walk)):
            sentence = f"What waits in “{stage}” never ends in a person's decision."
            yield self._finding(walk, node, sentence)

    def dead(self, walks: Sequence[Walk]) -> Iterator[Finding]:
        """Paths and stages that nothing leads to."""
        stood = {place for walk in walks for place in walk.stood}
        for path in walked_whole(walks, self.playbooks):
            if not any(name == path.id for name, _ in stood):
                yield Finding(self.places.of(path.id), f"No complaint leads to “{path.title}”: no facts fit.")
                continue
            live = {name for name in path.stages if (path.id, name) in stood} | _left_at_once(path, stood)
            for name, stage in path.stages.items():
                if name not in live:
                    place = self.places.of(path.id, name)
                    yield Finding(place, f"Nothing leads to the stage “{stage.title}” ({name}).")

    def _without_close(self, walk: Walk) -> Iterator[Node]:
        ways = [(node, node.moves) for node in walk.nodes.values()]
        ends = {id(n) for n in walk.nodes.values() if n.case.state == "closed" or n.leaves}
        closable = _leading_to(ends, ways)
        stuck = [node for node in walk.nodes.values() if id(node) not in closable]
        filled = [(node, [*node.moves, *_filled_in(node, walk)]) for node in stuck]
        closable = _leading_to(closable, filled)
        return (node for node in stuck if id(node) not in closable)

    def _without_person(self, walk: Walk) -> Iterator[Node]:
        """States in which time alone passes for ever, or at whose end nobody is asked anything."""
        good: set[int] = set()
        for node in walk.nodes.values():
            seen, here = [node], node
            while here.by_clock is not None and here.by_clock not in seen and id(here) not in good:
                here = here.by_clock
                seen.append(here)
            if id(here) in good or (here.by_clock is None and asks_somebody(here, self.playbooks)):
                good.update(map(id, seen))
            elif node.by_clock is not None:
                yield node

    def _first_of_stage(self, nodes: Iterator[Node]) -> Iterator[tuple[str, Node]]:
        """One node a stage, the first that was found."""
        seen: set[tuple[str | None, str]] = set()
        for node in nodes:
            where = node.case.path, node.case.stage
            if where not in seen:
                seen.add(where)
                yield self._title(node), node

    def _title(self, node: Node) -> str:
        path = self.playbooks.paths.get(node.case.path or "")
        stage = path.stages.get(node.case.stage) if path else None
        return stage.title if stage else node.case.stage

    def _finding(self, walk: Walk, node: Node, sentence: str) -> Finding:
        return Finding(self._place(node), sentence, smallest(example_at(node), self._same_state(walk, node)))

    def _place(self, node: Node) -> Place:
        if node.case.path is None or node.case.path == self.playbooks.entry.path:
            return self.places.of("call")
        return self.places.of(node.case.path, node.case.stage)

    def _same_state(self, walk: Walk, node: Node) -> Holds:
        state = state_of(node.case, self.playbooks)

        def holds(example: Example) -> bool:
            case, _ = example.play(self.playbooks)
            kind = walk.complaint.kind(case.facts, self.playbooks, node.now)
            return kind == node.kind and state_of(case, self.playbooks) == state

        return holds


def _leading_to(ends: set[int], ways: list[tuple[Node, list[Node]]]) -> set[int]:
    """The ids of all nodes from which a way leads to one of `ends`."""
    back: dict[int, list[int]] = {}
    for node, onward in ways:
        for after in onward:
            back.setdefault(id(after), []).append(id(node))
    reached, ahead = set(ends), list(ends)
    while ahead:
        new = [before for before in back.get(ahead.pop(), ()) if before not in reached]
        reached.update(new)
        ahead += new
    return reached


def _filled_in(node: Node, walk: Walk) -> Iterator[Node]:
    """Where the case stands once facts that are not known are; contradicting facts may be set right too."""
    known = {
        name: value
        for name, value in values_of(node.case.facts, walk.complaint.space).items()
        if value not in (None, "unknown", ())
    }
    for kind, after in node.learned.items():
        fits = (all(values[name] == known[name] for name in known) for values in walk.sorted[kind])
        if node.kind[0] == "contradictory" or (kind[0] != "contradictory" and any(fits)):
            yield after


def asks_somebody(node: Node, playbooks: Playbooks) -> bool:
    """Whether somebody has a decision to make or a question to answer."""
    if node.case.state in _ASKED:
        return True
    steps = [step for step in plan_of(node.case, playbooks, node.now).steps if step.state == "available"]
    if any(step.key == "ask" for step in steps):
        return True
    verbs = ("follow_up", "ask_lead") if node.case.state == "waiting" else vocabulary.VERBS
    return any(step.events for step in steps if step.verb in verbs)


def _left_at_once(path: Path, stood: set[tuple[str, str]]) -> set[str]:
    """Stages with `choose` that a live stage leads to; no case is ever seen standing in most of them."""
    live = {START}
    while True:
        sources = [s for name, s in path.stages.items() if name in live or (path.id, name) in stood]
        more = {name for s in sources for name in ways(s, path) if path.stages[name].choose} - live
        if not more:
            return live
        live |= more


def ways(stage: Stage, path: Path) -> set[str]:
    """The stages that this one can lead to."""
    leads = [choice.go for choice in stage.choose]
    leads += [each.go for each in (*stage.on.values(), *path.on.values()) if each.go]
    leads += [step.then for step in stage.steps if step.then]
    return {*leads, stage.prompts.then} if stage.prompts else set(leads)
