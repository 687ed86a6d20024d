"""`/complaint` and its words."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import card
from blocks.hands import colleague
from blocks.help import help_page, unknown
from bot import cases, hands
from bot.errors import UnknownCase
from bot.ports import Message
from bot.roles import Act, may, require
from handlers.drafts import DraftListeners
from handlers.find import found
from handlers.front import Front, afterwards, guarded, user_of
from handlers.home import mine_message
from handlers.intake import open_intake
from handlers.oncall import page
from handlers.questions import answered
from handlers.queue import next_message
from handlers.reports import report_message
from handlers.undelivered import undelivered_message


@dataclass(frozen=True, slots=True)
class Commands:
    """The slash command. It acknowledges at once; whatever needs Slack or the database comes after."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.command("/complaint")(self.acknowledge)

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()
        afterwards(args, self.answer)

    @guarded
    def answer(self, args: Args) -> None:
        """An empty command opens intake; a word is answered only to who typed it."""
        words = str(args.body.get("text") or "").split()
        if not words:
            open_intake(self.front, args.client, str(args.body["trigger_id"]), user_of(args.body))
            return
        if words[0].lower() == "resume" and len(words) == 1:
            DraftListeners(self.front).command(args)
            return
        message = self._said(words, user_of(args.body))
        args.respond(
            text=message.text, blocks=[dict(block) for block in message.blocks], response_type="ephemeral"
        )

    def _said(self, words: list[str], user: str) -> Message:
        require(self.front.today(), user, Act.ASK)
        match [words[0].lower(), *words[1:]]:
            case ["help"]:
                return help_page()
            case ["find", *text]:
                return found(self.front, user, " ".join(text))
            case ["sop", *question]:
                return answered(self.front, " ".join(question))
            case ["oncall", *days] if len(days) < 2:
                return page(self.front, user, "".join(days))
        return self._of_cases(words, user)

    def _of_cases(self, words: list[str], user: str) -> Message:
        """What is asked about cases; each answer checks who may see it."""
        match [words[0].lower(), *words[1:]]:
            case ["mine"]:
                require(self.front.desk, user, Act.SEE)
                return mine_message(self.front, user)
            case ["next", *queue] if len(queue) < 2:
                return next_message(self.front, user, "".join(queue).lower())
            case ["show", *names] if len(names) < 2:
                return self._show("".join(names), user)
        return self._of_team(words, user)

    def _of_team(self, words: list[str], user: str) -> Message:
        """What leads and admins ask; each answer checks who may see it."""
        match [words[0].lower(), *words[1:]]:
            case ["undelivered"]:
                return undelivered_message(self.front, user)
            case ["report"]:
                return report_message(self.front, user)
        return unknown(" ".join(words))

    def _show(self, name: str, user: str) -> Message:
        digits = name.upper().removeprefix("HC-")
        desk = self.front.desk
        if not name:
            raise UnknownCase("Which case? Type it as in `/complaint show HC-1001`.")
        if not digits.isdecimal() or len(digits) > 9:
            raise UnknownCase("That is not a case’s number. Type it as in `/complaint show HC-1001`.")
        require(desk, user, Act.SEE)
        with desk.memory.read() as work:
            view = cases.view(work, desk, int(digits), self.front.now())
        if may(desk, user, Act.WORK, view.stored):
            return card.card(view, desk)
        able = hands.may_take(desk, user, view.stored, view.timeline)
        return colleague(view, desk, may_take=able)
