"""Documents on disk: one sqlite3 table of JSON, written before anything is answered."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError

Doc = dict[str, Any]


class Shelf:
    """Documents by kind and key, in the order of their first writing; in memory when `path` is None."""

    def __init__(self, path: Path | None) -> None:
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS doc "
                "(kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key))"
            )
        except (sqlite3.Error, OSError) as error:
            raise SandboxError(
                f"The workspace's file {path} cannot be used: {error}. "
                "Give another --state file, or remove this one to begin anew."
            ) from error

    def put(self, kind: str, key: str, body: Doc) -> None:
        """Write one document; it is durable when this returns."""
        self._db.execute(
            "INSERT INTO doc VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(body)),
        )

    def get(self, kind: str, key: str) -> Doc | None:
        """One document, if it is there."""
        row = self._db.execute("SELECT body FROM doc WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return json.loads(row[0]) if row else None

    def drop(self, kind: str, key: str) -> None:
        """Remove one document, if it is there."""
        self._db.execute("DELETE FROM doc WHERE kind = ? AND key = ?", (kind, key))

    def all(self, kind: str) -> Iterator[tuple[str, Doc]]:
        """Every document of a kind, oldest first."""
        rows = self._db.execute("SELECT key, body FROM doc WHERE kind = ? ORDER BY rowid", (kind,))
        return ((key, json.loads(body)) for key, body in rows.fetchall())

    def clear(self) -> None:
        """Forget everything."""
        self._db.execute("DELETE FROM doc")

    def close(self) -> None:
        """Close the file."""
        self._db.close()
