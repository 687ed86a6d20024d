"""How records stand is read now and then: news is said once, what cannot be read is read later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.connectors.by_hand import by_hand
from bot.desk import Desk
from bot.errors import OutcomeUnknown
from bot.statuses import CLOSED_THERE, StatusReader
from bot.systems import Record, Status
from storage import open_database
from tests.bot.casework import ADA, PLAYBOOKS, Casework
from tests.bot.desk import NOW
from tests.bot.test_orders import Connected, Ledger
from tests.databases import rows
from tests.postgres import Postgres

WHILE = timedelta(minutes=11)


@dataclass
class Talking(Ledger):
    """A system that says how its records stand; None is not there any more."""

    says: Status | None = field(default_factory=lambda: Status("Waiting for support"))
    down: bool = False
    asked: int = 0

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        self.asked += 1
        if self.down:
            raise OutcomeUnknown("Jira did not answer.")
        return {each.reference: self.says for each in records} if self.says else {}


@dataclass
class Reading:
    """A case with a ticket, and somebody who reads how it stands."""

    connected: Connected
    system: Talking
    now: datetime = NOW
    told: int = 0

    def read(self, after: timedelta = WHILE) -> Record:
        self.now += after
        desk = replace(self.connected.desk, connectors={"ebh": self.system})
        StatusReader(desk, lambda: self.now, self._tell).read_all()
        return self.connected.view.records[0]

    def _tell(self) -> None:
        self.told += 1

    @property
    def closed_lines(self) -> list[str]:
        return [line.text for line in self.connected.view.timeline if line.event == CLOSED_THERE]


@pytest.fixture
def reading(work: Casework) -> Reading:
    connected = Connected(work)
    connected.place("open_ticket")
    connected.work_all()
    return Reading(connected, Talking())


def test_what_is_read_stands_on_the_record(reading: Reading) -> None:
    record = reading.read()
    assert (record.status, record.closed, record.read_at) == ("Waiting for support", False, reading.now)
    assert reading.told == 1


def test_a_record_that_is_changed_while_it_is_read_is_waited_for(postgresql: Postgres) -> None:
    """Neither waits for the other for ever: the case is locked first, and then its record."""
    url = postgresql.new()
    with open_database(url, NOW) as database, ThreadPoolExecutor(1) as threads:
        connected = Connected(Casework(Desk(database, PLAYBOOKS, by_hand({}))))
        connected.place("open_ticket")
        connected.work_all()
        reading = Reading(connected, Talking())
        with database.write() as work:
            work.cases.get(connected.case.number)
            read = threads.submit(reading.read)
            blocked = (rows(url, "SELECT 1 FROM pg_locks WHERE NOT granted") for _ in range(5000))
            assert any(blocked), "the reader does not come to the case"
            [record] = work.records.of(connected.case.number)
            work.records.keep(replace(record, reference="EBH-7"), NOW)
        assert read.result().reference == "EBH-7"
    postgresql.drop(url)


def test_it_is_read_again_after_a_while_and_no_news_is_not_told(reading: Reading) -> None:
    reading.read()
    reading.read(timedelta(minutes=1))
    assert reading.system.asked == 1
    reading.read()
    assert (reading.system.asked, reading.told) == (2, 1)


def test_what_is_closed_there_is_said_once(reading: Reading) -> None:
    reading.system.says = Status("Done", closed=True)
    for _ in range(3):
        reading.read()
    name = reading.connected.case.name
    assert reading.closed_lines == [f"EBH-1 was closed in Jira, while {name} is open here."]


def test_two_replicas_that_read_at_once_say_it_once(reading: Reading) -> None:
    """Both have been given the record before either has noted what it read."""
    reading.system.says = Status("Done", closed=True)
    other = Reading(reading.connected, Talking(says=reading.system.says))

    @dataclass
    class Overtaken(Talking):
        def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
            other.read()
            return super().status(records)

    slow = Reading(reading.connected, Overtaken(says=reading.system.says))
    slow.read()
    assert len(reading.closed_lines) == 1


def test_a_closed_case_is_not_surprised(reading: Reading) -> None:
    work, case = reading.connected.work, reading.connected.case
    work.report(case, "installer_email_sent", NOW)
    work.report(case, "homeowner_contacted_satisfied", NOW)
    work.report(case, "close_requested", NOW, closure_comments="It was mended.", by=ADA)
    reading.system.says = Status("Done", closed=True)
    reading.read()
    assert (reading.system.asked, reading.closed_lines) == (0, [])


def test_what_cannot_be_read_is_read_later(reading: Reading) -> None:
    reading.system.down = True
    assert reading.read().read_at is None
    reading.system.down = False
    assert reading.read(timedelta(minutes=1)).status == "Waiting for support"


def test_what_is_not_there_keeps_what_was_known(reading: Reading) -> None:
    reading.read()
    reading.system.says = None
    record = reading.read()
    assert (record.status, record.read_at) == ("Waiting for support", reading.now)
