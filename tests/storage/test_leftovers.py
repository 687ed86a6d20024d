"""Leftovers: what has served its time goes, and nothing else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import housekeeping
from bot.agenda import ROUTINE
from bot.auditing import AUDIT
from bot.housekeeping import KEPT, MOST
from bot.pace import SLACKS
from bot.stored import Errand, Posted
from tests.databases import rows
from tests.storage.samples import LEASE, NOW, a_letter, with_case

LATER = NOW + KEPT + timedelta(days=1)
THERE = Posted("C0CASES", "1763478245.678901")


@pytest.fixture
def lived(database):
    """A database in which one of each kind was done with at `NOW`, and one of each is still to come."""
    with_case(database)
    with database.write() as work:
        work.seen.first_time("view:old", NOW)
        work.seen.first_time("view:new", LATER)
        work.errands.put([Errand("audit/old", AUDIT, NOW), Errand("unanswered/old", "unanswered", NOW)], NOW)
        work.errands.take_due(NOW, 10)
        work.errands.put([Errand("audit/next", AUDIT, LATER + KEPT)], LATER)
        work.outbox.put([a_letter("post"), a_letter("sent", "post"), a_letter("newer", "post")], NOW)
        (post,) = work.outbox.claim("h", NOW, LEASE, 1, SLACKS)
        work.outbox.settle(post, THERE, NOW)
        (newest,) = work.outbox.claim("h", NOW, LEASE, 1, SLACKS)
        work.outbox.settle(newest, THERE, NOW)
    return database


def forget(database, now=LATER):
    with database.write() as work:
        housekeeping.forget(work.leftovers, ROUTINE, now)


def left(url, table, key="key"):
    return {str(name) for (name,) in rows(url, f"SELECT {key} FROM {table}")}


@pytest.mark.parametrize(
    ("table", "key", "gone"),
    [
        ("seen", "key", {"view:old"}),
        ("errands", "key", {"audit/old"}),
        ("outbox", "key", {"sent"}),
        ("paces", "name", {"U0ADA00001", "*", "chat.update"}),
        ("cases", "number", set()),
        ("timeline", "id", set()),
    ],
    ids=lambda given: given if isinstance(given, str) and given.isalpha() else "",
)
def test_what_has_served_its_time_goes_and_all_else_stays(lived, url, table, key, gone):
    before = left(url, table, key)
    forget(lived)
    assert before - left(url, table, key) == gone
    forget(lived)
    assert before - left(url, table, key) == gone


def test_nothing_goes_before_its_time(lived, url):
    before = {table: left(url, table) for table in ("seen", "errands", "outbox")}
    forget(lived, NOW + KEPT)
    assert {table: left(url, table) for table in before} == before


def test_a_little_goes_at_a_time(database, url):
    with database.write() as work:
        for number in range(MOST + 3):
            work.seen.first_time(f"view:{number}", NOW)
    forget(database)
    assert len(left(url, "seen")) == 3
