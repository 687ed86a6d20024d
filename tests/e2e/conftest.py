"""A whole desk against the strict sandbox: the real slack-sdk and Bolt, Web API and Socket Mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from app import Service, Slack, wire
from bot.playbooks import load_playbooks
from bot.settings import load_organisation
from sandbox.person import Clock, Person
from sandbox.server import Sandbox
from storage import open_database

ROOT = Path(__file__).parent.parent.parent
YEARS = range(2029, 2032)
WEDNESDAY = "2030-01-09T10:00:00-05:00"
"""A working day without anything special; the sandbox's clock only moves forward."""


class Office:
    """A sandbox, and a desk that can be stopped and started over the same database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: Service | None = None
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

    @contextmanager
    def desk(self) -> Iterator[None]:
        now = self.sandbox.clock.now
        slack = Slack(self.sandbox.bot_token, self.sandbox.app_token, self.sandbox.api_url)
        with open_database(f"sqlite:///{self.folder / 'desk.db'}", now()) as database:
            self.running = wire(self.playbooks, database, slack, now)
            with self.running.running():
                yield
            self.running = None


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A new workspace on a working Wednesday at ten, without a desk yet."""
    office = Office(tmp_path)
    try:
        office.clock.to(WEDNESDAY)
        yield office
    finally:
        office.sandbox.stop()
