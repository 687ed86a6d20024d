"""What stands on a person's Home: by their roles, paged, and read from the columns of an index.

A Home is private to who opens it, so it may name homeowners, to those who may see cases; to confirmers only
where a Concert check asks (D-23).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from bot import drafts, roles
from bot.desk import Desk
from bot.due import day_bounds
from bot.errors import CaseError
from bot.overview import CaseLine, DeadLetter, Home, Wanted, When
from bot.ports import Work
from bot.roles import TAKERS, Act, Role
from bot.sop import Step, plan_of
from bot.sop.rota import Person, Span, gaps, next_change, on_shift
from bot.stored import Intake
from bot.systems import TITLES, Order

Line = TypeVar("Line")
SIZES: Final[Mapping[str, int]] = {
    "due": 8,
    "waiting": 5,
    "with_lead": 4,
    "drafts": 2,
    "queue": 3,
    "decision": 4,
    "escalated": 4,
    "undelivered": 3,
    "undone": 3,
    "checks": 3,
    "team": 8,
}
"""How many lines a page of each list has: a Home holds 100 blocks, a person reads fewer."""
FILTERS: Final = ("owner", "program", "category", "installer", "state", "when")
AHEAD: Final = timedelta(days=7)
SPARSE: Final = frozenset({"say"})
"""What is said on the call is not what a line of Home is about."""


@dataclass(frozen=True, slots=True)
class Listed(Generic[Line]):
    """One page of a list. `total` stops at what is counted, `page` counts from 1."""

    name: str
    lines: tuple[Line, ...] = ()
    total: int = 0
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(-(-self.total // SIZES[self.name]), 1)


@dataclass(frozen=True, slots=True)
class Mine:
    """A person's own work: due today and before, what waits, what a lead has, and what is half written."""

    overdue: int
    due: Listed[CaseLine]
    waiting: Listed[CaseLine]
    with_lead: Listed[CaseLine]
    drafts: Listed[Intake]
    whys: Mapping[int, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is there."""
        return not (self.due.total or self.waiting.total or self.with_lead.total or self.drafts.total)


@dataclass(frozen=True, slots=True)
class TeamView:
    """What the leads see of everybody's work; `filters` are those chosen, by the names of FILTERS."""

    decision: Listed[CaseLine]
    escalated: Listed[CaseLine]
    cases: Listed[CaseLine]
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who answers Concert checks now, who next and from when, and the gaps of the days ahead."""

    now: tuple[Person, ...]
    next: Span | None
    gaps: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class HomeView:
    """A person's Home. A part that their roles do not have is None; an outsider has none at all.

    `titles` are what is to be done next, by case number. `now` is on the desk's wall clock.
    """

    home: Home
    now: datetime
    may_open: bool = False
    mine: Mine | None = None
    queue: Listed[CaseLine] | None = None
    queues: Mapping[str, int] = field(default_factory=dict)
    team: TeamView | None = None
    undelivered: Listed[DeadLetter] | None = None
    undone: Listed[Order] | None = None
    checks: Listed[CaseLine] | None = None
    on_call: OnCall | None = None
    titles: Mapping[int, str] = field(default_factory=dict)

    @property
    def outsider(self) -> bool:
        """Whether this person has no role at the desk."""
        return self.on_call is None


def sees(desk: Desk, user: str) -> tuple[str, ...]:
    """The audiences of news that this person belongs to."""
    mine = roles.roles_of(desk, user)
    named = {Role.LEAD: "leads", Role.ADMIN: "admins", Role.CONFIRMER: "confirmers"}
    audiences = [name for role, name in named.items() if role in mine]
    return (*audiences, *(f"team:{team}" for team in teams_of(desk, user)))


def teams_of(desk: Desk, user: str) -> tuple[str, ...]:
    """The teams from whose queues this person may take."""
    mine = roles.roles_of(desk, user)
    return tuple(team for team, able in TAKERS.items() if mine & able)


def view(work: Work, desk: Desk, user: str, now: datetime) -> HomeView:
    """Everything on this person's Home, as it is now."""
    now = desk.organisation.calendar.local(now)
    home, mine_roles = work.homes.of(user), roles.roles_of(desk, user)
    if not mine_roles:
        return HomeView(home, now)
    desk = desk.today(work, now)
    reader = _Reader(work, home, now)
    caseworker = roles.may(desk, user, Act.SEE)
    seen = HomeView(
        home,
        now,
        may_open=roles.may(desk, user, Act.OPEN),
        mine=mine(work, user, now, home) if caseworker else None,
        team=_team(reader) if roles.may(desk, user, Act.SEE_TEAM) else None,
        undelivered=_undelivered(reader) if roles.may(desk, user, Act.MEND_DELIVERY) else None,
        undone=reader.undone("undone") if roles.may(desk, user, Act.MEND_DELIVERY) else None,
        checks=reader.cases("checks", Wanted(states=("awaiting_confirmation",)))
        if roles.may(desk, user, Act.CONFIRM)
        else None,
        on_call=on_call(desk, now),
    )
    if caseworker:
        seen = _with_queue(seen, reader, teams_of(desk, user))
    return replace(seen, titles=titles(work, desk, _asking(seen), now))


def mine(work: Work, user: str, now: datetime, home: Home | None = None) -> Mine:
    """A person's own work at `now`, which is on the desk's wall clock; the first pages without a Home."""
    reader = _Reader(work, home or Home(user), now)
    waiting = reader.cases("waiting", reader.dated("waiting", user))
    return Mine(
        overdue=work.overview.count(reader.dated("overdue", user)),
        due=reader.cases("due", reader.dated("due", user)),
        waiting=waiting,
        with_lead=reader.cases("with_lead", Wanted(owner=user, states=("needs_decision",))),
        drafts=reader.listed("drafts", drafts.drafts_of(work, user)),
        whys=work.overview.next_whys(line.number for line in waiting.lines),
    )


def on_call(desk: Desk, now: datetime) -> OnCall:
    """Who answers Concert checks, by the rota with its changes."""
    rota = desk.organisation.rota
    ahead = tuple(gaps(rota, now, now + AHEAD))
    return OnCall(on_shift(rota, now), next_change(rota, now), ahead)


def titles(work: Work, desk: Desk, numbers: Iterable[int], now: datetime) -> Mapping[int, str]:
    """What is to be done next in each case, in the SOP's words."""
    found = {number: _title(work, desk, number, now) for number in sorted(set(numbers))}
    return {number: title for number, title in found.items() if title}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one page of each list, at the page that was chosen, or at the last that there is."""

    work: Work
    home: Home
    now: datetime

    def cases(self, name: str, wanted: Wanted) -> Listed[CaseLine]:
        at: Listed[CaseLine] = Listed(name, total=self.work.overview.count(wanted))
        page = self._page(at)
        lines = self.work.overview.lines(wanted, (page - 1) * SIZES[name], SIZES[name])
        return replace(at, lines=tuple(lines), page=page)

    def listed(self, name: str, lines: Sequence[Line]) -> Listed[Line]:
        at: Listed[Line] = Listed(name, total=len(lines))
        page = self._page(at)
        first = (page - 1) * SIZES[name]
        return replace(at, lines=tuple(lines[first : first + SIZES[name]]), page=page)

    def dated(self, when: When, owner: str | None = None) -> Wanted:
        today, tomorrow = day_bounds(self.now)
        return Wanted(owner=owner, when=when, today=today, tomorrow=tomorrow)

    def dead(self, name: str) -> Listed[DeadLetter]:
        at: Listed[DeadLetter] = Listed(name, total=self.work.undelivered.count())
        page = self._page(at)
        lines = self.work.undelivered.lines((page - 1) * SIZES[name], SIZES[name])
        return replace(at, lines=tuple(lines), page=page)

    def undone(self, name: str) -> Listed[Order]:
        at: Listed[Order] = Listed(name, total=self.work.orders.dead_count())
        page = self._page(at)
        lines = self.work.orders.dead((page - 1) * SIZES[name], SIZES[name])
        return replace(at, lines=tuple(lines), page=page)

    def _page(self, at: Listed[Line]) -> int:
        chosen = self.home.choices.get(f"page.{at.name}", "")
        return min(int(chosen), at.pages) if chosen.isdecimal() and int(chosen) else 1


def _undelivered(reader: _Reader) -> Listed[DeadLetter]:
    return reader.dead("undelivered")


def _team(reader: _Reader) -> TeamView:
    chosen = {name: reader.home.choices[name] for name in FILTERS if name in reader.home.choices}
    state = chosen.get("state", "")
    queued = state == "queued"
    wanted = replace(
        reader.dated(_when(chosen.get("when", ""))),
        owner="" if queued else chosen.get("owner"),
        states=(state,) if state and not queued else (),
        program=chosen.get("program", ""),
        category=chosen.get("category", ""),
        installer=chosen.get("installer", ""),
    )
    return TeamView(
        decision=reader.cases("decision", Wanted(states=("needs_decision",))),
        escalated=reader.cases("escalated", Wanted(escalated=True)),
        cases=reader.cases("team", wanted),
        filters=chosen,
    )


def _when(chosen: str) -> When:
    match chosen:
        case "overdue" | "today" | "waiting":
            return chosen
    return ""


def _with_queue(seen: HomeView, reader: _Reader, teams: Sequence[str]) -> HomeView:
    """The queues from which this person may take, and the oldest of all that waits in them."""
    waiting = {team: Wanted(owner="", team=team, by_age=True) for team in teams}
    counts = {team: reader.work.overview.count(wanted) for team, wanted in waiting.items()}
    most = SIZES["queue"]
    oldest = [line for wanted in waiting.values() for line in reader.work.overview.lines(wanted, 0, most)]
    oldest.sort(key=lambda line: (line.acts_at or line.opened_at, line.number))
    queue = Listed("queue", tuple(oldest[:most]), sum(counts.values()))
    return replace(seen, queue=queue, queues=counts)


def _asking(seen: HomeView) -> set[int]:
    """The cases on which somebody has to act: each line says what."""
    lists = [seen.mine.due] if seen.mine else []
    if seen.team:
        lists += [seen.team.decision, seen.team.cases]
    return {line.number for each in lists for line in each.lines if line.state != "awaiting_confirmation"}


def _title(work: Work, desk: Desk, number: int, now: datetime) -> str:
    """The title of the step that is due: the question that was asked before anything else."""
    stored = work.cases.get(number)
    try:
        plan = plan_of(stored.case, desk.for_case(stored.case, work).playbooks, now)
    except CaseError:
        return ""
    due = [step for step in plan.steps if step.state == "available" and step.verb not in SPARSE]
    waiting = _waiting(work, number) if desk.connectors else {}
    first = sorted((step for step in due if step.id not in waiting), key=_urgency)
    if not first and due and waiting:
        return f"Waiting for {', '.join(dict.fromkeys(waiting.values()))}"
    return first[0].title.rstrip(".") if first else ""


def _waiting(work: Work, number: int) -> Mapping[str, str]:
    """The steps that other systems are to do, and which."""
    ordered = (each for each in work.orders.of(number) if each.state == "waiting")
    return {each.draft.step: TITLES.get(each.system, each.system) for each in ordered}


def _urgency(step: Step) -> int:
    """The question that fell due, then what a lead is asked; what is asked on the call comes last."""
    return {"follow_up": 0, "ask_lead": 1, "ask": 3}.get(step.verb, 2)
