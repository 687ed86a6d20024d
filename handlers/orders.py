"""What connected systems are to do: read and ordered, tried again, taken over by hand, updated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import kit, systems
from blocks import orders as blocks
from blocks.card import MODAL
from bot import differences, orders, roles
from bot.approving import Edits, approved, refusal
from bot.cases import CaseView
from bot.differences import Difference
from bot.drafting import drafted
from bot.errors import MovedOn
from bot.intake_fields import Errors, Values
from bot.roles import Act
from bot.sop import Step
from bot.systems import UPDATE, Draft, Order
from handlers.casework import Casework, due_step, moved_on, step_of
from handlers.front import after_bar, case_number, guarded, open_modal, text_of, typed_values, user_of


@dataclass(frozen=True, slots=True)
class OrderListeners(Casework):
    """An order is stored before it is acknowledged; carrying it out is the clerk's."""

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.view(blocks.ORDERED)(ack=self.ordered, lazy=[self.redraw])
        app.view(blocks.UPDATED)(ack=self.updated, lazy=[self.redraw])
        app.action(blocks.FORM_BY_HAND)(ack=self.acknowledge, lazy=[self.form_by_hand])
        app.action(blocks.FORM)(ack=self.acknowledge, lazy=[self.form])
        app.action(systems.BY_HAND)(ack=self.take_over, lazy=[self.form_taken_over, self.redraw])
        app.action(systems.AGAIN)(ack=self.again, lazy=[self.redraw])
        app.action(systems.UPDATE)(ack=self.acknowledge, lazy=[self.update_form])

    @guarded
    def ordered(self, args: Args) -> None:
        """A draft was read and approved. What the guard refuses is said at its field."""
        number, step_id = self._about(args)
        user, edits = user_of(args.body), _edits(typed_values(args.body["view"]))
        name, desk = self.front.people.name_of(user), self.front.desk
        with desk.memory.write() as work:
            view = self._view(work, number, user)
            step = step_of(view, step_id)
            if not orders.can_order(desk, step):
                raise MovedOn(moved_on(view))
            draft = drafted(view, step, desk)
            if problems := self._problems(draft, edits, view, user):
                args.ack(response_action="errors", errors=problems)
                return
            if self._first_time(work, args):
                due_step(view, step_id)
                override = edits.reason if edits.homeowner else ""
                whole = approved(draft, edits, view, name)
                orders.place(work, desk, view, whole, user, self.front.now(), override)
        args.ack()
        self.front.wake()

    @guarded
    def form_by_hand(self, args: Args) -> None:
        """A step that could be ordered is done by hand: its other form takes this one's place."""
        view, step = self._unordered(args)
        self._put_instead(args, self._form_by_hand(view, step, step.verb))

    @guarded
    def form(self, args: Args) -> None:
        """A step that was to be done by hand is ordered after all."""
        view, step = self._unordered(args)
        if not orders.can_order(self.front.desk, step):
            raise MovedOn(moved_on(view))
        self._put_instead(args, self._preview(view, step, user_of(args.body)))

    def _unordered(self, args: Args) -> tuple[CaseView, Step]:
        """The step that a form is about, while nothing is ordered for it. Raises MovedOn."""
        value = str(args.body["actions"][0]["value"])
        with self.front.desk.memory.read() as work:
            view = self._view(work, case_number(value), user_of(args.body))
        step = due_step(view, after_bar(value))
        orders.require_unordered(view, step)
        return view, step

    def _put_instead(self, args: Args, form: kit.Block) -> None:
        """A step's other form takes the place of the one that is shown."""
        shown = args.body.get("view") or {}
        if shown.get("type") == "modal" and shown.get("callback_id") != MODAL:
            args.client.views_update(view_id=shown["id"], view=form)
        else:
            open_modal(args.client, args.body, form)

    @guarded
    def take_over(self, args: Args) -> None:
        """A person does by hand what waits, or was given up."""
        number, order_id = _order_of(args)
        user = user_of(args.body)
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user)
            orders.take_over(work, _order(view, order_id).id, user, self.front.now())
        args.ack()
        self.front.wake()

    @guarded
    def form_taken_over(self, args: Args) -> None:
        """What is to be done by hand now, once it is certain that the desk leaves it alone."""
        number, order_id = _order_of(args)
        with self.front.desk.memory.read() as work:
            view = self._view(work, number, user_of(args.body))
        order = _order(view, order_id)
        if order.state == "dropped":
            open_modal(args.client, args.body, self._taken_over(view, order))

    @guarded
    def again(self, args: Args) -> None:
        """What was given up is tried again."""
        number, order_id = _order_of(args)
        user = user_of(args.body)
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user)
            orders.send_again(work, _order(view, order_id).id, user, self.front.now())
        args.ack()
        self.front.wake()

    @guarded
    def update_form(self, args: Args) -> None:
        """What a record says, and what the facts say."""
        value = str(args.body["actions"][0]["value"])
        with self.front.desk.memory.read() as work:
            view = self._view(work, case_number(value), user_of(args.body))
        open_modal(args.client, args.body, self._update(view, self._difference(view, after_bar(value))))

    @guarded
    def updated(self, args: Args) -> None:
        """A record gets the facts as they are now: by an order, or by whoever says that they have done it."""
        number, on = self._about(args)
        desk, user, now = self.front.desk, user_of(args.body), self.front.now()
        with desk.memory.write() as work:
            view = self._view(work, number, user)
            if self._first_time(work, args):
                difference = self._difference(view, on)
                if differences.is_ordered(difference, view, desk):
                    orders.place(work, desk, view, difference.draft, user, now)
                else:
                    differences.updated(work, view, difference, user, now)
        args.ack()
        self.front.wake()

    def _problems(self, draft: Draft, edits: Edits, view: CaseView, user: str) -> Errors:
        """What is wrong, at the field where it can be mended. Raises Refused where it is at none of them."""
        if edits.homeowner:
            roles.require(self.front.desk, user, Act.DECIDE, view.stored)
            if not edits.reason:
                return {blocks.REASON: "Say in a sentence why. It is kept with the case."}
        found = refusal(draft, edits, view, self.front.desk)
        if found is None:
            return {}
        field, refused = found
        if field == "text" and not (draft.text and draft.verb in blocks.WRITTEN):
            raise refused
        return {{"text": blocks.TEXTS[0]}.get(field, field): str(refused)}

    def _taken_over(self, view: CaseView, order: Order) -> kit.Block:
        """The form of what somebody has taken over; what has none is said in a sentence."""
        draft = order.draft
        if draft.verb == UPDATE:
            return self._update(view, self._difference(view, draft.on or ""))
        step = next((each for each in view.plan.steps if each.id == draft.step), None)
        if step is not None and step.state == "available" and draft.verb != "close":
            return self._form_by_hand(view, step, step.verb)
        return blocks.by_hand_now(view, _what_to_do(view, draft, step))

    def _update(self, view: CaseView, difference: Difference) -> kit.Block:
        connected = differences.is_ordered(difference, view, self.front.desk)
        return blocks.update(view, difference, connected=connected)

    def _difference(self, view: CaseView, on: str) -> Difference:
        """How a record differs from the facts; raises MovedOn where it does not any more."""
        for each in differences.differences(view, self.front.desk):
            if each.record.on == on:
                return each
        raise MovedOn(moved_on(view))


def _what_to_do(view: CaseView, draft: Draft, step: Step | None) -> str:
    where = systems.title(draft.system)
    if draft.verb == "close":
        reference = view.stored.references.get(draft.on or "", "its record")
        return f"close {reference} in {where}, with your closing sentence as closure comment."
    what = step.title if step is not None else "what was ordered"
    return f"the case has moved on. Where it is still wanted, do it in {where}: {what}."


def _edits(typed: Values) -> Edits:
    fields: Mapping[str, str] = {
        name.removeprefix(blocks.FIELD): text_of(typed, name)
        for name in typed
        if name.startswith(blocks.FIELD)
    }
    return Edits(
        subject=text_of(typed, "subject"),
        text="\n".join(part for field in blocks.TEXTS if (part := text_of(typed, field))),
        fields=fields,
        copied=text_of(typed, blocks.COPIED),
        homeowner=bool(typed.get(blocks.HOMEOWNER)),
        reason=text_of(typed, blocks.REASON),
    )


def _order_of(args: Args) -> tuple[int, int]:
    """The case and the order that a button is about; 0 for what is none."""
    value = str(args.body["actions"][0].get("value") or "")
    order = after_bar(value)
    return case_number(value), int(order) if order.isascii() and order.isdecimal() and len(order) < 16 else 0


def _order(view: CaseView, order_id: int) -> Order:
    """The order of that id, if it is this case's; raises MovedOn otherwise."""
    for order in view.orders:
        if order.id == order_id:
            return order
    raise MovedOn(moved_on(view))
