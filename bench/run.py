"""What a measurement is given: how often, how large, and where to keep things meanwhile."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

from tests.postgres import Postgres, served

NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)
"""What the desk's clock says while it is measured: a Wednesday morning in New York."""

IN_EARNEST = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on"}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the bench. `small` ones only show that every piece still works; their numbers say nothing.

    `folder` is for files and goes away with the run. The PostgreSQL of the run waits for the disk with
    every commit, as one in earnest does; it starts when it is first asked for.
    """

    folder: Path
    rounds: int = 5
    small: bool = False

    def size(self, full: int, small: int) -> int:
        """How many: in earnest, and in a small run."""
        return small if self.small else full

    def at_once(self) -> tuple[int, ...]:
        """How many do the same at the same time."""
        return (1, 4) if self.small else (1, 16, 64)

    def postgres(self) -> Postgres:
        """The PostgreSQL server of this run, with a template of the desk's tables."""
        return _postgres(self.folder)

    @contextmanager
    def databases(self) -> Iterator[Sequence[tuple[str, str]]]:
        """A new database of each kind: its name and its DATABASE_URL. SQLite's has no tables yet."""
        server = self.postgres()
        address = server.new()
        file = self.folder / f"{uuid4().hex}.db"
        try:
            yield ("SQLite", f"sqlite:///{file}"), ("PostgreSQL", address)
        finally:
            server.drop(address)


@cache
def _postgres(folder: Path) -> Postgres:
    """One server a run: it would stop with the first handle that is let go."""
    server = served(folder / "postgres", **IN_EARNEST)
    server.prepare()
    return server


def took(work: Callable[[], object], times: int = 1) -> float:
    """Milliseconds for one call, over so many."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) * 1000 / times


def in_turns(rounds: int, *works: Callable[[], float]) -> tuple[float, ...]:
    """Each measurement's median over the rounds. They alternate, so that a noisy minute strikes them all."""
    every = [[work() for work in works] for _ in range(rounds)]
    return tuple(statistics.median(values) for values in zip(*every, strict=True))


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that so many per cent of all do not exceed."""
    inorder = sorted(samples)
    return inorder[min(len(inorder) - 1, int(len(inorder) * percent / 100))]
