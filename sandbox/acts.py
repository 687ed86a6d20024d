"""What people do in Slack's client, and what Slack then sends to the app and shows to the person."""

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox import block_kit
from sandbox.answers import apply_submission
from sandbox.directory import Channel, Member
from sandbox.errors import HandsError, SlackError
from sandbox.inputs import complaints, elements, merged_state, own_option
from sandbox.messages import Message, stored_text
from sandbox.payloads import Payload, channel_name, interaction, message_json, slash_command
from sandbox.site import Site
from sandbox.socket_mode import Ack
from sandbox.views import View, view_json

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Outcome:
    """What the person is told: nothing, a notice, or what is wrong with which field."""

    notice: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"notice": self.notice} if self.notice else {}
        return told | ({"errors": self.errors} if self.errors else {})


@dataclass(frozen=True)
class Place:
    """Where a click happened: a message, a modal or App Home."""

    blocks: list[Payload]
    message: Message | None = None
    view: View | None = None


class Acts:
    """The hands of every person in one workspace."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._workspace = site.workspace

    # Words

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
            if not isinstance(ack.payload, dict):
                raise SlackError("invalid_command_response")
            self._site.replies.answer_command(person.id, channel.id, ack.payload)
        except SlackError as refusal:
            self._site.traffic.add("in", "ack", "slash_commands", error=str(refusal), body=ack.payload)
            return refusal.code
        return None

    def _known_commands(self) -> str:
        return ", ".join(str(one["command"]) for one in self._workspace.app.manifest.commands) or "none"

    def _escaped(self, text: str) -> str:
        """`@name` and `#channel` as `<@U…|name>` and `<#C…|name>`."""
        people = {member.name: member.id for member in self._workspace.directory.members.values()}
        channels = {one.name: one.id for one in self._workspace.channels.values() if one.name}

        def person(match: re.Match[str]) -> str:
            found = people.get(match[1])
            return f"<@{found}|{match[1]}>" if found else match[0]

        def channel(match: re.Match[str]) -> str:
            found = channels.get(match[1])
            return f"<#{found}|{match[1]}>" if found else match[0]

        with_people = re.sub(r"(?<!\S)@([a-z0-9._-]+)", person, stored_text(text))
        return re.sub(r"(?<!\S)#([a-z0-9_-]+)", channel, with_people)

    def message(self, person: Member, channel: Channel, text: str, thread_ts: str | None) -> Message:
        """A message; `@name` mentions, as the client would turn it into an id."""
        if channel.is_im and self._workspace.app.manifest.messages_read_only:
            raise HandsError("Sending messages to this app has been turned off.")
        if not text.strip():
            raise HandsError("The message is empty.")
        if thread_ts is not None and self._workspace.message(channel.id, thread_ts) is None:
            raise HandsError(f"There is no message {thread_ts} to reply to.")
        message = self._workspace.post(
            channel, person.id, re.sub(r"\|[^>]*>", ">", self._escaped(text)), thread_ts=thread_ts
        )
        self._site.events.message_posted(message)
        return message

    # Shortcuts, clicks and menus

    async def shortcut(self, person: Member, callback_id: str, message: Message | None) -> Outcome:
        """A global shortcut, or one on a message."""
        entry = self._workspace.app.manifest.shortcut(callback_id)
        if entry is None or (entry["type"] == "message") != (message is not None):
            raise HandsError(f"There is no such shortcut: {callback_id}.")
        kind = "message_action" if message else "shortcut"
        payload = interaction(kind, person, self._workspace) | {
            "action_ts": self._stamp(),
            "callback_id": callback_id,
            "trigger_id": self._site.views.trigger(person.id),
        }
        if message:
            payload |= self._message_part(person, message) | {"message_ts": message.ts}
        return self._told(await self._site.sockets.deliver("interactive", payload))

    async def action(
        self, person: Member, place: Place, block_id: str, action: Payload, typed: Payload
    ) -> Outcome:
        """A click or a choice: `block_actions`."""
        block, element = _element(place, block_id, str(action.get("action_id")))
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise HandsError(
                "An input sends its value with the form, not by itself (dispatch_action is off)."
            )
        done = _completed(element, action) | {"block_id": block_id, "action_ts": self._stamp()}
        values = self._state_after(place, block_id, action, typed)
        view = self._site.views.set_state(place.view, values) if place.view else None
        payload = interaction("block_actions", person, self._workspace) | {
            "trigger_id": self._site.views.trigger(
                person.id, view.id if view and view.type == "modal" else None
            ),
            "actions": [done],
            **self._container(person, place.message, view),
            "state": {"values": values},
        }
        if view:
            del payload["state"]
        return self._told(await self._site.sockets.deliver("interactive", payload))

    def _state_after(self, place: Place, block_id: str, action: Payload, typed: Payload) -> Payload:
        """What stands in every input, the one that was just used included."""
        given = {key: dict(value) for key, value in (typed.get("values") or {}).items()}
        given.setdefault(block_id, {})[str(action["action_id"])] = action
        return merged_state(place.blocks, place.view.state if place.view else {}, given)

    async def suggest(
        self, person: Member, place: Place, block_id: str, action_id: str, value: str
    ) -> dict[str, Any]:
        """What an external menu offers for what was typed: `{"options": […]}` or `{"option_groups": […]}`."""
        _, element = _element(place, block_id, action_id)
        if not element["type"].endswith("external_select"):
            raise HandsError(f"{action_id} is no menu that asks the app for its options.")
        if len(value) < element.get("min_query_length", 3):
            return {"options": []}
        payload = interaction("block_suggestion", person, self._workspace) | {
            "action_id": action_id,
            "block_id": block_id,
            "value": value,
            **self._container(person, place.message, place.view, replying=False),
        }
        ack = await self._site.sockets.deliver("interactive", payload)
        answer = ack.payload if isinstance(ack.payload, dict) else {}
        problems = [str(problem) for problem in block_kit.check_suggestions(answer)]
        if ack.failure or problems:
            if problems and not ack.failure:
                self._site.traffic.add(
                    "in", "ack", "block_suggestion", error="; ".join(problems), body=answer
                )
            return {"options": [], "notice": TROUBLE}
        return {key: answer[key] for key in ("options", "option_groups") if key in answer}

    # Modals and App Home

    async def submit(self, person: Member, view: View, typed: Payload) -> Outcome:
        """Send a form, if Slack's client lets it go: its answer closes, changes or corrects the modal."""
        if view.shape.get("submit") is None:
            raise HandsError("This modal has nothing to submit.")
        if view != self._site.views.stack(person.id)[-1]:
            raise HandsError("Another modal lies on top of this one.")
        state = merged_state(view.blocks, view.state, typed.get("values"))
        view = self._site.views.set_state(view, state)
        refused = complaints(view.blocks, state)
        if refused:
            return Outcome(errors=refused)
        view = self._site.views.set_busy(view, True)
        try:
            ack = await self._site.sockets.deliver("interactive", self._submission(person, view))
        finally:
            still = self._site.views.find(view.id)
            view = self._site.views.set_busy(still, False) if still else view
        if ack.failure:
            return Outcome(TROUBLE)
        return self._answered_submission(view, ack)

    def _answered_submission(self, view: View, ack: Ack) -> Outcome:
        try:
            return Outcome(errors=apply_submission(self._site.views, view, ack.payload))
        except SlackError as refusal:
            self._site.traffic.add("in", "ack", "view_submission", error=str(refusal), body=ack.payload)
            return Outcome(TROUBLE)

    def _submission(self, person: Member, view: View) -> Payload:
        return interaction("view_submission", person, self._workspace) | {
            "trigger_id": self._site.views.trigger(person.id, view.id),
            "view": view_json(view, self._workspace),
            "response_urls": self._response_urls(person, view),
        }

    def _response_urls(self, person: Member, view: View) -> list[Payload]:
        """For each conversation menu with `response_url_enabled`, where the app may answer."""
        found = []
        for block in view.blocks:
            element = block.get("element") or {}
            value = view.state.get(block["block_id"], {}).get(element.get("action_id"), {})
            chosen = value.get("selected_conversation") or value.get("selected_channel")
            if element.get("response_url_enabled") and chosen in self._workspace.channels:
                place = {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "channel_id": chosen,
                }
                found.append({**place, "response_url": self._site.replies.url_for(person.id, chosen)})
        return found

    async def close(self, person: Member, view: View, everything: bool) -> Outcome:
        """Cancel the top modal, or (`everything`) close the whole stack by its X."""
        stack = self._site.views.stack(person.id)
        root = stack[0]
        gone = self._site.views.clear(person.id) if everything else self._site.views.close(view)
        cleared = everything or len(gone) > 1
        told = root if everything else view
        if not told.shape.get("notify_on_close"):
            return Outcome()
        payload = interaction("view_closed", person, self._workspace) | {
            "view": view_json(told, self._workspace),
            "is_cleared": cleared,
        }
        await self._site.sockets.deliver("interactive", payload)
        return Outcome()

    def open_home(self, person: Member, tab: str) -> None:
        """Look at the app's page: the app gets `app_home_opened` for the home and for the messages tab."""
        direct = self._workspace.app_channel(person.id)
        home = self._site.views.home(person.id)
        event: Payload = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": direct.id if direct else "",
            "tab": tab,
            "event_ts": self._stamp(),
        }
        if home and tab == "home":
            event["view"] = view_json(home, self._workspace)
        self._site.events.publish("app_home_opened", event)

    # Within

    def _container(
        self, person: Member, message: Message | None, view: View | None, *, replying: bool = True
    ) -> Payload:
        """Where it happened, and (`replying`) a response_url for a message."""
        if view:
            return {
                "container": {"type": "view", "view_id": view.id},
                "view": view_json(view, self._workspace),
            }
        if message is None:
            return {}
        part = self._message_part(person, message)
        if not replying:
            part.pop("response_url")
        container: Payload = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.only_for is not None,
        }
        return {"container": container, **part}

    def _message_part(self, person: Member, message: Message) -> Payload:
        channel = self._workspace.channels[message.channel]
        part: Payload = {
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "response_url": self._site.replies.url_for(person.id, channel.id, message),
        }
        if not message.only_for:
            part["message"] = message_json(message, self._workspace)
        return part

    def _told(self, ack: Ack) -> Outcome:
        return Outcome(TROUBLE) if ack.failure else Outcome()

    def _stamp(self) -> str:
        return f"{self._site.clock.now().timestamp():.6f}"


def _element(place: Place, block_id: str, action_id: str) -> tuple[Payload, Payload]:
    for block in place.blocks:
        for element in elements(block) if block["block_id"] == block_id else []:
            if element["action_id"] == action_id:
                return block, element
    raise HandsError(f"There is no {action_id} in block {block_id} any more: the content has changed.")


def _completed(element: Payload, action: Payload) -> Payload:
    """The action as Slack sends it: texts, values and options are the app's own, not the client's."""
    done = {**action, "type": element["type"], "action_id": element["action_id"]}
    if element["type"] == "button":
        done = {key: value for key, value in done.items() if key not in ("value", "text")}
        own = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        return done | own
    for key in ("initial_option", "initial_options", "placeholder"):
        if key in element:
            done[key] = element[key]
    if isinstance(action.get("selected_option"), dict):
        done["selected_option"] = _chosen(element, action["selected_option"])
    if isinstance(action.get("selected_options"), list):
        done["selected_options"] = [_chosen(element, one) for one in action["selected_options"]]
    return done


def _chosen(element: Payload, option: Payload) -> Payload:
    own = own_option(element, option)
    if own is None:
        raise HandsError(f"'{option.get('value')}' is not among the options of {element['action_id']}.")
    return own
