"""On what it was measured: the machine, the versions, the day."""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.run import Run


@dataclass(frozen=True, slots=True)
class Machine:
    """What the figures are to be read with."""

    processor: str
    cores: int
    memory_gb: int
    system: str
    python: str
    sqlite: str
    postgresql: str
    day: str

    def __str__(self) -> str:
        return (
            f"{self.cores} cores of {self.processor}, {self.memory_gb} GB, {self.system}, "
            f"Python {self.python}, SQLite {self.sqlite}, PostgreSQL {self.postgresql}; {self.day}"
        )


def machine(run: Run) -> Machine:
    """The machine as it is today."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        _processor(),
        len(os.sched_getaffinity(0)),
        round(pages / 2**30),
        platform.system(),
        platform.python_version(),
        sqlite3.sqlite_version,
        str(run.postgres().run("SHOW server_version")).split()[0],
        datetime.now(UTC).date().isoformat(),
    )


def _processor() -> str:
    """As the kernel names it, or the architecture."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
