"""Drafts: go on with one, hand it over, discard it; `/complaint resume`."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import drafts as blocks
from blocks import kit
from bot import drafts, roles
from bot.drafts import to_go_on_with
from bot.stored import Intake
from handlers.front import Front, guarded, open_modal, redraw, text_of, typed_values, user_of
from handlers.intake import open_window
from handlers.intake_pages import draw_in


@dataclass(frozen=True, slots=True)
class DraftListeners:
    """Who may open complaints may go on with a draft; which drafts are whose is looked up each time."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(blocks.RESUME)(ack=self.acknowledge, lazy=[self.resume])
        app.action(blocks.HAND_OVER)(ack=self.acknowledge, lazy=[self.hand_over])
        app.action(blocks.DISCARD)(ack=self.discard, lazy=[self.show_rest])
        app.view(blocks.HAND_OVER_FORM)(ack=self.handed_over, lazy=[self.show_rest])

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    def command(self, args: Args) -> None:
        """`/complaint resume`: the one draft, or a list to choose from."""
        user = user_of(args.body)
        mine = self._mine(user)
        if not mine:
            args.respond(text=blocks.NONE_PLAIN, blocks=[kit.section(blocks.NONE)], response_type="ephemeral")
        elif len(mine) == 1:
            window = open_window(args.client, str(args.body["trigger_id"]), blocks.loading(), kept=True)
            draw_in(self.front, args.client, mine[0], window["id"], window["hash"])
        else:
            view = blocks.choose(mine, self.front.desk.zone)
            open_window(args.client, str(args.body["trigger_id"]), view, kept=True)

    @guarded
    def resume(self, args: Args) -> None:
        """In the window that the click came from, else in a new one: the newest is the one that counts."""
        draft = self._draft(args)
        shown = args.body.get("view") or {}
        if shown.get("type") == "modal":
            redraw(args.client, shown["id"], blocks.loading())
            draw_in(self.front, args.client, draft, shown["id"])
        else:
            window = open_window(args.client, str(args.body["trigger_id"]), blocks.loading(), kept=True)
            draw_in(self.front, args.client, draft, window["id"], window["hash"])

    @guarded
    def hand_over(self, args: Args) -> None:
        """Whom to, and what they should know."""
        open_modal(args.client, args.body, blocks.hand_over(self._draft(args)))

    @guarded
    def handed_over(self, args: Args) -> None:
        """The draft is the colleague's from now on, and they are told."""
        typed, user = typed_values(args.body["view"]), user_of(args.body)
        to, note = text_of(typed, "to"), text_of(typed, "note")
        problem = self._problem(to, user)
        if problem:
            args.ack(response_action="errors", errors={"to": problem})
            return
        with self.front.desk.memory.write() as work:
            roles.require(self.front.desk, user, roles.Act.OPEN)
            draft = to_go_on_with(work, str(args.body["view"]["private_metadata"]), user)
            drafts.hand_over(work, draft, to, note, self.front.now())
        done = f":white_check_mark: {kit.mention(to)} has it now, and is told."
        args.ack(response_action="update", view=blocks.said(done))
        self.front.wake()

    def _problem(self, to: str, user: str) -> str:
        """What is wrong with whom it is handed to; empty when nothing is."""
        if not to:
            return "Choose a colleague."
        if to == user:
            return "It is yours already. Choose a colleague."
        if problem := self.front.introduce(to):
            return problem
        if not self.front.people.is_active(to):
            return "This person has left the workspace. Choose somebody else."
        if not roles.may(self.front.desk, to, roles.Act.OPEN):
            return "This person cannot open complaints. Choose somebody who can, or ask a lead to add them."
        return ""

    @guarded
    def discard(self, args: Args) -> None:
        """Dropped; the click was asked about before."""
        with self.front.desk.memory.write() as work:
            drafts.discard(work, self._id(args), user_of(args.body), self.front.now())
        args.ack()
        self.front.wake()

    @guarded
    def show_rest(self, args: Args) -> None:
        """Where the click came from the list, it shows what is left."""
        shown = args.body.get("view") or {}
        window = shown.get("id") if shown.get("callback_id") == blocks.LIST else shown.get("previous_view_id")
        if window:
            redraw(args.client, window, blocks.choose(self._mine(user_of(args.body)), self.front.desk.zone))

    def _draft(self, args: Args) -> Intake:
        with self.front.desk.memory.read() as work:
            return to_go_on_with(work, self._id(args), user_of(args.body))

    def _id(self, args: Args) -> str:
        """The draft that a button is about, for who may open complaints."""
        roles.require(self.front.desk, user_of(args.body), roles.Act.OPEN)
        return str(args.body["actions"][0].get("value") or "")

    def _mine(self, user: str) -> tuple[Intake, ...]:
        roles.require(self.front.desk, user, roles.Act.OPEN)
        with self.front.desk.memory.read() as work:
            return drafts.drafts_of(work, user)
