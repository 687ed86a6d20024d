"""`app.py sop check`, `gaps`, `map` and `schema`: the rulebook as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import typer

from bot.command_line import Changed, Config, playbooks_at, sentences
from bot.desk_file import load_organisation
from bot.examples import differences, load_examples
from bot.maps import chart, draw
from bot.playbooks import DIRECTORY, load_playbooks
from bot.playbooks.gaps import Gap, lost_steps, may_fit, uncovered_categories
from bot.playbooks.schema import schema_text
from bot.proof import Places, Proof, places_of, prove
from bot.sop import Playbooks, vocabulary
from bot.word_check import wrong_words

_EXAMPLE_YEARS: Final = range(2025, 2031)
_HOLDS: Final = (
    "Each complaint takes one path or none. No path, stage or step is dead. Nothing goes to a forbidden\n"
    "recipient, and no Salesforce case is opened where R-010 forbids it. A person can close every case, and\n"
    "every wait ends with a person. Every rule is cited, and every quotation stands in its source."
)


def check(config: Config = None, changed: Changed = None) -> None:
    """Prove that the playbooks hold and play their worked examples; exit code 1 if something does not."""
    with sentences():
        began, now = perf_counter(), datetime.now(UTC).replace(second=0, microsecond=0)
        playbooks = playbooks_at(config, now, changed)
        now = playbooks.organisation.calendar.local(now)
        places, directory = places_of(playbooks.files), changed or DIRECTORY
        wrong = [*wrong_words(playbooks, places), *wrong_examples(directory)]
        for line in wrong:
            typer.echo(line)
        proof = prove(playbooks, places, now, _newest_first(playbooks, directory), typer.echo)
    typer.echo(_measure(proof, perf_counter() - began))
    if proof.findings or wrong:
        typer.echo("Mend what stands above, and check again.")
        raise typer.Exit(1)
    typer.echo(_HOLDS)
    typer.echo(f"{len(load_examples(directory))} worked examples: as written.")
    typer.echo(f"{len(playbooks.paths)} paths: sound. Version {playbooks.version[:12]}.")


def gaps(config: Config = None, changed: Changed = None) -> None:
    """List every step whose text is missing in the SOPs, and every complaint without a playbook."""
    with sentences():
        playbooks = playbooks_at(config, datetime.now(UTC), changed)
        places = places_of(playbooks.files)
    lost = list(lost_steps(playbooks))
    typer.echo(
        f"{len(lost)} steps of the SOPs have lost their text. Each is a card that says so and sends the\n"
        "agent to the lead. To fill one in, write its words into the playbook at the line named here."
    )
    where = ""
    for gap in lost:
        if gap.where != where:
            where = gap.where
            typer.echo(f"\n{where}")
        _print_gap(gap, playbooks, places)
    for category in uncovered_categories(playbooks):
        typer.echo(f"\nNo playbook: {category.replace('_', ' ')}: a lead decides (D-20).")
    for rule in (rule for rule in playbooks.rules.values() if rule.no_step):
        typer.echo(f"\nAsks for nothing: {rule.id} ({rule.source}): “{rule.quote}” {rule.no_step}")


def map_(
    sop: Annotated[
        str, typer.Argument(help="An SOP, as in wrong_meter, or a path, as in wrong_meter/everbright.")
    ],
    output: Annotated[Path | None, typer.Option("-o", help="A file.svg, .png or .dot; else SOP.svg.")] = None,
    config: Config = None,
    changed: Changed = None,
) -> None:
    """Draw a playbook as a flow chart: who does what, where it waits, what is forbidden, what is missing."""
    file = output or Path(f"{sop.replace('/', '-')}.svg")
    with sentences():
        draw(chart(sop, playbooks_at(config, datetime.now(UTC), changed)), file)
    typer.echo(f"{file} is drawn.")


def schema(
    output: Annotated[Path | None, typer.Option("-o", help="A file to write; else it is printed.")] = None,
) -> None:
    """Print the JSON Schema of a playbook file, by which an editor completes and checks it."""
    if output is None:
        typer.echo(schema_text(), nl=False)
        return
    output.write_text(schema_text(), encoding="utf-8")
    typer.echo(f"{output} is written.")


def _newest_first(playbooks: Playbooks, directory: Path) -> list[str]:
    """The complaints, first those of the playbook that was edited last: whoever did waits for these."""
    edited = _edited(directory)

    def newest(category: str) -> float:
        fitting = (name for name, path in playbooks.paths.items() if may_fit(path.when, category))
        return max((edited.get(name.partition("/")[0], 0.0) for name in fitting), default=0.0)

    return sorted(vocabulary.CATEGORIES, key=newest, reverse=True)


def _edited(directory: Path) -> dict[str, float]:
    """When each playbook was edited last, by the id of its SOP."""
    return {path.stem: path.stat().st_mtime for path in directory.glob("*.yaml")}


def wrong_examples(directory: Path) -> list[str]:
    """The worked examples that come out otherwise, those of the playbook that was edited last first."""
    # They have the SOP's own roster and hours, whatever this organisation's are.
    own, edited = load_playbooks(load_organisation(None, _EXAMPLE_YEARS), directory), _edited(directory)
    examples = load_examples(directory)
    examples.sort(key=lambda each: edited.get(each.file.partition(".")[0], 0.0), reverse=True)
    wrong = [(each, found) for each in examples if (found := differences(each, own))]
    lines = [
        f"{each.file}, line {each.line}: “{each.name}” comes out otherwise. {found[0]}."
        for each, found in wrong
    ]
    hint = "If that is what you meant, write what comes out now into these examples; they are tests."
    return [*lines, hint] if lines else []


def _measure(proof: Proof, seconds: float) -> str:
    return (
        f"Walked {proof.combinations:,} combinations of facts ({proof.kinds:,} kinds that decide where a\n"
        f"case goes), {proof.states:,} states and {proof.moves:,} moves, in {seconds:.1f} seconds."
    )


def _print_gap(gap: Gap, playbooks: Playbooks, places: Places) -> None:
    typer.echo(f"  {gap.rule.title} ({places.of(*gap.part)})")
    for cite in gap.rule.cites:
        if rule := playbooks.rule(cite):
            typer.echo(f"    {cite} ({rule.source}): “{rule.quote}”")
