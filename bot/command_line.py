"""What the commands of `app.py sop` have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import yaml

from bot.desk_file import holiday_years, load_organisation
from bot.errors import CaseError, FactsError, ImportRefused, MapError, StartError
from bot.playbooks import load_playbooks
from bot.sop import Playbooks

File = Annotated[Path, typer.Argument(help="A JSON or YAML file; the shapes stand in docs/vocabulary.md.")]
Config = Annotated[
    Path | None,
    typer.Option(envvar="DESK_CONFIG", help="desk.yaml; without it, the SOP's own roster and hours."),
]
Changed = Annotated[
    Path | None,
    typer.Option("--with", help="A folder of changed playbooks, instead of those that are installed."),
]


@contextmanager
def sentences() -> Iterator[None]:
    """A mistake is one clear sentence and exit code 2."""
    try:
        yield
    except (CaseError, FactsError, ImportRefused, MapError, StartError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def playbooks_at(config: Path | None, now: datetime, directory: Path | None = None) -> Playbooks:
    """The playbooks of `directory` (else those installed) in the organisation of `config`."""
    return load_playbooks(load_organisation(config, holiday_years(now.date())), directory)


def content_of(file: Path) -> object:
    """What a JSON or YAML file holds. Raises FactsError."""
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


def print_json(value: object) -> None:
    """The value as indented JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
