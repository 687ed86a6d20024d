"""Shows a surface to a person in the page, on a desk and on a phone, and says what is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from sandbox.person import Person, SeenMessage
from tests.e2e.conftest import Office
from tests.e2e.robot import settle
from tests.page.gallery.people import PERSONAL, TOLD

PICTURES = os.environ.get("PICTURES")
"""A folder for the pictures, to be looked at: a surface is shown whole there, however long it is."""
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8").rstrip().rstrip(";")
RAW = {
    "bold that was not drawn": re.compile(r"(?<![\w*])\*[^\s*][^*\n]*\*(?![\w*])"),
    "italics that were not drawn": re.compile(r"(?<![\w_])_[^\s_][^_\n]*_(?![\w_])"),
    "an escaped sign": re.compile(r"&(amp|lt|gt|quot|#\d+);"),
    "a mention that was not drawn": re.compile(r"<[@#!]"),
    "an emoji that was not drawn": re.compile(r":[a-z]+(_[a-z]+)+:"),
    "a value that is not there": re.compile(r"undefined|\[object|\bNaN\b|\bNone\b(?!\.)|\bnull\b"),
    "a gap in a text": re.compile(r"\[[A-Z][a-z]+|\{\{|\}\}|“”|  +\("),
}
TEXTS = (
    """root => [root.innerText, ...[...root.querySelectorAll("input, textarea")].map(node => node.value)]"""
)
HEIGHT = """() => Math.max(
  0, ...[...document.querySelectorAll(".modal-body, .home, .scroller")].map(node => node.scrollHeight))"""
SETTLED = """async ([user, version]) => {
  const { store, refresh } = await import("/state.js");
  await refresh();
  return store.route.as === user && store.state?.me.id === user && store.state.version >= version;
}"""


class Camera:
    """`wrong` is what was found, by surface and size: nothing, when all is well."""

    def __init__(self, page: Page, office: Office) -> None:
        self.page = page
        self.office = office
        self.wrong: dict[tuple[str, str], list[str]] = {}
        self.console: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.goto("/")

    def modal(self, name: str, person: Person) -> None:
        """The modal on top."""
        assert person.view, f"{name}: {person.screen()}"
        self._show(name, person, {"at": person.conversation()["id"], "tab": "messages"}, ["[role=dialog]"])

    def home(self, name: str, person: Person) -> None:
        """The Home tab."""
        settle(self.office)
        person.open_home()
        settle(self.office)
        person.wait_for(lambda one: one.home, what="a Home")
        self._show(name, person, {"at": person.conversation()["id"], "tab": "home"}, ["section.home"])

    def message(self, name: str, person: Person, *messages: SeenMessage) -> None:
        """Messages of one conversation, or of one thread."""
        channel = messages[0].channel
        place = {"at": channel}
        if any(one["id"] == channel and one["kind"] == "im" for one in person.state["conversations"]):
            place["tab"] = "messages"
        within = ".main"
        if messages[-1].thread_ts not in (None, messages[-1].ts):
            place["thread"], within = str(messages[-1].thread_ts), ".thread"
        self._show(name, person, place, [f'{within} [data-key="{each.ts}"]' for each in messages])

    def _show(self, name: str, person: Person, place: dict[str, str], parts: Sequence[str]) -> None:
        settle(self.office)
        route = "&".join(f"{key}={value}" for key, value in {**place, "as": person.user_id}.items())
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("route => { location.hash = route }", route)
            self._settle(person)
            found = [each for part in parts for each in self._faults(part, size, place.get("at", ""))]
            self.wrong[name, size] = [*dict.fromkeys(found), *self.console]
            self.console.clear()
            self._picture(f"{re.sub(r'[^a-z0-9]+', '-', name)}.{size}", parts)

    def _settle(self, person: Person) -> None:
        """Wait, at most five seconds, until the page shows what the workspace holds now."""
        for _ in range(100):
            if self.page.evaluate(SETTLED, [person.user_id, person.state["version"]]):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("The page is behind the workspace for five seconds.")

    def _faults(self, part: str, size: str, channel: str) -> list[str]:
        node = self.page.locator(part).first
        node.wait_for(state="visible", timeout=3000)
        node.scroll_into_view_if_needed()
        found: list[str] = node.evaluate(f"(root, phone) => ({FAULTS})(root, phone)", size == "phone")
        texts: list[str] = node.evaluate(TEXTS)
        for text in texts:
            found += [f"{what}: {hit.group()}" for what, sign in RAW.items() if (hit := sign.search(text))]
        allowed = TOLD.get(channel)
        if allowed is not None:
            found += [f"personal: {each}" for each in PERSONAL - allowed if each in "\n".join(texts)]
        return found

    def _picture(self, name: str, parts: Sequence[str]) -> None:
        """The whole of the surface, in a window that is as high as it needs."""
        if not PICTURES:
            return
        size: Any = self.page.viewport_size
        high = self.page.evaluate(HEIGHT)
        height = min(6000, max(size["height"], high + 330))
        self.page.set_viewport_size({"width": size["width"], "height": height})
        boxes = [self.page.locator(part).first.bounding_box() for part in parts]
        tops = [box for box in boxes if box]
        left, top = min(box["x"] for box in tops), min(box["y"] for box in tops)
        right = max(box["x"] + box["width"] for box in tops)
        bottom = max(box["y"] + box["height"] for box in tops)
        if parts == ["section.home"]:
            bottom = min(bottom, top + high + 10)
        clip = {"x": left, "y": top, "width": min(right - left, 900), "height": bottom - top}
        self.page.wait_for_timeout(150)
        self.page.screenshot(path=Path(PICTURES) / f"{name}.png", clip=clip, animations="disabled")
