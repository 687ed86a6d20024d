"""The validator: what Slack accepts as blocks and views, for messages, modals and App Home.

Limits: slack.md section 2, docs.slack.dev/reference/block-kit and reference/views. Every problem
names its place by a JSON pointer.
"""

import json
import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox.block_elements import (
    IMAGE,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    OPTION,
    OPTION_GROUP,
    SLACK_FILE,
    URL,
    element,
)
from sandbox.block_rich_text import RICH_TEXT, block_shape
from sandbox.block_schema import (
    Check,
    Json,
    Problem,
    Shape,
    anything,
    at_least_one,
    boolean,
    each,
    exactly_one,
    marked,
    number,
    one_of,
    plain,
    string,
    typed,
)

MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
MESSAGE_CHARACTERS_MAX = 12_000
TABLE_CHARACTERS_MAX = 10_000


_CELL = typed(
    {
        "raw_text": Shape({"type": anything, "text": string(TABLE_CHARACTERS_MAX, 1)}, ("text",)),
        "raw_number": Shape(
            {"type": anything, "value": number, "text": string(TABLE_CHARACTERS_MAX, 1)}, ("value", "text")
        ),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN_SETTINGS = Shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _column(value: Any, at: str) -> Iterator[Problem]:
    return iter(()) if value is None else _COLUMN_SETTINGS(value, at)


def _context_element(value: Any, at: str) -> Iterator[Problem]:
    is_image = isinstance(value, dict) and value.get("type") == "image"
    return IMAGE(value, at) if is_image else marked(3000)(value, at)


def _even_rows(value: Json, at: str) -> Iterator[Problem]:
    if len({len(row) for row in value["rows"]}) > 1:
        yield Problem("every row must have the same number of cells", f"{at}/rows")
    if sum(map(len, _texts(value["rows"]))) > TABLE_CHARACTERS_MAX:
        yield Problem(f"must be less than {TABLE_CHARACTERS_MAX + 1} characters in all cells", f"{at}/rows")


def _files_do_not_dispatch(value: Json, at: str) -> Iterator[Problem]:
    if value.get("dispatch_action") and value["element"]["type"] == "file_input":
        yield Problem("dispatch_action cannot be used with file_input", f"{at}/dispatch_action")


_CARD = block_shape(
    (),
    (at_least_one("hero_image", "title", "actions", "body"),),
    hero_image=typed({"image": IMAGE}),
    icon=typed({"image": IMAGE}),
    title=marked(150),
    subtitle=marked(150),
    body=marked(200),
    actions=each(element("button"), 5),
)

BLOCKS: dict[str, Shape] = {
    "section": block_shape(
        (),
        (at_least_one("text", "fields"),),
        text=marked(3000),
        fields=each(marked(2000), 10),
        accessory=element(*IN_SECTION),
        expand=boolean,
    ),
    "header": block_shape(("text",), text=plain(150)),
    "divider": block_shape(),
    "context": block_shape(
        ("elements",),
        elements=each(_context_element, 10),
    ),
    "context_actions": block_shape(
        ("elements",), elements=each(element("feedback_buttons", "icon_button"), 5)
    ),
    "actions": block_shape(("elements",), elements=each(element(*IN_ACTIONS), 25)),
    "input": block_shape(
        ("label", "element"),
        (_files_do_not_dispatch,),
        label=plain(2000),
        element=element(*IN_INPUT),
        dispatch_action=boolean,
        hint=plain(2000),
        optional=boolean,
    ),
    "image": block_shape(
        ("alt_text",),
        (exactly_one("image_url", "slack_file"),),
        image_url=URL,
        slack_file=SLACK_FILE,
        alt_text=string(2000, 1),
        title=plain(2000),
    ),
    "rich_text": RICH_TEXT,
    "markdown": block_shape(("text",), text=string(MESSAGE_CHARACTERS_MAX, 1)),
    "video": block_shape(
        ("alt_text", "title", "thumbnail_url", "video_url"),
        alt_text=string(2000, 1),
        title=plain(199),
        thumbnail_url=URL,
        video_url=URL,
        title_url=URL,
        description=plain(200),
        author_name=string(49),
        provider_name=string(50),
        provider_icon_url=URL,
    ),
    "table": block_shape(
        ("rows",), (_even_rows,), rows=each(each(_CELL, 20), 100), column_settings=each(_column, 20)
    ),
    "alert": block_shape(
        ("text",), text=marked(200), level=one_of("default", "info", "warning", "error", "success")
    ),
    "card": _CARD,
    "carousel": block_shape(("elements",), elements=each(typed({"card": _CARD}), 10)),
}

_EVERYWHERE = ("section", "header", "divider", "context", "actions", "input", "image", "rich_text", "video")
SURFACES: dict[str, tuple[str, ...]] = {
    "message": (*_EVERYWHERE, "context_actions", "markdown", "table", "card", "carousel"),
    "modal": (*_EVERYWHERE, "alert"),
    "home": (*_EVERYWHERE, "card", "carousel"),
}
_MODAL_ONLY_ELEMENTS = ("file_input",)

_COMMON_VIEW: dict[str, Check] = {
    "type": anything,
    "blocks": anything,
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
VIEWS: dict[str, Shape] = {
    "modal": Shape(
        {
            **_COMMON_VIEW,
            "title": plain(24),
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
        ("title", "blocks"),
    ),
    "home": Shape(_COMMON_VIEW, ("blocks",)),
}


def check_blocks(blocks: Any, surface: str, at: str = "/blocks") -> Iterator[Problem]:
    """What is wrong with the blocks of a `message`, `modal` or `home`."""
    most = MESSAGE_BLOCKS_MAX if surface == "message" else VIEW_BLOCKS_MAX
    found = list(each(typed(BLOCKS, SURFACES[surface]), most, 0)(blocks, at))
    yield from found
    if not found:
        yield from _across(blocks, surface, at)


def check_view(view: Any, kind: str) -> Iterator[Problem]:
    """What is wrong with a view that shall be a `modal` or a `home`."""
    if not isinstance(view, dict):
        yield Problem("must provide an object", "/view")
        return
    if view.get("type") != kind:
        yield Problem(f"must be {kind}", "/view/type")
        return
    yield from VIEWS[kind](view, "/view")
    blocks = view.get("blocks")
    if blocks is None:
        return
    yield from check_blocks(blocks, kind, "/view/blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(one, dict) and one.get("type") == "input" for one in blocks
    )
    if kind == "modal" and has_input and view.get("submit") is None:
        yield Problem("missing required field: submit (the view has input blocks)", "/view")


def _across(blocks: list[Json], surface: str, at: str) -> Iterator[Problem]:
    """Rules over several blocks."""
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    yield from (Problem(f"block_id must be unique: {one}", at) for one in _doubles(ids))
    if sum(block["type"] == "table" for block in blocks) > 1:
        yield Problem("no more than 1 table allowed", at)
    focused = 0
    for index, block in enumerate(blocks):
        inside = elements_of(block)
        actions = [one["action_id"] for one in inside if one.get("action_id")]
        yield from (
            Problem(f"action_id must be unique within its block: {one}", f"{at}/{index}")
            for one in _doubles(actions)
        )
        focused += sum(bool(one.get("focus_on_load")) for one in inside)
        if surface != "modal" and any(one["type"] in _MODAL_ONLY_ELEMENTS for one in inside):
            yield Problem("unsupported type: file_input (modals only)", f"{at}/{index}/element/type")
    if focused > 1:
        yield Problem("only one element can set focus_on_load to true", at)
    if surface == "message" and markdown_characters(blocks) > MESSAGE_CHARACTERS_MAX:
        yield Problem(f"markdown blocks must be less than {MESSAGE_CHARACTERS_MAX + 1} characters in all", at)


def _doubles(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def elements_of(block: Json) -> list[Json]:
    """The elements of a block, those of its cards too."""
    found = [
        block.get("element"),
        block.get("accessory"),
        *block.get("elements", []),
        *block.get("actions", []),
    ]
    inside = [one for one in found if isinstance(one, dict) and "type" in one]
    return [*inside, *(part for one in inside if one["type"] == "card" for part in elements_of(one))]


def markdown_characters(blocks: list[Json]) -> int:
    """How much text the markdown blocks hold together."""
    return sum(len(block["text"]) for block in blocks if block["type"] == "markdown")


def characters(blocks: list[Json]) -> int:
    """How much text all blocks hold together; above 12 000 Slack answers `msg_blocks_too_long` (BJ2509)."""
    return sum(map(len, _texts(blocks)))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _texts(part)
    elif isinstance(node, dict):
        for key, part in node.items():
            if key == "text" and isinstance(part, str):
                yield part
            else:
                yield from _texts(part)


def byte_size(document: Any) -> int:
    """How many bytes the document takes as JSON."""
    return len(json.dumps(document, ensure_ascii=False).encode())


def with_ids(blocks: list[Json]) -> list[Json]:
    """The blocks with a random block_id and action_id wherever the app gave none, as Slack fills them in."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Json) -> Json:
    filled = {**block, "block_id": block.get("block_id") or _random_id()}
    for key in ("element", "accessory"):
        if filled.get(key):
            filled[key] = _with_action_id(filled[key])
    for key in ("elements", "actions"):
        if filled.get(key) and block["type"] not in ("rich_text", "context"):
            filled[key] = [_with_action_id(one) for one in filled[key]]
    return filled


def _with_action_id(part: Json) -> Json:
    if part["type"] == "card":
        return _with_ids(part)
    if part["type"] == "image":
        return part
    return {**part, "action_id": part.get("action_id") or _random_id()}


def _random_id() -> str:
    return secrets.token_urlsafe(4)[:5]


def check_suggestions(answer: Json) -> Iterator[Problem]:
    """What is wrong with an app's options for an external menu: at most 100, or 100 groups."""
    shape = Shape(
        {"options": each(OPTION, 100, 0), "option_groups": each(OPTION_GROUP, 100, 0)},
        (),
        (exactly_one("options", "option_groups"),),
    )
    return shape(answer, "")
