"""What could not be delivered: a lead or an admin has it sent again, or drops it."""

from __future__ import annotations

import logging
from datetime import datetime

from bot import orders
from bot.desk import Desk
from bot.errors import MovedOn
from bot.overview import DeadLetter
from bot.ports import Work
from bot.roles import Act, require
from bot.stored import Entry
from bot.systems import Order

logger = logging.getLogger(__name__)

DECIDED = (
    "Somebody has decided about this message already, and nothing was changed. "
    "Type /complaint undelivered to see what is left."
)


def send_again(work: Work, desk: Desk, letter_id: int, by: str, now: datetime) -> DeadLetter:
    """It is tried anew, once it is certain that it was not made after all. Raises NotAllowed and MovedOn."""
    require(desk, by, Act.MEND_DELIVERY)
    letter = work.undelivered.send_again(letter_id)
    if letter is None:
        raise MovedOn(DECIDED)
    _record(work, letter, by, now, "sent_again", "Had a message sent again that could not be delivered")
    return letter


def drop(work: Work, desk: Desk, letter_id: int, by: str, now: datetime) -> DeadLetter:
    """It is not sent any more; that stays on record. Raises NotAllowed and MovedOn."""
    require(desk, by, Act.MEND_DELIVERY)
    letter = work.undelivered.drop(letter_id, by, now)
    if letter is None:
        raise MovedOn(DECIDED)
    _record(work, letter, by, now, "dropped", "Dropped a message that could not be delivered")
    return letter


def order_again(work: Work, desk: Desk, order_id: int, by: str, now: datetime) -> Order:
    """Another system is asked anew, once it is certain that it has not done it after all. Raises NotAllowed
    and MovedOn.
    """
    require(desk, by, Act.MEND_DELIVERY)
    return orders.send_again(work, order_id, by, now)


def drop_order(work: Work, desk: Desk, order_id: int, by: str, now: datetime) -> Order:
    """Another system is not asked any more; a person does it by hand. Raises NotAllowed and MovedOn."""
    require(desk, by, Act.MEND_DELIVERY)
    return orders.take_over(work, order_id, by, now)


def _record(work: Work, letter: DeadLetter, by: str, now: datetime, event: str, text: str) -> None:
    logger.info("the letter %s (%s) was %s by %s", letter.id, letter.kind, event.replace("_", " "), by)
    if letter.case_number is not None:
        data = {"letter": letter.id, "kind": letter.kind}
        entry = Entry(now, by, event, f"{text}: {letter.kind.replace('_', ' ')}.", (), data)
        work.timeline.add(letter.case_number, [entry])
