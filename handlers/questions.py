"""Questions about the SOPs: `/complaint sop …`, direct messages, and a complaint opened with their facts."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import App, Args

from blocks import kit
from blocks import questions as drawn
from blocks.help import help_page
from bot import roles
from bot.errors import NotAllowed
from bot.ports import Message
from bot.questions import answer, values_of
from handlers.front import Front, guarded, user_of
from handlers.intake import open_intake

NO_QUESTION: Final = frozenset(
    (
        *(
            "hi",
            "hello",
            "hey",
            "help",
            "hi there",
            "good morning",
            "good afternoon",
            "good evening",
            "morning",
        ),
        *("thanks", "thank you", "thx", "ty", "ok", "okay", "what can you do", "how does this work", "menu"),
    )
)
"""What people write who want to see what the desk can do."""
MARKUP: Final = re.compile(r"<(?:[^<>|]*\|([^<>]*)|[^<>]*)>")
"""Links and mentions as Slack writes them; of a link the text behind the bar is kept."""


def answered(front: Front, question: str) -> Message:
    """What the SOPs say to this question, now, for somebody who may ask."""
    asked = typed(question)
    if not asked:
        return drawn.nothing_asked()
    return drawn.answered(answer(asked, front.desk.playbooks, front.now()))


def typed(text: str) -> str:
    """What a person typed, out of what Slack made of it."""
    return html.unescape(MARKUP.sub(lambda link: link.group(1) or " ", text)).strip()


def is_question(event: Mapping[str, Any]) -> bool:
    """Whether a person wrote to the desk; what the desk itself says, and an edit, is no question."""
    return event.get("channel_type") == "im" and not event.get("bot_id") and not event.get("subtype")


@dataclass(frozen=True, slots=True)
class QuestionListeners:
    """Direct messages, and the button below an answer."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.event("message", matchers=[is_question])(ack=self.acknowledge, lazy=[self.written])
        app.action(drawn.OPEN_WITH)(ack=self.acknowledge, lazy=[self.open])

    def acknowledge(self, args: Args) -> None:
        """Within three seconds, whatever comes after."""
        args.ack()

    @guarded
    def written(self, args: Args) -> None:
        """A direct message to the desk is a question, answered once however often it is delivered."""
        event = args.event or {}
        with self.front.desk.memory.write() as work:
            if not work.seen.first_time(f"message/{event['channel']}/{event['ts']}", self.front.now()):
                return
        message = self._said(str(event.get("user") or ""), str(event.get("text") or ""))
        args.client.chat_postMessage(
            channel=event["channel"],
            thread_ts=event.get("thread_ts"),
            text=message.text,
            blocks=[dict(block) for block in message.blocks],
            unfurl_links=False,
        )

    def _said(self, user: str, text: str) -> Message:
        """The answer, or help for who only greets."""
        try:
            roles.require(self.front.today(), user, roles.Act.ASK)
        except NotAllowed as error:
            first = str(error).partition(". ")[0].rstrip(".")
            return Message(f"{first}.", (kit.section(f":warning: {kit.escape(str(error))}"),))
        greeting = re.sub(r"[^a-z ]", "", typed(text).lower()).strip()
        if not greeting and not re.search(r"\w", typed(text)):
            return help_page()
        return help_page() if greeting in NO_QUESTION else answered(self.front, text)

    @guarded
    def open(self, args: Args) -> None:
        """Intake, with the facts of the question filled in."""
        code = str(args.body["actions"][0].get("value") or "")
        trigger = str(args.body["trigger_id"])
        open_intake(self.front, args.client, trigger, user_of(args.body), values_of(code))
