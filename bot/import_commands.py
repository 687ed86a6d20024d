"""`app.py import homeowners FILE` and `app.py import installers FILE`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import imports
from bot.command_line import sentences
from bot.desk import Desk
from bot.imports import Kind, Report

OpenedDesk = Callable[[bool], AbstractContextManager[Desk]]
"""Opens a desk over the stored cases; the argument says whether they are to be changed."""
File = Annotated[Path, typer.Argument(help="A .csv or .xlsx file; its columns stand in docs/import.md.")]

SOME_WRONG = 1
"""The exit code where rows were left out. 2 is a file that was refused."""


def add_to(cli: typer.Typer, opened: OpenedDesk) -> None:
    """Add `import` with its two commands to `cli`."""
    app = typer.Typer(help="Load exports of homeowners and installers. Stop the desk first on SQLite.")
    cli.add_typer(app, name="import")

    @app.command()
    def homeowners(file: File) -> None:
        """Load homeowners, with program, product, milestones and installer. Twice changes nothing."""
        _load(imports.HOMEOWNERS, file, opened)

    @app.command()
    def installers(file: File) -> None:
        """Load installers, each with who manages them. Twice changes nothing."""
        _load(imports.INSTALLERS, file, opened)


def _load(kind: Kind, file: Path, opened: OpenedDesk) -> None:
    now = datetime.now(UTC)
    with sentences(), opened(True) as desk:
        today = desk.organisation.calendar.today(now)
        report = imports.load(desk.memory, kind, file, now, today)
    for line in lines_of(report, kind):
        typer.echo(line)
    if report.wrong:
        raise typer.Exit(SOME_WRONG)


def lines_of(report: Report, kind: Kind) -> Iterator[str]:
    """What became of a file, for a person to read: counts, then every wrong cell by its line."""
    yield f"{report.file}: {report.rows} rows of {kind.name}."
    yield f"{report.new} new, {report.changed} changed, {report.same} as they were."
    if report.missing:
        yield f"{report.missing} listed before are not in this file; they stay."
    if report.ignored:
        yield f"Columns that are not used: {', '.join(report.ignored)}."
    if report.wrong:
        yield f"{report.left_out} rows were left out. Mend them and import the file again:"
        yield from (f"line {each.line}, {each.column}: {each.why}" for each in report.wrong)
