"""What people write: slash commands and messages."""

import re
from collections.abc import Iterable

from sandbox.directory import Channel, Member
from sandbox.errors import HandsError, SlackError
from sandbox.messages import Message, stored_text
from sandbox.outcome import Outcome
from sandbox.payloads import slash_command
from sandbox.site import Site
from sandbox.socket_mode import Ack


class Words:
    """The keyboards of every person in one workspace."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._workspace = site.workspace

    async def command(self, person: Member, channel: Channel, command: str, text: str) -> Outcome:
        """A slash command; its failure is told by Slackbot, to this person only."""
        entry = self._workspace.app.manifest.command(command)
        if entry is None:
            raise HandsError(f"{command} is not a command here; known: {self._known_commands()}.")
        said = self._escaped(text.strip()) if entry.get("should_escape") else stored_text(text.strip())
        payload = slash_command(
            command,
            said,
            person,
            channel,
            self._workspace,
            trigger_id=self._site.views.trigger(person.id),
            response_url=self._site.replies.url_for(person.id, channel.id),
        )
        ack = await self._site.sockets.deliver("slash_commands", payload)
        failure = ack.failure or self._answered_command(person, channel, ack)
        if failure is None:
            return Outcome()
        notice = f'{command} failed with the error "{failure}"'
        self._workspace.say_as_slackbot(channel, person.id, notice)
        return Outcome(notice)

    def _answered_command(self, person: Member, channel: Channel, ack: Ack) -> str | None:
        if not ack.payload:
            return None
        try:
            self._site.replies.answer_command(person.id, channel.id, ack.payload)
        except SlackError as refusal:
            self._site.traffic.add("in", "ack", "slash_commands", error=str(refusal), body=ack.payload)
            return refusal.code
        return None

    def _known_commands(self) -> str:
        return ", ".join(str(one["command"]) for one in self._workspace.app.manifest.commands) or "none"

    def _escaped(self, text: str) -> str:
        """`@name` and `#channel` as `<@U…|name>` and `<#C…|name>`."""
        people = {member.name: member.id for member in self._workspace.members.values()}
        channels = {one.name: one.id for one in self._workspace.channels.values() if one.name}

        def person(match: re.Match[str]) -> str:
            found = people.get(match[1])
            return f"<@{found}|{match[1]}>" if found else match[0]

        def channel(match: re.Match[str]) -> str:
            found = channels.get(match[1])
            return f"<#{found}|{match[1]}>" if found else match[0]

        with_people = re.sub(r"(?<!\S)@([a-z0-9._-]+)", person, stored_text(text))
        return re.sub(r"(?<!\S)#([a-z0-9_-]+)", channel, with_people)

    def _with_groups(self, text: str) -> str:
        """`@handle` of a user group as `<!subteam^S…>`."""
        handles = {group.handle: group.id for group in self._workspace.groups.values() if not group.disabled}

        def group(match: re.Match[str]) -> str:
            found = handles.get(match[1])
            return f"<!subteam^{found}>" if found else match[0]

        return re.sub(r"(?<!\S)@([a-z0-9._-]+)", group, text)

    def message(
        self, person: Member, channel: Channel, text: str, thread_ts: str | None, files: Iterable[str] = ()
    ) -> Message:
        """A message, perhaps with files; `@name` mentions, as the client would turn it into an id."""
        if channel.is_im and self._workspace.app.manifest.messages_read_only:
            raise HandsError("Sending messages to this app has been turned off.")
        shared = [file.id for file in self._site.files.chosen(person.id, files)]
        if not text.strip() and not shared:
            raise HandsError("The message is empty.")
        parent = self._workspace.message(channel.id, thread_ts) if thread_ts else None
        if thread_ts and parent is None:
            raise HandsError(f"There is no message {thread_ts} to reply to.")
        message = self._workspace.post(
            channel,
            person.id,
            re.sub(r"\|[^>]*>", ">", self._escaped(self._with_groups(text))),
            thread_ts=(parent.thread_ts or parent.ts) if parent else None,
            files=shared,
        )
        self._site.events.message_posted(message)
        return message
