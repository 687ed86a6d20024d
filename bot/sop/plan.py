"""Facts in, a plan out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sop.facts import Facts
from bot.sop.playbook import Playbooks

StepState = Literal["available", "waiting", "held", "refused", "done"]
HandledBy = Literal["front_line", "trained_agent", "back_office", "lead"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to be done, by whom, to whom, with which words, when, and by which rule.

    `text` names the template of what is said, posted or written; `fields` maps a ticket's field to its
    template's text; both are rendered by `bot.wording`. `why` explains `due`, or the refusal.
    """

    id: str
    verb: str
    title: str
    system: str | None = None
    to: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    by: Literal["desk", "person"] = "person"
    state: StepState = "available"
    due: datetime | None = None
    why: str = ""
    text: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None
    cover_starts: datetime | None = None
    cites: tuple[str, ...] = ()
    lost: bool = False
    on: str | None = None
    index: int = 0
    events: tuple[str, ...] = ()

    @property
    def default(self) -> bool:
        """True where no rule of the SOP stands behind the step, only a decision of ours."""
        return not any(cite.startswith("R-") for cite in self.cites)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A role that may not be written to, where, and by which rule."""

    role: str
    where: Literal["mail", "participants", "any"]
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the SOPs require of these facts, at this moment."""

    path: str | None
    handled_by: HandledBy
    covered: bool
    steps: tuple[Step, ...]
    overlays: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    next_due: datetime | None = None


def plan(facts: Facts, playbooks: Playbooks, now: datetime) -> Plan:
    """What the SOPs require of these facts at `now` (aware)."""
    raise NotImplementedError
