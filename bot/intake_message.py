"""A complaint that begins with a message in Slack: its words as they were read there, and where it stands.

How Slack writes down what people see: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.intake_fields import MESSAGE_LINK, MESSAGE_TEXT, MOST, Values
from bot.ports import Work
from bot.stored import Intake

_MARKED: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ESCAPED: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def known_of(text: str, name_of: Callable[[str], str]) -> Values:
    """What is known of a complaint from a message: its words, and that it came by chat.

    Its author is not taken for the homeowner. A text that is too long for the field is kept whole besides.
    """
    words, most = readable(text, name_of), MOST["description"]
    known = {"channel": "chat", "description": words[:most].rstrip(), MESSAGE_LINK: ""}
    return {**known, MESSAGE_TEXT: words} if len(words) > most else known


def keep_link(work: Work, intake: Intake, link: str, now: datetime) -> None:
    """Where the message stands, in the draft that was begun from it."""
    stored = work.intakes.get(intake.id) or intake
    work.intakes.save(replace(stored, values={**stored.values, MESSAGE_LINK: link}), now)


def is_from_message(values: Values) -> bool:
    """Whether the complaint was begun from a message."""
    return MESSAGE_LINK in values


def readable(text: str, name_of: Callable[[str], str]) -> str:
    """The text as people saw it: names for ids, labels with their addresses, no escapes."""
    shown = _MARKED.sub(lambda found: _shown(*found.groups(default=""), name_of=name_of), text)
    for escaped, character in _ESCAPED:
        shown = shown.replace(escaped, character)
    return shown.strip()


def _shown(mark: str, target: str, label: str, *, name_of: Callable[[str], str]) -> str:
    match mark:
        case "@":
            return f"@{label or name_of(target)}"
        case "#":
            return f"#{label or target}"
        case "!":
            return label or f"@{target}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({address})" if label and label != address else address
