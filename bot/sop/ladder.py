"""The Concert check: tag who is on shift, ask again, tell the lead (R-057 to R-059, D-11, D-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.business_time import Moment, instant_words
from bot.sop.case import LADDER, Case, Confirmation, Timer, TimerKind
from bot.sop.playbook import Playbooks
from bot.sop.rota import cover_starts, on_shift
from bot.sop.timing import with_timer, without_ladder

CONFIRMATION: Final = "confirmation"
_REPEAT_CITES: Final = ("D-12",)
_TAG_CITES: Final = ("R-057", "D-11", "D-12")


def posted(case: Case, playbooks: Playbooks, at: datetime, tagged: bool) -> Case:
    """The request stands in Slack since `at`, with tags or without; the ladder counts from there."""
    earlier = case.confirmation or Confirmation(at, None)
    confirmation = replace(earlier, posted_at=at, tagged_at=at if tagged else None)
    case = replace(without_ladder(case), confirmation=confirmation)
    return _climb(case, playbooks, at) if tagged else _await_cover(case, playbooks, at)


def rung(case: Case, timer: Timer, playbooks: Playbooks, now: datetime) -> tuple[Case, bool]:
    """A timer of the ladder fell due: the case afterwards, and whether somebody is to be asked or told.

    Nobody on shift (the desk was down when it fell due): the next tagging is at the next start of cover.
    """
    if timer.kind == "tell_lead":
        return case, True
    if not on_shift(playbooks.organisation.rota, now):
        return _await_cover(case, playbooks, now), False
    confirmation = case.confirmation
    if timer.kind == "tag_confirmers" and confirmation is not None and confirmation.tagged_at is None:
        case = replace(case, confirmation=replace(confirmation, tagged_at=now))
        return _climb(case, playbooks, now), True
    return case, True


def covered_anew(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    """The case after the rota was changed: its next tagging is where cover starts now, perhaps at once.

    A tagging that is due already stays: it rings, and is asked then who is on shift.
    """
    check = case.confirmation
    if case.state != "awaiting_confirmation" or check is None or check.answer is not None:
        return case
    waiting = next((timer for timer in case.running if timer.kind == "tag_confirmers"), None)
    if waiting is None:
        return case if check.tagged_at is not None else _await_cover(case, playbooks, now)
    again = timedelta(minutes=playbooks.organisation.timers.repeat_confirmation_minutes)
    cover = _cover(playbooks, now if check.tagged_at is None else max(now, check.tagged_at + again))
    if cover is None or waiting.due <= now or waiting.due == cover.at:
        return case
    moved = replace(waiting, due=cover.at, why=cover.why)
    return replace(case, timers=tuple(moved if timer is waiting else timer for timer in case.timers))


def may_be_based_anew(case: Case) -> bool:
    """True until the second asking or the lead's turn has come: a late first post moves what follows it."""
    told = {"repeat_confirmation", "tell_lead"} & set(rungs(case))
    return case.confirmation is not None and not told


def rungs(case: Case) -> tuple[TimerKind, ...]:
    """What rang since the request was posted; an earlier check of the same case does not count."""
    check = case.confirmation
    rang = [(t.kind, t.rung_at) for t in case.timers if t.kind in LADDER]
    return tuple(kind for kind, at in rang if check is not None and at is not None and at > check.posted_at)


def _climb(case: Case, playbooks: Playbooks, tagged_at: datetime) -> Case:
    waits = playbooks.organisation.timers
    again = tagged_at + timedelta(minutes=waits.repeat_confirmation_minutes)
    if on_shift(playbooks.organisation.rota, again):
        why = f"{waits.repeat_confirmation_minutes} minutes after the confirmers were tagged"
        case = with_timer(case, "repeat_confirmation", CONFIRMATION, Moment(again, why), _REPEAT_CITES)
    else:
        case = _await_cover(case, playbooks, again)
    lead = tagged_at + timedelta(minutes=waits.tell_lead_minutes)
    why = f"{waits.tell_lead_minutes} minutes after the confirmers were tagged"
    return with_timer(case, "tell_lead", CONFIRMATION, Moment(lead, why), _REPEAT_CITES)


def _await_cover(case: Case, playbooks: Playbooks, at: datetime) -> Case:
    cover = _cover(playbooks, at)
    return case if cover is None else with_timer(case, "tag_confirmers", CONFIRMATION, cover, _TAG_CITES)


def _cover(playbooks: Playbooks, at: datetime) -> Moment | None:
    """When cover starts, from `at` on; None where it never does."""
    rota = playbooks.organisation.rota
    start = cover_starts(rota, at)
    if start is None:
        return None
    return Moment(start, f"nobody is on shift; cover starts {instant_words(start.astimezone(rota.zone))}")
