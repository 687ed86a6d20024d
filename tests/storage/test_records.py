"""Tickets and cases in other systems: kept once a case and kind, read in turn while their case is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.systems import Record, Status
from storage import open_database
from storage.database import Database
from tests.storage.samples import NOW, with_case

HOUR = timedelta(hours=1)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url, NOW) as database:
        yield database


def a_record(number: int, on: str = "ho_ticket", system: str = "ebh") -> Record:
    return Record(
        number, on, system, f"EBH-{number}", "https://jira.example.test", "own", {"Summary": "Silent"}
    )


def test_a_record_is_kept_and_then_changed(database: Database) -> None:
    number = with_case(database)
    kept = a_record(number)
    with database.write() as work:
        work.records.keep(kept, NOW)
        work.records.keep(replace(kept, fields={"Summary": "Louder"}), NOW)
        work.records.keep(a_record(number, "case", "salesforce"), NOW)
    with database.read() as work:
        assert work.records.of(number) == (
            a_record(number, "case", "salesforce"),
            replace(kept, fields={"Summary": "Louder"}),
        )


def test_those_that_were_read_longest_ago_are_read_first(database: Database) -> None:
    first, second, other = (with_case(database) for _ in range(3))
    with database.write() as work:
        for number in (first, second):
            work.records.keep(a_record(number), NOW)
        work.records.keep(a_record(other, "case", "salesforce"), NOW)
        work.records.read(first, "ho_ticket", Status("Waiting for support"), NOW)
    with database.write() as work:
        assert [each.case_number for each in work.records.to_read("ebh", NOW, 10)] == [second]
        assert [each.case_number for each in work.records.to_read("ebh", NOW + HOUR, 10)] == [second, first]
        work.records.read(second, "ho_ticket", Status("Resolved", closed=True), NOW)
        assert [each.case_number for each in work.records.to_read("ebh", NOW + HOUR, 10)] == [first]
        assert [(each.status, each.closed, each.read_at) for each in work.records.of(second)] == [
            ("Resolved", True, NOW)
        ]
