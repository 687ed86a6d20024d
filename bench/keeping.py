"""What is kept of a run: all of it as JSON, and the table of README.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.figure import Figure
from bench.machine import Machine
from bench.table import markdown

PICTURE = "![How much of its mark each figure takes](docs/bench.svg)"
BEGIN, END = "<!-- bench: written by make bench WRITE=1 -->", "<!-- bench ends -->"


def as_json(figures: Mapping[str, Sequence[Figure]], on: Machine, rounds: int) -> str:
    """Every figure by the name of its measurement, with its ratio and whether it holds."""
    kept = {
        "machine": asdict(on),
        "rounds": rounds,
        "figures": {name: [_plain(each) for each in several] for name, several in figures.items()},
    }
    return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"


def write_readme(file: Path, figures: Iterable[Figure], on: Machine) -> None:
    """Put the table between the marks of the file. Raises ValueError where it has none."""
    text = file.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{file} has no place for the table. Put these lines into it: {BEGIN} and {END}")
    table = "\n".join((f"Measured on {on}.", "", *markdown(figures), "", PICTURE))
    file.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")


def _plain(figure: Figure) -> dict[str, object]:
    return {**asdict(figure), "ratio": figure.ratio, "holds": figure.holds}
