"""What was typed is kept, and a repeat is known as one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot.stored import Intake, Sheet
from tests.storage.samples import ADA, MINUTE, NOW, all_at_once, instant, rows, undone

TYPED = st.dictionaries(
    st.text(max_size=10),
    st.text(st.characters(codec=None), max_size=30) | st.lists(st.text(max_size=5)).map(tuple),
    max_size=4,
)


@given(values=TYPED)
def test_whatever_was_typed_comes_back_unchanged(shared, values):
    intake = Intake("i1", ADA, values)
    with shared.write() as work:
        work.intakes.save(intake, NOW)
        assert work.intakes.get("i1") == intake
    with shared.read() as work:
        assert work.intakes.get("i1") == intake


def test_an_intake_that_was_never_begun_is_none(database):
    with database.read() as work:
        assert work.intakes.get("i1") is None


def test_a_page_saved_again_replaces_what_was_there(database, number, url):
    first = Intake("i1", ADA, {"homeowner.name": "Hana"})
    last = replace(
        first, values={"homeowner.name": "", "milestones.not_yet": ("m1", "m2")}, case_number=number
    )
    for minutes, intake in enumerate((first, first, last)):
        with database.write() as work:
            work.intakes.save(intake, NOW + minutes * MINUTE)
    with database.read() as work:
        assert work.intakes.get("i1") == last
    [(started, updated)] = rows(url, "SELECT started_at, updated_at FROM intakes")
    assert (instant(started), instant(updated)) == (NOW, NOW + 2 * MINUTE)


def test_where_an_intake_was_left_and_whose_it_was_comes_back_unchanged(database, number):
    intake = Intake(
        "i1",
        ADA,
        {"description": "Loud"},
        None,
        Sheet("what", "V1", 3, True, NOW, -0.25),
        (number,),
        given_by="U0BEN00002",
        note="Please call back.",
    )
    with database.write() as work:
        work.intakes.save(intake, NOW)
    with database.read() as work:
        stored = work.intakes.get("i1")
    assert stored == intake
    assert (stored.started_at, stored.updated_at) == (NOW, NOW)


def test_what_is_unfinished_is_an_agents_own_and_the_newest_comes_first(database, number):
    begun = [Intake("old", ADA), Intake("new", ADA), Intake("bens", "U0BEN00002")]
    over = [Intake("finished", ADA, case_number=number), Intake("discarded", ADA, discarded=True)]
    with database.write() as work:
        for minutes, intake in enumerate((*begun, *over)):
            work.intakes.save(intake, NOW + minutes * MINUTE)
    with database.read() as work:
        assert [intake.id for intake in work.intakes.unfinished_of(ADA)] == ["new", "old"]


def test_an_intake_leads_to_a_case_that_is_there(database):
    with pytest.raises(IntegrityError), database.write() as work:
        work.intakes.save(Intake("i1", ADA, {}, 4711), NOW)


def test_a_key_is_new_once(database):
    with database.write() as work:
        assert [work.seen.first_time(key, NOW) for key in ("a", "a", "b")] == [True, False, True]
    with database.write() as work:
        assert work.seen.first_time("a", NOW + MINUTE) is False


def test_a_key_of_a_transaction_that_failed_is_new_again(database):
    with undone(database) as work:
        assert work.seen.first_time("a", NOW) is True
    with database.write() as work:
        assert work.seen.first_time("a", NOW) is True


def test_a_key_is_new_to_one_of_four_threads(database):
    answers = []

    def ask():
        with database.write() as work:
            answers.append(work.seen.first_time("a", NOW))

    all_at_once([ask] * 4)
    assert sorted(answers) == [False, False, False, True]
