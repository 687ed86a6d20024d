"""Alerts: several complaints about one installer within some days are told to the leads, once (`alerts`).

An alert stands from the complaint that made it due until none was opened for that many days; those that come
meanwhile are added below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.desk import Desk
from bot.likeness import company_key
from bot.ports import Work
from bot.stored import Letter, StoredCase

ALERT = "installer_alert"
ANOTHER = "installer_alert_more"
"""The kinds of the alert itself, and of what is added below it."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert says: the installer, the numbers of the cases, oldest first, and the first one's day."""

    installer: str
    numbers: tuple[int, ...]
    since: date


def look(work: Work, desk: Desk, stored: StoredCase, now: datetime) -> None:
    """Raise the alert that this case makes due, or add the case to the one that stands."""
    key, wanted = company_key(stored.case.facts.installer.name), desk.organisation.alerts
    if not key:
        return
    days = timedelta(days=wanted.within_days)
    run = _run(work.cases.of_installer(key), now, days)
    root = work.outbox.latest_original(key, min(run.values(), default=now), ALERT)
    leads = desk.organisation.channels.leads
    if root is not None:
        number = stored.number
        more = Letter(f"{root.key}/{number}", ANOTHER, number, to=leads, thread=root.key)
        edit = Letter(f"{root.key}/{number}/edit", ALERT, root.case_number, edits=root.key)
        work.outbox.put([more, edit], now)
    elif len([at for at in run.values() if at > now - days]) >= wanted.installer_complaints:
        work.outbox.put([Letter(f"HC-{min(run)}/{ALERT}", ALERT, min(run), to=leads)], now)


def subject(work: Work, desk: Desk, letter: Letter, now: datetime) -> Alert | None:
    """What an alert is drawn from; None where the installer of its case is not known any more."""
    assert letter.case_number is not None
    stored = work.cases.get(letter.case_number)
    installer, day = stored.case.facts.installer.name, desk.organisation.calendar.today
    if letter.kind == ANOTHER:
        return Alert(installer, (stored.number,), day(stored.case.opened_at))
    days = timedelta(days=desk.organisation.alerts.within_days)
    opened = work.cases.of_installer(company_key(installer))
    run = _run(opened, max((at for _, at in opened), default=now), days)
    return Alert(installer, tuple(sorted(run)), day(min(run.values()))) if run else None


def _run(opened: Sequence[tuple[int, datetime]], now: datetime, days: timedelta) -> dict[int, datetime]:
    """The cases, newest first, back to where none was opened for that many days."""
    run: dict[int, datetime] = {}
    later = now
    for number, at in opened:
        if later - at >= days:
            break
        run[number], later = at, at
    return run
