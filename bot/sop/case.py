"""A case as the rules see it: where it stands in its path, what happened, and which timers run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from bot.sop.facts import Facts

CaseState = Literal["awaiting_confirmation", "open", "waiting", "needs_decision", "ready_to_close", "closed"]
TimerKind = Literal[
    "follow_up", "prompt", "lead_prompt", "tag_confirmers", "repeat_confirmation", "tell_lead"
]
LADDER: Final = ("tag_confirmers", "repeat_confirmation", "tell_lead")
"""The timers of the Concert check (D-12); they are no follow-ups of an SOP."""


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
    kind: TimerKind
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
class Visit:
    """A stage that the case has come to, after so many `attempts`; its steps are owed from then on."""

    path: str
    stage: str
    round: int
    at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done, when and by whom."""

    step: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules need to go on with a case. Times are aware; `playbook` is a content hash.

    `attempts` counts the attempts to reach the installer, `rounds` how often the case was reopened,
    `timers_made` every timer that ever was, for their ids.
    """

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
    visits: tuple[Visit, ...] = ()
    done: tuple[Done, ...] = ()
    timers_made: int = 0

    @property
    def running(self) -> tuple[Timer, ...]:
        """The timers that have not rung yet, the next one first."""
        return tuple(sorted((t for t in self.timers if t.rung_at is None), key=lambda t: t.due))

    @property
    def next_due(self) -> datetime | None:
        """The next follow-up of the SOP; the minutes of the Concert check are not in it."""
        return next((t.due for t in self.running if t.kind not in LADDER), None)
