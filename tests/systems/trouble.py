"""The ways in which a system fails, each met by every call that writes, the first time it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.peers.peer import Call, Fault, Reply, html

WRITES = ("POST", "PUT", "PATCH", "DELETE")
Refusal = Callable[[int, str], Any]
"""How a vendor's body says that it refuses: from the status and a code of its own."""


@dataclass(frozen=True)
class FirstTime(Fault):
    """Meets each call that writes once: the same call again goes through. Reading is left alone."""

    met: set[str] = field(default_factory=set, compare=False)
    reading: str = r"/(search|query|bulkfetch|oauth2|token)"
    """Paths of calls that are posted, and write nothing."""

    def meets(self, call: Call) -> bool:
        if call.method not in WRITES or re.search(self.reading, call.path):
            return False
        what = f"{call.method} {call.path} {call.body!r}"
        if what in self.met:
            return False
        self.met.add(what)
        return True


WAYS: Mapping[str, Callable[[Refusal], Fault]] = {
    "401": lambda refusal: FirstTime(Reply(401, refusal(401, "unauthorized"))),
    "403_scope": lambda refusal: FirstTime(Reply(403, refusal(403, "forbidden"))),
    "404": lambda refusal: FirstTime(Reply(404, refusal(404, "not_found"))),
    "409": lambda refusal: FirstTime(Reply(409, refusal(409, "conflict"))),
    "429": lambda refusal: FirstTime(Reply(429, refusal(429, "throttled"), {"Retry-After": "7"})),
    "500": lambda refusal: FirstTime(Reply(500, refusal(500, "internal"))),
    "503": lambda refusal: FirstTime(Reply(503, refusal(503, "unavailable"))),
    "proxy": lambda refusal: FirstTime(html(502)),
    "cut_before": lambda refusal: FirstTime(None),
    "reply_lost": lambda refusal: FirstTime(None, after=True),
    "reply_lost_to_a_proxy": lambda refusal: FirstTime(html(504), after=True),
}
