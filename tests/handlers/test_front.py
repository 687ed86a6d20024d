"""What every listener does with Slack's payloads, and how a person is answered when something is wrong."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import CaseError
from handlers.front import (
    LATE,
    TRIGGER_SECONDS,
    TROUBLE,
    case_number,
    guarded,
    open_modal,
    redraw,
    tell,
    typed_values,
)

MODAL = {"id": "V1", "type": "modal"}


@dataclass
class FakeClient:
    """Notes what it is asked to show; `refuses` maps a method to the error Slack answers."""

    refuses: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __getattr__(self, method: str) -> Any:
        def call(**arguments: object) -> None:
            self.asked.append(method)
            if method in self.refuses:
                raise SlackApiError("refused", {"ok": False, "error": self.refuses[method]})

        return call


@dataclass
class FakeReply:
    status_code: int = 200


@dataclass
class FakeRequest:
    lazy_only: bool = False


@dataclass
class FakeArgs:
    """A payload, and what was done about it."""

    body: dict[str, Any]
    client: FakeClient = field(default_factory=FakeClient)
    request: FakeRequest = field(default_factory=FakeRequest)
    replies: int = 200
    context: dict[str, Any] = field(default_factory=dict)
    acked: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)

    def ack(self, **answer: Any) -> None:
        self.acked.append(answer)

    def respond(self, **message: Any) -> FakeReply:
        self.said.append(message)
        return FakeReply(self.replies)


SUBMITTED = {"type": "view_submission", "trigger_id": "1", "user": {"id": "U1"}, "view": MODAL}
CLICKED = {
    "type": "block_actions",
    "trigger_id": "1",
    "user": {"id": "U1"},
    "response_url": "http://127.0.0.1",
}
IN_HOME = {"type": "block_actions", "trigger_id": "1", "user": {"id": "U1"}, "view": {"type": "home"}}
GONE = {"views_open": "expired_trigger_id", "views_push": "expired_trigger_id"}
WAYS: dict[str, tuple[FakeArgs, list[str], int]] = {
    "a form is answered on itself": (FakeArgs(SUBMITTED), [], 0),
    "a form whose answer is given": (
        FakeArgs(SUBMITTED, request=FakeRequest(lazy_only=True)),
        ["views_push"],
        0,
    ),
    "a click in a message": (FakeArgs(CLICKED), [], 1),
    "a reply that has expired": (FakeArgs(CLICKED, replies=404), ["views_open"], 1),
    "App Home": (FakeArgs(IN_HOME), ["views_open"], 0),
    "a late trigger": (FakeArgs(IN_HOME, FakeClient(GONE)), ["views_open", "chat_postMessage"], 0),
    "an event": (FakeArgs({"type": "event_callback"}), [], 0),
}


@pytest.mark.parametrize(("args", "asked", "said"), WAYS.values(), ids=WAYS.keys())
def test_an_answer_takes_the_first_private_way_that_is_open(
    args: FakeArgs, asked: list[str], said: int
) -> None:
    tell(args, "This cannot be. Do that.")  # type: ignore[arg-type]
    assert args.client.asked == asked
    assert len(args.said) == said
    assert bool(args.acked) is not args.request.lazy_only
    if args.body is SUBMITTED and args.acked:
        assert args.acked[0]["response_action"] == "push"


def test_a_notification_shows_the_first_sentence_alone() -> None:
    args = FakeArgs(CLICKED)
    tell(args, "HC-1001 has moved on. Last: “555-0100 & <b>”.")  # type: ignore[arg-type]
    assert args.said[0]["text"] == "HC-1001 has moved on."
    assert "&lt;b&gt;" in str(args.said[0]["blocks"])


ERRORS: dict[str, tuple[Exception, str]] = {
    "the desk's": (CaseError("No. Ask a lead."), "No. Ask a lead."),
    "unforeseen": (KeyError("Hanna"), TROUBLE),
    "late": (SlackApiError("x", {"error": "expired_trigger_id"}), LATE),
    "delivered twice": (SlackApiError("x", {"error": "exchanged_trigger_id"}), ""),
    "another of Slack's": (SlackApiError("x", {"error": "fatal_error"}), TROUBLE),
}


@pytest.mark.parametrize(("error", "words"), ERRORS.values(), ids=ERRORS.keys())
def test_whatever_goes_wrong_in_a_listener_is_answered(
    error: Exception, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Listeners:
        @guarded
        def fail(self, args: Any) -> None:
            raise error

    caplog.set_level(logging.CRITICAL)
    args = FakeArgs(CLICKED)
    Listeners().fail(args)  # type: ignore[arg-type]
    assert [said["blocks"][0]["text"]["text"] for said in args.said] == (
        [f":warning: {words}"] if words else []
    )


class Opening:
    @guarded
    def open(self, args: Any) -> None:
        open_modal(args.client, args.body, {})


@pytest.mark.parametrize(
    ("seconds_ago", "asked"),
    [(0, ["views_open"]), (TRIGGER_SECONDS + 1, ["chat_postMessage"])],
    ids=["in time", "too late"],
)
def test_an_expired_trigger_is_never_used(seconds_ago: float, asked: list[str]) -> None:
    args = FakeArgs(IN_HOME, context={"came_at": time.monotonic() - seconds_ago})
    Opening().open(args)  # type: ignore[arg-type]
    assert args.client.asked == asked
    Opening().open(unknown := FakeArgs(IN_HOME))  # type: ignore[arg-type]
    assert unknown.client.asked == ["views_open"]


@pytest.mark.parametrize("code", ["hash_conflict", "not_found"])
def test_a_modal_that_is_gone_or_newer_stays_as_it_is(code: str) -> None:
    redraw(FakeClient({"views_update": code}), "V1", {}, "1.a")  # type: ignore[arg-type]


def test_any_other_refusal_to_redraw_is_an_error() -> None:
    with pytest.raises(SlackApiError):
        redraw(FakeClient({"views_update": "invalid_arguments"}), "V1", {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "method"), [(SUBMITTED, "views_push"), (IN_HOME, "views_open"), (CLICKED, "views_open")]
)
def test_a_modal_is_pushed_upon_a_modal_only(body: dict[str, Any], method: str) -> None:
    client = FakeClient()
    open_modal(client, body, {})  # type: ignore[arg-type]
    assert client.asked == [method]


VALUES: dict[str, tuple[dict[str, Any], str | tuple[str, ...]]] = {
    "text": ({"value": " Hanna "}, " Hanna "),
    "nothing": ({"value": None}, ""),
    "option": ({"selected_option": {"value": "phone"}}, "phone"),
    "no option": ({"selected_option": None}, ""),
    "ticks": ({"selected_options": [{"value": "m1"}, {"value": "m3"}]}, ("m1", "m3")),
    "no ticks": ({"selected_options": None}, ()),
    "day": ({"selected_date": "2026-11-18"}, "2026-11-18"),
    "no day": ({"selected_date": None}, ""),
    "emoji": ({"value": "👩‍👧 ☀️"}, "👩‍👧 ☀️"),
    "right to left": ({"value": "\u202eשלום\u202c"}, "שלום"),
    "controls": ({"value": "a\x00b\r\nc\td\x1b"}, "ab\nc\td"),
    "half a character": ({"value": "a\ud83d"}, "a"),
}


@pytest.mark.parametrize(("element", "value"), VALUES.values(), ids=VALUES.keys())
def test_what_stands_in_an_input(element: dict[str, Any], value: str | tuple[str, ...]) -> None:
    assert typed_values({"state": {"values": {"field": {"value": element}}}}) == {"field": value}


@pytest.mark.parametrize("view", [{}, {"state": None}, {"state": {"values": {}}}])
def test_a_view_without_inputs_holds_nothing(view: dict[str, Any]) -> None:
    assert typed_values(view) == {}


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1001|step", 1001),
        ("1001", 1001),
        ("", 0),
        ("|", 0),
        ("HC-1001", 0),
        ("-1|x", 0),
        ("9" * 40, 0),
        ("²", 0),
        ("۱۰۰۱|note", 0),
    ],
)
def test_the_case_of_a_button(value: str, number: int) -> None:
    assert case_number(value) == number
