"""What the desk says when its hands are full: at once, in words, and without having begun anything."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient

from handlers.busy import BUSY, REPLIES_MOST, AdmittingApp, Gate, Listeners
from tests.handlers.slack import ListeningSlack, listening

INPUT = {"type": "input", "block_id": "what"}
VIEW = {"id": "V1", "blocks": [{"type": "input", "block_id": "who"}, INPUT, {"type": "section"}]}
USER = {"id": "U1"}
ON_FIELD = {"response_action": "errors", "errors": {"what": BUSY}}
ANSWERED: dict[str, tuple[dict[str, Any], Any]] = {
    "a command": (
        {"command": "/complaint", "text": "", "user_id": "U1"},
        {"response_type": "ephemeral", "text": BUSY},
    ),
    "a form": ({"type": "view_submission", "view": VIEW, "user": USER}, ON_FIELD),
    "a menu's search": ({"type": "block_suggestion", "user": USER}, {"options": []}),
    "a closed form": ({"type": "view_closed", "view": VIEW, "user": USER}, None),
    "a key stroke": (
        {"type": "block_actions", "user": USER, "actions": [{"type": "plain_text_input"}]},
        None,
    ),
}
CLICK = {"type": "block_actions", "user": USER, "actions": [{"type": "button", "action_id": "x"}]}


@pytest.fixture
def slack() -> Iterator[ListeningSlack]:
    with listening() as slack:
        yield slack


@pytest.fixture
def app(slack: ListeningSlack) -> Iterator[AdmittingApp]:
    """An app with room for one thing, and nobody in it."""
    listeners = Listeners(1, Gate(1))
    app = AdmittingApp(
        client=WebClient(token="xoxb-x", base_url=slack.url),
        process_before_response=True,
        listener_executor=listeners,
    )
    app.listeners = listeners
    yield app
    listeners.shutdown()


def sent(app: App, body: dict[str, Any]) -> tuple[int, Any]:
    response = app.dispatch(BoltRequest(mode="socket_mode", body=body))
    is_json = response.body.startswith("{")
    return response.status, json.loads(response.body) if is_json else response.body or None


@pytest.mark.parametrize(("body", "said"), ANSWERED.values(), ids=ANSWERED.keys())
def test_what_is_beyond_the_gate_is_answered_at_once(
    app: AdmittingApp, slack: ListeningSlack, body: dict[str, Any], said: Any
) -> None:
    assert gate_of(app).enter()
    assert sent(app, body) == (200, said)
    assert gate_of(app).turned_away == 1
    assert slack.heard() == ""


def test_a_form_without_fields_says_it_on_a_page_above(app: AdmittingApp) -> None:
    assert gate_of(app).enter()
    _, said = sent(app, {"type": "view_submission", "view": {"id": "V1", "blocks": []}, "user": USER})
    assert said["response_action"] == "push"
    assert BUSY in str(said["view"])


def test_an_event_is_left_to_come_again(app: AdmittingApp) -> None:
    assert gate_of(app).enter()
    assert sent(app, {"type": "event_callback", "event": {"type": "message"}}) == (503, None)


@pytest.mark.parametrize("in_message", [True, False], ids=["in a message", "elsewhere"])
def test_a_click_is_acknowledged_and_told_in_private(
    app: AdmittingApp, slack: ListeningSlack, in_message: bool
) -> None:
    assert gate_of(app).enter()
    place = {"response_url": slack.response_url} if in_message else {}
    assert sent(app, {**CLICK, **place}) == (200, None)
    listeners_of(app).shutdown()
    said = slack.heard()
    assert "hands full" in said
    assert ("ephemeral" in said) is in_message
    assert ("chat.postMessage" in said and '"channel": "U1"' in said) is not in_message


def test_beyond_all_replies_a_click_is_left_to_slack(app: AdmittingApp, slack: ListeningSlack) -> None:
    for _ in range(REPLIES_MOST + 1):
        gate_of(app).follow()
    assert sent(app, CLICK) == (503, None)
    assert slack.heard() == ""


def test_what_a_listener_leaves_to_do_keeps_its_place_until_it_is_done(app: AdmittingApp) -> None:
    begun, free = threading.Event(), threading.Event()

    def acknowledge(ack: Ack) -> None:
        ack()

    def answer() -> None:
        begun.set()
        free.wait(30)

    app.command("/complaint")(ack=acknowledge, lazy=[answer])
    command = ANSWERED["a command"][0]
    assert sent(app, command) == (200, None)
    assert begun.wait(30)
    assert sent(app, command) == (200, {"response_type": "ephemeral", "text": BUSY})
    free.set()
    listeners_of(app).shutdown()
    assert gate_of(app).inside == 0


def test_what_fails_leaves_too(app: AdmittingApp) -> None:
    def fail() -> None:
        raise KeyError

    app.command("/complaint")(fail)
    assert [sent(app, ANSWERED["a command"][0])[0] for _ in range(3)] == [500, 500, 500]
    assert sent(app, {"type": "unheard of"})[0] == 404
    assert gate_of(app).inside == 0


def test_an_app_without_a_gate_lets_everything_in(slack: ListeningSlack) -> None:
    app = AdmittingApp(client=WebClient(token="xoxb-x", base_url=slack.url), process_before_response=True)
    app.command("/complaint")(lambda ack: ack("yes"))
    assert sent(app, ANSWERED["a command"][0]) == (200, "yes")


def listeners_of(app: AdmittingApp) -> Listeners:
    assert app.listeners is not None
    return app.listeners


def gate_of(app: AdmittingApp) -> Gate:
    return listeners_of(app).gate


def test_an_event_loop_may_ask_first_whether_there_is_room(app: AdmittingApp) -> None:
    assert app.has_room()
    assert gate_of(app).enter()
    assert not app.has_room()
    assert gate_of(app).turned_away == 1
    assert app.turn_away(ANSWERED["a command"][0]).status == 200
