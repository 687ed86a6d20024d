"""The homeowners and installers of the imported exports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from bot.folding import folded, typed_words
from bot.listings import Directory, ListedHomeowner, ListedInstaller, Put
from bot.sop.organisation import Contact
from storage import directory_loading
from storage.search import FullText, terms
from storage.tables import (
    HOMEOWNER_SEARCH,
    INSTALLER_SEARCH,
    CounterRow,
    HomeownerRow,
    InstallerRow,
    Table,
)

COLUMNS: Final[Mapping[type[Table], tuple[str, ...]]] = {
    HomeownerRow: (
        "id",
        "account",
        "name",
        "address",
        "phone",
        "email",
        "best_time",
        "program",
        "product",
        "m1",
        "m2",
        "m3",
        "pto",
        "installer",
    ),
    InstallerRow: ("id", "name", "email", "phone", "manager_name", "manager_email", "manager_phone"),
}
"""What is read of a row, in the order in which `_homeowner` and `_installer` take it."""
Listed = TypeVar("Listed", ListedHomeowner, ListedInstaller)


@dataclass(frozen=True, slots=True)
class DirectoryStore(Directory):
    """The directory in one transaction."""

    session: Session

    def put_homeowners(
        self, listed: Sequence[ListedHomeowner], stated: Collection[str], now: datetime
    ) -> Put:
        return directory_loading.put_homeowners(self.session, listed, stated, now)

    def put_installers(
        self, listed: Sequence[ListedInstaller], stated: Collection[str], now: datetime
    ) -> Put:
        return directory_loading.put_installers(self.session, listed, stated, now)

    def known_homeowners(self, listed: Sequence[ListedHomeowner]) -> frozenset[int]:
        return directory_loading.ids_of(directory_loading.known_homeowners(self.session, listed))

    def known_installers(self, listed: Sequence[ListedInstaller]) -> frozenset[int]:
        return directory_loading.ids_of(directory_loading.known_installers(self.session, listed))

    def loaded(self, what: str, day: date) -> None:
        self.session.merge(CounterRow(name=f"{what} loaded", value=day.toordinal()))

    def loaded_on(self, what: str) -> date | None:
        row = self.session.get(CounterRow, f"{what} loaded")
        return date.fromordinal(row.value) if row else None

    def count_homeowners(self) -> int:
        return self.session.exec(select(func.count()).select_from(HomeownerRow)).one()

    def count_installers(self) -> int:
        return self.session.exec(select(func.count()).select_from(InstallerRow)).one()

    def has_homeowners(self) -> bool:
        return self.session.exec(select(HomeownerRow.id).limit(1)).first() is not None

    def has_installers(self) -> bool:
        return self.session.exec(select(InstallerRow.id).limit(1)).first() is not None

    def homeowner(self, homeowner_id: int) -> ListedHomeowner | None:
        row = self._one(HomeownerRow, col(HomeownerRow.id) == homeowner_id)
        return None if row is None else _homeowner(row)

    def installer(self, installer_id: int) -> ListedInstaller | None:
        row = self._one(InstallerRow, col(InstallerRow.id) == installer_id)
        return None if row is None else _installer(row)

    def installer_named(self, name: str) -> ListedInstaller | None:
        row = self._one(InstallerRow, col(InstallerRow.key) == ListedInstaller(name).key)
        return None if row is None else _installer(row)

    def _one(self, table: type[Table], is_it: ColumnElement[bool]) -> Any:
        """The row as plain columns: nothing here changes one through it."""
        columns = [Table.metadata.tables[str(table.__tablename__)].c[name] for name in COLUMNS[table]]
        return self.session.connection().execute(select_columns(*columns).where(is_it)).one_or_none()

    def find_homeowners(self, typed: str, most: int) -> Sequence[ListedHomeowner]:
        return _in_line(self._found(HOMEOWNER_SEARCH, HomeownerRow, _homeowner, typed, most), typed)

    def find_installers(self, typed: str, most: int) -> Sequence[ListedInstaller]:
        return _in_line(self._found(INSTALLER_SEARCH, InstallerRow, _installer, typed, most), typed)

    def _found(
        self, search: str, table: type[Table], read: Callable[[Any], Listed], typed: str, most: int
    ) -> list[tuple[int, Listed]]:
        """What fits, with how well: 0 has these words in the name, 1 their beginnings, 2 is the rest."""
        index, words = FullText(self.session, search), typed_words(typed)
        name, columns = str(table.__tablename__), ", ".join(COLUMNS[table])
        found: dict[int, tuple[int, Listed]] = {}
        ways = (terms(words, whole=True, in_head=True), terms(words, in_head=True), terms(words))
        for rank, wanted in enumerate(ways):
            if len(found) < most:
                for row in index.rows_of(name, columns, wanted, most):
                    if row[0] not in found:
                        found[row[0]] = rank, read(row)
        return list(found.values())[:most]


def _in_line(found: Iterable[tuple[int, Listed]], typed: str) -> list[Listed]:
    """Who fits best, then whose name begins as typed, then by name."""
    begins = folded(typed)

    def place(ranked: tuple[int, Listed]) -> tuple[int, bool, str, int]:
        rank, each = ranked
        name = folded(each.name)
        return rank, not name.startswith(begins), name, each.id

    return [each for _, each in sorted(found, key=place)]


def _homeowner(row: Any) -> ListedHomeowner:
    (
        listed_id,
        account,
        name,
        address,
        phone,
        email,
        best_time,
        program,
        product,
        m1,
        m2,
        m3,
        pto,
        installer,
    ) = row
    said = {"m1": m1, "m2": m2, "m3": m3, "pto": pto} if m1 or m2 or m3 or pto else {}
    return ListedHomeowner(
        name=name,
        address=address,
        phone=phone,
        email=email,
        best_time=best_time,
        program=program,
        product=product,
        milestones={each: value for each, value in said.items() if value},
        installer=installer,
        account=account or "",
        id=listed_id,
    )


def _installer(row: Any) -> ListedInstaller:
    listed_id, name, email, phone, *manager = row
    return ListedInstaller(name, email, phone, Contact(*manager), listed_id)
