"""Small views, blocks and answers for a toy app."""

from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from sandbox.person import Person
from tests.sandbox.toy import Toy

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def text_block(block_id: str = "name", label: str = "Name", **element: Any) -> Json:
    given = {"type": "plain_text_input", "action_id": "text", **element}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": given}


def modal(*blocks: Json, title: str = "Form", **more: Any) -> Json:
    view = {"type": "modal", "callback_id": "form", "title": plain(title), "submit": plain("Send"), **more}
    return {**view, "blocks": list(blocks) or [text_block()]}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "actions", "elements": list(elements)}


def opens(view: Json) -> Any:
    def listener(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    return listener


def answers(**payload: Any) -> Any:
    def listener(ack: Ack, body: Json, client: WebClient) -> None:
        ack(**payload)

    return listener


def open_form(toy: Toy, person: Person, *blocks: Json, **more: Any) -> None:
    toy.on["command"] = opens(modal(*blocks, **more))
    person.command("/complaint")
