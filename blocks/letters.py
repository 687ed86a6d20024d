"""Which letter is drawn how."""

from __future__ import annotations

from collections.abc import Mapping

from blocks import (
    alerts,
    audits,
    card,
    catching_up,
    confirmations,
    digests,
    drafts,
    hands,
    oncall,
    queue,
    reminders,
    troubles,
)
from bot.delivery import Draw, Drawing
from bot.desk import Desk
from bot.letters import FORMER
from bot.ports import Message


def _is_former(drawing: Drawing) -> bool:
    return FORMER.items() <= drawing.letter.data.items()


def _is_left(drawing: Drawing) -> bool:
    """Whether the case has left the person in whose messages this stands."""
    to = drawing.letter.to
    return _is_former(drawing) or to not in ("", drawing.view.stored.owner)


def _reminder(drawing: Drawing, desk: Desk) -> Message | None:
    """The question; one that was answered before it could be asked is not asked."""
    view, timer = drawing.view, drawing.letter.data["timer"]
    if drawing.together:
        return catching_up.many(drawing, desk)
    if _is_left(drawing):
        return hands.former(view) if drawing.letter.edits else None
    if not drawing.letter.edits and not reminders.is_asked(view, timer):
        return None
    return reminders.reminder(view, timer, desk)


DRAWN: Mapping[str, Draw] = {
    "audit_trouble": audits.found,
    "digest": digests.digest,
    "draft": lambda drawing, _desk: drafts.handed(drawing),
    "installer_alert": lambda drawing, _desk: alerts.alert(drawing),
    "installer_alert_more": lambda drawing, _desk: alerts.another(drawing),
    "card": lambda drawing, desk: (
        hands.former(drawing.view) if _is_left(drawing) else card.card(drawing.view, desk)
    ),
    "confirmation": lambda drawing, desk: confirmations.request(
        drawing.view, drawing.tagging, drawing.letter.data["occasion"], desk
    ),
    "reminder": _reminder,
    "prompt": lambda drawing, _desk: reminders.prompt(drawing.view, drawing.letter.data["timer"]),
    "unconfirmed": lambda drawing, _desk: reminders.unconfirmed(drawing.view),
    "decision": lambda drawing, _desk: reminders.decision(drawing.view),
    "review": lambda drawing, _desk: reminders.review(drawing.view),
    "notice": lambda drawing, _desk: reminders.notice(drawing.view, int(drawing.letter.data["entry"])),
    "queued": lambda drawing, desk: (
        queue.requeued(drawing.view) if _is_former(drawing) else queue.queued(drawing.view, desk)
    ),
    "put_up": lambda drawing, desk: queue.put_up(drawing.view, desk),
    "orphaned": lambda drawing, desk: queue.orphaned(drawing.view, desk),
    "escalated": lambda drawing, _desk: queue.escalated(drawing.view, int(drawing.letter.data["entry"])),
    "rota_change": oncall.letter,
    "rota_trouble": troubles.trouble,
    "thread": lambda drawing, desk: queue.threaded(drawing.view, int(drawing.letter.data["entry"]), desk),
}


def draw(drawing: Drawing, desk: Desk) -> Message | None:
    """The message of a letter as the case stands now; None when it is no longer owed."""
    return DRAWN[drawing.letter.kind](drawing, desk)
