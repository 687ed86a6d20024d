"""What the listeners of cases share: look, check who acts, report, and say why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slack_bolt import Args

from blocks import card, forms, kit, timeline
from blocks import hands as drawn
from blocks import orders as order_blocks
from bot import cases, hands, orders, roles, step_reports
from bot.cases import CaseView, Reported
from bot.drafting import drafted
from bot.errors import CaseError, MovedOn
from bot.ports import Work
from bot.roles import Act
from bot.sop import Event, Step
from bot.systems import ByHand
from bot.wording import Names, Written, write
from handlers.front import (
    Front,
    after_bar,
    case_number,
    guarded,
    open_modal,
    redraw,
    user_of,
)

ACTS: Mapping[str, Act] = {"timeline": Act.SEE, "note": Act.NOTE, "escalate": Act.NOTE}
"""What others than the owner and the leads may open of a case."""


@dataclass(frozen=True, slots=True)
class Casework:
    """Who acts is checked here, on every click and form, whoever sees the button."""

    front: Front

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    @guarded
    def redraw(self, args: Args) -> None:
        """The case's modal, where the click or the form came from it, shows the case as it is now."""
        shown = args.body.get("view") or {}
        below = shown.get("id") if shown.get("callback_id") == card.MODAL else shown.get("previous_view_id")
        number = case_number(str(shown.get("private_metadata") or ""))
        if not below or not number:
            return
        redraw(args.client, below, self._shown(number, user_of(args.body)))

    def _shown(self, number: int, user: str) -> kit.Block:
        """The case in a modal: to work on, for its owner and the leads; to look at, for colleagues."""
        desk = self.front.desk
        with desk.memory.read() as work:
            view = self._view(work, number, user, Act.SEE)
        if roles.may(desk, user, Act.WORK, view.stored):
            return card.modal(view, desk)
        return drawn.colleague_modal(
            view, desk, may_take=hands.may_take(desk, user, view.stored, view.timeline)
        )

    def open_chosen(self, args: Args, number: int, wanted: str) -> None:
        """One of the things that can be done with a case. Behind “More …” it takes that modal's place."""
        user = user_of(args.body)
        with self.front.desk.memory.read() as work:
            view = self._view(work, number, user, ACTS.get(wanted, Act.WORK))
        form = self._chosen(view, wanted, user)
        shown = args.body.get("view") or {}
        if shown.get("callback_id") == drawn.MORE:
            args.client.views_update(view_id=shown["id"], view=form)
        else:
            open_modal(args.client, args.body, form)

    def _chosen(self, view: CaseView, wanted: str, user: str) -> kit.Block:
        if wanted == "timeline":
            return timeline.timeline(view, self.front.desk)
        if wanted == "note":
            return forms.note(view)
        if view.stored.case.state == "closed":
            raise MovedOn(moved_on(view))
        return self._worked(view, wanted, user)

    def _worked(self, view: CaseView, wanted: str, user: str) -> kit.Block:
        """What can be done with a case that is open."""
        desk = self.front.desk
        match wanted:
            case "facts":
                today = desk.organisation.calendar.today(self.front.now())
                return forms.facts(view, None, forms.editable(view, desk, today))
            case "close":
                return forms.close(view, desk)
            case "report" if view.reportable:
                return forms.report(view, desk)
            case "more":
                return drawn.more(view, drawn.choices(view, leads=hands.is_lead(desk, user), user=user))
            case form if form in drawn.FORMS:
                return drawn.FORMS[form](view)
        raise MovedOn(moved_on(view))

    def _report_on(
        self, work: Work, view: CaseView, step: Step, event: str, data: Mapping[str, object], args: Args
    ) -> None:
        """Report an event that a step offers."""
        self._require_lead(view, event, args)
        now, user = self.front.now(), user_of(args.body)
        reported = step_reports.report(work, self.front.desk, view, step, event, data, user, now)
        if reported.refused:
            raise_refusal(reported)

    def _require_lead(self, view: CaseView, event: str, args: Args) -> None:
        """Some decisions are a lead's."""
        if event == "lead_released":
            roles.require(self.front.desk, user_of(args.body), Act.DECIDE, view.stored)

    def _report(
        self, work: Work, number: int, event: str, data: Mapping[str, object], args: Args
    ) -> Reported:
        now, user = self.front.now(), user_of(args.body)
        reported = cases.report(work, self.front.desk, number, Event(event, now, data, user), now)
        if reported.refused:
            raise_refusal(reported)
        return reported

    def _first_time(self, work: Work, args: Args) -> bool:
        """A form that comes twice is one report; the second is acknowledged as the first was."""
        return work.seen.first_time(f"view/{args.body['view']['id']}", self.front.now())

    def _view(self, work: Work, number: int, user: str, act: roles.Act = Act.WORK) -> CaseView:
        """The case, for somebody who may do this with it; who has no role is not told whether it exists."""
        roles.require(self.front.desk, user, Act.SEE)
        view = cases.view(work, self.front.desk, number, self.front.now())
        roles.require(self.front.desk, user, act, view.stored)
        return view

    def _about(self, args: Args) -> tuple[int, str]:
        """The case that a form is about, and what its metadata adds to that."""
        metadata = str(args.body["view"].get("private_metadata") or "")
        return case_number(metadata), after_bar(metadata)

    def _preview(self, view: CaseView, step: Step, user: str) -> kit.Block:
        """The form by which a connected system is asked to do a step."""
        desk = self.front.desk
        lead = roles.may(desk, user, Act.DECIDE)
        return order_blocks.preview(view, step, drafted(view, step, desk), desk, lead=lead)

    def _form_by_hand(self, view: CaseView, step: Step, wanted: str) -> kit.Block:
        """The form of a step that a person does; a connected system may do it after all."""
        form = self._drawn_by_hand(view, step, wanted)
        if wanted == step.verb != "close" and orders.can_order(self.front.desk, step):
            return order_blocks.offered(form, view, step)
        return form

    def _drawn_by_hand(self, view: CaseView, step: Step, wanted: str) -> kit.Block:
        match wanted:
            case "snooze":
                return forms.snooze(view, step)
            case "close":
                return forms.close(view, self.front.desk)
            case "open_ticket" | "open_linked_ticket" | "open_case":
                return forms.record(view, step, self._by_hand(view, step), self.front.desk)
            case "ask" if forms.asked(step):
                return forms.facts(view, step, forms.asked(step))
            case "internal_comment" if card.wanting(view, step):
                return forms.facts(view, step, card.wanting(view, step))
        return self._worded(view, step, wanted)

    def _worded(self, view: CaseView, step: Step, wanted: str) -> kit.Block:
        """The form of a step that is words."""
        written = self._written(view, step)
        if wanted == "email":
            return forms.email(view, step, written, self.front.desk)
        drawn = forms.ask if wanted in ("ask", "ask_lead") else forms.read
        return drawn(view, step, written.text, self.front.desk)

    def _written(self, view: CaseView, step: Step) -> Written:
        agent = self.front.people.name_of(view.stored.owner)
        return write(step, view.stored.case.facts, Names(agent=agent, case_number=view.stored.name))

    def _by_hand(self, view: CaseView, step: Step) -> ByHand:
        desk = self.front.desk
        return desk.by_hand[step.system or ""].by_hand(drafted(view, step, desk))


def step_of(view: CaseView, step_id: str) -> Step:
    """The step of that id; raises MovedOn where the plan no longer has it."""
    for step in view.plan.steps:
        if step.id == step_id:
            return step
    raise MovedOn(moved_on(view))


def due_step(view: CaseView, step_id: str) -> Step:
    """The step of that id, if it is due now; raises MovedOn otherwise."""
    step = step_of(view, step_id)
    if step.state != "available":
        raise MovedOn(moved_on(view))
    return step


def moved_on(view: CaseView) -> str:
    """What a late click is told: what happened since, and where to go on."""
    lines = [line for line in view.timeline if line.event != "clock"]
    last = f" Last: {lines[-1].text}" if lines else ""
    return f"{view.stored.name} has moved on, and nothing was changed.{last} Its card shows what is due now."


def raise_refusal(reported: Reported) -> None:
    """The rules said no: the transaction is undone and the reason told."""
    raise CaseError(" ".join(refusal.message for refusal in reported.refused))
