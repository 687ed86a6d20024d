"""Figures for Prometheus, in a registry of their own. No label holds an id, or who or what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from bot.promises import KINDS
from handlers.health import Health, Standing

__all__ = ["CONTENT_TYPE", "Metrics"]

ANSWERS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10)
"""Seconds; Slack waits for three."""
WAITS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 86400)
LETTERS: Final = ("delivered", "put_off", "dead")
OUTCOMES: Final = {200: "ok", 400: "unreadable", 401: "refused", 404: "unhandled", 503: "busy"}
TYPES: Final = frozenset(
    {
        "block_actions",
        "block_suggestion",
        "message_action",
        "shortcut",
        "view_closed",
        "view_submission",
        "event_callback",
        "url_verification",
    }
)


def kind_of(body: object) -> str:
    """What sort of request this is, by Slack's word for it; one of a handful, whatever is sent."""
    if not isinstance(body, Mapping):
        return "other"
    if body.get("command"):
        return "command"
    kind = body.get("type")
    return kind if isinstance(kind, str) and kind in TYPES else "other"


class Metrics:
    """What one process counts, and what all replicas share in the database."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        given: dict[str, Any] = {"registry": self.registry, "namespace": "desk"}
        Info("build", "The desk that runs here", **given).info({"version": version})
        self.requests = Histogram(
            "request_seconds",
            "From taking what Slack sent to its acknowledgement",
            ["kind", "outcome"],
            buckets=ANSWERS,
            **given,
        )
        self.acknowledged = Histogram(
            "acknowledgement_seconds",
            "From the first byte of a request to its answer, waiting for a thread included (HTTP)",
            buckets=ANSWERS,
            **given,
        )
        self.busy = Counter("busy", "Requests that were answered with busy, before any work", **given)
        self.late = Histogram(
            "ring_lateness_seconds",
            "How long after its time a follow-up or errand was taken up",
            ["kind"],
            buckets=WAITS,
            **given,
        )
        self.letters = Counter("letters", "What became of letters taken up here", ["outcome"], **given)
        self.waited = Histogram(
            "letter_waiting_seconds", "From when a letter was due to its delivery", buckets=WAITS, **given
        )
        self.database_errors = Counter("database_errors", "Transactions that the database refused", **given)
        self._connected = Gauge("slack_connected", "Whether Slack can deliver here: 1 or 0", **given)
        self._answers = Gauge("database_answers", "Whether the database answers: 1 or 0", **given)
        self._waiting = Gauge("letters_in", "Letters in a state, counted to 1000", ["state"], **given)
        self._overdue = Gauge("overdue", "How many wait past their time, counted to 1000", ["kind"], **given)
        self._oldest = Gauge(
            "oldest_overdue_seconds", "For how long the oldest has waited", ["kind"], **given
        )
        self._stale = Gauge("stale_homes", "Homes that could not be drawn for minutes", **given)
        self._found = Gauge("audit_findings", "What the auditor found and nobody has mended", **given)
        self._audited = Gauge("audit_age_seconds", "How long ago the auditor looked", **given)
        self._rang = Gauge("ring_age_seconds", "How long ago a ring last came to its end", **given)
        for kind in KINDS[:2]:
            self.late.labels(kind)
        for outcome in LETTERS:
            self.letters.labels(outcome)

    def rang(self, kind: str, late: timedelta) -> None:
        """A follow-up or errand was taken up, so long after its time."""
        self.late.labels(kind).observe(max(late.total_seconds(), 0.0))

    def letter(self, outcome: str, waited: timedelta | None = None) -> None:
        """A letter was delivered after so long, put off or given up."""
        self.letters.labels(outcome).inc()
        if waited is not None:
            self.waited.observe(max(waited.total_seconds(), 0.0))

    def answered(self, body: object, status: int, seconds: float) -> None:
        """A request was dispatched, with this status."""
        self.requests.labels(kind_of(body), OUTCOMES.get(status, "failed")).observe(seconds)

    async def page(self, health: Health) -> bytes:
        """Everything in Prometheus' text format."""
        standing, rang = await health.lookout.standing(), health.bell.last_rang
        self._connected.set(health.transport.is_connected())
        self._answers.set(standing is not None)
        if rang is not None:
            self._rang.set((health.machine_clock() - rang).total_seconds())
        if standing is not None:
            self._show(standing)
        return generate_latest(self.registry)

    def _show(self, standing: Standing) -> None:
        for state, count in standing.letters.items():
            self._waiting.labels(state).set(count)
        for kind, overdue in standing.overdue.items():
            self._overdue.labels(kind).set(overdue.count)
            self._oldest.labels(kind).set(_seconds(overdue.oldest, standing.now))
        self._stale.set(standing.stale_homes)
        self._found.set(standing.found)
        if standing.last_audit is not None:
            self._audited.set(_seconds(standing.last_audit, standing.now))


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
