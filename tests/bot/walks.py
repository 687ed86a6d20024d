"""The walks over all states of a complaint, made once for every test that looks at them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from bot.proof.kinds import complaint
from bot.proof.walk import Walk, starts_of
from bot.sop import Playbooks
from tests.bot.desk import NOW, playbooks


@cache
def alone() -> Playbooks:
    """The playbooks as they are walked: without what runs beside the paths."""
    return replace(playbooks(), overlays=())


@cache
def walked(category: str) -> Walk:
    """The walk over the complaints of one category."""
    one = complaint(category, alone(), NOW.date())
    return Walk(one, alone(), starts_of(alone(), NOW), one.sorted(alone(), NOW)).run()
