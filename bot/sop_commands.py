"""`app.py sop …`: the rules on their own, without database, network or Slack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import yaml

from bot.business_time import instant_words
from bot.desk_file import holiday_years, load_organisation
from bot.errors import FactsError, StartError
from bot.examples import differences, load_examples
from bot.plan_json import plan_to_json, question_from_json, simulation_to_json
from bot.playbooks import load_playbooks
from bot.playbooks.soundness import lost_steps, problems, uncovered_categories
from bot.simulation import DiaryEntry, simulate
from bot.sop import Facts, Playbooks, Step
from bot.sop import plan as plan_for
from bot.wording import Names, write

app = typer.Typer(help="What the SOPs say: plan, simulate, explain, gaps, check.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="A JSON or YAML file; the shapes stand in docs/vocabulary.md.")]
Config = Annotated[
    Path | None,
    typer.Option(envvar="DESK_CONFIG", help="desk.yaml; without it, the SOP's own roster and hours."),
]


@app.command()
def plan(file: File, config: Config = None) -> None:
    """Print the plan for the facts of FILE as JSON."""
    with _sentences():
        facts, now, _ = question_from_json(_read(file))
        made = plan_for(facts, _playbooks(config, now), now)
        _print_json(plan_to_json(made, facts))


@app.command("simulate")
def simulate_(
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a diary.")] = False,
    config: Config = None,
) -> None:
    """Play the events of FILE through the rules and print what each of them gives."""
    with _sentences():
        facts, now, then = question_from_json(_read(file))
        playbooks = _playbooks(config, now)
        result = simulate(facts, now, then, playbooks)
        if as_json:
            _print_json(simulation_to_json(result))
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
    with _sentences():
        data = _read(file)
        if isinstance(data, dict) and "facts" not in data:
            data = {"facts": data, "now": datetime.now(UTC).isoformat()}
        facts, now, _ = question_from_json(data)
        playbooks = _playbooks(config, now)
        made = plan_for(facts, playbooks, now)
        typer.echo(
            _path_words(made.path, playbooks) if made.covered else "The SOP does not cover this (D-20)."
        )
        for fact in made.asks:
            typer.echo(f"To be asked: {playbooks.question(fact)} ({fact})")
        for step in made.steps:
            _explain_step(step, facts, playbooks)


@app.command()
def gaps(config: Config = None) -> None:
    """List every step whose text is missing in the SOPs, and every complaint without a playbook."""
    with _sentences():
        playbooks = _playbooks(config, datetime.now(UTC))
        for where, rule in lost_steps(playbooks):
            typer.echo(f"{where}: {rule.id}: {rule.title} [{', '.join(rule.cites)}]")
        for category in uncovered_categories(playbooks):
            typer.echo(f"No playbook: {category}: a lead decides [D-20]")


@app.command()
def check(config: Config = None) -> None:
    """Read every playbook, look for gaps in it, and play its worked examples; exit code 1 if one fails."""
    with _sentences():
        playbooks = _playbooks(config, datetime.now(UTC))
        found = problems(playbooks)
        examples = load_examples()
        # Examples have the SOP's own roster and hours, whatever this organisation's are.
        own = load_playbooks(load_organisation(None, range(2025, 2031)))
        found += [f"{each.name}: {line}" for each in examples for line in differences(each, own)]
    for line in found:
        typer.echo(line)
    if found:
        raise typer.Exit(1)
    typer.echo(f"{len(playbooks.paths)} path(s), {len(playbooks.rules)} rules and decisions: sound.")
    typer.echo(f"{len(examples)} worked examples: as written. Version {playbooks.version[:12]}.")


@contextmanager
def _sentences() -> Iterator[None]:
    """A mistake is one clear sentence and exit code 2."""
    try:
        yield
    except (FactsError, StartError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _playbooks(config: Path | None, now: datetime) -> Playbooks:
    return load_playbooks(load_organisation(config, holiday_years(now.date())))


def _read(file: Path) -> object:
    try:
        text = file.read_text(encoding="utf-8")
        return json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    except (OSError, UnicodeDecodeError):
        message = f"{file} cannot be read. Name a JSON or YAML file that is there."
        raise FactsError("file", message) from None
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        kind = "JSON" if file.suffix == ".json" else "YAML"
        where = " ".join(str(error).split())
        raise FactsError("file", f"{file} is not {kind}: {where}. Mend it there.") from None


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


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


def _explain_step(step: Step, facts: Facts, playbooks: Playbooks) -> None:
    ours = " (desk default)" if step.default else " (wording: desk default)" if step.our_wording else ""
    typer.echo(f"\n{step.title}: {step.state}{ours}{f' - {step.why}' if step.why else ''}")
    written = write(step, facts, Names())
    for line in (written.subject, *written.text.splitlines()):
        if line:
            typer.echo(f"    {line}")
    for cite in step.cites:
        if rule := playbooks.rule(cite):
            typer.echo(f"  {cite} ({rule.source}): {rule.quote}")
