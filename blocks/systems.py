"""What stands in other systems, as people see it: who is written to and why, records, what waits there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from blocks import kit, words
from bot import orders
from bot.cases import CaseView
from bot.closing import Closing, closings
from bot.desk import Desk
from bot.differences import Difference, differences
from bot.drafting import INSIDE
from bot.sop import Step
from bot.systems import TITLES, Addressee, Draft, Order, Place, Record

BY_HAND = "order_by_hand"
AGAIN = "order_again"
UPDATE = "record_update"
PLACES: Final[tuple[tuple[Place, str], ...]] = (
    ("to", "To"),
    ("cc", "Copied"),
    ("participant", "Request participant"),
)
NO_ADDRESS: Final = {
    "installer": "no address yet: add the installer’s e-mail under “Change facts”",
    "homeowner": "no address yet: add the homeowner’s e-mail under “Change facts”",
}
WHY_LIMIT = 300
SAID_LIMIT = 250
MOST_ELSEWHERE = 3
"""How many orders of other steps stand on the card, and how many records that differ."""


def title(system: str) -> str:
    """What people call a system."""
    return TITLES.get(system, system)


def heading(step: Step) -> kit.Block:
    """What a form is for, by which rule; where the SOP's text is missing, it says so."""
    lost = f"\n{words.LOST}" if step.lost else ""
    return kit.section(f"*{kit.escape(step.title)}*  {words.step_cites(step)}{lost}")


def addressed(view: CaseView, step: Step, draft: Draft) -> str:
    """Everybody who receives something, where they stand and why; who is never to, besides."""
    lines = [_line(each, name) for place, name in PLACES for each in draft.at(place)]
    inside = [role for role in step.to if role in INSIDE]
    lines += [f"*To:* {words.roles([role])}" for role in inside]
    if draft.verb == "email" and not draft.at("cc"):
        lines.append("*Copied:* nobody")
    return "\n".join([*lines, *_never(view)])


def elsewhere(view: CaseView, shown: list[Step], desk: Desk) -> Iterator[kit.Block]:
    """What else stands in other systems: orders of other steps than those shown, and what differs there."""
    above = [orders.unsettled(view, step) for step in shown]
    besides = [each for each in view.orders if each.state in ("waiting", "dead") and each not in above]
    for order in besides[:MOST_ELSEWHERE]:
        yield from waiting(view, order, what_of(view, order), desk)
    for difference in differences(view, desk)[:MOST_ELSEWHERE]:
        yield differs(view, difference)
    yield from closed_there(view)


def waiting(view: CaseView, order: Order, what: str, desk: Desk) -> Iterator[kit.Block]:
    """What was ordered and is not done, with what can be done about it."""
    where, said = title(order.system), kit.clip(kit.escape(order.said), SAID_LIMIT)
    value = f"{view.stored.number}|{order.id}"
    if order.state == "dead":
        yield kit.section(f":warning: {what}\n{where[0].upper()}{where[1:]} did not do it: {said}")
        again = kit.button("Try again", AGAIN, value)
        yield kit.actions(again, _take_over("By hand …", order, value), block_id=f"order_{order.id}")
        return
    since = f"Waiting for {where} since {kit.moment(order.placed_at, desk.zone)}."
    last = f"\nIt goes on trying. Last time: {said}" if said else ""
    if _is_behind(view, order):
        last = f"\nIt comes after what {where} did not do: decide about that first."
    by_hand = _take_over("Do it by hand instead …", order, value)
    yield kit.section(f":hourglass: {what}\n{since}{last}", by_hand, block_id=f"order_{order.id}")


def _is_behind(view: CaseView, order: Order) -> bool:
    """Whether it waits for something that was given up: of one case, one thing is done after the other."""
    before = (each for each in view.orders if each.system == order.system and each.id < order.id)
    return any(each.state == "dead" for each in before)


def what_of(view: CaseView, order: Order) -> str:
    """What was ordered, in the words of its step."""
    draft = order.draft
    number = kit.escape(view.stored.references.get(draft.on or "", ""))
    if draft.verb == "update_record":
        return f"*Update {number}: {kit.escape(', '.join(draft.fields))}*"
    step = next((each for each in view.plan.steps if each.id == draft.step), None)
    about = f" ({number})" if draft.verb == "close" and number else ""
    said = step.title if step is not None else draft.verb.replace("_", " ")
    return f"*{kit.escape(said)}*{about}  {words.cited(draft.cites)}"


def number(view: CaseView, on: str, desk: Desk) -> str:
    """A record's number, as a link where it has one, and how it stood when it was read last."""
    reference = view.stored.references.get(on, "")
    record = next((each for each in view.records if each.on == on), None)
    if not reference or record is None:
        return f"*{kit.escape(reference)}*" if reference else ""
    known = kit.link(record.link, reference) if record.link else kit.escape(reference)
    return f"*{known}*{_status(record, desk)}"


def differs(view: CaseView, difference: Difference) -> kit.Block:
    """A record that says something else than the facts."""
    record = difference.record
    fields = kit.escape(", ".join(difference.fields))
    button = kit.button("Update …", UPDATE, f"{view.stored.number}|{record.on}")
    text = f":pencil2: *{kit.escape(record.reference)} differs:* {fields}"
    return kit.section(text, button, block_id=f"differs_{record.on}")


def closed_there(view: CaseView) -> Iterator[kit.Block]:
    """Records that are closed while the case is open."""
    if view.stored.case.state == "closed":
        return
    for record in view.records:
        if record.closed:
            name, where = kit.escape(record.reference), title(record.system)
            yield kit.section(f":bell: *{name}* is closed in {where}, while {view.stored.name} is open here.")


def closes(view: CaseView, desk: Desk) -> list[kit.Block]:
    """What is closed where together with the case, and by whom."""
    planned = closings(view, desk)
    blocks = []
    if ordered := [each for each in planned if each.ordered]:
        text = f"The desk closes {_where(ordered)}, with your closing sentence as closure comment."
        blocks.append(kit.section(f"{text} {words.cited(['R-033'])}"))
    if by_hand := [each for each in planned if not each.ordered]:
        text = f"Close by hand, with a closure comment: {_where(by_hand)}."
        blocks.append(kit.section(f"{text} {words.cited(['R-033'])}"))
    return blocks


def _where(planned: list[Closing]) -> str:
    """As in: EBH-12 and EBH-13 in Jira, 00001234 in Salesforce."""
    there: dict[str, list[str]] = {}
    for each in planned:
        there.setdefault(each.step.system or "", []).append(kit.escape(each.what))
    return ", ".join(f"{' and '.join(names)} in {title(system)}" for system, names in there.items())


def _line(each: Addressee, place: str) -> str:
    role = words.roles([each.role]) if each.role != "other" else ""
    address = each.address or NO_ADDRESS.get(each.role) or "no address in desk.yaml yet"
    who = kit.escape(f"{each.name or role}, {address}" if each.name or role else address)
    why = kit.escape(kit.clip(each.why, WHY_LIMIT))
    reason = " · ".join(part for part in (role, why) if part)
    return f"*{place}:* {who}\n      {reason} {words.cited(each.cites)}".rstrip()


def _never(view: CaseView) -> Iterator[str]:
    banned: dict[str, dict[str, None]] = {}
    for each in view.plan.forbidden:
        banned.setdefault(each.role, {}).update(dict.fromkeys(each.cites))
    for role, cites in banned.items():
        yield f":no_entry: never the {words.roles([role])} {words.cited(cites)}"


def _status(record: Record, desk: Desk) -> str:
    if not record.status or record.read_at is None:
        return ""
    return f" · {kit.escape(record.status)}, read {kit.moment(record.read_at, desk.zone)}"


def _take_over(text: str, order: Order, value: str) -> kit.Block:
    """Asks once more: what was tried may be there already."""
    where = title(order.system)
    look = (
        f"It was tried already. Look into {where} first whether it is there: find {order.draft.case_name}. "
        if order.attempts
        else ""
    )
    sure = kit.confirm(
        "Do it by hand?",
        f"{look}The desk leaves it to you then, and shows you what to do.",
        "Do it by hand",
        "Leave it",
    )
    return kit.button(text, BY_HAND, value, confirm=sure)
