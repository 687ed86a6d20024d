"""A person for tests: the hands of README.md from Python.

ada = Person(sandbox.url, "U0ADA00001")
ada.command("/complaint")
ada.wait_for_view("Who is calling?")
ada.fill({"Homeowner": "Hanna", "Channel": "Phone"})
ada.submit()
ada.click("Yes, contacted")          # in the open modal, else in the newest message that has it
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.filling import Filling
from sandbox.inputs import TYPED, options
from sandbox.onlooker import Onlooker
from sandbox.remote import Clock, Json, PersonError, Staff, Trouble, call
from sandbox.screen import SeenMessage, SeenView, Spot, Surface

__all__ = ["Clock", "Person", "PersonError", "SeenMessage", "SeenView", "Staff", "Told", "Trouble"]


@dataclass(frozen=True)
class Told:
    """What Slack told the person: a notice, or what is wrong with which block."""

    notice: str | None = None
    errors: dict[str, str] = field(default_factory=dict)


class Person(Onlooker):
    """One person at their Slack client. Menus and inputs are called by label, placeholder or id."""

    def __init__(self, url: str, user_id: str) -> None:
        super().__init__(url, user_id)
        self._filling = Filling(lambda: self.state, self._suggestions)

    # Acting

    def command(
        self, command: str, text: str = "", channel: str | None = None, *, strict: bool = True
    ) -> Told:
        """Type a slash command, in the DM with the app unless a channel is given.

        `strict` raises when Slack shows a notice, here and below.
        """
        body = {"channel": self.conversation(channel)["id"], "command": command, "text": text}
        return self._act("command", body, strict)

    def shortcut(self, callback_id: str, on: SeenMessage | None = None, *, strict: bool = True) -> Told:
        """Use a global shortcut, or one on a message."""
        where = {"channel": on.channel, "ts": on.ts} if on else {}
        return self._act("shortcut", {"callback_id": callback_id, **where}, strict)

    def message_shortcut(self, name: str, on: SeenMessage, *, strict: bool = True) -> Told:
        """Choose a shortcut, by the name or callback id that the menu of a message shows."""
        offered = [one for one in self.state["app"]["shortcuts"] if one["type"] == "message"]
        for one in offered:
            if name in (one["name"], one["callback_id"]):
                return self.shortcut(one["callback_id"], on, strict=strict)
        raise PersonError(f"A message's menu has no '{name}', only {[one['name'] for one in offered]}.")

    def message(self, text: str, channel: str | None = None, thread_ts: str | None = None) -> str:
        """Post a message, in the DM with the app unless a channel is given. Answers its ts."""
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        body = {"channel": self.conversation(channel)["id"], "text": text, **thread}
        return str(self._post("message", body)["ts"])

    def open_home(self, tab: str = "home") -> None:
        """Visit the app's page."""
        self._post("home", {"tab": tab})

    def mark_read(self, channel: str | None = None) -> None:
        """Mark a conversation as read."""
        self._post("read", {"channel": self.conversation(channel)["id"]})

    def fill(self, values: dict[str, Any]) -> None:
        """Put values into the inputs of the modal on top; inputs with dispatch_action tell the app at once.

        Texts, dates, times and numbers as strings; options, people and channels by what is shown or by id;
        lists where several may be chosen; None empties.
        """
        for name, value in values.items():
            spot = self._find(name, self._top())
            given = self._filling.value(spot, value)
            self._filling.put(spot, given)
            if spot.tells_at_once:
                self._use(spot, given, strict=True)

    def type(self, name: str, text: str, *, enter: bool = False, strict: bool = True) -> Told:
        """Type into a text input of the modal on top, and (`enter`) press Enter, without submitting.

        The app hears of it only where the input dispatches: by `on_character_entered` while one types, by
        `on_enter_pressed` (also when nothing is configured) at Enter.
        """
        spot = self._find(name, self._top())
        if spot.element["type"] not in TYPED:
            raise PersonError(f"'{name}' is a {spot.element['type']}; nothing can be typed into it.")
        value = self._filling.value(spot, text)
        self._filling.put(spot, value)
        config = spot.element.get("dispatch_action_config") or {}
        heard = config.get("trigger_actions_on", ["on_enter_pressed"])
        told = Told()
        if spot.tells_at_once and "on_character_entered" in heard:
            told = self._use(spot, value, strict)
        if spot.tells_at_once and enter and "on_enter_pressed" in heard:
            told = self._use(spot, value, strict)
        return told

    def submit(self, *, strict: bool = True) -> Told:
        """Send the modal on top; `strict` raises when it is refused."""
        view = self._top()
        return self._act("submit", {"view": view.id, "state": self._filling.state_of(view)}, strict)

    def close(self, *, everything: bool = False) -> None:
        """Cancel the modal on top, or close all by the X."""
        self._post("close", {"view": self._top().id, "all": everything})

    def click(self, name: str, on: Surface | str | None = None, *, strict: bool = True) -> Told:
        """Press a button, or choose an entry of an overflow menu, by its text or action id.

        `on` is a message, a view or "home"; without it the modal on top, else the newest message that has it.
        """
        spot = self._clickable(name, on)
        if spot.element["type"] != "overflow" or spot.is_called(name):
            return self._use(spot, {}, strict)
        return self._use(spot, {"selected_option": self._filling.option(spot, name)}, strict)

    def attach(self, name: str, file_name: str, content: bytes | str) -> Json:
        """Choose one more file in a file input of the modal on top; answers Slack's file object."""
        spot = self._find(name, self._top())
        if spot.element["type"] != "file_input":
            raise PersonError(f"'{name}' is a {spot.element['type']}; no file can be chosen in it.")
        file = self._upload(file_name, content)
        self._filling.put(spot, self._filling.value(spot, [*self._filling.files(spot), file]))
        return file

    def share(
        self,
        file_name: str,
        content: bytes | str,
        channel: str | None = None,
        *,
        text: str = "",
        thread_ts: str | None = None,
    ) -> str:
        """Post a file, in the DM with the app unless a channel is given. Answers the message's ts."""
        file = self._upload(file_name, content)
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        body = {"channel": self.conversation(channel)["id"], "text": text, "files": [file["id"]], **thread}
        return str(self._post("message", body)["ts"])

    def choose(self, name: str, value: Any, on: Surface | str | None = None, *, strict: bool = True) -> Told:
        """Choose in a menu, picker or group of radio buttons.

        The app is told at once, unless it stands in an input that keeps its value for the form. In an
        external menu, of what the last search offered.
        """
        spot = self._menu(name, on)
        given = self._filling.value(spot, value)
        self._filling.put(spot, given)
        waits = spot.block["type"] == "input" and not spot.tells_at_once
        return Told() if waits else self._use(spot, given, strict)

    def search(self, name: str, typed: str, on: Surface | str | None = None) -> list[Json]:
        """What an external menu offers when this is typed: its options, groups flattened."""
        return self._filling.search(self._menu(name, on), typed)

    def suggest(self, name: str, typed: str, on: Surface | str | None = None) -> list[str]:
        """What an external menu offers when this is typed: the texts of its options."""
        return [one["text"]["text"] for one in self.search(name, typed, on)]

    # Within

    def _upload(self, name: str, content: bytes | str) -> Json:
        raw = content.encode() if isinstance(content, str) else content
        body = {"name": name, "content": base64.b64encode(raw).decode()}
        file: Json = self._post("upload", body)["file"]
        return file

    def _post(self, path: str, body: Json) -> Json:
        try:
            return call(self.url, path, {"as": self.user_id, **body})
        except PersonError as error:
            raise PersonError(f"{error} {self.screen()}") from None

    def _act(self, path: str, body: Json, strict: bool) -> Told:
        answer = self._post(path, body)
        told = Told(answer.get("notice"), answer.get("errors", {}))
        if strict and (told.notice or told.errors):
            raise PersonError(f"{path} was refused: {told.notice or told.errors}. {self.screen()}")
        return told

    def _top(self) -> SeenView:
        view = self.view
        if view is None:
            raise PersonError(f"No modal is open. {self.screen()}")
        return view

    def _find(self, name: str, surface: Surface) -> Spot:
        for spot in surface.spots:
            if spot.is_called(name):
                return spot
        offered = [spot.names[0] or spot.names[2] for spot in surface.spots]
        raise PersonError(f"There is no input '{name}', only {offered}. {self.screen()}")

    def _menu(self, name: str, on: Surface | str | None) -> Spot:
        spot = next((one for one in self._spots(on) if one.is_called(name)), None)
        if spot is None:
            raise PersonError(f"There is no '{name}' to choose in. {self.screen()}")
        return spot

    def _spots(self, on: Surface | str | None) -> Iterator[Spot]:
        """The elements in reach, nearest first."""
        if on == "home":
            yield from self.home.spots if self.home else []
        elif isinstance(on, Surface):
            yield from on.spots
        else:
            view = self.view
            yield from view.spots if view else self._message_spots()

    def _message_spots(self) -> list[Spot]:
        messages = [
            SeenMessage.of(one["id"], raw) for one in self.state["conversations"] for raw in one["messages"]
        ]
        newest = sorted(messages, key=lambda message: message.ts, reverse=True)
        return [spot for message in newest for spot in message.spots]

    def _clickable(self, name: str, on: Surface | str | None) -> Spot:
        for spot in self._spots(on):
            kind = spot.element["type"]
            entries = [one["text"]["text"] for one in options(spot.element)] if kind == "overflow" else []
            button = kind == "button" and name in (spot.names[1], spot.names[2])
            if button or name in entries:
                return spot
        raise PersonError(f"There is no button '{name}'. {self.screen()}")

    def _use(self, spot: Spot, value: Json, strict: bool) -> Told:
        action = {"type": spot.element["type"], "action_id": spot.element["action_id"], **value}
        body = {
            "container": spot.container,
            "block_id": spot.block["block_id"],
            "action": action,
            "state": self._filling.state_in(spot.container),
        }
        return self._act("action", body, strict)

    def _suggestions(self, spot: Spot, typed: str) -> list[Json]:
        ids = {"block_id": spot.block["block_id"], "action_id": spot.element["action_id"]}
        return options(self._post("suggest", {"container": spot.container, **ids, "value": typed}))
