"""From a playbook to a chart: who does what, where it waits, what is forbidden, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.errors import MapError
from bot.maps.beside import CLUSTER, POINTER, before, beside, waiting
from bot.maps.labels import GREY, NARROW, RED, broken, heading, question, steps_table, title
from bot.maps.words import condition_words, holders
from bot.sop import Playbooks
from bot.sop.playbook import Choice, Path, Stage
from bot.sop.stages import START
from bot.sop.vocabulary import allowed

_IN_A_ROW: Final = 3
HEAD: Final = """digraph map {
  graph [rankdir=TB, nodesep=0.3, ranksep=0.38, fontname="Arial", fontsize=13, pad=0.3, labelloc=t]
  node [fontname="Arial", fontsize=11, shape=plain]
  edge [fontname="Arial", fontsize=9, color="#444444", fontcolor="#222222", arrowsize=0.7]"""
_END: Final = 'shape=box, style="rounded,filled", fillcolor="#444444", fontcolor=white, margin="0.14,0.05"'
_NO_CASE: Final = ("R-010", "R-015", "D-27")


def chart(sop: str, playbooks: Playbooks) -> str:
    """The chart of an SOP (`wrong_meter`) or of one of its paths (`wrong_meter/everbright`), for Graphviz.

    Raises MapError where no playbook has it.
    """
    paths = [path for name, path in playbooks.paths.items() if sop in (name, _sop(name))]
    drawings = [_Drawing(path, f"p{number}", playbooks) for number, path in enumerate(paths)]
    lines = [line for drawing in drawings for line in drawing.lines()]
    ends = [end for drawing in drawings for end in drawing.ends()]
    lines += [
        line for one in playbooks.overlays if sop == _sop(one.path) for line in beside(one, playbooks, ends)
    ]
    lines += before(playbooks) if sop == _sop(playbooks.entry.path) else []
    if not lines:
        message = f"No playbook is called {sop!r}. {allowed(sop, names(playbooks))}"
        raise MapError(message)
    name = _sop(sop).replace("_", " ").capitalize()
    return "\n".join([HEAD, f"  label=<{title(name, playbooks)}>", *lines, *_rows(drawings), "}", ""])


def names(playbooks: Playbooks) -> tuple[str, ...]:
    """The SOPs that can be drawn."""
    found = [*playbooks.paths, playbooks.entry.path, *(one.path or "" for one in playbooks.overlays)]
    return tuple(sorted({_sop(name) for name in found if name}))


def _sop(name: str | None) -> str:
    return (name or "").partition("/")[0]


def _rows(drawings: list[_Drawing]) -> Iterator[str]:
    """Many paths stand in rows, so that the sheet is not too wide."""
    if len(drawings) > _IN_A_ROW + 1:
        for above, below in zip(drawings, drawings[_IN_A_ROW:], strict=False):
            yield from (f"  {end} -> {first} [style=invis]" for end in above.ends() for first in below.tops())


@dataclass(frozen=True, slots=True)
class _Way:
    """A way from a node to a stage, `words` long; `asked` where it answers a question."""

    node: str
    source: str
    stage: str
    words: tuple[str, ...]
    asked: bool = False


@dataclass(frozen=True, slots=True)
class _Drawing:
    """One path as a cluster; `name` makes its nodes' names unique."""

    path: Path
    name: str
    playbooks: Playbooks

    def lines(self) -> Iterator[str]:
        yield f"  subgraph cluster_{self.name} {{"
        yield f"    {CLUSTER}; label=<{heading(self.path.title, self.path.when)}>"
        parts = (*self._start(), *self._stages(), *self._ways(), *self._notes())
        yield from (f"    {line}" for line in parts)
        yield "  }"

    def ends(self) -> list[str]:
        """The nodes at which a case is closed."""
        closing = ("ready_to_close", "needs_decision")
        return [self._id(f"{name}_end") for name, s in self.path.stages.items() if s.state in closing]

    def tops(self) -> list[str]:
        """The nodes that stand highest."""
        notes = [self._id(f"note{index}") for index, _ in enumerate(self._remarks())]
        return notes or [self._id("begin")]

    def _start(self) -> Iterator[str]:
        yield self._node("begin", 'shape=circle, label="", width=0.22, style=filled, fillcolor="#444444"')
        if len(self.path.start) > 1:
            yield self._decision(START, "Where does it begin?", ())
            yield self._edge("begin", f"{START}_decision")

    def _stages(self) -> Iterator[str]:
        held, numbers = holders(self.path), self._numbers()
        for name, number in numbers.items():
            stage = self.path.stages[name]
            if stage.steps or not stage.choose:
                yield self._node(name, f"label=<{self._table(number, stage, held[name])}>")
            if stage.choose:
                head = "Which way?" if stage.steps else f"{number}. {stage.title}"
                yield self._decision(name, head, stage.cites)
                yield from [self._edge(name, f"{name}_decision")] if stage.steps else []
            yield from self._wait(stage)
            if stage.state in ("ready_to_close", "needs_decision"):
                yield self._node(f"{name}_end", f'{_END}, label="A person closes the case"')
                yield self._edge(name, f"{name}_end")

    def _table(self, number: int, stage: Stage, holder: str) -> str:
        return steps_table(f"{number}. {stage.title}", stage.steps, holder)

    def _wait(self, stage: Stage) -> Iterator[str]:
        asked = stage.follow_up or stage.prompts
        if asked is None:
            return
        yield from waiting(self._id(stage.id), asked, self.playbooks)
        for event, transition in stage.on.items():
            if transition.ask_again is not None:
                words = f"{self.playbooks.title(event)}: again {transition.ask_again.words}"
                yield self._edge(f"{stage.id}_asks", f"{stage.id}_wait", broken(words, NARROW))

    def _ways(self) -> Iterator[str]:
        """One arrow into each stage; every other way there ends in a pointer to the stage's number."""
        ways = [*self._from_start(), *(way for s in self.path.stages.values() for way in self._from(s))]
        best = {way.stage: way for way in sorted(ways, key=self._weight, reverse=True)}
        numbers = self._numbers()
        for index, way in enumerate(ways):
            words = "<br/>or ".join(broken(each, NARROW) for each in way.words)
            if best[way.stage] is way:
                yield self._edge(way.node, self._in(way.stage), words)
                continue
            pointer = f"to{index}"
            label = broken(f"→ {numbers[way.stage]}. {self.path.stages[way.stage].title}", 24)
            yield self._node(pointer, f"{POINTER}, label=<{label}>")
            yield self._edge(way.node, pointer, words)

    def _weight(self, way: _Way) -> tuple[bool, bool, int]:
        """The least is the way whose arrow is drawn: onwards, from a question, from early on."""
        order = list(self.path.stages)
        back = way.source != START and order.index(way.source) >= order.index(way.stage)
        return back, not way.asked, -1 if way.source == START else order.index(way.source)

    def _from_start(self) -> Iterator[_Way]:
        if len(self.path.start) == 1:
            yield _Way("begin", START, self.path.start[0].go, ())
            return
        yield from self._choices(START, self.path.start)

    def _from(self, stage: Stage) -> Iterator[_Way]:
        if stage.id == START:
            return
        yield from self._choices(stage.id, stage.choose)
        asked = stage.follow_up or stage.prompts
        answers = asked.step.done_by if asked else ()
        grouped: dict[tuple[bool, str], list[str]] = {}
        for event, transition in stage.on.items():
            if transition.go is not None:
                key = event in answers, transition.go
                grouped.setdefault(key, []).append(self.playbooks.title(event))
        for step in stage.steps:
            if step.then is not None:
                grouped.setdefault((False, step.then), []).append(f"Done: {step.title}")
        if stage.prompts is not None:
            grouped.setdefault((True, stage.prompts.then), []).append("Nobody decides")
        for (is_answer, target), words in grouped.items():
            node = f"{stage.id}_asks" if is_answer else stage.id
            yield _Way(node, stage.id, target, tuple(words), is_answer)

    def _choices(self, stage: str, choices: Iterable[Choice]) -> Iterator[_Way]:
        grouped: dict[str, list[str]] = {}
        for choice in choices:
            grouped.setdefault(choice.go, []).append(condition_words(choice.when) or "otherwise")
        for target, words in grouped.items():
            yield _Way(f"{stage}_decision", stage, target, tuple(words), asked=True)

    def _notes(self) -> Iterator[str]:
        for index, (words, red) in enumerate(self._remarks()):
            colour, fill = (RED, "#fdecea") if red else (GREY, "#fafafa")
            style = f'shape=note, style=filled, color="{colour}", fontcolor="{colour}", fillcolor="{fill}"'
            label = f"label=<{broken(words, 34)}>"
            yield self._node(f"note{index}", f'{style}, margin="0.1,0.06", fontsize=10, {label}')
            yield f"{self._id(f'note{index}')} -> {self._id('begin')} [style=invis]"

    def _remarks(self) -> list[tuple[str, bool]]:
        """What stands on notes, and whether it forbids something."""
        return [(words, True) for words in _forbidden(self.path)] + [
            (words, False) for words in self._always()
        ]

    def _always(self) -> Iterator[str]:
        for event, transition in self.path.on.items():
            stage = self.path.stages.get(transition.go or "")
            then = transition.note or (f"Go on with {self._numbers()[stage.id]}." if stage else "")
            title_ = self.playbooks.title(event)
            yield f"At any time: {then if then.startswith(title_) else f'{title_}. {then}'}"

    def _numbers(self) -> dict[str, int]:
        """The stages in their order, from 1."""
        return {name: number for number, name in enumerate((n for n in self.path.stages if n != START), 1)}

    def _in(self, stage: str) -> str:
        """The node by which a stage is entered."""
        found = self.path.stages[stage]
        return f"{stage}_decision" if found.choose and not found.steps else stage

    def _decision(self, stage: str, words: str, cites: tuple[str, ...]) -> str:
        shape = 'shape=diamond, style=filled, fillcolor="#f2f2f2", margin="0.02,0.0"'
        return self._node(f"{stage}_decision", f"{shape}, label=<{question(words, cites)}>")

    def _node(self, node: str, style: str) -> str:
        return f"{self._id(node)} [{style}]"

    def _edge(self, source: str, target: str, label: str = "") -> str:
        return f"{self._id(source)} -> {self._id(target)}{f' [label=<{label}>]' if label else ''}"

    def _id(self, node: str) -> str:
        return f"{self.name}_{node}"


def _forbidden(path: Path) -> Iterator[str]:
    programs = path.when.tests.get("program")
    if programs is None or {"beam", "concert"} & set(programs):
        yield (
            "Never copy the homeowner on anything to Concert, or on an e-mail to the installer of a Beam or "
            "Concert case (R-035, R-072, D-13)."
        )
    opens = any(step.verb == "open_case" for stage in path.stages.values() for step in stage.steps)
    if not opens and (why := [cite for cite in path.cites if cite in _NO_CASE]):
        yield f"Never open a Salesforce case here by yourself ({', '.join(why)})."
