"""What has to be said in Slack when something happened: letters, each promised under a key of its own.

A letter says that something must be said and to whom, never how: it is drawn at the moment of sending,
from the case as it then is. The same thing promised twice has the same key, and is one letter.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.desk import Desk
from bot.ports import Letter, Outbox, StoredCase
from bot.sop import Advance, Case, Timer

CONFIRMATION_EVENTS = frozenset({"concert_confirmed", "not_concert", "cannot_tell"})
TOLD_TO_OWNER = CONFIRMATION_EVENTS | {
    "milestone_learned",
    "milestone_changed",
    "product_learned",
    "facts_learned",
}


def on_opening(stored: StoredCase, began: Advance, desk: Desk) -> Iterator[Letter]:
    """The case card for the owner, and the Concert check where one is needed (D-12)."""
    yield Letter(key=f"{stored.name}/card", kind="card", case_number=stored.number, to=stored.owner)
    if stored.case.confirmation is not None:
        yield confirmation(stored, desk, "first")
    if stored.case.state == "needs_decision":
        yield decision(stored, desk)
    elif "lead" in began.told:
        yield review(stored, desk)


def on_advance(
    before: StoredCase, after: StoredCase, advanced: Advance, outbox: Outbox, desk: Desk
) -> list[Letter]:
    """What an event makes the desk say: every post that it changes, then what is new."""
    letters = redrawn(before, after, outbox)
    for timer in advanced.rang:
        letters += on_ring(after, timer, desk)
    if after.case.state == "needs_decision" and before.case.state != "needs_decision":
        letters.append(decision(after, desk))
    elif "lead" in advanced.told and not advanced.rang:
        letters.append(review(after, desk))
    return letters


def on_ring(stored: StoredCase, timer: Timer, desk: Desk) -> Iterator[Letter]:
    """Who is asked when a timer rings."""
    match timer.kind:
        case "follow_up":
            yield _about(stored, timer, "reminder", stored.owner)
        case "prompt" | "lead_prompt":
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


def review(stored: StoredCase, desk: Desk) -> Letter:
    """The leads are told of a case that they have to look at, as a sensitive one (D-14)."""
    key = f"{stored.name}/review/v{stored.version}"
    return Letter(key, "review", stored.number, to=desk.organisation.channels.leads)


def notice(stored: StoredCase, to: str, entry: int) -> Letter:
    """Somebody is told a line of the timeline, in person."""
    data = {"entry": str(entry)}
    return Letter(f"{stored.name}/notice/{entry}/{to}", "notice", stored.number, to=to, data=data)


def redrawn(before: StoredCase, after: StoredCase, outbox: Outbox) -> list[Letter]:
    """An edit of each post that shows what is no longer so."""
    return [
        Letter(f"{original.key}/v{after.version}", kind, after.number, edits=original.key, data=original.data)
        for kind in _outdated(before.case, after.case)
        for original in outbox.originals(after.number, kind)[_first_outdated(kind) :]
    ]


def _outdated(before: Case, after: Case) -> Iterator[str]:
    """The kinds of posts that an event makes wrong. Time that passes answers nothing."""
    event = after.history[-1].name
    if event == "confirmation_posted":
        return
    yield "card"
    if before.confirmation != after.confirmation:
        yield from ("confirmation", "unconfirmed")
    if event != "clock":
        yield from ("reminder", "prompt", "decision")


def _first_outdated(kind: str) -> int | None:
    """Every earlier question was redrawn when it was answered; the rest stand in several places at once."""
    return -1 if kind in ("reminder", "decision") else None


def _about(stored: StoredCase, timer: Timer, kind: str, to: str) -> Letter:
    key = f"{stored.name}/{kind}/{timer.id}/{to}"
    return Letter(key, kind, stored.number, to=to, data={"timer": timer.id})
