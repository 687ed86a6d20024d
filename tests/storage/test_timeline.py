"""The timeline: lines are appended, in order, and nothing changes one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot.stored import Entry
from tests.storage.samples import ADA, MINUTE, NOW, opened, rows, with_case

OPENED = Entry(NOW, ADA, "opened", "The case was opened.", ("R-001", "D-04"), {"attempt": 1, "to": ["am"]})
NOTE = Entry(NOW - MINUTE, ADA, "note", "She called again.")


def test_lines_come_back_in_the_order_in_which_they_were_added(database, number):
    other = with_case(database)
    with database.write() as work:
        work.timeline.add(number, [OPENED])
        work.timeline.add(other, [NOTE])
        work.timeline.add(number, [NOTE, NOTE])
        assert len(work.timeline.of(number)) == 3
    with database.read() as work:
        assert work.timeline.of(number) == (OPENED, NOTE, NOTE)
        assert work.timeline.of(other) == (NOTE,)
        assert work.timeline.of(4711) == ()


@given(
    text=st.text(max_size=60), data=st.dictionaries(st.text(max_size=5), st.text(st.characters(codec=None)))
)
def test_any_words_come_back_unchanged(shared, text, data):
    entry = Entry(NOW, ADA, "note", text, data=data)
    with shared.write() as work:
        work.timeline.add(1001, [entry])
    with shared.read() as work:
        assert work.timeline.of(1001)[-1] == (Entry(NOW, ADA, "note", text.replace("\0", "�"), data=data))


def test_a_line_about_no_case_is_refused(database):
    with pytest.raises(IntegrityError), database.write() as work:
        work.timeline.add(4711, [NOTE])


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE timeline SET text = 'nothing happened'", id="change"),
        pytest.param("DELETE FROM timeline", id="removal"),
        pytest.param("REPLACE INTO timeline SELECT * FROM timeline", id="replacement"),
    ],
)
def test_the_database_itself_refuses_every(path, statement):
    with opened(path) as database:
        number = with_case(database)
        with database.write() as work:
            work.timeline.add(number, [OPENED])
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)
    assert rows(path, "SELECT text FROM timeline") == [("The case was opened.",)]
