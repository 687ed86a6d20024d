"""Which measurements there are: one module each, with `figures(run)` that yields its figures."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Collection, Iterable
from typing import cast

from bench.figure import Figure
from bench.run import Run

NAMES = (
    "acknowledge",
    "intake",
    "ring",
    "claims",
    "scale",
    "delivery",
    "replicas",
    "directory",
    "rulebook",
    "start",
)
"""In the order of the table."""

Measure = Callable[[Run], Iterable[Figure]]


def measurements(only: Collection[str] = ()) -> dict[str, Measure]:
    """The measurements by name; a module that does not exist is not among them."""
    there = [name for name in NAMES if importlib.util.find_spec(f"bench.{name}")]
    wanted = [name for name in there if not only or name in only]
    return {name: cast(Measure, importlib.import_module(f"bench.{name}").figures) for name in wanted}
