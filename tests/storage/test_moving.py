"""Moving to another database: every row, once, counted and compared; or nothing at all."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.errors import DatabaseError
from bot.listings import ListedHomeowner
from bot.stored import Entry, Errand, Intake
from storage import Files, open_database
from storage.moving import move
from tests.postgres import Postgres
from tests.storage.samples import (
    ADA,
    NOW,
    a_case,
    a_letter,
    a_timer,
    address,
    opened,
    rows,
    with_case,
)

HOMEOWNERS = 2500
"""More than two batches."""
ODD = 'Zoë “Ω” \\ "quoted" \x01 \N{SMILING FACE WITH OPEN MOUTH} 1\' OR 1=1; --'


@pytest.fixture
def target(postgresql: Postgres) -> Iterator[str]:
    """The address of an empty database on PostgreSQL."""
    made = postgresql.empty()
    yield made
    postgresql.drop(made)


@pytest.fixture
def used(path, filled):
    """A database in which everything that a desk keeps stands at least once."""
    shutil.copy(filled, path)
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "desk.db"
    with opened(path) as database, database.write() as work:
        for name in ("Hana (homeowner)", ODD):
            work.cases.add(a_case(name, description=ODD), ADA, ADA, NOW)
        work.timeline.add(1001, [Entry(NOW, ADA, "noted", ODD, ("R-005",), {"links": [1, None, True, 2.5]})])
        work.follow_ups.keep(1001, [a_timer("t1"), a_timer("t2", rung_at=NOW)], NOW)
        work.errands.put([Errand("summary:1", "summary", NOW, person=ADA, data={"day": "1"})], NOW)
        work.outbox.put([a_letter("card:1001"), a_letter("e1", edits="card:1001")], NOW)
        work.intakes.save(Intake("i1", ADA, {"description": ODD, "many": ("a", "b")}), NOW)
        work.seen.first_time("view:V1", NOW)
        work.versions.keep("3f1c", {"a.yaml": ODD}, NOW)
        work.homes.open(ADA, frozenset({"leads"}), NOW)
        listed = [
            ListedHomeowner(f"Hana {n}", f"{n} Sample Street", account=f"EX-{n}") for n in range(HOMEOWNERS)
        ]
        work.directory.put_homeowners(listed, frozenset({"name", "address", "account"}), NOW)
    return path


def tables_of(url: str) -> list[str]:
    engine = create_engine(url, poolclass=NullPool)
    return inspect(engine).get_table_names()


def test_every_table_is_moved_counted_and_the_old_database_is_as_it_was(used, target):
    before = used.read_bytes()
    moved = {each.name: each.rows for each in Files(address(used)).move(target)}
    assert used.read_bytes() == before
    stored = dict(rows(used, "SELECT name, 0 FROM sqlite_master WHERE type = 'table'"))
    counted = {
        name: rows(used, f"SELECT count(*) FROM {name}")[0][0] for name in stored.keys() & moved.keys()
    }
    assert moved == counted
    assert moved["homeowners"] == HOMEOWNERS
    others = {name for name in stored if not name.startswith(("sqlite_", "alembic", *SEARCHES))}
    assert moved.keys() == others


SEARCHES = ("homeowner_search", "installer_search", "case_search")


def test_the_desk_goes_on_where_it_was(used, target):
    Files(address(used)).move(target)
    with opened(used) as old, open_database(target, NOW) as new:
        with old.read() as here, new.read() as there:
            for number in (1001, 1002):
                assert there.cases.get(number) == here.cases.get(number)
                assert there.timeline.of(number) == here.timeline.of(number)
            assert there.intakes.get("i1") == here.intakes.get("i1")
            assert [case.number for case in there.cases.find("zoe", 5)] == [1002, 1001]
            assert [each.account for each in there.directory.find_homeowners("hana 77", 1)] == ["EX-77"]
        with new.write() as work:
            assert work.cases.add(a_case(), ADA, ADA, NOW).number == 1003
            taken = work.follow_ups.take_due(NOW)
            assert taken
            assert not work.seen.first_time("view:V1", NOW)
            work.outbox.put([a_letter("new")], NOW)
            work.timeline.add(1003, [Entry(NOW, ADA, "noted", "goes on")])
        with new.write() as work:
            assert [each.letter.key for each in work.outbox.claim("me", NOW, NOW, most=1)] == ["card:1001"]


def test_the_timeline_is_protected_there_too(used, target):
    Files(address(used)).move(target)
    engine = create_engine(target, poolclass=NullPool)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql("UPDATE timeline SET text = 'otherwise'")


def test_it_moves_back_as_well(used, target, tmp_path):
    there = move(address(used), target)
    back = move(target, address(tmp_path / "back.db"))
    assert back == there
    with opened(tmp_path / "back.db") as database:
        assert with_case(database) == 1003


def test_nothing_is_written_over(used, target):
    move(address(used), target)
    with pytest.raises(DatabaseError, match="is not empty"):
        move(address(used), target)


def test_a_running_desk_is_not_moved(used, target):
    with opened(used), pytest.raises(DatabaseError, match="Another desk is already running"):
        move(address(used), target)
    assert tables_of(target) == []


def test_an_older_database_is_not_moved_before_its_upgrade(used, target):
    with closing(sqlite3.connect(used)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
        connection.commit()
    with pytest.raises(DatabaseError, match="Start this desk on it once"):
        move(address(used), target)
    assert tables_of(target) == []


def test_a_move_that_fails_leaves_the_target_as_it_was(used, target):
    with closing(sqlite3.connect(used)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("UPDATE follow_ups SET case_number = 99 WHERE timer_id = 't1'")
        connection.commit()
    with pytest.raises(DatabaseError, match="Nothing was moved"):
        move(address(used), target)
    assert tables_of(target) == []


def test_a_move_that_fails_leaves_no_new_file(used, tmp_path):
    with closing(sqlite3.connect(used)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("UPDATE follow_ups SET case_number = 99 WHERE timer_id = 't1'")
        connection.commit()
    with pytest.raises(DatabaseError):
        move(address(used), address(tmp_path / "new" / "other.db"))
    assert list(tmp_path.rglob("other.db*")) == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        pytest.param("{own}", "Both databases are the same", id="the same"),
        pytest.param("mysql://x/y", "does not know", id="unknown"),
        pytest.param("postgresql://desk:secret@127.0.0.1:1/desk", "cannot be used", id="out of reach"),
    ],
)
def test_a_target_that_cannot_be_is_named_without_its_password(used, target, said):
    with pytest.raises(DatabaseError, match=said) as refused:
        move(address(used), target.format(own=address(used)))
    assert "secret" not in str(refused.value)


def test_there_has_to_be_something_to_move(tmp_path, target):
    with pytest.raises(DatabaseError, match="nothing to move"):
        move(address(tmp_path / "nowhere.db"), target)
