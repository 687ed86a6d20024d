"""The auditor: asks the database every few minutes whether anything promised is not kept.

Whatever the clock and the outbox believe, it looks at what stands written: appointments and letters far past
their time, and open cases that nothing would ever bring up again. What it finds is kept as a trouble and told
to the leads' channel once, and rewritten there when it is over. Who watches the auditor: the health page,
which says when it looked last.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.desk import Desk
from bot.ports import Work
from bot.promises import FIRST, KINDS, TOO_LATE, Place
from bot.sop import Case, plan_of
from bot.stored import Errand, Letter, Trouble, TroubleKind

logger = logging.getLogger(__name__)

AUDIT: Final = "audit"
"""The kind of errand; `acts_at` and `number` are the place of the case behind which it goes on."""
EVERY: Final = timedelta(minutes=5)
SILENT: Final = timedelta(minutes=20)
"""Without a look for so long, the auditor itself is the trouble."""
TROUBLE: Final = "audit_trouble"
"""The kind of letter that tells of what was found."""
MOST: Final = 50
"""Open cases that one run looks at, in turn: it holds up nobody who writes meanwhile."""
MOST_TOLD: Final = 5
"""Stuck cases that one run tells of; of a thousand the leads hear a few at a time."""
LATE: Final[TroubleKind] = "late"
STUCK: Final[TroubleKind] = "stuck"
FOUND: Final = (LATE, STUCK)
HOMES: Final = "home"


def begin(work: Work, now: datetime) -> None:
    """The first of the errands that renew themselves; one that is there already is left alone."""
    work.errands.put([_errand(now)], now)


def recent_keys(now: datetime) -> list[str]:
    """The keys that runs of the last hour may have."""
    return [_errand(now - back * EVERY).key for back in range(13)]


def found(work: Work) -> int:
    """How many troubles of the auditor's are not mended."""
    return sum(trouble.kind in FOUND for trouble in work.troubles.open())


def run(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """Look, tell what is new, rewrite what is over, and promise the next look.

    After a pause of the whole desk everything is late, and the clock is just catching up: then it only
    promises to come again.
    """
    after = datetime.fromisoformat(errand.data["acts_at"]), int(errand.data["number"])
    if now - errand.due > EVERY:
        work.errands.put([_errand(now, after)], now)
        return
    known = {(each.kind, each.subject): each for each in work.troubles.open() if each.kind in FOUND}
    batch, last = work.promises.open_cases(after, MOST)
    looked_at = {**batch, **work.promises.still_open([int(each) for kind, each in known if kind == STUCK])}
    found = (*_late(work, now), *_stuck(work, desk, looked_at, now))
    wrong = {(each.kind, each.subject): each for each in found}
    for identity, trouble in known.items():
        if identity not in wrong:
            work.troubles.mend(trouble.id, now)
            work.outbox.put([_letter(trouble, desk, edits=True)], now)
    for trouble in _to_tell([each for identity, each in wrong.items() if identity not in known]):
        logger.error("the auditor found %s", _named(trouble))
        work.outbox.put([_letter(work.troubles.add(trouble), desk)], now)
    work.errands.put([_errand(now, last if len(batch) == MOST else FIRST)], now)


def subject(work: Work, desk: Desk, letter: Letter, now: datetime) -> Trouble:
    """The trouble that a letter tells of, as it is now."""
    del desk, now
    trouble = work.troubles.get(int(letter.data["trouble"]))
    if trouble is None:
        raise LookupError(f"{letter.key}: there is no such trouble.")
    return trouble


def unkept(work: Work, desk: Desk, case: Case, appointments: frozenset[str], now: datetime) -> bool:
    """Whether an open case waits for something that would never come.

    Each of its timers needs a follow-up that is open (`appointments` holds their timers' ids). One without
    timers needs a step that a person can do, or the answer of a confirmer, a lead or a homeowner.
    """
    if case.running:
        return not appointments.issuperset(timer.id for timer in case.running)
    if case.state != "waiting":
        return False
    steps = plan_of(case, desk.for_case(case, work).playbooks, now).steps
    return not any(step.state == "available" and step.verb != "follow_up" for step in steps)


def _late(work: Work, now: datetime) -> Iterator[Trouble]:
    for kind in KINDS:
        oldest = work.promises.overdue(kind, now - TOO_LATE[kind]).oldest
        if oldest is not None:
            yield Trouble(LATE, now, kind, oldest)
    if work.promises.stale_homes():
        yield Trouble(LATE, now, HOMES)


def _stuck(work: Work, desk: Desk, batch: Mapping[int, Case], now: datetime) -> Iterator[Trouble]:
    appointments = work.promises.appointments(batch)
    for number, case in batch.items():
        if unkept(work, desk, case, appointments.get(number, frozenset()), now):
            yield Trouble(STUCK, now, str(number))


def _to_tell(new: Sequence[Trouble]) -> list[Trouble]:
    """All that is late, and a few of the stuck; a case that is left out is found again in a later round."""
    stuck = [each for each in new if each.kind == STUCK]
    return [*(each for each in new if each.kind == LATE), *stuck[:MOST_TOLD]]


def _named(trouble: Trouble) -> str:
    if trouble.kind == STUCK:
        return f"HC-{trouble.subject}: it is open, and nothing would bring it up again"
    return f"late: {trouble.subject}" + (f", since {trouble.starts.isoformat()}" if trouble.starts else "")


def _errand(now: datetime, after: Place = FIRST) -> Errand:
    """The next look, at the next of the moments that all replicas share."""
    slot = int(now.timestamp() // EVERY.total_seconds()) + 1
    due = datetime.fromtimestamp(slot * EVERY.total_seconds(), now.tzinfo)
    data = {"acts_at": after[0].isoformat(), "number": str(after[1])}
    return Errand(f"{AUDIT}/{slot}", AUDIT, due, data=data)


def _letter(trouble: Trouble, desk: Desk, *, edits: bool = False) -> Letter:
    key, data = f"{TROUBLE}/{trouble.id}", {"trouble": str(trouble.id)}
    if edits:
        return Letter(f"{key}/mended", TROUBLE, edits=key, data=data)
    return Letter(key, TROUBLE, to=desk.organisation.channels.leads, data=data)
