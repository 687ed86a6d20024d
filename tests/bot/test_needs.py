from __future__ import annotations

import pytest

from bot.sop import Facts
from bot.sop.needs import needs
from tests.bot.desk import NOW, playbooks


@pytest.mark.parametrize(
    ("category", "asked", "not_asked"),
    [
        ("installer_unresponsive", {"extra.need", "milestones.m1"}, {"product", "milestones.m3", "omnidian"}),
        ("property_damage", {"product", "milestones.m3"}, {"extra.need"}),
    ],
)
def test_only_what_the_category_needs_is_asked(category: str, asked: set[str], not_asked: set[str]) -> None:
    facts = Facts(categories=(category,), program="everbright", channel="phone")
    wanted = set(needs(facts, playbooks(), NOW.date()))
    assert asked <= wanted
    assert not not_asked & wanted
