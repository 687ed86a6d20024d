"""Since when, or from when, a person has to act on a case: what makes it due today, or overdue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from bot.sop import Case, Facts

APPOINTMENTS: Final = frozenset({"follow_up", "prompt", "lead_prompt"})
"""The timers that ask the owner; those of the Concert check ask others."""
ANSWERS: Final = frozenset({"homeowner_not_heard", "homeowner_contacted_unsatisfied"})
"""What the homeowner said, where it leads to a question for the owner without a new stage."""
ESCALATED: Final = frozenset({"fraud", "compliance"})


def acts_at(case: Case) -> datetime | None:
    """The instant from which a case waits for a person; None for one that is closed.

    A case that waits is due at its next appointment. Once that has rung, it is due since then, however
    often it was asked again, until it is answered or put off. An answer that brings a question begins anew.
    """
    if case.state == "closed":
        return None
    since = case.visits[-1].at if case.visits else case.opened_at
    if case.state != "waiting":
        return max([since, *(event.at for event in case.history if event.name in ANSWERS)])
    answered = {done.step for done in case.done}
    asked = [
        timer.due
        for timer in case.timers
        if timer.kind in APPOINTMENTS
        and timer.rung_at is not None
        and timer.rung_at > since
        and timer.step not in answered
    ]
    put_off = any(timer.kind == "follow_up" for timer in case.running)
    return asked[0] if asked and not put_off else case.next_due or since


def escalated(facts: Facts) -> bool:
    """Whether the case is for trained agents and the leads (D-14)."""
    return bool(facts.sensitive) or facts.wants_leadership is True or bool(ESCALATED & set(facts.categories))


def days_over(acts: datetime, today: date) -> int:
    """How many days lie between the local day on which it was due and today; 0 on that day and before."""
    return max((today - acts.date()).days, 0)


def day_bounds(now: datetime) -> tuple[datetime, datetime]:
    """The beginnings of today and tomorrow, on the wall clock of `now`; on a day of 23 or 25 hours too."""
    midnight = datetime.combine(now.date(), datetime.min.time(), tzinfo=now.tzinfo)
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=now.tzinfo)
    return midnight, tomorrow
