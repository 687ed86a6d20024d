"""What people press and choose: shortcuts, buttons, menus, and what external menus suggest."""

from dataclasses import dataclass
from typing import Any

from sandbox import block_kit
from sandbox.directory import Member
from sandbox.errors import HandsError
from sandbox.inputs import elements, merged_state, own_option
from sandbox.messages import Message
from sandbox.outcome import TROUBLE, Outcome, told
from sandbox.payloads import Payload, channel_name, interaction, message_json
from sandbox.site import Site
from sandbox.views import View, view_json


@dataclass(frozen=True)
class Place:
    """Where a click happened: a message, a modal or App Home."""

    blocks: list[Payload]
    message: Message | None = None
    view: View | None = None


class Clicks:
    """The mice of every person in one workspace."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._workspace = site.workspace

    async def shortcut(self, person: Member, callback_id: str, message: Message | None) -> Outcome:
        """A global shortcut, or one on a message."""
        entry = self._workspace.app.manifest.shortcut(callback_id)
        if entry is None or (entry["type"] == "message") != (message is not None):
            raise HandsError(f"There is no such shortcut: {callback_id}.")
        kind = "message_action" if message else "shortcut"
        payload = interaction(kind, person, self._workspace) | {
            "action_ts": self._workspace.stamp(),
            "callback_id": callback_id,
            "trigger_id": self._site.views.trigger(person.id),
        }
        if message:
            payload |= self._message_part(person, message) | {"message_ts": message.ts}
        return told(await self._site.sockets.deliver("interactive", payload))

    async def action(
        self, person: Member, place: Place, block_id: str, action: Payload, typed: Payload
    ) -> Outcome:
        """A click or a choice: `block_actions`."""
        block, element = _element(place, block_id, str(action.get("action_id")))
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise HandsError(
                "An input sends its value with the form, not by itself (dispatch_action is off)."
            )
        done = _completed(element, action) | {"block_id": block_id, "action_ts": self._workspace.stamp()}
        values = self._state_after(place, block_id, action, typed)
        values = self._site.files.resolved(person.id, values)
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
        return told(await self._site.sockets.deliver("interactive", payload))

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
            part["message"] = message_json(message, self._workspace, self._site.files)
        return part


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
    if done.get("value") == "":
        done["value"] = None
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
