"""What is closed in other systems when a case is closed here, by the steps of its SOP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot import orders
from bot.cases import CaseView
from bot.desk import Desk
from bot.drafting import drafted
from bot.ports import Work
from bot.sop import Step
from bot.systems import OPENS

UNNUMBERED: Final = {
    "ho_ticket": "the homeowner’s ticket",
    "installer_ticket": "the installer’s ticket",
    "case": "the case",
}
"""What a record is called that has no number yet."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A record that is closed with the case: by an order, or else by hand. `what` is its number."""

    step: Step
    what: str
    ordered: bool


def closings(view: CaseView, desk: Desk) -> tuple[Closing, ...]:
    """The records that the SOP closes now, as far as they are there or on their way."""
    return tuple(_closings(view, desk))


def order_closings(work: Work, desk: Desk, view: CaseView, comments: str, by: str, now: datetime) -> None:
    """Have the connected systems close theirs, with the closure comments (R-033). Raises Refused."""
    for each in closings(view, desk):
        if each.ordered and orders.unsettled(view, each.step) is None:
            draft = replace(drafted(view, each.step, desk), text=comments, addressees=())
            orders.place(work, desk, view, draft, by, now)


def withdraw_closings(work: Work, view: CaseView, by: str, now: datetime) -> None:
    """The case goes on: what has not been closed yet stays open."""
    for order in view.orders:
        if order.draft.verb == "close" and order.state in ("waiting", "dead"):
            work.orders.drop(order.id, by, now)


def _closings(view: CaseView, desk: Desk) -> Iterator[Closing]:
    closed = {record.on for record in view.records if record.closed}
    coming = {
        order.draft.on for order in view.orders if order.draft.verb in OPENS and order.state != "dropped"
    }
    for step in view.plan.steps:
        on = step.on or ""
        if step.verb != "close" or step.state != "available" or not step.system or on in closed:
            continue
        reference = view.stored.references.get(on, "")
        if reference or on in coming:
            yield Closing(step, reference or UNNUMBERED.get(on, on), orders.can_order(desk, step))
