"""What every way of posting checks: text, blocks, metadata.

Source: docs.slack.dev/reference/methods/chat.postMessage.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox import block_kit
from sandbox.errors import SlackError
from sandbox.messages import Block

UPDATE_TEXT_MAX = 4000
MARKDOWN_TEXT_MAX = 12_000
METADATA_BYTES_MAX = 8_000
_NAME = re.compile(r"[a-z][a-z0-9_]*")

Args = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """What a message says."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any] | None


def content(args: Args) -> Content:
    """Read and check what shall be posted."""
    text = args.get("text")
    text = "" if text is None else str(text)
    blocks = message_blocks(args.get("blocks"))
    markdown = args.get("markdown_text")
    if markdown:
        if text or blocks:
            raise SlackError("markdown_text_conflict", ["markdown_text excludes text and blocks"])
        if len(str(markdown)) > MARKDOWN_TEXT_MAX:
            raise SlackError("msg_too_long", [f"markdown_text is at most {MARKDOWN_TEXT_MAX} characters"])
        text = str(markdown)
    if not text.strip() and not blocks:
        raise SlackError("no_text", ["text and blocks are both empty"])
    return Content(text, blocks, metadata(args.get("metadata")))


def message_blocks(given: Any) -> list[Block]:
    """Blocks, as a list or as the JSON of one; every limit of Block Kit holds."""
    blocks = parsed(given, "invalid_blocks_format")
    if not blocks:
        return []
    problems = [str(problem) for problem in block_kit.check_blocks(blocks, "message")]
    if problems:
        raise SlackError("invalid_blocks", problems, errors=problems)
    if block_kit.characters(blocks) > block_kit.MESSAGE_CHARACTERS_MAX:
        raise SlackError(
            "msg_blocks_too_long",
            [f"all blocks together hold at most {block_kit.MESSAGE_CHARACTERS_MAX} characters"],
        )
    return block_kit.with_ids(blocks)


def metadata(given: Any) -> dict[str, Any] | None:
    """Message metadata: an event type and a flat payload."""
    found = parsed(given, "invalid_metadata_format")
    if found is None:
        return None
    if not isinstance(found, dict):
        raise SlackError("invalid_metadata_format", ["metadata must be an object"])
    problems = list(_metadata_problems(found))
    if problems:
        raise SlackError("invalid_metadata_format", problems)
    if block_kit.byte_size(found) > METADATA_BYTES_MAX:
        raise SlackError("metadata_too_large", [f"metadata is at most {METADATA_BYTES_MAX} bytes"])
    return found


def _metadata_problems(found: dict[str, Any]) -> Iterator[str]:
    payload = found.get("event_payload")
    if not isinstance(found.get("event_type"), str) or not found["event_type"]:
        yield "missing required field: event_type [json-pointer:/metadata]"
    elif not _NAME.fullmatch(found["event_type"]):
        yield "event_type must match [a-z][a-z0-9_]* [json-pointer:/metadata/event_type]"
    if not isinstance(payload, dict):
        yield "event_payload must be an object [json-pointer:/metadata/event_payload]"
        return
    for key, value in payload.items():
        if not _NAME.fullmatch(key):
            yield f"names must match [a-z][a-z0-9_]* [json-pointer:/metadata/event_payload/{key}]"
        if isinstance(value, dict) and any(isinstance(part, dict) for part in value.values()):
            yield f"objects cannot be nested in objects [json-pointer:/metadata/event_payload/{key}]"
    for key in sorted(set(found) - {"event_type", "event_payload"}):
        yield f"invalid additional property: {key} [json-pointer:/metadata]"


def parsed(given: Any, code: str) -> Any:
    """An argument that may come as JSON text."""
    if not isinstance(given, str):
        return given
    if not given:
        return None
    try:
        return json.loads(given)
    except ValueError:
        raise SlackError(code, ["not valid JSON"]) from None
