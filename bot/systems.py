"""The systems of record: what is asked of them, what they answer, and what the desk remembers of both.

A draft becomes an order when a person has read it and clicked. The order waits in the outbox until a
connector has carried it out, once; nothing on the way holds up the call. A system that is not connected is
worked by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

SystemName = Literal["ebh", "salesforce", "outlook", "email", "power_bi"]
"""The systems of the vocabulary that are worked by hand where they are not connected."""
Place = Literal["to", "cc", "participant"]
"""Where an address stands: a mail's To or Cc, or a ticket's request participants."""
Verb = str
"""A step's verb in the vocabulary, or `update_record` for a record whose facts have changed."""
UPDATE: Final = "update_record"
OPENS: Final = ("open_ticket", "open_linked_ticket", "open_case")
"""The verbs that make a record."""
ORDERED: Final[Mapping[str, frozenset[str]]] = {
    "ebh": frozenset(
        {"open_ticket", "open_linked_ticket", "add_participant", "internal_comment", "email", "close", UPDATE}
    ),
    "salesforce": frozenset({"open_case", "reassign", "referral_comment", "close", UPDATE}),
    "outlook": frozenset({"email"}),
    "email": frozenset({"email"}),
}
"""What each system does once it is connected; everything else stays with a person."""
TITLES: Final[Mapping[str, str]] = {
    "ebh": "Jira",
    "salesforce": "Salesforce",
    "outlook": "Outlook",
    "email": "e-mail",
    "power_bi": "Power BI",
}
"""What people call the systems, as in “waiting for Jira”."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is to receive something.

    `role` is one of the vocabulary, or `other` for somebody whom a person added. `why` is a sentence for
    people: why they are there, with the rules in `cites`. `address` is one e-mail address, as it was
    configured or typed.
    """

    role: str
    address: str
    name: str = ""
    place: Place = "to"
    why: str = ""
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a step wants to have done in a system, finished for a person to read; not yet looked at by the
    guard.

    `verb` is the step's; `on` is the record it concerns (`ho_ticket`, `installer_ticket`, `case`). `fields`
    are a record's, by the names of the playbook, in order. `step` is the step's id in the case.
    """

    case_name: str
    system: str
    verb: Verb
    step: str
    on: str | None = None
    subject: str = ""
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    addressees: tuple[Addressee, ...] = ()
    cites: tuple[str, ...] = ()

    def at(self, place: Place) -> tuple[Addressee, ...]:
        """Those who stand in this place."""
        return tuple(each for each in self.addressees if each.place == place)


Trace = Literal["none", "perhaps", "looked"]
"""What earlier tries have left of an order in its system: certainly nothing, perhaps something, or what a
person knows who has looked there and then had it tried again.
"""
OrderState = Literal["waiting", "done", "dead", "dropped"]


@dataclass(frozen=True, slots=True)
class Order:
    """A draft that a person has approved.

    `key` is unique for ever: the same order given twice is one. `override` is the reason a lead gave for
    something that the guard would refuse otherwise. `attempts` counts the tries, `said` is what the last one
    met, `not_before` (machine's clock) when the next may be. `id` is 0 until it is stored.
    """

    key: str
    case_number: int
    draft: Draft
    by: str
    placed_at: datetime
    override: str = ""
    override_by: str = ""
    id: int = 0
    state: OrderState = "waiting"
    attempts: int = 0
    said: str = ""
    not_before: datetime | None = None

    @property
    def system(self) -> str:
        """The system that it is for."""
        return self.draft.system


@dataclass(frozen=True, slots=True)
class Task:
    """An order that this process has taken. `attempt` counts from 1; after `lease_until` another may take it.

    `trace` tells what there may be of it: from an earlier attempt, or from before a copy of the database was
    restored.
    """

    order: Order
    attempt: int
    holder: str
    lease_until: datetime
    trace: Trace = "none"

    @property
    def seek(self) -> bool:
        """Whether somebody may have carried it out already."""
        return self.trace != "none"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a system answered.

    `reference` is the number people know the record by, or the id of a mail or comment; `own_id` is what the
    system calls it in its API, where that differs. `fields` are those that were written, as they were
    written. `data` is what is kept with the timeline's line, such as the id that a later mail answers to.
    """

    reference: str
    link: str = ""
    own_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A ticket or case in another system, as the desk knows it.

    `fields` are those that were last written there, by the names of the playbook: what a changed fact is
    compared with. `status` is the system's own word, read at `read_at`; empty until it was read. `closed`
    says that it is closed there.
    """

    case_number: int
    on: str
    system: str
    reference: str
    link: str = ""
    own_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    closed: bool = False
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """How a record stands in its system, in that system's words."""

    status: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person must copy into a system of record themselves.

    `asks` is the title of the number to record afterwards, empty where there is none; `form` is the
    regular expression that number has to match; `link` opens the system, empty where none is configured.
    """

    fields: Mapping[str, str]
    text: str = ""
    asks: str = ""
    form: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found when a system was looked at: `fits` is False for what has to be mended, as `said`
    says.
    """

    what: str
    said: str
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an order needs to know besides its draft: the case's other records by `on`, and the mails before
    it.

    `thread` are the `data` of the receipts of earlier mails of the case to the same role, oldest first. With
    `looked`, a person has looked whether an earlier try got through, and then had it tried again: for systems
    that cannot be asked.
    """

    records: Mapping[str, Record] = field(default_factory=dict)
    thread: tuple[Mapping[str, str], ...] = ()
    looked: bool = False


class Manual(Protocol):
    """A system that people work in themselves."""

    def by_hand(self, draft: Draft) -> ByHand:
        """Everything a person needs to do it: each field ready to copy."""


class Orders(Protocol):
    """The outbox of what is to be done in systems of record."""

    def put(self, order: Order, now: datetime) -> bool:
        """Store an order; False where its key is there already, which is left alone."""

    def of(self, case_number: int) -> Sequence[Order]:
        """All orders of a case, the oldest first."""

    def get(self, order_id: int) -> Order | None:
        """The order of that id."""

    def claim(self, system: str, holder: str, now: datetime, lease_until: datetime) -> Task | None:
        """Lease the oldest order that may be tried; of one case, none before those that were placed
        earlier.
        """

    def settle(self, task: Task, receipt: Receipt, now: datetime) -> bool:
        """Mark as done; False when the lease had gone to another holder."""

    def put_off(
        self, task: Task, until: datetime, said: str, *, holds: bool = False, traceless: bool = False
    ) -> None:
        """Give it back, not to be tried before `until`; if it `holds`, all others of its system wait as
        long.

        A `traceless` try is none as far as looking for it goes.
        """

    def bury(self, task: Task, said: str, now: datetime) -> None:
        """Give it up; it stays, to be shown to its case's owner and to leads. Those behind it wait."""

    def send_again(self, order_id: int) -> Order | None:
        """A dead order waits anew; None where somebody has decided about it already."""

    def drop(self, order_id: int, by: str, now: datetime) -> Order | None:
        """A waiting or dead order is not carried out any more; None where it is too late, or leased just
        now.
        """

    def receipts(self, case_number: int) -> Sequence[tuple[Order, Receipt]]:
        """What was done, with what came of it, the oldest first."""

    def dead(self, skip: int, most: int) -> Sequence[Order]:
        """Orders that were given up and not decided about, the newest first."""

    def dead_count(self) -> int:
        """How many orders were given up and not decided about."""

    def next_try(self, system: str) -> datetime | None:
        """When the next waiting order of a system may be tried (machine's clock)."""

    def release_all(self) -> None:
        """Give back every lease: for a process that knows it is the only one, at its start."""


class Records(Protocol):
    """Tickets and cases in other systems."""

    def keep(self, record: Record, now: datetime) -> None:
        """Store a record, or what is newly known of it; it is known by its case and what it is `on`."""

    def of(self, case_number: int) -> Sequence[Record]:
        """The records of a case."""

    def to_read(self, system: str, before: datetime, most: int) -> Sequence[Record]:
        """Records of open cases that were not read since then, those that were read longest ago first."""

    def read(self, case_number: int, on: str, status: Status, now: datetime) -> Record | None:
        """Note how a record stands. Answers how it stood; None where it is no longer there."""
