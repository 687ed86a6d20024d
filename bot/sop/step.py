"""One thing that has to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sop.organisation import Contact

StepState = Literal["available", "waiting", "held", "refused", "done"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to be done, by whom, to whom, with which words, when, and by which rule.

    `text` names the template of what is said, posted or written, and `source` is that template; `fields` maps
    a ticket's field to its template's text; both are rendered by `bot.wording`. `why` explains `due`, or
    the refusal. `events` are what a person can report on the step. `attempt` numbers the attempt to reach the
    installer it belongs to. `key` is the step's id in its playbook; `id` is unique within the case.
    `our_wording` marks a text for which the SOP gives no words. `contact` holds the details that the text
    gives to somebody, `link` the address of what it refers to.
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
    source: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None
    cover_starts: datetime | None = None
    cites: tuple[str, ...] = ()
    lost: bool = False
    on: str | None = None
    index: int = 0
    events: tuple[str, ...] = ()
    attempt: int = 0
    key: str = ""
    our_wording: bool = False
    contact: Contact | None = None
    link: str = ""

    @property
    def default(self) -> bool:
        """True where no rule of the SOP stands behind the step, only a decision of ours."""
        return not any(cite.startswith("R-") for cite in self.cites)
