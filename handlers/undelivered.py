"""What could not be delivered: `/complaint undelivered`, and the buttons of each, there and on Home."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App, Args

from blocks import undelivered as blocks
from bot import undelivered
from bot.ports import Message
from bot.roles import Act, require
from handlers.front import Front, guarded, user_of


@dataclass(frozen=True, slots=True)
class UndeliveredListeners:
    """Leads and admins decide, wherever the button stands."""

    front: Front

    def register(self, app: App) -> None:
        """Tell Bolt what to call."""
        app.action(blocks.AGAIN)(ack=self.send_again, lazy=[self.show_rest])
        app.action(blocks.DROP)(ack=self.drop, lazy=[self.show_rest])
        app.action(blocks.ORDER_AGAIN)(ack=self.order_again, lazy=[self.show_rest])
        app.action(blocks.ORDER_DROP)(ack=self.drop_order, lazy=[self.show_rest])

    @guarded
    def send_again(self, args: Args) -> None:
        """It is tried anew."""
        with self.front.desk.memory.write() as work:
            undelivered.send_again(
                work, self.front.desk, letter_id(args), user_of(args.body), self.front.now()
            )
        args.ack()
        self.front.wake()

    @guarded
    def drop(self, args: Args) -> None:
        """It is given up for good, on record."""
        with self.front.desk.memory.write() as work:
            undelivered.drop(work, self.front.desk, letter_id(args), user_of(args.body), self.front.now())
        args.ack()
        self.front.wake()

    @guarded
    def order_again(self, args: Args) -> None:
        """Another system is asked anew."""
        with self.front.desk.memory.write() as work:
            undelivered.order_again(
                work, self.front.desk, letter_id(args), user_of(args.body), self.front.now()
            )
        args.ack()
        self.front.wake()

    @guarded
    def drop_order(self, args: Args) -> None:
        """Another system is not asked any more, on record."""
        with self.front.desk.memory.write() as work:
            undelivered.drop_order(
                work, self.front.desk, letter_id(args), user_of(args.body), self.front.now()
            )
        args.ack()
        self.front.wake()

    @guarded
    def show_rest(self, args: Args) -> None:
        """The answer to the command shows what is left; Home is drawn anew by itself."""
        if (args.body.get("view") or {}).get("type") == "home" or not args.body.get("response_url"):
            return
        message = undelivered_message(self.front, user_of(args.body))
        args.respond(
            text=message.text,
            blocks=[dict(block) for block in message.blocks],
            response_type="ephemeral",
            replace_original=True,
        )


def undelivered_message(front: Front, user: str) -> Message:
    """The answer to `/complaint undelivered`. Raises NotAllowed."""
    require(front.desk, user, Act.MEND_DELIVERY)
    with front.desk.memory.read() as work:
        letters = work.undelivered.lines(0, blocks.MOST)
        undone = work.orders.dead(0, blocks.MOST - len(letters))
        counts = work.undelivered.count(), work.orders.dead_count()
    return blocks.message(letters, counts[0], front.desk, undone, counts[1])


def letter_id(args: Args) -> int:
    """The letter or the order that a button is about; 0 for what is none."""
    value = str(args.body["actions"][0].get("value") or "")
    return int(value) if value.isdecimal() and len(value) < 16 else 0
