"""Figures for the leads: what is counted, from when, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from blocks import reports as blocks
from bot.errors import NotAllowed
from bot.reports import Report, Slow, report
from tests.blocks.test_drawings import hold
from tests.bot.casework import ADA, LEA, Casework
from tests.bot.desk import NOW


def closed(work: Casework, installer: str, opened: datetime, ended: datetime) -> None:
    case = work.open(opened, installer={"name": installer, "email": "office@example.test"})
    with work.desk.memory.write() as memory:
        stored = memory.cases.get(case.number)
        memory.cases.save(replace(stored, case=replace(stored.case, state="closed")), ended)


def figures(work: Casework) -> Report:
    with work.desk.memory.read() as memory:
        return report(memory, work.desk, LEA, NOW)


def test_what_was_opened_and_closed_counts_by_the_days_since(work: Casework) -> None:
    for days in (6.99, 7.01, 29.99, 30.01):
        at = NOW - timedelta(days=days)
        work.open(at)
        closed(work, "Bright Roofs", at - timedelta(days=100), at)
    found = figures(work)
    assert (found.open, found.opened, found.closed) == (4, {7: 1, 30: 3}, {7: 1, 30: 3})


def test_the_middle_case_says_how_long_closing_takes_and_who_is_slow(work: Casework) -> None:
    for installer, days in (("Slow", 9), ("Slow", 11), ("Quick", 1), ("Quick", 2), ("Once", 50)):
        closed(work, installer, NOW - timedelta(days=days), NOW)
    found = figures(work)
    assert found.days_to_close == 9
    assert found.slowest == (Slow("Slow", 2, 10), Slow("Quick", 2, 1.5))


def test_open_cases_are_counted_by_what_they_are_about(work: Casework) -> None:
    work.open()
    work.open()
    work.open(category="pto_delay", program="beam")
    found = figures(work)
    assert found.by_category == {"installer_unresponsive": 2, "pto_delay": 1}
    assert found.by_program == {"everbright": 2, "beam": 1}


def test_an_empty_desk_has_figures_too(work: Casework) -> None:
    hold(blocks.message(figures(work)))


def test_a_busy_desk_is_a_message_that_slack_takes(work: Casework) -> None:
    for name in ("<!channel>" * 20, "Quick"):
        for _ in range(2):
            closed(work, name, NOW - timedelta(days=3), NOW)
    work.open()
    hold(blocks.message(figures(work)))


def test_only_leads_are_told(work: Casework) -> None:
    with work.desk.memory.read() as memory, pytest.raises(NotAllowed, match="Only leads"):
        report(memory, work.desk, ADA, NOW)
