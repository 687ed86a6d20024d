"""The morning summary: once a business day for everybody, at nine on their own clock, when there is a say.

One errand renews itself, at every nine o'clock of anybody's and every full hour. Whose morning it is then
gets one letter, whose key holds person and day: after a night or a day down it still comes once, and what
was not delivered on its own day is left to the next one's. Who moves to another zone is met there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import roles
from bot.desk import Desk
from bot.due import day_bounds
from bot.home import AHEAD, Mine, mine, teams_of
from bot.overview import Wanted
from bot.ports import Work
from bot.roles import Act, Role
from bot.sop.rota import gaps, next_change
from bot.stored import Errand, Letter

DIGESTS: Final = "digests"
HOMES: Final = "homes"
"""The kinds of the two errands that renew themselves."""
LETTER: Final = "digest"
NINE: Final = time(9)
EVENING: Final = time(17)
"""A summary of the morning that could not come before then is left to the next one."""
_FORTNIGHT: Final = 15
_HOUR: Final = timedelta(hours=1)
CASEWORKERS: Final = (
    Role.AGENT,
    Role.TRAINED_AGENT,
    Role.BACK_OFFICE,
    Role.RESOLUTION_SPECIALIST,
    Role.LEAD,
)


@dataclass(frozen=True, slots=True)
class TeamDigest:
    """What a lead is told of everybody's work."""

    decisions: int
    overdue: int
    undelivered: int
    gaps: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told in the morning. `now` is on the desk's wall clock, as all its times."""

    now: datetime
    mine: Mine
    queues: Mapping[str, int] = field(default_factory=dict)
    team: TeamDigest | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        team = self.team
        told = team is not None and (team.decisions or team.overdue or team.undelivered or team.gaps)
        return self.mine.empty and not any(self.queues.values()) and not told


def begin(work: Work, desk: Desk, now: datetime) -> None:
    """The first of the errands that renew themselves; one that is there already is left alone."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    work.errands.put([_errand(DIGESTS, hour), _errand(HOMES, _next_turn(desk, now))], now)


def run(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """Promise the summary to everybody whose morning it is, and come again."""
    unwilling = work.homes.unwilling()
    people = [user for user in _people(desk) if user not in unwilling]
    mornings = ((user, morning(desk, user, now)) for user in people)
    work.outbox.put([_letter(user, day, errand.due) for user, day in mornings if day], now)
    work.errands.put([_errand(DIGESTS, next_round(desk, now))], now)


def redraw(work: Work, desk: Desk, errand: Errand, now: datetime) -> None:
    """A new day, or other people on call: what every Home says of today is drawn anew."""
    del errand
    work.homes.tell(["everybody"])
    work.errands.put([_errand(HOMES, _next_turn(desk.today(work, now), now))], now)


def morning(desk: Desk, user: str, now: datetime) -> date | None:
    """The day of which it is this person's working morning, or still daytime; None otherwise."""
    local = now.astimezone(zone_of(desk, user))
    working = desk.organisation.calendar.is_business_day(local.date())
    return local.date() if working and NINE <= local.time() < EVENING else None


def next_round(desk: Desk, now: datetime) -> datetime:
    """When to look again: the next nine o'clock of anybody's, an hour from now at the latest."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    return min([hour, *(_next_nine(desk, user, now) for user in _people(desk))])


def zone_of(desk: Desk, user: str) -> ZoneInfo:
    """The person's time zone by Slack; the desk's where Slack knows none, or one that nobody knows."""
    try:
        return ZoneInfo(desk.people.zone_of(user) or desk.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(desk.zone)


def subject(work: Work, desk: Desk, letter: Letter, now: datetime) -> Digest | None:
    """What there is to say to the person now; None once their morning is over, or they want none."""
    user = letter.to
    day = morning(desk, user, now)
    caseworker = roles.may(desk, user, Act.SEE)
    if day is None or day.isoformat() != letter.data["day"] or not caseworker:
        return None
    if not work.homes.of(user).summary:
        return None
    digest = _digest(work, desk.today(work, now), user, desk.organisation.calendar.local(now))
    return None if digest.empty else digest


def _digest(work: Work, desk: Desk, user: str, now: datetime) -> Digest:
    counts = {team: work.overview.count(Wanted(owner="", team=team)) for team in teams_of(desk, user)}
    team = _team(work, desk, now) if roles.may(desk, user, Act.SEE_TEAM) else None
    return Digest(now, mine(work, user, now), counts, team)


def _team(work: Work, desk: Desk, now: datetime) -> TeamDigest:
    today, tomorrow = day_bounds(now)
    return TeamDigest(
        decisions=work.overview.count(Wanted(states=("needs_decision",))),
        overdue=work.overview.count(Wanted(when="overdue", today=today, tomorrow=tomorrow)),
        undelivered=work.undelivered.count() + work.orders.dead_count(),
        gaps=tuple(gaps(desk.organisation.rota, now, now + AHEAD)),
    )


def _people(desk: Desk) -> Iterator[str]:
    """Everybody who works on cases and is active, each once."""
    for user in sorted(set().union(*(roles.members(desk, role) for role in CASEWORKERS))):
        if desk.people.is_active(user):
            yield user


def _next_nine(desk: Desk, user: str, now: datetime) -> datetime:
    zone = zone_of(desk, user)
    first = now.astimezone(zone).date()
    days = (first + timedelta(days=offset) for offset in range(_FORTNIGHT))
    nines = (datetime.combine(day, NINE, zone).astimezone(UTC) for day in days)
    return next(nine for nine in nines if nine > now)


def _next_turn(desk: Desk, now: datetime) -> datetime:
    """When what Homes say of today is no longer so: at midnight, or when other people are on call."""
    _, tomorrow = day_bounds(desk.organisation.calendar.local(now))
    change = next_change(desk.organisation.rota, now)
    return min(each.astimezone(UTC) for each in (tomorrow, change.starts if change else tomorrow))


def _errand(kind: str, due: datetime) -> Errand:
    return Errand(f"{kind}/{due.astimezone(UTC).isoformat()}", kind, due)


def _letter(user: str, day: date, due: datetime) -> Letter:
    return Letter(f"{LETTER}/{user}/{day}", LETTER, to=user, data={"day": day.isoformat()}, due=due)
