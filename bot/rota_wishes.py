"""A change of the rota as somebody wishes it in a form: read, and held against the rota as it is.

What is wrong is said by field, in a sentence that says what happened and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, cast

from bot.business_time import instant_words
from bot.desk import Desk
from bot.ports import Work
from bot.sop.rota import Change, ChangeKind, Person, Rota, differences, midnight, spans
from bot.stored import RotaChange

KINDS: Final = ("override", "swap", "away")
A_YEAR: Final = timedelta(days=366)
Typed = Mapping[str, str | tuple[str, ...]]
Problems = dict[str, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """Who, by Slack user id, and from when up to when."""

    kind: ChangeKind
    people: tuple[str, ...]
    starts: datetime
    ends: datetime


def wished(kind: str, typed: Typed, rota: Rota, now: datetime) -> Wish | Problems:
    """What a form states. Without times it is whole days; what began before now begins now."""
    people, problems = _people(kind, typed)
    first, last = _day(typed, "day"), _day(typed, "until") or _day(typed, "day")
    if first is None or last is None:
        return {**problems, "day": "Choose the day."}
    end_field = "to" if "to" in typed else "until" if "until" in typed else "day"
    starts, ends = _instant(rota, first, _text(typed, "from")), _end(rota, last, _text(typed, "to"))
    if first < now.astimezone(rota.zone).date():
        problems["day"] = "This day is over. Choose today, or a day to come."
    elif ends <= starts:
        problems[end_field] = "This ends before it begins. Choose a later end."
    elif ends <= now:
        problems[end_field] = "This is over already. Choose a later end."
    elif ends > now + A_YEAR:
        problems[end_field] = "This is more than a year ahead. Choose an earlier end."
    return problems or Wish(cast(ChangeKind, kind), people, max(starts, _minute(now)), ends)


def change_of(wish: Wish, desk: Desk) -> Change:
    """The change that a wish means: people of the roster by their own names, others by Slack's."""
    known = {person.slack_id: person for person in desk.organisation.rota.people if person.slack_id}
    people = tuple(known.get(user) or Person(user, desk.people.name_of(user), user) for user in wish.people)
    return Change(wish.kind, wish.starts.astimezone(UTC), wish.ends.astimezone(UTC), people)


def problems_of(work: Work, desk: Desk, change: Change, now: datetime) -> Problems:
    """Why a change cannot be made, by field; empty where it can.

    Raises nothing: what stands in its way is named, with who put it there.
    """
    standing = [each for each in work.rota_changes.standing(now) if _meet(each.held, change)]
    fields = ("person", "other") if change.kind == "swap" else ("people",) * len(change.people)
    found: Problems = {}
    for field, person in zip(fields, change.people, strict=True):
        problem = next(_about(person, change, standing, work, desk, now), "")
        if problem:
            found.setdefault(field, problem)
    if found:
        return found
    if change.kind == "override" and (other := _of_kind(standing, "override")):
        return {"day": f"{_stands(other, desk)} Undo that first, or choose other hours."}
    if change.kind == "swap":
        rota = desk.today(work, now).organisation.rota
        after = with_change(rota, change)
        if not differences(rota, after, max(change.starts, now), change.ends):
            return {"other": "They are on shift at the same hours, so swapping them changes nothing."}
    return {}


def with_change(rota: Rota, change: Change) -> Rota:
    """The rota with one more change."""
    return Rota(rota.timezone, rota.windows, rota.holidays, (*rota.changes, change), rota.gone)


def _about(
    person: Person, change: Change, standing: Iterable[RotaChange], work: Work, desk: Desk, now: datetime
) -> Iterator[str]:
    """What is wrong with one of the people of a change."""
    name = person.name
    if not desk.people.is_person(person.slack_id):
        yield f"{name} is an app, not a person. Choose somebody else."
    if not desk.people.is_active(person.slack_id):
        yield f"{name} is deactivated in Slack. Choose somebody else."
    if change.kind != "override":
        yield from _not_on(person, change, desk.today(work, now).organisation.rota, now)
    for other in standing:
        if other.change.kind == "away" and person in other.change.people:
            yield f"{name} is away then. {_stands(other, desk)} Undo that first, or choose somebody else."
        if other.change.kind == change.kind == "swap" and person in other.change.people:
            yield f"{name} is swapped then already. {_stands(other, desk)} Undo that first."


def _not_on(person: Person, change: Change, rota: Rota, now: datetime) -> Iterator[str]:
    """Somebody is to be taken off who was never on, or swapped at a time when they are not on."""
    if person not in rota.people:
        yield f"{person.name} is not on the rota, so there is nothing to change. Choose somebody who is."
    elif change.kind == "swap":
        during = spans(rota, max(change.starts, now), change.ends)
        if not any(person in span.people for span in during):
            yield (
                f"{person.name} is not on shift then, so they cannot swap. "
                "To put somebody on instead, override the day."
            )


def _of_kind(standing: Iterable[RotaChange], kind: str) -> RotaChange | None:
    return next((each for each in standing if each.change.kind == kind), None)


def _stands(other: RotaChange, desk: Desk) -> str:
    """Which change stands in the way."""
    zone = desk.organisation.rota.zone
    first, last = (instant_words(at.astimezone(zone)) for at in (other.change.starts, other.change.ends))
    what = {"override": "Somebody else was put on", "swap": "They were swapped", "away": "Marked away"}
    return f"{what[other.change.kind]} by {desk.people.name_of(other.by)}, from {first} to {last}."


def _meet(one: Change, other: Change) -> bool:
    return one.starts < other.ends and other.starts < one.ends


def _people(kind: str, typed: Typed) -> tuple[tuple[str, ...], Problems]:
    if kind == "swap":
        pair = (_text(typed, "person"), _text(typed, "other"))
        if not all(pair):
            return pair, {"other" if pair[0] else "person": "Choose a person."}
        same = {"other": "That is the same person. Choose somebody else."} if pair[0] == pair[1] else {}
        return pair, same
    chosen = typed.get("people", ())
    people = chosen if isinstance(chosen, tuple) else tuple(filter(None, [chosen]))
    return people, {} if people else {"people": "Choose at least one person."}


def _day(typed: Typed, field: str) -> date | None:
    text = _text(typed, field)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _instant(rota: Rota, day: date, clock: str) -> datetime:
    at = time.fromisoformat(clock) if clock else time()
    return datetime.combine(day, at, tzinfo=rota.zone).astimezone(UTC)


def _end(rota: Rota, day: date, clock: str) -> datetime:
    """Midnight, or no time, as an end is the end of the day."""
    if clock in ("", "00:00"):
        return midnight(rota, day + timedelta(days=1)).astimezone(UTC)
    return _instant(rota, day, clock)


def _minute(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(second=0, microsecond=0)


def _text(typed: Typed, field: str) -> str:
    value = typed.get(field, "")
    return value if isinstance(value, str) else ""
