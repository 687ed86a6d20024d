"""What goes wrong in which round, and what time it then is: a function of the seed alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

NIGHT: Final = datetime.fromisoformat("2030-01-10T18:00:00-05:00")
MORNING: Final = datetime.fromisoformat("2030-01-11T09:00:00-05:00")
NIGHTS_LENGTH: Final = timedelta(hours=5)
MORNINGS_LENGTH: Final = timedelta(hours=3, minutes=50)
"""Until shortly before those who were asked at nine have had four hours to answer."""
NIGHT_SHARE: Final = 0.1
"""Of the rounds; in the others the office is open."""

HITS: Final = ("kill", "kill", "kill", "kill_all", "terminate", "freeze", "database", "none")
FAULTS: Final[tuple[dict[str, Any], ...]] = (
    {"fault": "lost_reply", "target": "chat.postMessage", "times": 3},
    {"fault": "lost_reply", "target": "chat.update", "times": 2},
    {"fault": "lost_reply", "target": "*", "times": 2},
    {"fault": "rate_limited", "target": "chat.postMessage", "times": 3},
    {"fault": "rate_limited", "target": "*", "times": 2},
    {"fault": "error", "target": "chat.postMessage", "times": 3, "error": "internal_error", "status": 500},
    {"fault": "error", "target": "conversations.history", "times": 2, "error": "fatal_error", "status": 500},
    {"fault": "error", "target": "*", "times": 2, "error": "service_unavailable", "status": 503},
    {"fault": "latency", "target": "*", "times": 6, "latency_ms": 150},
    {"fault": "latency", "target": "chat.postMessage", "times": 2, "latency_ms": 900},
    {"fault": "drop_socket", "target": "*", "times": 1},
    {"fault": "double_delivery", "target": "*", "times": 3},
    {"fault": "drop_ack", "target": "*", "times": 1},
    {"disconnect": "cut"},
    {"disconnect": "warning"},
    {"rate_limits": True},
)


@dataclass(frozen=True)
class Round:
    """One round: the workspace's time, the faults put in force, what hits the desk and after how long.

    `wait` is in seconds; `victim` chooses among the replicas; `how` is how PostgreSQL is restarted.
    """

    at: datetime
    faults: tuple[dict[str, Any], ...]
    hit: str
    wait: float
    victim: int
    how: str

    @property
    def is_night(self) -> bool:
        """Whether the office is closed."""
        return self.at < MORNING


def schedule(seed: int, rounds: int) -> Iterator[Round]:
    """The rounds of a run; a database restart is among them, however few they are."""
    dice = random.Random(seed)
    nights = max(1, round(rounds * NIGHT_SHARE))
    days = max(1, rounds - nights)
    for number in range(rounds):
        is_night = number < nights
        start, length = (NIGHT, NIGHTS_LENGTH) if is_night else (MORNING, MORNINGS_LENGTH)
        part = number / nights if is_night else (number - nights) / days
        hit = dice.choice(HITS)
        if number == rounds // 2:
            hit = "database"
        faults = tuple(dice.sample(FAULTS, dice.randint(1, 4)))
        wait, victim = dice.uniform(0.1, 0.9), dice.randrange(1000)
        yield Round(start + length * part, faults, hit, wait, victim, dice.choice(("fast", "immediate")))
