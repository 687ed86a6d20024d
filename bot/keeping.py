"""The database as a whole: what a person does with it beside the desk's own work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: until when the copy knows, its cases, and where what it replaced stands now."""

    database: Path
    knows_until: datetime
    cases: int
    aside: Path | None


@dataclass(frozen=True, slots=True)
class MovedTable:
    """A table that was moved: its rows, and the hash of them that both databases gave (64 hex digits)."""

    name: str
    rows: int
    hash: str


class Keeper(Protocol):
    """The database as a whole. All raise DatabaseError; nothing was changed then."""

    def backup(self, copy: Path | None, now: datetime) -> Path:
        """Copy it whole into `copy`, or beside it under a name with the date; returns where."""

    def restore(self, copy: Path, now: datetime) -> Restored:
        """Put a copy in its place; what stood there is laid aside."""

    def move(self, target: str) -> Sequence[MovedTable]:
        """Copy everything into the empty database at this DATABASE_URL, counted and compared."""
