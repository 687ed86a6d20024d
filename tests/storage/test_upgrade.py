"""The database upgrades itself, with a copy put aside; what is newer or fails leaves it as it was."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import main as alembic
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.errors import DatabaseError
from bot.stored import Intake
from storage import open_database
from storage.engines import engines_of, place_of
from storage.search_tables import NAMES, is_declared
from storage.tables import Table
from storage.upgrade import MIGRATIONS, config_of, revisions
from tests.storage.samples import ADA, NOW, address, contents, kill, opened, other_desk, rows, with_case

ROOT = MIGRATIONS.parents[1]
NEXT = """
from alembic import op
import sqlalchemy as sa

revision = "9999"
down_revision = "0005"

def upgrade():
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("colour", sa.String(), nullable=False, server_default="green"))
        cases.alter_column("owner", existing_type=sa.String(), type_=sa.Text())
    {then}
"""
FAILS = 'op.execute("INSERT INTO nowhere VALUES (1)")'
STRANDS = 'op.execute("DELETE FROM cases")'
BACKUP = "desk.db.before-9999-20261118T150405Z.bak"


@pytest.fixture
def newer(tmp_path):
    return with_next(tmp_path / "newer", "pass")


def with_next(folder, then):
    """The desk's migrations, with one more."""
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "9999_next.py").write_text(NEXT.format(then=then))
    return folder


@pytest.fixture
def used(path):
    """A database that a desk has used and closed, with a case and its timeline."""
    path = path.parent / "var" / "desk.db"
    with opened(path) as database:
        number = with_case(database)
        with database.write() as work:
            work.intakes.save(Intake("i1", ADA, {}, number), NOW)
    return path


def test_the_files_of_the_migrations_are_named_by_their_revisions():
    scripts = ScriptDirectory.from_config(config_of(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(revisions()))


def test_the_migrations_make_the_tables_that_the_code_knows(database):
    with database._writer.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "include_name": is_declared},
        )
        assert compare_metadata(context, Table.metadata) == []


def test_the_migrations_make_the_same_checks_and_partial_indexes(database, path):
    made = dict(rows(path, "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'"))
    engine = create_engine(f"sqlite:///{path.with_name('declared.db')}")
    Table.metadata.create_all(engine)
    engine.dispose()
    declared = dict(rows(path.with_name("declared.db"), "SELECT name, sql FROM sqlite_master"))
    for name, sql in declared.items():
        assert parts(made[name]) == parts(sql), name


CHECKS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'c' ORDER BY 1, 2
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename NOT LIKE '%search%' AND tablename <> 'alembic_version' ORDER BY 1
"""


def test_the_migrations_make_the_same_checks_and_indexes_on_postgresql(postgresql):
    made, declared = postgresql.new(), postgresql.empty()
    engine, _ = engines_of(place_of(declared))
    Table.metadata.create_all(engine)
    engine.dispose()
    for query in (CHECKS, INDEXES):
        assert rows(made, query) == rows(declared, query)
    for url in (made, declared):
        postgresql.drop(url)


def test_no_search_on_postgresql_reads_a_list_of_what_is_not_indexed_yet(where):
    kinds = "SELECT relname, reloptions FROM pg_class JOIN pg_am ON pg_am.oid = relam WHERE amname = 'gin'"
    indexes = {f"ix_{name}_{part}" for name in NAMES for part in ("head", "words")}
    assert dict(rows(where, kinds)) == {index: ["fastupdate=off"] for index in indexes}


@pytest.mark.parametrize("then", [FAILS, STRANDS], ids=["a mistake", "a row that others refer to"])
def test_an_upgrade_that_fails_leaves_postgresql_as_it_was(where, tmp_path, then):
    with opened(where) as database, database.write() as work:
        work.intakes.save(Intake("i1", ADA, {}, 1001), NOW)
    before = rows(where, INDEXES), rows(where, "SELECT * FROM cases"), rows(where, CHECKS)
    with pytest.raises(DatabaseError, match=r"It is as it was\. Start the desk version") as caught:
        open_database(where, NOW, failing(tmp_path, then))
    assert "Hana" not in str(caught.value)
    assert (rows(where, INDEXES), rows(where, "SELECT * FROM cases"), rows(where, CHECKS)) == before
    with opened(where) as database, database.read() as work:
        assert work.cases.get(1001).owner == ADA


def test_a_newer_postgresql_database_is_refused(where, newer):
    open_database(where, NOW, newer).close()
    with pytest.raises(DatabaseError, match="was last used by a newer desk"):
        opened(where)


def parts(sql):
    """A CREATE statement's lines in no order: constraints may stand in any."""
    return sorted(line.strip(" \t,").replace('"', "") for line in (sql or "").splitlines())


def test_a_new_database_needs_no_copy(used):
    assert [file.name for file in used.parent.iterdir()] == ["desk.db"]


def test_a_database_of_this_revision_is_left_alone(used):
    before = rows(used, "SELECT sql FROM sqlite_master")
    opened(used).close()
    assert [file.name for file in used.parent.iterdir()] == ["desk.db"]
    assert rows(used, "SELECT sql FROM sqlite_master") == before


def test_an_older_database_is_upgraded_and_a_copy_stands_beside_it(used, newer):
    with open_database(address(used), NOW, newer) as database, database.read() as work:
        assert work.cases.get(1001).owner == ADA
    assert rows(used, "SELECT version_num, colour FROM alembic_version, cases") == [("9999", "green")]
    assert sorted(file.name for file in used.parent.iterdir()) == ["desk.db", BACKUP]
    copy = used.with_name(BACKUP)
    assert rows(copy, "SELECT version_num FROM alembic_version") == [("0005",)]
    assert rows(copy, "SELECT owner FROM cases") == [(ADA,)]


def test_the_copy_can_be_used_by_the_older_desk(used, newer):
    open_database(address(used), NOW, newer).close()
    with opened(used.with_name(BACKUP)) as database, database.read() as work:
        assert work.cases.get(1001).owner == ADA


def test_a_database_stays_protected_after_a_table_was_made_anew(used, newer):
    with open_database(address(used), NOW, newer) as database, database._writer.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize(
    ("then", "why"), [(FAILS, "no such table: nowhere"), (STRANDS, "rows of intakes would refer to nothing")]
)
def test_an_upgrade_that_fails_leaves_the_database_as_it_was_and_names_the_copy(used, tmp_path, then, why):
    before = dump(used)
    for copy in (BACKUP, BACKUP.replace("Z.bak", "Z-2.bak")):
        with pytest.raises(DatabaseError, match=why) as caught:
            open_database(address(used), NOW, failing(tmp_path, then))
        assert str(used.with_name(copy)) in str(caught.value)
        assert "It is as it was." in str(caught.value)
    assert dump(used) == before
    with opened(used) as database, database.read() as work:
        assert work.cases.get(1001).owner == ADA


def dump(path):
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def failing(tmp_path, then):
    folder = tmp_path / "failing"
    return folder if folder.exists() else with_next(folder, then)


def test_a_newer_database_is_refused_and_not_a_byte_changes(used, newer):
    open_database(address(used), NOW, newer).close()
    before = contents(used.parent)
    with pytest.raises(DatabaseError) as caught:
        opened(used)
    assert str(caught.value) == (
        f"The database {used} was last used by a newer desk: its revision 9999 is unknown to this one. "
        "Update the desk, or give DATABASE_URL the copy that was made before that upgrade."
    )
    assert contents(used.parent) == before


def test_a_newer_database_whose_desk_was_killed_is_refused_and_stays_whole(used, newer):
    kill(other_desk(used, "with_case(database)", newer))
    with pytest.raises(DatabaseError, match="newer desk"):
        opened(used)
    with open_database(address(used), NOW, newer) as database, database.read() as work:
        assert [case.number for case in work.cases.open_of(ADA)] == [1002, 1001]


@pytest.mark.parametrize("command", [["upgrade", "head"], ["check"]])
def test_alembic_works_for_who_writes_a_migration(used, command):
    alembic(["-c", str(ROOT / "storage" / "alembic.ini"), "-x", f"url={address(used)}", *command])
