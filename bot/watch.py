"""Nobody's silence drops a case (D-24): what an owner leaves unanswered is put up to be taken.

Answers count in working hours, so nothing of this happens at night. Somebody who is deactivated in Slack
answers nothing: their cases go to their team's queue at once, and the leads are told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot import cases, hands, letters
from bot.desk import Desk
from bot.hands import ASKED, PATIENCE_HOURS
from bot.ports import Work
from bot.sop import Timer
from bot.stored import Entry, Errand, StoredCase
from bot.timeline import TEAMS

CITES: Final = ("D-24",)
ORPHANED: Final = "orphaned"
"""The errand of one case whose owner has left; each is run by itself, so that none holds up another."""


def rang(work: Work, desk: Desk, stored: StoredCase, timers: Iterable[Timer], now: datetime) -> None:
    """The owner was asked something just now: note when to look whether they have answered."""
    if not stored.owner or not any(timer.kind in ASKED for timer in timers):
        return
    if not desk.people.is_active(stored.owner):
        orphaned(work, desk, stored.number, now)
        return
    hands.await_answer(work, desk, stored, now)


def unanswered(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """Four working hours have passed: whoever may can take the case. The owner keeps it until then."""
    assert errand.case_number is not None
    stored = work.cases.get(errand.case_number)
    timer_id = errand.data["timer"]
    if stored.owner != errand.person or not _waits(work, desk, stored, timer_id, now):
        return
    if not desk.people.is_active(stored.owner):
        orphaned(work, desk, stored.number, now)
        return
    calendar = desk.organisation.calendar
    if not calendar.is_working_time(now):
        morning = replace(errand, key=f"{errand.key}/late", due=calendar.into_working_hours(now).at)
        work.errands.put([morning], now)
        return
    team = TEAMS[stored.team]
    text = f"No answer for {PATIENCE_HOURS} working hours: one of {team} can take it now."
    work.timeline.add(stored.number, [Entry(now, "", "put_up", text, CITES, {"timer": timer_id})])
    latest = len(work.timeline.of(stored.number)) - 1
    told = [letters.put_up(stored, timer_id, desk), letters.notice(stored, stored.owner, latest)]
    work.outbox.put(told, now)


def orphaned(work: Work, desk: Desk, number: int, now: datetime) -> StoredCase:
    """The owner has left: the case waits in its team's queue, and the leads are told at once."""
    stored = work.cases.get(number)
    name, team = desk.people.name_of(stored.owner), TEAMS[stored.team]
    text = f"{name} is deactivated in Slack. The case waits in the queue of {team}."
    return hands.set_free(work, desk, stored, text, CITES, now)


def look_after_owners(work: Work, desk: Desk, now: datetime) -> int:
    """Every open case of who has left is to go to its team’s queue and to the leads. Returns how many.

    Who has left is as `desk.people` last read it: call this after each time that is read anew.
    """
    left = [owner for owner in sorted(work.cases.owners()) if not desk.people.is_active(owner)]
    found = [stored for owner in left for stored in work.cases.open_of(owner)]
    errands = [
        Errand(f"{ORPHANED}/{each.number}/v{each.version}", ORPHANED, now, each.number) for each in found
    ]
    work.errands.put(errands, now)
    return len(found)


def owner_left(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """The case of that errand is looked after, if its owner still is somebody who has left."""
    if errand.case_number is None:
        return
    stored = work.cases.get(errand.case_number)
    if stored.owner and stored.case.state != "closed" and not desk.people.is_active(stored.owner):
        orphaned(work, desk, stored.number, now)


def _waits(work: Work, desk: Desk, stored: StoredCase, timer_id: str, now: datetime) -> bool:
    """Whether what was asked at that ring is still the last thing asked, and still without an answer."""
    asked = [timer for timer in stored.case.timers if timer.rung_at is not None and timer.kind in ASKED]
    if stored.case.state == "closed" or not asked or asked[-1].id != timer_id:
        return False
    steps = cases.view(work, desk, stored.number, now).plan.steps
    return any(step.id == asked[-1].step and step.state == "available" for step in steps)
