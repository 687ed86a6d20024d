"""Cases in lists, what could not be delivered, and who looks at which Home: values of the columns alone.

Nothing here reads a case's whole content: a list has to be quick over a million cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

MOST_COUNTED: Final = 1000
"""Nobody pages further than this; counting stops there."""

When = Literal["", "overdue", "due", "today", "waiting"]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as it stands in a list.

    `acts_at` is since when, or from when, a person has to act on it (`bot.due`). `category` and `path` are
    ids of the vocabulary, or empty.
    """

    number: int
    owner: str
    opened_by: str
    team: str
    state: str
    path: str
    category: str
    program: str
    homeowner: str
    address: str
    installer: str
    opened_at: datetime
    acts_at: datetime | None
    escalated: bool

    @property
    def name(self) -> str:
        """What people call the case."""
        return f"HC-{self.number}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open cases a list shows. What is None or empty does not matter.

    An `owner` of "" asks for those that wait in a queue. `when` needs `today` and `tomorrow`, the
    beginnings of these days. `by_age` is for those in a queue: as they are taken from it.
    """

    owner: str | None = None
    team: str = ""
    states: tuple[str, ...] = ()
    program: str = ""
    category: str = ""
    installer: str = ""
    escalated: bool = False
    when: When = ""
    today: datetime | None = None
    tomorrow: datetime | None = None
    by_age: bool = False


class Overview(Protocol):
    """Open cases in lists, and figures over all cases."""

    def lines(self, wanted: Wanted, skip: int, most: int) -> Sequence[CaseLine]:
        """The list from its `skip`th line on."""

    def count(self, wanted: Wanted, most: int = MOST_COUNTED) -> int:
        """How long the list is; counting stops at `most`."""

    def next_whys(self, numbers: Iterable[int]) -> Mapping[int, str]:
        """Why the next appointment of these cases is when it is, by case number."""

    def installers(self, typed: str, most: int) -> Mapping[int, str]:
        """Installers with open cases whose name contains this, in the order of the alphabet.

        By the number of one of their open cases, which stands for the name where a name is too long.
        """

    def opened_since(self, since: datetime) -> int:
        """How many cases were opened since."""

    def closed_since(self, since: datetime) -> Sequence[ClosedCase]:
        """The cases closed since that are still closed."""

    def open_by(self, column: Literal["category", "program"]) -> Mapping[str, int]:
        """How many cases are open, by the ids of the vocabulary."""


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """How long a case took, and whose installation it was about."""

    installer: str
    opened_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was given up: for whom, when it was promised, and what Slack said of it.

    `to` is a channel or user id, or a channel's name; `gave_up_at` is the machine's clock.
    """

    id: int
    kind: str
    case_number: int | None
    to: str
    is_edit: bool
    promised_at: datetime
    gave_up_at: datetime
    said: str


class Undelivered(Protocol):
    """Letters that were given up, until somebody has decided about them."""

    def lines(self, skip: int, most: int) -> Sequence[DeadLetter]:
        """The newest first."""

    def count(self, most: int = MOST_COUNTED) -> int:
        """How many there are; counting stops at `most`."""

    def send_again(self, letter_id: int) -> DeadLetter | None:
        """Let it be tried anew; None where somebody has decided already."""

    def drop(self, letter_id: int, by: str, now: datetime) -> DeadLetter | None:
        """It stays, recorded as dropped; None where somebody has decided already."""


@dataclass(frozen=True, slots=True)
class Home:
    """What the desk remembers of one person's Home.

    `choices` are filters and pages by name. `summary` is whether they want the morning digest. `face`
    tells what was published last; `wanted` and `draws` count, so that nothing older ends on top.
    """

    user: str
    choices: Mapping[str, str] = field(default_factory=dict)
    summary: bool = True
    face: str = ""
    wanted: int = 0
    draws: int = 0
    tries: int = 0


class Homes(Protocol):
    """Whose Home shows what, and which of them no longer shows what is so."""

    def of(self, user: str) -> Home:
        """What is remembered of a person's; as new where they never opened it."""

    def open(self, user: str, sees: Iterable[str], now: datetime) -> Home:
        """They look at it now. `sees` names the audiences of `tell` that they belong to."""

    def choose(self, user: str, choices: Mapping[str, str], now: datetime) -> None:
        """Keep filters and pages; an empty one is forgotten."""

    def want_summary(self, user: str, wanted: bool, now: datetime) -> None:
        """Keep whether they want the morning digest."""

    def unwilling(self) -> frozenset[str]:
        """Who does not want the morning digest."""

    def tell(self, audiences: Iterable[str]) -> None:
        """What these see has changed: user ids, and names of audiences; "everybody" is all."""

    def waiting(self, now: datetime, since: datetime) -> bool:
        """Whether there is a Home to be drawn anew, or news of which."""

    def claim(self, now: datetime, until: datetime, since: datetime) -> Home | None:
        """One to be drawn anew, opened after `since`; nobody else is given it before `until`."""

    def drawn(self, home: Home, face: str) -> None:
        """It was published, as of when `home` was read. Drawn by another meanwhile: it is wanted again."""

    def put_off(self, home: Home, until: datetime) -> None:
        """It could not be published; not before `until` again."""

    def forget(self, user: str) -> None:
        """It is not drawn again before they open it."""
