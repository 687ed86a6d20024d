"""Who is listed in the imported exports: homeowners, installers, and where they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.folding import folded
from bot.sop.organisation import Contact


@dataclass(frozen=True, slots=True)
class ListedHomeowner:
    """A homeowner as an export lists them. Empty text means that the export does not say.

    `account` is their number in the export, `milestones` has a day as YYYY-MM-DD or `not_yet` for each that
    is known, `id` is the directory's own, 0 where it has not been stored.
    """

    name: str
    address: str
    phone: str = ""
    email: str = ""
    best_time: str = ""
    program: str = ""
    product: str = ""
    milestones: Mapping[str, str] = field(default_factory=dict)
    installer: str = ""
    account: str = ""
    id: int = 0

    @property
    def place(self) -> str:
        """Name and address, by which a homeowner without an account number is known again."""
        return f"{folded(self.name)} | {folded(self.address)}"


@dataclass(frozen=True, slots=True)
class ListedInstaller:
    """An installer as an export lists them, with who manages them. `id` as for a homeowner."""

    name: str
    email: str = ""
    phone: str = ""
    account_manager: Contact = field(default_factory=Contact)
    id: int = 0

    @property
    def key(self) -> str:
        """The name by which an installer is known again, however it is written."""
        return folded(self.name)


@dataclass(frozen=True, slots=True)
class Put:
    """What became of rows that were put into the directory; `known` are the ids that were there before."""

    new: int
    changed: int
    known: frozenset[int]


class Directory(Protocol):
    """The homeowners and installers of the imported exports."""

    def put_homeowners(
        self, listed: Sequence[ListedHomeowner], stated: Collection[str], now: datetime
    ) -> Put:
        """Store homeowners; one that is known, by account number or else by place, is changed.

        Only what the export states is changed: `stated` names the fields of its columns.
        """

    def put_installers(
        self, listed: Sequence[ListedInstaller], stated: Collection[str], now: datetime
    ) -> Put:
        """Store installers in the same way; they are known by name."""

    def known_homeowners(self, listed: Sequence[ListedHomeowner]) -> frozenset[int]:
        """The ids of those that are stored already, whatever else is said of them."""

    def known_installers(self, listed: Sequence[ListedInstaller]) -> frozenset[int]:
        """The ids of those that are stored already."""

    def loaded(self, what: str, day: date) -> None:
        """Keep the day on which `homeowners` or `installers` were last imported."""

    def loaded_on(self, what: str) -> date | None:
        """The day on which they were last imported; None where they never were, as far as that is known."""

    def count_homeowners(self) -> int:
        """How many homeowners are listed."""

    def count_installers(self) -> int:
        """How many installers are listed."""

    def has_homeowners(self) -> bool:
        """Whether any homeowner is listed."""

    def has_installers(self) -> bool:
        """Whether any installer is listed."""

    def homeowner(self, homeowner_id: int) -> ListedHomeowner | None:
        """The homeowner of that id."""

    def installer(self, installer_id: int) -> ListedInstaller | None:
        """The installer of that id."""

    def installer_named(self, name: str) -> ListedInstaller | None:
        """The installer of that name, however it is written."""

    def find_homeowners(self, typed: str, most: int) -> Sequence[ListedHomeowner]:
        """Up to `most` homeowners whose name, address or phone hold every word of `typed`.

        Each word may be the beginning of one; who is found by name comes first. No text raises.
        """

    def find_installers(self, typed: str, most: int) -> Sequence[ListedInstaller]:
        """Up to `most` installers whose names hold every word of `typed`."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a live list answered. `complete` says that it holds nobody else who fits."""

    homeowners: tuple[ListedHomeowner, ...] = ()
    complete: bool = True


class HomeownerSource(Protocol):
    """A live list of homeowners in another system, which may be slow or down."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def stated(self) -> frozenset[str]:
        """The fields that it states of a homeowner, as `Directory.put_homeowners` takes them."""

    def find(self, words: Sequence[str], most: int, today: date) -> Found:
        """Up to `most` homeowners whose name, address, phone, e-mail or account hold every one of the words.

        A word is made of letters and digits, and of `?`, which stands for any one character. Raises
        DeliveryError.
        """
