"""How tickets and cases stand in their systems, read now and then, so that the card can say it.

Reading changes nothing there, so any number of replicas may: whoever comes first notes what is new, once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot import orders
from bot.desk import Desk
from bot.errors import DeliveryError
from bot.ports import Clock, Work
from bot.stored import Entry
from bot.systems import TITLES, Record, Status

logger = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=10)
"""How old what was read may grow."""
MOST: Final = 50
"""How many records are read at a time: as many as one call of each system takes."""
CLOSED_THERE: Final = "closed_there"


@dataclass(frozen=True, slots=True)
class StatusReader:
    """Reads how records of open cases stand. `told` is called when something has to be said in Slack then."""

    desk: Desk
    now: Clock
    told: Callable[[], None] = lambda: None

    def read_all(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Read what was not read for a while, system by system, until all is read or it is `stopped`."""
        for system in self.desk.connectors:
            while not stopped() and self._read_some(system):
                pass

    def _read_some(self, system: str) -> bool:
        """Read those that were read longest ago; False where there are no more, or none could be read."""
        now = self.now()
        with self.desk.memory.read() as work:
            records = work.records.to_read(system, now - EVERY, MOST)
        if not records:
            return False
        try:
            found = self.desk.connectors[system].status(records)
        except DeliveryError as error:
            logger.warning("%s: how its records stand could not be read: %s", system, error)
            return False
        news = [self._note(record, found, now) for record in records]
        if any(news):
            self.told()
        return len(records) == MOST

    def _note(self, record: Record, found: Mapping[str, Status], now: datetime) -> bool:
        with self.desk.memory.write() as work:
            return _noted(work, record, found, now)


def _noted(work: Work, record: Record, found: Mapping[str, Status], now: datetime) -> bool:
    """Keep how a record stands; True where that is news. What could not be read is looked for again later."""
    stored = work.cases.get(record.case_number)  # First, for whoever changes a record has its case locked.
    status = found.get(record.reference, Status(record.status, record.closed))
    before = work.records.read(record.case_number, record.on, status, now)
    if before is None or (before.status, before.closed) == (status.status, status.closed):
        return False
    if status.closed and not before.closed and stored.case.state != "closed":
        title = TITLES.get(record.system, record.system)
        text = f"{record.reference} was closed in {title}, while {stored.name} is open here."
        data = {"on": record.on, "reference": record.reference}
        work.timeline.add(record.case_number, [Entry(now, "", CLOSED_THERE, text, (), data)])
    orders.changed(work, stored, f"status/{record.on}/{now.isoformat()}", now)
    return True
