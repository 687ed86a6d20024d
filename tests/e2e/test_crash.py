"""A desk dies between any two of its steps, and another goes on: nothing is lost, nothing comes twice.

CRASH_POINTS is at how many points of each story; `python -m tests.e2e.crash_points` plays all of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.conftest import SEED
from tests.databases import Databases
from tests.e2e.crash_nursery import Nursery
from tests.e2e.crash_points import Ground, Workplace
from tests.e2e.crash_stories import CASE, STORIES
from tests.postgres import Postgres

POINTS = int(os.environ.get("CRASH_POINTS", "1"))
BY_ITSELF = ("an opening", "a reminder")
"""What a desk does without anybody."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.fixture(scope="module")
def ground(nursery: Nursery, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(databases, nursery, tmp_path_factory.mktemp("ground"))


@pytest.fixture(scope="module")
def shared_ground(nursery: Nursery, postgresql: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A database that several desks share."""
    return Ground(postgresql, nursery, tmp_path_factory.mktemp("shared"))


def test_a_reminder_comes_once(ground):
    steps, outcome = ground.undisturbed("a reminder")
    assert steps.count("chat.postMessage") == 2
    assert [text for _, text, *_ in outcome.posts] == [
        f"{CASE}: it is time to ask the homeowner.",
        f"{CASE}: waiting.",
    ]
    assert [state for *_, state in outcome.timers] == ["rung"]
    assert not outcome.waiting


def test_a_concert_check_is_asked_once(ground):
    steps, outcome = ground.undisturbed("an opening")
    assert steps.count("chat.postMessage") == 2
    assert f"{CASE} needs a Concert confirmation." in [text for _, text, *_ in outcome.posts]
    assert not outcome.waiting


@pytest.mark.parametrize("story", STORIES)
def test_who_is_killed_leaves_nothing_undone_and_nothing_to_be_done_twice(ground, story):
    points = list(ground.points(story))
    for point in random.Random(SEED).sample(points, min(POINTS, len(points))):
        assert ground.differs(story, point) == "", f"--story {story!r} --point {point[0]}:{point[1]}"


@pytest.mark.parametrize(
    ("story", "method"),
    [
        ("an opening", "chat.postMessage"),
        ("a Concert check", "chat.update"),
        ("an intake", "views.open"),
        ("a queue", "chat.postMessage"),
    ],
)
def test_a_lost_reply_leads_to_a_look_and_not_to_a_second_post(ground, story, method):
    assert ground.differs(story, None, lost_reply=method) == ""


@pytest.mark.parametrize("story", BY_ITSELF)
def test_of_two_desks_that_share_a_database_one_goes_on_when_the_other_is_killed(shared_ground, story):
    points = list(shared_ground.points(story))
    for point in random.Random(SEED).sample(points, min(POINTS, len(points))):
        assert shared_ground.differs(story, point, play=Workplace.play_beside) == "", point


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("post", [1, 2])
def test_who_hangs_past_a_lease_takes_away_what_it_says_too_late(shared_ground, moment, post):
    assert shared_ground.differs("a reminder", (moment, post), play=Workplace.play_hanging) == ""
