"""Full-text search: FTS5 on SQLite, tsvectors behind GIN indexes on PostgreSQL.

Only folded words (`bot.folding`) get here, so both databases split and compare alike, and nothing that
somebody types can be read as an operator. The tables are made by the migrations and known to nobody else:
`head` holds what is found first, `body` the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, cast, column, insert, select, table, update
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Term:
    """A word that has to be there: whole, or as the beginning of one; anywhere, or in the head.

    The terms that are asked for together are all of one place.
    """

    word: str
    whole: bool = False
    in_head: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The words under which the row of this id is found."""

    id: int
    head: Iterable[str]
    body: Iterable[str] = ()


@dataclass(frozen=True, slots=True)
class FullText:
    """The index of one table, in one transaction."""

    session: Session
    name: str

    def add(self, rows: Sequence[Words]) -> None:
        """Index rows that are new."""
        if rows:
            head, body = self._bound("first"), self._bound("rest")
            adding = insert(self._table).values({self._id.name: bindparam("row"), "head": head, "body": body})
            self.session.connection().execute(adding, self._rows(rows))

    def change(self, rows: Sequence[Words]) -> None:
        """Index rows anew, head and body."""
        if rows:
            head, body = self._bound("first"), self._bound("rest")
            changing = update(self._table).where(self._id == bindparam("row"))
            self.session.connection().execute(changing.values(head=head, body=body), self._rows(rows))

    def change_head(self, row_id: int, found: Iterable[str]) -> None:
        """Index the head of a row anew; where it has not changed, nothing is written."""
        bound = self._bound("first")
        ours = (self._id == row_id) & (column("head") != bound)
        changing = update(self._table).where(ours).values(head=bound)
        self.session.connection().execute(changing, {"first": self._text(found)})

    def append(self, row_id: int, found: Iterable[str]) -> None:
        """Add words to the body of a row."""
        more = self._text(found)
        if more:
            body = column("body").op("||")(self._bound("more"))
            appending = update(self._table).where(self._id == row_id).values(body=body)
            self.session.connection().execute(appending, {"more": f" {more}"})

    def find(self, wanted: Sequence[Term], most: int, newest_first: bool = False) -> list[int]:
        """Up to `most` ids of rows that hold every term. No term finds nothing."""
        if not wanted:
            return []
        query = select(self._id).select_from(self._table).where(self._holds(wanted)).limit(most)
        ordered = query.order_by(self._id.desc()) if newest_first else query
        return [int(row_id) for row_id in self.session.connection().execute(ordered).scalars()]

    def rows_of(self, table: str, columns: str, wanted: Sequence[Term], most: int) -> Sequence[Any]:
        """These columns of up to `most` rows of a table that hold every term.

        One statement of plain text, because it is made for every key that somebody presses.
        """
        if not wanted:
            return ()
        (operator, mark), asked = self._asking(wanted)
        found = f"SELECT {self._id.name} AS found FROM {self.name} WHERE {operator} {mark} LIMIT {most:d}"  # noqa: S608 - our own names
        query = f"SELECT {columns} FROM ({found}) AS hits JOIN {table} ON {table}.id = hits.found"  # noqa: S608 - as above
        return self.session.connection().exec_driver_sql(query, (asked,)).fetchall()

    def _asking(self, wanted: Sequence[Term]) -> tuple[tuple[str, str], str]:
        """The operator with its left side, how its right side is bound, and that."""
        if not self._on_postgresql:
            return (f"{self.name} MATCH", "?"), " AND ".join(map(_sqlite_term, wanted))
        part = "head" if all(term.in_head for term in wanted) else "words"
        return (f"{part} @@", "CAST(%s AS tsquery)"), " & ".join(map(_postgresql_term, wanted))

    def _rows(self, rows: Sequence[Words]) -> list[dict[str, Any]]:
        text = self._text
        return [{"row": row.id, "first": text(row.head), "rest": text(row.body)} for row in rows]

    def _holds(self, wanted: Sequence[Term]) -> ColumnElement[bool]:
        """The head has an index of its own on PostgreSQL, which knows how seldom a word stands there."""
        (operator, _), asked = self._asking(wanted)
        left, _, name = operator.partition(" ")
        bound: Any = bindparam("asked", asked)
        return column(left).op(name)(cast(bound, TSQUERY) if self._on_postgresql else bound)

    @property
    def _on_postgresql(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"

    @property
    def _id(self) -> Any:
        return column("id" if self._on_postgresql else "rowid")

    @property
    def _table(self) -> Any:
        return table(self.name, self._id, column("head"), column("body"))

    def _bound(self, name: str) -> Any:
        return cast(bindparam(name), TSVECTOR) if self._on_postgresql else bindparam(name)

    def _text(self, found: Iterable[str]) -> str:
        """Words as the database takes them."""
        return " ".join(f"'{word}'" for word in found) if self._on_postgresql else " ".join(found)


def terms(words: Iterable[str], whole: bool = False, in_head: bool = False) -> list[Term]:
    """Terms of one kind, a word each."""
    return [Term(word, whole, in_head) for word in words]


def _sqlite_term(term: Term) -> str:
    return f'{"head : " if term.in_head else ""}"{term.word}"{"" if term.whole else " *"}'


def _postgresql_term(term: Term) -> str:
    return f"'{term.word}'{'' if term.whole else ':*'}"
