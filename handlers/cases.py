"""The case card's buttons and the short forms behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from slack_bolt import App, Args

from blocks import card, forms, kit
from blocks.card import ANSWER, MORE, OPEN, RELEASE, STEP
from bot import cases, intake
from bot.cases import CaseView, Reported
from bot.errors import CaseError, MovedOn, NotAllowed
from bot.ports import ByHand, Order, Work
from bot.sop import Event, Step
from bot.wording import Names, Written, write
from handlers.front import (
    Front,
    after_bar,
    case_number,
    guarded,
    open_modal,
    redraw,
    text_of,
    typed_values,
    user_of,
)

A_YEAR = timedelta(days=366)
SUBMISSIONS = (
    "email_sent",
    "record_made",
    "step_done",
    "facts_learned",
    "snoozed",
    "noted",
    "reported",
    "closed",
)


@dataclass(frozen=True, slots=True)
class CaseListeners:
    """Who acts is checked here, on every click and form, whoever sees the button."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(re.compile(f"^{ANSWER}:"))(ack=self.answer, lazy=[self.redraw])
        app.action(re.compile(f"^{STEP}:"))(ack=self.acknowledge, lazy=[self.step_form])
        app.action(MORE)(ack=self.acknowledge, lazy=[self.more])
        app.action(OPEN)(ack=self.acknowledge, lazy=[self.open])
        app.action(RELEASE)(ack=self.release, lazy=[self.redraw])
        app.action("open_link")(self.acknowledge)
        for callback_id in SUBMISSIONS:
            app.view(callback_id)(ack=getattr(self, callback_id), lazy=[self.redraw])

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    # --- buttons ---

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
        open_modal(args.client, args.body, self._form(view, step, wanted))

    @guarded
    def more(self, args: Args) -> None:
        """The menu behind the three dots."""
        chosen = str(args.body["actions"][0]["selected_option"]["value"])
        number, wanted = case_number(chosen), after_bar(chosen)
        if wanted == "reopen":
            self._reopen(number, args)
            return
        with self.front.desk.memory.read() as work:
            view = self._view(work, number, user_of(args.body))
        open_modal(args.client, args.body, self._chosen(view, wanted))

    def _chosen(self, view: CaseView, wanted: str) -> kit.Block:
        match wanted:
            case "timeline":
                return forms.timeline(view, self.front.desk)
            case "note":
                return forms.note(view)
            case "facts":
                return forms.facts(view, None, self._editable(view))
            case "report" if view.reportable:
                return forms.report(view, self.front.desk)
            case "close":
                return forms.close(view, self.front.desk)
        raise MovedOn(moved_on(view))

    def _editable(self, view: CaseView) -> tuple[str, ...]:
        today = self.front.desk.organisation.calendar.today(self.front.now())
        return forms.editable(view, self.front.desk, today)

    @guarded
    def open(self, args: Args) -> None:
        """The case in a modal, for its owner and the leads."""
        number = case_number(str(args.body["actions"][0]["value"]))
        with self.front.desk.memory.read() as work:
            view = self._view(work, number, user_of(args.body))
        open_modal(args.client, args.body, card.modal(view, self.front.desk))

    @guarded
    def release(self, args: Args) -> None:
        """A lead lets go what a lawyer's involvement holds (D-09)."""
        number, user = case_number(str(args.body["actions"][0]["value"])), user_of(args.body)
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user)
            if not self.front.desk.is_lead(user):
                raise NotAllowed(
                    f"{view.stored.name}: only a lead can release this. Ask one of your leads.", ("D-09",)
                )
            self._report(work, number, "lead_released", {}, args)
        args.ack()
        self.front.wake()

    def _reopen(self, number: int, args: Args) -> None:
        with self.front.desk.memory.write() as work:
            self._view(work, number, user_of(args.body))
            self._report(work, number, "reopened", {}, args)
        self.front.wake()

    # --- forms ---

    @guarded
    def email_sent(self, args: Args) -> None:
        """The e-mail was sent: the clock starts."""
        typed = typed_values(args.body["view"])
        text = "\n".join(part for field in forms.TEXTS if (part := text_of(typed, field)))
        sent = {"subject": text_of(typed, "subject"), "text": text}
        self._submit_step(args, sent)

    @guarded
    def step_done(self, args: Args) -> None:
        """A step that is done, perhaps with what was answered."""
        answer = text_of(typed_values(args.body["view"]), "answer")
        self._submit_step(args, {"answer": answer} if answer else {})

    @guarded
    def record_made(self, args: Args) -> None:
        """The number of a ticket or case in another system."""
        number, step_id = self._about(args)
        reference = text_of(typed_values(args.body["view"]), "reference").upper()
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            step = step_of(view, step_id)
            order = self._by_hand(view, step)
            if not re.fullmatch(order.form or r".{1,40}", reference):
                args.ack(
                    response_action="errors",
                    errors={"reference": f"This is not a {order.asks}. Copy it from the system."},
                )
                return
            if self._first_time(work, args):
                cases.record_reference(
                    work, self.front.desk, number, step, reference, user_of(args.body), self.front.now()
                )
        args.ack()
        self.front.wake()

    @guarded
    def facts_learned(self, args: Args) -> None:
        """Facts that were asked for, or that changed."""
        number, _ = self._about(args)
        typed = typed_values(args.body["view"])
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            problems = intake.check_changed(view.stored.case.facts, typed, self.front.now())
            if problems:
                args.ack(response_action="errors", errors=problems)
                return
            learned = cases.changed(view.stored.case.facts, typed)
            if learned and self._first_time(work, args):
                self._report(work, number, "facts_learned", learned, args)
        args.ack()
        self.front.wake()

    @guarded
    def snoozed(self, args: Args) -> None:
        """One question is asked later, and why."""
        number, _ = self._about(args)
        typed = typed_values(args.body["view"])
        until, now = self._morning(text_of(typed, "until")), self.front.now()
        problems = {} if now < until < now + A_YEAR else {"until": "Choose a day after today, within a year."}
        if not text_of(typed, "reason"):
            problems["reason"] = "Say in a few words why."
        if problems:
            args.ack(response_action="errors", errors=problems)
            return
        data = {"until": until.isoformat(), "reason": text_of(typed, "reason")}
        with self.front.desk.memory.write() as work:
            self._view(work, number, user_of(args.body))
            if self._first_time(work, args):
                self._report(work, number, "snoozed", data, args)
        args.ack()
        self.front.wake()

    @guarded
    def noted(self, args: Args) -> None:
        """A person's own words."""
        number, _ = self._about(args)
        text = text_of(typed_values(args.body["view"]), "note")
        if not text:
            args.ack(response_action="errors", errors={"note": "Type the note, or close the form."})
            return
        with self.front.desk.memory.write() as work:
            self._view(work, number, user_of(args.body))
            if self._first_time(work, args):
                cases.add_note(work, number, text, user_of(args.body), self.front.now())
        args.ack()

    @guarded
    def reported(self, args: Args) -> None:
        """Something happened that the desk did not ask for."""
        number, _ = self._about(args)
        event = text_of(typed_values(args.body["view"]), "event")
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            if self._first_time(work, args):
                if event not in view.reportable:
                    raise MovedOn(moved_on(view))
                self._require_lead(view, event, args)
                self._report(work, number, event, {}, args)
        args.ack()
        self.front.wake()

    @guarded
    def closed(self, args: Args) -> None:
        """A person closes the case."""
        number, _ = self._about(args)
        comments = text_of(typed_values(args.body["view"]), "closure_comments")
        if not comments:
            args.ack(response_action="errors", errors={"closure_comments": "Say in a sentence how it ended."})
            return
        user = user_of(args.body)
        data = {"closure_comments": comments}
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user)
            if view.stored.case.state == "needs_decision" and not self.front.desk.is_lead(user):
                raise NotAllowed(
                    f"{view.stored.name} waits for a lead’s decision: a lead closes it, or goes on."
                )
            if self._first_time(work, args):
                self._report(work, number, "close_requested", data, args)
        args.ack()
        self.front.wake()

    # --- what they share ---

    @guarded
    def redraw(self, args: Args) -> None:
        """The case's modal, where the click or the form came from it, shows the case as it is now."""
        shown = args.body.get("view") or {}
        below = shown.get("id") if shown.get("callback_id") == card.MODAL else shown.get("previous_view_id")
        number = case_number(str(shown.get("private_metadata") or ""))
        if not below or not number:
            return
        with self.front.desk.memory.read() as work:
            view = self._view(work, number, user_of(args.body))
        redraw(args.client, below, card.modal(view, self.front.desk))

    def _submit_step(self, args: Args, data: Mapping[str, object]) -> None:
        number, step_id = self._about(args)
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            if self._first_time(work, args):
                step = due_step(view, step_id)
                event = step.events[0] if step.events else "step_done"
                self._report_on(work, view, step, event, data, args)
        args.ack()
        self.front.wake()

    def _report_on(
        self, work: Work, view: CaseView, step: Step, event: str, data: Mapping[str, object], args: Args
    ) -> None:
        """Report an event that a step offers."""
        self._require_lead(view, event, args)
        if event == "step_done":
            data = {**data, "step": step.id}
        elif event == "attempt_logged" and step.attempt:
            data = {**data, "n": step.attempt}
        self._report(work, view.stored.number, event, data, args)

    def _require_lead(self, view: CaseView, event: str, args: Args) -> None:
        """Some decisions are a lead's."""
        if event == "lead_released" and not self.front.desk.is_lead(user_of(args.body)):
            raise NotAllowed(f"{view.stored.name}: only a lead can decide on this. Ask one of your leads.")

    def _report(
        self, work: Work, number: int, event: str, data: Mapping[str, object], args: Args
    ) -> Reported:
        now, user = self.front.now(), user_of(args.body)
        reported = cases.report(work, self.front.desk, number, Event(event, now, data, user), now)
        if reported.refused:
            raise_refusal(reported)
        return reported

    def _view(self, work: Work, number: int, user: str) -> CaseView:
        view = cases.view(work, self.front.desk, number, self.front.now())
        cases.require_worker(self.front.desk, view.stored, user)
        return view

    def _form(self, view: CaseView, step: Step, wanted: str) -> kit.Block:
        match wanted:
            case "snooze":
                return forms.snooze(view, step)
            case "close":
                return forms.close(view, self.front.desk)
            case "open_ticket" | "open_linked_ticket" | "open_case":
                return forms.record(view, step, self._by_hand(view, step))
            case "ask" if forms.asked(step):
                return forms.facts(view, step, forms.asked(step))
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
        written = self._written(view, step)
        order = Order(
            view.stored.name,
            step.verb,
            step.on,
            step.to,
            step.participants,
            written.subject,
            written.text,
            written.fields,
        )
        answer = self.front.desk.systems[step.system or ""].carry_out(order)
        if not isinstance(answer, ByHand):
            raise CaseError(
                f"{view.stored.name}: this was already done in the system, as {answer.reference}."
            )
        return answer

    def _about(self, args: Args) -> tuple[int, str]:
        metadata = str(args.body["view"].get("private_metadata") or "")
        return case_number(metadata), after_bar(metadata)

    def _first_time(self, work: Work, args: Args) -> bool:
        """A form that comes twice is one report; the second is acknowledged as the first was."""
        return work.seen.first_time(f"view/{args.body['view']['id']}", self.front.now())

    def _morning(self, day: str) -> datetime:
        zone = ZoneInfo(self.front.desk.zone)
        opens = self.front.desk.organisation.calendar.opens
        return datetime.combine(date.fromisoformat(day), opens, zone)


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
