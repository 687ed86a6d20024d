"""The Concert check (R-057 to R-059, D-11, D-12): who is on shift, who may answer; the first answer wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import cases
from bot.desk import Desk
from bot.errors import NotAllowed
from bot.ports import Work
from bot.sop import Event
from bot.sop.rota import Person, cover_starts, on_shift
from bot.stored import StoredCase


@dataclass(frozen=True, slots=True)
class Tagging:
    """Whom a post tags at an instant, or when cover starts if nobody is on shift."""

    people: tuple[Person, ...]
    cover_starts: datetime | None


def tagging(desk: Desk, at: datetime) -> Tagging:
    """Everyone on shift at the moment of posting. `desk` is that of today, with its changes of the rota."""
    rota = desk.organisation.rota
    people = on_shift(rota, at)
    return Tagging(people, None if people else cover_starts(rota, at))


def tagged_in(stored: StoredCase, occasion: str) -> tuple[str, ...] | None:
    """The Slack ids that the post of this occasion tagged; None while it has not been posted."""
    for event in stored.case.history:
        if event.name == "confirmation_posted" and event.data.get("occasion") == occasion:
            tagged = event.data.get("tagged", ())
            return tuple(str(each) for each in tagged) if isinstance(tagged, list | tuple) else ()
    return None


def posted(
    work: Work, desk: Desk, number: int, occasion: str, people: tuple[Person, ...], at: datetime
) -> None:
    """The post stands in Slack since `at`: the minutes of the ladder count from there (D-12)."""
    ids, names = [person.slack_id for person in people], [person.name for person in people]
    data = {"occasion": occasion, "tagged": ids, "names": names}
    cases.report(work, desk, number, Event("confirmation_posted", at, data), at)


def answer(work: Work, desk: Desk, number: int, event: str, by: str, now: datetime) -> StoredCase:
    """Take `concert_confirmed`, `not_concert` or `cannot_tell` from somebody on the roster, or put on it.

    Raises NotAllowed for anybody else, and for an answer after the first, which it names.
    """
    rota = desk.today(work, now).organisation.rota
    person = next((each for each in rota.people if each.slack_id == by), None)
    if person is None:
        raise NotAllowed(
            "Only the people on the Concert roster can answer this. If you know, tell one of them.",
            ("R-057", "D-12"),
        )
    reported = cases.report(work, desk, number, Event(event, now, {"by": person.name}, by), now)
    if reported.refused:
        refusal = reported.refused[0]
        raise NotAllowed(refusal.message, refusal.cites)
    return reported.stored
