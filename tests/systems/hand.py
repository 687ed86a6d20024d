"""A hand that works a complaint to its end: what a connected system does is ordered, the rest is reported.

It does what the plan offers, in its order, and lets the clock run where there is nothing to do. No Slack:
what people press there is tested elsewhere; here whole complaints meet whole systems, quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot import cases, closing, follow_ups, orders, step_reports
from bot.cases import CaseView
from bot.clerk import Clerk
from bot.desk import Desk
from bot.drafting import drafted
from bot.ports import Connector
from bot.sop import Event, Step
from bot.stored import StoredCase
from bot.systems import Order
from tests.bot.casework import ADA, LEA
from tests.bot.desk import NOW, facts

MACHINE = datetime(2030, 1, 1, tzinfo=UTC)
MOST_ACTS = 120
MOST_GIVEN_UP = 40
COMMENTS = "The installer came on Tuesday, and all is well."
CHOSEN = "Roof damage"
"""What is chosen where a person has to choose."""
ANSWERS = (
    "homeowner_contacted_satisfied",
    "installer_confirmed_receipt",
    "meter_corrected",
)
"""What is reported where the script has nothing to say: each leads towards the end."""
KNOWN: Mapping[str, object] = {
    "extra.need": "other",
    "extra.damaged": ["roof"],
    "extra.callback_number": "202-555-0142",
    "resolved_on_call": False,
    "agrees_to_wait": True,
    "product": "ric",
    "milestones.m1": "2026-10-01",
    "milestones.m2": "not_yet",
    "milestones.m3": "not_yet",
    "milestones.pto": "not_yet",
}
"""What is answered to a question of the desk, by the fact's id."""


@dataclass
class Hand:
    """Works one complaint. `script` is what is answered in turn, by event, where it is offered.

    `looks` says of an order that was given up whether its system shows that it was done nevertheless.
    """

    desk: Desk
    script: list[str] = field(default_factory=list)
    now: datetime = NOW
    machine: datetime = MACHINE
    done: set[str] = field(default_factory=set)
    number: int = 0
    given_up: list[str] = field(default_factory=list)
    looks: Callable[[Order], bool] = lambda order: False

    def open(self, **changes: object) -> StoredCase:
        """A complaint with these facts."""
        with self.desk.memory.write() as work:
            stored = cases.open_case(work, self.desk, facts(**changes), ADA, self.now)
        self.number = stored.number
        return stored

    @property
    def view(self) -> CaseView:
        with self.desk.memory.read() as work:
            return cases.view(work, self.desk, self.number, self.now)

    def work(self) -> None:
        """Act until the case is closed."""
        for _ in range(MOST_ACTS):
            view = self.view
            if view.stored.case.state == "closed":
                return
            self.act(view)
        raise AssertionError(
            f"After {MOST_ACTS} acts the case is still open at {self.view.stored.case.stage}."
        )

    def act(self, view: CaseView) -> None:
        """The next thing."""
        step = next(self._to_do(view), None)
        if any(each.state == "held" for each in view.plan.steps) and step is None:
            self.report("lead_released", by=LEA)
        elif step is None:
            self.pass_time(view)
        elif orders.can_order(self.desk, step):
            self.order(view, step)
        elif step.key == "ask" and step.id.startswith("ask:"):
            fact = step.id.removeprefix("ask:")
            self.report("facts_learned", **{fact: KNOWN[fact]})
        else:
            self.tick(view, step)

    def _to_do(self, view: CaseView) -> Iterable[Step]:
        """What is due, what closes at last; a question that only time answers is left to the end."""
        due = [each for each in view.plan.steps if each.state == "available" and each.id not in self.done]
        first = [each for each in due if each.verb not in ("close", "follow_up") and self._offers(each)]
        return iter([*first, *(each for each in due if each.verb == "follow_up")])

    def _offers(self, step: Step) -> bool:
        events = set(step.events) - ({"lead_released"} if "lead_released" not in self.script else set())
        return bool(events) or orders.can_order(self.desk, step)

    def order(self, view: CaseView, step: Step) -> Order:
        """Have a connected system do it, and wait until it has."""
        self.done.add(step.id)
        with self.desk.memory.write() as work:
            draft = drafted(view, step, self.desk)
            chosen = {name: CHOSEN for name, text in draft.fields.items() if text.startswith("DRAFT")}
            draft = replace(draft, fields={**draft.fields, **chosen})
            placed = orders.place(work, self.desk, view, draft, ADA, self.now)
        self.carry_out()
        return placed

    def carry_out(self) -> None:
        """Let every clerk work; what has to wait is waited for, what was given up is tried again."""
        clerks = [
            Clerk(self.desk, name, each, lambda: self.now, lambda: self.machine)
            for name, each in self.desk.connectors.items()
        ]
        for _ in range(MOST_ACTS):
            while any(clerk.deliver_next() for clerk in clerks):
                pass
            with self.desk.memory.write() as work:
                dead = work.orders.dead(0, 10)
            for order in dead:
                self.decide(order)
            if not dead and all(clerk.next_try() is None for clerk in clerks):
                return
            self.machine += timedelta(minutes=16)
        raise AssertionError([(each.key, each.said) for each in self.view.orders if each.state != "done"])

    def decide(self, order: Order) -> None:
        """Somebody looks whether it was done after all; if not, it is tried again."""
        self.given_up.append(order.said)
        assert len(self.given_up) <= MOST_GIVEN_UP, self.given_up[-1]
        there = self.looks(order)
        with self.desk.memory.write() as work:
            if not there:
                orders.send_again(work, order.id, LEA, self.now)
                return
            orders.take_over(work, order.id, LEA, self.now)
        view = self.view
        step = next(each for each in view.plan.steps if each.id == order.draft.step)
        self.tick(view, step)

    def tick(self, view: CaseView, step: Step) -> None:
        """Report what a person does of it."""
        self.done.add(step.id)
        event = next((each for each in self._wanted() if each in step.events), step.events[0])
        if self.script[:1] == [event]:
            self.script.pop(0)
        data = (
            {"until": (self.now + timedelta(days=1)).isoformat(), "reason": "later"}
            if event == "snoozed"
            else {}
        )
        if event == "reference_recorded":
            with self.desk.memory.write() as work:
                reference = f"50{len(self.done):03}"
                cases.record_reference(work, self.desk, self.number, step.on or "", reference, ADA, self.now)
            return
        with self.desk.memory.write() as work:
            reported = step_reports.report(work, self.desk, view, step, event, data, ADA, self.now)
        assert not reported.refused, reported.refused

    def _wanted(self) -> tuple[str, ...]:
        return (*self.script[:1], *ANSWERS)

    def report(self, event: str, by: str = ADA, **data: object) -> None:
        with self.desk.memory.write() as work:
            reported = cases.report(work, self.desk, self.number, Event(event, self.now, data, by), self.now)
        assert not reported.refused, reported.refused

    def pass_time(self, view: CaseView) -> None:
        """Nothing is to be done: close what may be closed, else wait for what falls due."""
        case = view.stored.case
        if case.state in ("ready_to_close", "needs_decision"):
            self.close(view)
        elif case.running:
            self.now = max(self.now, min(timer.due for timer in case.running))
            follow_ups.ring(self.desk, self.now)
        else:
            event = next(
                each for each in (*self._wanted(), "homeowner_contacted_satisfied") if each in view.reportable
            )
            self.report(event)

    def close(self, view: CaseView) -> None:
        """Close the case, and what it has in other systems, with a sentence."""
        with self.desk.memory.write() as work:
            closing.order_closings(work, self.desk, view, COMMENTS, LEA, self.now)
            event = Event("close_requested", self.now, {"closure_comments": COMMENTS}, LEA)
            reported = cases.report(work, self.desk, self.number, event, self.now)
        assert not reported.refused, reported.refused
        self.carry_out()


def connected(desk: Desk, connectors: Mapping[str, Connector]) -> Desk:
    """The desk with these systems."""
    return replace(desk, connectors=connectors)
