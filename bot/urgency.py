"""Which letters go first. It counts from 0: somebody waits for it just now."""

from __future__ import annotations

from typing import Final

from bot.stored import Letter

NOW, SOON, LATER = 0, 1, 2
ORDER: Final = {
    "card": NOW,
    "confirmation": NOW,
    "unconfirmed": NOW,
    "prompt": NOW,
    "decision": NOW,
    "escalated": NOW,
    "orphaned": NOW,
    "thread": NOW,
    "draft": NOW,
    "rota_change": NOW,
    "reminder": SOON,
    "queued": SOON,
    "put_up": SOON,
    "notice": SOON,
    "review": SOON,
    "rota_trouble": SOON,
    "audit_trouble": SOON,
    "digest": SOON,
    "installer_alert": LATER,
    "installer_alert_more": LATER,
}
"""By the kinds of `blocks.letters`."""


def urgency_of(letter: Letter) -> int:
    """How urgent a letter is; a kind that nobody placed goes with the reminders."""
    return ORDER.get(letter.kind, SOON)
