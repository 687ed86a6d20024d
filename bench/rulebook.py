"""How long the rules take: one complaint's plan, and the whole proof."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figure import Figure, Mark
from bench.run import NOW, Run, in_turns, took
from bot.desk_file import load_organisation
from bot.playbooks import load_playbooks
from bot.proof import prove
from bot.proof.places import places_of
from bot.sop import facts_from_json, plan

FACTS = {
    "category": "installer_unresponsive",
    "program": "everbright",
    "channel": "phone",
    "found_on_platform": True,
    "homeowner": {"name": "Ada (homeowner)", "address": "1 Example Street", "phone": "202-555-0101"},
    "installer": {"name": "Sunny Roofs", "email": "office@example.test"},
}


def figures(run: Run) -> Iterator[Figure]:
    """The plan of one complaint beside reading its facts; the proof alone."""
    playbooks = load_playbooks(load_organisation(None, range(2025, 2032)))
    facts = facts_from_json(FACTS)
    planned, parsed = in_turns(
        run.rounds,
        lambda: took(lambda: plan(facts, playbooks, NOW), times=run.size(200, 2)),
        lambda: took(lambda: facts_from_json(FACTS), times=run.size(500, 2)),
    )
    yield Figure(
        "plan of one complaint", planned, "ms", parsed, "reading its facts from JSON", Mark(0.3, "value")
    )
    if not run.small:
        places = places_of(playbooks.files)
        (proved,) = in_turns(run.rounds, lambda: took(lambda: prove(playbooks, places, NOW)) / 1000)
        yield Figure("the whole proof", proved, "s", mark=Mark(30, "value"))
