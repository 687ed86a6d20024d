"""What a person is told after an act."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.socket_mode import Ack

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Outcome:
    """What the person is told: nothing, a notice, or what is wrong with which field."""

    notice: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"notice": self.notice} if self.notice else {}
        return told | ({"errors": self.errors} if self.errors else {})


def told(ack: Ack) -> Outcome:
    """Slack's notice when the app did not answer."""
    return Outcome(TROUBLE) if ack.failure else Outcome()
