"""response_url: five posts in thirty minutes (docs.slack.dev/interactivity/handling-user-interaction)."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.errors import SlackError
from sandbox.events import Events
from sandbox.messages import Message
from sandbox.posting import content
from sandbox.workspace import Workspace, new_id

USES_MAX = 5
LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True)
class _Reply:
    person: str
    channel: str
    message_ts: str | None
    expires: str
    uses: int = 0


class Replies:
    """The response_urls that were given out. They live by the workspace's clock."""

    def __init__(self, workspace: Workspace, events: Events, url: str) -> None:
        self._workspace = workspace
        self._events = events
        self._url = url
        self._replies: dict[str, _Reply] = {}
        self.load()

    def load(self) -> None:
        """Read what is on the shelf."""
        self._replies = {key: _Reply(**document) for key, document in self._workspace.shelf.all("reply")}

    def url_for(self, person: str, channel: str, message: Message | None = None) -> str:
        """A new response_url for what this person did in a channel, on a message if there is one."""
        key = f"{new_id('')}/{new_id('').lower()}"
        expires = self._workspace.clock.now() + LIFETIME
        self._keep(key, _Reply(person, channel, message.ts if message else None, expires.isoformat()))
        return f"{self._url}/actions/{self._workspace.team.id}/{key}"

    def use(self, key: str, body: dict[str, Any]) -> None:
        """Post through a response_url: ephemeral unless `response_type` is in_channel."""
        reply = self._usable(key)
        original = self._original(reply)
        if body.get("delete_original"):
            self._delete(original)
        else:
            said = content(body)
            if body.get("replace_original") and original is not None:
                self._replace(original, said.text, said.blocks)
            else:
                self._post(reply, body, said.text, said.blocks)
        self._keep(key, replace(reply, uses=reply.uses + 1))

    def answer_command(self, person: str, channel: str, payload: Any) -> None:
        """The message that an acknowledgement carries."""
        if not isinstance(payload, dict):
            raise SlackError("invalid_command_response", ["an acknowledgement carries an object or nothing"])
        said = content(payload)
        self._post(_Reply(person, channel, None, ""), payload, said.text, said.blocks)

    def _usable(self, key: str) -> _Reply:
        reply = self._replies.get(key)
        if reply is None:
            raise SlackError("invalid_url", ["no such response_url"], status=404)
        if self._workspace.clock.now() > datetime.fromisoformat(reply.expires):
            raise SlackError("expired_url", ["a response_url lives for 30 minutes"], status=404)
        if reply.uses >= USES_MAX:
            raise SlackError("used_url", [f"a response_url can be used {USES_MAX} times"], status=404)
        return reply

    def _original(self, reply: _Reply) -> Message | None:
        return self._workspace.message(reply.channel, reply.message_ts) if reply.message_ts else None

    def _delete(self, original: Message | None) -> None:
        if original is None:
            raise SlackError("message_not_found", ["there is no original message"], status=404)
        self._workspace.delete(original)
        self._events.message_deleted(original)

    def _replace(self, original: Message, text: str, blocks: list[dict[str, Any]]) -> None:
        after = self._workspace.edit(original, text, blocks)
        self._events.message_changed(original, after)

    def _post(self, reply: _Reply, body: dict[str, Any], text: str, blocks: list[dict[str, Any]]) -> None:
        openly = body.get("response_type") == "in_channel"
        message = self._workspace.post(
            self._workspace.channels[reply.channel],
            self._workspace.app.bot_user,
            text,
            blocks,
            thread_ts=body.get("thread_ts"),
            only_for=None if openly else reply.person,
        )
        self._events.message_posted(message)

    def _keep(self, key: str, reply: _Reply) -> None:
        self._workspace.shelf.put("reply", key, asdict(reply))
        self._replies[key] = reply
