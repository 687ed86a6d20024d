"""Answers to the Concert check."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_bolt import App, Args

from blocks.confirmations import ACTION, ANSWERS
from bot import confirmations
from bot.errors import CaseError
from handlers.front import Front, case_number, guarded, user_of


@dataclass(frozen=True, slots=True)
class ConfirmationListeners:
    """The three buttons under a Concert check."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(re.compile(f"^{ACTION}:"))(self.answer)

    @guarded
    def answer(self, args: Args) -> None:
        """Store who said what, then acknowledge; the posts are rewritten by the outbox."""
        action = args.body["actions"][0]
        event = str(action["action_id"]).removeprefix(f"{ACTION}:")
        if event not in ANSWERS:
            raise CaseError(
                "This button is from another version of the desk. Use the newest post of this case."
            )
        now = self.front.now()
        with self.front.desk.memory.write() as work:
            number = case_number(str(action["value"]))
            confirmations.answer(work, self.front.desk, number, event, user_of(args.body), now)
        args.ack()
        self.front.wake()
