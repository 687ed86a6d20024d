"""What happens when the app is late: Slack's three seconds, shortened here."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.outcome import TROUBLE
from sandbox.person import Clock, Person
from sandbox.server import Sandbox
from sandbox.timing import Timing
from tests.sandbox.conftest import ADA, MANIFEST
from tests.sandbox.toy import Toy

SUPPORT = "C0SUPPORT1"
PATIENCE = 0.4


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    sandbox = Sandbox(manifest=MANIFEST, timing=Timing(ack_seconds=PATIENCE, trigger_seconds=PATIENCE))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(autouse=True)
def fresh(toy: Toy, sandbox: Sandbox) -> None:
    toy.forget()


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


FORM = {"type": "modal", "callback_id": "form", "title": plain("Form"), "submit": plain("Send"), "blocks": []}
PRESS = {
    "type": "actions",
    "elements": [{"type": "button", "text": plain("Press"), "action_id": "press"}],
}


def silent(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    raise RuntimeError("this listener does not acknowledge")


def test_slack_itself_waits_three_seconds_and_tries_four_times() -> None:
    assert Timing() == Timing(ack_seconds=3, trigger_seconds=3, retry_seconds=(1, 60, 300))


def test_a_command_without_answer_is_told_by_slackbot_to_the_person_alone(
    toy: Toy, ada: Person, ben: Person
) -> None:
    toy.on["command"] = silent
    told = ada.command("/complaint", channel=SUPPORT, strict=False)
    assert told.notice == '/complaint failed with the error "operation_timeout"'
    assert [(one.user, one.text) for one in ada.messages(SUPPORT)] == [("USLACKBOT", told.notice)]
    assert ben.messages(SUPPORT) == []


def test_a_click_without_answer_is_told(toy: Toy, ada: Person) -> None:
    toy.on["action"] = silent
    toy.client.chat_postMessage(channel=ADA, text="x", blocks=[PRESS])
    assert ada.click("Press", strict=False).notice == TROUBLE


def test_a_shortcut_without_answer_is_told(toy: Toy, ada: Person) -> None:
    toy.on["shortcut"] = silent
    assert ada.shortcut("open_complaint", strict=False).notice == TROUBLE


def test_a_form_without_answer_stays_open(toy: Toy, ada: Person) -> None:
    toy.on["view"] = silent
    ada.command("/complaint")
    toy.client.views_open(trigger_id=toy.seen["command"][0]["trigger_id"], view=FORM)
    assert ada.submit(strict=False).notice == TROUBLE
    assert ada.view
    assert ada.state["views"][0]["loading"] is False


def test_a_trigger_lives_by_real_time_whatever_the_clock_says(
    toy: Toy, ada: Person, sandbox: Sandbox
) -> None:
    ada.command("/complaint")
    Clock(sandbox.url).advance(timedelta(hours=1))
    toy.client.views_open(trigger_id=toy.seen["command"][0]["trigger_id"], view=FORM)
    ada.command("/complaint")
    time.sleep(PATIENCE + 0.05)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        toy.client.views_open(trigger_id=toy.seen["command"][1]["trigger_id"], view=FORM)
