"""Letters leave the outbox: what is tried again, when, after which look, and what is given up."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot import cases, delivery
from bot.delivery import LEASE, MOST_ATTEMPTS, Drawing, Postman, waiting_time
from bot.desk import Desk
from bot.errors import OutcomeUnknown, RateLimited, Rejected
from bot.ports import Letter, Message, Posted
from storage import Database, open_database
from tests.bot.desk import NOW, facts, playbooks

ADA, BEN = "U0ADA00001", "U0BEN00002"
START = datetime(2026, 11, 18, 14, tzinfo=UTC)
UNKNOWN = OutcomeUnknown("posting: no answer")
LIMITED = RateLimited("posting: Slack asks to wait", 30)
REFUSED = Rejected("posting: Slack refused")


@dataclass
class Watch:
    """The machine's clock."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


@dataclass
class FakeSlack:
    """Raises, call by call, what `troubles` says of a recipient; `lost` posts are made all the same."""

    troubles: dict[str, list[Exception | None]] = field(default_factory=dict)
    made: bool = False
    posts: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def post(self, to: str, message: Message, delivery_id: str, thread: Posted | None = None) -> Posted:
        self.calls.append("post")
        trouble = self._trouble(to)
        if trouble is None or self.made:
            self.posts.append((to, delivery_id))
        if trouble is not None:
            raise trouble
        return self._posted(len(self.posts) - 1)

    def edit(self, posted: Posted, message: Message) -> None:
        self.calls.append("edit")
        if (trouble := self._trouble(posted.channel)) is not None:
            raise trouble

    def find(self, to: str, delivery_id: str, since: datetime, thread: Posted | None = None) -> Posted | None:
        self.calls.append("find")
        found = (to, delivery_id) in self.posts
        return self._posted(self.posts.index((to, delivery_id))) if found else None

    def _trouble(self, to: str) -> Exception | None:
        return self.troubles[to].pop(0) if self.troubles.get(to) else None

    def _posted(self, place: int) -> Posted:
        return Posted("D0000001", f"{NOW.timestamp() + place:.6f}")


@dataclass
class Round:
    """A postman over an empty database with one case, and his watch."""

    database: Database
    slack: FakeSlack = field(default_factory=FakeSlack)
    watch: Watch = field(default_factory=Watch)
    undrawable: str = ""

    def __post_init__(self) -> None:
        desk = Desk(self.database, playbooks(), {})
        self.postman = Postman(desk, self.slack, self._draw, lambda: NOW, self.watch)
        with self.database.write() as work:
            stored = cases.open_case(work, desk, facts(), ADA, NOW)
        self.number = stored.number
        self.go()
        self.slack.posts.clear()
        self.slack.calls.clear()

    def _draw(self, drawing: Drawing, desk: Desk) -> Message | None:
        if drawing.letter.key == self.undrawable:
            raise ZeroDivisionError
        return None if drawing.letter.key == "not owed" else Message("A sentence.", ())

    def put(self, *keys: str, to: str = ADA, edits: str = "") -> None:
        with self.database.write() as work:
            work.outbox.put([Letter(key, "card", self.number, to, edits) for key in keys], NOW)

    def go(self) -> None:
        while self.postman.deliver_next():
            pass

    def wait(self, by: timedelta) -> None:
        self.watch.at += by
        self.go()

    def next_try(self) -> datetime | None:
        with self.database.read() as work:
            return work.outbox.next_try()

    def sent(self, key: str) -> bool:
        with self.database.read() as work:
            return work.outbox.posted(key) is not None


@pytest.fixture
def rounds(url: str) -> Iterator[Round]:
    with open_database(url, NOW) as database:
        yield Round(database)


def test_every_letter_goes_out_once(rounds):
    rounds.put("a", "b", "c")
    rounds.go()
    rounds.go()
    assert rounds.slack.calls == ["post"] * 3
    assert rounds.next_try() is None


def test_a_letter_that_is_no_longer_owed_is_settled_without_a_post(rounds):
    rounds.put("not owed")
    rounds.go()
    assert (rounds.slack.calls, rounds.next_try()) == ([], None)


@pytest.mark.parametrize(
    ("trouble", "made", "wait", "calls"),
    [
        (LIMITED, False, timedelta(seconds=30), ["post", "find", "post"]),
        (UNKNOWN, False, timedelta(seconds=2), ["post", "find", "post"]),
        (UNKNOWN, True, timedelta(seconds=2), ["post", "find"]),
        (KeyError("a bug"), False, timedelta(seconds=2), ["post", "find", "post"]),
    ],
    ids=[
        "429: as long as Slack asks",
        "500: two seconds",
        "the reply alone was lost: found",
        "a bug: two seconds",
    ],
)
def test_a_letter_that_failed_is_put_off_looked_for_and_posted_once(rounds, trouble, made, wait, calls):
    rounds.slack.troubles, rounds.slack.made = {ADA: [trouble]}, made
    rounds.put("a")
    rounds.go()
    assert rounds.next_try() == START + wait
    rounds.wait(wait - timedelta(seconds=1))
    assert rounds.slack.calls == calls[:1]
    rounds.wait(timedelta(seconds=1))
    assert rounds.slack.calls == calls
    assert rounds.slack.posts == [(ADA, rounds.slack.posts[0][1])]
    assert rounds.sent("a")


def test_waits_double_up_to_a_quarter_of_an_hour_and_cover_a_day():
    waits = [waiting_time(attempt).total_seconds() for attempt in range(1, MOST_ATTEMPTS)]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == max(waits) == 15 * 60
    assert sum(waits) > timedelta(hours=22).total_seconds()


@pytest.mark.parametrize(
    ("troubles", "tries"),
    [([REFUSED], 1), ([UNKNOWN] * MOST_ATTEMPTS, MOST_ATTEMPTS), ([LIMITED] * 3 + [REFUSED], 4)],
    ids=["refused for good", "the last try", "refused after waiting"],
)
def test_a_letter_that_is_given_up_is_dead_and_logged(rounds, caplog, troubles, tries):
    rounds.slack.troubles = {ADA: list(troubles)}
    rounds.put("a")
    with caplog.at_level(logging.WARNING, delivery.__name__):
        rounds.go()
        for _ in range(tries + 2):
            rounds.wait(timedelta(minutes=16))
    assert rounds.slack.calls.count("post") == tries
    assert (rounds.sent("a"), rounds.next_try()) == (False, None)
    assert [each.message for each in caplog.records if each.levelno == logging.ERROR] == [
        f"a: given up: {troubles[-1]}"
    ]


@pytest.mark.parametrize(
    "trouble", [LIMITED, UNKNOWN, REFUSED, KeyError("a bug")], ids=lambda each: type(each).__name__
)
def test_trouble_with_one_letter_does_not_hold_up_those_behind_it(rounds, trouble):
    rounds.slack.troubles = {BEN: [trouble] * MOST_ATTEMPTS}
    rounds.put("first", to=BEN)
    rounds.put("second")
    rounds.go()
    assert (rounds.sent("first"), rounds.sent("second")) == (False, True)


def test_a_letter_that_cannot_be_drawn_does_not_hold_up_those_behind_it(rounds, caplog):
    rounds.undrawable = "first"
    rounds.put("first", "second")
    rounds.go()
    assert (rounds.sent("first"), rounds.sent("second")) == (False, True)
    assert "first: could not be sent" in caplog.messages
    rounds.undrawable = ""
    rounds.wait(timedelta(seconds=2))
    assert rounds.sent("first")


def test_an_edit_waits_for_its_post_and_is_repeated_without_a_look(rounds):
    rounds.slack.troubles = {ADA: [UNKNOWN], "D0000001": [UNKNOWN]}
    rounds.put("a")
    rounds.put("a/v2", to="", edits="a")
    rounds.go()
    assert rounds.slack.calls == ["post"]
    rounds.wait(timedelta(seconds=2))
    rounds.wait(timedelta(seconds=2))
    assert rounds.slack.calls == ["post", "find", "post", "edit", "edit"]
    assert rounds.next_try() is None


def test_who_took_over_after_a_lease_settles_and_the_late_one_does_not(rounds, caplog):
    rounds.put("a")
    with rounds.database.write() as work:
        (late,) = work.outbox.claim("late", START, START + LEASE, 1)
    rounds.wait(LEASE)
    assert rounds.slack.calls == ["find", "post"]
    rounds.postman._deliver(late)
    assert "a: the lease had gone to another process before it was settled" in caplog.messages
