"""As much of DAX as the desk speaks, run over rows in memory.

https://learn.microsoft.com/dax/dax-function-reference
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<table>'(?:[^']|'')+')|(?P<column>\[(?:[^\]]|\]\])+\])"""
    r"""|(?P<number>\d+)|(?P<name>[A-Z]+)|(?P<sign>&&|\|\||[(),&>]))"""
)
WILDCARDS = re.compile(r"~([?*~])|([?*])", re.DOTALL)


class DaxError(Exception):
    """A query that Power BI would not run."""


@dataclass(frozen=True)
class Model:
    """A dataset: its tables by name, each with its columns and rows."""

    tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]]

    def run(self, query: str) -> list[dict[str, Any]]:
        """The rows that a query answers. Raises DaxError."""
        return _Reader(self, _tokens(query)).query()


def _tokens(query: str) -> list[tuple[str, str]]:
    found, at = [], 0
    query = query.strip()
    while at < len(query):
        match = TOKEN.match(query, at)
        if match is None:
            raise DaxError(f"The syntax is incorrect at {at}.")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return [*found, ("end", "")]


Value = Callable[[Row], Any]


class _Reader:
    """Reads a query from left to right. A table is its rows, anything else a function of a row."""

    def __init__(self, model: Model, tokens: list[tuple[str, str]]) -> None:
        self.model, self.tokens, self.at = model, tokens, 0

    def query(self) -> list[dict[str, Any]]:
        self.take("EVALUATE")
        rows = self.table()
        if self.peek()[0] != "end":
            raise DaxError(f"The syntax for {self.peek()[1]!r} is incorrect.")
        return [dict(row) for row in rows]

    def table(self) -> Sequence[Row]:
        kind, word = self.next()
        if kind == "table":
            return self._named(_unquoted(word, "'"))[1]
        functions = {"SELECTCOLUMNS": self._selected, "TOPN": self._top, "FILTER": self._filtered}
        if word not in functions:
            raise DaxError(f"{word!r} is no table.")
        self.take("(")
        rows = functions[word]()
        self.take(")")
        return rows

    def _selected(self) -> Sequence[Row]:
        rows, columns = self.table(), {}
        while self.found(","):
            kind, name = self.next()
            if kind != "text":
                raise DaxError("SELECTCOLUMNS wants a name.")
            self.take(",")
            columns[f"[{_unquoted(name, chr(34))}]"] = self.value()
        return [{name: value(row) for name, value in columns.items()} for row in rows]

    def _top(self) -> Sequence[Row]:
        most = int(self.next()[1])
        self.take(",")
        rows, orders = self.table(), []
        while self.found(","):
            orders.append(self.value())
            self.take(",")
            self.take("ASC")

        def key(row: Row) -> list[Any]:
            return [_as_text(value(row)).casefold() for value in orders]

        ordered = sorted(rows, key=key)
        if len(ordered) <= most or not orders:
            return ordered[:most]
        # Who ties with the last one is answered, too, and in no order.
        last = key(ordered[most - 1])
        return [row for row in reversed(ordered) if key(row) <= last]

    def _filtered(self) -> Sequence[Row]:
        rows = self.table()
        self.take(",")
        holds = self.value()
        return [row for row in rows if holds(row)]

    def value(self) -> Value:
        return self._chain("||", self._and, lambda a, b: a or b)

    def _and(self) -> Value:
        return self._chain("&&", self._compared, lambda a, b: a and b)

    def _compared(self) -> Value:
        return self._chain(">", self._joined, lambda a, b: a > b)

    def _joined(self) -> Value:
        return self._chain("&", self._one, lambda a, b: _as_text(a) + _as_text(b))

    def _chain(self, sign: str, part: Callable[[], Value], both: Callable[[Any, Any], Any]) -> Value:
        value = part()
        while self.found(sign):
            value = _applied(both, value, part())
        return value

    def _one(self) -> Value:
        kind, word = self.next()
        if word == "(":
            value = self.value()
            self.take(")")
            return value
        if kind == "text":
            text = _unquoted(word, '"')
            return lambda row: text
        if kind == "number":
            return lambda row: int(word)
        if kind == "table":
            return self._column(_unquoted(word, "'"))
        functions = {
            "SEARCH": _search,
            "SUBSTITUTE": _substitute,
            "IF": lambda is_so, a, b: a if is_so else b,
        }
        if word not in functions:
            raise DaxError(f"{word!r} is not known.")
        return self._called(functions[word])

    def _called(self, function: Callable[..., Any]) -> Value:
        self.take("(")
        given = [self.value()]
        while self.found(","):
            given.append(self.value())
        self.take(")")
        return lambda row: function(*(each(row) for each in given))

    def _column(self, table: str) -> Value:
        kind, word = self.next()
        name = word[1:-1].replace("]]", "]")
        if kind != "column" or name not in self._named(table)[0]:
            raise DaxError(f"Column {name!r} in table {table!r} cannot be found.")
        return lambda row: row.get(name)

    def _named(self, table: str) -> tuple[Sequence[str], Sequence[Row]]:
        if table not in self.model.tables:
            raise DaxError(f"Cannot find table {table!r}.")
        return self.model.tables[table]

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at]

    def next(self) -> tuple[str, str]:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def found(self, word: str) -> bool:
        if self.peek()[1] != word or self.peek()[0] == "text":
            return False
        self.next()
        return True

    def take(self, word: str) -> None:
        if not self.found(word):
            raise DaxError(f"The syntax for {self.peek()[1]!r} is incorrect: {word} is wanted.")


def _applied(both: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    return lambda row: both(left(row), right(row))


def _search(wanted: Any, within: Any, start: int, otherwise: int) -> int:
    """Where a text stands, letter case aside; `?` is any character, `*` any number of them."""
    pattern, at = "", 0
    for match in WILDCARDS.finditer(text := _as_text(wanted)):
        pattern += re.escape(text[at : match.start()])
        pattern += re.escape(match[1]) if match[1] else {"?": ".", "*": ".*"}[match[2]]
        at = match.end()
    found = re.search(
        pattern + re.escape(text[at:]), _as_text(within)[start - 1 :], re.IGNORECASE | re.DOTALL
    )
    return found.start() + start if found else otherwise


def _substitute(text: Any, old: str, new: str) -> str:
    return _as_text(text).replace(old, new)


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def _unquoted(word: str, quote: str) -> str:
    return word[1:-1].replace(quote * 2, quote)
