"""A person for tests: the hands of README.md from Python.

ada = Person(sandbox.url, "U0ADA00001")
ada.command("/complaint")
ada.wait_for_view("Who is calling?")
ada.fill({"Homeowner": "Hanna", "Channel": "Phone"})
ada.submit()
ada.click("Yes, contacted")          # in the open modal, else in the newest message that has it
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sandbox.inputs import VALUE_KEYS, options
from sandbox.remote import Clock, PersonError, Staff, Trouble, call
from sandbox.screen import SeenMessage, SeenView, Spot, Surface, texts

Json = dict[str, Any]

__all__ = ["Clock", "Person", "PersonError", "SeenMessage", "SeenView", "Staff", "Told", "Trouble"]

WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class Told:
    """What Slack told the person: a notice, or what is wrong with which block."""

    notice: str | None = None
    errors: dict[str, str] = field(default_factory=dict)


class Person:
    """One person at their Slack client. Menus and inputs are called by label, placeholder or id."""

    def __init__(self, url: str, user_id: str) -> None:
        self.url = url
        self.user_id = user_id
        self._typed: dict[tuple[str, str, str], Json] = {}

    # Looking

    @property
    def state(self) -> Json:
        """Everything this person may see, as `GET /hands/state` answers it."""
        return call(self.url, f"state?{urlencode({'as': self.user_id})}")

    @property
    def views(self) -> list[SeenView]:
        """The open modals, the lowest first."""
        return [SeenView.of(raw) for raw in self.state["views"]]

    @property
    def view(self) -> SeenView | None:
        """The modal on top."""
        return next(reversed(self.views), None)

    @property
    def home(self) -> SeenView | None:
        """What the app published to App Home; `open_home()` to visit it."""
        raw = self.state["home"]
        return SeenView.of(raw) if raw else None

    def conversation(self, name: str | None = None) -> Json:
        """A conversation by name or id; None is the DM with the app."""
        for one in self.state["conversations"]:
            if one["kind"] == "im" if name is None else name.lstrip("#") in (one["name"], one["id"]):
                found: Json = one
                return found
        raise PersonError(f"{self.user_id} is in no conversation {name or 'with the app'}. {self.screen()}")

    def messages(self, channel: str | None = None) -> list[SeenMessage]:
        """The messages of a conversation, oldest first, thread replies and ephemeral ones too."""
        found = self.conversation(channel)
        return [SeenMessage.of(found["id"], raw) for raw in found["messages"]]

    def dm(self) -> list[SeenMessage]:
        """The messages of the DM with the app."""
        return self.messages(None)

    def screen(self) -> str:
        """What is on the screen, in words."""
        state = self.state
        lines = [f"On the screen of {state['me']['real_name']}:"]
        for raw in state["views"]:
            lines += [f"modal '{raw['title']}':", *(f"    {line}" for line in texts(raw["blocks"]))]
        for one in state["conversations"]:
            lines.append(f"{one['name'] or 'DM with the app'}, last messages:")
            for message in one["messages"][-3:]:
                buttons = SeenMessage.of(one["id"], message).buttons
                lines.append(f"    {message['username']}: {message['text']} {buttons or ''}".rstrip())
        return "\n".join(lines)

    def wait_for(
        self, found: Callable[["Person"], Any], timeout: float = WAIT_SECONDS, what: str = "what was awaited"
    ) -> Any:
        """Wait until `found(person)` answers something true, and answer it."""
        deadline = time.monotonic() + timeout
        while True:
            version = self.state["version"]
            answer = found(self)
            if answer:
                return answer
            left = deadline - time.monotonic()
            if left <= 0:
                raise PersonError(f"After {timeout:g} s {what} has not come. {self.screen()}")
            asked = {"as": self.user_id, "after": version, "wait": min(left, 0.25)}
            call(self.url, f"state?{urlencode(asked)}")

    def wait_for_view(self, name: str, timeout: float = WAIT_SECONDS) -> SeenView:
        """Wait until the modal on top has this title or callback id, or says this."""

        def top(person: "Person") -> SeenView | None:
            view = person.view
            known = view is not None and (name in (view.title, view.callback_id) or name in view.all_text)
            return view if known else None

        view: SeenView = self.wait_for(top, timeout, f"the modal '{name}'")
        return view

    def wait_for_no_view(self, timeout: float = WAIT_SECONDS) -> None:
        """Wait until every modal is closed."""
        self.wait_for(lambda person: not person.views, timeout, "the end of the modal")

    def wait_for_message(
        self, text: str, channel: str | None = None, timeout: float = WAIT_SECONDS
    ) -> SeenMessage:
        """Wait for a message that says this (the newest one); None is the DM with the app."""

        def said(person: "Person") -> SeenMessage | None:
            return next((one for one in reversed(person.messages(channel)) if text in one.all_text), None)

        message: SeenMessage = self.wait_for(said, timeout, f"a message with '{text}'")
        return message

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
            self._put(spot, value)
            if spot.block["type"] == "input" and spot.block.get("dispatch_action"):
                self._use(spot, self._value(spot, value), strict=True)

    def submit(self, *, strict: bool = True) -> Told:
        """Send the modal on top; `strict` raises when it is refused."""
        view = self._top()
        return self._act("submit", {"view": view.id, "state": self._state(view)}, strict)

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
        return self._use(spot, {"selected_option": self._option(spot, name)}, strict)

    def choose(self, name: str, value: Any, on: Surface | str | None = None, *, strict: bool = True) -> Told:
        """Choose in a menu, picker or group of radio buttons outside of inputs; the app is told at once."""
        spot = next((one for one in self._spots(on) if one.is_called(name)), None)
        if spot is None:
            raise PersonError(f"There is no '{name}' to choose in. {self.screen()}")
        self._put(spot, value)
        return self._use(spot, self._value(spot, value), strict)

    def suggest(self, name: str, typed: str, on: Surface | str | None = None) -> list[str]:
        """What an external menu offers when this is typed: the texts of its options."""
        spot = next((one for one in self._spots(on) if one.is_called(name)), None)
        if spot is None:
            raise PersonError(f"There is no menu '{name}'. {self.screen()}")
        return [one["text"]["text"] for one in self._suggestions(spot, typed)]

    # Within

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
            "state": self._state_in(spot.container),
        }
        return self._act("action", body, strict)

    def _put(self, spot: Spot, value: Any) -> None:
        key = (json.dumps(spot.container), spot.block["block_id"], spot.element["action_id"])
        self._typed[key] = self._value(spot, value)

    def _state(self, view: SeenView) -> Json:
        """What was typed, where the view still has the same block and action."""
        alive = {(spot.block["block_id"], spot.element["action_id"]) for spot in view.spots}
        state = self._state_in(view.container)
        values = {
            block: {action: value for action, value in actions.items() if (block, action) in alive}
            for block, actions in state["values"].items()
        }
        return {"values": values}

    def _state_in(self, container: Json) -> Json:
        values: dict[str, Json] = {}
        for (where, block_id, action_id), value in self._typed.items():
            if where == json.dumps(container):
                values.setdefault(block_id, {})[action_id] = value
        return {"values": values}

    def _value(self, spot: Spot, value: Any) -> Json:
        kind = spot.element["type"]
        if kind not in VALUE_KEYS:
            raise PersonError(f"'{spot.names[2]}' is a {kind}; it holds no value.")
        key = VALUE_KEYS[kind][0]
        return {"type": kind, key: None if value is None else self._read(spot, key, value)}

    def _read(self, spot: Spot, key: str, value: Any) -> Any:
        """What a test wrote, as the value that Slack keeps under this key."""
        several = list(value) if isinstance(value, list | tuple | set) else [value]
        readers: dict[str, Callable[[], Any]] = {
            "selected_option": lambda: self._option(spot, value),
            "selected_options": lambda: [self._option(spot, one) for one in several],
            "selected_user": lambda: self._id(value),
            "selected_users": lambda: [self._id(one) for one in several],
            "selected_conversation": lambda: self._id(value),
            "selected_conversations": lambda: [self._id(one) for one in several],
            "selected_channel": lambda: self._id(value),
            "selected_channels": lambda: [self._id(one) for one in several],
            "rich_text_value": lambda: _rich_text(value),
            "selected_date_time": lambda: int(value.timestamp() if isinstance(value, datetime) else value),
            "files": lambda: several,
        }
        return readers.get(key, lambda: str(value))()

    def _option(self, spot: Spot, shown: Any) -> Json:
        offered = options(spot.element)
        if spot.element["type"].endswith("external_select"):
            offered = self._suggestions(spot, str(shown))
        for one in offered:
            if shown in (one["text"]["text"], one.get("value")):
                return one
        texts_offered = [one["text"]["text"] for one in offered]
        raise PersonError(f"'{shown}' is not offered in '{spot.names[0]}', only {texts_offered}.")

    def _suggestions(self, spot: Spot, typed: str) -> list[Json]:
        ids = {"block_id": spot.block["block_id"], "action_id": spot.element["action_id"]}
        return options(self._post("suggest", {"container": spot.container, **ids, "value": typed}))

    def _id(self, shown: str) -> str:
        state = self.state
        for one in [*state["people"], *state["conversations"]]:
            if shown.lstrip("@#") in (one["id"], one["name"], one.get("real_name")):
                return str(one["id"])
        raise PersonError(f"Nobody and nothing here is called '{shown}'.")


def _rich_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
    return {"type": "rich_text", "elements": [section]}
