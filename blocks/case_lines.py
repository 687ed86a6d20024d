"""A case as a line of a list, and what pages a list has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from blocks import kit, words
from blocks.card import OPEN
from bot.business_time import clock_words
from bot.due import days_over
from bot.home import Line, Listed
from bot.overview import CaseLine
from bot.timeline import TEAMS

PAGE = "home_page"
NAME_LIMIT = 80
TITLE_LIMIT = 140
LATE = ":red_circle:"
TODAY = ":large_orange_circle:"


def line(case: CaseLine, now: datetime, *, title: str = "", why: str = "", owner: bool = False) -> str:
    """The case in two lines: what it is, then when somebody has to act, and what is to be done.

    `now` is on the desk's wall clock. With `owner`, who has it is said too.
    """
    name = kit.escape(kit.clip(case.homeowner, NAME_LIMIT))
    head = " · ".join(part for part in (f"*{case.name}*", name, category(case)) if part)
    whose = ""
    if owner:
        whose = kit.mention(case.owner) if case.owner else f"in the queue of {_team(case)}"
    parts = (when(case, now), kit.escape(kit.clip(title, TITLE_LIMIT)), kit.escape(why), whose)
    return f"{head}\n{' · '.join(part for part in parts if part)}"


def section(case: CaseLine, place: str, text: str) -> kit.Block:
    """The line with a button that opens the case; `place` is where on the Home it stands."""
    return kit.section(text, kit.button("Open", OPEN, str(case.number)), block_id=f"{place}_{case.number}")


def _team(case: CaseLine) -> str:
    return {str(team): name for team, name in TEAMS.items()}.get(case.team, case.team)


def category(case: CaseLine) -> str:
    """What the complaint is about, and whose program it is."""
    return words.CATEGORIES.get(case.category, "Complaint")


def when(case: CaseLine, now: datetime) -> str:
    """When somebody has to act, in words: `2 days overdue`, `today at 3 PM`, `on Fri, Jan 11, 10 AM`."""
    if case.acts_at is None:
        return words.STATES[case.state]
    at = case.acts_at.astimezone(now.tzinfo)
    if case.state == "awaiting_confirmation":
        return f":hourglass_flowing_sand: Waiting for the Concert check since {moment(at, now)}"
    if case.state == "needs_decision":
        return f":raising_hand: Needs a lead’s decision since {moment(at, now)}"
    over = days_over(at, now.date())
    if over:
        return f"{LATE} *{duration(over)} overdue*"
    if at.date() == now.date():
        return f"{TODAY} Today, {'since' if at <= now else 'at'} {clock_words(at.time())}"
    return f":white_circle: Next on {moment(at, now)}"


def moment(at: datetime, now: datetime) -> str:
    """An instant as short as it can be said: the time of a day near by, the date of another."""
    at = at.astimezone(now.tzinfo)
    if at.date() == now.date():
        return f"{clock_words(at.time())} today"
    year = f", {at.year}" if at.year != now.year else ""
    return f"{at:%a, %b} {at.day}{year}, {clock_words(at.time())}"


def duration(days: int) -> str:
    """Days as people say them: `1 day`, `3 weeks`."""
    for size, word in ((365, "year"), (14, "week")):
        if days >= size:
            count = days // (7 if word == "week" else size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{days} day{'' if days == 1 else 's'}"


def counted(total: int, most: int) -> str:
    """How many there are; beyond what is counted, that there are more."""
    return f"{total - 1}+" if total >= most else str(total)


def pager(listed: Listed[Line], titles: Mapping[str, str]) -> Iterator[kit.Block]:
    """The buttons to the pages beside this one; nothing where there is one page alone."""
    if listed.pages == 1:
        return
    what = titles[listed.name]
    buttons = []
    if listed.page > 1:
        buttons.append(_turn("Previous page", listed, "previous", listed.page - 1, what))
    if listed.page < listed.pages:
        following = f"Next page ({listed.page + 1} of {listed.pages})"
        buttons.append(_turn(following, listed, "next", listed.page + 1, what))
    yield kit.actions(*buttons, block_id=f"page_{listed.name}")


def _turn(text: str, listed: Listed[Line], way: str, page: int, what: str) -> kit.Block:
    button = kit.button(text, f"{PAGE}:{listed.name}:{way}", str(page))
    return button | {"accessibility_label": kit.clip(f"{text} of {what}", 75)}
