"""Protocols of the clock, the memory and Slack; those of the systems of record stand in `bot.systems`.

Values that cross them are frozen, and stand in `bot.stored`. Nothing here knows how any of it is done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar, runtime_checkable

from bot.guard import Cleared
from bot.housekeeping import Leftovers
from bot.listings import Directory
from bot.overview import Homes, Overview, Undelivered
from bot.pace import Paces
from bot.promises import Promises
from bot.sop import Case, Timer
from bot.stored import (
    Delivery,
    Entry,
    Errand,
    FollowUp,
    Intake,
    Letter,
    Posted,
    RotaChange,
    StoredCase,
    Team,
    Trouble,
)
from bot.systems import Finding, Orders, Receipt, Record, Records, Status, Surroundings


class Clock(Protocol):
    """What time it is."""

    def __call__(self) -> datetime:
        """Now, aware, in UTC."""


# --- what we remember ---------------------------------------------------------------------------


Owed = TypeVar("Owed", FollowUp, Errand)
LONGEST_REST: Final = timedelta(minutes=15)
"""What failed is tried again after so long at the latest."""


class Cases(Protocol):
    """The cases."""

    def add(
        self, case: Case, owner: str, opened_by: str, now: datetime, team: Team = "front_line"
    ) -> StoredCase:
        """Store a new case under the next number."""

    def get(self, number: int) -> StoredCase:
        """The case; raises UnknownCase. Inside `write` its row is locked until the end."""

    def save(self, stored: StoredCase, now: datetime) -> StoredCase:
        """Store the case as it is now; raises MovedOn when its version is not the stored one."""

    def numbers(self) -> Sequence[int]:
        """The numbers of all cases, the oldest first."""

    def open_of(self, owner: str) -> Sequence[StoredCase]:
        """The owner's cases that are not closed, the newest first."""

    def find(self, typed: str, most: int) -> Sequence[StoredCase]:
        """Up to `most` cases that hold every word of `typed`: the one of that number, open ones, closed ones.

        Each word may be the beginning of one. Of equals the newest comes first. Text without any letter or
        digit finds nothing; no text raises.
        """

    def queue(self, team: Team) -> Sequence[StoredCase]:
        """The open cases that wait in a team's queue, the one that has waited longest first."""

    def next_in(self, teams: Collection[Team]) -> StoredCase | None:
        """The longest waiting case of these queues, locked until the transaction ends.

        One that another transaction is just taking is passed over; None if there is no other.
        """

    def owners(self) -> frozenset[str]:
        """Everybody who has an open case."""

    def take_turn(self) -> None:
        """No other transaction opens a case until this one ends: what it reads of open cases stays so."""

    def open_like(self, name_key: str, phone_key: str) -> Sequence[StoredCase]:
        """Open cases whose homeowner has this name or phone number (`bot.likeness`), the newest first."""

    def of_installer(self, key: str) -> Sequence[tuple[int, datetime]]:
        """Number and opening of every case that concerns this installer, the newest first."""


class Timeline(Protocol):
    """What happened, case by case."""

    def add(self, number: int, entries: Iterable[Entry]) -> None:
        """Append lines to a case's timeline."""

    def of(self, number: int) -> Sequence[Entry]:
        """The whole timeline, oldest first."""


class Due(Protocol[Owed]):
    """What falls due, and is taken to be handled in the same transaction."""

    def take_due(self, now: datetime, most: int = 1) -> Sequence[Owed]:
        """Up to `most` open ones that are due, the most overdue first: they are settled, their cases locked.

        One whose case another transaction has locked is passed over.
        """

    def attempt(self) -> AbstractContextManager[object]:
        """A part of the transaction: an exception that leaves it undoes that part alone."""

    def give_back(self, taken: Sequence[Owed]) -> None:
        """They were not handled after all, and are due as they were."""

    def rest(self, taken: Owed, until: datetime) -> None:
        """Handling it failed: it is open again, and not due before `until`, by the desk's clock.

        Where that clock is set back, no rest becomes longer than LONGEST_REST.
        """


class FollowUps(Due[FollowUp], Protocol):
    """The appointments."""

    def keep(self, number: int, timers: Iterable[Timer], now: datetime) -> None:
        """Make the open rows of a case exactly the timers that have not rung: insert, move, cancel."""

    def next_due(self) -> datetime | None:
        """When the next open one is due, or has rested."""


class Errands(Due[Errand], Protocol):
    """What the desk itself has to do, and when."""

    def put(self, errands: Iterable[Errand], now: datetime) -> None:
        """Store errands; a key that is there already is left alone."""

    def cancel(self, key: str, now: datetime) -> None:
        """It is no longer owed; one that was run, or never put, is left alone."""

    def cancel_of(self, case_number: int, kind: str, now: datetime) -> None:
        """None of this kind is owed any longer for this case."""

    def next_due(self, besides: Collection[str] = ()) -> datetime | None:
        """When the next open errand falls due, of those that are of no kind in `besides`."""


class Outbox(Protocol):
    """What has to be said outside, kept until it was."""

    def put(self, letters: Iterable[Letter], now: datetime) -> None:
        """Store letters; a key that is there already is left alone."""

    def claim(
        self,
        holder: str,
        now: datetime,
        lease_until: datetime,
        most: int,
        paces: Paces | None = None,
        stale_before: datetime | None = None,
    ) -> Sequence[Delivery]:
        """Lease up to `most` letters that wait, the most urgent first, then the oldest.

        None is taken while the post that it edits, or below which it stands, is still to be made. With
        `paces`, one at a time goes to each channel, and none before its time. A reminder that was due before
        `stale_before` (the desk's clock) takes those with it that wait for the same person, if they are many.
        """

    def merged(self, key: str) -> Sequence[Letter]:
        """The letters that the post of this one speaks for too, the most overdue first."""

    def letter(self, key: str) -> Letter | None:
        """The letter of that key."""

    def posted(self, key: str) -> Posted | None:
        """Where the letter of that key stands, if it was sent."""

    def letter_at(self, posted: Posted) -> Letter | None:
        """The letter that stands there, if it is one of the desk's."""

    def originals(self, case_number: int, kind: str) -> Sequence[Letter]:
        """The letters of a case and kind that are no edits, the oldest first, sent or still waiting."""

    def latest_original(self, installer_key: str, since: datetime, kind: str) -> Letter | None:
        """Such a letter of the newest case that has one, among an installer's that were opened since then."""

    def settle(self, delivery: Delivery, posted: Posted | None, now: datetime) -> bool:
        """Mark as sent; False when the lease had gone to another holder."""

    def put_off(self, delivery: Delivery, until: datetime, error: str, holds: bool = False) -> None:
        """Give the letter back, not to be tried before `until`; if it `holds`, its channel waits too."""

    def bury(self, delivery: Delivery, error: str, now: datetime) -> None:
        """Give the letter up; it stays, to be shown to leads."""

    def release_all(self) -> None:
        """Give back every lease: for a process that knows it is the only one, at its start."""

    def next_try(self, paces: Paces | None = None) -> datetime | None:
        """When the next waiting letter may be tried; with `paces`, as far as they let it."""


class Intakes(Protocol):
    """Complaints being written down."""

    def save(self, intake: Intake, now: datetime) -> None:
        """Store what has been typed so far."""

    def get(self, intake_id: str) -> Intake | None:
        """What has been typed so far. Inside `write` its row is locked until the end."""

    def unfinished_of(self, agent: str) -> Sequence[Intake]:
        """What this agent has begun, and neither opened a case from nor discarded: the newest first."""


class Seen(Protocol):
    """Keys of what was handled, so that a repeat is known as one."""

    def first_time(self, key: str, now: datetime) -> bool:
        """True once for a key, and False ever after."""


class Versions(Protocol):
    """Every version of the playbooks that a desk was started with."""

    def keep(self, version: str, files: Mapping[str, str], now: datetime) -> None:
        """Store the texts of a version, by file name; one that is there already is left alone."""

    def files_of(self, version: str) -> Mapping[str, str] | None:
        """The texts of a version, by file name; None where it was never stored."""


class RotaChanges(Protocol):
    """What was changed about who is on call."""

    def add(self, made: RotaChange) -> RotaChange:
        """Store a change; it comes back with its id."""

    def get(self, change_id: int) -> RotaChange | None:
        """The change of that id, withdrawn or not."""

    def standing(self, since: datetime | None = None) -> Sequence[RotaChange]:
        """Those that hold, held or will hold, in the order in which they were made.

        With `since`, only those that end later than that.
        """

    def withdraw(self, change_id: int, by: str, now: datetime) -> bool:
        """Undo a change; False where there is none, or it was undone already."""


class Troubles(Protocol):
    """What is wrong with who is on call, and what the auditor found."""

    def add(self, found: Trouble) -> Trouble:
        """Store one; it comes back with its id."""

    def get(self, trouble_id: int) -> Trouble | None:
        """The trouble of that id, mended or not."""

    def open(self) -> Sequence[Trouble]:
        """Those that are not mended, the oldest first.

        Who may change things has them alone until the transaction ends: what is added then is new.
        """

    def mend(self, trouble_id: int, now: datetime) -> None:
        """It is over."""


class Work(Protocol):
    """One transaction over everything we remember."""

    cases: Cases
    timeline: Timeline
    follow_ups: FollowUps
    errands: Errands
    rota_changes: RotaChanges
    troubles: Troubles
    outbox: Outbox
    intakes: Intakes
    seen: Seen
    versions: Versions
    directory: Directory
    overview: Overview
    undelivered: Undelivered
    homes: Homes
    promises: Promises
    leftovers: Leftovers
    orders: Orders
    records: Records


class Memory(Protocol):
    """The database."""

    def write(self) -> AbstractContextManager[Work]:
        """A transaction that may change things: committed at the end, undone by an exception."""

    def read(self) -> AbstractContextManager[Work]:
        """A transaction that only looks."""


# --- what goes out ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """A message for Slack: `text` is a full sentence without personal data, `blocks` what is drawn."""

    text: str
    blocks: tuple[Mapping[str, object], ...]


class Messenger(Protocol):
    """Slack, as far as the desk speaks there of its own accord. All raise DeliveryError."""

    def post(self, to: str, message: Message, delivery_id: str, thread: Posted | None = None) -> Posted:
        """Post once, never trying again by itself; `to` is a channel or user id."""

    def edit(self, posted: Posted, message: Message) -> None:
        """Rewrite a post."""

    def find(self, to: str, delivery_id: str, since: datetime, thread: Posted | None = None) -> Posted | None:
        """The post that carries this delivery's id, if it was made after all."""

    def delete(self, posted: Posted) -> None:
        """Take a post of the desk's own away; one that is not there is no error."""


class People(Protocol):
    """Who is who in Slack, as it was last read there. None of these raises."""

    def name_of(self, user_id: str) -> str:
        """The name people know them by; their id where Slack does not answer."""

    def members_of(self, group_id: str) -> frozenset[str]:
        """The user ids of a Slack user group; empty where Slack never answered."""

    def is_active(self, user_id: str) -> bool:
        """False for somebody who is deactivated in Slack; True where that is not known."""

    def zone_of(self, user_id: str) -> str:
        """Their time zone, as in America/Chicago; empty where it is not known."""

    def is_person(self, user_id: str) -> bool:
        """False for an app's user; True where that is not known."""

    def refresh(self, user_ids: Collection[str], group_ids: Collection[str]) -> frozenset[str]:
        """Read these anew; the ids that could not be read come back, and keep what was known of them.

        It talks to Slack: never within a transaction.
        """


class Connector(Protocol):
    """A connected system of record. All but `examine` raise DeliveryError.

    No method tries again by itself, and none takes longer than half a lease (`bot.clerk.LEASE`).
    """

    @property
    def title(self) -> str:
        """What people call the system, as in “waiting for Jira”."""

    def carry_out(self, cleared: Cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        """Do what was ordered, once. `mark` is what its trace is known by: 32 hex digits, unique for the
        order.

        With `seek`, an earlier try may have got through: what carries the mark is looked for first, and
        found is done; what cannot be looked for is Rejected, until a person has looked (`around.looked`).
        Raises NotLetIn where the system does not let the desk in, Rejected where this order can never be
        carried out, RateLimited, Unreached, OutcomeUnknown.
        """

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        """How these records stand now, by their `reference`; those that could not be read are left out."""

    def members(self, address: str) -> tuple[str, ...]:
        """The addresses behind a group or organisation that stands where an address may; empty for a
        person.
        """

    def examine(self, *, live: bool) -> Iterator[Finding]:
        """See whether the settings fit; `live`, with harmless calls to the system. Raises nothing."""


@runtime_checkable
class Sender(Protocol):
    """A connector that sends mail."""

    @property
    def sender(self) -> str:
        """The address that mail comes from."""
