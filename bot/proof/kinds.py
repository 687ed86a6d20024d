"""Kinds of facts: those between which nothing that moves a case can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.playbooks.gaps import may_fit
from bot.proof.space import (
    CORE,
    Space,
    Values,
    facts_of,
    guards_in,
    merged,
    space_of,
    steps_in,
    tests_of,
)
from bot.sop import Facts, Playbooks, contradictions
from bot.sop.conditions import ALWAYS, Condition
from bot.sop.playbook import Path
from bot.sop.routing import Asking, Route, route

Kind = tuple[object, ...]
"""What the core can tell of some facts, as far as it moves a case: the same for all facts of the kind."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the playbooks hold about one category: its paths, the guards on each, and both spaces.

    `space` has the facts that decide where a case goes; `whole` those that any step asks about too.
    """

    category: str
    paths: tuple[Path, ...]
    guards: Mapping[str, tuple[Condition, ...]]
    space: Space
    whole: Space

    def kind(self, facts: Facts, playbooks: Playbooks, now: datetime) -> Kind:
        """The kind of these facts at `now`."""
        calendar = playbooks.organisation.calendar
        today = calendar.today(now)
        if contradictions(facts, now, calendar.timezone):
            return ("contradictory", "lawyer" in facts.sensitive)
        way = route(facts, playbooks, today)
        guards = self.guards[way.id] if isinstance(way, Path) else ()
        verdicts = tuple(guard.judge(facts, today).holds for guard in guards)
        return (name_of(way), "lawyer" in facts.sensitive, verdicts)

    def sorted(self, playbooks: Playbooks, now: datetime) -> dict[Kind, list[Values]]:
        """Every combination of the facts that decide where a case goes, by its kind."""
        found: dict[Kind, list[Values]] = {}
        for values in self.space.all():
            kind = self.kind(facts_of(self.category, values), playbooks, now)
            found.setdefault(kind, []).append(values)
        return found


def complaint(category: str, playbooks: Playbooks, today: date) -> Complaint:
    """What the playbooks hold about complaints of `category`."""
    paths = tuple(path for path in playbooks.paths.values() if may_fit(path.when, category))
    deciding = [*guards_in(paths), playbooks.entry.when]
    tested = merged(CORE, *(tests_of(guard, category) for guard in deciding))
    everything = (paths, playbooks.entry, playbooks.overlays)
    asked = [step.when for step in steps_in(everything)]
    overlays = [overlay.when for overlay in playbooks.overlays]
    whole = merged(tested, *(tests_of(each, category) for each in (*asked, *overlays)))
    return Complaint(
        category,
        paths,
        {path.id: _distinct(guards_in((path.stages, path.on))) for path in paths},
        space_of(category, tested, today),
        space_of(category, whole, today),
    )


def fitting(facts: Facts, paths: Iterable[Path], today: date) -> tuple[str, ...]:
    """The paths whose `when` holds on these facts: there should be one at most."""
    return tuple(path.id for path in paths if path.when.judge(facts, today).holds)


def _distinct(guards: list[Condition]) -> tuple[Condition, ...]:
    return tuple({id(guard): guard for guard in guards if guard != ALWAYS}.values())


def name_of(way: Route) -> tuple[str, ...]:
    """A way on as a value that can be compared."""
    if isinstance(way, Path):
        return ("path", way.id)
    return ("ask", *way.facts) if isinstance(way, Asking) else (way,)
