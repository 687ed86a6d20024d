"""A whole desk against the strict sandbox: the real slack-sdk and Bolt, Web API and Socket Mode."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, create_engine, text

from app import Service, Slack, wire
from bot.connectors.connecting import Connections
from bot.pace import UNHURRIED
from bot.playbooks import load_playbooks
from bot.ports import Connector
from bot.settings import load_organisation
from sandbox.person import Clock, Person
from sandbox.server import Sandbox
from storage import open_database
from storage.columns import Instant
from tests.databases import Databases

ROOT = Path(__file__).parent.parent.parent
YEARS = range(2029, 2032)
WEDNESDAY = "2030-01-09T10:00:00-05:00"
"""A working day without anything special; the sandbox's clock only moves forward."""

OWED = text(
    "SELECT kind, key FROM outbox WHERE state = 'waiting' UNION ALL "
    "SELECT 'due', timer_id FROM follow_ups WHERE state = 'open' AND due_at <= :now UNION ALL "
    "SELECT 'errand', key FROM errands WHERE state = 'open' AND due_at <= :now UNION ALL "
    "SELECT 'order', key FROM orders WHERE state = 'waiting' AND said = ''"
).bindparams(bindparam("now", type_=Instant()))


class Office:
    """A sandbox, and a desk that can be stopped and started over the same database."""

    def __init__(self, folder: Path, databases: Databases) -> None:
        self.folder = folder
        self.database = databases.new()
        self._beside = create_engine(self.database, isolation_level="AUTOCOMMIT")
        weakref.finalize(self, self._beside.dispose)
        self.running: Service | None = None
        self.connectors: Mapping[str, Connector] = {}
        self.sent_by_people: frozenset[str] = frozenset()
        self.sandbox = Sandbox(
            manifest=ROOT / "manifest.json", next_due=self.next_due, on_clock_moved=self.clock_moved
        )
        self.sandbox.start()
        sandbox = self.sandbox
        self.clock = Clock(sandbox.url)
        self.playbooks = load_playbooks(load_organisation(ROOT / "sandbox" / "desk.yaml", YEARS))
        self.ada = self.person("U0ADA00001")
        self.ben = self.person("U0BEN00002")
        self.bo = self.person("U0BO000003")
        self.lea = self.person("U0LEA00004")
        self.cleo = self.person("U0CLEO0005")
        self.cora = self.person("U0CORA0006")
        self.cyrus = self.person("U0CYRUS007")
        self.cato = self.person("U0CATO0008")
        self.cyd = self.person("U0CYD00009")
        self.bea = self.person("U0BEA00012")
        self.otto = self.person("U0OTTO0010")

    def person(self, user_id: str) -> Person:
        return Person(self.sandbox.url, user_id)

    def next_due(self) -> datetime | None:
        return self.running.bell.next_due() if self.running else None

    def clock_moved(self) -> None:
        if self.running:
            self.running.bell.wake()

    def owed(self) -> list[tuple[str, str]]:
        """What is due and was not handled, and what is promised and was not said."""
        with self._beside.connect() as connection:
            found = connection.execute(OWED, {"now": self.sandbox.clock.now()})
            return [(str(kind), str(name)) for kind, name in found]

    @contextmanager
    def desk(self) -> Iterator[None]:
        now = self.sandbox.clock.now
        slack = Slack(self.sandbox.bot_token, self.sandbox.app_token, self.sandbox.api_url)
        with open_database(self.database, now()) as database:
            reached = Connections(self.connectors, sent_by_people=self.sent_by_people)
            self.running = wire(self.playbooks, database, slack, now, paces=UNHURRIED, reached=reached)
            with self.running.running():
                yield
            self.running = None


@pytest.fixture
def office(tmp_path: Path, databases: Databases) -> Iterator[Office]:
    """A new workspace on a working Wednesday at ten, without a desk yet."""
    office = Office(tmp_path, databases)
    try:
        office.clock.to(WEDNESDAY)
        yield office
    finally:
        office.sandbox.stop()
