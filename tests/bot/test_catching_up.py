"""A missed hour: what could not be asked in time comes in one message a person, the longest waiting first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from blocks.catching_up import MOST_LINES
from blocks.letters import draw
from bot import cases, follow_ups, hands
from bot.connectors.by_hand import by_hand
from bot.delivery import STALE, Postman
from bot.desk import Desk
from bot.pace import SLACKS
from bot.ports import Message
from bot.sop import Event
from bot.stored import Posted
from storage import Database, open_database
from tests.bot.casework import ADA, BEN, PLAYBOOKS
from tests.bot.desk import NOW, facts

MINUTE = timedelta(minutes=1)


class Slack:
    """Keeps what stands in it, post by post, each in the words of its newest edit."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, Message]] = []

    def post(self, to: str, message: Message, delivery_id: str, thread: Posted | None = None) -> Posted:
        self.posts.append((to, message))
        return Posted("D0000001", f"{NOW.timestamp() + len(self.posts):.6f}")

    def edit(self, posted: Posted, message: Message) -> None:
        place = round(float(posted.ts) - NOW.timestamp()) - 1
        self.posts[place] = (self.posts[place][0], message)

    def find(self, *_: object) -> None:
        """Nothing is lost here."""

    def delete(self, posted: Posted) -> None:
        """Nothing is said twice here."""

    def asked(self, to: str = ADA) -> list[str]:
        """The sentences of the reminders that stand."""
        said = [message.text for each, message in self.posts if each == to]
        return [text for text in said if "follow-up" in text or "time to ask" in text]

    def lines(self) -> list[str]:
        """What the last post shows, section by section."""
        _, message = self.posts[-1]
        return [block["text"]["text"] for block in message.blocks if block["type"] == "section"]


class Away:
    """Cases of Ada's that fall due at times of their own while the desk is away."""

    def __init__(self, database: Database) -> None:
        self.desk = Desk(database, PLAYBOOKS, by_hand({}))
        self.slack = Slack()
        self.clock = NOW
        self.numbers: list[int] = []
        self.postman = Postman(self.desk, self.slack, draw, self.now, self.now, paces=SLACKS)

    def now(self) -> datetime:
        return self.clock

    def open(self, count: int, owner: str = ADA) -> list[int]:
        """Cases whose owner will be asked, each a minute after the one before it."""
        numbers = []
        for place in range(count):
            at = NOW + place * MINUTE
            with self.desk.memory.write() as work:
                number = cases.open_case(work, self.desk, facts(), owner, at).number
                cases.report(work, self.desk, number, Event("installer_email_sent", at, {}, owner), at)
            numbers.append(number)
        self.numbers += numbers
        self.clock = NOW + count * MINUTE
        self.send()
        return numbers

    def due(self, number: int) -> datetime:
        with self.desk.memory.read() as work:
            (timer,) = work.cases.get(number).case.timers
        return timer.due

    def back(self, at: datetime) -> None:
        """The desk comes back and catches up."""
        self.clock = at
        follow_ups.ring(self.desk, at)
        self.send()

    def answer(self, number: int) -> None:
        with self.desk.memory.write() as work:
            event = Event("homeowner_not_heard", self.clock, {}, ADA)
            cases.report(work, self.desk, number, event, self.clock)
        self.send()

    def send(self) -> None:
        """Everything that may go within the minute."""
        until = self.clock + MINUTE
        while (at := self.postman.next_try()) is not None and at <= until:
            self.clock = max(at, self.clock)
            while self.postman.deliver_next():
                pass

    def merged(self) -> list[str]:
        with self.desk.memory.read() as work:
            reminders = [
                letter for number in self.numbers for letter in work.outbox.originals(number, "reminder")
            ]
            return [merged.key for letter in reminders for merged in work.outbox.merged(letter.key)]


@pytest.fixture
def away(url: str) -> Iterator[Away]:
    with open_database(url, NOW) as database:
        yield Away(database)


def test_three_that_are_late_come_as_one_the_longest_waiting_first(away):
    numbers = away.open(3)
    away.back(away.due(numbers[-1]) + STALE + MINUTE)
    assert away.slack.asked() == ["3 follow-ups wait for you that could not be asked in time."]
    assert [line.partition(":")[0] for line in away.slack.lines()[1:]] == [f"*HC-{each}" for each in numbers]
    buttons = [block["accessory"]["value"] for block in away.slack.posts[-1][1].blocks[1:]]
    assert buttons == [str(number) for number in numbers]


@pytest.mark.parametrize(
    ("count", "late"),
    [(2, STALE + MINUTE), (3, STALE - 3 * MINUTE)],
    ids=["two are no flood", "three that are hardly late"],
)
def test_what_is_no_flood_is_asked_one_by_one(away, count, late):
    numbers = away.open(count)
    away.back(away.due(numbers[-1]) + late)
    assert away.slack.asked() == [f"HC-{number}: it is time to ask the homeowner." for number in numbers]
    assert away.merged() == []


def test_everybody_gets_their_own(away):
    mine, theirs = away.open(3), away.open(1, owner=BEN)
    away.back(max(away.due(number) for number in mine + theirs) + STALE + MINUTE)
    assert len(away.slack.asked(ADA)) == 1
    assert away.slack.asked(BEN) == [f"HC-{theirs[0]}: it is time to ask the homeowner."]


def test_one_that_was_answered_leaves_the_message_and_the_last_leaves_a_mark(away):
    numbers = away.open(3)
    away.back(away.due(numbers[-1]) + STALE + MINUTE)
    away.answer(numbers[1])
    left = [line.partition(":")[0] for line in away.slack.lines()[1:]]
    assert left == [f"*HC-{numbers[0]}", f"*HC-{numbers[2]}"]
    assert away.slack.asked() == ["2 follow-ups wait for you that could not be asked in time."]
    for number in (numbers[0], numbers[2]):
        away.answer(number)
    assert away.slack.lines() == [":white_check_mark: No follow-up waits here any more."]


def test_one_that_goes_to_a_colleague_is_asked_there_and_no_longer_here(away):
    numbers = away.open(3)
    away.back(away.due(numbers[-1]) + STALE + MINUTE)
    carrier = len(away.slack.posts) - 1
    with away.desk.memory.write() as work:
        hands.hand_over(work, away.desk, numbers[0], BEN, ADA, "", away.clock)
    away.send()
    assert away.slack.posts[carrier][1].text == "2 follow-ups wait for you that could not be asked in time."
    assert away.slack.asked(BEN) == [f"HC-{numbers[0]}: it is time to ask the homeowner."]


def test_more_than_a_message_holds_are_counted_and_said_where_they_stand(away):
    numbers = away.open(MOST_LINES + 3)
    away.back(away.due(numbers[-1]) + STALE + MINUTE)
    (_, message) = away.slack.posts[-1]
    assert len(away.slack.lines()) == MOST_LINES + 1
    assert message.blocks[-1]["elements"][0]["text"] == "And 3 more: all of them stand in your Home."


def test_when_the_one_message_is_given_up_each_is_sent_by_itself(away):
    numbers = away.open(3)
    due = away.due(numbers[-1]) + STALE + MINUTE
    away.clock = due
    follow_ups.ring(away.desk, due)
    with away.desk.memory.write() as work:
        claimed = work.outbox.claim("h", due, due + MINUTE, 9, SLACKS, due - STALE)
        (carrier,) = [each for each in claimed if each.letter.kind == "reminder"]
        assert len(work.outbox.merged(carrier.letter.key)) == 2
        work.outbox.bury(carrier, "channel_not_found", due)
    away.send()
    assert sorted(away.slack.asked()) == [
        f"HC-{number}: it is time to ask the homeowner."
        for number in numbers
        if f"HC-{number}" != carrier.letter.key.split("/")[0]
    ]
