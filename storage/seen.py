"""Keys of what was handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.ports import Seen
from storage.inserting import insert_new
from storage.tables import SeenRow


@dataclass(frozen=True, slots=True)
class SeenStore(Seen):
    """Keys in one transaction. A transaction that is undone has seen nothing."""

    session: Session

    def first_time(self, key: str, now: datetime) -> bool:
        return insert_new(self.session, SeenRow, {"key": key, "at": now})
