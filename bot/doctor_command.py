"""`app.py doctor`: whether everything fits, and what has to be mended where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Final

import typer

from bot.doctor import Mark, Part

Examined = Callable[[bool], Iterator[Part]]
"""Looks at everything, part by part; the argument says whether at the systems of record, too."""
Live = Annotated[
    bool, typer.Option("--live", help="Call each connected system, too: sign in and read, nothing else.")
]
MARKS: Final[dict[Mark, str]] = {"ok": "ok  ", "look": "look", "mend": "MEND"}


def add_to(cli: typer.Typer, examined: Examined) -> None:
    """Add the command to `cli`."""

    @cli.command()
    def doctor(live: Live = False) -> None:
        """Say whether everything fits: settings, Slack, the database, the playbooks, connected systems.

        Nothing is changed, written or sent. It reads .env, desk.yaml and the playbooks, has Slack say what it
        knows of the tokens, channels and people, and looks at the database. With --live it also signs in to
        each connected system of record and reads there whether the settings fit. Each line begins with ok,
        look (somebody should) or MEND; exit code 1 if something has to be mended.
        """
        wrong = 0
        for part in examined(live):
            typer.echo(part.title)
            for each in part.checks:
                typer.echo(f"  {MARKS[each.mark]}  {each.what}: {each.said}")
                wrong += each.mark == "mend"
        if wrong:
            typer.echo(f"{'One line has' if wrong == 1 else f'{wrong} lines have'} to be mended.")
            raise typer.Exit(1)
        typer.echo("Nothing has to be mended.")
