"""What every listener is handed, and the few things all of them do with Slack's payloads."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from slack_bolt import Args
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from blocks import intake as intake_blocks
from blocks import kit
from bot.desk import Desk
from bot.errors import DeskError
from bot.intake import Values
from bot.ports import Clock, People

logger = logging.getLogger(__name__)

Payload = Mapping[str, Any]
T = TypeVar("T")

TROUBLE = (
    "Something went wrong in the desk, and nothing was changed. Try once more; "
    "if it happens again, tell whoever runs the desk what you did and when."
)


@dataclass(frozen=True, slots=True)
class Front:
    """The desk's front: `wake` tells the clock that something waits to be sent."""

    desk: Desk
    now: Clock
    people: People
    wake: Callable[[], None]


def guarded(listener: Callable[[T, Args], None]) -> Callable[[T, Args], None]:
    """A listener that answers in private when something goes wrong, and says so in the log."""

    @functools.wraps(listener)
    def guard(self: T, args: Args) -> None:
        try:
            listener(self, args)
        except DeskError as error:
            tell(args, str(error))
        except Exception:
            logger.exception("%s failed", listener.__qualname__)
            tell(args, TROUBLE)

    return guard


def typed_values(view: Payload) -> dict[str, str | tuple[str, ...]]:
    """What stands in a modal's inputs: by block id, text or a tuple of the chosen values."""
    state = view.get("state") or {}
    return {
        block_id: _value_of(element)
        for block_id, elements in (state.get("values") or {}).items()
        for element in elements.values()
    }


def text_of(values: Values, field: str) -> str:
    """A field's text without the blanks around it; empty when nothing was typed."""
    value = values.get(field, "")
    return value.strip() if isinstance(value, str) else ""


def case_number(value: str) -> int:
    """The case that a button, a menu or a form is about: the part before the bar."""
    head = value.split("|", 1)[0]
    return int(head) if head.isdecimal() and len(head) < 10 else 0


def after_bar(value: str) -> str:
    """What a button, a menu or a form adds to the case number."""
    return value.partition("|")[2]


def user_of(body: Payload) -> str:
    """The Slack id of who acted."""
    return str((body.get("user") or {}).get("id") or body.get("user_id") or "")


def open_modal(client: WebClient, body: Payload, view: kit.Block) -> None:
    """Open a modal, or push it where the click came from one."""
    if (body.get("container") or {}).get("type") == "view":
        client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)


def _value_of(element: Payload) -> str | tuple[str, ...]:
    if "selected_options" in element:
        return tuple(each["value"] for each in element["selected_options"] or ())
    chosen = element.get("selected_option")
    if chosen:
        return str(chosen["value"])
    return str(element.get("value") or element.get("selected_date") or "")


def tell(args: Args, text: str) -> None:
    """Answer in private, by whichever way this payload has: the form itself, a reply, or a modal."""
    body: Payload = args.body
    if body.get("type") == "view_submission":
        args.ack(response_action="push", view=intake_blocks.sorry(text))
        return
    if not args.request.lazy_only:
        args.ack()
    try:
        if body.get("response_url"):
            args.respond(text=kit.escape(text), response_type="ephemeral", replace_original=False)
        elif body.get("trigger_id"):
            open_modal(args.client, body, intake_blocks.sorry(text))
    except (SlackApiError, OSError):
        logger.exception("the answer could not be shown")
