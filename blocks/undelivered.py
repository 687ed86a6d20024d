"""What could not be delivered: what it was, to whom, when it was promised, what Slack said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from blocks import kit
from bot.desk import Desk
from bot.overview import DeadLetter
from bot.ports import Message
from bot.systems import TITLES, Order

AGAIN = "undelivered_again"
DROP = "undelivered_drop"
ORDER_AGAIN = "undelivered_order_again"
ORDER_DROP = "undelivered_order_drop"
MOST = 10
KINDS: Final[Mapping[str, str]] = {
    "card": "the case card",
    "confirmation": "the Concert check",
    "reminder": "a reminder",
    "prompt": "a prompt",
    "unconfirmed": "that nobody answered the Concert check",
    "decision": "that a decision is needed",
    "review": "that a case is for the leads to look at",
    "notice": "news of a case",
    "digest": "the morning summary",
    "queued": "that a case waits to be taken",
    "escalated": "that a lead is asked to look",
}


ORDERS: Final[Mapping[str, str]] = {
    "open_ticket": "the homeowner’s ticket",
    "open_linked_ticket": "the installer’s ticket",
    "open_case": "the case",
    "add_participant": "a request participant",
    "internal_comment": "an internal comment",
    "referral_comment": "the referral comment",
    "email": "a mail",
    "reassign": "the reassignment",
    "close": "the closing",
    "update_record": "an update",
}


def listed(letters: Sequence[DeadLetter], desk: Desk) -> Iterator[kit.Block]:
    """Each with what can be done about it. No personal data."""
    for letter in letters:
        yield kit.section(_line(letter, desk))
        yield kit.actions(*_buttons(letter), block_id=f"undelivered_{letter.id}")


def listed_orders(orders: Sequence[Order], desk: Desk) -> Iterator[kit.Block]:
    """What other systems did not do, each with what can be done about it. No personal data."""
    for order in orders:
        yield kit.section(_order_line(order, desk))
        yield kit.actions(*_order_buttons(order), block_id=f"undelivered_order_{order.id}")


def message(
    letters: Sequence[DeadLetter], total: int, desk: Desk, orders: Sequence[Order] = (), undone: int = 0
) -> Message:
    """The answer to `/complaint undelivered`: letters and orders, and how many there are of each."""
    blocks: list[kit.Block] = []
    if not letters and not orders:
        blocks.append(kit.section(":white_check_mark: Everything was delivered."))
    blocks += listed(letters, desk)
    blocks += listed_orders(orders, desk)
    if (more := total + undone - len(letters) - len(orders)) > 0:
        blocks.append(kit.context(f"{more} more; decide about these first."))
    total += undone
    count = f"{total} messages were not delivered." if total != 1 else "One message was not delivered."
    return Message(count if total else "Everything was delivered.", tuple(blocks))


def what(letter: DeadLetter) -> str:
    """What it was, as it goes on in a sentence: `HC-1001: a reminder`."""
    title = KINDS.get(letter.kind, letter.kind.replace("_", " "))
    about = f"HC-{letter.case_number}: " if letter.case_number else ""
    return f"{about}{'an update of ' if letter.is_edit else ''}{title}"


def _line(letter: DeadLetter, desk: Desk) -> str:
    promised = kit.moment(letter.promised_at, desk.zone)
    code = letter.said.rpartition("Slack refused with ")[2]
    said = kit.escape(kit.clip(code, 300)) or "nothing"
    head = f":incoming_envelope: *{kit.escape(what(letter))}* for {to(letter)}"
    return f"{head}\nPromised {promised}. Slack said: {said}"


def to(letter: DeadLetter) -> str:
    """For whom it was."""
    if letter.to.startswith(("U", "W")) and letter.to.isupper():
        return kit.mention(letter.to)
    if letter.to.startswith(("C", "G", "D")) and letter.to.isupper():
        return f"<#{letter.to}>"
    return f"#{kit.escape(letter.to.removeprefix('#'))}" if letter.to else "a post that is gone"


def _order_line(order: Order, desk: Desk) -> str:
    where = TITLES.get(order.system, order.system)
    what = ORDERS.get(order.draft.verb, order.draft.verb.replace("_", " "))
    since = kit.moment(order.placed_at, desk.zone)
    said = kit.clip(kit.escape(order.said), 300) or "nothing"
    head = f":incoming_envelope: *HC-{order.case_number}: {what}* for {where}"
    return f"{head}\nOrdered {since} by {kit.mention(order.by)}. {where} said: {said}"


def _order_buttons(order: Order) -> list[kit.Block]:
    where = TITLES.get(order.system, order.system)
    sure = kit.confirm(
        "Drop this?",
        f"{where} will not be asked again; whoever has the case does it by hand. That you dropped it is kept "
        "in the timeline of its case.",
        "Drop it",
        "Keep it",
    )
    return [
        kit.button("Try again", ORDER_AGAIN, str(order.id)),
        kit.button("Drop", ORDER_DROP, str(order.id), confirm=sure),
    ]


def _buttons(letter: DeadLetter) -> list[kit.Block]:
    sure = kit.confirm(
        "Drop this message?",
        "It will not be sent. That you dropped it is kept in the timeline of its case.",
        "Drop it",
        "Keep it",
    )
    return [
        kit.button("Send again", AGAIN, str(letter.id)),
        kit.button("Drop", DROP, str(letter.id), confirm=sure),
    ]
