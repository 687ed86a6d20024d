"""What stands in the inputs of a view or message: Slack's `state.values`, and the checks its client makes."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
State = dict[str, dict[str, Json]]

# Element type -> (key of its value in the state, key of its initial value in the element).
VALUE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
TYPED = ("plain_text_input", "rich_text_input", "email_text_input", "url_text_input", "number_input")
_LISTS = ("selected_options", "selected_users", "selected_conversations", "selected_channels", "files")
TEXT_INPUT_MAX = 3000
FILES_MAX = 10
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


def elements(block: Json) -> list[Json]:
    """Every element of a block that a person can act on or that holds a value."""
    found = [block.get("element"), block.get("accessory"), *block.get("elements", [])]
    return [one for one in found if isinstance(one, dict) and "action_id" in one]


def stateful(blocks: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """(block_id, element) for everything that holds a value."""
    for block in blocks:
        for element in elements(block):
            if element["type"] in VALUE_KEYS:
                yield block["block_id"], element


def initial(element: Json) -> Json:
    """The state of an untouched element."""
    key, initially = VALUE_KEYS[element["type"]]
    empty: Any = [] if key in _LISTS else None
    return {"type": element["type"], key: element.get(initially, empty)}


def surviving_state(blocks: Iterable[Json], before: State) -> State:
    """The state of new blocks: what stood in an element of the same block_id, action_id and type stays."""
    state: State = {}
    for block_id, element in stateful(blocks):
        old = before.get(block_id, {}).get(element["action_id"])
        stays = old is not None and old["type"] == element["type"] and _still_offered(element, old)
        state.setdefault(block_id, {})[element["action_id"]] = old if old and stays else initial(element)
    return state


def _still_offered(element: Json, old: Json) -> bool:
    chosen = [*(old.get("selected_options") or []), old.get("selected_option")]
    return all(own_option(element, one) for one in chosen if one)


def merged_state(blocks: Iterable[Json], before: State, typed: Any) -> State:
    """The state after what a person's client reports.

    Unknown blocks are left out; options are the app's own.
    """
    given = typed if isinstance(typed, dict) else {}
    state = surviving_state(blocks, before)
    for block_id, element in stateful(blocks):
        reported = given.get(block_id, {}).get(element["action_id"])
        if isinstance(reported, dict):
            state[block_id][element["action_id"]] = value_of(element, reported)
    return state


def value_of(element: Json, reported: Json) -> Json:
    """One element's value in Slack's form: empty texts are null, options are those that the app gave."""
    key, _ = VALUE_KEYS[element["type"]]
    value = reported.get(key)
    if key == "value" and value == "":
        value = None
    if key == "selected_option" and value is not None:
        value = own_option(element, value)
    if key == "selected_options":
        value = [own for one in value or [] if (own := own_option(element, one))]
    if key in _LISTS and value is None:
        value = []
    return {"type": element["type"], key: value}


def own_option(element: Json, option: Json) -> Json | None:
    """The element's option with that value; external menus take what was suggested."""
    if element["type"].endswith("external_select"):
        return option
    return next((one for one in options(element) if one.get("value") == option.get("value")), None)


def options(element: Json) -> list[Json]:
    """The options of a static menu, its groups flattened."""
    grouped = [one for group in element.get("option_groups", []) for one in group["options"]]
    return [*element.get("options", []), *grouped]


def complaints(blocks: Iterable[Json], state: State) -> dict[str, str]:
    """What Slack's client itself says of a form before it is sent: {block_id: text}."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            value = state[block["block_id"]][element["action_id"]][VALUE_KEYS[element["type"]][0]]
            text = _complaint(block, element, value)
            if text:
                found[block["block_id"]] = text
    return found


def _complaint(block: Json, element: Json, value: Any) -> str | None:
    if value in (None, [], ""):
        return None if block.get("optional") else "Please complete this required field."
    check = _CHECKS.get(element["type"])
    if check is not None:
        return check(element, value)
    most = element.get("max_selected_items")
    return f"Please choose at most {most}." if most is not None and len(value) > most else None


def _wrong_email(_: Json, value: Any) -> str | None:
    return None if _EMAIL.fullmatch(str(value)) else "Please enter a valid email address."


def _wrong_url(_: Json, value: Any) -> str | None:
    parts = urlsplit(str(value))
    fits = parts.scheme in ("http", "https") and "." in parts.netloc and not re.search(r"\s", str(value))
    return None if fits else "Please enter a valid URL."


def _wrong_length(element: Json, value: Any) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", TEXT_INPUT_MAX)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(value) > most else None


def _wrong_number(element: Json, value: Any) -> str | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return "Please enter a number."
    if not number.is_finite():
        return "Please enter a number."
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < Decimal(least):
        return f"Please enter a number of at least {least}."
    return (
        f"Please enter a number of at most {most}." if most is not None and number > Decimal(most) else None
    )


def _wrong_moment(element: Json, value: Any) -> str | None:
    readers: dict[str, Callable[[Any], Any]] = {
        "datepicker": date.fromisoformat,
        "timepicker": time.fromisoformat,
        "datetimepicker": int,
    }
    try:
        readers[element["type"]](value)
    except (ValueError, TypeError):
        return "Please choose a valid date or time."
    return None


def _wrong_files(element: Json, value: Any) -> str | None:
    most, kinds = element.get("max_files", FILES_MAX), element.get("filetypes") or []
    if len(value) > most:
        return f"Please choose at most {most} file{'' if most == 1 else 's'}."
    allowed = {kind.lower() for kind in kinds}
    for file in value:
        if allowed and str(file["name"]).rpartition(".")[2].lower() not in allowed:
            return f"{file['name']} is not of a kind that is accepted here: {', '.join(kinds)}."
    return None


_CHECKS: dict[str, Callable[[Json, Any], str | None]] = {
    "plain_text_input": _wrong_length,
    "email_text_input": _wrong_email,
    "url_text_input": _wrong_url,
    "number_input": _wrong_number,
    "file_input": _wrong_files,
    "datepicker": _wrong_moment,
    "timepicker": _wrong_moment,
    "datetimepicker": _wrong_moment,
}
