"""Whose Home is drawn anew, by whose change; and that nothing older ends on top."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.overview import Home
from bot.stored import StoredCase
from storage import Database
from storage.homes import audiences
from tests.storage.samples import ADA, BEN, LEASE, MINUTE, NOW, a_case, undone, with_case

LEA, CORA, BO = "U0LEA00004", "U0CORA0006", "U0BO000003"
SEES = {ADA: (), BEN: (), LEA: ("leads", "admins"), CORA: ("confirmers",), BO: ("team:back_office",)}
LONG_AGO = NOW - timedelta(days=30)


@pytest.fixture
def looked_at(database: Database) -> Database:
    """Everybody has opened their Home, and it was drawn."""
    with database.write() as work:
        for user, sees in SEES.items():
            work.homes.open(user, sees, NOW)
    return database


def stale(database: Database) -> set[str]:
    """Whose Home is wanted anew; each is drawn then."""
    users = set()
    with database.write() as work:
        while (home := work.homes.claim(NOW, LEASE, LONG_AGO)) is not None:
            users.add(home.user)
            work.homes.drawn(home, "face")
    return users


@pytest.mark.parametrize(
    ("owner", "team", "state", "sees"),
    [
        (BEN, "front_line", "open", {BEN, LEA}),
        (BEN, "back_office", "open", {BEN, LEA}),
        ("", "back_office", "open", {BO, LEA}),
        ("", "front_line", "open", {LEA}),
        (BEN, "front_line", "awaiting_confirmation", {BEN, LEA, CORA}),
    ],
    ids=["owned", "a clerk's", "in a queue", "in another queue", "to be confirmed"],
)
def test_a_change_is_seen_by_whom_the_case_concerns_before_and_after(
    looked_at: Database, owner: str, team: str, state: str, sees: set[str]
) -> None:
    number = with_case(looked_at)
    assert stale(looked_at) == {ADA, LEA}
    with looked_at.write() as work:
        case = work.cases.get(number)
        work.cases.save(replace(case, owner=owner, team=team, case=a_case(state=state)), NOW)
    assert stale(looked_at) == {ADA} | sees
    assert stale(looked_at) == set()


def test_nobody_is_an_audience_without_a_name() -> None:
    assert audiences(StoredCase(1, a_case(), "", ADA)) == {"", ADA, "leads", "team:front_line"}


def test_a_change_that_is_undone_is_no_news(looked_at: Database) -> None:
    with undone(looked_at) as work:
        work.cases.add(a_case(), ADA, ADA, NOW)
    with looked_at.read() as work:
        assert not work.homes.waiting(NOW, LONG_AGO)


def test_everybody_is_told_at_once(looked_at: Database) -> None:
    with looked_at.write() as work:
        work.homes.tell(["everybody"])
    assert stale(looked_at) == set(SEES)


def test_who_has_not_looked_for_long_is_left_alone(looked_at: Database) -> None:
    with looked_at.write() as work:
        work.homes.tell([ADA])
        assert work.homes.claim(NOW, LEASE, NOW) is None


def test_a_home_that_is_being_drawn_is_given_to_nobody_else_until_its_lease_ends(looked_at: Database) -> None:
    with looked_at.write() as work:
        work.homes.tell([ADA])
        assert work.homes.claim(NOW, LEASE, LONG_AGO)
        assert work.homes.claim(LEASE - MINUTE / 60, LEASE, LONG_AGO) is None
        assert work.homes.claim(LEASE, LEASE + MINUTE, LONG_AGO)


def test_what_changed_while_it_was_drawn_is_drawn_again(looked_at: Database) -> None:
    with looked_at.write() as work:
        work.homes.tell([ADA])
        home = work.homes.claim(NOW, LEASE, LONG_AGO)
        assert home
        work.homes.tell([ADA])
        work.homes.claim(NOW, LEASE, LONG_AGO)
        work.homes.drawn(home, "older")
    assert stale(looked_at) == {ADA}


def test_of_two_that_were_published_at_once_neither_may_stay(looked_at: Database) -> None:
    with looked_at.write() as work:
        first, second = work.homes.of(ADA), work.homes.of(ADA)
        work.homes.drawn(first, "newer")
        assert not work.homes.waiting(NOW, LONG_AGO)
        work.homes.drawn(second, "older")
        assert work.homes.of(ADA).face == ""
    assert stale(looked_at) == {ADA}


def test_one_that_could_not_be_published_waits(looked_at: Database) -> None:
    with looked_at.write() as work:
        work.homes.tell([ADA])
        home = work.homes.claim(NOW, LEASE, LONG_AGO)
        assert home
        work.homes.put_off(home, NOW + MINUTE)
    assert stale(looked_at) == set()
    with looked_at.write() as work:
        again = work.homes.claim(NOW + MINUTE, LEASE + MINUTE, LONG_AGO)
        assert again
        assert again.tries == 2


def test_one_that_is_forgotten_comes_back_when_it_is_opened(looked_at: Database) -> None:
    with looked_at.write() as work:
        work.homes.choose(ADA, {"program": "beam"}, NOW)
        work.homes.tell([ADA])
        work.homes.forget(ADA)
        assert work.homes.claim(NOW, LEASE, LONG_AGO) is None
        assert work.homes.open(ADA, (), NOW).choices == {"program": "beam"}


def test_choices_are_kept_one_by_one_and_an_empty_one_goes(database: Database) -> None:
    with database.write() as work:
        work.homes.choose(ADA, {"program": "beam", "page.due": "2"}, NOW)
        work.homes.choose(ADA, {"program": "", "state": "open"}, NOW)
        assert work.homes.of(ADA).choices == {"state": "open", "page.due": "2"}
        assert work.homes.of(BEN) == Home(BEN)


def test_who_does_not_want_the_summary_is_known(database: Database) -> None:
    with database.write() as work:
        work.homes.want_summary(ADA, False, NOW)
        work.homes.want_summary(BEN, False, NOW)
        work.homes.want_summary(BEN, True, NOW)
        assert work.homes.unwilling() == {ADA}
