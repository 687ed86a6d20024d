"""What the desk remembers, as values; `bot.ports` says how it is kept and found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.sop import Case, Timer
from bot.sop.rota import Change

Team = Literal["front_line", "trained_agent", "back_office"]
"""Who has a case, or in whose queue it waits to be taken."""


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case with what the desk knows of it besides the rules.

    `number` counts from 1001. `owner` and `opened_by` are Slack user ids; an empty `owner` means that the
    case waits in the queue of its `team` to be taken. `references` holds the numbers of tickets and cases in
    other systems, as {"ho_ticket": "EBH-12"}. `linked` holds the numbers of cases it belongs together with
    (D-21, D-22). `version` grows by one at each save.
    """

    number: int
    case: Case
    owner: str
    opened_by: str
    references: Mapping[str, str] = field(default_factory=dict)
    version: int = 1
    team: Team = "front_line"
    linked: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What people call the case."""
        return f"HC-{self.number}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a case's timeline: never changed, never removed."""

    at: datetime
    by: str
    event: str
    text: str
    cites: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A promised appointment: a timer of a case, in the table that is the truth.

    `tries` counts how often handling it has failed.
    """

    id: int
    case_number: int
    timer: Timer
    tries: int = 0

    @property
    def label(self) -> str:
        """What a log calls it."""
        return f"HC-{self.case_number}: its appointment {self.id}"


@dataclass(frozen=True, slots=True)
class Errand:
    """Something the desk itself has to do at a time, besides the follow-ups of the SOPs.

    `key` is unique for ever: the same errand promised twice is run once. `kind` says what is done, `data`
    carries ids, never personal data. `tries` counts how often running it has failed.
    """

    key: str
    kind: str
    due: datetime
    case_number: int | None = None
    person: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0

    @property
    def label(self) -> str:
        """What a log calls it."""
        return f"the errand {self.key}"


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be said in Slack.

    `key` is unique for ever: the same thing promised twice is one letter. `kind` chooses how it is drawn,
    at the moment of sending, from the case as it then is. `to` is a channel or user id, empty for an edit.
    `edits` is the key of the letter whose post this one rewrites, `thread` of the one it answers below.
    `case_number` is None for what concerns no single case. `data` carries ids, never personal data.
    `due` is when it should be said; None for at once.
    """

    key: str
    kind: str
    case_number: int | None = None
    to: str = ""
    edits: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    thread: str = ""
    due: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a post stands in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter that this process has taken to send. `attempt` counts from 1; `id` is the letter's row.

    `lease_until` is the machine's clock: after it another process may take the letter. `seek_since` is from
    when on a post of this letter may stand in Slack already; None if nobody can have made one.
    """

    id: int
    letter: Letter
    attempt: int
    promised_at: datetime
    holder: str
    lease_until: datetime
    seek_since: datetime | None = None


IntakePage = Literal["who", "what", "says"]
"""The pages of intake, in their order."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the newest window of an intake, and how recent what came from it is.

    `window` is Slack's id of the view, empty before the first one. `number` grows by one with each page that
    is turned; `answered` says that something has come from this very page. `latest` is the moment of the
    newest thing that was kept, by Slack's clock. `lag` is by how many seconds the desk's clock is ahead of
    Slack's, at most: the shortest way that anything took so far; None before the first.
    """

    page: IntakePage = "who"
    window: str = ""
    number: int = 0
    answered: bool = False
    latest: datetime | None = None
    lag: float | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """A complaint being written down: what has been typed so far, page by page, and where it led.

    `values` maps a field's id to what was typed or chosen, as text or a list of texts. `linked` holds the
    numbers of the cases that came up in the same contact (D-21). `given_by` handed it over, with `note`.
    """

    id: str
    agent: str
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    case_number: int | None = None
    sheet: Sheet = Sheet()
    linked: tuple[int, ...] = ()
    discarded: bool = False
    given_by: str = ""
    note: str = ""
    started_at: datetime | None = field(default=None, compare=False)
    updated_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RotaChange:
    """A change of the rota: what it changes, who made it, when and why. An undone one is withdrawn.

    `by` and `withdrawn_by` are Slack user ids; `id` is 0 until it is stored.
    """

    change: Change
    by: str
    at: datetime
    reason: str = ""
    id: int = 0
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None

    @property
    def held(self) -> Change:
        """What of it held, or still holds: a change undone under way ends there, its past stays."""
        if self.withdrawn_at is None:
            return self.change
        return replace(self.change, ends=min(self.change.ends, self.withdrawn_at))


TroubleKind = Literal["gap", "gone", "roster", "late", "stuck"]
"""Nobody can be reached for a while; somebody was deactivated in Slack; nobody on the roster has an id.

What the auditor finds: something of a sort is far past its time; nothing brings a case up again.
"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with who is on call or with what was promised, from when it was found until mended.

    `subject` is the Slack id of who is gone, what sort of thing is late, or the number of a stuck case.
    `starts` and `ends` are those of a gap; `starts` is since when something is late. `id` is 0 until stored.
    """

    kind: TroubleKind
    found_at: datetime
    subject: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    id: int = 0
    mended_at: datetime | None = None
