"""The menus in which homeowners and installers of the imported exports are searched for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from blocks import kit, words
from bot.directory import HOMEOWNER, INSTALLER, NOBODY, Offered
from bot.listings import ListedHomeowner, ListedInstaller

LISTED_HOMEOWNER, LISTED_INSTALLER = "listed_homeowner", "listed_installer"
"""The action ids of the two menus."""
MOST_OFFERED: Final = 100
NAME_LIMIT: Final = 34
NOT_FOUND = kit.option(NOBODY, "Not found: check for Concert")
RULE = "Choosing one fills in the form; what you typed yourself stays."


def homeowner_options(found: Iterable[ListedHomeowner]) -> list[kit.Block]:
    """What is offered while somebody types: homeowners, and at the end that it is none of them."""
    return [*map(_homeowner, found), NOT_FOUND][-MOST_OFFERED:]


def installer_options(found: Iterable[ListedInstaller]) -> list[kit.Block]:
    """What is offered while somebody types an installer's name."""
    return [_installer(each) for each in found][:MOST_OFFERED]


def on_who(view: kit.Block, offered: Offered) -> kit.Block:
    """Page one with the menu of homeowners on top, where there are any."""
    return _with(view, [homeowner_menu(offered)] if offered.homeowners else [], "homeowner.name", offered)


def on_what(view: kit.Block, offered: Offered) -> kit.Block:
    """Page two with the menu of installers above the installer's name, where there are any."""
    return _with(view, [installer_menu(offered)] if offered.installers else [], "installer.name", offered)


def homeowner_menu(offered: Offered) -> kit.Block:
    """The menu of homeowners."""
    chosen = _homeowner(offered.homeowner) if offered.homeowner else NOT_FOUND if offered.not_found else None
    return kit.searched(
        HOMEOWNER, LISTED_HOMEOWNER, "Find the homeowner", chosen, "Name, address or phone", RULE
    )


def installer_menu(offered: Offered) -> kit.Block:
    """The menu of installers."""
    chosen = _installer(offered.installer) if offered.installer else None
    hint = "Not listed? Type the name below."
    return kit.searched(INSTALLER, LISTED_INSTALLER, "Find the installer", chosen, "Installer’s name", hint)


def _with(view: kit.Block, menu: list[kit.Block], above: str, offered: Offered) -> kit.Block:
    blocks: list[kit.Block] = []
    for block in cast(list[kit.Block], view["blocks"]):
        blocks += menu if block.get("block_id") == above else []
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
    rest = kit.OPTION_LIMIT - len(name) - len(program) - 6
    parts = (name, kit.clip(listed.address, rest), program)
    return kit.option(str(listed.id), " · ".join(filter(None, parts)))


def _installer(listed: ListedInstaller) -> kit.Block:
    manager = listed.account_manager.name
    return kit.option(str(listed.id), " · ".join(filter(None, (listed.name, manager))))
