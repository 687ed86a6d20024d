"""Which room runs which errand, and which looks up what a letter without a case is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from bot import alerts, auditing, digests, drafts, housekeeping, oncall, rota_watch, watch
from bot.cases import UNANSWERED
from bot.delivery import Subject
from bot.desk import Desk
from bot.errands import Run
from bot.ports import Work
from bot.stored import Errand


def _left(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """Somebody was deactivated: what they have goes to others."""
    del errand
    watch.look_after_owners(work, desk, now)


def _new_day(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """Every Home says something else of today; what has served its time goes."""
    digests.redraw(work, desk, errand, now)
    housekeeping.forget(work.leftovers, ROUTINE, now)


ERRANDS: Mapping[str, Run] = {
    auditing.AUDIT: auditing.run,
    digests.DIGESTS: digests.run,
    digests.HOMES: _new_day,
    UNANSWERED: watch.unanswered,
    rota_watch.LOOK: rota_watch.run,
    rota_watch.LEFT: _left,
    watch.ORPHANED: watch.owner_left,
}
SUBJECTS: Mapping[str, Subject] = {
    auditing.TROUBLE: auditing.subject,
    digests.LETTER: digests.subject,
    drafts.LETTER: drafts.subject,
    alerts.ALERT: alerts.subject,
    alerts.ANOTHER: alerts.subject,
    oncall.CHANGED: oncall.told,
    rota_watch.TROUBLE: rota_watch.subject,
}
ROUTINE: Collection[str] = frozenset(
    {auditing.AUDIT, digests.DIGESTS, digests.HOMES, rota_watch.LOOK, rota_watch.LEFT, watch.ORPHANED}
)
"""The kinds of errands that nobody waits for: they are no answer to what falls due next."""
