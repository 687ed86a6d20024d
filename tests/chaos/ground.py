"""What is owed when the run begins: cases whose follow-ups fall due over the whole time of it.

Every case is opened and told of its e-mail by the use cases, two business days before; what was written at
night is due when the office opens.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlmodel import col

from bot import cases
from bot.connectors.by_hand import by_hand
from bot.desk import Desk
from bot.sop import Event, Playbooks, facts_from_json
from storage import Database, open_database
from storage.tables import CASE_NUMBER, CaseRow, CounterRow, FollowUpRow, OutboxRow, TimelineRow
from tests.chaos.schedule import MORNING, MORNINGS_LENGTH
from tests.databases import looking

AMY, BEN, BO, BEA = "U0AMY00011", "U0BEN00002", "U0BO000003", "U0BEA00012"
OWNERS: Final = (AMY, BEN, BO, BEA)
TWO_BUSINESS_DAYS: Final = timedelta(days=2)
"""From a Wednesday to a Friday."""
AT_NIGHT: Final = 0.15
AT_ONCE: Final = 50
PRIVATE: Final = ("Hanna (homeowner", "Sunny Side", "555-0100")
"""What may stand in no notification and no metadata."""
COMPLAINT: Final[Mapping[str, object]] = {
    "category": "installer_unresponsive",
    "program": "everbright",
    "channel": "phone",
    "found_on_platform": True,
    "installer": {"name": "Bright Roofs", "email": "office@example.test"},
}
REAL: Final = 250
"""So many cases are opened; all others are copies of them, row by row."""


def prepare(address: str, rules: Playbooks, follow_ups: int, seed: int) -> None:
    """Open so many cases, each of which owes one follow-up."""
    dice = random.Random(seed)
    real = min(REAL, follow_ups)
    with open_database(address, MORNING) as database:
        for start in range(0, real, AT_ONCE):
            _open_some(database, rules, range(start, min(start + AT_ONCE, real)), dice)
    with looking(address) as connection:
        _drop_cards(connection)
        for done in range(real, follow_ups, real):
            _copy(connection, by=done, most=min(real, follow_ups - done))


def _drop_cards(connection: Connection) -> None:
    """A person dropped nine cards of ten, so that the run begins with its follow-ups."""
    card = col(OutboxRow.kind) == "card", col(OutboxRow.case_number) % 10 != 0
    connection.execute(update(OutboxRow).where(*card).values(state="dropped", settled_at=MORNING))


def _copy(connection: Connection, by: int, most: int) -> None:
    """The first cases once more, with numbers that are so much higher."""
    first = connection.execute(select(func.min(CaseRow.number))).scalar_one()
    for row, number in ((CaseRow, "number"), (TimelineRow, "case_number"), (FollowUpRow, "case_number")):
        _copy_rows(connection, row.metadata.tables[str(row.__tablename__)], number, first, by, most)
    last = connection.execute(select(func.max(CaseRow.number))).scalar_one()
    counter = update(CounterRow).where(col(CounterRow.name) == CASE_NUMBER)
    connection.execute(counter.values(value=last))


def _copy_rows(connection: Connection, table: Table, number: str, first: int, by: int, most: int) -> None:
    columns = [each for each in table.columns if each.name != "id"]
    copied = [each + by if each.name == number else each for each in columns]
    which = table.c[number].between(first, first + most - 1)
    connection.execute(insert(table).from_select(columns, select(*copied).where(which)))


def _open_some(database: Database, rules: Playbooks, numbers: range, dice: random.Random) -> None:
    desk = Desk(database, rules, by_hand(rules.organisation.links))
    with database.write() as work:
        for number in numbers:
            sent, owner = _sent_at(dice), OWNERS[number % len(OWNERS)]
            who = {"name": f"Hanna (homeowner {number})", "address": f"{number} Sunny Side"}
            facts = facts_from_json({**COMPLAINT, "homeowner": {**who, "phone": "555-0100"}})
            opened = sent - timedelta(minutes=5)
            case = cases.open_case(work, desk, facts, owner, opened)
            cases.report(work, desk, case.number, Event("installer_email_sent", sent, {}, owner), sent)


def _sent_at(dice: random.Random) -> datetime:
    """In the morning of that Wednesday, or in the evening of the day before."""
    if dice.random() < AT_NIGHT:
        return MORNING - TWO_BUSINESS_DAYS - timedelta(hours=dice.uniform(10, 15))
    return MORNING - TWO_BUSINESS_DAYS + MORNINGS_LENGTH * dice.random()
