"""The manifest decides: what an app with other settings is refused and sent."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.person import Person, PersonError
from sandbox.server import Sandbox
from tests.sandbox.conftest import ADA, MANIFEST
from tests.sandbox.toy import Toy

Json = dict[str, Any]
SUPPORT = "C0SUPPORT1"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[Callable[[Json], None]], Sandbox]]:
    def started(change: Callable[[Json], None]) -> Sandbox:
        raw = json.loads(MANIFEST.read_text())
        change(raw)
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(raw))
        sandbox = Sandbox(manifest=path)
        sandbox.start()
        stack.callback(sandbox.stop)
        return sandbox

    with ExitStack() as stack:
        yield started


def without_scope(scope: str) -> Callable[[Json], None]:
    def remove(raw: Json) -> None:
        scopes = raw["oauth_config"]["scopes"]
        scopes["bot"] = [one for one in scopes["bot"] if one != scope]

    return remove


def with_home(**settings: bool) -> Callable[[Json], None]:
    return lambda raw: raw["features"]["app_home"].update(settings)


REFUSALS: dict[str, tuple[Callable[[Json], None], str, Json, str]] = {
    "no chat:write": (
        without_scope("chat:write"),
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x"},
        "missing_scope",
    ),
    "no groups:history": (
        without_scope("groups:history"),
        "conversations.history",
        {"channel": "C0LEADS001"},
        "missing_scope",
    ),
    "no im:history": (
        without_scope("im:history"),
        "conversations.history",
        {"channel": "D0ADA00001"},
        "missing_scope",
    ),
    "no users:read": (without_scope("users:read"), "users.info", {"user": ADA}, "missing_scope"),
    "no usergroups:read": (without_scope("usergroups:read"), "usergroups.list", {}, "missing_scope"),
    "no usergroups:read for members": (
        without_scope("usergroups:read"),
        "usergroups.users.list",
        {"usergroup": "S0AGENTS01"},
        "missing_scope",
    ),
    "messages tab off": (
        with_home(messages_tab_enabled=False),
        "chat.postMessage",
        {"channel": ADA, "text": "x"},
        "messages_tab_disabled",
    ),
    "home tab off": (
        with_home(home_tab_enabled=False),
        "views.publish",
        {"user_id": ADA, "view": {"type": "home", "blocks": []}},
        "not_enabled",
    ),
}


@pytest.mark.parametrize(("change", "method", "args", "code"), REFUSALS.values(), ids=REFUSALS)
def test_what_the_manifest_does_not_grant_is_refused(
    start: Callable[..., Sandbox], change: Callable[[Json], None], method: str, args: Json, code: str
) -> None:
    sandbox = start(change)
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    with pytest.raises(SlackApiError, match=code):
        client.api_call(method, json=args)


def test_public_posting_needs_its_own_scope(start: Callable[..., Sandbox]) -> None:
    sandbox = start(lambda raw: raw["oauth_config"]["scopes"]["bot"].append("chat:write.public"))
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    assert client.chat_postMessage(channel="C0GENERAL1", text="x")["ok"]


def test_a_read_only_messages_tab_takes_no_words(start: Callable[..., Sandbox]) -> None:
    sandbox = start(with_home(messages_tab_read_only_enabled=True))
    with pytest.raises(PersonError, match="has been turned off"):
        Person(sandbox.url, ADA).message("hello")


def test_socket_mode_must_be_on(start: Callable[..., Sandbox]) -> None:
    sandbox = start(lambda raw: raw["settings"].update(socket_mode_enabled=False))
    with pytest.raises(SlackApiError, match="socket_mode_not_enabled"):
        WebClient(base_url=sandbox.api_url).apps_connections_open(app_token=sandbox.app_token)


def test_a_shortcut_on_a_message_brings_the_message(start: Callable[..., Sandbox]) -> None:
    sandbox = start(lambda raw: raw["features"]["shortcuts"][0].update(type="message"))
    toy = Toy(sandbox)
    toy.connect()
    ada = Person(sandbox.url, ADA)
    ada.message("the roof leaks", channel=SUPPORT)
    ada.shortcut("open_complaint", on=ada.messages(SUPPORT)[0])
    [body] = toy.seen["shortcut"]
    toy.close()
    assert (body["type"], body["message"]["text"]) == ("message_action", "the roof leaks")
    assert (body["channel"]["id"], body["message_ts"]) == (SUPPORT, body["message"]["ts"])
    with pytest.raises(PersonError, match="There is no such shortcut"):
        ada.shortcut("open_complaint")


def test_without_should_escape_names_stay_as_typed(start: Callable[..., Sandbox]) -> None:
    sandbox = start(lambda raw: raw["features"]["slash_commands"][0].update(should_escape=False))
    toy = Toy(sandbox)
    toy.connect()
    Person(sandbox.url, ADA).command("/complaint", "@ben & #general")
    toy.close()
    assert toy.seen["command"][0]["text"] == "@ben &amp; #general"


def test_app_home_is_not_told_to_an_app_that_did_not_subscribe(start: Callable[..., Sandbox]) -> None:
    sandbox = start(lambda raw: raw["settings"]["event_subscriptions"].update(bot_events=["message.im"]))
    toy = Toy(sandbox)
    toy.connect()
    ada = Person(sandbox.url, ADA)
    ada.open_home()
    ada.message("after")
    ada.wait_for(lambda _: toy.seen["event"])
    toy.close()
    assert [body["event"]["type"] for body in toy.seen["event"]] == ["message"]
