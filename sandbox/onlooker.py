"""What a person sees on their screen, and waiting for it: the half of `Person` that changes nothing."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sandbox.remote import Json, PersonError, call
from sandbox.screen import SeenMessage, SeenView, texts

WAIT_SECONDS = 5.0


class Onlooker:
    """The eyes of one person."""

    def __init__(self, url: str, user_id: str) -> None:
        self.url = url
        self.user_id = user_id

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
        self, found: Callable[[Any], Any], timeout: float = WAIT_SECONDS, what: str = "what was awaited"
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

        def top(person: Onlooker) -> SeenView | None:
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

        def said(person: Onlooker) -> SeenMessage | None:
            return next((one for one in reversed(person.messages(channel)) if text in one.all_text), None)

        message: SeenMessage = self.wait_for(said, timeout, f"a message with '{text}'")
        return message
