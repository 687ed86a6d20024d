"""What will go wrong with who is on call, found before it matters and told to the leads once.

Somebody looks at nine on every business day, whenever the rota is changed, and when somebody is found to be
deactivated. What was found is kept as a trouble, with one letter to the leads' channel; when it is mended,
the letter is rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bot import roles
from bot.desk import Desk
from bot.ports import Work
from bot.roles import Role
from bot.sop.rota import gaps
from bot.stored import Errand, Letter, Trouble

LOOK: Final = "rota_look"
"""The kind of errand that looks ahead."""
LEFT: Final = "person_left"
"""The kind of errand for whoever is to take over from somebody deactivated; `person` says who that is."""
TROUBLE: Final = "rota_trouble"
"""The kind of letter that tells of a trouble."""
KINDS: Final = ("gap", "gone", "roster")
"""Whatever else is found wrong is somebody else's to mend."""
AHEAD: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=7)
"""How far a gap that begins within the week is followed, so that its end does not move from day to day."""


def promise(work: Work, desk: Desk, now: datetime) -> None:
    """Put down the next look: nine o'clock of the next business day, today's where it is still to come."""
    calendar = desk.organisation.calendar
    today = calendar.into_working_hours(now)
    opening = today if today.at > now else calendar.next_business_day(now)
    day = calendar.today(opening.at)
    work.errands.put([Errand(f"{LOOK}/{day}", LOOK, opening.at)], now)


def run(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """The look of a day, and the promise of the next."""
    del errand
    look(work, desk, now)
    promise(work, desk, now)


def look(work: Work, desk: Desk, now: datetime) -> None:
    """Find what is wrong in the days ahead; tell what is new, and rewrite what is over."""
    known = {_identity(trouble): trouble for trouble in work.troubles.open() if trouble.kind in KINDS}
    wrong = {_identity(trouble): trouble for trouble in _wrong(work, desk.today(work, now), now)}
    for identity, trouble in known.items():
        if identity not in wrong:
            work.troubles.mend(trouble.id, now)
            work.outbox.put([_letter(trouble, desk, edits=True)], now)
    for identity, trouble in wrong.items():
        if identity not in known:
            kept = work.troubles.add(trouble)
            work.outbox.put([_letter(kept, desk)], now)
            if kept.kind == "gone":
                work.errands.put([Errand(f"{LEFT}/{kept.id}", LEFT, now, person=kept.subject)], now)


def subject(work: Work, desk: Desk, letter: Letter, now: datetime) -> Trouble:
    """The trouble that a letter tells of, as it is now."""
    del desk, now
    trouble = work.troubles.get(int(letter.data["trouble"]))
    if trouble is None:
        raise LookupError(f"{letter.key}: there is no such trouble.")
    return trouble


def staff(work: Work, desk: Desk, now: datetime) -> frozenset[str]:
    """The Slack ids of everybody whom the desk counts on: roles, rota, changes, owners of open cases."""
    today = desk.today(work, now)
    people = {user for role in Role if role is not Role.OWNER for user in roles.members(today, role)}
    changing = {person.slack_id for each in today.organisation.rota.changes for person in each.people}
    return frozenset(filter(None, people | changing | work.cases.owners()))


def _wrong(work: Work, desk: Desk, now: datetime) -> Iterator[Trouble]:
    rota = desk.organisation.rota
    if any(person.slack_id for person in rota.people):
        for starts, ends in gaps(rota, now, now + AHEAD + LONGEST):
            if starts < now + AHEAD:
                yield Trouble("gap", now, "", starts, ends)
    else:
        yield Trouble("roster", now)
    for user in sorted(staff(work, desk, now)):
        if not desk.people.is_active(user):
            yield Trouble("gone", now, user)


def _identity(trouble: Trouble) -> tuple[object, ...]:
    return (trouble.kind, trouble.subject, trouble.starts, trouble.ends)


def _letter(trouble: Trouble, desk: Desk, *, edits: bool = False) -> Letter:
    key, data = f"{TROUBLE}/{trouble.id}", {"trouble": str(trouble.id)}
    if edits:
        return Letter(f"{key}/mended", TROUBLE, edits=key, data=data)
    return Letter(key, TROUBLE, to=desk.organisation.channels.leads, data=data)
