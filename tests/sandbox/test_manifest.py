"""manifest.json: what Slack accepts, and no more scopes than are used."""

import json
from pathlib import Path
from typing import Any

from sandbox.directory import read_manifest

MANIFEST = Path(__file__).parents[2] / "manifest.json"
RAW: dict[str, Any] = json.loads(MANIFEST.read_text())


def test_it_asks_for_the_least_scopes() -> None:
    assert read_manifest(MANIFEST).scopes == {
        "commands",
        "chat:write",
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
    assert manifest.events == {"app_home_opened", "message.im"}
