"""The case card's buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import card, kit
from blocks.card import ANSWER, MORE, OPEN, RELEASE, STEP
from bot import closing, orders
from bot.cases import CaseView
from bot.errors import MovedOn
from bot.roles import Act
from bot.sop import Step
from handlers.casework import Casework, due_step, moved_on
from handlers.front import (
    after_bar,
    case_number,
    guarded,
    open_modal,
    user_of,
)


@dataclass(frozen=True, slots=True)
class CaseListeners(Casework):
    """A click reports something by itself, or opens a form."""

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(re.compile(f"^{ANSWER}:"))(ack=self.answer, lazy=[self.redraw])
        app.action(re.compile(f"^{STEP}:"))(ack=self.acknowledge, lazy=[self.step_form])
        app.action(MORE)(ack=self.acknowledge, lazy=[self.more])
        app.action(OPEN)(ack=self.acknowledge, lazy=[self.open])
        app.action(RELEASE)(ack=self.release, lazy=[self.redraw])
        app.action("open_link")(self.acknowledge)

    @guarded
    def answer(self, args: Args) -> None:
        """A button that reports an event by itself."""
        action = args.body["actions"][0]
        event = str(action["action_id"]).removeprefix(f"{ANSWER}:")
        number, step_id = case_number(action["value"]), after_bar(action["value"])
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            step = due_step(view, step_id)
            if event not in step.events:
                raise MovedOn(moved_on(view))
            self._report_on(work, view, step, event, {}, args)
        args.ack()
        self.front.wake()

    @guarded
    def step_form(self, args: Args) -> None:
        """The form of a step, drawn from the case as it is now."""
        action = args.body["actions"][0]
        number, step_id = case_number(action["value"]), after_bar(action["value"])
        with self.front.desk.memory.read() as work:
            view = self._view(work, number, user_of(args.body))
        step = due_step(view, step_id)
        wanted = str(action["action_id"]).removeprefix(f"{STEP}:")
        open_modal(args.client, args.body, self._form(view, step, wanted, user_of(args.body)))

    @guarded
    def more(self, args: Args) -> None:
        """The menu behind the three dots."""
        chosen = str(args.body["actions"][0]["selected_option"]["value"])
        number, wanted = case_number(chosen), after_bar(chosen)
        if wanted == "reopen":
            self._reopen(number, args)
            return
        self.open_chosen(args, number, wanted)

    @guarded
    def open(self, args: Args) -> None:
        """The case in a modal, for whoever may see it; its buttons are for its owner and the leads."""
        number = case_number(str(args.body["actions"][0]["value"]))
        open_modal(args.client, args.body, self._shown(number, user_of(args.body)))

    @guarded
    def release(self, args: Args) -> None:
        """A lead lets go what a lawyer's involvement holds (D-09)."""
        number, user = case_number(str(args.body["actions"][0]["value"])), user_of(args.body)
        with self.front.desk.memory.write() as work:
            self._view(work, number, user, Act.DECIDE)
            self._report(work, number, "lead_released", {}, args)
        args.ack()
        self.front.wake()

    def _reopen(self, number: int, args: Args) -> None:
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            closing.withdraw_closings(work, view, user_of(args.body), self.front.now())
            self._report(work, number, "reopened", {}, args)
        self.front.wake()

    def _form(self, view: CaseView, step: Step, wanted: str, user: str) -> kit.Block:
        """A step's form: to order it, where a connected system does it."""
        desk = self.front.desk
        ordered = wanted == step.verb != "close" and orders.orders_it(desk, view, step)
        if not ordered or card.wanting(view, step):
            return self._form_by_hand(view, step, wanted)
        orders.require_unordered(view, step)
        return self._preview(view, step, user)
