"""What was given up stays until somebody decides; the first decision counts."""

from __future__ import annotations

import pytest

from bot.stored import Delivery
from storage import Database
from tests.storage.samples import ADA, LEASE, MINUTE, NOW, a_letter


@pytest.fixture
def dead(database: Database, number: int) -> Database:
    """Two letters that Slack would not take, the second an edit of one that went out."""
    with database.write() as work:
        work.outbox.put([a_letter("sent"), a_letter("gone")], NOW)
        sent, gone = claimed(work)
        work.outbox.settle(sent, None, NOW)
        work.outbox.bury(gone, "posting to U0ADA00001: Slack refused with user_not_found", NOW + MINUTE)
        work.outbox.put([a_letter("edit", edits="sent")], NOW)
        (edit,) = claimed(work)
        work.outbox.bury(edit, "rewriting: Slack refused with message_not_found", NOW + MINUTE)
    return database


def claimed(work) -> list[Delivery]:
    return list(work.outbox.claim("h", NOW, LEASE, 9))


def test_each_says_what_it_was_to_whom_and_what_slack_said(dead: Database) -> None:
    with dead.read() as work:
        edit, gone = work.undelivered.lines(0, 9)
        assert work.undelivered.count() == 2
        assert [each.kind for each in work.undelivered.lines(1, 9)] == ["card"]
    assert (gone.kind, gone.to, gone.is_edit, gone.promised_at) == ("card", ADA, False, NOW)
    assert (gone.gave_up_at, gone.said) == (
        NOW + MINUTE,
        "posting to U0ADA00001: Slack refused with user_not_found",
    )
    assert (edit.to, edit.is_edit) == (ADA, True)


def test_one_that_is_sent_again_is_searched_for_before_it_is_posted(dead: Database) -> None:
    with dead.write() as work:
        gone = work.undelivered.lines(0, 9)[1]
        assert work.undelivered.send_again(gone.id) == gone
        (delivery,) = claimed(work)
        assert (delivery.letter.key, delivery.attempt) == ("gone", 2)
        assert work.undelivered.count() == 1


def test_one_that_is_dropped_stays_on_record(dead: Database, number: int) -> None:
    with dead.write() as work:
        gone = work.undelivered.lines(0, 9)[1]
        assert work.undelivered.drop(gone.id, ADA, NOW) == gone
        assert claimed(work) == []
        assert not work.outbox.originals(number, "card")[1:]


@pytest.mark.parametrize("first", ["send_again", "drop"])
@pytest.mark.parametrize("second", ["send_again", "drop"])
def test_the_second_decision_changes_nothing(dead: Database, first: str, second: str) -> None:
    with dead.write() as work:
        gone = work.undelivered.lines(0, 9)[1]
        for decision in (first, second):
            if decision == "drop":
                answer = work.undelivered.drop(gone.id, ADA, NOW)
            else:
                answer = work.undelivered.send_again(gone.id)
        assert answer is None
        assert bool(claimed(work)) == (first == "send_again")


def test_a_letter_that_nobody_knows_is_none(dead: Database) -> None:
    with dead.write() as work:
        assert work.undelivered.send_again(999) is None
