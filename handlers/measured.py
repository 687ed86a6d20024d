"""The desk measured from outside: an app and a memory that do what the plain ones do, and count it.

What happened in a transaction counts once it is committed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from slack_bolt import BoltRequest, BoltResponse
from sqlalchemy.exc import DBAPIError

from bot.ports import Errands, FollowUps, Memory, Outbox, Work
from bot.stored import Delivery, Errand, FollowUp, Posted
from handlers.busy import AdmittingApp, Body

if TYPE_CHECKING:
    from handlers.metrics import Metrics

Appointment = FollowUp | Errand


class MeasuredApp(AdmittingApp):
    """A Bolt app that notes how long each request took, and what became of it, where it has `metrics`."""

    metrics: Metrics | None = None

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Hand a request to its listener; the answer is the acknowledgement."""
        if self.metrics is None:
            return super().dispatch(req)
        began, status = time.perf_counter(), 500
        try:
            response = super().dispatch(req)
            status = response.status
            return response
        finally:
            self.metrics.answered(req.body, status, time.perf_counter() - began)

    def turn_away(self, body: Body) -> BoltResponse:
        """Say that the desk is busy."""
        if self.metrics is not None:
            self.metrics.busy.inc()
        return super().turn_away(body)


@dataclass(frozen=True, slots=True)
class MeasuredMemory(Memory):
    """A memory whose transactions are counted: what was taken up, what became of letters, what failed."""

    inner: Memory
    metrics: Metrics

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self._counting_errors(), self.inner.write() as work:
            follow_ups, errands = _Appointments(work.follow_ups), _Appointments(work.errands)
            letters = _Letters(work.outbox)
            work.follow_ups, work.errands = cast(FollowUps, follow_ups), cast(Errands, errands)
            work.outbox = cast(Outbox, letters)
            yield work
        follow_ups.count(self.metrics, "follow_up")
        errands.count(self.metrics, "errand")
        letters.count(self.metrics)

    @contextmanager
    def read(self) -> Iterator[Work]:
        with self._counting_errors(), self.inner.read() as work:
            yield work

    @contextmanager
    def _counting_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError:
            self.metrics.database_errors.inc()
            raise


@dataclass(slots=True)
class _Appointments:
    """Follow-ups or errands of one transaction. What it does not measure, `inner` does."""

    inner: Any
    taken: list[tuple[Appointment, datetime]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def take_due(self, now: datetime, most: int = 1) -> Sequence[Appointment]:
        found: Sequence[Appointment] = self.inner.take_due(now, most)
        self.taken += [(each, now) for each in found]
        return found

    def give_back(self, taken: Sequence[Appointment]) -> None:
        self.inner.give_back(taken)
        self.taken = [each for each in self.taken if each[0] not in taken]

    def count(self, metrics: Metrics, kind: str) -> None:
        for each, now in self.taken:
            due = each.timer.due if isinstance(each, FollowUp) else each.due
            metrics.rang(kind, now - due)


@dataclass(slots=True)
class _Letters:
    """The outbox of one transaction."""

    inner: Any
    outcomes: list[tuple[str, timedelta | None]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def settle(self, delivery: Delivery, posted: Posted | None, now: datetime) -> bool:
        settled = bool(self.inner.settle(delivery, posted, now))
        if settled and posted is not None:
            due = max(delivery.promised_at, delivery.letter.due or delivery.promised_at)
            self.outcomes.append(("delivered", now - due))
        return settled

    def put_off(self, delivery: Delivery, until: datetime, error: str, holds: bool = False) -> None:
        self.inner.put_off(delivery, until, error, holds)
        self.outcomes.append(("put_off", None))

    def bury(self, delivery: Delivery, error: str, now: datetime) -> None:
        self.inner.bury(delivery, error, now)
        self.outcomes.append(("dead", None))

    def count(self, metrics: Metrics) -> None:
        for outcome, waited in self.outcomes:
            metrics.letter(outcome, waited)
