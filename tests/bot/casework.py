"""A desk with a database, and cases to work on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot import cases
from bot.connectors.by_hand import by_hand
from bot.desk import Desk
from bot.desk_file import load_organisation
from bot.playbooks import load_playbooks
from bot.sop import Event
from bot.stored import Delivery, Entry, StoredCase
from storage import open_database
from tests.bot.desk import NOW, facts
from tests.databases import Databases

ADA, BEN, LEA = "U0ADA00001", "U0BEN00002", "U0LEA00004"
CLEO, CORA = "U0CLEO0005", "U0CORA0006"
SANDBOX = Path(__file__).parents[2] / "sandbox" / "desk.yaml"
PLAYBOOKS = load_playbooks(load_organisation(SANDBOX, range(2025, 2029)))


class Casework:
    """Short words for what the tests do to cases."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def open(self, now: datetime = NOW, **changes: object) -> StoredCase:
        with self.desk.memory.write() as work:
            return cases.open_case(work, self.desk, facts(**changes), ADA, now)

    def report(
        self, case: StoredCase, event: str, at: datetime, by: str = ADA, **data: object
    ) -> cases.Reported:
        with self.desk.memory.write() as work:
            return cases.report(work, self.desk, case.number, Event(event, at, data, by), at)

    def timeline(self, case: StoredCase) -> Sequence[Entry]:
        with self.desk.memory.read() as work:
            return work.timeline.of(case.number)

    def waiting(self, now: datetime = NOW) -> list[Delivery]:
        """Every letter that may be sent now, claimed."""
        with self.desk.memory.write() as work:
            return list(work.outbox.claim("test", now, now, most=100))


@contextmanager
def casework(databases: Databases) -> Iterator[Casework]:
    url = databases.new()
    with open_database(url, NOW) as database:
        yield Casework(Desk(database, PLAYBOOKS, by_hand({})))
    databases.drop(url)
