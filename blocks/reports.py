"""`/complaint report`: figures for the leads."""

from __future__ import annotations

from collections.abc import Mapping

from blocks import kit, words
from bot.ports import Message
from bot.reports import Report


def message(report: Report) -> Message:
    """Numbers alone: no homeowner stands in it."""
    blocks = [
        kit.header("How the desk is doing"),
        kit.fields(
            [
                ("Open", str(report.open)),
                ("Overdue", str(report.overdue)),
                ("Waiting to be taken", str(report.queued)),
                ("Need a decision", str(report.decisions)),
                *((f"Opened in {days} days", str(count)) for days, count in report.opened.items()),
                *((f"Closed in {days} days", str(count)) for days, count in report.closed.items()),
                ("Median days to close, last 30 days", _days(report.days_to_close)),
            ]
        ),
    ]
    if report.open:
        blocks.append(kit.section(f"*Open, by complaint*\n{_counts(report.by_category, words.CATEGORIES)}"))
        blocks.append(kit.section(f"*Open, by program*\n{_counts(report.by_program, words.PROGRAMS)}"))
    if report.slowest:
        lines = [
            f"• {kit.escape(kit.clip(each.installer, 80))}: {_days(each.days)} days, {each.cases} cases"
            for each in report.slowest
        ]
        blocks.append(kit.section("*Slowest installers, cases closed in 30 days*\n" + "\n".join(lines)))
    return Message("How the desk is doing.", tuple(blocks))


def _counts(counts: Mapping[str, int], titles: Mapping[str, str]) -> str:
    return "\n".join(f"• {titles.get(each, 'Not known')}: {count}" for each, count in counts.items())


def _days(days: float | None) -> str:
    return "–" if days is None else f"{days:.1f}"
