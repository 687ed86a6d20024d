"""How the desk is: what `/healthz`, `/readyz` and `/metrics` are told, read from the database once a second.

Times are ISO 8601 in UTC. Nothing here names a person or a case.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from bot import auditing
from bot.ports import Clock, Memory
from bot.promises import KINDS, TOO_LATE, Kind, Overdue
from handlers.clock import Bell
from handlers.transport import Transport

logger = logging.getLogger(__name__)

FRESH: Final = timedelta(seconds=1)
PATIENCE: Final = 2.0
"""Seconds that an answer waits for the database; whoever asks gives up soon after."""
RING_EVERY: Final = timedelta(seconds=90)
"""A ring may take a while when much waits to be sent; one letter takes no longer than this."""
NAMES: Final[Mapping[Kind, str]] = {
    "follow_up": "A follow-up",
    "errand": "An errand of the desk",
    "letter": "A letter",
    "order": "What another system is to do",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database said at one moment of the machine's clock."""

    at: datetime
    now: datetime
    overdue: Mapping[Kind, Overdue]
    letters: Mapping[str, int]
    stale_homes: int
    last_audit: datetime | None
    found: int


class Lookout:
    """Asks the database how things stand: never twice at a time, for nobody longer than `patience` seconds.

    A database that hangs would hold a thread for as long: it is one of its own, which nobody waits for.
    """

    def __init__(self, memory: Memory, now: Clock, machine_clock: Clock, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._memory, self._now, self._machine_clock = memory, now, machine_clock
        self._answered = threading.Condition()
        self._asking = False
        self._standing: Standing | None = None

    async def standing(self) -> Standing | None:
        """How things stand, as of a second ago at most; None where the database does not answer."""
        if standing := self._fresh():
            return standing
        with self._answered:
            if not self._asking:
                self._asking = True
                threading.Thread(target=self._ask, name="lookout", daemon=True).start()
        return await asyncio.to_thread(self._wait)

    def _wait(self) -> Standing | None:
        with self._answered:
            self._answered.wait_for(lambda: not self._asking, self._patience)
        return self._fresh()

    def _fresh(self) -> Standing | None:
        standing = self._standing
        return standing if standing and self._machine_clock() - standing.at <= FRESH else None

    def _ask(self) -> None:
        standing = None
        try:
            standing = self._look()
        except Exception as error:  # noqa: BLE001 - whatever the driver raises, the page says that it failed.
            logger.warning("the health page could not read the database (%s)", type(error).__name__)
        with self._answered:
            self._standing, self._asking = standing, False
            self._answered.notify_all()

    def _look(self) -> Standing:
        now = self._now()
        with self._memory.read() as work:
            return Standing(
                self._machine_clock(),
                now,
                {kind: work.promises.overdue(kind, now) for kind in KINDS},
                work.promises.letters(),
                work.promises.stale_homes(),
                work.promises.last_run(auditing.recent_keys(now)),
                auditing.found(work),
            )


@dataclass(slots=True)
class Health:
    """What is asked for an answer: the database by its lookout, Slack, and the clock.

    `way` is socket or http. `started` is by the machine's clock; `draining` is set when the desk was told to
    stop.
    """

    version: str
    way: str
    lookout: Lookout
    transport: Transport
    bell: Bell
    machine_clock: Clock
    started: datetime
    draining: bool = False

    async def report(self) -> tuple[int, Mapping[str, object]]:
        """The status and the body of `/healthz`."""
        standing = await self.lookout.standing()
        problems = list(self._problems(standing))
        status = "draining" if self.draining else "unwell" if problems else "ok"
        body = {
            "status": status,
            "problems": problems,
            "version": self.version,
            "database": {"answers": standing is not None},
            "slack": self._slack(),
            "last_ring": _iso(self.bell.last_rang),
            "oldest_overdue": {
                kind: _iso(standing.overdue[kind].oldest if standing else None) for kind in KINDS
            },
            "last_audit": _iso(standing.last_audit if standing else None),
            "found_by_audit": standing.found if standing else None,
        }
        return 200 if status == "ok" else 503, body

    async def readiness(self) -> tuple[int, Mapping[str, object]]:
        """The status and the body of `/readyz`: whether this very process can take a click now."""
        problems = list(self._own_problems(await self.lookout.standing()))
        return 503 if problems else 200, {"ready": not problems, "problems": problems}

    def _slack(self) -> Mapping[str, object]:
        state = asdict(cast(Any, self.transport.state()))
        return {"transport": self.way, "connected": self.transport.is_connected(), **state}

    def _own_problems(self, standing: Standing | None) -> Iterator[str]:
        if self.draining:
            yield "The desk was told to stop and finishes what it has begun."
        elif not self.transport.is_connected():
            yield "Slack is not connected."
        if standing is None:
            yield f"The database does not answer within {PATIENCE:.0f} seconds."

    def _problems(self, standing: Standing | None) -> Iterator[str]:
        yield from self._own_problems(standing)
        rang = self.bell.last_rang or self.started
        if self.machine_clock() - rang > RING_EVERY:
            yield f"The clock has not rung since {_iso(rang)}."
        elif self.bell.failures > 1:
            yield f"The last {self.bell.failures} rings failed; the log says why."
        if standing is not None:
            yield from self._overdue(standing)

    def _overdue(self, standing: Standing) -> Iterator[str]:
        running = self.machine_clock() - self.started
        for kind in KINDS:
            oldest = standing.overdue[kind].oldest
            # A desk that has just begun is still catching up.
            if oldest is not None and min(standing.now - oldest, running) > TOO_LATE[kind]:
                yield f"{NAMES[kind]} waits since {_iso(oldest)}."
        if standing.stale_homes:
            yield f"{standing.stale_homes} Homes could not be drawn anew for minutes."
        if standing.found:
            yield f"The auditor found {standing.found} that nobody would come back to; the leads were told."
        audited = standing.last_audit
        if running > auditing.SILENT and (audited is None or standing.now - audited > auditing.SILENT):
            yield "The auditor has not looked for too long."


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
