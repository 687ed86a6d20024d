"""The menus of homeowners and installers at intake: what is offered while one types, and what is chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from slack_bolt import App, Args

from blocks import directory as menus
from blocks import kit
from bot import directory, drafts, roles
from bot.intake_fields import Values
from bot.ports import Work
from handlers.front import guarded, redraw, user_of
from handlers.intake import IntakeListeners

logger = logging.getLogger(__name__)

Offer = Callable[[Work, str], Sequence[kit.Block]]
Choose = Callable[[Work, Values], Values]


@dataclass(frozen=True, slots=True)
class DirectoryListeners(IntakeListeners):
    """Somebody who may open no complaint is offered nothing. What is typed here is kept nowhere."""

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.options(menus.LISTED_HOMEOWNER)(self.homeowners)
        app.options(menus.LISTED_INSTALLER)(self.installers)
        app.action(menus.LISTED_HOMEOWNER)(ack=self.homeowner_chosen, lazy=[self.redraw])
        app.action(menus.LISTED_INSTALLER)(ack=self.installer_chosen, lazy=[self.redraw])

    def homeowners(self, args: Args) -> None:
        """A key was pressed in the menu of homeowners."""
        self._offer(args, _homeowners)

    def installers(self, args: Args) -> None:
        """A key was pressed in the menu of installers."""
        self._offer(args, _installers)

    @guarded
    def homeowner_chosen(self, args: Args) -> None:
        """A homeowner, or that none of them is meant."""
        self._choose(args, directory.choose_homeowner)

    @guarded
    def installer_chosen(self, args: Args) -> None:
        """An installer."""
        self._choose(args, directory.choose_installer)

    def _offer(self, args: Args, offer: Offer) -> None:
        desk = self.front.desk
        options: Sequence[kit.Block] = []
        if roles.may(desk, user_of(args.body), roles.Act.OPEN):
            try:
                with desk.memory.read() as work:
                    options = offer(work, str(args.body.get("value") or ""))
            except Exception:
                logger.exception("the directory could not be searched")
        args.ack(options=options)

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


def _homeowners(work: Work, typed: str) -> Sequence[kit.Block]:
    return menus.homeowner_options(work.directory.find_homeowners(typed, menus.MOST_OFFERED - 1))


def _installers(work: Work, typed: str) -> Sequence[kit.Block]:
    return menus.installer_options(work.directory.find_installers(typed, menus.MOST_OFFERED))
