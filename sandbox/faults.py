"""Misbehaviour on request.

`POST /hands/faults` takes one of

    {"fault": KIND, "target": "chat.postMessage", "times": 1, ...}   put a fault in force
    {"clear": true}                                                  end all of them
    {"disconnect": "warning" | "refresh_requested" | "cut"}          tell every socket to go, or cut it off
    {"disconnect": "deaf" | "frozen"}                                every open socket stays so until the
                                                                     end of all faults, and carries nothing;
                                                                     frozen, not even pongs
    {"rate_limits": true | false}                                    one chat.postMessage a second per channel

| KIND | target | what happens | more keys |
|---|---|---|---|
| `rate_limited` | a method or `*` | 429, `ratelimited`, nothing is done | `retry_after` seconds, 1 |
| `lost_reply` | a method or `*` | the write is done, then the connection closes without an answer | |
| `error` | a method or `*` | an error, nothing is done | `error` code, `status`: HTTP status, 200 |
| `latency` | a method or `*` | what was asked is done at once, the answer comes late | `latency_ms` |
| `drop_socket` | an envelope type or `*` | the connection is cut instead of carrying the envelope | |
| `double_delivery` | an envelope type or `*` | the envelope is delivered twice | |
| `drop_ack` | an envelope type or `*` | the app's acknowledgement is lost | |

Envelope types: `slash_commands`, `interactive`, `events_api`. `times` is how many calls it lasts; null is
until cleared; 1 when left out. `probability` (with `seed`) lets only some of the calls meet it.
"""

import random
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from sandbox.errors import HandsError

METHOD_FAULTS = ("rate_limited", "lost_reply", "error", "latency")
ENVELOPE_FAULTS = ("drop_socket", "double_delivery", "drop_ack")
ENVELOPES = ("slash_commands", "interactive", "events_api")
Disconnect = Literal["warning", "refresh_requested", "cut", "deaf", "frozen"]
DISCONNECTS: tuple[Disconnect, ...] = get_args(Disconnect)


@dataclass(frozen=True)
class Fault:
    """One fault in force; `times` None is until cleared."""

    fault: str
    target: str = "*"
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    retry_after: int = 1
    error: str = "internal_error"
    status: int = 200
    latency_ms: int = 0

    def __post_init__(self) -> None:
        kinds = (*METHOD_FAULTS, *ENVELOPE_FAULTS)
        if self.fault not in kinds:
            raise HandsError(f"'{self.fault}' is no fault; choose one of {', '.join(kinds)}.")
        if self.fault in ENVELOPE_FAULTS and self.target not in (*ENVELOPES, "*"):
            raise HandsError(f"'{self.fault}' needs as target one of {', '.join(ENVELOPES)} or *.")
        if self.times is not None and self.times < 1:
            raise HandsError("'times' must be 1 or more, or null for until cleared.")
        if not 0 < self.probability <= 1:
            raise HandsError("'probability' must be above 0 and at most 1.")


@dataclass
class _InForce:
    fault: Fault
    left: int | None
    dice: random.Random = field(repr=False)


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self.rate_limits = False
        self._in_force: list[_InForce] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._in_force.append(_InForce(fault, fault.times, random.Random(fault.seed)))  # noqa: S311 - dice, not secrets

    def clear(self) -> None:
        """End every fault and the rate limits."""
        self._in_force.clear()
        self.rate_limits = False

    def take(self, kind: str, name: str) -> Fault | None:
        """The fault of this kind that the call of a method (or an envelope type) meets; uses it up by one."""
        for entry in self._in_force:
            if entry.fault.fault == kind and entry.fault.target in ("*", name):
                if entry.dice.random() >= entry.fault.probability:
                    continue
                if entry.left is not None:
                    entry.left -= 1
                self._in_force = [one for one in self._in_force if one.left != 0]
                return entry.fault
        return None

    def listing(self) -> list[dict[str, Any]]:
        """The faults in force with how many calls are left to each."""
        return [asdict(entry.fault) | {"times": entry.left} for entry in self._in_force]


def fault_from(body: dict[str, Any]) -> Fault:
    """Read a fault; unknown keys and wrong types are refused."""
    known = Fault.__dataclass_fields__
    unknown = sorted(set(body) - set(known))
    if unknown or "fault" not in body:
        raise HandsError(
            f"A fault needs the key 'fault' and knows {', '.join(known)}"
            + (f"; '{unknown[0]}' is unknown." if unknown else ".")
        )
    for key, value in body.items():
        if not _fits(key, value):
            raise HandsError(f"'{key}' of a fault cannot be {value!r}.")
    return Fault(**body)


def _fits(key: str, value: Any) -> bool:
    if key in ("fault", "target", "error"):
        return isinstance(value, str)
    if key == "times" and value is None:
        return True
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) if key == "probability" else isinstance(value, int)
