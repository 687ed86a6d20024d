"""The rich_text block and what it is made of (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""

from sandbox.block_elements import URL
from sandbox.block_schema import (
    Check,
    Rule,
    Shape,
    anything,
    boolean,
    each,
    integer,
    one_of,
    string,
    typed,
)

_STYLE = Shape(dict.fromkeys(("bold", "italic", "strike", "code", "underline", "client_highlight"), boolean))
_LINK_ID = string(255, 1)


def _part(*required: str, **keys: Check) -> Shape:
    return Shape({"type": anything, "style": _STYLE, **keys}, required)


_PARTS: dict[str, Shape] = {
    "text": _part("text", text=string(12_000, 1)),
    "link": _part("url", url=URL, text=string(12_000), unsafe=boolean),
    "user": _part("user_id", user_id=_LINK_ID),
    "channel": _part("channel_id", channel_id=_LINK_ID),
    "usergroup": _part("usergroup_id", usergroup_id=_LINK_ID),
    "team": _part("team_id", team_id=_LINK_ID),
    "broadcast": _part("range", range=one_of("here", "channel", "everyone")),
    "emoji": _part("name", name=_LINK_ID, unicode=_LINK_ID, skin_tone=integer(1, 6)),
    "color": _part("value", value=_LINK_ID),
    "date": _part(
        "timestamp",
        "format",
        timestamp=integer(0, 9_999_999_999),
        format=string(255, 1),
        url=URL,
        fallback=string(255),
    ),
}
_INLINE = each(typed(_PARTS), 1000, 0)
_RICH: dict[str, Shape] = {
    "rich_text_section": Shape({"type": anything, "elements": _INLINE}, ("elements",)),
    "rich_text_quote": Shape({"type": anything, "elements": _INLINE, "border": integer(0, 1)}, ("elements",)),
    "rich_text_preformatted": Shape(
        {"type": anything, "elements": _INLINE, "border": integer(0, 1), "language": string(50)},
        ("elements",),
    ),
}
_RICH["rich_text_list"] = Shape(
    {
        "type": anything,
        "elements": each(typed(_RICH, ("rich_text_section",)), 1000),
        "style": one_of("bullet", "ordered"),
        "indent": integer(0, 8),
        "offset": integer(0, 10_000),
        "border": integer(0, 1),
    },
    ("elements", "style"),
)


def block_shape(required: tuple[str, ...] = (), rules: tuple[Rule, ...] = (), /, **keys: Check) -> Shape:
    """A block: besides its own keys every one has a type and may have a block_id."""
    return Shape({"type": anything, "block_id": string(255, 1), **keys}, required, rules)


RICH_TEXT = block_shape(("elements",), elements=each(typed(_RICH), 1000))
