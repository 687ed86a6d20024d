"""The menus of homeowners and installers at intake: what is offered while one types, and what is chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from slack_bolt import App, Args

from blocks import directory as menus
from blocks import kit
from bot import directory, drafts, roles
from bot.intake_fields import Values
from bot.listings import ListedHomeowner
from bot.look_up import LIVE, Looked
from bot.ports import Work
from handlers.front import Payload, guarded, redraw, user_of
from handlers.intake import IntakeListeners

logger = logging.getLogger(__name__)

MOST: Final = menus.MOST_OFFERED - 1
"""How many homeowners fit into the menu, above “not found”."""
Offer = Callable[[Work, str], Sequence[kit.Block]]
Choose = Callable[[Work, Values], Values]


@dataclass(frozen=True, slots=True)
class DirectoryListeners(IntakeListeners):
    """Somebody who may open no complaint is offered nothing. What is typed here is kept nowhere.

    The live list is asked before a transaction, never within one.
    """

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.options(menus.LISTED_HOMEOWNER)(self.homeowners)
        app.options(menus.LISTED_INSTALLER)(self.installers)
        app.action(menus.LISTED_HOMEOWNER)(ack=self.homeowner_chosen, lazy=[self.redraw])
        app.action(menus.LISTED_INSTALLER)(ack=self.installer_chosen, lazy=[self.redraw])

    def homeowners(self, args: Args) -> None:
        """A key was pressed in the menu of homeowners: the live list, and behind it the import."""
        typed = str(args.body.get("value") or "")
        looked = self._looked_up(typed) if self._may_open(args) else Looked()

        def offer(work: Work, typed: str) -> Sequence[kit.Block]:
            found = work.directory.find_homeowners(typed, MOST)
            return menus.homeowner_options(directory.merged(looked.homeowners, found, MOST))

        def offer_instead(work: Work, typed: str) -> Sequence[kit.Block]:
            found = work.directory.find_homeowners(typed, MOST)
            return menus.imported_options(found, work.directory.loaded_on("homeowners"), self._title)

        if looked.answered:
            args.ack(options=self._offered(args, offer))
        else:
            args.ack(option_groups=self._offered(args, offer_instead))

    def installers(self, args: Args) -> None:
        """A key was pressed in the menu of installers."""
        args.ack(options=self._offered(args, _installers))

    @guarded
    def homeowner_chosen(self, args: Args) -> None:
        """A homeowner, or that none of them is meant; one of the live list comes into the directory."""
        option = args.body["actions"][0].get("selected_option") or {}
        listed, source = self._of_live_list(args, option), self.front.desk.look_up

        def choose(work: Work, values: Values) -> Values:
            if listed is not None and source is not None:
                values = directory.take_in(work, values, listed, source, self.front.now())
            return directory.choose_homeowner(work, values)

        self._choose(args, choose)

    @guarded
    def installer_chosen(self, args: Args) -> None:
        """An installer."""
        self._choose(args, directory.choose_installer)

    @property
    def _title(self) -> str:
        source = self.front.desk.look_up
        return source.title if source else ""

    def _may_open(self, args: Args) -> bool:
        return roles.may(self.front.desk, user_of(args.body), roles.Act.OPEN)

    def _looked_up(self, typed: str) -> Looked:
        source = self.front.desk.look_up
        return source.find(typed, MOST, self._today()) if source else Looked()

    def _of_live_list(self, args: Args, option: Payload) -> ListedHomeowner | None:
        """Who was chosen, where that is somebody of the live list."""
        source, key = self.front.desk.look_up, str(option.get("value") or "")
        if source is None or not key.startswith(LIVE) or not self._may_open(args):
            return None
        return source.chosen(key, menus.name_in(option), MOST, self._today())

    def _today(self) -> date:
        return self.front.desk.organisation.calendar.today(self.front.now())

    def _offered(self, args: Args, offer: Offer) -> Sequence[kit.Block]:
        if not self._may_open(args):
            return []
        try:
            with self.front.desk.memory.read() as work:
                return offer(work, str(args.body.get("value") or ""))
        except Exception:
            logger.exception("the directory could not be searched")
            return []

    def _choose(self, args: Args, choose: Choose) -> None:
        """What is chosen fills in the form; what the page reports from before that is late."""
        heard = self._heard(args)
        with self.front.desk.memory.write() as work:
            kept = drafts.hear(work, heard, self.front.now())
            if kept.verdict == "kept":
                filled = replace(kept.intake, values=choose(work, kept.intake.values))
                drafts.turn(work, filled, heard.page, self.front.now())
        args.ack()
        if kept.verdict in ("elsewhere", "over"):
            redraw(args.client, heard.window, self._answer(kept, heard))


def _installers(work: Work, typed: str) -> Sequence[kit.Block]:
    return menus.installer_options(work.directory.find_installers(typed, menus.MOST_OFFERED))
