"""The few Block Kit shapes the desk uses, and the two rules for text: escape it, and keep it in bounds.

Shapes and limits: https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

Block = dict[str, object]

SECTION_LIMIT = 3000
OPTION_LIMIT = 75
BUTTON_LIMIT = 75
FIELD_LIMIT = 600
"""Slack takes 2000; ten of these still leave room for the rest of a message, which holds 12 000 in all."""
HALF_ENTITY = re.compile(r"&[a-z]{0,3}\Z")


def escape(text: str) -> str:
    """User text made harmless for mrkdwn: no mention, link or command survives these three."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis where it would go over the limit.

    A cut never leaves half of an escaped character behind.
    """
    if len(text) <= limit:
        return text
    return HALF_ENTITY.sub("", text[: limit - 1]) + "…"


def plain(text: str, limit: int = SECTION_LIMIT) -> Block:
    """A plain_text object; nothing in it is read as markup."""
    return {"type": "plain_text", "text": clip(text, limit) or " ", "emoji": True}


def mrkdwn(text: str, limit: int = SECTION_LIMIT) -> Block:
    """A mrkdwn object; the caller has escaped what users wrote."""
    return {"type": "mrkdwn", "text": clip(text, limit) or " ", "verbatim": True}


def header(text: str) -> Block:
    """A header block."""
    return {"type": "header", "text": plain(text, 150)}


def section(text: str, accessory: Block | None = None, block_id: str = "") -> Block:
    """A section with one text."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory:
        block["accessory"] = accessory
    if block_id:
        block["block_id"] = block_id
    return block


def quoted(text: str) -> Block:
    """Words to be read or copied just as they stand, all of them: preformatted, nothing in them is markup."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": _parts(text)}]}


def spoken(text: str) -> Block:
    """A sentence to say aloud, drawn as a quotation."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": _parts(text)}]}


def _parts(text: str) -> list[Block]:
    """A text of any length as rich text's parts."""
    starts = range(0, len(text), SECTION_LIMIT)
    return [{"type": "text", "text": text[at : at + SECTION_LIMIT]} for at in starts] or [
        {"type": "text", "text": " "}
    ]


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """A section of title and user text pairs, at most ten; titles are ours, texts are escaped here."""
    texts = [mrkdwn(f"*{title}*\n{escape(text) or '–'}", FIELD_LIMIT) for title, text in pairs]
    return {"type": "section", "fields": texts[:10]}


def context(*texts: str) -> Block:
    """Small print; the caller has escaped what users wrote."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts][:10]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def button(text: str, action_id: str, value: str, *, style: str = "", confirm: Block | None = None) -> Block:
    """A button; `value` carries ids only."""
    element: Block = {
        "type": "button",
        "text": plain(text, BUTTON_LIMIT),
        "action_id": action_id,
        "value": value,
    }
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def link_button(text: str, action_id: str, url: str) -> Block:
    """A button that opens a page."""
    return {"type": "button", "text": plain(text, BUTTON_LIMIT), "action_id": action_id, "url": url}


def actions(*elements: Block, block_id: str = "") -> Block:
    """A row of buttons and menus."""
    block: Block = {"type": "actions", "elements": list(elements)}
    if block_id:
        block["block_id"] = block_id
    return block


def overflow(action_id: str, options: Sequence[tuple[str, str]]) -> Block:
    """The three dots: up to five (value, text) choices."""
    return {"type": "overflow", "action_id": action_id, "options": [option(*each) for each in options[:5]]}


def option(value: str, text: str) -> Block:
    """One choice of a menu."""
    return {"text": plain(text, OPTION_LIMIT), "value": value}


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Block:
    """The small dialog that asks once more."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def typed(
    block_id: str,
    label: str,
    value: str = "",
    *,
    kind: str = "plain_text_input",
    optional: bool = False,
    multiline: bool = False,
    most: int = 300,
    hint: str = "",
    placeholder: str = "",
    dispatch: bool = False,
) -> Block:
    """An input for typed text. Its action id is always `value`, so that an update keeps what is typed.

    With `dispatch` Slack tells the desk while one types.
    """
    element: Block = {"type": kind, "action_id": "value"}
    if dispatch:
        element["dispatch_action_config"] = {
            "trigger_actions_on": ["on_enter_pressed", "on_character_entered"]
        }
    if kind == "plain_text_input":
        element |= {"multiline": multiline, "max_length": most}
    if value:
        element["initial_value"] = value[:most]
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return _input(block_id, label, element, optional=optional, hint=hint, dispatch=dispatch)


def chosen(
    block_id: str,
    label: str,
    choices: Mapping[str, str],
    value: str = "",
    *,
    kind: str = "static_select",
    optional: bool = False,
    hint: str = "",
    placeholder: str = "",
    dispatch: bool = False,
) -> Block:
    """An input with choices (value to text): a menu, or radio buttons."""
    element: Block = {
        "type": kind,
        "action_id": "value",
        "options": [option(each, text) for each, text in choices.items()],
    }
    if value in choices:
        element["initial_option"] = option(value, choices[value])
    if placeholder and kind == "static_select":
        element["placeholder"] = plain(placeholder, 150)
    return _input(block_id, label, element, optional=optional, hint=hint, dispatch=dispatch)


def ticked(
    block_id: str,
    label: str,
    choices: Mapping[str, str],
    values: Sequence[str] = (),
    *,
    hint: str = "",
    dispatch: bool = False,
) -> Block:
    """Check boxes, none of them required."""
    element: Block = {
        "type": "checkboxes",
        "action_id": "value",
        "options": [option(each, text) for each, text in choices.items()],
    }
    initial = [option(each, choices[each]) for each in choices if each in values]
    if initial:
        element["initial_options"] = initial
    return _input(block_id, label, element, optional=True, hint=hint, dispatch=dispatch)


def several(
    block_id: str,
    label: str,
    choices: Mapping[str, str],
    values: Sequence[str] = (),
    *,
    hint: str = "",
    dispatch: bool = False,
) -> Block:
    """A menu in which any number may be chosen: check boxes end at ten."""
    element: Block = {
        "type": "multi_static_select",
        "action_id": "value",
        "options": [option(each, text) for each, text in choices.items()],
        "placeholder": plain("Choose all that fit", 150),
    }
    initial = [option(each, choices[each]) for each in choices if each in values]
    if initial:
        element["initial_options"] = initial
    return _input(block_id, label, element, optional=True, hint=hint, dispatch=dispatch)


def dated(
    block_id: str,
    label: str,
    value: str = "",
    *,
    optional: bool = True,
    hint: str = "",
    dispatch: bool = False,
) -> Block:
    """A day, as YYYY-MM-DD."""
    element: Block = {"type": "datepicker", "action_id": "value"}
    if value:
        element["initial_date"] = value
    return _input(block_id, label, element, optional=optional, hint=hint, dispatch=dispatch)


def timed(block_id: str, label: str, value: str = "", *, optional: bool = True, hint: str = "") -> Block:
    """A time of day, as HH:MM."""
    element: Block = {"type": "timepicker", "action_id": "value"}
    if value:
        element["initial_time"] = value
    return _input(block_id, label, element, optional=optional, hint=hint)


def file(block_id: str, label: str, *, most: int = 1, hint: str = "") -> Block:
    """Files from the person's own machine; an optional input, for modals only."""
    element: Block = {"type": "file_input", "action_id": "value", "max_files": most}
    return _input(block_id, label, element, optional=True, hint=hint)


def link(url: str, title: str) -> str:
    """A link in mrkdwn; both come from users."""
    return f"<{escape(url).replace('|', '%7C')}|{escape(title)}>"


def searched(
    block_id: str, action_id: str, label: str, value: Block | None, placeholder: str, hint: str
) -> Block:
    """A menu whose options the desk offers while one types; the choice is told at once."""
    element: Block = {
        "type": "external_select",
        "action_id": action_id,
        "min_query_length": 2,
        "placeholder": plain(placeholder, 150),
    }
    if value:
        element["initial_option"] = value
    return _input(block_id, label, element, optional=True, hint=hint, dispatch=True)


def person(block_id: str, label: str, *, optional: bool = False, hint: str = "", chosen: str = "") -> Block:
    """A colleague, chosen from everybody in the workspace; the value is their user id."""
    element: Block = {
        "type": "users_select",
        "action_id": "value",
        "placeholder": plain("Choose a person", 150),
    }
    if chosen:
        element["initial_user"] = chosen
    return _input(block_id, label, element, optional=optional, hint=hint)


def people(block_id: str, label: str, chosen: Sequence[str] = (), *, hint: str = "") -> Block:
    """Any number of colleagues; the values are their user ids."""
    element: Block = {
        "type": "multi_users_select",
        "action_id": "value",
        "placeholder": plain("Choose people", 150),
    }
    if chosen:
        element["initial_users"] = list(chosen)
    return _input(block_id, label, element, optional=False, hint=hint)


def _input(
    block_id: str, label: str, element: Block, *, optional: bool, hint: str, dispatch: bool = False
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, 2000)
    if dispatch:
        block["dispatch_action"] = True
    return block


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str = "",
    close: str = "",
    private_metadata: str = "",
    notify_on_close: bool = False,
) -> Block:
    """A modal view; `private_metadata` carries ids only.

    Where nothing else is said, what can be sent is cancelled, and what is only read is closed.
    """
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain(close or ("Cancel" if submit else "Close"), 24),
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = plain(submit, 24)
    if private_metadata:
        view["private_metadata"] = private_metadata
    if notify_on_close:
        view["notify_on_close"] = True
    return view


def mention(user_id: str) -> str:
    """A mention, by user id only."""
    return f"<@{user_id}>"


def local(at: datetime, zone: str) -> datetime:
    """The same instant on the wall clock of a zone."""
    return at.astimezone(ZoneInfo(zone))


def moment(at: datetime, zone: str) -> str:
    """An instant as people say it, in the property's zone: `Wed, Nov 18, 9:00 AM EST`."""
    local = at.astimezone(ZoneInfo(zone))
    clock = local.strftime("%I:%M %p").lstrip("0")
    return f"{local:%a, %b} {local.day}, {clock} {local.tzname()}"
