"""Cases: numbers, versions, and whatever anybody typed comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from bot.errors import MovedOn, UnknownCase
from bot.sop import Confirmation, Milestones
from bot.sop.case import Done, Visit
from bot.stored import Entry
from tests.storage.samples import (
    ADA,
    BEN,
    MINUTE,
    NOW,
    a_case,
    a_timer,
    all_at_once,
    instant,
    rows,
    undone,
    with_case,
)

TEXTS = [
    pytest.param("", id="empty"),
    pytest.param("x" * 3000, id="3,000 characters"),
    pytest.param("☀️👩🏽‍🔧 𝔖olar", id="emoji and beyond the basic plane"),
    pytest.param("اللوحة لا تعمل \u202eמימין לשמאל", id="right to left"),
    pytest.param("<!channel> '); DROP TABLE cases;-- \\ \"", id="markup and SQL"),
    pytest.param("a\0b\ud800c\ufeff", id="NUL and a lone surrogate"),
    pytest.param("\ufeff two\r\nlines\t", id="white space"),
]


def test_a_case_comes_back_with_all_that_it_holds(database):
    case = replace(
        a_case(),
        facts=replace(
            a_case().facts, milestones=Milestones(m1=NOW.date(), m2="not_yet"), agrees_to_wait=True
        ),
        timers=(a_timer(), a_timer("t2", rung_at=NOW)),
        confirmation=Confirmation(NOW, None, "concert", BEN, NOW + MINUTE, (ADA,)),
        visits=(Visit("F1", "wait", 0, NOW),),
        done=(Done("F1.ask", NOW, ADA),),
        attempts=2,
        timers_made=7,
    )
    with database.write() as work:
        added = work.cases.add(case, ADA, BEN, NOW)
    with database.read() as work:
        got = work.cases.get(added.number)
    assert got == added
    assert (got.case, got.owner, got.opened_by, got.references, got.version) == (case, ADA, BEN, {}, 1)


@pytest.mark.parametrize("text", TEXTS)
def test_every_typed_text_comes_back_unchanged(database, text):
    with database.write() as work:
        number = work.cases.add(a_case(name=text, description=text), ADA, ADA, NOW).number
    with database.read() as work:
        facts = work.cases.get(number).case.facts
    assert (facts.homeowner.name, facts.description) == (text, text)


@given(text=st.text(st.characters(codec=None), max_size=60))
def test_any_text_comes_back_unchanged(shared, text):
    with shared.write() as work:
        number = work.cases.add(a_case(name=text, description=text), ADA, ADA, NOW).number
    with shared.read() as work:
        facts = work.cases.get(number).case.facts
    assert (facts.homeowner.name, facts.description) == (text, text)


def test_numbers_count_from_1001_without_gaps(database):
    assert with_case(database) == 1001
    with undone(database) as work:
        assert work.cases.add(a_case(), ADA, ADA, NOW).number == 1002
    assert with_case(database) == 1002


def test_cases_added_at_once_get_different_numbers(database):
    numbers = []

    def add():
        with database.write() as work:
            numbers.append(work.cases.add(a_case(), ADA, ADA, NOW).number)

    all_at_once([add] * 8)
    assert sorted(numbers) == list(range(1001, 1009))


def test_a_saved_case_is_the_next_version(database, number):
    with database.write() as work:
        before = work.cases.get(number)
        saved = work.cases.save(replace(before, owner=BEN, references={"ho_ticket": "EBH-12"}), NOW + MINUTE)
    with database.read() as work:
        got = work.cases.get(number)
    assert got == saved
    assert (got.version, got.owner, got.references) == (2, BEN, {"ho_ticket": "EBH-12"})


def test_a_case_can_be_saved_twice_in_one_transaction(database, number):
    with database.write() as work:
        first = work.cases.save(work.cases.get(number), NOW)
        second = work.cases.save(first, NOW)
        assert (second.version, work.cases.get(number)) == (3, second)


def test_the_second_to_save_the_same_version_is_told_that_the_case_moved_on(database, number):
    with database.read() as work:
        shown = work.cases.get(number)
    with database.write() as work:
        work.cases.save(replace(shown, owner=BEN), NOW)
    with pytest.raises(MovedOn, match="HC-1001 has changed"), database.write() as work:
        work.cases.save(replace(shown, owner=ADA), NOW)
    with database.read() as work:
        assert (work.cases.get(number).owner, work.cases.get(number).version) == (BEN, 2)


def test_of_several_savers_at_once_one_wins(database, number):
    with database.read() as work:
        shown = work.cases.get(number)
    outcomes = []

    def save():
        try:
            with database.write() as work:
                work.cases.save(shown, NOW)
            outcomes.append("saved")
        except MovedOn:
            outcomes.append("moved on")

    all_at_once([save] * 4)
    assert sorted(outcomes) == ["moved on"] * 3 + ["saved"]


def test_a_case_that_is_not_there_is_named(database, number):
    with database.write() as work:
        stray = replace(work.cases.get(number), number=4711)
        with pytest.raises(UnknownCase, match="no case HC-4711"):
            work.cases.get(4711)
        with pytest.raises(UnknownCase, match="no case HC-4711"):
            work.cases.save(stray, NOW)


def test_the_open_cases_of_an_owner_come_newest_first(database):
    with database.write() as work:
        for state, owner in (("open", ADA), ("closed", ADA), ("waiting", ADA), ("open", BEN)):
            work.cases.add(a_case(state=state), owner, BEN, NOW)
    with database.read() as work:
        assert [case.number for case in work.cases.open_of(ADA)] == [1003, 1001]
        assert work.cases.open_of("U0NOBODY") == ()


def test_what_is_searched_for_stands_in_columns(database, number, url):
    found = rows(url, "SELECT owner, opened_by, state, path, category, program, playbook FROM cases")
    assert found == [(ADA, ADA, "open", "F1", "installer_unresponsive", "everbright", "3f1c")]
    found = rows(url, "SELECT homeowner_name, homeowner_address, installer_name FROM cases")
    assert found == [("Hana (homeowner)", "1 Sample Street, Example", "Example Solar")]


def test_what_no_database_holds_is_replaced_in_the_columns_only(database, url):
    with database.write() as work:
        work.cases.add(a_case(name="a\0b\ud800c"), ADA, ADA, NOW)
    assert rows(url, "SELECT homeowner_name FROM cases") == [("a�b�c",)]


def test_a_case_is_closed_at_the_time_of_its_closing(database, number, url):
    closings = []
    for minutes, state in enumerate(("open", "closed", "closed", "open", "closed")):
        with database.write() as work:
            stored = work.cases.get(number)
            work.cases.save(replace(stored, case=replace(stored.case, state=state)), NOW + minutes * MINUTE)
        closings += [row[0] and instant(row[0]).minute for row in rows(url, "SELECT closed_at FROM cases")]
    assert closings == [None, 5, 5, None, 8]


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(NOW.astimezone(timezone(timedelta(hours=-5))), id="an offset"),
        pytest.param(datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=UTC), id="the hour that comes twice"),
    ],
)
def test_instants_are_stored_in_utc(database, url, moment):
    with database.write() as work:
        work.cases.add(a_case(), ADA, ADA, moment)
    [(stored,)] = rows(url, "SELECT updated_at FROM cases")
    assert instant(stored) == moment


def test_an_instant_without_a_zone_is_refused(database):
    with pytest.raises(StatementError, match="has no time zone"), database.write() as work:
        work.cases.add(a_case(), ADA, ADA, NOW.replace(tzinfo=None))


class TestFinding:
    def test_open_ones_come_first_and_the_newest_of_them(self, database):
        with database.write() as work:
            for state in ("open", "closed", "waiting", "closed"):
                work.cases.add(a_case(state=state), ADA, ADA, NOW)
            assert [each.number for each in work.cases.find("hana", 10)] == [1003, 1001, 1004, 1002]
            assert [each.number for each in work.cases.find("hana", 3)] == [1003, 1001, 1004]

    @pytest.mark.parametrize(
        "typed",
        [
            *("HC-1001", "hc 1001", "1001", "hana", "sample str", "555-0100", "5550100", "example solar"),
            *("EBH-12", "ebh12", "inverter hum", "cellar key", "hana inverter cellar"),
        ],
    )
    def test_a_case_is_found_by(self, database, typed):
        with database.write() as work:
            stored = work.cases.add(a_case(description="The inverter hums."), ADA, ADA, NOW)
            work.cases.save(replace(stored, references={"ho_ticket": "EBH-12"}), NOW)
            work.timeline.add(1001, [Entry(NOW, ADA, "note", "The cellar’s key is with Bo.")])
            assert [each.number for each in work.cases.find(typed, 10)] == [1001]

    def test_its_own_number_stands_before_every_other_match(self, database):
        with database.write() as work:
            work.cases.add(a_case(), ADA, ADA, NOW)
            work.cases.add(a_case(description="See 1001."), ADA, ADA, NOW)
            assert [each.number for each in work.cases.find("1001", 10)] == [1001, 1002]

    @pytest.mark.parametrize("typed", ["", " ", "🙂", "nobody", "opened", "§open", "open", "HC-9999"])
    def test_what_nobody_said_finds_nothing(self, database, number, typed):
        with database.read() as work:
            assert work.cases.find(typed, 10) == ()

    def test_it_follows_the_case(self, database):
        with database.write() as work:
            stored = work.cases.add(a_case("Xenia (homeowner)"), ADA, ADA, NOW)
            work.timeline.add(1001, [Entry(NOW, ADA, "note", "cellar")])
            work.cases.save(replace(stored, case=a_case("Petra (homeowner)", state="closed")), NOW)
            found = {typed: len(work.cases.find(typed, 10)) for typed in ("petra", "xenia", "cellar")}
        assert found == {"petra": 1, "xenia": 0, "cellar": 1}

    def test_what_is_undone_is_not_found(self, database):
        with undone(database) as work:
            work.cases.add(a_case(), ADA, ADA, NOW)
        with database.read() as work:
            assert work.cases.find("hana", 10) == ()
