"""A case as the rules see it: where it stands in its path, what happened, and which timers run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sop.facts import Facts

CaseState = Literal["awaiting_confirmation", "open", "waiting", "needs_decision", "ready_to_close", "closed"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a name of `events` in the vocabulary, its data, when, and who reported it."""

    name: str
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """An appointment.

    `id` is unique within the case for ever (a second round gets another id), `kind` says who is asked
    when it rings, `why` is the sentence that explains the date, `cites` what it stands on.
    """

    id: str
    step: str
    kind: Literal["follow_up", "prompt", "tag_confirmers", "repeat_confirmation", "tell_lead"]
    due: datetime
    why: str
    cites: tuple[str, ...] = ()
    rung_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The Concert check of a case (D-12): when it was posted, whom it tagged, and who answered what."""

    posted_at: datetime
    tagged_at: datetime | None
    answer: Literal["concert", "not_concert"] | None = None
    answered_by: str = ""
    answered_at: datetime | None = None
    cannot_tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules need to go on with a case. Times are aware; `playbook` is a content hash."""

    facts: Facts
    playbook: str
    opened_at: datetime
    path: str | None
    stage: str
    state: CaseState
    attempts: int = 0
    rounds: int = 0
    timers: tuple[Timer, ...] = ()
    confirmation: Confirmation | None = None
    history: tuple[Event, ...] = ()

    @property
    def running(self) -> tuple[Timer, ...]:
        """The timers that have not rung yet, the next one first."""
        return tuple(sorted((t for t in self.timers if t.rung_at is None), key=lambda t: t.due))
