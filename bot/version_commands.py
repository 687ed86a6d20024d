"""`app.py sop replay` and `migrate`: changed playbooks and the cases there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import versions
from bot.command_line import sentences
from bot.desk import Desk
from bot.errors import SettingsError
from bot.playbooks import load_playbooks
from bot.versions import Difference

StoredCases = Callable[[bool], AbstractContextManager[Desk]]
"""Opens a desk over the stored cases; the argument says whether they are to be changed."""
Changed = Annotated[Path, typer.Option("--with", help="The folder of changed playbooks.")]
Meant = Annotated[bool, typer.Option("--to-current", help="Say that this is meant.")]
One = Annotated[str, typer.Option(help="One case only, as in HC-1042.")]


def add_to(app: typer.Typer, stored_cases: StoredCases) -> None:
    """Add both commands to `app`."""

    @app.command()
    def replay(changed: Changed) -> None:
        """Say what changed playbooks would decide otherwise on the stored cases. Changes nothing."""
        with sentences(), stored_cases(False) as desk, desk.memory.read() as work:
            other = load_playbooks(desk.organisation, changed)
            for line in replayed(versions.replay(work, desk, other, datetime.now(UTC))):
                typer.echo(line)

    @app.command()
    def migrate(to_current: Meant = False, case: One = "") -> None:
        """Move open cases to today's playbooks, each with a line in its timeline. Stop the desk first."""
        with sentences():
            if not to_current:
                message = "This moves open cases to today's playbooks. Add --to-current if you mean it."
                raise SettingsError(message)
            now = datetime.now(UTC)
            with stored_cases(True) as desk:
                desk.keep_version(now)
                with desk.memory.write() as work:
                    numbers = [_number(case)] if case else work.cases.numbers()
                    moved = [d for n in numbers if (d := versions.migrate(work, desk, n, now)) is not None]
        for each in moved:
            typer.echo("\n".join(lines_of(each)))
        typer.echo(f"{len(moved)} case(s) moved to version {desk.playbooks.version[:12]}.")


def replayed(differences: Iterable[Difference]) -> Iterator[str]:
    """What changed playbooks would make of all cases, for a person to read."""
    cases = flips = other = 0
    for each in differences:
        cases += 1
        flips += bool(each.decisions)
        other += bool(each.owed or each.dropped or each.due)
        yield from () if each.is_none else lines_of(each)
    yield f"Cases replayed: {cases}. Decided otherwise: {flips}. Open, with other steps or dates: {other}."
    yield "Nothing was changed. An open case goes on under the playbooks it began under, until it is moved."


def lines_of(difference: Difference) -> Iterator[str]:
    """A case and what would become of it."""
    state = difference.stored.case.state.replace("_", " ")
    yield f"{difference.stored.name} ({state})"
    for label, items in (
        ("decided otherwise", difference.decisions),
        ("would owe too", difference.owed),
        ("would no longer owe", difference.dropped),
        ("next appointment", difference.due),
    ):
        yield from (f"  {label}: {item}" for item in items)


def _number(case: str) -> int:
    digits = case.upper().removeprefix("HC-")
    if not digits.isdecimal():
        raise SettingsError(f"{case!r} is no case number. Write it as in HC-1042.")
    return int(digits)
