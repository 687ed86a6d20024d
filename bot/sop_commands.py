"""`app.py sop …`: the rules on their own, without database, network or Slack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.business_time import instant_words
from bot.command_line import Config, File, content_of, playbooks_at, print_json, sentences
from bot.explaining import explained
from bot.plan_json import plan_to_json, question_from_json, simulation_to_json
from bot.question_command import ask
from bot.rulebook_commands import check, gaps, map_, schema
from bot.simulation import DiaryEntry, simulate
from bot.sop import Playbooks, Step
from bot.sop import plan as plan_for

app = typer.Typer(help="What the SOPs say: ask, plan, simulate, explain, gaps, check.", no_args_is_help=True)


@app.command()
def plan(file: File, config: Config = None) -> None:
    """Print the plan for the facts of FILE as JSON."""
    with sentences():
        facts, now, _ = question_from_json(content_of(file))
        made = plan_for(facts, playbooks_at(config, now), now)
        print_json(plan_to_json(made, facts))


@app.command("simulate")
def simulate_(
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a diary.")] = False,
    config: Config = None,
) -> None:
    """Play the events of FILE through the rules and print what each of them gives."""
    with sentences():
        facts, now, then = question_from_json(content_of(file))
        playbooks = playbooks_at(config, now)
        result = simulate(facts, now, then, playbooks)
        if as_json:
            print_json(simulation_to_json(result))
            return
        zone = playbooks.organisation.calendar.zone
        typer.echo(f"{instant_words(now.astimezone(zone))}: {_path_words(result.plan.path, playbooks)}")
        _print_steps(result.plan.steps)
        for entry in result.diary:
            _print_entry(entry, playbooks)


@app.command()
def explain(file: File, config: Config = None) -> None:
    """Say why the facts of FILE lead where they do: each step with its words and its rules.

    FILE may hold the facts alone; then it is now.
    """
    with sentences():
        data = content_of(file)
        if isinstance(data, dict) and "facts" not in data:
            data = {"facts": data, "now": datetime.now(UTC).isoformat()}
        facts, now, _ = question_from_json(data)
        playbooks = playbooks_at(config, now)
        made = plan_for(facts, playbooks, now)
        for line in explained(made, facts, playbooks):
            typer.echo(line)


app.command()(ask)
app.command()(gaps)
app.command()(check)
app.command("map")(map_)
app.command()(schema)


def _path_words(path: str | None, playbooks: Playbooks) -> str:
    if path is None:
        return "No path yet, or none that the SOP covers."
    known = playbooks.paths.get(path)
    return f"{known.title if known else playbooks.entry.title} ({path})"


def _print_steps(steps: tuple[Step, ...]) -> None:
    for step in steps:
        due = f", {instant_words(step.due)}" if step.due else ""
        why = f" ({step.why})" if step.why else ""
        typer.echo(f"  {step.state:<9} {step.title}{due}{why} [{', '.join(step.cites)}]")


def _print_entry(entry: DiaryEntry, playbooks: Playbooks) -> None:
    at = entry.event.at.astimezone(playbooks.organisation.calendar.zone)
    typer.echo(
        f"{instant_words(at)}: {playbooks.title(entry.event.name)} → {entry.case_state.replace('_', ' ')}"
    )
    for note in entry.notes:
        typer.echo(f"  {note}")
    for refusal in entry.refused:
        typer.echo(f"  refused   {refusal.message} [{', '.join(refusal.cites)}]")
    _print_steps(entry.steps)
    if entry.told:
        typer.echo(f"  told      {', '.join(entry.told)}")
