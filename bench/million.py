"""Very many cases, made at one stroke: a few are opened in earnest, the others are copies of their columns.

The copies belong to others, are less overdue than the first ones, and have no content: no list reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, create_engine, text

from bench.run import NOW
from bot import cases
from bot.desk import Desk
from bot.desk_file import load_organisation
from bot.playbooks import load_playbooks
from bot.sop import Event, Facts, facts_from_json
from storage import Database

AGENT, LEAD = "U0ADA00001", "U0LEA00004"
FIRST: Final = 1001
EARNEST: Final = 100
"""How many cases are opened in earnest: some of each kind, and enough for every page that is drawn."""
EACH: Final = 40
"""How many cases a person has."""
LONG_AGO: Final = NOW - timedelta(days=30)
ORDINARY: Final = {
    "category": "installer_unresponsive",
    "program": "everbright",
    "channel": "phone",
    "found_on_platform": True,
    "homeowner": {"name": "Ada (homeowner)", "address": "1 Example Street", "phone": "202-555-0101"},
    "installer": {"name": "Sunny Roofs", "email": "office@example.test"},
}
KINDS: Final[tuple[dict[str, object], ...]] = (
    {},
    {"sensitive": ["lawyer"]},
    {"program": "unknown", "found_on_platform": False},
    {"category": "pto_delay"},
    {"program": "beam"},
)
"""What is otherwise in some of the cases: ordinary ones, escalated, to be confirmed, to be decided, Beam."""
SERIES: Final = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < :many - 1)",
    "postgresql": "WITH s(n) AS (SELECT generate_series(0, CAST(:many AS bigint) - 1))",
}
LATER: Final = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', '{}', '+' || ({}) || ' seconds')",
    "postgresql": "(timestamptz '{}+00' + ({}) * interval '1 second')",
}


def desk_of(database: Database) -> Desk:
    """A desk with one lead."""
    organisation = load_organisation(None, range(2025, 2032))
    return Desk(database, load_playbooks(organisation), {})


def fill(database: Database, address: str, many: int, one_open_in: int = 1) -> None:
    """So many cases, each with an appointment in the weeks to come; one in `one_open_in` is open."""
    _in_earnest(desk_of(database))
    engine = create_engine(address)
    with engine.begin() as connection:
        _copy_cases(connection, many - EARNEST, one_open_in)
        _promise(connection, many - EARNEST)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _in_earnest(desk: Desk) -> None:
    """Half of them are the agent's; of the others some wait in the queue, and some are at their next date."""
    for at, (number, facts) in enumerate(_facts(EARNEST)):
        with desk.memory.write() as work:
            stored = cases.open_case(work, desk, facts, AGENT if at % 2 else "U0BEN00002", LONG_AGO)
            if at % 4 == 1:
                cases.report(work, desk, number, Event("installer_email_sent", LONG_AGO, {}, AGENT), LONG_AGO)
            del stored


def _facts(many: int) -> Iterable[tuple[int, Facts]]:
    for at in range(many):
        yield FIRST + at, facts_from_json({**ORDINARY, **KINDS[at % len(KINDS)]})


def _copy_cases(connection: Connection, many: int, one_open_in: int) -> None:
    kind = connection.dialect.name
    closed = f"n % {one_open_in} <> 0"
    later = LATER[kind].format("2026-11-10 00:00:00", "n * 7919 % 2592000")
    told = [row[0] for row in connection.execute(text("SELECT * FROM cases LIMIT 0")).cursor.description]
    values = {
        **{name: f"t.{name}" for name in told},
        "number": f"{FIRST + EARNEST} + n",
        "owner": f"CASE WHEN n % 100 = 0 THEN '' ELSE 'U0MANY' || (n / {EACH}) END",
        "state": f"CASE WHEN {closed} THEN 'closed' ELSE t.state END",
        "opened_at": LATER[kind].format("2025-11-10 00:00:00", "n * 31 % 31000000"),
        "closed_at": f"CASE WHEN {closed} THEN {later} END",
        "acts_at": f"CASE WHEN {closed} THEN NULL ELSE {later} END",
        "queued_since": f"CASE WHEN n % 100 = 0 AND NOT ({closed}) THEN {later} END",
        "content": "'{}'",
    }
    columns, chosen = ", ".join(values), ", ".join(values.values())
    connection.execute(
        text(
            f"INSERT INTO cases ({columns}) {SERIES[kind]} SELECT {chosen} FROM s"  # noqa: S608 - all of it ours
            f" JOIN cases AS t ON t.number = {FIRST} + n % {EARNEST}"
        ),
        {"many": many},
    )


def _promise(connection: Connection, many: int) -> None:
    kind = connection.dialect.name
    due = LATER[kind].format("2026-11-20 00:00:00", "n * 7919 % 2592000")
    now = LATER[kind].format("2026-11-10 00:00:00", "0")
    connection.execute(
        text(
            "INSERT INTO follow_ups (case_number, timer_id, step, kind, due_at, why, cites, state,"  # noqa: S608
            f" created_at, updated_at, wake_at, tries) {SERIES[kind]} SELECT {FIRST + EARNEST} + n, 't1',"
            f" 'F1.ask', 'follow_up', {due}, 'because', '[]', 'open', {now}, {now}, {due}, 0 FROM s"
        ),
        {"many": many},
    )
