"""Who has a case: take it, give it back, hand it over, send it to a team, ask the leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import hands as drawn
from blocks import timeline
from blocks.queue import DO, READ, TAKE
from bot import hands
from bot.errors import CaseError, MovedOn, WrongColleague
from bot.ports import Work
from bot.roles import Act
from bot.stored import StoredCase, Team
from bot.timeline import TEAMS
from handlers.casework import Casework, moved_on
from handlers.front import after_bar, case_number, guarded, open_modal, text_of, typed_values, user_of


@dataclass(frozen=True, slots=True)
class HandsListeners(Casework):
    """Every change of hands is one click or one short form."""

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(TAKE)(ack=self.take, lazy=[self.redraw])
        app.action(READ)(ack=self.acknowledge, lazy=[self.read])
        app.action(re.compile(f"^{DO}:"))(ack=self.acknowledge, lazy=[self.open_form])
        app.view(drawn.RELEASED)(ack=self.released, lazy=[self.redraw])
        app.view(drawn.HANDED_OVER)(ack=self.handed_over, lazy=[self.redraw])
        app.view(drawn.REASSIGNED)(ack=self.reassigned, lazy=[self.redraw])
        app.view(drawn.TAKEN)(ack=self.taken_over, lazy=[self.redraw])
        app.view(drawn.AWAY)(ack=self.away, lazy=[self.redraw])
        app.view(drawn.ESCALATED)(ack=self.escalated, lazy=[self.redraw])

    @guarded
    def take(self, args: Args) -> None:
        """Whoever is first has the case; the other is told who that is."""
        number = case_number(str(args.body["actions"][0]["value"]))
        with self.front.desk.memory.write() as work:
            stored = hands.take(work, self.front.desk, number, user_of(args.body), self.front.now())
        args.ack()
        self.front.wake()
        say_taken(args, stored)

    @guarded
    def taken_over(self, args: Args) -> None:
        """A lead takes what somebody has, having been asked once more."""
        self._once(
            args,
            lambda work, number, user: hands.take(work, self.front.desk, number, user, self.front.now()),
        )

    @guarded
    def read(self, args: Args) -> None:
        """A line of the timeline, with the words that do not stand in a channel."""
        value = str(args.body["actions"][0]["value"])
        number, place = case_number(value), after_bar(value)
        with self.front.desk.memory.read() as work:
            view = self._view(work, number, user_of(args.body), Act.SEE)
        if not place.isdecimal() or int(place) >= len(view.timeline):
            raise MovedOn(moved_on(view))
        line = timeline.line(view.timeline[int(place)], self.front.desk)
        open_modal(args.client, args.body, drawn.entry(view.stored, line))

    @guarded
    def open_form(self, args: Args) -> None:
        """A form of a case, from a button of its own."""
        value = str(args.body["actions"][0]["value"])
        self.open_chosen(args, case_number(value), after_bar(value))

    @guarded
    def released(self, args: Args) -> None:
        """Back into the queue."""
        self._change(
            args,
            "reason",
            lambda work, number, user, reason: hands.release(
                work, self.front.desk, number, user, reason, self.front.now()
            ),
        )

    @guarded
    def escalated(self, args: Args) -> None:
        """The leads are asked to look."""
        self._change(
            args,
            "reason",
            lambda work, number, user, reason: hands.escalate(
                work, self.front.desk, number, user, reason, self.front.now()
            ),
        )

    @guarded
    def away(self, args: Args) -> None:
        """The owner is away: the leads are told, and what stays unanswered is put up (D-24)."""

        def report(work: Work, number: int, user: str) -> StoredCase:
            view = self._view(work, number, user)
            return self._report(work, view.stored.number, "owner_away", {}, args).stored

        self._once(args, report)

    @guarded
    def reassigned(self, args: Args) -> None:
        """To another team's queue."""
        team = text_of(typed_values(args.body["view"]), "team")
        known: dict[str, Team] = {str(each): each for each in TEAMS}
        if team not in known:
            raise CaseError("This form is from another version of the desk. Open the case and choose again.")
        self._change(
            args,
            "reason",
            lambda work, number, user, reason: hands.reassign(
                work, self.front.desk, number, known[team], user, reason, self.front.now()
            ),
        )

    @guarded
    def handed_over(self, args: Args) -> None:
        """To a colleague; one who may not have it is named at the field."""
        typed = typed_values(args.body["view"])
        to, note = text_of(typed, "to"), text_of(typed, "note")
        if problem := self.front.introduce(to):
            args.ack(response_action="errors", errors={"to": problem})
            return
        try:
            self._once(
                args,
                lambda work, number, user: hands.hand_over(
                    work, self.front.desk, number, to, user, note, self.front.now()
                ),
            )
        except WrongColleague as error:
            args.ack(response_action="errors", errors={"to": str(error)})

    def _change(self, args: Args, field: str, change: Callable[[Work, int, str, str], StoredCase]) -> None:
        """Do what a form with a reason asks for, once."""
        reason = text_of(typed_values(args.body["view"]), field)
        if not reason:
            args.ack(response_action="errors", errors={field: "Say in a few words why."})
            return
        self._once(args, lambda work, number, user: change(work, number, user, reason))

    def _once(self, args: Args, change: Callable[[Work, int, str], StoredCase]) -> None:
        """Do what a form asks for, however often it comes."""
        number = case_number(str(args.body["view"].get("private_metadata") or ""))
        with self.front.desk.memory.write() as work:
            if self._first_time(work, args):
                change(work, number, user_of(args.body))
        args.ack()
        self.front.wake()


def say_taken(args: Args, stored: StoredCase) -> None:
    """Who clicked in a message is told where the case is now; a modal shows it by itself."""
    if args.body.get("response_url"):
        text = f"{stored.name} is yours. Its card is in your messages with the desk."
        args.respond(text=text, response_type="ephemeral", replace_original=False)
