"""The rulebook proves itself: all facts, all that can happen, every state a case can come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.proof.cases import States
from bot.proof.finding import Finding
from bot.proof.forbidden import guard_breaches
from bot.proof.kinds import complaint, fitting
from bot.proof.overlays import endless_prompts
from bot.proof.places import Place, Places, places_of
from bot.proof.shortest import Example, Holds, smallest
from bot.proof.space import cites_in, facts_of
from bot.proof.steps import Steps
from bot.proof.waits import other_waits
from bot.proof.walk import Walk, starts_of
from bot.sop import Playbooks, vocabulary
from bot.sop.playbook import Path

__all__ = ["Example", "Finding", "Place", "Places", "Proof", "places_of", "prove"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at, and what does not hold.

    `combinations` of facts there are; those that no rule on the way can tell apart are of one of `kinds`.
    `states` is how many a case can come to, `moves` how many events were tried in them.
    """

    findings: tuple[Finding, ...]
    combinations: int
    kinds: int
    states: int
    moves: int


def prove(
    playbooks: Playbooks,
    places: Places,
    now: datetime,
    categories: Sequence[str] = vocabulary.CATEGORIES,
    tell: Callable[[Finding], object] = str,
) -> Proof:
    """Walk all facts and all states of all complaints of `categories`, in their order, from `now` (aware) on.

    Each finding is told as soon as it is found. An overlay runs beside the path and moves nothing on it, so
    it is left out of the walk.
    """
    findings: dict[tuple[str, str], Finding] = {}

    def note(found: Iterable[Finding]) -> None:
        for each in found:
            if findings.setdefault((str(each.place), each.sentence), each) is each:
                tell(each)

    alone = replace(playbooks, overlays=())
    starts, walks = starts_of(alone, now), list[Walk]()
    steps, states = Steps(playbooks, places, now), States(alone, places)
    note(_at_a_glance(playbooks, places, now))
    for category in categories:
        walk = _walk(category, alone, starts)
        walks.append(walk)
        note((*_overlaps(walk, alone, places), *states.of(walk), *steps.breaches(walk)))
    note((*states.dead(walks), *steps.never_due(walks)))
    return Proof(
        tuple(findings.values()),
        sum(complaint(each, playbooks, now.date()).whole.size for each in categories),
        sum(len(walk.sorted) for walk in walks),
        sum(len(walk.nodes) for walk in walks),
        sum(walk.moves for walk in walks),
    )


def _at_a_glance(playbooks: Playbooks, places: Places, now: datetime) -> Iterator[Finding]:
    """What needs no walk."""
    yield from _uncited(playbooks, places)
    yield from other_waits(playbooks, places)
    for each in guard_breaches():
        yield Finding(places.nowhere, f"The core lets pass {each} (R-035, R-072, D-13).")
    yield from Steps(playbooks, places, now).beside()
    yield from endless_prompts(playbooks, places, now)


def _walk(category: str, playbooks: Playbooks, starts: tuple[datetime, ...]) -> Walk:
    one = complaint(category, playbooks, playbooks.organisation.calendar.today(starts[0]))
    return Walk(one, playbooks, starts, one.sorted(playbooks, starts[0])).run()


def _overlaps(walk: Walk, playbooks: Playbooks, places: Places) -> Iterator[Finding]:
    one, now = walk.complaint, walk.starts[0]
    today, seen = playbooks.organisation.calendar.today(now), set[tuple[str, ...]]()
    if len(one.paths) < 2:
        return
    for values in one.space.all():
        both = fitting(facts_of(one.category, values), one.paths, today)
        if len(both) > 1 and both not in seen:
            seen.add(both)
            titles = " and ".join(f"“{playbooks.paths[name].title}” ({name})" for name in both)
            example = smallest(Example(facts_of(one.category, values), now), _fits(both, one.paths, today))
            yield Finding(places.of(both[-1]), f"The same facts fit {titles}. Only one may fit.", example)


def _fits(names: tuple[str, ...], paths: tuple[Path, ...], today: date) -> Holds:
    return lambda example: fitting(example.facts, paths, today) == names


def _uncited(playbooks: Playbooks, places: Places) -> Iterator[Finding]:
    cited = cites_in((playbooks.paths, playbooks.entry, playbooks.overlays, playbooks.fallbacks))
    for rule in playbooks.rules.values():
        if not rule.id.startswith("R-"):
            continue
        if rule.id not in cited and not rule.no_step:
            yield Finding(
                places.of(rule.id),
                f"No playbook cites {rule.id} (“{rule.quote}”). Cite it where it is followed, "
                "or say under `no_step` why it asks for nothing.",
            )
        if rule.id in cited and rule.no_step:
            yield Finding(
                places.of(rule.id),
                f"{rule.id} has a `no_step`, but a playbook cites it. Remove one of the two.",
            )
