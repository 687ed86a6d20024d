"""Time is an event too: the bell rings what is due, and wakes the lanes that deliver what that gives.

APScheduler only keeps the time, in memory; the truth is in the database. A date trigger waits for the next
due instant. A thread that looks every second is the net for what another process or a moved clock has made
due: it counts by a clock that nobody can set, while APScheduler sleeps by the system's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot import errands, follow_ups
from bot.clerk import Clerk
from bot.delivery import Postman
from bot.redrawing import Redrawer
from bot.staff import GROUPS_EVERY, Staff
from bot.statuses import StatusReader
from handlers.lanes import Lanes

logger = logging.getLogger(__name__)

NET = timedelta(seconds=1)
ALARM = "next due"
WAKE = "wake"
HOMES = "homes"
STAFF = "staff"
STATUSES = "statuses"
STATUSES_EVERY = timedelta(minutes=1)
"""How often it is looked whether what was read of other systems has grown old."""


def _scheduler() -> BackgroundScheduler:
    # The bell sees to it that one ring runs at a time; APScheduler would drop the second and log a warning.
    defaults = {"coalesce": True, "max_instances": 3, "misfire_grace_time": None}
    return BackgroundScheduler(timezone=UTC, job_defaults=defaults)


@dataclass(slots=True)
class Bell:
    """Rings, one at a time, until it is stopped. What waits to be sent goes on lanes of its own.

    Homes are drawn on a thread of their own: they hold up no letter, and no letter holds them up. `routine`
    are the kinds of errands that nobody waits for. `last_rang` is when a ring last came to its end, by the
    machine's clock; `failures` counts those since then that did not. `net` is how often it looks in any case.
    """

    postman: Postman
    kinds: Mapping[str, errands.Run] = field(default_factory=dict)
    homes: Redrawer | None = None
    routine: Collection[str] = ()
    staff: Staff | None = None
    net: timedelta = NET
    last_rang: datetime | None = None
    failures: int = 0
    clerks: Sequence[Clerk] = ()
    statuses: StatusReader | None = None
    lanes: tuple[Lanes, ...] = field(init=False)
    _scheduler: BackgroundScheduler = field(default_factory=_scheduler)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    _wanted: threading.Event = field(default_factory=threading.Event)
    _one_home_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _looking: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        clerks = (Lanes(each, 1, each.system) for each in self.clerks)
        self.lanes = (Lanes(self.postman), *clerks)
        self._looking = threading.Thread(target=self._look_again, name="net", daemon=True)

    def start(self) -> None:
        """Catch up with what fell due while the desk was down, and go on from there."""
        self._scheduler.start()
        self._looking.start()
        if self.staff is not None:
            every = IntervalTrigger(seconds=GROUPS_EVERY.total_seconds(), timezone=UTC)
            at_once = datetime.now(UTC)
            self._scheduler.add_job(
                self.staff.refresh, every, id=STAFF, max_instances=1, next_run_time=at_once
            )
        if self.statuses is not None:
            every = IntervalTrigger(seconds=STATUSES_EVERY.total_seconds(), timezone=UTC)
            self._scheduler.add_job(self.read_statuses, every, id=STATUSES, max_instances=1)
        for lanes in self.lanes:
            lanes.start()
        self.wake()

    def stop(self) -> None:
        """Finish the letters that are being sent, take no other."""
        self._stopping.set()
        for lanes in self.lanes:
            lanes.halt()
        for lanes in self.lanes:
            lanes.stop()
        if self.staff is not None:
            self.staff.stop()
        # While it shuts down, APScheduler waits for what runs, and what runs may not set an alarm.
        with self._one_at_a_time, self._one_home_at_a_time:
            self._scheduler.shutdown(wait=True)
        self._looking.join()

    def _look_again(self) -> None:
        while not self._stopping.wait(self.net.total_seconds()):
            self.ring()

    def wake(self) -> None:
        """Ring at once, on the bell's own thread."""
        if not self._stopping.is_set():
            self._wake_lanes()
            self._scheduler.add_job(self.ring, id=WAKE, replace_existing=True)
            self._wake_homes()

    def read_statuses(self) -> None:
        """See how tickets and cases stand in other systems. Nothing waits for it, and it holds up nothing."""
        if self.statuses is None:
            return
        try:
            self.statuses.read_all(self._stopping.is_set)
        except Exception:
            logger.exception("how records stand could not be read; the next try is a minute away")

    def draw_homes(self) -> None:
        """Publish every Home that no longer shows what is so; while another thread does, leave it to that."""
        if self.homes is None or not self._one_home_at_a_time.acquire(blocking=False):
            return
        try:
            while not self._stopping.is_set() and self.homes.redraw_next():
                pass
        except Exception:
            logger.exception("Homes could not be drawn; the next try is a second away")
        finally:
            self._one_home_at_a_time.release()

    def _wake_lanes(self) -> None:
        for lanes in self.lanes:
            lanes.wake()

    def _wake_homes(self) -> None:
        if self.homes is not None and not self._stopping.is_set():
            self._scheduler.add_job(self.draw_homes, id=HOMES, replace_existing=True)

    def ring(self) -> None:
        """Ring now; while another ring is under way, have that one go round once more."""
        self._wanted.set()
        # Asked again after the lock is free: who found it taken a moment ago has only left word.
        while self._wanted.is_set() and not self._stopping.is_set():
            if not self._one_at_a_time.acquire(blocking=False):
                return
            try:
                self._wanted.clear()
                self._ring_once()
                self.last_rang, self.failures = datetime.now(UTC), 0
            except Exception:
                self.failures += 1
                # The next tick tries again; APScheduler would only note what leaves this thread.
                logger.exception("a ring failed; the next one is a second away")
            finally:
                self._one_at_a_time.release()

    def _ring_once(self) -> None:
        """Handle what is due, have sent what waits, and set the alarm for what comes next."""
        now = self.postman.now()
        errands.run(self.postman.desk, now, self.kinds, self._stopping.is_set)
        follow_ups.ring(self.postman.desk, now, self._stopping.is_set)
        self._wake_homes()
        self._wake_lanes()
        self._set_alarm(now)

    def next_due(self) -> datetime | None:
        """When the next appointment falls due that somebody waits for."""
        return self._earliest(self.routine)

    def _earliest(self, besides: Collection[str]) -> datetime | None:
        with self.postman.desk.memory.read() as work:
            dues = (work.follow_ups.next_due(), work.errands.next_due(besides))
        return min((due for due in dues if due is not None), default=None)

    def _set_alarm(self, rang_for: datetime) -> None:
        """What fell due during the ring is rung for at once; what was due before it, another works on."""
        due = self._earliest(())
        if due is not None and not self._stopping.is_set():
            wait = max(due - self.postman.now(), timedelta()) if due > rang_for else NET
            at = datetime.now(UTC) + wait
            self._scheduler.add_job(self.ring, DateTrigger(at, timezone=UTC), id=ALARM, replace_existing=True)
