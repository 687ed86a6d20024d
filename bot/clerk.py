"""The clerk: carries out orders, each once, system by system, so that one that is down holds up no other.

Every attempt passes the guard anew, by the facts as they are then. An attempt that may have got through is
looked for before it is made again; after a lost reply that takes a moment, for search in such systems lags
behind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from bot import cases, guard, orders
from bot.delivery import waiting_time
from bot.desk import Desk
from bot.drafting import standing
from bot.errors import DeliveryError, NotLetIn, RateLimited, Rejected
from bot.guard import Cleared, Refused
from bot.ports import Clock, Connector, Work
from bot.systems import Order, Receipt, Record, Surroundings, Task

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
"""Longer than one order takes, if every call of it runs into its time limit."""
LONGEST_WAIT: Final = timedelta(minutes=15)
MOST_ATTEMPTS: Final = 100
"""With these waits, an order is given up when it could not be carried out for a day; tried anew, it has as
long again.
"""
SEARCH_LAG: Final = timedelta(seconds=15)
"""After a lost reply: what was made shows in a system's search only after a while."""
SHUT_OUT: Final = timedelta(minutes=5)
"""How long a system that does not let the desk in is left alone."""
Scatter = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Done:
    """The system has done it."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class PutOff:
    """It could not be done now. What `holds` keeps everything else of the system waiting, too; what was
    `traceless` need not be looked for.
    """

    wait: timedelta
    said: str
    holds: bool
    traceless: bool = False


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It cannot be done."""

    said: str


Outcome = Done | PutOff | GivenUp


@dataclass(frozen=True, slots=True)
class Clerk:
    """Carries out the orders of one system, one after the other.

    Two clocks: `now` is the desk's, `lease_clock` the machine's. `told` is called when something became of an
    order, for what must be said in Slack then. `scatter` makes waits of several replicas unlike.
    """

    desk: Desk
    system: str
    connector: Connector
    now: Clock
    lease_clock: Clock
    told: Callable[[], None] = lambda: None
    scatter: Scatter = lambda: 1.0

    def deliver_all(self, stopped: Callable[[], bool], another: Callable[[], None]) -> None:
        """Carry out what waits, until nothing may be tried or it is `stopped`."""
        del another  # One at a time: a system of record is not hurried.
        while not stopped() and self.next_try() is not None and self.deliver_next():
            pass

    def deliver_next(self) -> bool:
        """Try one order that waits and may be tried now; False if there is none."""
        at = self.lease_clock()
        with self.desk.memory.write() as work:
            task = work.orders.claim(self.system, uuid4().hex, at, at + LEASE)
        if task is None:
            return False
        outcome = self._outcome(task)
        with self.desk.memory.write() as work:
            self._settle(work, task, outcome)
        self.told()
        return True

    def next_try(self) -> datetime | None:
        """When the next order may be tried (the machine's clock); None if none waits."""
        with self.desk.memory.read() as work:
            return work.orders.next_try(self.system)

    def _outcome(self, task: Task) -> Outcome:
        order = task.order
        try:
            cleared, around = self._prepared(task)
            return Done(self.connector.carry_out(cleared, orders.mark_of(order), around, task.seek))
        except (Refused, Rejected) as error:
            return GivenUp(str(error))
        except DeliveryError as error:
            return self._delayed(task, error)
        except Exception as error:
            # Whatever is wrong with one order, those behind it still have to be carried out.
            logger.exception("%s: could not be carried out", order.key)
            return self._again_or_never(task, f"an error of the desk ({type(error).__name__})")

    def _delayed(self, task: Task, error: DeliveryError) -> Outcome:
        match error:
            case RateLimited():
                return PutOff(min(timedelta(seconds=error.seconds), LONGEST_WAIT), str(error), holds=True)
            case NotLetIn():
                return PutOff(SHUT_OUT, str(error), holds=True, traceless=error.traceless)
        outcome = self._again_or_never(task, str(error), timedelta() if error.traceless else SEARCH_LAG)
        return replace(outcome, traceless=error.traceless) if isinstance(outcome, PutOff) else outcome

    def _prepared(self, task: Task) -> tuple[Cleared, Surroundings]:
        """The order past the guard, by the case as it is now, and what the connector needs to know
        besides.
        """
        order = task.order
        with self.desk.memory.read() as work:
            view = cases.view(work, self.desk, order.case_number, self.now())
            judged_by = standing(view, self.desk.for_case(view.stored.case, work))
            done = work.orders.receipts(order.case_number)
        cleared = guard.clear(order.draft, judged_by, self.connector.members, order.override)
        thread = tuple(
            receipt.data
            for earlier, receipt in done
            if earlier.draft.verb == "email" == order.draft.verb
            and earlier.system == order.system
            and _main(earlier) == _main(order)
        )
        # What was opened by hand by an earlier version of the desk has left nothing but its number.
        numbers = view.stored.references.items()
        records = {on: Record(order.case_number, on, order.system, number) for on, number in numbers}
        records |= {each.on: each for each in view.records}
        return cleared, Surroundings(records, thread, looked=task.trace == "looked")

    def _settle(self, work: Work, task: Task, outcome: Outcome) -> None:
        at, order = self.lease_clock(), task.order
        # The case is locked before its order, as whoever presses a button does: the other way round, each
        # could wait for the other.
        work.cases.get(order.case_number)
        match outcome:
            case Done(receipt):
                if not orders.finished(work, self.desk, task, receipt, at, self.now()):
                    logger.warning(
                        "%s: the lease had gone to another process before it was settled", order.key
                    )
            case PutOff(wait, said, holds, traceless):
                logger.warning("%s: put off for %s: %s", order.key, wait, said)
                work.orders.put_off(task, at + wait, said, holds=holds, traceless=traceless)
                orders.delayed(work, task, self.now())
            case GivenUp(said):
                logger.error("%s: given up: %s", order.key, said)
                orders.failed(work, task, said, at, self.now())

    def _again_or_never(self, task: Task, said: str, least: timedelta = timedelta()) -> Outcome:
        if task.attempt % MOST_ATTEMPTS == 0:
            return GivenUp(said)
        wait = min(waiting_time(task.attempt), LONGEST_WAIT)
        return PutOff(max(wait, least) * self.scatter(), said, holds=False)


def _main(order: Order) -> str:
    """The role that a mail is first of all for."""
    return next((each.role for each in order.draft.at("to")), "")
