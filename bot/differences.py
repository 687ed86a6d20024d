"""Records whose facts have changed since: what stands there, and what would be written now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

from bot import orders
from bot.cases import CaseView
from bot.desk import Desk
from bot.drafting import drafted
from bot.ports import Work
from bot.sop import Step
from bot.stored import Entry
from bot.systems import OPENS, ORDERED, UPDATE, Draft, Record

WRITTEN_ONCE: Final = frozenset({"Queue", "Internal Comment"})
"""What says where a ticket begins and what its first comment is: later facts do not change it."""
LEFT_OPEN: Final = ("DRAFT:", "[Insert")
"""How a field begins that a person has to fill in: the desk does not know what belongs there."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that differs from the facts. `fields` are (there, here) by the names of the playbook; `draft`
    is the order that would make them equal.
    """

    record: Record
    fields: Mapping[str, tuple[str, str]]
    draft: Draft


def differences(view: CaseView, desk: Desk) -> tuple[Difference, ...]:
    """Every record of an open case that differs, and is neither closed there nor being updated."""
    if view.stored.case.state == "closed":
        return ()
    return tuple(_differing(view, desk))


def is_ordered(difference: Difference, view: CaseView, desk: Desk) -> bool:
    """Whether the record's system is connected, and nobody has taken over just this update."""
    system = difference.record.system
    updates = [
        each for each in view.orders if (each.draft.on, each.draft.verb) == (difference.record.on, UPDATE)
    ]
    taken_over = (
        updates and updates[-1].state == "dropped" and updates[-1].draft.fields == difference.draft.fields
    )
    return system in desk.connectors and UPDATE in ORDERED.get(system, ()) and not taken_over


def recorded(work: Work, view: CaseView, draft: Draft, reference: str, page: str, now: datetime) -> None:
    """Keep a record that a person has made, with its fields as they were: what changes later shows. `page` is
    its system's address.
    """
    on = draft.on or ""
    link = urljoin(page, f"/browse/{reference}") if page and draft.system == "ebh" else page
    record = Record(view.stored.number, on, draft.system, reference, link, fields=draft.fields)
    work.records.keep(record, now)


def updated(work: Work, view: CaseView, difference: Difference, by: str, now: datetime) -> None:
    """A person has made a record and the facts equal."""
    record, draft = difference.record, difference.draft
    work.records.keep(replace(record, fields={**record.fields, **draft.fields}), now)
    text = f"Updated {record.reference} by hand: {', '.join(draft.fields)}."
    work.timeline.add(view.stored.number, [Entry(now, by, "record_updated", text, draft.cites)])
    orders.changed(work, view.stored, f"updated/{record.on}/{now.isoformat()}", now)


def left_open(text: str) -> bool:
    """Whether a person has to fill this field in."""
    return text.startswith(LEFT_OPEN)


def _differing(view: CaseView, desk: Desk) -> Iterator[Difference]:
    updating = {
        order.draft.on
        for order in view.orders
        if order.draft.verb == UPDATE and order.state in ("waiting", "dead")
    }
    for record in view.records:
        step = _opened_by(view, record)
        if step is None or record.closed or not record.fields or record.on in updating:
            continue
        draft = drafted(view, step, desk)
        fields = {
            name: (record.fields.get(name, ""), here)
            for name, here in draft.fields.items()
            if record.fields.get(name, "") != here and name not in WRITTEN_ONCE and not left_open(here)
        }
        if fields:
            now = {name: here for name, (_, here) in fields.items()}
            update = replace(
                draft, system=record.system, verb=UPDATE, subject="", text="", fields=now, addressees=()
            )
            yield Difference(record, fields, update)


def _opened_by(view: CaseView, record: Record) -> Step | None:
    """The step of today's plan that would make this record."""
    steps = [step for step in view.plan.steps if step.verb in OPENS and step.on == record.on]
    return next((step for step in steps if step.state == "done"), steps[0] if steps else None)
