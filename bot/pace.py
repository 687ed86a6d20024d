"""How quickly the desk speaks: Slack takes about one post a second in a channel, and so many in a workspace.

Each pace is kept as one instant, as in the generic cell rate algorithm (ITU-T I.371): until when what was
said so far has been paid for. It is in the database, so that all replicas together keep the pace.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Pace:
    """One in `every`, after a burst of `burst` at once."""

    every: timedelta = timedelta(0)
    burst: int = 1

    @property
    def ahead(self) -> timedelta:
        """How far ahead of the clock one may have paid, and still go on."""
        return self.every * (self.burst - 1)

    def free_at(self, paid_until: datetime) -> datetime:
        """When the next one may go."""
        return paid_until - self.ahead

    def paid(self, paid_until: datetime, now: datetime) -> datetime:
        """Until when it is paid for, once one more has gone at `now`."""
        return max(paid_until, now) + self.every


@dataclass(frozen=True, slots=True)
class Paces:
    """The paces of posts in one channel, of all posts, and of all edits."""

    channel: Pace = Pace()
    workspace: Pace = Pace()
    edits: Pace = Pace()


SLACKS: Final = Paces(
    channel=Pace(timedelta(seconds=1), burst=4),
    workspace=Pace(timedelta(milliseconds=250), burst=20),
    edits=Pace(timedelta(milliseconds=1200), burst=20),
)
"""What Slack allows (https://docs.slack.dev/apis/web-api/rate-limits): chat.postMessage about one a second a
channel with short bursts, and several hundred a minute a workspace; chat.update 50 a minute."""
UNHURRIED: Final = Paces()
"""No pace at all: for a workspace that sets no limits. A channel still gets one post after another."""
EVERYWHERE: Final = "*"
"""The name under which the pace of all posts is kept; a channel's is its id."""
EDITS: Final = "chat.update"
"""The name under which the pace of edits is kept."""
