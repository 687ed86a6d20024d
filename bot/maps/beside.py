"""What stands before and beside the paths: the call with the Concert check, and the overlays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from bot.maps.labels import broken, heading, question, steps_table, wait_words
from bot.maps.words import WHO
from bot.sop import Playbooks
from bot.sop.playbook import FollowUpRule, Overlay, Prompts

POINTER: Final = (
    'shape=box, style="rounded,filled", fillcolor=white, color="#aaaaaa", margin="0.06,0.03", fontsize=9'
)
_WAIT: Final = (
    'shape=invhouse, style=filled, fillcolor=white, color="#1f6f6b", penwidth=1.6, margin="0.1,0.05"'
)
_ASKS: Final = f'shape=diamond, style=filled, fillcolor="{WHO["desk"][1]}", margin="0.02,0.0"'
CLUSTER: Final = 'style="rounded"; color="#999999"; margin=14; labeljust=l'


def waiting(node: str, asked: FollowUpRule | Prompts, playbooks: Playbooks) -> Iterator[str]:
    """A wait after `node`, and the question at its end."""
    yield f"{node}_wait [{_WAIT}, label=<{wait_words(asked, playbooks)}>]"
    yield f"{node} -> {node}_wait"
    yield f"{node}_asks [{_ASKS}, label=<{question(asked.step.title, asked.step.cites)}>]"
    yield f"{node}_wait -> {node}_asks"


def beside(overlay: Overlay, playbooks: Playbooks, above: Iterable[str]) -> Iterator[str]:
    """The cluster of an overlay, under the nodes `above`: its steps, and what it prompts for."""
    node = f"beside_{overlay.id}"
    yield f"  subgraph cluster_{node} {{"
    yield f"    {CLUSTER}; label=<{heading('Beside any path', overlay.when)}>"
    table = steps_table("Added to the case's own path", overlay.steps, overlay.handled_by or "front_line")
    yield f"    {node} [label=<{table}>]"
    if overlay.prompts is not None:
        yield from (f"    {line}" for line in waiting(node, overlay.prompts, playbooks))
    yield "  }"
    yield from (f"  {end} -> {node} [style=invis]" for end in above)


def before(playbooks: Playbooks) -> Iterator[str]:
    """The cluster of what comes before any path: the call, the check, and its three answers."""
    entry, timers = playbooks.entry, playbooks.organisation.timers
    yield "  subgraph cluster_before {"
    yield f"    {CLUSTER}; label=<{heading(entry.title, entry.when)}>"
    yield f"    call [label=<{steps_table('On every call', entry.call, entry.handled_by)}>]"
    yield f"    check [label=<{steps_table('The check', [entry.check], entry.handled_by)}>]"
    again = f"Nobody answers: asked again after {timers.repeat_confirmation_minutes} minutes"
    told = f"the leads and the agent are told after {timers.tell_lead_minutes}"
    yield f"    wait [{_WAIT}, label=<{broken(f'{again}, {told}. Off shift, when cover starts.', 34)}>]"
    yield f"    asks [{_ASKS}, label=<{question('Is this a Concert customer?', entry.check.cites)}>]"
    yield "    call -> check -> wait -> asks"
    after = {
        "concert_confirmed": "The complaint goes on with its own path",
        "not_concert": playbooks.fallbacks["not_concert"].title,
        "cannot_tell": "The others may still answer",
    }
    for event, words in after.items():
        yield f"    after_{event} [{POINTER}, label=<{broken(words, 26)}>]"
        yield f"    asks -> after_{event} [label=<{broken(playbooks.title(event), 20)}>]"
    yield "  }"
