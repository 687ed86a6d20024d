"""Copies: whole, also while a desk writes, and never over another file."""

from __future__ import annotations

import pytest

from bot.errors import DatabaseError
from storage.backup import backup
from tests.storage.samples import ADA, NOW, a_case, opened, with_case


def test_a_copy_of_a_database_in_use_is_a_whole_database(database, path, tmp_path):
    with_case(database)
    copy = tmp_path / "copy.db"
    with database.write() as work:
        work.cases.add(a_case(), ADA, ADA, NOW)
        backup(path, copy)
    assert not copy.with_name("copy.db-wal").exists()
    with opened(copy) as copied, copied.read() as work:
        assert [case.number for case in work.cases.open_of(ADA)] == [1001]


def test_no_file_is_overwritten(database, path, tmp_path):
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(DatabaseError, match="is there already"):
        backup(path, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param("nowhere.db", "copy.db", id="no database"),
        pytest.param("diary.txt", "copy.db", id="not a database"),
        pytest.param("desk.db", "no folder/copy.db", id="no folder to write to"),
    ],
)
def test_a_copy_that_fails_leaves_nothing_half_done(database, tmp_path, source, target):
    (tmp_path / "diary.txt").write_text("Dear diary, " * 100)
    before = {file.name for file in tmp_path.iterdir()}
    with pytest.raises(DatabaseError, match="could not be copied"):
        backup(tmp_path / source, tmp_path / target)
    assert {file.name for file in tmp_path.iterdir()} == before
