"""A short run on each kind of database; `make chaos` is the long one."""

from __future__ import annotations

import pytest

from tests.chaos.run import Plan, run, summary
from tests.chaos.schedule import MORNING, schedule
from tests.conftest import SEED
from tests.databases import KINDS

ROUNDS = 4
FOLLOW_UPS = 60


@pytest.mark.parametrize("database", KINDS)
def test_under_random_faults_nothing_is_lost_and_nothing_comes_twice(database, tmp_path):
    result = run(Plan(database, ROUNDS, FOLLOW_UPS, SEED), tmp_path)
    assert result.is_good, summary(result)


def test_the_same_seed_gives_the_same_faults():
    assert list(schedule(SEED, 50)) == list(schedule(SEED, 50))
    assert list(schedule(SEED, 50)) != list(schedule(SEED + 1, 50))


@pytest.mark.parametrize("rounds", [1, 4, 200])
def test_a_restart_of_the_database_is_among_the_faults(rounds):
    assert "database" in [each.hit for each in schedule(SEED, rounds)]


def test_rounds_follow_one_another_from_the_evening_into_the_next_day():
    times = [each.at for each in schedule(SEED, 200)]
    assert times == sorted(times)
    assert times[0] < MORNING < times[-1]
