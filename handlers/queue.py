"""The queues: the next case, for whoever asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import kit
from blocks.card import OPEN
from blocks.queue import NEXT
from bot import hands
from bot.errors import CaseError
from bot.ports import Message
from bot.stored import Team
from bot.timeline import TEAMS
from handlers.casework import Casework
from handlers.front import Front, guarded, open_modal, user_of

WORDS: dict[str, Team] = {"front": "front_line", "trained": "trained_agent", "back": "back_office"}
"""A queue as it is typed after `/complaint next`."""


@dataclass(frozen=True, slots=True)
class QueueListeners(Casework):
    """The button “Next oldest”, in a queue's channel and in App Home."""

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(NEXT)(ack=self.acknowledge, lazy=[self.next])

    @guarded
    def next(self, args: Args) -> None:
        """Take the case that has waited longest, and open it."""
        wanted = [team for team in TEAMS if team == args.body["actions"][0].get("value")]
        user = user_of(args.body)
        number = take_next(self.front, user, wanted)
        if number is None:
            raise CaseError("Nothing waits to be taken now. A good moment for your own cases.")
        open_modal(args.client, args.body, self._shown(number, user))


def take_next(front: Front, user: str, wanted: Sequence[Team]) -> int | None:
    """The number of the case that this person has from now on; None where nothing waits."""
    with front.desk.memory.write() as work:
        taken = hands.take_next(work, front.desk, user, front.now(), wanted)
    front.wake()
    return taken.number if taken else None


def next_message(front: Front, user: str, word: str) -> Message:
    """The answer to `/complaint next`, with the name of a queue behind it or none."""
    if word and word not in WORDS:
        known = ", ".join(f"`{each}`" for each in WORDS)
        return _said(f"I do not know that queue. The queues are {known}; without a word, all of yours.")
    number = take_next(front, user, [WORDS[word]] if word else [])
    if number is None:
        return _said("Nothing waits to be taken now.")
    button = kit.button("Open", OPEN, str(number))
    text = f"*HC-{number}* is yours. Its card is in your messages with the desk."
    return Message(f"HC-{number} is yours.", (kit.section(text, button, block_id="next"),))


def _said(text: str) -> Message:
    return Message(text, (kit.section(text),))
