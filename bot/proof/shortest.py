"""A finding's example, made as small as it can be: fewer facts, fewer events, the same finding."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.proof.space import stated
from bot.proof.walk import Node, difference
from bot.sop import Case, Event, Facts, Homeowner, Installer, Plan, Playbooks, advance, begin, facts_to_json
from bot.sop.as_json import event_to_json
from bot.sop.facts_json import with_facts


@dataclass(frozen=True, slots=True)
class Example:
    """A complaint and what happens to it."""

    facts: Facts
    now: datetime
    events: tuple[Event, ...] = ()

    def play(self, playbooks: Playbooks) -> tuple[Case, Plan]:
        """The case in the end, and its plan."""
        made = begin(self.facts, playbooks, self.now)
        for event in self.events:
            made = advance(made.case, event, playbooks, event.at)
        return made.case, made.plan

    def to_json(self) -> str:
        """The example as a file for `sop simulate`."""
        then = []
        for event in self.events:
            written = event_to_json(event)
            then.append(
                {
                    "at": written["at"],
                    "event": written["name"],
                    **({"data": written["data"]} if event.data else {}),
                }
            )
        data: dict[str, object] = {"facts": _nested(self.facts), "now": self.now.isoformat()}
        return json.dumps({**data, "then": then} if then else data, ensure_ascii=False)


Holds = Callable[[Example], bool]


def example_at(node: Node) -> Example:
    """How the walk came to a node."""
    return Example(node.opening.case.facts, node.opening.now, tuple(node.events))


def example_on(node: Node, facts: Facts) -> Iterator[Example]:
    """Ways to come to a node's state with these facts: from the first, or learned at the end."""
    came = example_at(node)
    natural = tuple(event for event in came.events if event.name != "facts_learned")
    yield replace(came, facts=facts, events=natural)
    learned = difference(stated(node.case.facts), stated(facts))
    yield replace(came, events=(*came.events, Event("facts_learned", node.now, learned)))


def smallest(example: Example, holds: Holds) -> Example:
    """The example without every fact and event that the finding does not need."""
    while (smaller := next((one for one in _smaller(example) if holds(one)), None)) is not None:
        example = smaller
    return example


def _smaller(example: Example) -> Iterator[Example]:
    for index in range(len(example.events) - 1, -1, -1):
        yield replace(example, events=(*example.events[:index], *example.events[index + 1 :]))
    blank = replace(example.facts, homeowner=Homeowner(), installer=Installer())
    if blank != example.facts:
        yield replace(example, facts=blank)
    for name in stated(example.facts):
        if name != "category" and not name.startswith(("homeowner.", "installer.")):
            empty = "unknown" if name.startswith("milestones.") or name == "program" else None
            yield replace(
                example, facts=with_facts(example.facts, {name: [] if name == "sensitive" else empty})
            )


def _nested(facts: Facts) -> dict[str, object]:
    """The facts as JSON, without those that are not known."""
    known: dict[str, object] = {}
    for name, value in facts_to_json(facts).items():
        kept = _known(value) if isinstance(value, dict) else value
        if kept not in (None, "", "unknown", [], {}):
            known[name] = kept[0] if name == "category" and isinstance(kept, list) else kept
    return known


def _known(part: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in part.items() if value not in (None, "", "unknown")}
