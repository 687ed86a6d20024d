"""What was changed about the rota stays, and holds until it is undone."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sop.rota import Change, Person
from bot.stored import RotaChange, Trouble
from storage import Database
from tests.storage.samples import ADA, BEN, NOW, all_at_once

HOUR = timedelta(hours=1)
PEOPLE = (Person("ben", "Ben (agent)", BEN), Person("herve", "Herve' <b>"))
MADE = RotaChange(Change("override", NOW + HOUR, NOW + 3 * HOUR, PEOPLE), ADA, NOW, "A party & a cake")


def stored(database: Database, made: RotaChange = MADE) -> RotaChange:
    with database.write() as work:
        return work.rota_changes.add(made)


def test_a_change_comes_back_as_it_was_made(database: Database) -> None:
    kept = stored(database)
    assert replace(kept, id=0) == MADE
    with database.read() as work:
        assert work.rota_changes.get(kept.id) == kept
        assert work.rota_changes.get(kept.id + 1) is None
        assert work.rota_changes.standing() == (kept,)


@pytest.mark.parametrize(
    ("undone_at", "ends"),
    [
        (NOW + timedelta(minutes=1), None),
        (NOW + HOUR, None),
        (NOW + 2 * HOUR, NOW + 2 * HOUR),
        (NOW + 4 * HOUR, NOW + 3 * HOUR),
    ],
    ids=["before it began", "as it begins", "under way", "when it was over"],
)
def test_undoing_a_change_leaves_what_it_was_in_the_past(database: Database, undone_at, ends) -> None:
    kept = stored(database)
    with database.write() as work:
        assert work.rota_changes.withdraw(kept.id, BEN, undone_at)
        assert not work.rota_changes.withdraw(kept.id, ADA, undone_at)
        assert not work.rota_changes.withdraw(99, ADA, undone_at)
    with database.read() as work:
        assert [each.held.ends for each in work.rota_changes.standing()] == ([ends] if ends else [])
        undone = work.rota_changes.get(kept.id)
    assert undone == replace(kept, withdrawn_by=BEN, withdrawn_at=undone_at)


def test_what_is_long_over_can_be_left_out(database: Database) -> None:
    kept = stored(database)
    with database.read() as work:
        assert work.rota_changes.standing(NOW + 2 * HOUR) == (kept,)
        assert work.rota_changes.standing(NOW + 3 * HOUR) == ()


def test_they_come_in_the_order_in_which_they_were_made(database: Database) -> None:
    later = replace(MADE, change=replace(MADE.change, starts=NOW))
    ids = [stored(database).id, stored(database, later).id]
    with database.read() as work:
        assert [each.id for each in work.rota_changes.standing()] == ids


def test_a_trouble_is_found_once_by_two_who_look_at_the_same_time(database: Database) -> None:
    def look() -> None:
        with database.write() as work:
            if not work.troubles.open():
                time.sleep(0.2)
                work.troubles.add(Trouble("gone", NOW, BEN))

    all_at_once([look, look])
    with database.read() as work:
        assert [trouble.subject for trouble in work.troubles.open()] == [BEN]


def test_a_trouble_is_open_until_it_is_mended(database: Database) -> None:
    with database.write() as work:
        gap = work.troubles.add(Trouble("gap", NOW, starts=NOW, ends=NOW + HOUR))
        gone = work.troubles.add(Trouble("gone", NOW, BEN))
        work.troubles.mend(gap.id, NOW + HOUR)
        work.troubles.mend(gap.id, NOW + 2 * HOUR)
    with database.read() as work:
        assert work.troubles.open() == (gone,)
        assert work.troubles.get(gap.id) == replace(gap, mended_at=NOW + HOUR)
        assert work.troubles.get(99) is None
