"""How long Slack waits, in real seconds: the moved clock has no part in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Slack's own patience (slack.md section 1); tests may shorten it."""

    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    retry_seconds: tuple[float, ...] = (1.0, 60.0, 300.0)
