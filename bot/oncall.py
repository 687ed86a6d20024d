"""Who is on call: now, next and in the days ahead; and how a lead changes that for a while (D-11).

A change is seen everywhere in the transaction that makes it: Concert checks that wait for cover are tagged
anew, gaps ahead are told, the people concerned and the leads are written to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from bot import cases, rota_watch
from bot.desk import Desk
from bot.errors import CaseError, MovedOn
from bot.overview import Wanted
from bot.ports import Work
from bot.sop import Event
from bot.sop.ladder import covered_anew
from bot.sop.rota import (
    Change,
    Difference,
    Person,
    Rota,
    Span,
    by_day,
    differences,
    gaps,
    midnight,
    next_change,
    on_shift,
)
from bot.stored import Letter, RotaChange

CHANGED: Final = "rota_change"
"""The kind of letter that tells of a change, or of its end."""
EVERYBODY: Final = ("everybody",)
DAYS_AHEAD: Final = 7
MOST_CASES: Final = 1000


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of the rota; `holiday` where the rota lists it."""

    day: date
    spans: tuple[Span, ...]
    holiday: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """Who is on call at `at`, until when and who comes next, and the days from `days[0]` on.

    `gaps` are those of the coming week, `changes` those that hold or will hold, the first to begin first.
    `rota` is as changed.
    """

    at: datetime
    people: tuple[Person, ...]
    next: Span | None
    days: tuple[Day, ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    changes: tuple[RotaChange, ...]
    rota: Rota


@dataclass(frozen=True, slots=True)
class Told:
    """A change as a letter or a form tells of it: what it makes different, or made, where it is undone."""

    made: RotaChange
    effects: tuple[Difference, ...]
    undone: bool = False


def outlook(work: Work, desk: Desk, now: datetime, first: date | None = None) -> Outlook:
    """Who is on call now, and in the seven days from `first` on, which is today where none is given."""
    rota = desk.today(work, now).organisation.rota
    local = now.astimezone(rota.zone)
    since = midnight(rota, first or local.date())
    until = midnight(rota, since.date() + timedelta(days=DAYS_AHEAD))
    days = by_day(rota, since, until)
    standing = [each for each in work.rota_changes.standing(now) if each.held.ends > now]
    return Outlook(
        now,
        on_shift(rota, now),
        next_change(rota, now),
        tuple(Day(day, tuple(parts), day in rota.holidays and day.weekday() < 5) for day, parts in days),
        tuple(gaps(rota, now, now + timedelta(days=DAYS_AHEAD))),
        tuple(sorted(standing, key=lambda each: (each.change.starts, each.id))),
        rota,
    )


def effects(work: Work, desk: Desk, change: Change, now: datetime) -> tuple[Difference, ...]:
    """What a change that is not made yet would make different from now on."""
    rota = desk.today(work, now).organisation.rota
    after = replace(rota, changes=(*rota.changes, change))
    return tuple(differences(rota, after, max(change.starts, now), change.ends))


def save(
    work: Work, desk: Desk, change: Change, by: str, reason: str, now: datetime
) -> tuple[RotaChange, tuple[Difference, ...]]:
    """Make a change that was found to hold, and tell everybody concerned."""
    made_different = effects(work, desk, change, now)
    made = work.rota_changes.add(RotaChange(change, by, now, reason))
    work.outbox.put(_letters(made, "made", made_different, by, desk), now)
    changed(work, desk, now)
    return made, made_different


def undo(work: Work, desk: Desk, change_id: int, by: str, now: datetime) -> Told:
    """Take a change back, from now on, and tell everybody concerned.

    Raises MovedOn where that was done already, or there is nothing left of it to take back.
    """
    told = undoing(work, desk, change_id, now)
    work.rota_changes.withdraw(change_id, by, now)
    work.outbox.put(_letters(told.made, "undone", told.effects, by, desk), now)
    changed(work, desk, now)
    return told


def undoing(work: Work, desk: Desk, change_id: int, now: datetime) -> Told:
    """What taking a change back would make different. Raises MovedOn as `undo` does."""
    made = work.rota_changes.get(change_id)
    if made is None:
        raise CaseError("There is no such change of the rota. `/complaint oncall` shows those there are.")
    if made.withdrawn_at is not None:
        name = desk.people.name_of(made.withdrawn_by)
        raise MovedOn(f"{name} has undone this already. `/complaint oncall` shows what stands now.")
    if made.change.ends <= now:
        raise MovedOn("This change is over, and nothing of it is left to undo.")
    return Told(made, _undone(work, desk, made, max(made.change.starts, now)), undone=True)


def told(work: Work, desk: Desk, letter: Letter, now: datetime) -> Told:
    """What a letter about a change tells."""
    del now
    made = work.rota_changes.get(int(letter.data["change"]))
    if made is None:
        raise LookupError(f"{letter.key}: there is no such change of the rota.")
    undone = letter.data["what"] == "undone"
    since = max(made.change.starts, (made.withdrawn_at or made.at) if undone else made.at)
    shown = _undone(work, desk, made, since)
    if not undone:
        shown = tuple(replace(each, before=each.after, after=each.before) for each in shown)
    return Told(made, shown, undone)


def changed(work: Work, desk: Desk, now: datetime) -> None:
    """Who is on call is otherwise now: cases that wait for cover, gaps ahead and Homes follow at once."""
    rota_watch.look(work, desk, now)
    for line in work.overview.lines(Wanted(states=("awaiting_confirmation",)), 0, MOST_CASES):
        case = work.cases.get(line.number).case
        if covered_anew(case, desk.for_case(case, work).playbooks, now) != case:
            cases.report(work, desk, line.number, Event("clock", now), now)
    work.homes.tell(EVERYBODY)


def _undone(work: Work, desk: Desk, made: RotaChange, since: datetime) -> tuple[Difference, ...]:
    """What is different without a change, be it withdrawn by now or not."""
    others = [each for each in work.rota_changes.standing() if each.id != made.id]
    without = desk.with_changes(others).organisation.rota
    both = desk.with_changes(sorted([*others, replace(made, withdrawn_at=None)], key=lambda each: each.id))
    if since >= made.change.ends:
        return ()
    return tuple(differences(both.organisation.rota, without, since, made.change.ends))


def _letters(
    made: RotaChange, what: str, effects: tuple[Difference, ...], by: str, desk: Desk
) -> list[Letter]:
    """The leads' channel, and in person whoever is named in the change or whose shift it changes."""
    concerned = {person.slack_id for person in made.change.people}
    for each in effects:
        concerned |= {person.slack_id for person in {*each.before} ^ {*each.after}}
    to = [desk.organisation.channels.leads, *sorted(filter(desk.people.is_active, concerned - {"", by}))]
    data = {"change": str(made.id), "what": what}
    return [Letter(f"rota/{made.id}/{what}/{each}", CHANGED, to=each, data=data) for each in to]
