"""People of the week: they see the workspace from within its process, and act over HTTP as any other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sandbox import seen
from sandbox.messages import Message
from sandbox.person import Person, SeenMessage, SeenView, Told
from sandbox.screen import Spot
from sandbox.server import Sandbox
from sandbox.site import Site

T = TypeVar("T")
Json = dict[str, Any]
PATIENCE = 10.0
"""Seconds after which something that has not come is missing."""


class Room:
    """The workspace itself. It is read on the thread that writes it, so nothing is seen half done."""

    def __init__(self, sandbox: Sandbox) -> None:
        running = sandbox._running
        assert running is not None
        self.site = running.site
        self._loop = running._server.servers[0].get_loop()

    def look(self, read: Callable[[Site], T]) -> T:
        async def reading() -> T:
            return read(self.site)

        return asyncio.run_coroutine_threadsafe(reading(), self._loop).result(PATIENCE)

    def wait(self, user: str, after: int) -> int:
        """Wait until something has changed for this person, or for a second."""
        waiting = self.site.workspace.changes.wait(user, after, 1.0)
        return asyncio.run_coroutine_threadsafe(waiting, self._loop).result(PATIENCE)

    def deliver(self, payload: Json) -> Any:
        """Hand the app an interaction that no honest client would send. Answers its acknowledgement."""
        sending = self.site.sockets.deliver("interactive", payload)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result(PATIENCE)

    def posts(self, channel: str) -> list[Message]:
        return self.look(lambda site: list(site.workspace.messages(channel)))


class Player(Person):
    """One of the people, whose screen is read without a detour."""

    def __init__(self, room: Room, sandbox: Sandbox, user_id: str, name: str) -> None:
        super().__init__(sandbox.url, user_id)
        self.room = room
        self.name = name
        self.zone = ZoneInfo(room.look(lambda site: site.workspace.members[user_id].tz))
        self._rooms: dict[str | None, str] = {}

    @property
    def views(self) -> list[SeenView]:
        return self.room.look(
            lambda site: [SeenView.of(seen._view(one)) for one in site.views.stack(self.user_id)]
        )

    @property
    def home(self) -> SeenView | None:
        def read(site: Site) -> SeenView | None:
            view = site.views.home(self.user_id)
            return SeenView.of(seen._view(view)) if view else None

        return self.room.look(read)

    def conversation(self, name: str | None = None) -> Json:
        if name not in self._rooms:
            self._rooms[name] = str(super().conversation(name)["id"])
        return {"id": self._rooms[name]}

    def messages(self, channel: str | None = None) -> list[SeenMessage]:
        where = str(self.conversation(channel)["id"])

        def read(site: Site) -> list[SeenMessage]:
            found = [m for m in site.workspace.messages(where) if m.only_for in (None, self.user_id)]
            return [SeenMessage.of(where, raw) for raw in seen._messages(site, found, set())]

        return self.room.look(read)

    def about(self, case: str, channel: str | None = None) -> list[SeenMessage]:
        """The posts that speak of a case in their notification, the oldest first."""
        where = str(self.conversation(channel)["id"])

        def read(site: Site) -> list[SeenMessage]:
            found = [
                m
                for m in site.workspace.messages(where)
                if m.only_for is None and m.text.startswith((f"{case}:", f"{case} "))
            ]
            return [SeenMessage.of(where, raw) for raw in seen._messages(site, found, set())]

        return self.room.look(read)

    def card(self, case: str) -> SeenMessage | None:
        """The card of a case in this person's messages with the desk."""
        posts = self.about(case)
        return next(
            (one for one in reversed(posts) if one.blocks and one.blocks[0]["type"] == "header"), None
        )

    @property
    def told(self) -> int:
        """How often this person was told something that nobody else sees."""
        return len(self.whispers())

    def whispers(self) -> list[str]:
        def read(site: Site) -> list[str]:
            mine = site.workspace.channels_of(self.user_id)
            every = (m for channel in mine for m in site.workspace.messages(channel.id))
            return [" ".join(_said(m)) for m in every if m.only_for == self.user_id]

        return self.room.look(read)

    def wait_for(
        self, found: Callable[[Any], Any], timeout: float = PATIENCE, what: str = "what was awaited"
    ) -> Any:
        for _ in range(int(timeout)):
            while True:
                version = self.room.site.workspace.changes.of(self.user_id)
                answer = found(self)
                if answer:
                    return answer
                if self.room.wait(self.user_id, version) <= version:
                    break
        raise AssertionError(f"{what} has not come. {self.screen()}")

    def step_of(self, view: SeenView) -> str:
        """The step that a form is about: what its metadata says behind the bar."""

        def read(site: Site) -> str:
            found = site.views.find(view.id)
            return str(found.shape.get("private_metadata") or "") if found else ""

        return self.room.look(read).partition("|")[2]

    def use(self, spot: Spot) -> Told:
        """Press a button, wherever it stands."""
        return self._use(spot, {}, strict=False)

    def choose_entry(self, spot: Spot, value: str) -> Told:
        """Choose an entry of a menu by its value."""
        option = next(one for one in spot.element["options"] if one["value"] == value)
        return self._use(spot, {"selected_option": option}, strict=False)

    def clear_desk(self) -> None:
        """Close whatever is open."""
        if self.views:
            self.close(everything=True)


def _said(message: Message) -> Iterator[str]:
    yield message.text
    for block in message.blocks:
        text = block.get("text")
        if isinstance(text, dict):
            yield str(text.get("text", ""))


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Do all of it at the same time."""
    with ThreadPoolExecutor(len(acts)) as hands:
        return [done.result(PATIENCE) for done in [hands.submit(act) for act in acts]]


def instant(ts: str) -> datetime:
    """When a post was made."""
    return datetime.fromtimestamp(float(ts)).astimezone()
