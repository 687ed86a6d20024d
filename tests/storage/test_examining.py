"""What the doctor sees of the database, and that it leaves it as it was."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from storage import open_database
from storage.examining import examined, left_waiting
from storage.upgrade import MIGRATIONS, revisions
from tests.storage.samples import NOW, with_case
from tests.storage.test_orders import an_order, put

HEAD = revisions()[-1]


def looked(address: str, **more):
    [check] = examined(address, **more)
    return check


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_database_in_use_is_at_the_newest_revision(url):
    with open_database(url, NOW):
        check = looked(url)
    assert check.mark == "ok"
    assert check.said.endswith(f"answers, and is at the newest revision, {HEAD}.")
    assert ":hush" not in check.said


def test_an_empty_one_is_filled_at_the_start(databases):
    check = looked(databases.empty())
    assert check.mark == "ok"
    assert "The desk makes" in check.said


def test_a_file_is_looked_at_without_a_trace(tmp_path):
    path = tmp_path / "desk.db"
    open_database(f"sqlite:///{path}", NOW).close()
    before = contents(tmp_path)
    assert looked(f"sqlite:///{path}").mark == "ok"
    assert contents(tmp_path) == before


def test_what_a_running_desk_has_not_written_back_yet_counts(tmp_path):
    address = f"sqlite:///{tmp_path}/desk.db"
    with open_database(address, NOW):
        assert (tmp_path / "desk.db-wal").stat().st_size > 0
        assert "newest revision" in looked(address).said


def test_what_waits_for_a_system_that_was_turned_off_is_told(url):
    with open_database(url, NOW) as database:
        numbers = [with_case(database) for _ in range(12)]
        put(database, *(an_order(number, "a") for number in numbers))
        put(database, an_order(numbers[0], "b"), an_order(numbers[0], "c", "email"))
    (told,) = left_waiting(url, {"email"})
    assert (told.what, told.mark) == ("orders", "mend")
    named = ", ".join(f"HC-{number}" for number in numbers[:10])
    assert told.said.startswith(
        f"Jira is not connected, and is still to do something for {named} and 2 more."
    )
    assert list(left_waiting(url, {"email", "ebh"})) == []


@pytest.mark.parametrize("address", ["sqlite://", "mysql://db/desk", "sqlite:////nowhere/desk.db"])
def test_nothing_waits_where_there_is_no_database(address):
    assert list(left_waiting(address, ())) == []


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    check = looked(f"sqlite:///{tmp_path}/var/desk.db")
    assert check.said == f"{tmp_path}/var/desk.db is not there yet. The desk makes it when it starts."
    assert (check.mark, list(tmp_path.iterdir())) == ("ok", [])


def test_an_older_one_is_upgraded_at_the_start(tmp_path):
    path = tmp_path / "desk.db"
    open_database(f"sqlite:///{path}", NOW).close()
    newer = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, newer)
    shutil.copy(
        newer / "versions" / next(newer.glob("versions/0001_*.py")).name, newer / "versions/9999_next.py"
    )
    check = looked(f"sqlite:///{path}", migrations=newer)
    assert (check.mark, check.said) == (
        "look",
        f"{path} is at revision {HEAD}. The desk upgrades it to 9999 when it starts.",
    )


def stamped(path):
    open_database(f"sqlite:///{path}", NOW).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def someone_elses(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (stamped, "was last used by a newer desk"),
        (someone_elses, "belongs to something else"),
        (
            lambda path: path.write_text("no database, but long enough to be looked at as one" * 9),
            "cannot be used",
        ),
    ],
    ids=["a newer desk's", "somebody else's", "no database"],
)
def test_one_that_cannot_be_used_has_to_be_mended(tmp_path, made, said):
    path = tmp_path / "desk.db"
    made(path)
    check = looked(f"sqlite:///{path}")
    assert check.mark == "mend"
    assert said in check.said


@pytest.mark.parametrize(
    ("address", "mark", "said"),
    [
        ("sqlite://", "look", "It is in memory"),
        ("mysql://db/desk", "mend", "a database the desk does not know"),
        ("postgresql://desk:hush8151@127.0.0.1:1/desk", "mend", "cannot be used"),
    ],
    ids=["in memory", "another kind", "nobody answers"],
)
def test_an_address_is_told_without_its_password(address, mark, said):
    check = looked(address)
    assert check.mark == mark
    assert said in check.said
    assert "hush8151" not in check.said


def test_a_folder_that_is_a_file_has_to_be_mended(tmp_path):
    (tmp_path / "var").touch()
    check = looked(f"sqlite:///{tmp_path}/var/desk.db")
    assert check.mark == "mend"
    assert "cannot be made" in check.said
