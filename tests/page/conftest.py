"""One sandbox, one app and one Chromium for the page's tests; each test begins with the workspace as new."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, expect, sync_playwright

from sandbox.remote import call
from sandbox.server import Sandbox
from tests.page.showcase import Showcase

MANIFEST = Path(__file__).parent.parent / "sandbox" / "manifest.json"
MESSAGE_SHORTCUT = {
    "name": "Complaint from this message",
    "type": "message",
    "callback_id": "from_message",
    "description": "Take its text",
}
DUE_IN = timedelta(days=3)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
NAMES = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    kept = [one for one in manifest["features"]["shortcuts"] if one["type"] == "global"]
    manifest["features"]["shortcuts"] = [*kept, MESSAGE_SHORTCUT]
    manifest["oauth_config"]["scopes"]["bot"].append("files:read")
    file = tmp_path_factory.mktemp("page") / "manifest.json"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    due = datetime.now(UTC) + DUE_IN
    sandbox = Sandbox(manifest=file, next_due=lambda: due)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def connected(server: Sandbox) -> Iterator[Showcase]:
    showcase = Showcase(server)
    showcase.connect()
    yield showcase
    showcase.close()


@pytest.fixture
def app(server: Sandbox, connected: Showcase) -> Showcase:
    call(server.url, "reset", {})
    connected.forget()
    return connected


@pytest.fixture(scope="module")
def tab(server: Sandbox) -> Iterator[Page]:
    """One tab for all: opening a new one for each test takes longer than the test."""
    program = next(found for name in NAMES if name and (found := shutil.which(name)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium.new_page(base_url=server.url)
        chromium.close()


@pytest.fixture
def page(app: Showcase, tab: Page) -> Iterator[Page]:
    """The page, loaded anew at 1280 by 800. No test may leave a complaint in the browser's console."""
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(said.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    tab.on("console", hear)
    tab.on("pageerror", fail)
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto("/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("support-and-cs-team-members-only")
    yield tab
    tab.evaluate("sessionStorage.clear()")
    tab.goto("about:blank")
    tab.remove_listener("console", hear)
    tab.remove_listener("pageerror", fail)
    assert complaints == []
