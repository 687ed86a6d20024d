"""Homes right after every change: published once, later where Slack does not take them, the newest last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from blocks.home import home
from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected
from bot.redrawing import LOOKED_AT, Redrawer
from tests.bot.casework import ADA, BEN, LEA, Casework, casework
from tests.bot.desk import NOW
from tests.databases import Databases


@dataclass
class Wall:
    """Where Homes are published; the next ones may fail, and `meanwhile` happens while one is."""

    published: list[str] = field(default_factory=list)
    faces: dict[str, str] = field(default_factory=dict)
    faults: list[DeliveryError] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def publish(self, user: str, view: Mapping[str, object]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.meanwhile()
        self.published.append(user)
        self.faces[user] = str(view)


@dataclass
class Gallery:
    """A desk, a wall, and two clocks that the tests move."""

    work: Casework
    wall: Wall = field(default_factory=Wall)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.redrawer = Redrawer(self.work.desk, self.wall, home, lambda: self.now, lambda: self.now)

    def looked_at(self, *users: str) -> None:
        for user in users:
            self.redrawer.open(user)
        self.wall.published.clear()

    def drawn(self) -> list[str]:
        """Who gets a Home now."""
        self.wall.published.clear()
        while self.redrawer.redraw_next():
            pass
        return sorted(self.wall.published)


@pytest.fixture
def gallery(databases: Databases) -> Iterator[Gallery]:
    with casework(databases) as work:
        yield Gallery(work)


def test_a_change_is_on_the_homes_it_concerns_once(gallery: Gallery) -> None:
    gallery.looked_at(ADA, BEN, LEA)
    case = gallery.work.open()
    assert gallery.drawn() == [ADA, LEA]
    assert case.name in gallery.wall.faces[ADA]
    assert gallery.drawn() == []


def test_many_changes_are_one_drawing(gallery: Gallery) -> None:
    gallery.looked_at(ADA)
    for _ in range(5):
        gallery.work.open()
    assert gallery.drawn() == [ADA]


def test_what_looks_the_same_is_not_published_again(gallery: Gallery) -> None:
    gallery.looked_at(ADA)
    with gallery.work.desk.memory.write() as work:
        work.homes.tell([ADA])
    assert gallery.drawn() == []


def test_who_never_looked_or_not_for_long_gets_none(gallery: Gallery) -> None:
    gallery.looked_at(ADA)
    gallery.now = NOW + LOOKED_AT
    gallery.work.open(gallery.now)
    assert gallery.drawn() == []
    gallery.looked_at(ADA)
    gallery.work.open(gallery.now)
    assert gallery.drawn() == [ADA]


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (RateLimited("views.publish: Slack asks to wait 30 s", 30), timedelta(seconds=30)),
        (OutcomeUnknown("no answer"), timedelta(seconds=2)),
    ],
    ids=["rate limited", "no answer"],
)
def test_one_that_fails_comes_after_its_wait(gallery: Gallery, fault: DeliveryError, wait: timedelta) -> None:
    gallery.looked_at(ADA)
    gallery.work.open()
    gallery.wall.faults = [fault]
    assert gallery.drawn() == []
    gallery.now += wait - timedelta(milliseconds=1)
    assert gallery.drawn() == []
    gallery.now += timedelta(milliseconds=1)
    assert gallery.drawn() == [ADA]


def test_while_slack_asks_to_wait_nobody_elses_is_tried(gallery: Gallery) -> None:
    gallery.looked_at(ADA, LEA)
    gallery.work.open()
    gallery.wall.faults = [RateLimited("wait", 30)]
    assert gallery.drawn() == []
    gallery.now += timedelta(seconds=30)
    assert gallery.drawn() == [ADA, LEA]


@pytest.mark.parametrize(
    "fault", [RateLimited("wait", 30), OutcomeUnknown("no answer")], ids=["rate limited", "no answer"]
)
def test_a_clock_that_is_set_back_an_hour_keeps_no_home_waiting_for_it(
    gallery: Gallery, fault: DeliveryError
) -> None:
    gallery.looked_at(ADA)
    gallery.work.open()
    gallery.wall.faults = [fault]
    assert gallery.drawn() == []
    gallery.now -= timedelta(hours=1)
    assert gallery.drawn() == [ADA]


def test_one_that_gets_no_answer_holds_up_no_other(gallery: Gallery) -> None:
    gallery.looked_at(ADA, LEA)
    gallery.work.open()
    gallery.wall.faults = [OutcomeUnknown("no answer")]
    assert len(gallery.drawn()) == 1


def test_somebody_who_left_is_forgotten_until_they_look_again(
    gallery: Gallery, caplog: pytest.LogCaptureFixture
) -> None:
    gallery.looked_at(ADA)
    gallery.work.open()
    gallery.wall.faults = [Rejected("drawing the Home: Slack refused with user_not_found")]
    with caplog.at_level(logging.WARNING):
        assert gallery.drawn() == []
    assert "is left until they open it" in caplog.text
    gallery.work.open()
    gallery.now += timedelta(days=1)
    assert gallery.drawn() == []
    gallery.redrawer.open(ADA)
    gallery.work.open(gallery.now)
    assert gallery.drawn() == [ADA]


def test_what_changes_while_one_is_published_is_published_after_it(gallery: Gallery) -> None:
    gallery.looked_at(ADA)
    gallery.work.open()
    late: list[str] = []

    def change() -> None:
        if not late:
            late.append(gallery.work.open().name)

    gallery.wall.meanwhile = change
    assert gallery.drawn() == [ADA, ADA]
    assert late[0] in gallery.wall.faces[ADA]


def test_one_that_is_opened_while_it_is_published_ends_as_it_is(gallery: Gallery) -> None:
    gallery.looked_at(ADA)
    gallery.work.open()
    inner: list[str] = []

    def look() -> None:
        if not inner:
            inner.append(gallery.work.open().name)
            gallery.redrawer.open(ADA)

    gallery.wall.meanwhile = look
    assert gallery.drawn()[-1] == ADA
    assert inner[0] in gallery.wall.faces[ADA]
    assert gallery.drawn() == []
