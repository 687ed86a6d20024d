"""The versions of the playbooks: a case goes on under the one that it began under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.ports import Versions
from storage.inserting import insert_new
from storage.tables import PlaybookVersionRow


@dataclass(frozen=True, slots=True)
class VersionStore(Versions):
    """Versions in one transaction."""

    session: Session

    def keep(self, version: str, files: Mapping[str, str], now: datetime) -> None:
        values = {"hash": version, "first_used_at": now, "files": dict(files)}
        insert_new(self.session, PlaybookVersionRow, values)

    def files_of(self, version: str) -> Mapping[str, str] | None:
        row = self.session.get(PlaybookVersionRow, version)
        return None if row is None else row.files
