"""Block elements and composition objects: which keys they have, and how much fits (slack.md section 2)."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

from sandbox.block_schema import (
    Check,
    Json,
    Problem,
    Rule,
    Shape,
    anything,
    at_least_one,
    boolean,
    each,
    exactly_one,
    integer,
    marked,
    not_above,
    number_string,
    one_of,
    plain,
    string,
    typed,
)
from sandbox.inputs import options

ID = string(255, 1)
URL = string(3000, 1)
PLACEHOLDER = plain(150)
LONG_MAX = 3000


def option(words: Check, most: int = 75) -> Shape:
    """An option; its text is plain except in radio buttons and checkboxes."""
    keys = {"text": words, "value": string(most, 1), "description": words, "url": string(3000)}
    return Shape(keys, ("text", "value"))


OPTION = option(plain(75))
MARKED_OPTION = option(marked(75))
OPTION_GROUP = Shape({"label": plain(75), "options": each(OPTION, 100)}, ("label", "options"))
CONFIRM = Shape(
    {
        "title": plain(100),
        "text": marked(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)
DISPATCH = Shape(
    {"trigger_actions_on": each(one_of("on_enter_pressed", "on_character_entered"), 2)},
    ("trigger_actions_on",),
)
FILTER = Shape(
    {
        "include": each(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    (),
    (at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
SLACK_FILE = Shape({"id": string(255, 1), "url": URL}, (), (exactly_one("id", "url"),))


def time_zone(value: Any, at: str) -> Iterator[Problem]:
    """An IANA zone."""
    if not isinstance(value, str) or value not in available_timezones():
        yield Problem("must be a valid IANA timezone", at)


def unique_values(value: Json, at: str) -> Iterator[Problem]:
    """No two options of a menu have the same value."""
    seen: set[Any] = set()
    for one in options(value):
        if one["value"] in seen:
            yield Problem(f"option values must be unique: {one['value']}", at)
        seen.add(one["value"])


def among_options(value: Json, at: str) -> Iterator[Problem]:
    """What is chosen initially must be one of the options, word for word."""
    offered = options(value)
    if value.get("initial_option") is not None and value["initial_option"] not in offered:
        yield Problem("must exactly match one of the options", f"{at}/initial_option")
    for index, one in enumerate(value.get("initial_options") or []):
        if one not in offered:
            yield Problem("must exactly match one of the options", f"{at}/initial_options/{index}")


def within_maximum(key: str) -> Rule:
    """No more may be chosen initially than may be chosen at all."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        if len(value.get(key) or []) > value.get("max_selected_items", 100):
            yield Problem("must not hold more than max_selected_items", f"{at}/{key}")

    return rule


def initial_text_fits(value: Json, at: str) -> Iterator[Problem]:
    """A text input's first value obeys its own maximum."""
    if len(value.get("initial_value") or "") > value.get("max_length", LONG_MAX):
        yield Problem("must not be longer than max_length", f"{at}/initial_value")


def _element(required: tuple[str, ...] = (), rules: tuple[Rule, ...] = (), /, **keys: Check) -> Shape:
    return Shape({"type": anything, "action_id": ID, **keys}, required, rules)


def _menu(rules: tuple[Rule, ...] = (), /, **keys: Check) -> Shape:
    return _element((), rules, placeholder=PLACEHOLDER, confirm=CONFIRM, focus_on_load=boolean, **keys)


def _several(initially: str, item: Check, rules: tuple[Rule, ...] = (), /, **keys: Check) -> Shape:
    chosen: dict[str, Check] = {initially: each(item, 100), "max_selected_items": integer(1, 100)}
    return _menu((*rules, within_maximum(initially)), **chosen, **keys)


_STATIC: dict[str, Check] = {
    "options": each(OPTION, 100),
    "option_groups": each(OPTION_GROUP, 100),
}
_STATIC_RULES = (exactly_one("options", "option_groups"), unique_values, among_options)
_QUERY: dict[str, Check] = {"min_query_length": integer(0, 3000)}
_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": FILTER}
_TYPED: dict[str, Check] = {
    "placeholder": PLACEHOLDER,
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
_PICKED: dict[str, Check] = {"confirm": CONFIRM, "focus_on_load": boolean}
_ID_STRING = string(255, 1)

IMAGE = Shape(
    {"type": anything, "image_url": URL, "slack_file": SLACK_FILE, "alt_text": string(2000)},
    ("alt_text",),
    (exactly_one("image_url", "slack_file"),),
)

ELEMENTS: dict[str, Shape] = {
    "image": IMAGE,
    "button": _element(
        ("text",),
        text=plain(75),
        url=string(3000),
        value=string(2000),
        style=one_of("primary", "danger"),
        confirm=CONFIRM,
        accessibility_label=string(75),
    ),
    "overflow": _element(("options",), (unique_values,), options=each(OPTION, 5), confirm=CONFIRM),
    "static_select": _menu(_STATIC_RULES, **_STATIC, initial_option=OPTION),
    "multi_static_select": _several("initial_options", OPTION, _STATIC_RULES, **_STATIC),
    "external_select": _menu(**_QUERY, initial_option=OPTION),
    "multi_external_select": _several("initial_options", OPTION, **_QUERY),
    "users_select": _menu(initial_user=_ID_STRING),
    "multi_users_select": _several("initial_users", _ID_STRING),
    "conversations_select": _menu(
        **_CONVERSATIONS, initial_conversation=_ID_STRING, response_url_enabled=boolean
    ),
    "multi_conversations_select": _several("initial_conversations", _ID_STRING, **_CONVERSATIONS),
    "channels_select": _menu(initial_channel=_ID_STRING, response_url_enabled=boolean),
    "multi_channels_select": _several("initial_channels", _ID_STRING),
    "radio_buttons": _element(
        ("options",),
        (unique_values, among_options),
        options=each(MARKED_OPTION, 10),
        initial_option=MARKED_OPTION,
        **_PICKED,
    ),
    "checkboxes": _element(
        ("options",),
        (unique_values, among_options),
        options=each(MARKED_OPTION, 10),
        initial_options=each(MARKED_OPTION, 10),
        **_PICKED,
    ),
    "datepicker": _element(
        placeholder=PLACEHOLDER,
        initial_date=string(10, 10, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date as YYYY-MM-DD"),
        **_PICKED,
    ),
    "timepicker": _element(
        placeholder=PLACEHOLDER,
        initial_time=string(5, 5, r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm"),
        timezone=time_zone,
        **_PICKED,
    ),
    "datetimepicker": _element(initial_date_time=integer(1_000_000_000, 9_999_999_999), **_PICKED),
    "plain_text_input": _element(
        (),
        (not_above("min_length", "max_length"), initial_text_fits),
        initial_value=string(LONG_MAX),
        multiline=boolean,
        min_length=integer(0, 3000),
        max_length=integer(1, 3000),
        **_TYPED,
    ),
    "rich_text_input": _element(
        (),
        (not_above("min_lines", "max_lines"),),
        initial_value=anything,
        min_lines=integer(1, 100),
        max_lines=integer(1, 100),
        **_TYPED,
    ),
    "email_text_input": _element(initial_value=string(LONG_MAX), **_TYPED),
    "url_text_input": _element(initial_value=string(LONG_MAX), **_TYPED),
    "number_input": _element(
        ("is_decimal_allowed",),
        (not_above("min_value", "max_value"),),
        is_decimal_allowed=boolean,
        initial_value=number_string,
        min_value=number_string,
        max_value=number_string,
        **_TYPED,
    ),
    "file_input": _element(filetypes=each(string(20, 1), 100), max_files=integer(1, 10)),
    "feedback_buttons": _element(
        ("positive_button", "negative_button"),
        **dict.fromkeys(
            ("positive_button", "negative_button"),
            Shape(
                {"text": plain(75), "value": string(2000), "accessibility_label": string(75)},
                ("text", "value"),
            ),
        ),
    ),
    "icon_button": _element(
        ("icon", "text"),
        icon=one_of("trash"),
        text=plain(75),
        value=string(2000),
        confirm=CONFIRM,
        accessibility_label=string(75),
        visible_to_user_ids=each(_ID_STRING, 100),
    ),
}

SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_SELECTS = tuple(f"multi_{kind}" for kind in SELECTS)
CHOICES = ("radio_buttons", "checkboxes", "datepicker", "timepicker", *SELECTS, *MULTI_SELECTS)
IN_SECTION = ("image", "button", "overflow", *CHOICES)
IN_ACTIONS = ("button", "overflow", "datetimepicker", *CHOICES)
IN_INPUT = (
    "plain_text_input",
    "rich_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    "datetimepicker",
    *CHOICES,
)


def element(*allowed: str) -> Check:
    """An element of one of these types."""
    return typed(ELEMENTS, allowed)
