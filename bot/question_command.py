"""`app.py sop ask`: a question about the SOPs, answered as in Slack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from textwrap import wrap
from typing import Annotated, Final

import typer

from bot.command_line import Config, playbooks_at, sentences
from bot.maps.words import WHO
from bot.questions import Answer, Finding, answer
from bot.sop import Playbooks

_WIDTH: Final = 100
_LOST: Final = "The SOP's text for this step is missing. Ask your lead."
_PLACES: Final = {"mail": "on any e-mail to others", "participants": "as a request participant"}


def ask(
    question: Annotated[list[str], typer.Argument(help="The question, as in: PPA, damage after M3")],
    config: Config = None,
) -> None:
    """Find the step of the SOPs that answers QUESTION; exit code 1 where they say nothing about it."""
    with sentences():
        now = datetime.now(UTC)
        playbooks = playbooks_at(config, now)
        found = answer(" ".join(question), playbooks, now)
    if not found.found:
        typer.echo(f"The SOPs do not say anything about “{found.question}”. Ask your lead. (D-20)")
        raise typer.Exit(1)
    for line in _lines(found, playbooks):
        typer.echo(line)


def _lines(found: Answer, playbooks: Playbooks) -> Iterator[str]:
    if found.uncovered:
        yield "The SOPs do not cover this. A lead decides. (D-20)"
    if found.path and found.handled_by:
        yield f"{found.path} · {WHO[found.handled_by][0]} ({', '.join(found.cites)})"
    if found.assumed:
        yield "The question names no program: this is for EverBright. Beam and Concert may differ."
    for finding in found.findings:
        yield ""
        yield from _finding(finding)
    if found.forbidden or found.asks:
        yield ""
    for each in found.forbidden:
        yield f"Never: the {each.role} {_PLACES.get(each.where, 'on any of it')} ({', '.join(each.cites)})"
    for fact in found.asks:
        yield f"Still to be asked: {playbooks.question(fact)}"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{finding.title} ({', '.join(finding.cites)})"
    if finding.quote:
        yield from wrap(
            f"{finding.quoted}: “{finding.quote}”", _WIDTH, initial_indent="  ", subsequent_indent="  "
        )
    if finding.lost:
        yield f"  {_LOST}"
    ours = "  (wording: desk default)" if finding.our_wording else ""
    for line in finding.text.replace(_LOST, "").strip().splitlines():
        yield from wrap(line, _WIDTH, initial_indent="  | ", subsequent_indent="  | ")
    if ours:
        yield ours
    place = finding.place
    where = dict.fromkeys(part for part in (place.sop, place.title, place.stage) if part)
    yield f"  In: {' › '.join(where)}"
    if when := "; ".join(part for part in (place.when, place.only) if part):
        yield f"  When: {when}"
    if place.wait:
        yield f"  Due: {place.wait}"
