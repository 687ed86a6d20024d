"""The morning summary: numbers, and the cases that are due, without a word that is personal."""

from __future__ import annotations

from collections.abc import Iterator

from blocks import case_lines, kit
from blocks.case_lines import counted
from blocks.home import NEW, SUMMARY, sentence
from blocks.queue import NEXT
from bot.delivery import Drawing
from bot.desk import Desk
from bot.digests import Digest, TeamDigest
from bot.overview import MOST_COUNTED, CaseLine
from bot.ports import Message
from bot.timeline import TEAMS

MOST = 5


def digest(drawing: Drawing, desk: Desk) -> Message | None:
    """What one person is told; None where there is nothing to say, or it is too late to."""
    told = drawing.about
    if not isinstance(told, Digest):
        return None
    blocks = [
        kit.section(f":sunrise: *Good morning.* {sentence(told.mine)}"),
        *_due(told),
        *_rest(told, desk),
        kit.actions(*_buttons(told), block_id="digest"),
        kit.context("All of it stands in the Home tab of this app."),
    ]
    return Message(f"Good morning. {sentence(told.mine)}", tuple(blocks))


def _due(told: Digest) -> Iterator[kit.Block]:
    for case in told.mine.due.lines[:MOST]:
        yield case_lines.section(case, "digest", _line(case, told))
    more = told.mine.due.total - min(MOST, len(told.mine.due.lines))
    if more > 0:
        yield kit.context(f"{more} more {'is' if more == 1 else 'are'} due.")


def _line(case: CaseLine, told: Digest) -> str:
    return f"*{case.name}* · {case_lines.category(case)}\n{case_lines.when(case, told.now)}"


def _rest(told: Digest, desk: Desk) -> Iterator[kit.Block]:
    lines = [
        f"{counted(count, MOST_COUNTED)} waiting to be taken for {name}"
        for team, name in TEAMS.items()
        if (count := told.queues.get(team, 0))
    ]
    lines += _team(told.team, desk) if told.team else []
    if lines:
        yield kit.section("\n".join(f"• {line}" for line in lines))


def _team(team: TeamDigest, desk: Desk) -> Iterator[str]:
    if team.decisions:
        verb = "needs" if team.decisions == 1 else "need"
        yield f"*{counted(team.decisions, MOST_COUNTED)}* {verb} a lead’s decision"
    if team.overdue:
        yield f"*{counted(team.overdue, MOST_COUNTED)}* overdue in the team"
    if team.undelivered:
        yield f"*{counted(team.undelivered, MOST_COUNTED)}* not delivered: `/complaint undelivered`"
    if team.gaps:
        starts = kit.moment(team.gaps[0][0], desk.zone)
        yield f":warning: Nobody can be reached for Concert checks from {starts}: `/complaint oncall`"


def _buttons(told: Digest) -> Iterator[kit.Block]:
    yield kit.button("Open a complaint", NEW, "new", style="primary")
    if any(told.queues.values()):
        yield kit.button("Next from the queue", NEXT, "any")
    yield kit.button("Turn the morning summary off", SUMMARY, "off")
