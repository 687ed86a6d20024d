"""Every Block Kit limit: what is at the limit passes, and one past it is refused at its exact place."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from sandbox.block_kit import byte_size, characters, check_blocks, check_suggestions, check_view, with_ids

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "v", **more: Any) -> Json:
    return {"text": plain(), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(f"v{number}") for number in range(count)]


def groups(count: int, each: int = 1) -> list[Json]:
    return [
        {"label": plain(), "options": [option(f"v{group}-{one}") for one in range(each)]}
        for group in range(count)
    ]


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), **more}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def form(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element, **more}


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "blocks": list(blocks), **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", **more}


def text_input(**more: Any) -> Json:
    return {"type": "plain_text_input", **more}


def number_input(**more: Any) -> Json:
    return {"type": "number_input", "is_decimal_allowed": False, **more}


def table(rows: int, columns: int, text: str = "x") -> Json:
    cell = {"type": "raw_text", "text": text}
    return {"type": "table", "rows": [[cell] * columns] * rows}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.test/x.png", "alt_text": "x", **more}


def problems(blocks: list[Json], surface: str) -> list[str]:
    return [str(problem) for problem in check_blocks(blocks, surface)]


# (surface, block at the limit, block past it, where the refusal points)
LIMITS: dict[str, tuple[str, Json, Json, str]] = {
    "block_id 255": (
        "message",
        section(block_id="x" * 255),
        section(block_id="x" * 256),
        "/blocks/0/block_id",
    ),
    "section text 3000": (
        "message",
        section(text=mrkdwn("x" * 3000)),
        section(text=mrkdwn("x" * 3001)),
        "/blocks/0/text/text",
    ),
    "section text not empty": ("message", section(), section(text=mrkdwn("")), "/blocks/0/text/text"),
    "section needs text or fields": (
        "message",
        {"type": "section", "fields": [plain()]},
        {"type": "section"},
        "/blocks/0",
    ),
    "section 10 fields": (
        "message",
        section(fields=[plain()] * 10),
        section(fields=[plain()] * 11),
        "/blocks/0/fields",
    ),
    "section field 2000": (
        "message",
        section(fields=[mrkdwn("x" * 2000)]),
        section(fields=[mrkdwn("x" * 2001)]),
        "/blocks/0/fields/0/text",
    ),
    "header 150": (
        "message",
        {"type": "header", "text": plain("x" * 150)},
        {"type": "header", "text": plain("x" * 151)},
        "/blocks/0/text/text",
    ),
    "header is plain": (
        "message",
        {"type": "header", "text": plain()},
        {"type": "header", "text": mrkdwn()},
        "/blocks/0/text/type",
    ),
    "context 10 elements": (
        "message",
        {"type": "context", "elements": [mrkdwn()] * 10},
        {"type": "context", "elements": [mrkdwn()] * 11},
        "/blocks/0/elements",
    ),
    "context not empty": (
        "message",
        {"type": "context", "elements": [image()]},
        {"type": "context", "elements": []},
        "/blocks/0/elements",
    ),
    "context takes no button": (
        "message",
        {"type": "context", "elements": [plain()]},
        {"type": "context", "elements": [button()]},
        "/blocks/0/elements/0/type",
    ),
    "actions 25 elements": (
        "message",
        actions(*[button()] * 25),
        actions(*[button()] * 26),
        "/blocks/0/elements",
    ),
    "actions not empty": ("message", actions(button()), actions(), "/blocks/0/elements"),
    "context_actions 5 elements": (
        "message",
        {
            "type": "context_actions",
            "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}] * 5,
        },
        {
            "type": "context_actions",
            "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}] * 6,
        },
        "/blocks/0/elements",
    ),
    "input label 2000": (
        "modal",
        form(text_input(), label=plain("x" * 2000)),
        form(text_input(), label=plain("x" * 2001)),
        "/blocks/0/label/text",
    ),
    "input label is plain": (
        "modal",
        form(text_input()),
        form(text_input(), label=mrkdwn()),
        "/blocks/0/label/type",
    ),
    "input hint 2000": (
        "modal",
        form(text_input(), hint=plain("x" * 2000)),
        form(text_input(), hint=plain("x" * 2001)),
        "/blocks/0/hint/text",
    ),
    "no dispatch with file_input": (
        "modal",
        form({"type": "file_input"}),
        form({"type": "file_input"}, dispatch_action=True),
        "/blocks/0/dispatch_action",
    ),
    "file_input in modals only": (
        "home",
        form(text_input()),
        form({"type": "file_input"}),
        "/blocks/0/element/type",
    ),
    "button text 75": (
        "message",
        actions(button(text=plain("x" * 75))),
        actions(button(text=plain("x" * 76))),
        "/blocks/0/elements/0/text/text",
    ),
    "button text is plain": (
        "message",
        actions(button()),
        actions(button(text=mrkdwn())),
        "/blocks/0/elements/0/text/type",
    ),
    "button value 2000": (
        "message",
        actions(button(value="x" * 2000)),
        actions(button(value="x" * 2001)),
        "/blocks/0/elements/0/value",
    ),
    "button url 3000": (
        "message",
        actions(button(url="x" * 3000)),
        actions(button(url="x" * 3001)),
        "/blocks/0/elements/0/url",
    ),
    "button style": (
        "message",
        actions(button(style="danger")),
        actions(button(style="default")),
        "/blocks/0/elements/0/style",
    ),
    "accessibility_label 75": (
        "message",
        actions(button(accessibility_label="x" * 75)),
        actions(button(accessibility_label="x" * 76)),
        "/blocks/0/elements/0/accessibility_label",
    ),
    "action_id 255": (
        "message",
        actions(button(action_id="x" * 255)),
        actions(button(action_id="x" * 256)),
        "/blocks/0/elements/0/action_id",
    ),
    "action_id unique in its block": (
        "message",
        actions(button(action_id="a"), button(action_id="b")),
        actions(button(action_id="a"), button(action_id="a")),
        "/blocks/0",
    ),
    "option text 75": (
        "message",
        actions(select(options=[option(text=plain("x" * 75))])),
        actions(select(options=[option(text=plain("x" * 76))])),
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value 75": (
        "message",
        actions(select(options=[option("x" * 75)])),
        actions(select(options=[option("x" * 76)])),
        "/blocks/0/elements/0/options/0/value",
    ),
    "option description 75": (
        "message",
        actions(select(options=[option(description=plain("x" * 75))])),
        actions(select(options=[option(description=plain("x" * 76))])),
        "/blocks/0/elements/0/options/0/description/text",
    ),
    "option text is plain in menus": (
        "message",
        actions(select(options=[option()])),
        actions(select(options=[option(text=mrkdwn())])),
        "/blocks/0/elements/0/options/0/text/type",
    ),
    "option values differ": (
        "message",
        actions(select(options=options(2))),
        actions(select(options=[option(), option()])),
        "/blocks/0/elements/0",
    ),
    "select 100 options": (
        "message",
        actions(select(options=options(100))),
        actions(select(options=options(101))),
        "/blocks/0/elements/0/options",
    ),
    "select not empty": (
        "message",
        actions(select(options=options(1))),
        actions(select(options=[])),
        "/blocks/0/elements/0/options",
    ),
    "select 100 groups": (
        "message",
        actions(select(option_groups=groups(100))),
        actions(select(option_groups=groups(101))),
        "/blocks/0/elements/0/option_groups",
    ),
    "group 100 options": (
        "message",
        actions(select(option_groups=groups(1, 100))),
        actions(select(option_groups=groups(1, 101))),
        "/blocks/0/elements/0/option_groups/0/options",
    ),
    "group label 75": (
        "message",
        actions(select(option_groups=[{"label": plain("x" * 75), "options": options(1)}])),
        actions(select(option_groups=[{"label": plain("x" * 76), "options": options(1)}])),
        "/blocks/0/elements/0/option_groups/0/label/text",
    ),
    "options or groups, not both": (
        "message",
        actions(select(options=options(1))),
        actions(select(options=options(1), option_groups=groups(1))),
        "/blocks/0/elements/0",
    ),
    "initial option is an option": (
        "message",
        actions(select(options=options(2), initial_option=option("v1"))),
        actions(select(options=options(2), initial_option=option("v2"))),
        "/blocks/0/elements/0/initial_option",
    ),
    "initial options within maximum": (
        "modal",
        form(
            {
                "type": "multi_static_select",
                "options": options(2),
                "initial_options": options(1),
                "max_selected_items": 1,
            }
        ),
        form(
            {
                "type": "multi_static_select",
                "options": options(2),
                "initial_options": options(2),
                "max_selected_items": 1,
            }
        ),
        "/blocks/0/element/initial_options",
    ),
    "max_selected_items at least 1": (
        "modal",
        form({"type": "multi_users_select", "max_selected_items": 1}),
        form({"type": "multi_users_select", "max_selected_items": 0}),
        "/blocks/0/element/max_selected_items",
    ),
    "placeholder 150": (
        "message",
        actions({"type": "users_select", "placeholder": plain("x" * 150)}),
        actions({"type": "users_select", "placeholder": plain("x" * 151)}),
        "/blocks/0/elements/0/placeholder/text",
    ),
    "10 radio buttons": (
        "modal",
        form({"type": "radio_buttons", "options": options(10)}),
        form({"type": "radio_buttons", "options": options(11)}),
        "/blocks/0/element/options",
    ),
    "10 checkboxes": (
        "modal",
        form({"type": "checkboxes", "options": options(10)}),
        form({"type": "checkboxes", "options": options(11)}),
        "/blocks/0/element/options",
    ),
    "overflow 5 options": (
        "message",
        actions({"type": "overflow", "options": options(5)}),
        actions({"type": "overflow", "options": options(6)}),
        "/blocks/0/elements/0/options",
    ),
    "overflow not empty": (
        "message",
        actions({"type": "overflow", "options": options(1)}),
        actions({"type": "overflow", "options": []}),
        "/blocks/0/elements/0/options",
    ),
    "confirm title 100": (
        "message",
        actions(button(confirm=confirm(title=plain("x" * 100)))),
        actions(button(confirm=confirm(title=plain("x" * 101)))),
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text 300": (
        "message",
        actions(button(confirm=confirm(text=mrkdwn("x" * 300)))),
        actions(button(confirm=confirm(text=mrkdwn("x" * 301)))),
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm button 30": (
        "message",
        actions(button(confirm=confirm(confirm=plain("x" * 30)))),
        actions(button(confirm=confirm(confirm=plain("x" * 31)))),
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
    "deny button 30": (
        "message",
        actions(button(confirm=confirm(deny=plain("x" * 30)))),
        actions(button(confirm=confirm(deny=plain("x" * 31)))),
        "/blocks/0/elements/0/confirm/deny/text",
    ),
    "max_length 3000": (
        "modal",
        form(text_input(max_length=3000)),
        form(text_input(max_length=3001)),
        "/blocks/0/element/max_length",
    ),
    "max_length at least 1": (
        "modal",
        form(text_input(max_length=1)),
        form(text_input(max_length=0)),
        "/blocks/0/element/max_length",
    ),
    "min_length 3000": (
        "modal",
        form(text_input(min_length=3000)),
        form(text_input(min_length=3001)),
        "/blocks/0/element/min_length",
    ),
    "min_length not above max_length": (
        "modal",
        form(text_input(min_length=5, max_length=5)),
        form(text_input(min_length=6, max_length=5)),
        "/blocks/0/element/min_length",
    ),
    "initial_value 3000": (
        "modal",
        form(text_input(initial_value="x" * 3000)),
        form(text_input(initial_value="x" * 3001)),
        "/blocks/0/element/initial_value",
    ),
    "initial_value within max_length": (
        "modal",
        form(text_input(initial_value="xxx", max_length=3)),
        form(text_input(initial_value="xxxx", max_length=3)),
        "/blocks/0/element/initial_value",
    ),
    "rich_text_input 100 lines": (
        "modal",
        form({"type": "rich_text_input", "max_lines": 100}),
        form({"type": "rich_text_input", "max_lines": 101}),
        "/blocks/0/element/max_lines",
    ),
    "file_input 10 files": (
        "modal",
        form({"type": "file_input", "max_files": 10}),
        form({"type": "file_input", "max_files": 11}),
        "/blocks/0/element/max_files",
    ),
    "numbers are strings": (
        "modal",
        form(number_input(min_value="1")),
        form(number_input(min_value=1)),
        "/blocks/0/element/min_value",
    ),
    "number bounds in order": (
        "modal",
        form(number_input(min_value="1", max_value="1")),
        form(number_input(min_value="2", max_value="1")),
        "/blocks/0/element/min_value",
    ),
    "number says whether decimals": (
        "modal",
        form(number_input()),
        form({"type": "number_input"}),
        "/blocks/0/element",
    ),
    "date form": (
        "modal",
        form({"type": "datepicker", "initial_date": "2026-11-18"}),
        form({"type": "datepicker", "initial_date": "2026-13-18"}),
        "/blocks/0/element/initial_date",
    ),
    "time form": (
        "modal",
        form({"type": "timepicker", "initial_time": "23:59"}),
        form({"type": "timepicker", "initial_time": "24:00"}),
        "/blocks/0/element/initial_time",
    ),
    "time zone": (
        "modal",
        form({"type": "timepicker", "timezone": "America/New_York"}),
        form({"type": "timepicker", "timezone": "Mars/Olympus"}),
        "/blocks/0/element/timezone",
    ),
    "moment in seconds": (
        "modal",
        form({"type": "datetimepicker", "initial_date_time": 1_800_000_000}),
        form({"type": "datetimepicker", "initial_date_time": 1_800_000_000_000}),
        "/blocks/0/element/initial_date_time",
    ),
    "datetimepicker has no placeholder": (
        "modal",
        form({"type": "datetimepicker"}),
        form({"type": "datetimepicker", "placeholder": plain()}),
        "/blocks/0/element/placeholder",
    ),
    "trigger words": (
        "modal",
        form(text_input(dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]})),
        form(text_input(dispatch_action_config={"trigger_actions_on": ["on_blur"]})),
        "/blocks/0/element/dispatch_action_config/trigger_actions_on/0",
    ),
    "image alt_text 2000": (
        "message",
        image(alt_text="x" * 2000),
        image(alt_text="x" * 2001),
        "/blocks/0/alt_text",
    ),
    "image url 3000": (
        "message",
        image(image_url="x" * 3000),
        image(image_url="x" * 3001),
        "/blocks/0/image_url",
    ),
    "image one source": ("message", image(), image(slack_file={"id": "F1"}), "/blocks/0"),
    "markdown 12000": (
        "message",
        {"type": "markdown", "text": "x" * 12_000},
        {"type": "markdown", "text": "x" * 12_001},
        "/blocks/0/text",
    ),
    "markdown in messages only": (
        "modal",
        section(),
        {"type": "markdown", "text": "x"},
        "/blocks/0/type",
    ),
    "table 100 rows": ("message", table(100, 1), table(101, 1), "/blocks/0/rows"),
    "table 20 columns": ("message", table(1, 20), table(1, 21), "/blocks/0/rows/0"),
    "table 10000 characters": (
        "message",
        table(1, 1, "x" * 10_000),
        table(2, 1, "x" * 5001),
        "/blocks/0/rows",
    ),
    "table in messages only": ("home", section(), table(1, 1), "/blocks/0/type"),
    "alert in modals only": (
        "modal",
        {"type": "alert", "text": plain()},
        {"type": "alerts", "text": plain()},
        "/blocks/0/type",
    ),
    "alert text 200": (
        "modal",
        {"type": "alert", "text": plain("x" * 200)},
        {"type": "alert", "text": plain("x" * 201)},
        "/blocks/0/text/text",
    ),
    "card body 200": (
        "message",
        {"type": "card", "body": plain("x" * 200)},
        {"type": "card", "body": plain("x" * 201)},
        "/blocks/0/body/text",
    ),
    "carousel 10 cards": (
        "home",
        {"type": "carousel", "elements": [{"type": "card", "body": plain()}] * 10},
        {"type": "carousel", "elements": [{"type": "card", "body": plain()}] * 11},
        "/blocks/0/elements",
    ),
    "unknown key": ("message", section(), section(texts=[]), "/blocks/0/texts"),
    "unknown block": ("message", section(), {"type": "selection"}, "/blocks/0/type"),
    "unknown element": (
        "message",
        actions(button()),
        actions({"type": "buton"}),
        "/blocks/0/elements/0/type",
    ),
    "element in the wrong block": (
        "message",
        form(text_input()),
        actions(text_input()),
        "/blocks/0/elements/0/type",
    ),
    "emoji only in plain text": (
        "message",
        section(text={**plain(), "emoji": True}),
        section(text={**mrkdwn(), "emoji": True}),
        "/blocks/0/text/emoji",
    ),
    "rich text part": (
        "message",
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0ADA00001"}]}
            ],
        },
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user": "U0ADA00001"}]}],
        },
        "/blocks/0/elements/0/elements/0",
    ),
}


@pytest.mark.parametrize(("surface", "fits", "_", "__"), LIMITS.values(), ids=LIMITS)
def test_what_is_at_the_limit_is_accepted(surface: str, fits: Json, _: Json, __: str) -> None:
    assert problems([fits], surface) == []


@pytest.mark.parametrize(("surface", "_", "past", "place"), LIMITS.values(), ids=LIMITS)
def test_what_is_past_the_limit_is_refused_at_its_place(
    surface: str, _: Json, past: Json, place: str
) -> None:
    assert any(problem.endswith(f"[json-pointer:{place}]") for problem in problems([past], surface))


@pytest.mark.parametrize(
    ("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)], ids=["message", "modal", "home"]
)
def test_a_surface_holds_so_many_blocks(surface: str, most: int) -> None:
    assert problems([section()] * most, surface) == []
    assert problems([section()] * (most + 1), surface) == [
        f"no more than {most} items allowed [json-pointer:/blocks]"
    ]


ACROSS: dict[str, tuple[str, list[Json]]] = {
    "block_id twice": ("message", [section(block_id="a"), section(block_id="a")]),
    "two tables": ("message", [table(1, 1), table(1, 1)]),
    "two focused inputs": (
        "modal",
        [form(text_input(focus_on_load=True)), form(text_input(focus_on_load=True))],
    ),
    "markdown too long together": ("message", [{"type": "markdown", "text": "x" * 6001}] * 2),
    "not a list": ("message", {"type": "section"}),  # type: ignore[dict-item]
    "not an object": ("message", ["section"]),  # type: ignore[list-item]
}


@pytest.mark.parametrize(("surface", "blocks"), ACROSS.values(), ids=ACROSS)
def test_rules_over_several_blocks(surface: str, blocks: list[Json]) -> None:
    assert len(problems(blocks, surface)) >= 1


VIEW_LIMITS: dict[str, tuple[Json, Json, str]] = {
    "title 24": (modal(title=plain("x" * 24)), modal(title=plain("x" * 25)), "/view/title/text"),
    "title is there": (modal(), {"type": "modal", "blocks": []}, "/view"),
    "submit 24": (modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25)), "/view/submit/text"),
    "close 24": (modal(close=plain("x" * 24)), modal(close=plain("x" * 25)), "/view/close/text"),
    "private_metadata 3000": (
        modal(private_metadata="x" * 3000),
        modal(private_metadata="x" * 3001),
        "/view/private_metadata",
    ),
    "callback_id 255": (modal(callback_id="x" * 255), modal(callback_id="x" * 256), "/view/callback_id"),
    "external_id 255": (modal(external_id="x" * 255), modal(external_id="x" * 256), "/view/external_id"),
    "submit with inputs": (modal(form(text_input()), submit=plain()), modal(form(text_input())), "/view"),
    "unknown key": (modal(), modal(callbackid="x"), "/view/callbackid"),
    "a modal where a modal belongs": (modal(), {"type": "home", "blocks": []}, "/view/type"),
    "blocks are there": (modal(), {"type": "modal", "title": plain()}, "/view"),
}


@pytest.mark.parametrize(("fits", "past", "place"), VIEW_LIMITS.values(), ids=VIEW_LIMITS)
def test_limits_of_a_modal(fits: Json, past: Json, place: str) -> None:
    assert list(check_view(fits, "modal")) == []
    assert place in [problem.pointer for problem in check_view(past, "modal")]


def test_home_has_no_title() -> None:
    assert list(check_view({"type": "home", "blocks": [section()]}, "home")) == []
    assert list(check_view({"type": "home", "title": plain(), "blocks": []}, "home")) != []


SUGGESTIONS: dict[str, tuple[Json, bool]] = {
    "none found": ({"options": []}, True),
    "100 options": ({"options": options(100)}, True),
    "101 options": ({"options": options(101)}, False),
    "100 groups": ({"option_groups": groups(100)}, True),
    "101 groups": ({"option_groups": groups(101)}, False),
    "nothing": ({}, False),
    "both": ({"options": [], "option_groups": []}, False),
}


@pytest.mark.parametrize(("answer", "fits"), SUGGESTIONS.values(), ids=SUGGESTIONS)
def test_what_an_app_may_suggest(answer: Json, fits: bool) -> None:
    assert (not list(check_suggestions(answer))) is fits


def test_ids_are_filled_in_where_the_app_gave_none() -> None:
    named = actions(button(action_id="a"))
    first, second = with_ids([{**named, "block_id": "b"}, actions(button())])
    assert (first["block_id"], first["elements"][0]["action_id"]) == ("b", "a")
    assert second["block_id"]
    assert second["elements"][0]["action_id"]


def test_texts_of_all_blocks_count_together() -> None:
    assert characters([section(fields=[plain("xx")]), table(1, 2, "xxx")]) == 1 + 2 + 6


def test_size_is_counted_in_bytes() -> None:
    assert byte_size({"a": "é"}) == len('{"a": "é"}'.encode())


def test_the_sdk_lets_pass_what_the_validator_refuses() -> None:
    """Why there is a validator at all: slack.md section 2, "SDK models validate only some of this"."""
    radios = form({"type": "radio_buttons", "options": options(11)})
    Block.parse(radios).to_dict()  # type: ignore[union-attr]
    View(**modal(radios)).to_dict()
    assert problems([radios], "modal") != []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "element",
                    "options",
                    "value",
                    "initial_option",
                    "timezone",
                    "rows",
                    "style",
                ]
            ),
            inner
            | st.sampled_from(["section", "actions", "input", "plain_text", "table", "timepicker", "button"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(blocks=JSON, surface=st.sampled_from(["message", "modal", "home"]))
def test_nothing_that_is_json_breaks_the_validator(blocks: Any, surface: str) -> None:
    found = list(check_blocks(blocks, surface))
    assert found or isinstance(blocks, list)
