"""What was promised and is not kept yet: figures for whoever looks after the desk, and for the auditor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol

from bot.sop import Case

Kind = Literal["follow_up", "errand", "letter", "order"]
KINDS: Final[tuple[Kind, ...]] = ("follow_up", "errand", "letter", "order")
TOO_LATE: Final[Mapping[Kind, timedelta]] = {
    "follow_up": timedelta(minutes=5),
    "errand": timedelta(minutes=5),
    "letter": timedelta(minutes=15),
    "order": timedelta(minutes=30),
}
"""How long past its time each may be before somebody has to look."""
Place = tuple[datetime, int]
"""Where a case stands in the order in which open cases have to be acted on: when, and its number."""
FIRST: Final[Place] = (datetime(1970, 1, 1, tzinfo=UTC), 0)
MOST: Final = 1000
"""Counting stops here: how many more it is makes no difference."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many wait though their time has come (counting stops at `MOST`), and since when the oldest does."""

    count: int = 0
    oldest: datetime | None = None


class Promises(Protocol):
    """What is owed, over all cases at once. Each answer is bounded, however many cases there are."""

    def overdue(self, kind: Kind, before: datetime) -> Overdue:
        """What should have been done before that moment of the desk's clock, and still waits."""

    def letters(self) -> Mapping[str, int]:
        """How many letters are in each state that they leave again: `waiting` and `dead`."""

    def stale_homes(self) -> int:
        """How many Homes were drawn in vain several times running."""

    def open_cases(self, after: Place, most: int) -> tuple[Mapping[int, Case], Place]:
        """Up to `most` open cases by number, those first that have waited longest; none of them is locked.

        They stand behind the place `after`; the place of the last one comes with them.
        """

    def still_open(self, numbers: Collection[int]) -> Mapping[int, Case]:
        """Those of these cases that are open."""

    def appointments(self, numbers: Collection[int]) -> Mapping[int, frozenset[str]]:
        """The ids of the timers for which these cases have an open follow-up, by case number."""

    def last_run(self, keys: Collection[str]) -> datetime | None:
        """When the last of these errands was run."""
