"""Questions about the SOPs: `/complaint sop …`, direct messages, and a complaint opened with their facts."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import questions as drawn
from bot.ports import Message
from bot.questions import answer, values_of
from handlers.front import Front, guarded, user_of
from handlers.intake import open_intake


def answered(front: Front, question: str) -> Message:
    """What the SOPs say to this question, now."""
    if not question.strip():
        return drawn.nothing_asked()
    return drawn.answered(answer(question, front.desk.playbooks, front.now()))


@dataclass(frozen=True, slots=True)
class QuestionListeners:
    """The button below an answer."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(drawn.OPEN_WITH)(ack=self.acknowledge, lazy=[self.open])

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    @guarded
    def open(self, args: Args) -> None:
        """Intake, with the facts of the question filled in."""
        code = str(args.body["actions"][0].get("value") or "")
        trigger = str(args.body["trigger_id"])
        open_intake(self.front, args.client, trigger, user_of(args.body), values_of(code))
