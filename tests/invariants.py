"""What holds of everything that the desk remembers, whatever was sent to it and whenever it was killed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from bot import cases
from bot.desk import Desk
from storage.database import Database
from tests.bot.desk import NOW

OPEN_FOLLOW_UPS = "SELECT case_number, timer_id FROM follow_ups WHERE state = 'open'"
STRAY_LETTERS = """
    SELECT key FROM outbox
    WHERE case_number IS NOT NULL AND case_number NOT IN (SELECT number FROM cases)
"""
HALF_INTAKES = """
    SELECT id FROM intakes
    WHERE (state = 'done') <> (case_number IS NOT NULL)
       OR (case_number IS NOT NULL AND case_number NOT IN (SELECT number FROM cases))
"""


def broken(database: Database, desk: Desk, since: int = 0) -> list[str]:
    """What is stored by halves; of cases only those with a number above `since`. Empty when all is well."""
    with database._reader.connect() as connection:
        numbers = connection.execute(text("SELECT number FROM cases WHERE number > :s"), {"s": since})
        found = [int(number) for (number,) in numbers]
        owed = {(int(number), str(timer)) for number, timer in connection.execute(text(OPEN_FOLLOW_UPS))}
        strays = [f"the letter {key} is about no case" for (key,) in connection.execute(text(STRAY_LETTERS))]
        halves = [f"the intake {each} is half done" for (each,) in connection.execute(text(HALF_INTAKES))]
    return [*strays, *halves, *(problem for number in found for problem in _of_case(number, owed, desk))]


def _of_case(number: int, owed: set[tuple[int, str]], desk: Desk) -> Iterator[str]:
    with desk.memory.read() as work:
        view = cases.view(work, desk, number, NOW)
    name, case = view.stored.name, view.stored.case
    if not view.timeline or view.timeline[0].event != "opened":
        yield f"{name} has no beginning"
    if not (view.stored.owner or view.stored.team):
        yield f"{name} is nobody's"
    running = {(number, timer.id) for timer in case.running} if case.state != "closed" else set()
    kept = {each for each in owed if each[0] == number}
    if running != kept:
        yield f"{name} owes {sorted(running)} and keeps {sorted(kept)}"
