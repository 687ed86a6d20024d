"""Letters leave the outbox: what is tried again, when, after which look, and what is given up."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from blocks.letters import DRAWN
from bot import cases, delivery
from bot.delivery import HELD_UP, LEASE, MOST_ATTEMPTS, Drawing, Postman, mark_of, waiting_time
from bot.desk import Desk
from bot.errors import OutcomeUnknown, RateLimited, Rejected
from bot.pace import Pace, Paces
from bot.ports import Message
from bot.stored import Delivery, Letter, Posted
from bot.urgency import ORDER
from storage import Database, open_database
from storage.tables import RestoreRow
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
    deleted: list[Posted] = field(default_factory=list)

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

    def delete(self, posted: Posted) -> None:
        self.calls.append("delete")
        if (trouble := self._trouble("delete")) is not None:
            raise trouble
        self.deleted.append(posted)

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

    def put(self, *keys: str, to: str = ADA, edits: str = "", kind: str = "card") -> None:
        with self.database.write() as work:
            work.outbox.put([Letter(key, kind, self.number, to, edits) for key in keys], NOW)

    def claim(self, holder: str = "h") -> Delivery | None:
        at = self.watch.at
        with self.database.write() as work:
            claimed = work.outbox.claim(holder, at, at + LEASE, 1, self.postman.paces)
        return next(iter(claimed), None)

    def hurry(self, paces: Paces) -> None:
        """The postman keeps this pace from now on."""
        self.postman = replace(self.postman, paces=paces)

    def restored(self, knows_until: datetime, at: datetime = NOW) -> None:
        with self.database.write() as work:
            work.outbox.session.add(RestoreRow(at=at, knows_until=knows_until))

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


def test_who_wakes_after_its_lease_says_nothing(rounds, caplog):
    rounds.put("a")
    late = rounds.claim("late")
    rounds.watch.at += LEASE
    rounds.postman.deliver(late)
    assert rounds.slack.calls == []
    assert "a: not sent, the lease had run out" in caplog.messages


def test_who_took_over_after_a_lease_settles_and_the_late_one_takes_its_post_away(rounds, caplog):
    rounds.put("a")
    late = rounds.claim("late")
    rounds.wait(LEASE)
    assert rounds.slack.calls == ["find", "post"]
    rounds.slack.posts.append(("U0NOBODY", ""))  # What the late one posts stands elsewhere.
    rounds.postman.deliver(replace(late, lease_until=rounds.watch.at + LEASE))
    assert "a: the lease had gone to another process before it was settled" in caplog.messages
    assert rounds.slack.deleted == []
    rounds.go()
    assert [posted.ts for posted in rounds.slack.deleted] == [f"{NOW.timestamp() + 2:.6f}"]
    rounds.go()
    assert len(rounds.slack.deleted) == 1


@pytest.mark.parametrize(
    ("trouble", "tries"),
    [(UNKNOWN, 2), (Rejected("taking away: Slack refused with cant_delete_message"), 1)],
    ids=["no answer", "a refusal"],
)
def test_a_late_post_is_taken_away_again_until_slack_refuses_for_good(rounds, trouble, tries):
    rounds.put("a")
    late = rounds.claim("late")
    rounds.wait(LEASE)
    rounds.slack.posts.append(("U0NOBODY", ""))
    rounds.slack.troubles = {"delete": [trouble]}
    rounds.postman.deliver(replace(late, lease_until=rounds.watch.at + LEASE))
    for _ in range(3):
        rounds.go()
    assert rounds.slack.calls.count("delete") == tries


def test_a_late_post_is_left_alone_until_it_is_known_that_another_stands(rounds):
    rounds.put("a")
    late = rounds.claim("late")
    rounds.watch.at += LEASE
    other = rounds.claim("other")
    rounds.postman.deliver(replace(late, lease_until=rounds.watch.at + LEASE))
    rounds.go()
    assert rounds.slack.deleted == []
    rounds.postman.deliver(other)
    rounds.go()
    assert (rounds.slack.calls, rounds.slack.deleted) == (["post", "find"], [])


def test_the_most_urgent_goes_first_and_then_the_oldest(rounds):
    for kind in ("installer_alert", "reminder", "card", "notice", "decision"):
        rounds.put(kind, kind=kind, to=f"U0{kind.upper()}")
    rounds.go()
    order = ["U0CARD", "U0DECISION", "U0REMINDER", "U0NOTICE", "U0INSTALLER_ALERT"]
    assert [to for to, _ in rounds.slack.posts] == order


def test_every_kind_that_can_be_drawn_has_its_place_in_the_order():
    assert set(ORDER) == set(DRAWN)


def test_two_threads_never_speak_in_one_channel_at_a_time(rounds):
    rounds.put("a", "b")
    rounds.put("c", to=BEN)
    first, second = rounds.claim(), rounds.claim()
    assert [first.letter.key, second.letter.key, rounds.claim()] == ["a", "c", None]
    rounds.postman.deliver(first)
    assert rounds.claim().letter.key == "b"


@pytest.mark.parametrize(
    ("tries", "behind"),
    [(1, False), (HELD_UP - 1, False), (HELD_UP, True)],
    ids=["after one try", "before the last", "after so many"],
)
def test_a_letter_that_fails_keeps_its_channel_waiting_only_for_a_while(rounds, tries, behind):
    rounds.slack.troubles = {ADA: [UNKNOWN] * tries}
    rounds.put("first", "second")
    for _ in range(tries):
        rounds.go()
        if not rounds.sent("second"):
            rounds.watch.at = rounds.postman.next_try()
    rounds.watch.at -= timedelta(seconds=1)
    rounds.go()
    assert (rounds.sent("first"), rounds.sent("second")) == (False, behind)


def test_a_channel_gets_its_burst_and_then_one_a_second(rounds):
    rounds.hurry(Paces(channel=Pace(timedelta(seconds=1), burst=2)))
    rounds.put("a", "b", "c", "d")
    rounds.put("other", to=BEN)
    rounds.go()
    assert [to for to, _ in rounds.slack.posts] == [ADA, ADA, BEN]
    assert rounds.postman.next_try() == START + timedelta(seconds=1)
    rounds.wait(timedelta(milliseconds=999))
    assert len(rounds.slack.posts) == 3
    rounds.wait(timedelta(milliseconds=1))
    assert len(rounds.slack.posts) == 4
    rounds.wait(timedelta(hours=1))
    assert rounds.sent("d")


@pytest.mark.parametrize(
    ("paces", "edits", "gone"),
    [
        (Paces(workspace=Pace(timedelta(seconds=1), burst=2)), False, 2),
        (Paces(workspace=Pace(timedelta(seconds=1), burst=2)), True, 4),
        (Paces(edits=Pace(timedelta(seconds=1), burst=3)), True, 3),
        (Paces(edits=Pace(timedelta(seconds=1), burst=3)), False, 4),
    ],
    ids=["posts, all channels", "edits do not count as posts", "edits", "posts do not count as edits"],
)
def test_the_workspace_has_its_pace_too(rounds, paces, edits, gone):
    people = [f"U0PERSON{number}" for number in range(4)]
    if edits:
        for person in people:
            rounds.put(person, to=person)
        rounds.go()
        rounds.slack.calls.clear()
    rounds.hurry(paces)
    for person in people:
        rounds.put(f"{person}/2", to="" if edits else person, edits=person if edits else "")
    rounds.go()
    assert len(rounds.slack.calls) == gone
    rounds.wait(timedelta(seconds=1))
    assert len(rounds.slack.calls) == min(gone + 1, 4)


def test_all_replicas_together_keep_one_pace(rounds):
    rounds.hurry(Paces(workspace=Pace(timedelta(seconds=1))))
    other = replace(rounds.postman)
    rounds.put("a")
    rounds.put("b", to=BEN)
    assert (rounds.postman.deliver_next(), other.deliver_next()) == (True, False)
    rounds.watch.at += timedelta(seconds=1)
    assert other.deliver_next()


def test_slack_that_asks_to_wait_quiets_the_channel_and_no_other(rounds):
    rounds.slack.troubles = {ADA: [LIMITED]}
    rounds.put("a", "b")
    rounds.put("c", to=BEN)
    rounds.go()
    assert (rounds.sent("b"), rounds.sent("c")) == (False, True)
    rounds.wait(timedelta(seconds=30))
    assert [to for to, _ in rounds.slack.posts] == [BEN, ADA, ADA]


def test_slack_that_asks_to_wait_with_an_edit_quiets_all_edits_and_no_post(rounds):
    rounds.put("a")
    rounds.put("b", to=BEN)
    rounds.go()
    rounds.slack.troubles = {"D0000001": [LIMITED]}
    rounds.put("a/2", to="", edits="a")
    rounds.put("b/2", to="", edits="b")
    rounds.put("c")
    rounds.go()
    assert rounds.sent("c")
    assert rounds.slack.calls.count("edit") == 1
    rounds.wait(timedelta(seconds=30))
    assert rounds.slack.calls.count("edit") == 3


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1)], ids=["an hour", "a day"])
@pytest.mark.parametrize("held", [True, False], ids=["a lease", "a wait"])
def test_a_machine_clock_that_is_set_back_leaves_nothing_hanging(rounds, held, back):
    rounds.put("a")
    rounds.slack.troubles = {ADA: [UNKNOWN]}
    if held:
        rounds.claim("died")
    else:
        rounds.go()
    rounds.watch.at -= back
    rounds.go()
    rounds.wait(timedelta(seconds=4))
    assert rounds.sent("a")
    assert len(rounds.slack.posts) == 1


def test_after_a_restore_what_was_said_since_the_copy_was_made_is_found(rounds):
    rounds.put("a")
    (letter,) = [each for each in [rounds.claim("before")] if each]
    rounds.slack.posts.append((ADA, mark_of(letter.letter)))
    rounds.restored(knows_until=NOW - timedelta(hours=1))
    rounds.watch.at += LEASE
    rounds.put("b")
    rounds.go()
    assert rounds.slack.calls == ["find", "find", "post"]
    assert rounds.sent("a")


def test_what_falls_due_after_a_restore_is_not_looked_for(rounds):
    rounds.restored(knows_until=NOW - timedelta(days=2), at=NOW - timedelta(days=1))
    rounds.put("a")
    rounds.go()
    assert rounds.slack.calls == ["post"]
