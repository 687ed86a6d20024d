"""The workspace's state: members, channels, messages and read marks.

Every accepted write is on the shelf before the method returns. All of it runs on one event loop,
so nothing here locks.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.directory import (
    GENERAL,
    SLACKBOT,
    App,
    Channel,
    Directory,
    Group,
    Member,
    Team,
    direct_channel,
)
from sandbox.messages import Block, Message, mentioned, stored_text
from sandbox.shelf import Shelf


def new_id(prefix: str) -> str:
    """An id as Slack makes them: a letter, then ten letters and digits; not to be guessed."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return prefix + "".join(secrets.choice(alphabet) for _ in range(10))


class Workspace:
    """People, channels and messages."""

    def __init__(self, directory: Directory, shelf: Shelf, clock: Clock, changes: Changes) -> None:
        self.directory = directory
        self.shelf = shelf
        self.clock = clock
        self.changes = changes
        self.members: dict[str, Member] = {}
        self.groups: dict[str, Group] = {}
        self.channels: dict[str, Channel] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._threads: dict[str, dict[str, None]] = {}
        self._last_read: dict[str, str] = {}
        self._load()

    @property
    def team(self) -> Team:
        return self.directory.team

    @property
    def app(self) -> App:
        return self.directory.app

    def _load(self) -> None:
        self._load_people()
        self.channels = {channel.id: channel for channel in self.directory.channels}
        for _, document in self.shelf.all("newcomer"):
            self._open_direct(self.members[document["id"]])
        for key, document in self._of_channels("members"):
            self.channels[key] = replace(self.channels[key], members=tuple(document["members"]))
        self._messages = {channel: {} for channel in self.channels}
        self._threads = {}
        for _, document in self._of_channels("message"):
            message = Message.from_document(document)
            self._messages[message.channel][message.ts] = message
            self._note_thread(message)
        self._last_read = {key: document["ts"] for key, document in self.shelf.all("read")}
        for _, document in self.shelf.all("clock"):
            self.clock.back_to_system()
            self.clock.advance(timedelta(seconds=document["offset"]))

    def _load_people(self) -> None:
        self.members = dict(self.directory.members)
        for key, document in self.shelf.all("newcomer"):
            self.members[key] = Member(**document)
        for key, document in self.shelf.all("person"):
            if key in self.members:
                self.members[key] = replace(self.members[key], deleted=document["deleted"])
        self.groups = {group.id: group for group in self.directory.groups}
        for key, document in self.shelf.all("group"):
            if key in self.groups:
                self.groups[key] = replace(self.groups[key], members=tuple(document["members"]))

    def _of_channels(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """What is kept of channels, without those that people.yaml no longer has."""
        kept = self.shelf.all(kind)
        return [(key, document) for key, document in kept if key.split("/")[0] in self.channels]

    def reset(self) -> None:
        """The workspace as new."""
        self.shelf.clear()
        self.clock.back_to_system()
        self._load()
        self.changes.touch()

    # People and conversations

    def member(self, user: str) -> Member | None:
        return self.members.get(user)

    def set_deleted(self, member: Member, deleted: bool) -> Member:
        """Deactivate or reactivate a person."""
        changed = replace(member, deleted=deleted)
        self.members[member.id] = changed
        self.shelf.put("person", member.id, {"deleted": deleted})
        self.changes.touch()
        return changed

    def newcomer(self, member: Member) -> None:
        """Somebody joins: they are in #general, and may talk with the app."""
        self.members[member.id] = member
        self.shelf.put("newcomer", member.id, asdict(member))
        self._open_direct(member)
        for channel in list(self.channels.values()):
            if channel.name == GENERAL:
                self.join(channel, member.id)
        self.changes.touch()

    def _open_direct(self, member: Member) -> None:
        if self.app.manifest.messages_tab:
            direct = direct_channel(member.id, self.app.bot_user)
            self.channels[direct.id] = direct
            self._messages.setdefault(direct.id, {})

    def set_group(self, group: Group, members: Iterable[str]) -> Group:
        """Put these people, and nobody else, into a user group."""
        changed = replace(group, members=tuple(dict.fromkeys(members)))
        self.groups[group.id] = changed
        self.shelf.put("group", group.id, {"members": list(changed.members)})
        self.changes.touch()
        return changed

    def app_channel(self, person: str) -> Channel | None:
        """A person's DM with the app, unless the app has its messages tab off."""
        return next((one for one in self.channels.values() if one.person == person), None)

    def channels_of(self, user: str) -> list[Channel]:
        return [one for one in self.channels.values() if user in one.members and not one.archived]

    def join(self, channel: Channel, user: str) -> Channel:
        joined = replace(channel, members=(*channel.members, user))
        self.channels[channel.id] = joined
        self.shelf.put("members", channel.id, {"members": list(joined.members)})
        self.changes.touch(joined.members)
        return joined

    def clock_moved(self) -> None:
        """Keep the clock's offset, and tell everybody."""
        self.shelf.put("clock", "offset", {"offset": self.clock.offset.total_seconds()})
        self.changes.touch()

    # Messages

    def message(self, channel: str, ts: str) -> Message | None:
        return self._messages.get(channel, {}).get(ts)

    def messages(self, channel: str) -> Iterator[Message]:
        """Every message of a conversation, oldest first, ephemeral ones too."""
        return iter(list(self._messages[channel].values()))

    def replies(self, parent: Message) -> list[Message]:
        """Its thread without itself, oldest first; what only one person sees is no reply."""
        of_channel = self._messages[parent.channel]
        return [of_channel[ts] for ts in self._threads.get(parent.key, ())]

    def _note_thread(self, message: Message) -> None:
        if message.is_reply and not message.only_for:
            self._threads.setdefault(f"{message.channel}/{message.thread_ts}", {})[message.ts] = None

    def post(
        self,
        channel: Channel,
        user: str,
        text: str,
        blocks: Iterable[Block] = (),
        *,
        thread_ts: str | None = None,
        metadata: dict[str, Any] | None = None,
        only_for: str | None = None,
        broadcast: bool = False,
        files: Iterable[str] = (),
    ) -> Message:
        """Store a message; its ts is later than every other one's of the conversation."""
        kept = tuple(blocks)
        shown = stored_text(text)
        marks = () if only_for else mentioned(shown, kept, channel.members, self._mentionable())
        message = Message(
            channel=channel.id,
            ts=self._next_ts(channel.id),
            user=user,
            text=shown,
            by_app=user == self.app.bot_user,
            blocks=kept,
            thread_ts=thread_ts,
            metadata=metadata,
            only_for=only_for,
            broadcast=broadcast,
            mentions=marks,
            files=tuple(files),
        )
        self._keep(message)
        if not only_for and not message.by_app:
            self.mark_read(user, channel.id)
        return message

    def _mentionable(self) -> dict[str, tuple[str, ...]]:
        return {group.id: group.members for group in self.groups.values() if not group.disabled}

    def say_as_slackbot(self, channel: Channel, person: str, text: str) -> Message:
        """What only this person sees, from Slack's own helper."""
        return self.post(channel, SLACKBOT, text, only_for=person)

    def edit(self, message: Message, text: str, blocks: Iterable[Block], **changes: Any) -> Message:
        """Rewrite a message. Nobody is mentioned anew: Slack promises that for posts only."""
        edited = message.evolve(
            text=stored_text(text), blocks=tuple(blocks), edited_ts=self.stamp(), **changes
        )
        self._keep(edited)
        return edited

    def delete(self, message: Message) -> None:
        self.shelf.drop("message", message.key)
        del self._messages[message.channel][message.ts]
        self._threads.get(f"{message.channel}/{message.thread_ts}", {}).pop(message.ts, None)
        self.changes.touch(self._audience(message))

    def mark_read(self, user: str, channel: str) -> None:
        """Everything in the conversation has been seen by this person."""
        last = next(reversed(self._messages[channel]), "")
        key = f"{user}/{channel}"
        if last and self._last_read.get(key, "") < last:
            self._last_read[key] = last
            self.shelf.put("read", key, {"ts": last})
            self.changes.touch([user])

    def is_unread(self, message: Message, user: str) -> bool:
        """Whether this person has not seen the message; a reply counts for those in its thread."""
        if message.only_for or message.user == user:
            return False
        if message.is_reply and not message.broadcast and user not in self._thread_people(message):
            return False
        return message.ts > self._last_read.get(f"{user}/{message.channel}", "")

    def _thread_people(self, reply: Message) -> set[str]:
        of_channel, channel = self._messages[reply.channel], self.channels[reply.channel]
        stamps = [reply.thread_ts or "", *self._threads.get(f"{reply.channel}/{reply.thread_ts}", ())]
        thread = [of_channel[ts] for ts in stamps if ts in of_channel]
        people = {user for one in thread for user in (one.user, *one.mentions)}
        return people | set(channel.members if channel.is_im else ())

    def _keep(self, message: Message) -> None:
        self.shelf.put("message", message.key, message.document())
        self._messages[message.channel][message.ts] = message
        self._note_thread(message)
        self.changes.touch(self._audience(message))

    def _audience(self, message: Message) -> tuple[str, ...]:
        return (message.only_for,) if message.only_for else self.channels[message.channel].members

    def stamp(self) -> str:
        """Now, in the form of a ts."""
        return f"{self.clock.now().timestamp():.6f}"

    def _next_ts(self, channel: str) -> str:
        """The time in Slack's form, moved on by a microsecond where two would be the same."""
        last = next(reversed(self._messages[channel]), "0.000000")
        stamp = self.stamp()
        if stamp > last:
            return stamp
        seconds, micros = map(int, last.split("."))
        return f"{seconds + (micros + 1) // 1_000_000}.{(micros + 1) % 1_000_000:06d}"
