"""What a person does with a whole database: keep a copy of it, go back to one, move to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.keeping import Keeper, MovedTable, Restored
from storage.backup import keep_copy
from storage.moving import move
from storage.restoring import restore


@dataclass(frozen=True, slots=True)
class Files(Keeper):
    """The Keeper of the database at a DATABASE_URL."""

    address: str

    def backup(self, copy: Path | None, now: datetime) -> Path:
        return keep_copy(self.address, copy, now)

    def restore(self, copy: Path, now: datetime) -> Restored:
        return restore(self.address, copy, now)

    def move(self, target: str) -> Sequence[MovedTable]:
        return move(self.address, target)
