"""App Home."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import case_lines, home, home_team, kit
from blocks import drafts as draft_blocks
from bot import drafts, roles
from bot.errors import CaseError, DeliveryError
from bot.home import FILTERS, SIZES, mine, titles
from bot.ports import Message
from bot.roles import Act
from handlers.front import Front, guarded, open_modal, user_of

MOST_OFFERED = 50


@dataclass(frozen=True, slots=True)
class HomeListeners:
    """What a person sees when they open the app, and what they choose there."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.event("app_home_opened")(ack=self.acknowledge, lazy=[self.opened])
        app.action(re.compile(f"^{case_lines.PAGE}:"))(ack=self.acknowledge, lazy=[self.turned])
        app.action(re.compile(f"^{home_team.FILTER}:"))(ack=self.acknowledge, lazy=[self.filtered])
        app.action(home_team.CLEAR)(ack=self.acknowledge, lazy=[self.cleared])
        app.action(home.SUMMARY)(ack=self.acknowledge, lazy=[self.summary])
        app.action(home.RESUME)(ack=self.acknowledge, lazy=[self.resume])
        app.options(f"{home_team.FILTER}:installer")(self.installers)

    def acknowledge(self, args: Args) -> None:
        """Slack only wants to know that it came."""
        args.ack()

    @guarded
    def opened(self, args: Args) -> None:
        """Draw the Home tab anew each time it is opened."""
        event = args.event or {}
        if event.get("tab") == "home":
            self._show(str(event["user"]))

    @guarded
    def turned(self, args: Args) -> None:
        """Another page of one list."""
        action = args.body["actions"][0]
        name, page = str(action["action_id"]).split(":")[1], str(action.get("value") or "")
        if name not in SIZES or not page.isdecimal():
            raise CaseError("This page is from another version of the desk. Open the Home tab anew.")
        self._choose(args, {f"page.{name}": page}, Act.SEE_ROTA)

    @guarded
    def filtered(self, args: Args) -> None:
        """The leads' list is narrowed, from its first page on."""
        action = args.body["actions"][0]
        name = str(action["action_id"]).partition(":")[2]
        if name not in FILTERS:
            raise CaseError("This filter is from another version of the desk. Open the Home tab anew.")
        roles.require(self.front.desk, user_of(args.body), Act.SEE_TEAM)
        chosen = str((action.get("selected_option") or {}).get("value") or action.get("selected_user") or "")
        if name == "installer":
            chosen = self._installer(chosen)
        chosen = "" if chosen == home_team.ANY else chosen
        self._choose(args, {name: chosen, "page.team": ""}, Act.SEE_TEAM)

    @guarded
    def cleared(self, args: Args) -> None:
        """All open cases again."""
        self._choose(args, dict.fromkeys((*FILTERS, "page.team"), ""), Act.SEE_TEAM)

    @guarded
    def installers(self, args: Args) -> None:
        """Installers with open cases, by what was typed; a number stands for each name."""
        if not roles.may(self.front.desk, user_of(args.body), Act.SEE_TEAM):
            args.ack(options=[])
            return
        typed = str(args.body.get("value") or "")
        with self.front.desk.memory.read() as work:
            found = work.overview.installers(typed, MOST_OFFERED)
        anything = [] if typed else [kit.option(home_team.ANY, "Any installer")]
        args.ack(options=[*anything, *(kit.option(str(number), name) for number, name in found.items())])

    @guarded
    def summary(self, args: Args) -> None:
        """The morning summary, on or off."""
        user = user_of(args.body)
        roles.require(self.front.desk, user, Act.SEE)
        wanted = str(args.body["actions"][0].get("value")) == "on"
        with self.front.desk.memory.write() as work:
            work.homes.want_summary(user, wanted, self.front.now())
        self.front.wake()
        if not wanted and args.body.get("response_url"):
            args.respond(text=home.SUMMARY_OFF, response_type="ephemeral", replace_original=False)

    @guarded
    def resume(self, args: Args) -> None:
        """The one draft, or the list of them."""
        user = user_of(args.body)
        roles.require(self.front.desk, user, Act.OPEN)
        with self.front.desk.memory.read() as work:
            theirs = drafts.drafts_of(work, user)
        open_modal(args.client, args.body, draft_blocks.choose(theirs, self.front.desk.zone))

    def _choose(self, args: Args, choices: dict[str, str], act: Act) -> None:
        user = user_of(args.body)
        roles.require(self.front.desk, user, act)
        with self.front.desk.memory.write() as work:
            work.homes.choose(user, choices, self.front.now())
        self._show(user)

    def _installer(self, chosen: str) -> str:
        """The installer of the case whose number stands for the name."""
        if not chosen.isdecimal() or len(chosen) > 9:
            return ""
        with self.front.desk.memory.read() as work:
            return work.cases.get(int(chosen)).case.facts.installer.name

    def _show(self, user: str) -> None:
        """Publish at once; where Slack does not take it now, it is tried again like any other."""
        try:
            self.front.homes.open(user)
        except DeliveryError:
            with self.front.desk.memory.write() as work:
                work.homes.tell([user])
            self.front.wake()


def mine_message(front: Front, user: str) -> Message:
    """The answer to `/complaint mine`: the same list as Home's."""
    desk = front.desk
    roles.require(desk, user, Act.SEE)
    now = desk.organisation.calendar.local(front.now())
    with desk.memory.read() as work:
        theirs = mine(work, user, now)
        due = titles(work, desk, (line.number for line in theirs.due.lines), now)
    return home.mine_message(theirs, due, now)
