"""The homeowners and installers of the imported exports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, func, select

from bot.folding import folded, typed_words
from bot.listings import Directory, ListedHomeowner, ListedInstaller, Put
from bot.sop import vocabulary
from bot.sop.organisation import Contact
from storage import directory_loading
from storage.search import FullText, terms
from storage.tables import HOMEOWNER_SEARCH, INSTALLER_SEARCH, HomeownerRow, InstallerRow, Table

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

    def count_homeowners(self) -> int:
        return self.session.exec(select(func.count()).select_from(HomeownerRow)).one()

    def count_installers(self) -> int:
        return self.session.exec(select(func.count()).select_from(InstallerRow)).one()

    def has_homeowners(self) -> bool:
        return self.session.exec(select(HomeownerRow.id).limit(1)).first() is not None

    def has_installers(self) -> bool:
        return self.session.exec(select(InstallerRow.id).limit(1)).first() is not None

    def homeowner(self, homeowner_id: int) -> ListedHomeowner | None:
        row = self.session.get(HomeownerRow, homeowner_id)
        return None if row is None else _homeowner(row)

    def installer(self, installer_id: int) -> ListedInstaller | None:
        row = self.session.get(InstallerRow, installer_id)
        return None if row is None else _installer(row)

    def installer_named(self, name: str) -> ListedInstaller | None:
        query = select(InstallerRow).where(InstallerRow.key == ListedInstaller(name).key)
        row = self.session.exec(query).one_or_none()
        return None if row is None else _installer(row)

    def find_homeowners(self, typed: str, most: int) -> Sequence[ListedHomeowner]:
        ranks = self._found(HOMEOWNER_SEARCH, typed, most)
        return _in_line(map(_homeowner, self._rows("homeowners", ranks)), ranks, typed)

    def find_installers(self, typed: str, most: int) -> Sequence[ListedInstaller]:
        ranks = self._found(INSTALLER_SEARCH, typed, most)
        return _in_line(map(_installer, self._rows("installers", ranks)), ranks, typed)

    def _rows(self, name: str, ids: Collection[int]) -> Iterable[Any]:
        """The rows of these ids, without the tracking of changes that would take most of the time."""
        table = Table.metadata.tables[name]
        return self.session.connection().execute(table.select().where(table.c.id.in_(ids)))

    def _found(self, search: str, typed: str, most: int) -> Mapping[int, int]:
        """Ids with how well they fit: 0 has these words in the name, 1 their beginnings, 2 is the rest."""
        index, words = FullText(self.session, search), typed_words(typed)
        ranks: dict[int, int] = {}
        ways = (terms(words, whole=True, in_head=True), terms(words, in_head=True), terms(words))
        for rank, wanted in enumerate(ways):
            if len(ranks) < most:
                for found in index.find(wanted, most):
                    ranks.setdefault(found, rank)
        return dict(list(ranks.items())[:most])


def _in_line(found: Iterable[Listed], ranks: Mapping[int, int], typed: str) -> list[Listed]:
    """Who fits best, then whose name begins as typed, then by name."""
    begins = folded(typed)

    def place(each: Listed) -> tuple[int, bool, str, int]:
        name = folded(each.name)
        return ranks[each.id], not name.startswith(begins), name, each.id

    return sorted(found, key=place)


def _homeowner(row: Any) -> ListedHomeowner:
    said = {each: getattr(row, each) for each in vocabulary.MILESTONES}
    return ListedHomeowner(
        name=row.name,
        address=row.address,
        phone=row.phone,
        email=row.email,
        best_time=row.best_time,
        program=row.program,
        product=row.product,
        milestones={each: value for each, value in said.items() if value},
        installer=row.installer,
        account=row.account or "",
        id=row.id,
    )


def _installer(row: Any) -> ListedInstaller:
    manager = Contact(row.manager_name, row.manager_email, row.manager_phone)
    return ListedInstaller(row.name, row.email, row.phone, manager, row.id)
