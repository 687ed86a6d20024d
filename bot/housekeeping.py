"""Housekeeping: what has served its time is forgotten, a little every day.

- A key of something handled only keeps a repeat from counting twice, and Slack repeats for a day at most.
- An edit that a newer one overtook was never made; its key holds a version that does not come again.
- An errand of the routine has a date in its key, and is never promised for a day that is over.

Cases, timelines, appointments, and letters that were sent, given up or dropped stay for ever.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Protocol

KEPT: Final = timedelta(days=30)
MOST: Final = 2000
"""Rows of each kind at a time: it holds up nobody who writes meanwhile."""


class Leftovers(Protocol):
    """What nobody will ask for again."""

    def forget(self, before: datetime, errands: Collection[str], most: int) -> None:
        """Forget up to `most` rows of each kind that were done with before then; errands of these kinds."""


def forget(leftovers: Leftovers, errands: Collection[str], now: datetime) -> None:
    """Forget some of what is older than `KEPT`."""
    leftovers.forget(now - KEPT, errands, MOST)
