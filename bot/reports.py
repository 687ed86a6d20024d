"""How the desk is doing, in numbers alone, for the leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from bot.desk import Desk
from bot.due import day_bounds
from bot.overview import MOST_COUNTED, ClosedCase, Wanted
from bot.ports import Work
from bot.roles import Act, require

SPANS: Final = (7, 30)
"""Days back."""
SLOWEST: Final = 5
FEWEST: Final = 2
"""One case alone says nothing about an installer."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slow:
    """An installer, how many of their cases were closed, and how many days the middle one took."""

    installer: str
    cases: int
    days: float


@dataclass(frozen=True, slots=True)
class Report:
    """Open cases now, and what was opened and closed; days are calendar days."""

    open: int
    overdue: int
    queued: int
    decisions: int
    by_category: Mapping[str, int]
    by_program: Mapping[str, int]
    opened: Mapping[int, int]
    closed: Mapping[int, int]
    days_to_close: float | None
    slowest: tuple[Slow, ...]


def report(work: Work, desk: Desk, by: str, now: datetime) -> Report:
    """The figures at this moment. Raises NotAllowed for who does not lead."""
    require(desk, by, Act.SEE_TEAM)
    now = desk.organisation.calendar.local(now)
    today, tomorrow = day_bounds(now)
    closed = work.overview.closed_since(now - max(SPANS) * _DAY)
    by_program = work.overview.open_by("program")
    return Report(
        open=sum(by_program.values()),
        overdue=work.overview.count(
            Wanted(when="overdue", today=today, tomorrow=tomorrow), MOST_COUNTED * MOST_COUNTED
        ),
        queued=work.overview.count(Wanted(owner=""), MOST_COUNTED * MOST_COUNTED),
        decisions=work.overview.count(Wanted(states=("needs_decision",)), MOST_COUNTED * MOST_COUNTED),
        by_category=work.overview.open_by("category"),
        by_program=by_program,
        opened={days: work.overview.opened_since(now - days * _DAY) for days in SPANS},
        closed={days: sum(each.closed_at >= now - days * _DAY for each in closed) for days in SPANS},
        days_to_close=_middle(closed),
        slowest=_slowest(closed),
    )


def _slowest(closed: Iterable[ClosedCase]) -> tuple[Slow, ...]:
    by_installer: dict[str, list[ClosedCase]] = defaultdict(list)
    for case in closed:
        if case.installer:
            by_installer[case.installer].append(case)
    slow = [
        Slow(name, len(cases), _middle(cases) or 0.0)
        for name, cases in by_installer.items()
        if len(cases) >= FEWEST
    ]
    return tuple(sorted(slow, key=lambda each: (-each.days, each.installer))[:SLOWEST])


def _middle(closed: Sequence[ClosedCase]) -> float | None:
    days = [(case.closed_at - case.opened_at) / _DAY for case in closed]
    return median(days) if days else None
