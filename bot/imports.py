"""Loading exports: a row that is wrong is reported by its line, and the rest loads; twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bot import imports_columns as columns
from bot.errors import ImportRefused
from bot.imports_columns import Column, Header, WrongCell
from bot.imports_reading import Row, rows_of
from bot.listings import Directory, ListedHomeowner, ListedInstaller, Put
from bot.ports import Memory
from bot.sop import vocabulary
from bot.sop.organisation import Contact

BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that is wrong: its line, its column as the file calls it, and why. Never what stands there."""

    line: int
    column: str
    why: str


@dataclass(slots=True)
class Report:
    """What became of a file. `missing` are those that are listed, but no longer in the file: they stay."""

    file: str
    ignored: Sequence[str] = ()
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    missing: int = 0
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """How many rows were not loaded."""
        return len({each.line for each in self.wrong})


@dataclass(frozen=True, slots=True)
class Kind:
    """What an export lists, and how it comes into the directory."""

    name: str
    columns: Sequence[Column]
    built: Callable[[Mapping[str, str]], Any]
    keys: Callable[[Any], Collection[str]]
    put: Callable[[Directory, Sequence[Any], Collection[str], datetime], Put]
    known: Callable[[Directory, Sequence[Any]], frozenset[int]]
    count: Callable[[Directory], int]


def homeowner_of(values: Mapping[str, str]) -> ListedHomeowner:
    """A homeowner of one row; city, state and ZIP code join the address where they have columns."""
    said = {each.field: values.get(each.field, "") for each in columns.HOMEOWNERS}
    region = " ".join(filter(None, (said["state"], said["zip"])))
    return ListedHomeowner(
        name=said["name"],
        address=", ".join(filter(None, (said["address"], said["city"], region))),
        phone=said["phone"],
        email=said["email"],
        best_time=said["best_time"],
        program=said["program"],
        product=said["product"],
        milestones={each: said[each] for each in vocabulary.MILESTONES if said[each]},
        installer=said["installer"],
        account=said["account"],
    )


def installer_of(values: Mapping[str, str]) -> ListedInstaller:
    """An installer of one row, with who manages them."""
    name, email, phone = (values.get(each, "") for each in ("name", "email", "phone"))
    manager = Contact(*(values.get(f"manager_{each}", "") for each in ("name", "email", "phone")))
    return ListedInstaller(name, email, phone, manager)


def _homeowner_keys(listed: ListedHomeowner) -> Collection[str]:
    return (f"account {listed.account}",) if listed.account else (f"place {listed.place}",)


HOMEOWNERS: Final = Kind(
    "homeowners",
    columns.HOMEOWNERS,
    homeowner_of,
    _homeowner_keys,
    lambda directory, listed, stated, now: directory.put_homeowners(listed, stated, now),
    lambda directory, listed: directory.known_homeowners(listed),
    lambda directory: directory.count_homeowners(),
)
INSTALLERS: Final = Kind(
    "installers",
    columns.INSTALLERS,
    installer_of,
    lambda listed: (listed.key,),
    lambda directory, listed, stated, now: directory.put_installers(listed, stated, now),
    lambda directory, listed: directory.known_installers(listed),
    lambda directory: directory.count_installers(),
)


def load(memory: Memory, kind: Kind, file: Path, now: datetime, today: date) -> Report:
    """Load a file in one transaction. Raises ImportRefused; nothing was changed then."""
    rows = rows_of(file)
    header = _header(rows, kind, file)
    reading = Reading(kind, header, today, Report(file.name, header.ignored))
    known: set[int] = set()
    report = reading.report
    with memory.write() as work:
        before = kind.count(work.directory)
        while batch := list(islice(rows, BATCH)):
            listed = reading.read(batch)
            put = kind.put(work.directory, listed, header.stated, now)
            known |= put.known | kind.known(work.directory, reading.take_wrong())
            report.new += put.new
            report.changed += put.changed
            report.same += len(listed) - put.new - put.changed
        work.directory.loaded(kind.name, today)
    report.missing = before - len(known)
    return report


def _header(rows: Iterator[Row], kind: Kind, file: Path) -> Header:
    first = next(rows, None)
    if first is None:
        raise ImportRefused(f"{file.name} is empty. Export it again; nothing was changed.")
    return columns.header_of(first[1], kind.columns, file.name)


@dataclass(slots=True)
class Reading:
    """Rows become what they list; those that are wrong are written down."""

    kind: Kind
    header: Header
    today: date
    report: Report
    _lines: dict[str, int] = field(default_factory=dict)
    _wrong: list[Any] = field(default_factory=list)

    def read(self, batch: Sequence[Row]) -> list[Any]:
        """What the right rows of a batch list."""
        return [listed for row in batch if (listed := self._one(row)) is not None]

    def take_wrong(self) -> list[Any]:
        """What the wrong rows since the last time are about: it is in the file, if not as it should be."""
        taken, self._wrong = self._wrong, []
        return taken

    def _one(self, row: Row) -> Any:
        line, _ = row
        self.report.rows += 1
        values, wrong = self._values(row)
        listed = self.kind.built(values)
        if not wrong:
            wrong = self._twice(line, listed)
        if not wrong:
            return listed
        self.report.wrong += wrong
        if all(values.get(column.field) for column in self.kind.columns if column.needed):
            self._wrong.append(listed)
        return None

    def _values(self, row: Row) -> tuple[dict[str, str], list[Wrong]]:
        line, cells = row
        values: dict[str, str] = {}
        wrong = []
        for place, column, title in self.header.places:
            try:
                values[column.field] = column.value(cells[place] if place < len(cells) else "", self.today)
            except WrongCell as problem:
                wrong.append(Wrong(line, title, str(problem)))
        if any(columns.text_of(cell) for cell in cells[self.header.width :]):
            more = f"There are {len(cells)} cells, but {self.header.width} columns. Put commas in quotes."
            wrong.append(Wrong(line, "the row", more))
        return values, wrong

    def _twice(self, line: int, listed: Any) -> list[Wrong]:
        """A row about who stood in the file before: the first one counts."""
        for key in self.kind.keys(listed):
            first = self._lines.setdefault(key, line)
            if first != line:
                return [Wrong(line, "the row", f"The same one stands in line {first} already, which counts.")]
        return []


def load_sample(memory: Memory, folder: Path, now: datetime, today: date) -> None:
    """Load `homeowners.csv` and `installers.csv` of a folder into a directory that is empty."""
    with memory.read() as work:
        empty = not (work.directory.has_homeowners() or work.directory.has_installers())
    for kind in (HOMEOWNERS, INSTALLERS) if empty else ():
        load(memory, kind, folder / f"{kind.name}.csv", now, today)
