"""The list of what went to and fro: the last entries in memory, and all of them in a file if there is one."""

import json
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Entry = dict[str, Any]
Direction = Literal["in", "out", "person"]

KEPT = 5000
_SECRETS = ("token", "app_token", "trigger_id", "response_url")


class Traffic:
    """Calls of the app ("in"), envelopes to it ("out"), and what people did ("person")."""

    def __init__(self, path: Path | None, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        if path and path.exists():
            self._entries.extend(_whole_entries(path))
        self._count = self._entries[-1]["n"] if self._entries else 0

    def add(
        self,
        direction: Direction,
        kind: str,
        name: str,
        *,
        who: str = "",
        summary: str = "",
        error: str | None = None,
        body: Any = None,
    ) -> None:
        """Append one entry; secrets in `body` are masked."""
        self._count += 1
        entry: Entry = {
            "n": self._count,
            "at": self._now().isoformat(),
            "direction": direction,
            "kind": kind,
            "name": name,
            "who": who,
            "summary": summary,
            "ok": error is None,
            "error": error,
            "body": masked(body),
        }
        self._entries.append(entry)
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")

    def after(self, number: int) -> list[Entry]:
        """The entries whose number is greater, oldest first."""
        return [entry for entry in self._entries if entry["n"] > number]

    def clear(self) -> None:
        """Forget the entries; the numbers go on."""
        self._entries.clear()
        if self._path:
            self._path.unlink(missing_ok=True)


def _whole_entries(path: Path) -> list[Entry]:
    """The entries of the file; a last line that a kill cut short is taken away."""
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def masked(body: Any) -> Any:
    """A copy in which tokens and other bearer values read "…"."""
    if isinstance(body, dict):
        return {key: "…" if key in _SECRETS and value else masked(value) for key, value in body.items()}
    if isinstance(body, list | tuple):
        return [masked(part) for part in body]
    return body
