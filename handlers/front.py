"""What every listener is handed, and the few things all of them do with Slack's payloads."""

from __future__ import annotations

import functools
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from slack_bolt import Args
from slack_bolt.listener.thread_runner import ThreadListenerRunner
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from blocks import intake as intake_blocks
from blocks import kit
from bot.desk import Desk
from bot.errors import DeskError, TooLate
from bot.intake_fields import text_of as text_of  # noqa: PLC0414 - Listeners find it beside typed_values.
from bot.ports import Clock, People
from bot.redrawing import Redrawer
from bot.staff import Staff

logger = logging.getLogger(__name__)

Payload = Mapping[str, Any]
T = TypeVar("T")

TROUBLE = (
    "Something went wrong in the desk, and nothing was changed. Try once more; "
    "if it happens again, tell whoever runs the desk what you did and when."
)
LATE = (
    "Slack took too long, so the form could not be opened. Nothing was lost, and nothing was changed. "
    "Do the same once more."
)
TRIGGER_SECONDS = 1.5
"""For how long after a payload came its trigger is used: Slack takes it for three, with the call itself."""
CAME_AT: ContextVar[float | None] = ContextVar("came_at", default=None)
"""When the payload came that this thread answers, in seconds of the machine's clock."""
TOO_LATE = frozenset({"expired_trigger_id", "trigger_expired"})
OPENED_ALREADY = frozenset({"exchanged_trigger_id", "trigger_exchanged"})
NO_LONGER_THERE = frozenset({"hash_conflict", "not_found"})
PLAIN = ("value", "selected_date", "selected_time", "selected_user")
"""Where an input without options holds what was typed or chosen."""
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, marks that turn the text behind them around, and halves of characters."""


@dataclass(frozen=True, slots=True)
class Front:
    """The desk's front: `wake` tells the clock that something waits to be sent, `homes` draws Homes."""

    desk: Desk
    now: Clock
    people: People
    wake: Callable[[], None]
    homes: Redrawer
    staff: Staff | None = field(default=None, kw_only=True)

    def today(self) -> Desk:
        """The desk with who is on call as changed, as whose confirmers people act; begins a transaction."""
        with self.desk.memory.read() as work:
            return self.desk.today(work, self.now())

    def introduce(self, user: str) -> str:
        """Have Slack say anew who this is, before a transaction that must not ask.

        Answers what is wrong where Slack does not say; empty where it does.
        """
        unread = self.people.refresh((user,), ())
        return "Slack does not say who this is just now. Try once more in a minute." if unread else ""


def afterwards(args: Args, listener: Callable[[Args], None]) -> None:
    """Do the rest once Slack has its acknowledgement, as Bolt's lazy listeners, but on no copy of it all."""
    args.request.lazy_only = True
    runner: ThreadListenerRunner = args.context["listener_runner"]
    runner.listener_executor.submit(runner.lazy_listener_runner.run, listener, args.request)


def guarded(listener: Callable[[T, Args], None]) -> Callable[[T, Args], None]:
    """A listener that answers in private when something goes wrong, and says so in the log."""

    @functools.wraps(listener)
    def guard(self: T, args: Args) -> None:
        before = CAME_AT.set(args.context.get("came_at"))
        try:
            _answering(listener, self, args)
        finally:
            CAME_AT.reset(before)

    return guard


def _answering(listener: Callable[[T, Args], None], self: T, args: Args) -> None:
    try:
        listener(self, args)
    except DeskError as error:
        tell(args, str(error))
    except SlackApiError as error:
        _slack_refused(error, listener.__qualname__, args)
    except Exception:
        logger.exception("%s failed", listener.__qualname__)
        tell(args, TROUBLE)


def _slack_refused(error: SlackApiError, listener: str, args: Args) -> None:
    """Slack did not open or show something. A second delivery of the same click needs no answer."""
    code = slack_code(error)
    if code in OPENED_ALREADY:
        return
    logger.error("%s: Slack answered %s", listener, code)
    tell(args, LATE if code in TOO_LATE else TROUBLE)


def slack_code(error: SlackApiError) -> str:
    """The error's code, as in `expired_trigger_id`."""
    return str(error.response.get("error", ""))


def typed_values(view: Payload) -> dict[str, str | tuple[str, ...]]:
    """What stands in a modal's inputs: by block id, text or a tuple of the chosen values."""
    state = view.get("state") or {}
    return {
        block_id: _value_of(element)
        for block_id, elements in (state.get("values") or {}).items()
        for element in elements.values()
    }


def case_number(value: str) -> int:
    """The case that a button, a menu or a form is about: the part before the bar."""
    head = value.split("|", 1)[0]
    return int(head) if head.isascii() and head.isdecimal() and len(head) < 10 else 0


def after_bar(value: str) -> str:
    """What a button, a menu or a form adds to the case number."""
    return value.partition("|")[2]


def user_of(body: Payload) -> str:
    """The Slack id of who acted."""
    return str((body.get("user") or {}).get("id") or body.get("user_id") or "")


def require_in_time() -> None:
    """See that the trigger of what is being answered can still be used. Raises TooLate."""
    came_at = CAME_AT.get()
    if came_at is not None and time.monotonic() - came_at > TRIGGER_SECONDS:
        raise TooLate(LATE)


def open_modal(client: WebClient, body: Payload, view: kit.Block) -> None:
    """Open a modal, or push it where the click came from one; App Home is a view too, but no modal.

    Raises TooLate, and asks Slack for nothing, once the trigger has expired.
    """
    require_in_time()
    if (body.get("view") or {}).get("type") == "modal":
        client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)


def redraw(client: WebClient, view_id: str, view: kit.Block, seen: str | None = None) -> None:
    """Draw an open modal anew. One that was closed, or drawn anew since the hash `seen`, stays as it is."""
    try:
        client.views_update(view_id=view_id, hash=seen, view=view)
    except SlackApiError as error:
        if slack_code(error) not in NO_LONGER_THERE:
            raise


def tell(args: Args, text: str) -> None:
    """Answer in private, by the first way that this payload still has: the form, a reply, a modal, a message.

    Notifications show the first sentence alone, so it holds no personal data.
    """
    body: Payload = args.body
    if not args.request.lazy_only:
        if body.get("type") == "view_submission":
            args.ack(response_action="push", view=intake_blocks.sorry(text))
            return
        args.ack()
    for way in (_reply, _open_sorry, _write):
        try:
            if way(args, text):
                return
        except (SlackClientError, OSError, TooLate) as error:
            logger.warning("an answer could not be shown (%s)", type(error).__name__)


def _reply(args: Args, text: str) -> bool:
    if not args.body.get("response_url"):
        return False
    first, blocks = _message(text)
    answer = args.respond(text=first, blocks=blocks, response_type="ephemeral", replace_original=False)
    return answer.status_code == 200


def _open_sorry(args: Args, text: str) -> bool:
    if not args.body.get("trigger_id"):
        return False
    open_modal(args.client, args.body, intake_blocks.sorry(text))
    return True


def _write(args: Args, text: str) -> bool:
    user = user_of(args.body)
    if user:
        first, blocks = _message(text)
        args.client.chat_postMessage(channel=user, text=first, blocks=blocks)
    return bool(user)


def _message(text: str) -> tuple[str, list[kit.Block]]:
    first = text.partition(". ")[0].rstrip(".") + "."
    return kit.escape(first), [kit.section(f":warning: {kit.escape(text)}")]


def _value_of(element: Payload) -> str | tuple[str, ...]:
    if "selected_users" in element:
        return tuple(map(str, element["selected_users"] or ()))
    if "selected_options" in element:
        return tuple(each["value"] for each in element["selected_options"] or ())
    chosen = element.get("selected_option")
    if chosen:
        return str(chosen["value"])
    return INVISIBLE.sub("", str(next((element[key] for key in PLAIN if element.get(key)), "")))
