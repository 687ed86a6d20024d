"""What the desk itself has to do: once each, the most overdue first, and not what was called off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.stored import Errand
from storage import Database
from tests.databases import SqliteFiles
from tests.storage.samples import ADA, MINUTE, NOW, reads, undone


def errand(key: str, due: timedelta = timedelta()) -> Errand:
    return Errand(key, "digest", NOW + due, person=ADA, data={"day": "2026-11-18"})


def put(database: Database, *errands: Errand) -> None:
    with database.write() as work:
        work.errands.put(errands, NOW)


def taken(database: Database) -> list[str]:
    keys = []
    with database.write() as work:
        while due := work.errands.take_due(NOW):
            keys += [each.key for each in due]
    return keys


def test_an_errand_comes_back_as_it_was_put(database: Database, number: int) -> None:
    promised = Errand("look/1", "look", NOW, number, ADA, {"timer": "t1"})
    put(database, promised)
    with database.write() as work:
        assert work.errands.take_due(NOW) == (promised,)


@pytest.mark.parametrize(
    ("errands", "keys"),
    [
        ([], []),
        ([errand("b"), errand("a", -MINUTE)], ["a", "b"]),
        ([errand("a", MINUTE)], []),
        ([errand("a"), errand("a", -MINUTE)], ["a"]),
    ],
    ids=["none", "the most overdue first", "not yet", "promised twice"],
)
def test_what_is_due_is_taken_once(database: Database, errands: list[Errand], keys: list[str]) -> None:
    put(database, *errands)
    assert taken(database) == keys
    put(database, *errands)
    assert taken(database) == []


def test_what_is_called_off_is_not_run(database: Database) -> None:
    put(database, errand("a"), errand("b"))
    with database.write() as work:
        work.errands.cancel("a", NOW)
        work.errands.cancel("never put", NOW)
    assert taken(database) == ["b"]


def test_an_errand_that_fails_is_still_due(database: Database) -> None:
    put(database, errand("a"), errand("b"))
    with undone(database) as work:
        assert work.errands.take_due(NOW)
    assert taken(database) == ["a", "b"]


def test_the_next_errand_is_known(database: Database) -> None:
    with database.read() as work:
        assert work.errands.next_due() is None
    put(database, errand("a", MINUTE), errand("b", 2 * MINUTE))
    with database.read() as work:
        assert work.errands.next_due() == NOW + MINUTE


def test_all_of_a_kind_are_called_off_for_one_case(database: Database, number: int) -> None:
    others = Errand("card", "card", NOW, number), Errand("digest of nobody", "digest", NOW)
    put(database, Errand("a", "digest", NOW, number), Errand("b", "digest", NOW, number), *others)
    with database.write() as work:
        work.errands.cancel_of(number, "digest", NOW)
    assert taken(database) == ["card", "digest of nobody"]


def test_calling_off_what_is_about_a_case_reads_that_case_alone(
    database: Database, number: int, sqlite: SqliteFiles
) -> None:
    with database.write() as work:
        plans = reads(work, lambda: work.errands.cancel_of(number, "look", NOW))
    assert plans == ["SEARCH errands USING INDEX ix_errands_open_case_number (case_number=?)"]
