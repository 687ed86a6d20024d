"""Orders: what a person has read and approved is kept for a system of record to do, and what came of it.

Everything here is a transaction of the desk; the calls themselves are the clerk's (`bot.clerk`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot import cases, guard, letters, step_reports
from bot.cases import CaseView
from bot.desk import Desk
from bot.drafting import standing
from bot.errors import CaseError, MovedOn
from bot.ports import Work
from bot.sop import Step
from bot.stored import Entry, StoredCase
from bot.systems import OPENS, ORDERED, TITLES, UPDATE, Draft, Order, Receipt, Record, Task

CARRIED_OUT: Final = "order_done"
"""The event of a timeline's line where the rules know of none."""
FAILED: Final = "order_failed"
LEFT_TO_DO: Final = "order_note"
NOTE: Final = "note"
"""The name in a receipt's data of what a person has to do besides, in a sentence."""


def mark_of(order: Order) -> str:
    """What the order's trace in its system is known by: the same in every copy of the database, 32 hex
    digits.
    """
    return hashlib.sha256(f"order/{order.key}".encode()).hexdigest()[:32]


def can_order(desk: Desk, step: Step) -> bool:
    """Whether a connected system does this step once a person has approved it."""
    system = step.system or ""
    kept = step.verb == "email" and step.id in desk.sent_by_people
    return system in desk.connectors and step.verb in ORDERED.get(system, ()) and not kept


def unsettled(view: CaseView, step: Step) -> Order | None:
    """What was ordered for a step, as long as it waits, or after it was given up."""
    last = _last(view, step)
    return last if last is not None and last.state in ("waiting", "dead") else None


def orders_it(desk: Desk, view: CaseView, step: Step) -> bool:
    """Whether a step's form orders it: its system is connected, and nobody does it by hand instead."""
    last = _last(view, step)
    return can_order(desk, step) and (last is None or last.state != "dropped")


def require_unordered(view: CaseView, step: Step) -> None:
    """What was ordered is not done by hand besides. Raises MovedOn."""
    order = unsettled(view, step)
    if order is not None:
        raise MovedOn(
            f"{view.stored.name}: this was ordered already, and {_waits(order.draft)}. Nothing was changed. "
            "To do it by hand instead, say so on the case’s card first."
        )


def place(
    work: Work,
    desk: Desk,
    view: CaseView,
    draft: Draft,
    by: str,
    now: datetime,
    override: str = "",
) -> Order:
    """Keep what was approved, to be carried out as soon as its system can.

    `override` is the reason of a lead, whose right to it was checked. Raises Refused where the guard does,
    and CaseError where the record that it is about is not there yet, or the step was ordered already.
    """
    guard.clear(draft, standing(view, desk), override=override)
    before = work.orders.of(view.stored.number)
    same = [each for each in before if each.draft.step == draft.step and each.draft.verb == draft.verb]
    if draft.verb != UPDATE and any(each.state in ("waiting", "dead") for each in same):
        raise MovedOn(f"{draft.case_name}: this was ordered already, and {_waits(draft)}.")
    _require_record(work, view, draft, before)
    name = draft.step if draft.verb != UPDATE else f"{UPDATE}/{draft.on}"
    key = f"{draft.case_name}/{name}"
    number = sum(each.key.partition("#")[0] == key for each in before) + 1
    order = Order(
        key=key + (f"#{number}" if number > 1 else ""),
        case_number=view.stored.number,
        draft=draft,
        by=by,
        placed_at=now,
        override=override,
        override_by=by if override else "",
    )
    if not work.orders.put(order, now):
        raise MovedOn(f"{draft.case_name}: this was ordered already, and {_waits(draft)}.")
    if override:
        text = f"Allowed what the guard refuses otherwise: {override}"
        work.timeline.add(view.stored.number, [Entry(now, by, "overridden", text, ("D-13",))])
    changed(work, view.stored, f"order/{order.key}", now)
    return order


def finished(work: Work, desk: Desk, task: Task, receipt: Receipt, at: datetime, now: datetime) -> bool:
    """It was done: keep the record, report the step. `at` is the machine's clock, `now` the desk's.

    False when the lease had gone to another process, which settles it.
    """
    if not work.orders.settle(task, receipt, at):
        return False
    order = task.order
    view = cases.view(work, desk, order.case_number, now)
    if order.draft.verb in (*OPENS, UPDATE):
        _keep_record(work, order, receipt, now)
    if order.draft.verb == "close":
        _keep_closed(work, order, now)
    _report(work, desk, view, order, receipt, now)
    if note := receipt.data.get(NOTE, ""):
        text = f"{TITLES.get(order.system, order.system)} has made {receipt.reference}. {note}"
        _tell_owner(work, order, Entry(now, "", LEFT_TO_DO, text, order.draft.cites, {"order": order.id}))
    changed(work, work.cases.get(order.case_number), f"order/{order.key}/done", now)
    return True


def failed(work: Work, task: Task, said: str, at: datetime, now: datetime) -> None:
    """It cannot be done: the owner is told, and decides, or a lead."""
    work.orders.bury(task, said, at)
    order = task.order
    title = TITLES.get(order.system, order.system)
    text = f"{title[0].upper()}{title[1:]} did not do it: {said}"
    data = {"order": order.id, "step": order.draft.step}
    _tell_owner(work, order, Entry(now, "", FAILED, text, order.draft.cites, data))
    changed(work, work.cases.get(order.case_number), f"order/{order.key}/dead/{task.attempt}", now)


def delayed(work: Work, task: Task, now: datetime) -> None:
    """Its first try met trouble: the card says what it waits for."""
    if task.attempt == 1:
        changed(work, work.cases.get(task.order.case_number), f"order/{task.order.key}/waits", now)


def send_again(work: Work, order_id: int, by: str, now: datetime) -> Order:
    """A dead order is tried anew; what it may have left is looked for first. Raises MovedOn."""
    order = work.orders.send_again(order_id)
    if order is None:
        raise MovedOn("Somebody has decided about this already, and nothing was changed.")
    entry = Entry(now, by, "order_again", "Had it tried again.", order.draft.cites, {"order": order.id})
    work.timeline.add(order.case_number, [entry])
    changed(work, work.cases.get(order.case_number), f"order/{order.key}/again/{order.attempts}", now)
    return order


def take_over(work: Work, order_id: int, by: str, now: datetime) -> Order:
    """A person does it by hand instead: the step is due again as if nothing were connected. Raises
    MovedOn.
    """
    order = work.orders.drop(order_id, by, now)
    if order is None:
        raise MovedOn("This is being done just now, or was done already. Look at the case again in a minute.")
    text = f"Does by hand what {TITLES.get(order.system, order.system)} was to do."
    entry = Entry(now, by, "order_dropped", text, order.draft.cites, {"order": order.id})
    work.timeline.add(order.case_number, [entry])
    changed(work, work.cases.get(order.case_number), f"order/{order.key}/dropped", now)
    return order


def changed(work: Work, stored: StoredCase, occasion: str, now: datetime) -> None:
    """The owner's card shows how an order stands."""
    work.outbox.put(letters.card_redrawn(stored, work.outbox, occasion), now)


def _tell_owner(work: Work, order: Order, entry: Entry) -> None:
    """A line of the timeline that the owner has to know of."""
    work.timeline.add(order.case_number, [entry])
    stored = work.cases.get(order.case_number)
    if stored.owner:
        line = len(work.timeline.of(stored.number)) - 1
        work.outbox.put([letters.notice(stored, stored.owner, line)], entry.at)


def _last(view: CaseView, step: Step) -> Order | None:
    """The newest order of a step."""
    of_step = [each for each in view.orders if (each.draft.step, each.draft.verb) == (step.id, step.verb)]
    return of_step[-1] if of_step else None


def _require_record(work: Work, view: CaseView, draft: Draft, before: Sequence[Order]) -> None:
    """What is about a record needs it there, or on its way."""
    needed = "ho_ticket" if draft.verb == "open_linked_ticket" else draft.on
    if needed is None or draft.verb in ("open_ticket", "open_case"):
        return
    known = {each.on for each in work.records.of(view.stored.number)} | set(view.stored.references)
    coming = {
        each.draft.on for each in before if each.draft.verb in OPENS and each.state in ("waiting", "dead")
    }
    if needed not in known | coming:
        names = {
            "ho_ticket": "homeowner’s ticket",
            "installer_ticket": "installer’s ticket",
            "case": "Salesforce case",
        }
        raise CaseError(
            f"{draft.case_name} has no {names.get(needed, needed)} yet. Open it first, or record its number."
        )


def _keep_record(work: Work, order: Order, receipt: Receipt, now: datetime) -> None:
    on = order.draft.on or ""
    known = {each.on: each for each in work.records.of(order.case_number)}.get(on)
    record = known or Record(order.case_number, on, order.system, receipt.reference)
    work.records.keep(
        replace(
            record,
            reference=receipt.reference,
            link=receipt.link or record.link,
            own_id=receipt.own_id or record.own_id,
            fields={**record.fields, **(receipt.fields or order.draft.fields)},
        ),
        now,
    )


def _keep_closed(work: Work, order: Order, now: datetime) -> None:
    """What the desk has closed there is no news when it is read."""
    for record in work.records.of(order.case_number):
        if record.on == order.draft.on:
            work.records.keep(replace(record, closed=True), now)


def _report(work: Work, desk: Desk, view: CaseView, order: Order, receipt: Receipt, now: datetime) -> None:
    """Tell the rules what was done; where the case has moved on meanwhile, its timeline alone."""
    draft = order.draft
    if draft.verb in OPENS:
        cases.record_reference(
            work, desk, order.case_number, draft.on or "", receipt.reference, order.by, now
        )
        return
    data = _data(draft, receipt)
    step = next((each for each in view.plan.steps if each.id == draft.step), None)
    if step is not None and step.state == "available" and draft.verb not in (UPDATE, "close"):
        event = step.events[0] if step.events else "step_done"
        if not step_reports.report(work, desk, view, step, event, data, order.by, now).refused:
            return
    title = TITLES.get(draft.system, draft.system)
    text = f"Done in {title}: {_what(draft, step)}."
    work.timeline.add(order.case_number, [Entry(now, order.by, CARRIED_OUT, text, draft.cites, data)])


def _data(draft: Draft, receipt: Receipt) -> dict[str, object]:
    """What is kept of it in the timeline: of a mail, the sent copy."""
    data: dict[str, object] = {"system": draft.system, **_words(draft)}
    for place in ("to", "cc", "participant"):
        if people := draft.at(place):
            data[place] = [f"{each.name} <{each.address}>" if each.name else each.address for each in people]
    return {**data, **({"reference_there": receipt.reference} if receipt.reference else {})}


def _words(draft: Draft) -> Mapping[str, str]:
    return {key: value for key, value in (("subject", draft.subject), ("text", draft.text)) if value}


def _what(draft: Draft, step: Step | None) -> str:
    if draft.verb == UPDATE:
        return f"updated {', '.join(draft.fields)}"
    return step.title.rstrip(".?") if step is not None else draft.verb.replace("_", " ")


def _waits(draft: Draft) -> str:
    return f"waits for {TITLES.get(draft.system, draft.system)}"
