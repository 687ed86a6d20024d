"""What the leads see on their Home of everybody's work: what needs them, and any open case by filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from blocks import case_lines, kit, words
from blocks.case_lines import counted
from bot.home import FILTERS, HomeView, TeamView
from bot.overview import MOST_COUNTED

FILTER = "home_filter"
CLEAR = "home_clear"
TITLES: Final[Mapping[str, str]] = {
    "decision": "Needs a decision",
    "escalated": "Escalated",
    "undelivered": "Undelivered",
    "undone": "Not done in other systems",
    "team": "All open cases",
}
STATES: Final[Mapping[str, str]] = {
    "queued": "In a queue",
    **{state: title for state, title in words.STATES.items() if state != "closed"},
}
WHEN: Final[Mapping[str, str]] = {"overdue": "Overdue", "today": "Due today", "waiting": "Waiting"}
MENUS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "state": ("Any state", STATES),
    "when": ("Due at any time", WHEN),
    "category": ("Any complaint", words.CATEGORIES),
    "program": ("Any program", words.PROGRAMS),
}
ANY: Final = "any"


def urgent(seen: HomeView) -> Iterator[kit.Block]:
    """What stands there until a lead decides (D-15), and what is escalated (D-14)."""
    team = seen.team
    assert team is not None
    for listed in (team.decision, team.escalated):
        if not listed.lines:
            continue
        yield kit.header(f"{TITLES[listed.name]} ({counted(listed.total, MOST_COUNTED)})")
        for case in listed.lines:
            title = seen.titles.get(case.number, "") if listed.name == "decision" else ""
            text = case_lines.line(case, seen.now, title=title, owner=True)
            yield case_lines.section(case, listed.name, text)
        yield from case_lines.pager(listed, TITLES)


def everybody(seen: HomeView) -> Iterator[kit.Block]:
    """All open cases, the most overdue first, as far as the filters let them through."""
    team = seen.team
    assert team is not None
    yield kit.header(f"{TITLES['team']} ({counted(team.cases.total, MOST_COUNTED)})")
    yield kit.actions(*_filters(team), block_id="home_filters")
    if not team.cases.lines:
        chosen = "No open case fits these filters." if team.filters else "There is no open case."
        yield kit.section(chosen)
    for case in team.cases.lines:
        text = case_lines.line(case, seen.now, title=seen.titles.get(case.number, ""), owner=True)
        yield case_lines.section(case, "team", text)
    yield from case_lines.pager(team.cases, TITLES)


def _filters(team: TeamView) -> Iterator[kit.Block]:
    yield _owner(team.filters.get("owner", ""))
    for name, (anything, choices) in MENUS.items():
        yield _menu(name, anything, choices, team.filters.get(name, ""))
    yield _installer(team.filters.get("installer", ""))
    if any(name in team.filters for name in FILTERS):
        yield kit.button("Clear filters", CLEAR, "all")


def _menu(name: str, anything: str, choices: Mapping[str, str], chosen: str) -> kit.Block:
    element: kit.Block = {
        "type": "static_select",
        "action_id": f"{FILTER}:{name}",
        "placeholder": kit.plain(anything, 150),
        "options": [kit.option(ANY, anything), *(kit.option(*each) for each in choices.items())],
    }
    if chosen in choices:
        element["initial_option"] = kit.option(chosen, choices[chosen])
    return element


def _owner(chosen: str) -> kit.Block:
    element: kit.Block = {
        "type": "users_select",
        "action_id": f"{FILTER}:owner",
        "placeholder": kit.plain("Any owner", 150),
    }
    return element | ({"initial_user": chosen} if chosen else {})


def _installer(chosen: str) -> kit.Block:
    """The installers are too many for a menu: it is asked for what is typed."""
    element: kit.Block = {
        "type": "external_select",
        "action_id": f"{FILTER}:installer",
        "placeholder": kit.plain("Any installer", 150),
        "min_query_length": 0,
    }
    return element | ({"initial_option": kit.option("chosen", chosen)} if chosen else {})
