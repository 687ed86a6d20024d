"""The Events API: what the app subscribed to, delivered until it is acknowledged.

Source: docs.slack.dev/apis/events-api.
"""

import asyncio
from typing import Any

from sandbox.directory import Channel, Member
from sandbox.files import Files
from sandbox.messages import Message
from sandbox.payloads import Payload, event_callback, message_json, user_json
from sandbox.socket_mode import Sockets
from sandbox.timing import Timing
from sandbox.traffic import Traffic
from sandbox.workspace import Workspace, new_id


class Events:
    """Publishes events.

    One that is not acknowledged comes again after each of the delays (real seconds), then is dropped.
    """

    def __init__(
        self,
        workspace: Workspace,
        sockets: Sockets,
        traffic: Traffic,
        timing: Timing,
        files: Files,
    ) -> None:
        self._workspace = workspace
        self._sockets = sockets
        self._traffic = traffic
        self._files = files
        self._delays = timing.retry_seconds
        self._tasks: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Take up the events that were still owed when the workspace stopped."""
        for event_id, document in self._workspace.shelf.all("event"):
            self._start(event_id, document)

    def publish(self, subscription: str, event: Payload) -> None:
        """Owe the app this event, if it subscribed to it."""
        if subscription not in self._workspace.app.manifest.events:
            return
        event_id = new_id("Ev")
        now = int(self._workspace.clock.now().timestamp())
        payload = event_callback(event, event_id, now, self._workspace)
        document = {"payload": payload, "attempt": 0}
        self._workspace.shelf.put("event", event_id, document)
        self._start(event_id, document)

    def message_posted(self, message: Message) -> None:
        """`message.im` and its kin: for people's messages and for the app's own, as Slack does."""
        body = message_json(message, self._workspace, self._files)
        self._message_event(message, body | {"event_ts": message.ts})
        for file_id in message.files:
            self.publish("file_shared", self._file_shared(file_id, message))

    def _file_shared(self, file_id: str, message: Message) -> Payload:
        return {
            "type": "file_shared",
            "file_id": file_id,
            "user_id": message.user,
            "file": {"id": file_id},
            "channel_id": message.channel,
            "event_ts": message.ts,
        }

    def message_changed(self, before: Message, after: Message) -> None:
        """The subtype `message_changed`."""
        self._message_event(
            after,
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "message": message_json(after, self._workspace, self._files),
                "previous_message": message_json(before, self._workspace, self._files),
                "ts": after.edited_ts,
                "event_ts": after.edited_ts,
            },
        )

    def message_deleted(self, message: Message) -> None:
        """The subtype `message_deleted`."""
        self._message_event(
            message,
            {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "deleted_ts": message.ts,
                "previous_message": message_json(message, self._workspace, self._files),
                "ts": message.ts,
                "event_ts": message.ts,
            },
        )

    def user_changed(self, member: Member) -> None:
        """`user_change`: what users.info says of this person is different now."""
        self._about(member, "user_change")

    def team_joined(self, member: Member) -> None:
        """`team_join`: somebody is new."""
        self._about(member, "team_join")

    def _about(self, member: Member, kind: str) -> None:
        now = self._workspace.clock.now()
        with_email = "users:read.email" in self._workspace.app.manifest.scopes
        user = user_json(member, self._workspace.team, now, with_email=with_email)
        stamp = self._workspace.stamp()
        event = {"type": kind, "user": user, "cache_ts": int(now.timestamp()), "event_ts": stamp}
        self.publish(kind, event)

    def _message_event(self, message: Message, event: Payload) -> None:
        channel = self._workspace.channels[message.channel]
        if message.only_for or self._workspace.app.bot_user not in channel.members:
            return
        kind = _channel_type(channel)
        self.publish(f"message.{SUBSCRIPTION[kind]}", {**event, "channel": channel.id, "channel_type": kind})

    def _start(self, event_id: str, document: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(event_id, document))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event_id: str, document: dict[str, Any]) -> None:
        attempt, reason = int(document["attempt"]), "timeout" if document["attempt"] else ""
        while attempt <= len(self._delays):
            if attempt:
                await asyncio.sleep(self._delays[attempt - 1])
            ack = await self._sockets.deliver("events_api", document["payload"], retry=attempt, reason=reason)
            if ack.failure is None:
                self._workspace.shelf.drop("event", event_id)
                return
            attempt += 1
            reason = "timeout"
            self._workspace.shelf.put("event", event_id, {**document, "attempt": attempt})
        self._workspace.shelf.drop("event", event_id)
        self._traffic.add(
            "out", "envelope", "events_api", error="dropped after its last retry", body=document
        )

    async def close(self) -> None:
        """Stop delivering; what is owed stays on the shelf."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


SUBSCRIPTION = {"im": "im", "group": "groups", "channel": "channels"}


def _channel_type(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "group" if channel.private else "channel"
