"""The outbox: what was promised is claimed by one holder at a time, and edits wait for what they rewrite."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.pace import UNHURRIED
from bot.stored import Posted
from storage.outbox import MOST_TOGETHER
from tests.storage.samples import LEASE, MINUTE, NOW, a_letter, all_at_once, opened, reads, rows, with_case

THERE = Posted("C0CASES", "1763478245.678901")


@pytest.fixture
def outbox(database, number):
    return Outbox(database)


class Outbox:
    """The outbox with one transaction a call."""

    def __init__(self, database):
        self.database = database

    def __getattr__(self, name):
        def call(*args):
            with self.database.write() as work:
                return getattr(work.outbox, name)(*args)

        return call

    def claim(self, holder="h1", now=NOW, lease_until=LEASE, most=10):
        with self.database.write() as work:
            return work.outbox.claim(holder, now, lease_until, most)

    def keys(self, **given):
        return [delivery.letter.key for delivery in self.claim(**given)]


def states(url):
    return dict(rows(url, "SELECT key, state FROM outbox"))


def test_a_letter_comes_back_as_it_was_put(outbox):
    outbox.put([a_letter("a")], NOW)
    (delivery,) = outbox.claim()
    assert delivery.letter == a_letter("a")
    assert (delivery.attempt, delivery.promised_at, delivery.holder) == (1, NOW, "h1")


def test_a_claim_reads_what_waits_and_not_what_was_ever_sent(database, sqlite):
    with database.write() as work:
        plans = reads(work, lambda: work.outbox.claim("h1", NOW, LEASE, 1))
    read = [plan for plan in plans if plan.startswith(("SCAN outbox", "SEARCH outbox "))]
    assert read
    assert all("ix_outbox_waiting" in plan for plan in read), plans


def test_the_same_key_is_one_letter_for_ever(outbox):
    first, second = a_letter("a"), replace(a_letter("a"), to="U0OTHER")
    outbox.put([first, second], NOW)
    outbox.put([second], NOW)
    (delivery,) = outbox.claim()
    assert delivery.letter == first
    outbox.settle(delivery, THERE, NOW)
    outbox.put([second], NOW)
    assert outbox.claim() == ()


def test_the_oldest_are_claimed_first_and_no_more_than_asked_for(outbox):
    outbox.put([a_letter(key) for key in "zbc"], NOW)
    assert [outbox.keys(most=2), outbox.keys(most=2), outbox.keys()] == [["z", "b"], ["c"], []]


def test_a_lease_that_ran_out_is_given_to_the_next_holder_who_sees_that_it_was_tried(outbox):
    outbox.put([a_letter("a")], NOW)
    outbox.claim("h1")
    assert outbox.claim("h2", now=LEASE - MINUTE / 2) == ()
    (delivery,) = outbox.claim("h2", now=LEASE, lease_until=LEASE + MINUTE)
    assert (delivery.attempt, delivery.holder) == (2, "h2")


def test_a_holder_whose_lease_went_to_another_changes_nothing(outbox, url):
    outbox.put([a_letter("a")], NOW)
    (late,) = outbox.claim("h1")
    (taken,) = outbox.claim("h2", now=LEASE, lease_until=LEASE + MINUTE)
    assert outbox.settle(late, THERE, LEASE) is False
    outbox.bury(late, "late", LEASE)
    outbox.put_off(late, NOW, "late")
    assert states(url) == {"a": "waiting"}
    assert outbox.settle(taken, THERE, LEASE) is True
    assert (states(url), outbox.posted("a")) == ({"a": "sent"}, THERE)


def test_a_lease_that_ran_out_unnoticed_may_still_be_settled(outbox):
    outbox.put([a_letter("a")], NOW)
    (delivery,) = outbox.claim()
    assert outbox.settle(delivery, THERE, LEASE + MINUTE) is True
    assert outbox.settle(delivery, THERE, LEASE + MINUTE) is False


def test_a_letter_put_off_waits_until_then(outbox, url):
    outbox.put([a_letter("a")], NOW)
    (delivery,) = outbox.claim()
    outbox.put_off(delivery, NOW + 5 * MINUTE, "ratelimited")
    assert outbox.next_try() == NOW + 5 * MINUTE
    assert outbox.claim("h2", now=NOW + 4 * MINUTE) == ()
    assert rows(url, "SELECT error FROM outbox") == [("ratelimited",)]
    assert [each.attempt for each in outbox.claim("h2", now=NOW + 5 * MINUTE)] == [2]


def test_a_letter_given_up_stays_with_what_was_wrong(outbox, url):
    outbox.put([a_letter("a")], NOW)
    (delivery,) = outbox.claim()
    outbox.bury(delivery, "channel_not_found", NOW)
    assert outbox.claim(now=LEASE + MINUTE) == ()
    assert (outbox.posted("a"), outbox.next_try()) == (None, None)
    assert rows(url, "SELECT state, error, settled_at IS NOT NULL FROM outbox") == [
        ("dead", "channel_not_found", 1)
    ]


def test_a_letter_that_was_no_longer_owed_is_settled_without_a_post(outbox, url):
    outbox.put([a_letter("a")], NOW)
    (delivery,) = outbox.claim()
    assert outbox.settle(delivery, None, NOW) is True
    assert (states(url), outbox.posted("a")) == ({"a": "sent"}, None)


def test_leases_of_a_process_that_died_are_given_back_and_put_off_ones_still_wait(outbox):
    outbox.put([a_letter(key) for key in "ab"], NOW)
    put_off, _left = outbox.claim()
    outbox.put_off(put_off, NOW + 5 * MINUTE, "ratelimited")
    outbox.release_all()
    (delivery,) = outbox.claim("h2")
    assert (delivery.letter.key, delivery.attempt) == ("b", 2)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param([a_letter("a")], True, id="a letter"),
        pytest.param([a_letter("b", edits="gone")], True, id="an edit of nothing"),
    ],
)
def test_the_next_try_is_at_once_for_what_was_just_put(outbox, letters, expected):
    outbox.put(letters, NOW)
    assert (outbox.next_try() is not None and outbox.next_try() <= NOW) is expected


def test_an_edit_waits_for_the_post_that_it_rewrites(outbox):
    outbox.put([a_letter("a"), a_letter("a/v2", edits="a"), a_letter("b")], NOW)
    original, other = outbox.claim()
    assert [original.letter.key, other.letter.key] == ["a", "b"]
    assert (outbox.keys(), outbox.next_try()) == ([], LEASE)
    outbox.settle(original, THERE, NOW)
    assert outbox.keys() == ["a/v2"]


def test_an_edit_of_a_post_that_was_given_up_is_superseded(outbox, url):
    outbox.put([a_letter("a"), a_letter("a/v2", edits="a")], NOW)
    (original,) = outbox.claim()
    outbox.bury(original, "channel_not_found", NOW)
    assert outbox.keys() == []
    assert states(url) == {"a": "dead", "a/v2": "superseded"}


def test_of_several_edits_of_a_post_only_the_newest_is_sent(outbox, url):
    outbox.put([a_letter("a"), a_letter("b")], NOW)
    for delivery in outbox.claim():
        outbox.settle(delivery, THERE, NOW)
    outbox.put([a_letter(f"{key}/v{n}", edits=key) for n in (2, 3) for key in "ab"], NOW)
    assert outbox.keys() == ["a/v3", "b/v3"]
    assert states(url) == {
        "a": "sent",
        "b": "sent",
        "a/v2": "superseded",
        "b/v2": "superseded",
        "a/v3": "waiting",
        "b/v3": "waiting",
    }


def test_a_newer_edit_waits_for_one_that_is_being_sent(outbox):
    outbox.put([a_letter("a")], NOW)
    (original,) = outbox.claim()
    outbox.settle(original, THERE, NOW)
    outbox.put([a_letter("a/v2", edits="a")], NOW)
    (older,) = outbox.claim()
    outbox.put([a_letter("a/v3", edits="a")], NOW)
    assert (outbox.keys(), outbox.next_try()) == ([], LEASE)
    assert outbox.settle(older, THERE, NOW) is True
    assert outbox.keys() == ["a/v3"]


def test_a_newer_edit_overtakes_one_whose_sender_died(outbox, url):
    outbox.put([a_letter("a")], NOW)
    (original,) = outbox.claim()
    outbox.settle(original, THERE, NOW)
    outbox.put([a_letter("a/v2", edits="a")], NOW)
    (older,) = outbox.claim()
    outbox.put([a_letter("a/v3", edits="a")], NOW)
    assert outbox.keys(holder="h2", now=LEASE, lease_until=LEASE + MINUTE) == ["a/v3"]
    assert outbox.settle(older, THERE, LEASE) is False
    assert states(url)["a/v2"] == "superseded"


def test_a_newer_edit_overtakes_one_that_was_put_off(outbox, url):
    outbox.put([a_letter("a")], NOW)
    (original,) = outbox.claim()
    outbox.settle(original, THERE, NOW)
    outbox.put([a_letter("a/v2", edits="a")], NOW)
    (older,) = outbox.claim()
    outbox.put_off(older, NOW + 5 * MINUTE, "ratelimited")
    outbox.put([a_letter("a/v3", edits="a")], NOW)
    assert outbox.keys() == ["a/v3"]
    assert states(url)["a/v2"] == "superseded"


def test_the_originals_of_a_case_and_kind_are_those_sent_or_waiting(outbox, database):
    other = with_case(database)
    outbox.put([a_letter(key) for key in "dsw"], NOW)
    dead, sent, _waiting = outbox.claim()
    outbox.bury(dead, "channel_not_found", NOW)
    outbox.settle(sent, THERE, NOW)
    outbox.put([a_letter("s/v2", edits="s"), a_letter("r", kind="reminder")], NOW)
    outbox.put([a_letter("o", case_number=other)], NOW)
    assert outbox.originals(1001, "card") == (a_letter("s"), a_letter("w"))


def test_a_letter_is_found_by_where_it_stands_its_edits_are_not(outbox):
    outbox.put([a_letter("a")], NOW)
    (delivery,) = outbox.claim()
    outbox.settle(delivery, THERE, NOW)
    outbox.put([a_letter("a/2", edits="a")], NOW)
    (edit,) = outbox.claim()
    outbox.settle(edit, THERE, NOW)
    assert outbox.letter_at(THERE) == a_letter("a")
    assert outbox.letter_at(replace(THERE, ts="1.1")) is None


def test_each_letter_is_claimed_once_by_four_threads(outbox):
    outbox.put([a_letter(f"a{n}") for n in range(40)], NOW)
    claimed = []

    def claim_as(holder):
        def work_through():
            while deliveries := outbox.claim(holder, most=3):
                claimed.extend((delivery.letter.key, delivery.holder, holder) for delivery in deliveries)

        return work_through

    all_at_once([claim_as(f"h{n}") for n in range(4)])
    assert sorted(key for key, *_ in claimed) == sorted(f"a{n}" for n in range(40))
    assert all(got == asked for _, got, asked in claimed)


def test_the_same_key_put_by_four_threads_is_one_letter(outbox):
    all_at_once([lambda: outbox.put([a_letter("a")], NOW)] * 4)
    assert outbox.keys() == ["a"]


def test_what_waits_outlives_the_process(url):
    with opened(url) as database:
        with_case(database)
        Outbox(database).put([a_letter("a")], NOW)
    with opened(url) as database:
        assert Outbox(database).keys() == ["a"]


def test_a_message_speaks_for_so_many_reminders_as_can_be_drawn_within_a_lease(database, number):
    stale = [replace(a_letter(f"r{each}"), kind="reminder", due=NOW) for each in range(MOST_TOGETHER + 5)]
    with database.write() as work:
        work.outbox.put(stale, NOW)
        late = NOW + MINUTE
        (first,) = work.outbox.claim("h1", NOW, LEASE, 1, UNHURRIED, late)
        assert len(work.outbox.merged(first.letter.key)) == MOST_TOGETHER - 1
        work.outbox.settle(first, THERE, NOW)
        (second,) = work.outbox.claim("h2", NOW, LEASE, 1, UNHURRIED, late)
        assert len(work.outbox.merged(second.letter.key)) == 4


def test_no_other_speaks_for_a_reminder_that_somebody_is_just_editing(where):
    """Else the edit would be one of a letter that never gets a post, and the other's would stay as it was."""
    stale = [replace(a_letter(f"r{each}"), kind="reminder", due=NOW) for each in range(4)]
    edit = a_letter("r1/v2", edits="r1", kind="reminder")
    with opened(where) as here, opened(where) as there:
        Outbox(here).put(stale, NOW)
        with here.write() as editing:
            editing.outbox.put([edit], NOW)
            with there.write() as claiming:
                (first,) = claiming.outbox.claim("h1", NOW, LEASE, 1, UNHURRIED, NOW + MINUTE)
        assert [letter.key for letter in Outbox(here).merged(first.letter.key)] == ["r2", "r3"]
        assert Outbox(here).letter("r1/v2").edits == "r1"
