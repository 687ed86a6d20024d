"""The columns of the exports: by which names each is known, and what its cells may hold.

What is wrong with a cell is said without its value, so that a report may be shown to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.errors import ImportRefused
from bot.folding import folded
from bot.imports_reading import Cell
from bot.intake_fields import MOST, email_problem, phone_problem
from bot.sop import vocabulary

INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
ISO_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
US_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: .*)?")
NOT_YET: Final = frozenset({"not yet", "no", "pending", "not approved", "open"})
UNKNOWN: Final = frozenset({"", "unknown", "not known", "n a", "none"})
PROGRAMS: Final = {
    **dict.fromkeys(("everbright", "ever bright", "eb", "everbright solar"), "everbright"),
    "beam": "beam",
    "concert": "concert",
}
PRODUCTS: Final = {
    **dict.fromkeys(("ric", "retail installment contract", "loan"), "ric"),
    **dict.fromkeys(("ppa", "power purchase agreement"), "ppa"),
}


class WrongCell(Exception):
    """What is wrong with a cell, in a sentence without its value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an export may have: what it states, and the names it goes by, folded."""

    field: str
    title: str
    names: Sequence[str]
    read: Callable[[Cell], str]
    needed: bool = False

    def value(self, cell: Cell, today: date) -> str:
        """What a cell states, empty where it does not. Raises WrongCell."""
        text = text_of(cell)
        if not text:
            if self.needed:
                raise WrongCell("This is empty. Fill it in.")
            return ""
        most = MOST.get(f"homeowner.{self.field}", MOST["homeowner.name"])
        if len(text) > most:
            raise WrongCell(f"This is {len(text)} characters long. Shorten it to {most}.")
        value = self.read(cell if isinstance(cell, date) else text)
        if self.field in vocabulary.MILESTONES and today.isoformat() < value < "a":
            raise WrongCell("This day lies in the future. Leave it empty until it is approved.")
        return value


def _email(cell: Cell) -> str:
    return _held(text_of(cell), email_problem)


def _phone(cell: Cell) -> str:
    return _held(text_of(cell), phone_problem)


def _held(text: str, problem_of: Callable[[str], str]) -> str:
    problem = problem_of(text) if text else ""
    if problem:
        raise WrongCell(problem)
    return text


def _program(cell: Cell) -> str:
    return _one_of(cell, PROGRAMS, "a program. Write EverBright, Beam or Concert, or leave it empty.")


def _product(cell: Cell) -> str:
    return _one_of(cell, PRODUCTS, "a product. Write RIC or PPA, or leave it empty.")


def _one_of(cell: Cell, known: Mapping[str, str], wanted: str) -> str:
    said = folded(text_of(cell))
    if said not in known and said not in UNKNOWN:
        raise WrongCell(f"This is not {wanted}")
    return known.get(said, "")


def _milestone(cell: Cell) -> str:
    """A day as YYYY-MM-DD, `not_yet`, or empty for not known."""
    said = folded(text_of(cell))
    if said in NOT_YET or said in UNKNOWN:
        return "not_yet" if said in NOT_YET else ""
    day = _day(cell)
    if day is None:
        raise WrongCell("This is not a date. Write it like 10/31/2026 or 2026-10-31, or “not yet”.")
    return day.isoformat()


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    try:
        if iso := ISO_DAY.fullmatch(text):
            return date.fromisoformat(iso[1])
        if us := US_DAY.fullmatch(text):
            year = int(us[3]) + (2000 if len(us[3]) == 2 else 0)
            return date(year, int(us[1]), int(us[2]))
    except ValueError:
        return None
    return None


def text_of(cell: Cell) -> str:
    """A cell as text in one line: whole numbers without a point, lines of an address beside each other."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, str) and cell.isascii() and cell.isprintable():
        return " ".join(cell.split()).rstrip(",")
    lines = INVISIBLE.sub("", str(cell).replace("\r", "\n")).split("\n")
    return ", ".join(" ".join(line.split()).rstrip(",") for line in lines if line.strip())


def _milestone_column(name: str) -> Column:
    spoken = {"pto": "permission to operate"}.get(name, f"milestone {name.removeprefix('m')}")
    ends = ("", " approval date", " approval", " approved", " approved date", " approved on", " date")
    names = [f"{base}{end}" for base in (name, spoken) for end in ends]
    return Column(name, f"{name.upper()} Approval Date", names, _milestone)


def _column(field: str, title: str, names: str, read: Callable[[Cell], str] = text_of) -> Column:
    return Column(field, title, [each.strip() for each in names.split(",")], read)


NAME: Final = Column(
    "name",
    "Name",
    (
        *(
            "name",
            "homeowner name",
            "homeowners name",
            "homeowner",
            "customer name",
            "customer",
            "full name",
            "client name",
        ),
        *("contact name", "account name", "borrower name", "borrower"),
    ),
    text_of,
    needed=True,
)
ADDRESS: Final = Column(
    "address",
    "Property Address",
    (
        *("property address", "address", "site address", "service address", "installation address"),
        *("full address", "street address", "home address", "property", "street", "address line 1"),
    ),
    text_of,
    needed=True,
)
HOMEOWNERS: Final = (
    NAME,
    ADDRESS,
    _column("city", "City", "city, property city, town"),
    _column("state", "State", "state, property state"),
    _column("zip", "ZIP", "zip, zip code, postal code, property zip, postcode"),
    _column(
        "account",
        "Account Number",
        "account number, account no, account id, account, external id, customer id, customer number,"
        "homeowner id, system id, project id, contract number, contract id, agreement number, id",
    ),
    _column(
        "phone",
        "Phone",
        "phone, phone number, homeowner phone, customer phone, primary phone, mobile, mobile phone,"
        "cell, cell phone, home phone, telephone",
        _phone,
    ),
    _column(
        "email",
        "E-mail",
        "e mail, email, email address, e mail address, homeowner email, homeowner e mail, customer email",
        _email,
    ),
    _column("best_time", "Best Time", "best time, best time to call, best time to reach, call time"),
    _column("program", "Program", "program, programme, platform", _program),
    _column(
        "product", "Product", "product, product type, contract type, finance product, financing", _product
    ),
    *(_milestone_column(each) for each in vocabulary.MILESTONES),
    _column("installer", "Installer", "installer, installer name, installation partner, dealer, contractor"),
)
INSTALLERS: Final = (
    Column(
        "name",
        "Name",
        ("name", "installer name", "installer", "company", "company name", "dealer", "contractor"),
        text_of,
        needed=True,
    ),
    _column("email", "E-mail", "e mail, email, email address, installer email, installer e mail", _email),
    _column("phone", "Phone", "phone, phone number, installer phone, telephone", _phone),
    _column("manager_name", "Account Manager", "account manager, account manager name, am, am name, manager"),
    _column(
        "manager_email",
        "Account Manager E-mail",
        "account manager email, account manager e mail, account manager email address, am email, am e mail,"
        "manager email, manager e mail",
        _email,
    ),
    _column(
        "manager_phone",
        "Account Manager Phone",
        "account manager phone, account manager phone number, am phone, manager phone",
        _phone,
    ),
)


@dataclass(frozen=True, slots=True)
class Header:
    """Which cell of a row states what, by its place; the titles of the rest, which are ignored."""

    places: Sequence[tuple[int, Column, str]]
    ignored: Sequence[str]
    width: int

    @property
    def stated(self) -> frozenset[str]:
        """The fields for which there is a column."""
        return frozenset(column.field for _, column, _ in self.places)


def header_of(cells: Sequence[Cell], columns: Sequence[Column], file: str) -> Header:
    """Read the first line. Raises ImportRefused for a missing column, and for one that stands there twice."""
    titles = [text_of(cell) for cell in cells]
    by_name = {name: (column, rank) for column in columns for rank, name in enumerate(column.names)}
    best: dict[str, tuple[int, int, Column]] = {}
    for place, title in enumerate(titles):
        column, rank = by_name.get(folded(title), (None, 0))
        if column is None:
            continue
        taken = best.get(column.field)
        if taken is not None and taken[0] == rank:
            raise ImportRefused(
                f"{file} has the column {title} twice. Rename or remove one; nothing was changed."
            )
        if taken is None or rank < taken[0]:
            best[column.field] = (rank, place, column)
    places = sorted((place, column, titles[place]) for _, place, column in best.values())
    _check_needed(file, columns, places, titles)
    used = {place for place, _, _ in places}
    ignored = [title for place, title in enumerate(titles) if title and place not in used]
    return Header(places, ignored, len(titles))


def _check_needed(
    file: str, columns: Sequence[Column], places: Sequence[tuple[int, Column, str]], titles: Sequence[str]
) -> None:
    """A first line in which no column is known is not shown: it may be somebody's data."""
    found = {column.field for _, column, _ in places}
    missing = [column.title for column in columns if column.needed and column.field not in found]
    if missing:
        shown = ", ".join(title for title in titles if title) if found else "none that is known"
        raise ImportRefused(
            f"{file} has no column for {' and '.join(missing)}. Its first line has to name the columns; "
            f"found: {shown}. Nothing was changed."
        )
