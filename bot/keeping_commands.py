"""`app.py backup`, `app.py restore` and `app.py move`: what a person does with a whole database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.command_line import sentences
from bot.keeping import Keeper, MovedTable, Restored

Opened = Callable[[], Keeper]
"""The keeper of the database in the settings."""
Copy = Annotated[Path | None, typer.Argument(help="Where the copy goes; without it, beside the database.")]
File = Annotated[Path, typer.Argument(help="A copy that `app.py backup` made.")]
To = Annotated[str, typer.Option("--to", help="The DATABASE_URL of a new, empty database.")]


def add_to(cli: typer.Typer, opened: Opened) -> None:
    """Add the three commands to `cli`."""

    @cli.command()
    def backup(copy: Copy = None) -> None:
        """Keep a whole copy of the database. The desk may go on running."""
        with sentences():
            kept = opened().backup(copy, datetime.now(UTC))
        typer.echo(f"A whole copy stands in {kept}. Go back to it with: app.py restore {kept}")

    @cli.command()
    def restore(copy: File) -> None:
        """Go back to a copy. Stop the desk first; the present database is laid aside, not lost."""
        with sentences():
            restored = opened().restore(copy, datetime.now(UTC))
        for line in told(restored):
            typer.echo(line)

    @cli.command()
    def move(to: To) -> None:
        """Move everything to another, empty database, as from SQLite to PostgreSQL. Stop the desk first."""
        with sentences():
            moved = opened().move(to)
        for line in counted(moved):
            typer.echo(line)


def told(restored: Restored) -> Iterator[str]:
    """What a restore did, for a person to read."""
    yield (
        f"{restored.database} is the copy now, with {restored.cases} cases. "
        f"It knows what happened until {restored.knows_until:%Y-%m-%d %H:%M} UTC."
    )
    if restored.aside:
        yield f"What stood there before is kept in {restored.aside}."
    yield (
        "Before the desk posts anything that was due by now, it looks in Slack whether it stands there "
        "already. Answers given and cases opened since then are not in the copy: enter them again."
    )


def counted(moved: Sequence[MovedTable]) -> Iterator[str]:
    """What was moved, for a person to read: a line a table, then what to do next."""
    width = max(len(each.name) for each in moved)
    for each in moved:
        yield f"{each.name:{width}}  {each.rows:>9,} rows  {each.hash[:16]}"
    yield f"All {sum(each.rows for each in moved):,} rows stand in both databases, and their hashes agree."
    yield (
        "Now set DATABASE_URL in .env to the new address, and start the desk. The old database is as it was: "
        "keep it until you are content, and start no desk on it."
    )
