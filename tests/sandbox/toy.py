"""A tiny Bolt app, connected by Socket Mode, whose answers each test sets."""

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.person import Person, Trouble
from sandbox.server import Sandbox

Json = dict[str, Any]
Listener = Callable[[Ack, Json, WebClient], object]
ANY = re.compile(".*")
KINDS = ("command", "shortcut", "action", "options", "view", "view_closed", "event")


def _acknowledge(ack: Ack, body: Json, client: WebClient) -> None:
    ack()


class Toy:
    """`on[kind]` is what the app does; `seen[kind]` the bodies it got."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.on: dict[str, Listener] = {}
        self.seen: dict[str, list[Json]] = {}
        self.forget()
        self.client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        app = App(client=self.client, process_before_response=True)
        app.command("/complaint")(self._listener("command"))
        app.shortcut(re.compile("^open_"))(self._listener("shortcut"))
        app.action({"action_id": ANY})(self._listener("action"))
        app.options({"action_id": ANY})(self._listener("options"))
        app.view(ANY)(self._listener("view"))
        app.view_closed(ANY)(self._listener("view_closed"))
        app.event("app_home_opened")(self._listener("event"))
        app.event("message")(self._listener("event"))
        app.event("user_change")(self._listener("event"))
        app.event("team_join")(self._listener("event"))
        app.event("file_shared")(self._listener("event"))
        self._handler = SocketModeHandler(app, sandbox.app_token, ping_interval=0.3)

    def _listener(self, kind: str) -> Callable[..., None]:
        def listener(ack: Ack, body: Json, client: WebClient, context: BoltContext) -> None:
            self.seen[kind].append(body)
            self.on.get(kind, _acknowledge)(ack, body, client)

        return listener

    def forget(self) -> None:
        """No answers set, nothing seen."""
        self.on.clear()
        self.seen.clear()
        self.seen.update({kind: [] for kind in KINDS})

    def connect(self) -> None:
        """Connect, and wait until the workspace counts the connection."""
        self._handler.connect()
        somebody = Person(self._sandbox.url, "U0ADA00001")
        somebody.wait_for(lambda person: person.state["connections"] >= 1, what="the connection")

    def close(self) -> None:
        """Disconnect. Cut from the far end first, or the SDK's reader waits for three seconds."""
        self._handler.client.auto_reconnect_enabled = False
        self._handler.client.default_auto_reconnect_enabled = False
        Trouble(self._sandbox.url).disconnect("cut")
        self._handler.close()
