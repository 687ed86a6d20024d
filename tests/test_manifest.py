"""manifest.json: what Slack accepts, what the desk listens to, and no more scopes than are used."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

import handlers
from blocks.home import home
from bot.connectors.slack_home import SlackHomes
from bot.people import Strangers
from bot.redrawing import Redrawer
from handlers.front import Front
from sandbox.directory import read_manifest
from tests.bot.casework import casework
from tests.bot.desk import NOW
from tests.databases import SqliteFiles

MANIFEST = Path(__file__).parent.parent / "manifest.json"
RAW: dict[str, Any] = json.loads(MANIFEST.read_text())


@dataclass
class Register:
    """Stands where Bolt's App does, and only notes what the desk wants to hear."""

    heard: dict[str, set[str]] = field(default_factory=dict)

    def __getattr__(self, kind: str) -> Callable[..., Callable[..., None]]:
        def note(what: object, **_: object) -> Callable[..., None]:
            self.heard.setdefault(kind, set()).update({what} if isinstance(what, str) else set())
            return lambda *_, **__: None

        return note


@pytest.fixture(scope="module")
def heard(sqlite: SqliteFiles) -> dict[str, set[str]]:
    register = Register()
    with casework(sqlite) as work:
        homes = Redrawer(work.desk, SlackHomes(WebClient()), home, lambda: NOW, lambda: NOW)
        handlers.register(register, Front(work.desk, lambda: NOW, Strangers(), lambda: None, homes))
    return register.heard


def test_every_slash_command_has_its_listener(heard: dict[str, set[str]]) -> None:
    assert {each["command"] for each in RAW["features"]["slash_commands"]} == heard["command"]


def test_every_shortcut_has_its_listener(heard: dict[str, set[str]]) -> None:
    assert {each["callback_id"] for each in RAW["features"]["shortcuts"]} == heard["shortcut"]


def test_every_event_that_is_asked_for_has_its_listener(heard: dict[str, set[str]]) -> None:
    asked = {each.partition(".")[0] for each in RAW["settings"]["event_subscriptions"]["bot_events"]}
    assert asked == heard["event"]


def test_it_asks_for_the_least_scopes() -> None:
    assert read_manifest(MANIFEST).scopes == {
        "commands",
        "chat:write",
        "files:read",
        "users:read",
        "usergroups:read",
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "im:history",
        "im:write",
    }


def test_names_and_texts_fit() -> None:
    features = RAW["features"]
    assert len(RAW["display_information"]["name"]) <= 35
    assert len(features["bot_user"]["display_name"]) <= 80
    for command in features["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_it_is_for_socket_mode_and_names_no_address() -> None:
    assert RAW["settings"]["socket_mode_enabled"]
    assert "url" not in MANIFEST.read_text()
    assert "http" not in MANIFEST.read_text()


def test_people_can_write_to_the_app() -> None:
    manifest = read_manifest(MANIFEST)
    assert (manifest.home_tab, manifest.messages_tab, manifest.messages_read_only) == (True, True, False)
