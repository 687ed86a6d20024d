"""Going back to a copy: what is there now is kept, and nothing is given out or said a second time."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta

import pytest

from bot.errors import DatabaseError
from bot.systems import Draft, Order
from storage import Files
from storage.backup import backup, keep_copy, require_sound
from tests.storage.samples import ADA, NOW, a_case, a_letter, address, contents, opened, rows, with_case

LATER = NOW + timedelta(days=2)
ASIDE = "desk.db.replaced-20261120T150405Z.bak"


@pytest.fixture
def copy(database, path):
    """A copy with one case and a letter that waits; the database itself has gone on since, with a second."""
    with_case(database)
    with database.write() as work:
        work.outbox.put([a_letter("card:1001")], NOW)
    kept = keep_copy(address(path), None, NOW)
    with_case(database)
    database.close()
    return kept


def test_a_copy_stands_beside_the_database_under_its_name_and_date(copy, path):
    assert copy == path.with_name("desk.db.20261118T150405Z.bak")


def test_two_copies_of_one_second_have_two_names(copy, path):
    assert keep_copy(address(path), None, NOW) == path.with_name("desk.db.20261118T150405Z-2.bak")


def test_the_copy_is_the_database_afterwards_and_what_it_replaced_is_kept(copy, path):
    restored = Files(address(path)).restore(copy, LATER)
    assert (restored.database, restored.cases, restored.aside) == (path, 1, path.with_name(ASIDE))
    assert restored.knows_until == NOW
    assert rows(path, "SELECT number FROM cases") == [(1001,)]
    assert rows(restored.aside, "SELECT number FROM cases") == [(1001,), (1002,)]
    assert rows(copy, "SELECT count(*) FROM restores") == [(0,)]
    assert sorted(file.name for file in path.parent.iterdir()) == sorted((path.name, ASIDE, copy.name))


def test_what_the_copy_has_not_done_may_have_been_done_since(database, path):
    """Also where somebody had looked: that was before the copy was made."""
    number = with_case(database)
    with database.write() as work:
        for name in ("new", "looked at"):
            draft = Draft(f"HC-{number}", name, "email", "step")
            work.orders.put(Order(f"HC-{number}/{name}", number, draft, ADA, NOW), NOW)
        task = work.orders.claim("looked at", "me", NOW, LATER)
        work.orders.bury(task, "Nobody knows.", NOW)
        work.orders.send_again(task.order.id)
    kept = keep_copy(address(path), None, NOW)
    database.close()
    Files(address(path)).restore(kept, LATER)
    with opened(path) as restored, restored.write() as work:
        tasks = [work.orders.claim(name, "me", LATER, LATER) for name in ("new", "looked at")]
    assert [task.trace for task in tasks] == ["perhaps", "perhaps"]


def test_what_is_ordered_anew_on_an_old_case_may_have_been_done_already(copy, path):
    Files(address(path)).restore(copy, LATER)
    with opened(path) as database, database.write() as work:
        number = work.cases.numbers()[0]
        draft = Draft(f"HC-{number}", "email", "email", "mail")
        work.orders.put(Order(f"HC-{number}/mail", number, draft, ADA, LATER), LATER)
        assert work.orders.claim("email", "me", LATER, LATER).trace == "perhaps"


def test_what_a_killed_desk_left_in_its_log_is_kept_too(copy, path):
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO seen VALUES ('in the log', '2026-11-19 00:00:00')")
    connection.commit()
    for name in ("-wal", "-shm"):
        shutil.copy(path.with_name(f"desk.db{name}"), path.with_name(f"kept{name}"))
    connection.close()
    for name in ("-wal", "-shm"):
        path.with_name(f"kept{name}").replace(path.with_name(f"desk.db{name}"))
    restored = Files(address(path)).restore(copy, LATER)
    assert rows(restored.aside, "SELECT key FROM seen") == [("in the log",)]
    assert rows(path, "SELECT key FROM seen") == []


def test_numbers_of_cases_that_the_copy_does_not_know_are_not_given_again(copy, path):
    Files(address(path)).restore(copy, LATER)
    with opened(path) as database:
        assert with_case(database) == 2002


def test_a_copy_of_an_older_desk_is_upgraded_on_its_way(copy, path):
    connection = sqlite3.connect(copy)
    head = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    Files(address(path)).restore(copy, LATER)
    assert rows(path, "SELECT version_num FROM alembic_version") == [head]


def test_it_is_restored_where_no_database_stands_any_more(copy, path):
    path.unlink()
    restored = Files(address(path)).restore(copy, LATER)
    assert restored.aside is None
    with opened(path) as database, database.read() as work:
        assert [case.number for case in work.cases.open_of(ADA)] == [1001]


def test_a_running_desk_is_not_taken_its_database(copy, path):
    with opened(path) as database:
        with pytest.raises(DatabaseError, match="Another desk is already running"):
            Files(address(path)).restore(copy, LATER)
        with database.write() as work:
            assert work.cases.add(a_case(), ADA, ADA, NOW).number == 1003


def damaged(copy, path):
    content = bytearray(copy.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    copy.write_bytes(content)
    return copy


def newer(copy, path):
    connection = sqlite3.connect(copy)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    return copy


def foreign(copy, path):
    other = path.with_name("other.db")
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE songs (title)")
    connection.close()
    return other


def a_diary(copy, path):
    path.with_name("diary.txt").write_text("Dear diary, " * 1000)
    return path.with_name("diary.txt")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        pytest.param(damaged, "is damaged", id="damaged"),
        pytest.param(newer, "newer desk", id="of a newer desk"),
        pytest.param(foreign, "belongs to something else", id="of another program"),
        pytest.param(a_diary, "could not be copied", id="no database"),
        pytest.param(lambda copy, path: path, "the database itself", id="the database itself"),
        pytest.param(lambda copy, path: path.with_name("nowhere.bak"), "There is no file", id="not there"),
    ],
)
def test_what_cannot_be_restored_leaves_everything_as_it_is(copy, path, chosen, said):
    file = chosen(copy, path)
    before = contents(path.parent)
    with pytest.raises(DatabaseError, match=said):
        Files(address(path)).restore(file, LATER)
    assert contents(path.parent) == before


def test_a_damaged_copy_is_not_kept(database, path, tmp_path):
    damaged(path, path)
    with pytest.raises(DatabaseError, match="is damaged"):
        require_sound(path)
    with pytest.raises(DatabaseError):
        keep_copy(address(path), tmp_path / "kept.bak", NOW)
    assert not (tmp_path / "kept.bak").exists()


def test_postgresql_has_its_own_means_and_the_password_is_not_shown(tmp_path):
    files = Files("postgresql://desk:secret@db.example.test/desk")
    with pytest.raises(
        DatabaseError, match=r"pg_dump .*'postgresql://desk@db\.example\.test/desk'"
    ) as refused:
        files.backup(None, NOW)
    assert "secret" not in str(refused.value)
    with pytest.raises(DatabaseError, match="pg_restore"):
        files.restore(tmp_path / "x", NOW)


def test_a_copy_made_for_somebody_else_is_not_touched(database, path, tmp_path):
    backup(path, tmp_path / "mine.bak")
    before = (tmp_path / "mine.bak").read_bytes()
    database.close()
    Files(address(path)).restore(tmp_path / "mine.bak", LATER)
    assert (tmp_path / "mine.bak").read_bytes() == before
