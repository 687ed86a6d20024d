"""`/complaint oncall`: who is on call, and the forms by which leads and admins change it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from slack_bolt import App, Args

from blocks import oncall as drawn
from bot import oncall, roles
from bot.desk import Desk
from bot.errors import CaseError, MovedOn
from bot.oncall import Told
from bot.ports import Message, Work
from bot.roles import Act
from bot.rota_wishes import KINDS, Wish, change_of, problems_of, wished
from bot.sop.rota import Change, ChangeKind
from bot.stored import RotaChange
from handlers.front import Front, guarded, open_modal, text_of, typed_values, user_of

WHICH_DAY = (
    "That is not a day. Type it as in `/complaint oncall 2026-12-24`, or `/complaint oncall` for today."
)


def page(front: Front, user: str, day: str = "") -> Message:
    """The answer to `/complaint oncall`, perhaps from a day on. Raises NotAllowed and CaseError."""
    try:
        first = date.fromisoformat(day) if day else None
    except ValueError:
        raise CaseError(WHICH_DAY) from None
    now = front.now()
    with front.desk.memory.read() as work:
        desk = front.desk.today(work, now)
        roles.require(desk, user, Act.SEE_ROTA)
        seen = oncall.outlook(work, desk, now, first)
    return drawn.page(seen, may_change=roles.may(desk, user, Act.CHANGE_ROTA))


@dataclass(frozen=True, slots=True)
class OncallListeners:
    """A form says who and when, a second page what that changes; only then it is saved."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(re.compile(f"^{drawn.FORM}:"))(ack=self.acknowledge, lazy=[self.open_form])
        app.action(drawn.BACK)(ack=self.acknowledge, lazy=[self.back])
        app.action(drawn.UNDO)(ack=self.acknowledge, lazy=[self.open_undo])
        app.view(drawn.WISHED)(self.wished)
        app.view(drawn.SAVED)(self.save)
        app.view(drawn.UNDONE)(self.undo)

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    @guarded
    def open_form(self, args: Args) -> None:
        """An empty form of a kind of change."""
        kind = str(args.body["actions"][0]["action_id"]).removeprefix(f"{drawn.FORM}:")
        with self._desk(user_of(args.body)) as (_, desk):
            today = self.front.now().astimezone(desk.organisation.rota.zone).date()
        open_modal(args.client, args.body, drawn.form(_known(kind), today))

    @guarded
    def wished(self, args: Args) -> None:
        """The form: what is wrong is said at its field, else the second page shows what would change."""
        view, now = args.body["view"], self.front.now()
        kind, typed = _known(str(view.get("private_metadata"))), typed_values(view)
        with self._desk(user_of(args.body)) as (_, desk):
            wish = wished(kind, typed, desk.organisation.rota, now)
        if isinstance(wish, Wish):
            self._learn(wish.people)
            with self._desk(user_of(args.body)) as (work, desk):
                change = change_of(wish, desk)
                problems = problems_of(work, desk, change, now)
                effects = oncall.effects(work, desk, change, now)
        else:
            change, problems, effects = None, wish, ()
        if problems or change is None:
            args.ack(response_action="errors", errors={_at_field(f, typed): p for f, p in problems.items()})
            return
        told = Told(RotaChange(change, user_of(args.body), now), effects)
        shown = drawn.preview(told, self._timezone, _written(change, typed))
        args.ack(response_action="update", view=shown)

    @guarded
    def back(self, args: Args) -> None:
        """The form again, as it was filled in."""
        view = args.body["view"]
        kind, typed = _as_typed(str(view.get("private_metadata")))
        with self._desk(user_of(args.body)) as (_, desk):
            today = self.front.now().astimezone(desk.organisation.rota.zone).date()
        args.client.views_update(view_id=view["id"], view=drawn.form(kind, today, typed))

    @guarded
    def save(self, args: Args) -> None:
        """Save the change, as it still holds; sent twice, it is one."""
        view, user, now = args.body["view"], user_of(args.body), self.front.now()
        roles.require(self.front.today(), user, Act.CHANGE_ROTA)
        wish = _read(str(view.get("private_metadata")))
        reason = text_of(typed_values(view), "reason")
        self._learn(wish.people)
        with self._desk(user, writes=True) as (work, desk):
            if work.seen.first_time(f"view/{view['id']}", now):
                change = change_of(wish, desk)
                problems = problems_of(work, desk, change, now)
                if change.ends <= now:
                    problems = {"day": "It is over by now."}
                if problems:
                    raise CaseError(f"Nothing was saved. {' '.join(problems.values())}")
                oncall.save(work, self.front.desk, change, user, reason, now)
            seen = oncall.outlook(work, self.front.desk, now)
        said = "Saved. The people concerned and the leads are told."
        args.ack(response_action="update", view=drawn.done(seen, said))
        self.front.wake()

    @guarded
    def open_undo(self, args: Args) -> None:
        """What taking a change back would make different."""
        change_id = _number(str(args.body["actions"][0]["value"]))
        with self._desk(user_of(args.body)) as (work, _):
            told = oncall.undoing(work, self.front.desk, change_id, self.front.now())
        open_modal(args.client, args.body, drawn.undoing(told, self._timezone))

    @guarded
    def undo(self, args: Args) -> None:
        """Take a change back; sent twice, it is one."""
        view, user, now = args.body["view"], user_of(args.body), self.front.now()
        with self._desk(user, writes=True) as (work, _):
            if work.seen.first_time(f"view/{view['id']}", now):
                oncall.undo(work, self.front.desk, _number(str(view.get("private_metadata"))), user, now)
            seen = oncall.outlook(work, self.front.desk, now)
        said = "Undone. The people concerned and the leads are told."
        args.ack(response_action="update", view=drawn.done(seen, said))
        self.front.wake()

    @property
    def _timezone(self) -> str:
        return self.front.desk.organisation.rota.timezone

    @contextmanager
    def _desk(self, user: str, *, writes: bool = False) -> Iterator[tuple[Work, Desk]]:
        """A transaction with the desk of today, for somebody who may change the rota."""
        memory = self.front.desk.memory
        with memory.write() if writes else memory.read() as work:
            desk = self.front.desk.today(work, self.front.now())
            roles.require(desk, user, Act.CHANGE_ROTA)
            yield work, desk

    def _learn(self, people: tuple[str, ...]) -> None:
        """Have Slack say who they are, before a transaction that must not ask."""
        self.front.people.refresh(people, ())


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise MovedOn("This comes from another version of the desk. Type `/complaint oncall` to go on.")
    return kind


def _at_field(field: str, typed: Mapping[str, object]) -> str:
    """Slack takes an error only at a field that the form has."""
    return field if field in typed else next(iter(typed))


def _written(change: Change, typed: Mapping[str, str | tuple[str, ...]]) -> str:
    """A wish between its two pages: ids and times, no words."""
    days = (str(typed.get(field, "")) for field in ("day", "until", "from", "to"))
    people = ",".join(person.slack_id for person in change.people)
    return "|".join((change.kind, people, change.starts.isoformat(), change.ends.isoformat(), *days))


def _read(metadata: str) -> Wish:
    kind, people, starts, ends, *_ = metadata.split("|")
    times = (datetime.fromisoformat(starts), datetime.fromisoformat(ends))
    return Wish(cast(ChangeKind, _known(kind)), tuple(people.split(",")), *times)


def _as_typed(metadata: str) -> tuple[str, dict[str, str | tuple[str, ...]]]:
    kind, people, _, _, *days = metadata.split("|")
    chosen = tuple(people.split(","))
    pair = {"person": chosen[0], "other": chosen[-1]} if kind == "swap" else {}
    dates = dict(zip(("day", "until", "from", "to"), days, strict=True))
    return _known(kind), {"people": chosen, **pair, **dates}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
