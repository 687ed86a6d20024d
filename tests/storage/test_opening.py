"""Opening: what is made, what is refused with nothing changed, and one process for each file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.errors import DatabaseError
from storage import open_database
from storage.process_lock import is_still, lock_for
from tests.storage.samples import (
    ADA,
    LEASE,
    NOW,
    a_case,
    address,
    all_at_once,
    contents,
    kill,
    opened,
    other_desk,
    rows,
    with_case,
)


def test_a_new_database_is_made_with_its_folder(tmp_path):
    path = tmp_path / "a" / "b" / "desk.db"
    with opened(path) as database:
        assert with_case(database) == 1001
    assert [file.name for file in path.parent.iterdir()] == ["desk.db"]


def test_what_was_stored_is_there_when_it_is_opened_again(path):
    with opened(path) as database:
        with_case(database)
    with opened(path) as database, database.read() as work:
        assert work.cases.get(1001).case == a_case()


def test_a_second_desk_on_the_same_file_is_refused_and_changes_nothing(path):
    first = other_desk(path, "with_case(database)")
    try:
        before = contents(path.parent)
        with pytest.raises(DatabaseError) as caught:
            opened(path)
        assert str(caught.value) == (
            f"Another desk is already running on {path} (process {first.pid}). "
            "Stop it, or give this one its own DATABASE_URL."
        )
        assert contents(path.parent) == before
    finally:
        kill(first)


def test_a_second_desk_in_the_same_process_is_refused_until_the_first_is_closed(path):
    first = opened(path)
    with pytest.raises(DatabaseError, match=f"process {os.getpid()}"):
        opened(path)
    first.close()
    first.close()
    opened(path).close()


def test_a_second_desk_by_way_of_a_link_is_refused(database, path, tmp_path):
    (tmp_path / "link.db").symlink_to(path)
    with pytest.raises(DatabaseError, match="already running"):
        opened(tmp_path / "link.db")


def test_of_many_desks_that_start_at_once_one_runs(path):
    running, refused = [], []

    def start():
        try:
            running.append(opened(path))
        except DatabaseError as error:
            refused.append(str(error))

    all_at_once([start] * 4)
    running[0].close()
    assert (len(running), len(refused)) == (1, 3)


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_none(path):
    lock = lock_for(path)
    with lock.path.open() as waiting:
        assert is_still(lock.path, waiting.fileno())
        lock.release()
        assert not is_still(lock.path, waiting.fileno())
        following = lock_for(path)
        assert not is_still(lock.path, waiting.fileno())
        following.release()


def test_letters_that_a_killed_desk_was_sending_are_given_back_at_once(path):
    claim = "work.outbox.put([a_letter('a')], NOW); work.outbox.claim('h1', NOW, LEASE, 5)"
    kill(other_desk(path, f"with_case(database)\nwith database.write() as work: {claim}"))
    with opened(path) as database, database.write() as work:
        (delivery,) = work.outbox.claim("h2", NOW, LEASE, 5)
        assert delivery.attempt == 2


@pytest.mark.parametrize(
    "then",
    [
        pytest.param("context = database.write(); work = context.__enter__(); {}", id="before the commit"),
        pytest.param("with database.write() as work: {}", id="after it"),
    ],
)
def test_a_desk_killed_around_a_transaction_leaves_the_database_whole(path, then):
    # So much that SQLite writes to its log before the commit.
    changes = (
        "work.seen.first_time('a', NOW); [work.cases.add(a_case(BULKY), ADA, ADA, NOW) for _ in range(200)]"
    )
    with opened(path) as database:
        with_case(database)
    kill(other_desk(path, then.format(changes)))
    with opened(path) as database, database.write() as work:
        expected = 201 if "with" in then else 1
        assert len(work.cases.open_of(ADA)) == expected
        assert work.seen.first_time("a", NOW) is (expected == 1)
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "not the address of a database"),
        ("mysql://localhost/desk", "names mysql, a database the desk does not know"),
        ("sqlite:///file:desk.db?uri=true", "not the path of a SQLite file"),
        ("sqlite:///desk.db?mode=ro", "not the path of a SQLite file"),
        ("sqlite://desk.db", "not the path of a SQLite file"),
    ],
)
def test_an_address_that_is_none_is_refused_with_one_that_is(url, says):
    with pytest.raises(DatabaseError, match=says) as caught:
        open_database(url, NOW)
    assert "Write sqlite:///var/desk.db" in str(caught.value)


def test_a_server_that_cannot_be_reached_is_named_without_its_password():
    with pytest.raises(DatabaseError) as caught:
        open_database("postgresql://ada:hush@127.0.0.1:1/desk", NOW)
    assert "PostgreSQL" in str(caught.value) or "127.0.0.1:1/desk" in str(caught.value)
    assert "hush" not in str(caught.value)


def a_folder(path):
    path.mkdir()
    return path


def behind_a_file(path):
    path.write_text("a file")
    return path / "desk.db"


def unwritable(path):
    return Path("/proc/desk.db")


def not_a_database(path):
    path.write_text("Dear diary, " * 100)
    return path


def cut_off(path):
    with opened(path) as database:
        with_case(database)
    path.write_bytes(path.read_bytes()[:5000])
    return path


def of_something_else(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE shopping (item)")
    connection.close()
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (a_folder, "is a folder"),
        (behind_a_file, "could not be made"),
        (unwritable, "cannot be written"),
        (not_a_database, "file is not a database"),
        (cut_off, "malformed"),
        (of_something_else, "belongs to something else"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_cannot_be_a_database_is_refused_in_a_sentence_and_nothing_changes(path, make, says):
    place = make(path)
    before = contents(path.parent)
    with pytest.raises(DatabaseError, match=says) as caught:
        open_database(address(place), NOW)
    assert str(place) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert contents(path.parent) == before


READ_ONLY = """
import os, sys
sys.path.insert(0, sys.argv[2])
from tests.storage.samples import *
path = Path(sys.argv[1])
opened(path).close()
path.chmod(0o444)
# Root may write to anything, so a root who runs the tests becomes nobody here.
os.geteuid() or os.setuid(65534)
opened(path)
"""


def test_a_file_that_this_user_may_not_write_is_refused():
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path, root = Path(folder, "desk.db"), Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, path, root],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert f"DatabaseError: The database {path} may not be written by this user." in done.stderr
        assert [file.name for file in Path(folder).iterdir()] == ["desk.db"]
