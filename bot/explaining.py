"""A plan as a person reads it: where the facts lead and why, then each step with its words and its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Final

from bot.business_time import instant_words
from bot.maps.words import WHO, condition_words
from bot.sop import Facts, Plan, Playbooks, Step
from bot.wording import Names, write

_WIDTH: Final = 100
_STATES: Final = {
    "available": "to do now",
    "waiting": "waits",
    "held": "held",
    "refused": "refused",
    "done": "done",
}
_WHERE: Final = {
    "mail": "on any e-mail that goes to others",
    "participants": "as a request participant",
    "any": "on anything",
}


def explained(plan: Plan, facts: Facts, playbooks: Playbooks) -> Iterator[str]:
    """The lines of the explanation."""
    yield from _lead(plan, playbooks)
    for number, step in enumerate(plan.steps, 1):
        yield ""
        yield from _step(number, step, facts, playbooks)


def _lead(plan: Plan, playbooks: Playbooks) -> Iterator[str]:
    path = playbooks.paths.get(plan.path or "")
    if path is not None:
        yield f"{path.title} ({path.id})"
        yield from _labelled("It is for", condition_words(path.when), 2)
        yield from _rules(path.cites, playbooks)
    elif plan.path == playbooks.entry.path:
        yield f"{playbooks.entry.title} ({plan.path})"
        yield from _labelled("It is for", condition_words(playbooks.entry.when), 2)
    else:
        yield (
            "No path yet: see what is to be asked." if plan.covered else "The SOP does not cover this (D-20)."
        )
    yield f"  Handled by: {WHO[plan.handled_by][0].lower()}"
    if plan.overlays:
        yield f"  Beside it: {', '.join(plan.overlays)}"
    for one, other in plan.contradictions:
        yield f"  Contradict each other: {one} and {other}"
    for each in plan.forbidden:
        yield f"  Forbidden: the {each.role} {_WHERE[each.where]} ({', '.join(each.cites)})"
    for fact in plan.asks:
        yield f"  To be asked: {playbooks.question(fact)} ({fact})"


def _step(number: int, step: Step, facts: Facts, playbooks: Playbooks) -> Iterator[str]:
    yield f"{number}. {step.title}"
    yield from wrap("; ".join(_circumstances(step)), _WIDTH, initial_indent="   ", subsequent_indent="   ")
    written = write(step, facts, Names())
    subject = [f"Subject: {written.subject}"] if written.subject else []
    fields = [f"{name}: {value}" for name, value in written.fields.items()]
    for line in (*subject, *written.text.splitlines(), *(each for f in fields for each in f.splitlines())):
        yield from wrap(line, _WIDTH, initial_indent="     | ", subsequent_indent="     | ")
    yield from _rules(step.cites, playbooks)


def _circumstances(step: Step) -> Iterator[str]:
    """State, who, to whom and where."""
    due = f" until {instant_words(step.due)}" if step.due else ""
    why = f" ({step.why})" if step.why else ""
    yield f"{_STATES[step.state]}{due}{why}"
    yield "by the desk" if step.by == "desk" else "by a person"
    for words, roles in (("to", step.to), ("copied", step.copied), ("participants", step.participants)):
        if roles:
            yield f"{words} {', '.join(role.replace('_', ' ') for role in roles)}"
    if step.lost:
        yield "its text is missing in the SOP"
    elif step.default:
        yield "desk default"
    elif step.our_wording:
        yield "wording: desk default"


def _rules(cites: Iterable[str], playbooks: Playbooks) -> Iterator[str]:
    for cite in cites:
        if rule := playbooks.rule(cite):
            words = f"“{rule.quote}”" if cite.startswith("R-") else rule.quote
            yield from _labelled(f"{cite} ({rule.source})", words, 3)


def _labelled(label: str, words: str, indent: int) -> list[str]:
    blank = " " * indent
    return wrap(f"{label}: {words}", _WIDTH, initial_indent=blank, subsequent_indent=f"{blank}  ")
