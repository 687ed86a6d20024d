"""The menus in which homeowners and installers are searched for, and where people look themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from blocks import kit, words
from bot.desk import Desk
from bot.directory import HOMEOWNER, INSTALLER, NOBODY, Offered
from bot.listings import ListedHomeowner, ListedInstaller
from bot.look_up import key_of

LISTED_HOMEOWNER, LISTED_INSTALLER = "listed_homeowner", "listed_installer"
"""The action ids of the two menus."""
MOST_OFFERED: Final = 100
NAME_LIMIT: Final = 34
NOT_FOUND = kit.option(NOBODY, "Not found: check for Concert")
RULE = "Choosing one fills in the form; what you typed yourself stays."
LOST = "The list did not answer, so the form was not filled in. Choose once more, or type below."
BETWEEN: Final = " · "


def homeowner_options(found: Iterable[ListedHomeowner]) -> list[kit.Block]:
    """What is offered while somebody types: homeowners, and at the end that it is none of them."""
    return [*map(_homeowner, found), NOT_FOUND][-MOST_OFFERED:]


def imported_options(found: Sequence[ListedHomeowner], day: date | None, silent: str) -> list[kit.Block]:
    """What is offered while the live list of that name does not answer: a group, whose title says so.

    `day` is when those were imported.
    """
    said = f"From the import of {day:%b} {day.day}, {day.year}" if day else "From the import"
    said = said if found else "Look in the dashboard"
    title = kit.plain(f"{said}: {silent} does not answer just now.", kit.OPTION_LIMIT)
    return [{"label": title, "options": homeowner_options(found)}]


def name_in(option: Mapping[str, Any]) -> str:
    """The name that an option of a homeowner shows, as far as it does."""
    text = str((option.get("text") or {}).get("text") or "")
    return text.partition(BETWEEN)[0].removesuffix("…")


def installer_options(found: Iterable[ListedInstaller]) -> list[kit.Block]:
    """What is offered while somebody types an installer's name."""
    return [_installer(each) for each in found][:MOST_OFFERED]


def on_who(view: kit.Block, offered: Offered, looked_at: Sequence[kit.Block] = ()) -> kit.Block:
    """Page one with the menu of homeowners on top, where there are any.

    `looked_at` stands above the question whether Power BI lists them.
    """
    menu = [homeowner_menu(offered)] if offered.homeowners else []
    return _with(view, {"homeowner.name": menu, "found_on_platform": looked_at}, offered)


def on_what(view: kit.Block, offered: Offered) -> kit.Block:
    """Page two with the menu of installers above the installer's name, where there are any."""
    menu = [installer_menu(offered)] if offered.installers else []
    return _with(view, {"installer.name": menu}, offered)


def homeowner_menu(offered: Offered) -> kit.Block:
    """The menu of homeowners."""
    chosen = _homeowner(offered.homeowner) if offered.homeowner else NOT_FOUND if offered.not_found else None
    hint = LOST if offered.lost else RULE
    return kit.searched(
        HOMEOWNER, LISTED_HOMEOWNER, "Find the homeowner", chosen, "Name, address or phone", hint
    )


def dashboard(desk: Desk) -> list[kit.Block]:
    """Where people look a homeowner up themselves, where desk.yaml knows it (R-055)."""
    address = desk.organisation.links.get("power_bi", "")
    link = kit.link(address, "Power BI Homeowner Dashboard")
    return [kit.context(f":bar_chart: {link} {words.cited(['R-055'])}")] if address else []


def installer_menu(offered: Offered) -> kit.Block:
    """The menu of installers."""
    chosen = _installer(offered.installer) if offered.installer else None
    hint = "Not listed? Type the name below."
    return kit.searched(INSTALLER, LISTED_INSTALLER, "Find the installer", chosen, "Installer’s name", hint)


def _with(view: kit.Block, above: Mapping[str, Sequence[kit.Block]], offered: Offered) -> kit.Block:
    blocks: list[kit.Block] = []
    for block in cast(list[kit.Block], view["blocks"]):
        blocks += above.get(str(block.get("block_id")), ())
        blocks.append(_anew(block, offered))
    return {**view, "blocks": blocks}


def _anew(block: kit.Block, offered: Offered) -> kit.Block:
    """An input that was filled in is another one to Slack, which would keep showing what stood there."""
    _, choice = offered.filled.fields.get(str(block.get("block_id")), ("", 0))
    if not choice:
        return block
    element = cast(Mapping[str, Any], block["element"])
    return {**block, "element": {**element, "action_id": f"{element['action_id']}.{choice}"}}


def _homeowner(listed: ListedHomeowner) -> kit.Block:
    """Name, address and program; a long address gives way."""
    name, program = kit.clip(listed.name, NAME_LIMIT), words.PROGRAMS.get(listed.program, "")
    rest = kit.OPTION_LIMIT - len(name) - len(program) - 2 * len(BETWEEN)
    parts = (name, kit.clip(listed.address, rest), program)
    value = str(listed.id) if listed.id else key_of(listed)
    return kit.option(value, BETWEEN.join(filter(None, parts)))


def _installer(listed: ListedInstaller) -> kit.Block:
    manager = listed.account_manager.name
    return kit.option(str(listed.id), BETWEEN.join(filter(None, (listed.name, manager))))
