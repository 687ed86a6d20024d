"""The short forms behind the case card's buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from slack_bolt import App, Args

from blocks import card, changes
from blocks.orders import TEXTS
from bot import cases, closing, differences, intake, links, orders, roles
from bot.attachments import file, link, link_problem
from bot.cases import CaseView
from bot.drafting import drafted
from bot.errors import MovedOn
from bot.guard import Refused
from bot.intake_fields import Errors, Values
from bot.roles import Act
from handlers.casework import Casework, due_step, moved_on, step_of
from handlers.front import (
    Payload,
    guarded,
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
class FormListeners(Casework):
    """Each form is one report, however often it is sent; what is wrong is said at its field."""

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        for callback_id in SUBMISSIONS:
            app.view(callback_id)(ack=getattr(self, callback_id), lazy=[self.redraw])

    @guarded
    def email_sent(self, args: Args) -> None:
        """The e-mail was sent: the clock starts."""
        typed = typed_values(args.body["view"])
        text = "\n".join(part for field in TEXTS if (part := text_of(typed, field)))
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
            orders.require_unordered(view, step)
            order = self._by_hand(view, step)
            if not re.fullmatch(order.form or r".{1,40}", reference):
                args.ack(
                    response_action="errors",
                    errors={"reference": f"This is not a {order.asks}. Copy it from the system."},
                )
                return
            if self._first_time(work, args):
                cases.record_reference(
                    work,
                    self.front.desk,
                    number,
                    step.on or "",
                    reference,
                    user_of(args.body),
                    self.front.now(),
                )
                draft = drafted(view, step, self.front.desk)
                differences.recorded(work, view, draft, reference, order.link, self.front.now())
        args.ack()
        self.front.wake()

    @guarded
    def facts_learned(self, args: Args) -> None:
        """Facts that were asked for, or that changed."""
        number, step_id = self._about(args)
        typed = typed_values(args.body["view"])
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            problems = intake.check_changed(view.stored.case.facts, typed, self.front.now())
            problems = problems or _left_out(view, step_id, typed)
            if problems:
                args.ack(response_action="errors", errors=problems)
                return
            learned = cases.changed(view.stored.case.facts, typed)
            if learned and self._first_time(work, args):
                self._report(work, number, "facts_learned", learned, args)
                now, user = self.front.now(), user_of(args.body)
                links.after_facts(work, self.front.desk, number, learned, user, now)
            after = cases.view(work, self.front.desk, number, self.front.now())
        if learned and not step_id:
            told = changes.changed(view, after, learned, self.front.desk)
            args.ack(response_action="update", view=told)
        else:
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
        typed = typed_values(args.body["view"])
        text, url, title = (text_of(typed, field) for field in ("note", "link", "link_title"))
        attached = [file(each) for each in _files(args.body["view"], "files")]
        problems = link_problem(url, title)
        if not problems and not (text or url or attached):
            problems = {"note": "Type the note, or add a link or a file; or close the form."}
        if problems:
            args.ack(response_action="errors", errors=problems)
            return
        attached = [*([link(url, title)] if url else []), *attached]
        with self.front.desk.memory.write() as work:
            self._view(work, number, user_of(args.body), Act.NOTE)
            if self._first_time(work, args):
                cases.add_note(work, number, text, user_of(args.body), self.front.now(), attached)
        args.ack()
        self.front.wake()

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
        try:
            self._close(args, number, comments)
        except Refused as refused:
            args.ack(response_action="errors", errors={"closure_comments": str(refused)})
            return
        args.ack()
        self.front.wake()

    def _close(self, args: Args, number: int, comments: str) -> None:
        """Close the case here, and have the connected systems close their records."""
        desk, user, now = self.front.desk, user_of(args.body), self.front.now()
        with desk.memory.write() as work:
            view = self._view(work, number, user)
            if view.stored.case.state == "needs_decision":
                roles.require(desk, user, Act.DECIDE, view.stored)
            if self._first_time(work, args):
                closing.order_closings(work, desk, view, comments, user, now)
                self._report(work, number, "close_requested", {"closure_comments": comments}, args)

    def _submit_step(self, args: Args, data: Mapping[str, object]) -> None:
        number, step_id = self._about(args)
        with self.front.desk.memory.write() as work:
            view = self._view(work, number, user_of(args.body))
            if self._first_time(work, args):
                step = due_step(view, step_id)
                orders.require_unordered(view, step)
                event = step.events[0] if step.events else "step_done"
                self._report_on(work, view, step, event, data, args)
        args.ack()
        self.front.wake()

    def _morning(self, day: str) -> datetime:
        zone = ZoneInfo(self.front.desk.zone)
        opens = self.front.desk.organisation.calendar.opens
        return datetime.combine(date.fromisoformat(day), opens, zone)


def _left_out(view: CaseView, step_id: str, typed: Values) -> Errors:
    """A form that asks for one of several facts does not come back empty."""
    asked = (fact for step in view.plan.steps if step.id == step_id for fact in card.wanting(view, step))
    wanted = tuple(asked)
    if not wanted or any(text_of(typed, fact) for fact in wanted):
        return {}
    return {wanted[0]: "Type what the homeowner told you: a new phone number, a new e-mail address, or both."}


def _files(view: Payload, block_id: str) -> list[Payload]:
    """What Slack says of the files in a form's input."""
    elements = ((view.get("state") or {}).get("values") or {}).get(block_id) or {}
    return [each for element in elements.values() for each in element.get("files") or ()]
