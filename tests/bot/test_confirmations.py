from __future__ import annotations

from datetime import timedelta

import pytest

from blocks.confirmations import request
from blocks.reminders import unconfirmed
from bot import cases, confirmations, follow_ups
from bot.errors import NotAllowed
from tests.bot.casework import ADA, CLEO, CORA, Casework
from tests.bot.desk import NOW, at

NOT_FOUND = {"found_on_platform": False, "program": "unknown"}


def answer(work: Casework, number: int, event: str, by: str, minutes: int = 1) -> None:
    now = NOW + timedelta(minutes=minutes)
    with work.desk.memory.write() as transaction:
        confirmations.answer(transaction, work.desk, number, event, by, now)


def test_the_first_answer_wins_and_is_named_to_the_second(work: Casework) -> None:
    case = work.open(**NOT_FOUND)
    answer(work, case.number, "concert_confirmed", CORA)
    with pytest.raises(NotAllowed, match=r"Already answered by Cora \(confirmer\)"):
        answer(work, case.number, "not_concert", CLEO, minutes=2)
    assert work.timeline(case)[-1].event == "concert_confirmed"


def test_cannot_tell_leaves_the_question_open_for_others(work: Casework) -> None:
    case = work.open(**NOT_FOUND)
    answer(work, case.number, "cannot_tell", CORA)
    answer(work, case.number, "concert_confirmed", CLEO, minutes=2)


def test_nobody_but_the_roster_can_answer(work: Casework) -> None:
    case = work.open(**NOT_FOUND)
    with pytest.raises(NotAllowed, match="Only the people on the Concert roster"):
        answer(work, case.number, "concert_confirmed", ADA)


def test_an_answer_rewrites_every_post_that_asks(work: Casework) -> None:
    case = work.open(**NOT_FOUND)
    answer(work, case.number, "concert_confirmed", CORA)
    with work.desk.memory.read() as transaction:
        posts = [letter.key for letter in transaction.outbox.originals(case.number, "confirmation")]
    for delivery in work.waiting():
        with work.desk.memory.write() as transaction:
            transaction.outbox.settle(delivery, None, NOW)
    edited = {delivery.letter.edits for delivery in work.waiting() if delivery.letter.kind == "confirmation"}
    assert edited == set(posts)


def test_a_check_that_is_no_longer_needed_has_its_posts_rewritten_without_buttons(work: Casework) -> None:
    case = work.open(**NOT_FOUND)
    people = confirmations.tagging(work.desk, NOW).people
    with work.desk.memory.write() as transaction:
        confirmations.posted(transaction, work.desk, case.number, "first", people, NOW)
    for delivery in work.waiting():
        with work.desk.memory.write() as transaction:
            transaction.outbox.settle(delivery, None, NOW)
    learned = {"found_on_platform": True, "program": "everbright"}
    stored = work.report(case, "facts_learned", NOW + timedelta(minutes=1), **learned).stored
    assert (stored.case.state, stored.case.confirmation.answer) == ("open", None)
    edited = [delivery.letter.edits for delivery in work.waiting() if delivery.letter.kind == "confirmation"]
    assert edited == [f"{case.name}/confirmation/first"]
    with work.desk.memory.read() as transaction:
        view = cases.view(transaction, work.desk, case.number, NOW)
    for drawn in (
        request(view, confirmations.tagging(work.desk, NOW), "first", work.desk),
        unconfirmed(view),
    ):
        assert drawn.text == f"{case.name} no longer needs a Concert confirmation."
        assert [block["type"] for block in drawn.blocks] == ["section"]
    assert request(view, confirmations.tagging(work.desk, NOW), "repeat", work.desk) is None


@pytest.mark.parametrize(
    ("moment", "people", "starts"),
    [
        ("2026-11-18 09:00", 5, None),
        ("2026-11-18 18:00", 2, None),
        ("2026-11-18 21:00", 0, "2026-11-19 09:00"),
        ("2026-11-21 03:00", 2, None),
        ("2026-11-20 21:00", 0, "2026-11-21 00:00"),
    ],
    ids=["day", "evening", "night", "weekend night", "Friday night"],
)
def test_whom_a_post_tags(work: Casework, moment: str, people: int, starts: str | None) -> None:
    tagging = confirmations.tagging(work.desk, at(moment))
    assert len(tagging.people) == people
    assert tagging.cover_starts == (at(starts) if starts else None)


def test_a_post_that_a_ring_gives_is_due_when_the_ring_was(work: Casework) -> None:
    """However late it rings: a copy that was put back looks for what was due before that."""
    case = work.open(**NOT_FOUND)
    people = confirmations.tagging(work.desk, NOW).people
    with work.desk.memory.write() as transaction:
        confirmations.posted(transaction, work.desk, case.number, "first", people, NOW)
    with work.desk.memory.read() as transaction:
        running = transaction.cases.get(case.number).case.running
    (due,) = [timer.due for timer in running if timer.kind == "repeat_confirmation"]
    follow_ups.ring(work.desk, due + timedelta(minutes=5))
    with work.desk.memory.read() as transaction:
        posts = transaction.outbox.originals(case.number, "confirmation")
    assert [letter.due for letter in posts] == [NOW, due]
