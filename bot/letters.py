"""What has to be said in Slack when something happened: letters, each promised under a key of its own.

A letter says that something must be said and to whom, never how: it is drawn at the moment of sending,
from the case as it then is. The same thing promised twice has the same key, and is one letter.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.desk import Desk
from bot.ports import Letter, Outbox, StoredCase
from bot.sop import Advance, Timer

CONFIRMATION_EVENTS = frozenset({"concert_confirmed", "not_concert", "cannot_tell"})
TOLD_TO_OWNER = CONFIRMATION_EVENTS | {
    "milestone_learned",
    "milestone_changed",
    "product_learned",
    "facts_learned",
}


def on_opening(stored: StoredCase, desk: Desk) -> Iterator[Letter]:
    """The case card for the owner, and the Concert check where one is needed (D-12)."""
    yield Letter(key=f"{stored.name}/card", kind="card", case_number=stored.number, to=stored.owner)
    if stored.case.confirmation is not None:
        yield confirmation(stored, desk, "first")
    if stored.case.state == "needs_decision":
        yield decision(stored, desk)


def on_advance(
    before: StoredCase, after: StoredCase, advanced: Advance, outbox: Outbox, desk: Desk
) -> Iterator[Letter]:
    """What an event makes the desk say: first what is new, then every post that it changes.

    That a post was made changes nothing that any post shows.
    """
    if advanced.case.history[-1].name == "confirmation_posted":
        return
    for timer in advanced.rang:
        yield from on_ring(after, timer, desk)
    if after.case.state == "needs_decision" and before.case.state != "needs_decision":
        yield decision(after, desk)
    yield from redrawn(after, outbox)


def on_ring(stored: StoredCase, timer: Timer, desk: Desk) -> Iterator[Letter]:
    """Who is asked when a timer rings."""
    match timer.kind:
        case "follow_up":
            yield _about(stored, timer, "reminder", stored.owner)
        case "prompt":
            yield _about(stored, timer, "prompt", stored.owner)
            yield _about(stored, timer, "prompt", desk.organisation.channels.leads)
        case "tag_confirmers" | "repeat_confirmation":
            yield confirmation(stored, desk, timer.id)
        case "tell_lead":
            yield _about(stored, timer, "unconfirmed", stored.opened_by)
            yield _about(stored, timer, "unconfirmed", desk.organisation.channels.leads)


def confirmation(stored: StoredCase, desk: Desk, occasion: str) -> Letter:
    """A Concert check's post; `occasion` is `first` or the id of the timer that asks again."""
    key = f"{stored.name}/confirmation/{occasion}"
    data = {"occasion": occasion}
    return Letter(key, "confirmation", stored.number, to=desk.organisation.channels.confirmations, data=data)


def decision(stored: StoredCase, desk: Desk) -> Letter:
    """The leads are told that a case waits for their decision."""
    key = f"{stored.name}/decision/v{stored.version}"
    return Letter(key, "decision", stored.number, to=desk.organisation.channels.leads)


def notice(stored: StoredCase, to: str, entry: int) -> Letter:
    """Somebody is told a line of the timeline, in person."""
    data = {"entry": str(entry)}
    return Letter(f"{stored.name}/notice/{entry}/{to}", "notice", stored.number, to=to, data=data)


def redrawn(stored: StoredCase, outbox: Outbox) -> Iterator[Letter]:
    """An edit of each post that shows the case as it was: the card, and the last question of each kind.

    Every earlier question was redrawn when it was answered. All posts of a Concert check carry its buttons,
    so all of them are rewritten with the answer.
    """
    for kind in ("card", "reminder", "prompt", "decision", "unconfirmed", "confirmation"):
        originals = outbox.originals(stored.number, kind)
        shown = originals if kind in ("confirmation", "prompt", "unconfirmed", "card") else originals[-1:]
        for original in shown:
            key = f"{original.key}/v{stored.version}"
            yield Letter(key, kind, stored.number, edits=original.key, data=original.data)


def _about(stored: StoredCase, timer: Timer, kind: str, to: str) -> Letter:
    key = f"{stored.name}/{kind}/{timer.id}/{to}"
    return Letter(key, kind, stored.number, to=to, data={"timer": timer.id})
