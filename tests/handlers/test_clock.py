"""The bell: what falls due rings by itself, at once where the clock was moved, and stops between letters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot import cases
from bot.delivery import Drawing, Postman
from bot.desk import Desk
from bot.ports import Message
from bot.sop import Event
from bot.stored import Errand, Posted
from handlers.clock import Bell
from storage import Database, open_database
from tests.bot.desk import facts, playbooks

ADA = "U0ADA00001"
PATIENCE = 10.0


@dataclass
class Channel:
    """Keeps what is posted; `on_post` is called before."""

    on_post: Callable[[], None] = lambda: None
    texts: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def post(self, to: str, message: Message, delivery_id: str, thread: Posted | None = None) -> Posted:
        self.on_post()
        with self.changed:
            self.texts.append(message.text)
            self.changed.notify_all()
        return Posted("D0000001", "1900000000.000001")

    def wait_for(self, text: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: text in self.texts, PATIENCE)

    def edit(self, posted: Posted, message: Message) -> None:
        """Edits are none of this file's business."""

    def find(self, to: str, delivery_id: str, since: datetime, thread: Posted | None = None) -> None:
        """Nothing is ever lost here."""

    def delete(self, posted: Posted) -> None:
        """Nothing is ever said twice here."""


@dataclass
class MovableClock:
    """The system's clock, moved ahead; `broken` once."""

    ahead: timedelta = timedelta()
    broken: bool = False

    def __call__(self) -> datetime:
        if self.broken:
            self.broken = False
            raise ZeroDivisionError
        return datetime.now(UTC) + self.ahead


def kind_of(drawing: Drawing, desk: Desk) -> Message | None:
    return Message(drawing.letter.kind, ())


@dataclass
class Belfry:
    """A bell over an empty database."""

    database: Database
    channel: Channel = field(default_factory=Channel)
    now: MovableClock = field(default_factory=MovableClock)

    def __post_init__(self) -> None:
        self.desk = Desk(self.database, playbooks(), {})
        self.bell = Bell(Postman(self.desk, self.channel, kind_of, self.now, self.now))

    def open_case(self) -> int:
        with self.database.write() as work:
            return cases.open_case(work, self.desk, facts(), ADA, self.now()).number

    def promise(self) -> datetime:
        """A case whose owner will be asked; answers when."""
        number, now = self.open_case(), self.now()
        with self.database.write() as work:
            event = Event("installer_email_sent", now, {}, ADA)
            (timer,) = cases.report(work, self.desk, number, event, now).stored.case.timers
        return timer.due

    @contextmanager
    def ringing(self, net: bool) -> Iterator[None]:
        """The bell is on; without its net it rings only when it is woken, and on its date."""
        if not net:
            self.bell.net = timedelta(hours=1)
        self.bell.start()
        try:
            yield
        finally:
            if self.bell._scheduler.running:
                self.bell.stop()


@pytest.fixture
def belfry(url: str) -> Iterator[Belfry]:
    with open_database(url, datetime.now(UTC)) as database:
        yield Belfry(database)


def test_what_is_due_in_two_seconds_rings_by_itself(belfry):
    due = belfry.promise()
    belfry.now.ahead = due - timedelta(seconds=2) - datetime.now(UTC)
    with belfry.ringing(net=False):
        belfry.channel.wait_for("reminder")
        assert belfry.now() >= due


def test_a_moved_clock_that_wakes_the_bell_rings_at_once(belfry):
    due = belfry.promise()
    with belfry.ringing(net=False):
        belfry.channel.wait_for("card")
        belfry.now.ahead = due - datetime.now(UTC)
        belfry.bell.wake()
        belfry.channel.wait_for("reminder")


def test_what_nobody_told_the_bell_of_is_caught_by_its_net(belfry):
    with belfry.ringing(net=True):
        belfry.open_case()
        belfry.channel.wait_for("card")


def test_the_net_goes_on_where_the_scheduler_waits_for_a_system_clock_that_was_set_back(belfry):
    due = belfry.promise()
    with belfry.ringing(net=True):
        belfry.bell._scheduler.pause()
        belfry.now.ahead = due - datetime.now(UTC)
        belfry.channel.wait_for("reminder")


def test_a_desk_whose_clock_was_set_back_rings_when_it_is_time_again(belfry):
    due = belfry.promise()
    with belfry.ringing(net=True):
        belfry.now.ahead = due - timedelta(hours=1) - datetime.now(UTC)
        belfry.channel.wait_for("card")
        assert "reminder" not in belfry.channel.texts
        belfry.now.ahead = due - datetime.now(UTC)
        belfry.channel.wait_for("reminder")


def test_what_falls_due_while_a_ring_is_under_way_is_rung_for_at_once(belfry):
    """The clock moves on between looking what is due and setting the alarm."""
    due = belfry.promise()
    with belfry.database.write() as work:
        work.errands.put([Errand("late", "late", belfry.now())], belfry.now())

    def moved(*_: object) -> None:
        belfry.now.ahead = due - datetime.now(UTC)

    belfry.bell.kinds = {"late": moved}
    belfry.bell.ring()
    assert belfry.bell._scheduler.get_job("next due").trigger.run_date <= datetime.now(UTC)


def test_who_finds_a_ring_under_way_is_not_forgotten_when_it_ends(belfry):
    """Word is left between the last look for it and the end of the ring."""
    bell, rings = belfry.bell, []

    class Leaving:
        def __init__(self) -> None:
            self.lock = threading.Lock()

        def acquire(self, blocking: bool) -> bool:
            return self.lock.acquire(blocking)

        def release(self) -> None:
            rings.append(1)
            if len(rings) == 1:
                threads = threading.Thread(target=bell.ring)
                threads.start()
                threads.join(PATIENCE)
            self.lock.release()

    bell._one_at_a_time = Leaving()
    bell.ring()
    assert len(rings) == 2


def test_a_ring_that_fails_is_logged_and_the_next_one_goes_on(belfry, caplog):
    belfry.open_case()
    belfry.now.broken = True
    belfry.bell.ring()
    with belfry.ringing(net=True):
        belfry.channel.wait_for("card")
    assert "a ring failed; the next one is a second away" in caplog.messages


def test_the_bell_knows_when_it_last_rang_and_what_failed_since(belfry):
    belfry.now.broken = True
    belfry.bell.ring()
    assert (belfry.bell.last_rang, belfry.bell.failures) == (None, 1)
    before = datetime.now(UTC)
    belfry.bell.ring()
    assert before <= belfry.bell.last_rang <= datetime.now(UTC)
    assert belfry.bell.failures == 0


def test_a_bell_that_is_stopped_finishes_one_letter_and_takes_no_other(belfry):
    for _ in range(3):
        belfry.open_case()
    stopper = threading.Thread(target=belfry.bell.stop)

    def stop_meanwhile() -> None:
        stopper.start()
        assert belfry.bell._stopping.wait(PATIENCE)

    belfry.channel.on_post = stop_meanwhile
    with belfry.ringing(net=False):
        belfry.channel.wait_for("card")
        stopper.join(PATIENCE)
    assert belfry.channel.texts == ["card"]
    with belfry.database.read() as work:
        assert work.outbox.next_try() == datetime(1970, 1, 1, tzinfo=UTC)
