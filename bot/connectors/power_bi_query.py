"""The questions that Power BI is asked, in DAX, and how its rows are read.

Nothing that was typed becomes an expression: letters, digits and the wildcard `?` alone reach a query, as the
text that SEARCH looks for. Tables and columns come from the settings, quoted.

https://learn.microsoft.com/dax/search-function-dax, https://learn.microsoft.com/dax/dax-syntax-reference
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.imports import homeowner_of
from bot.imports_columns import HOMEOWNERS, WrongCell
from bot.imports_reading import Cell
from bot.listings import ListedHomeowner

Row = Mapping[str, Cell]
FIELDS: Final = {column.field: column for column in HOMEOWNERS}
NEEDED: Final = tuple(column.field for column in HOMEOWNERS if column.needed)
SEARCHED: Final = ("name", "address", "city", "zip", "phone", "email", "account")
PUNCTUATION: Final = "+ ().-/"
"""What stands between the digits of a phone number."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table of homeowners: `columns` maps a homeowner's field to what its column is called."""

    table: str
    columns: Mapping[str, str]

    def of(self, words: Sequence[str], most: int) -> str:
        """The question for homeowners who have every one of these words; who has them in the name is first.

        Its rows have the fields in brackets: `[name]`.
        """
        fits = " && ".join(f"({self._has(word, SEARCHED)})" for word in words)
        by_name = " && ".join(f"({self._has(word, ('name',))})" for word in words)
        name = self._column("name")
        chosen = f"TOPN({most}, FILTER({self._table}, {fits}), IF({by_name}, 0, 1), ASC, {name}, ASC)"
        return f"EVALUATE SELECTCOLUMNS({chosen}, {self._selected(self.columns)})"

    def sample(self, fields: Iterable[str]) -> str:
        """The question for these columns of any one row."""
        return f"EVALUATE SELECTCOLUMNS(TOPN(1, {self._table}), {self._selected(fields)})"

    def _has(self, word: str, fields: Iterable[str]) -> str:
        """Whether a row has a word in one of these fields."""
        places = [
            self._text(field, word) for field in fields if field in self.columns and may_hold(field, word)
        ]
        return " || ".join(f"SEARCH({text(word)}, {place}, 1, 0) > 0" for place in places)

    def _text(self, field: str, word: str) -> str:
        """A column as a text to look for this word in: digits are looked for among digits."""
        column = f'{self._column(field)} & ""'
        return _digits(column) if field == "phone" and word.isdecimal() else column

    def _selected(self, fields: Iterable[str]) -> str:
        return ", ".join(f"{text(field)}, {self._column(field)}" for field in fields)

    @property
    def _table(self) -> str:
        return "'" + self.table.replace("'", "''") + "'"

    def _column(self, field: str) -> str:
        return f"{self._table}[{self.columns[field].replace(']', ']]')}]"


def may_hold(field: str, word: str) -> bool:
    """Whether it is worth a look: no phone number holds a word without digits."""
    return field != "phone" or any(each.isdecimal() for each in word)


def text(value: str) -> str:
    """A text as DAX writes it: in quotes, which are doubled within."""
    return '"' + value.replace('"', '""') + '"'


def homeowners_of(rows: Iterable[Row], today: date) -> Iterator[ListedHomeowner]:
    """The homeowners of these rows, as an import reads them. A row without name or address is none.

    What cannot be read in a cell is taken as not known: the rest of the row is good.
    """
    for row in rows:
        values = {field: _value(field, row.get(f"[{field}]"), today) for field in FIELDS}
        if all(values[field] for field in NEEDED):
            yield homeowner_of(values)


def _value(field: str, cell: Cell, today: date) -> str:
    try:
        return FIELDS[field].value(cell, today)
    except WrongCell:
        return ""


def _digits(column: str) -> str:
    """A column's text without what stands between the digits of a phone number."""
    for each in PUNCTUATION:
        column = f'SUBSTITUTE({column}, "{each}", "")'
    return column
