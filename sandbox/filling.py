"""What a person has put into inputs and not yet sent, and how what they see becomes Slack's values."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.inputs import VALUE_KEYS, options
from sandbox.remote import Json, PersonError
from sandbox.screen import SeenView, Spot

Place = tuple[str, str, str]


class Filling:
    """The inputs of one person. `state` is what they see; `suggest` asks the app for an external menu."""

    def __init__(self, state: Callable[[], Json], suggest: Callable[[Spot, str], list[Json]]) -> None:
        self._state = state
        self._suggest = suggest
        self._typed: dict[Place, Json] = {}
        self._offered: dict[Place, list[Json]] = {}

    def put(self, spot: Spot, value: Json) -> None:
        """Keep what stands in an input now."""
        self._typed[_place(spot)] = value

    def files(self, spot: Spot) -> list[Json]:
        """The files that were chosen in a file input so far."""
        return list(self._typed.get(_place(spot), {}).get("files") or [])

    def search(self, spot: Spot, typed: str) -> list[Json]:
        """What an external menu offers for this; choosing afterwards is from what was last offered."""
        found = self._suggest(spot, typed)
        self._offered[_place(spot)] = found
        return found

    def state_of(self, view: SeenView) -> Json:
        """What was put in, where the view still has the same block and action."""
        alive = {(spot.block["block_id"], spot.element["action_id"]) for spot in view.spots}
        values = {
            block: {action: value for action, value in actions.items() if (block, action) in alive}
            for block, actions in self.state_in(view.container)["values"].items()
        }
        return {"values": values}

    def state_in(self, container: Json) -> Json:
        """What was put into the inputs of a message, a modal or Home, as Slack's `state`."""
        values: dict[str, Json] = {}
        for (where, block_id, action_id), value in self._typed.items():
            if where == json.dumps(container):
                values.setdefault(block_id, {})[action_id] = value
        return {"values": values}

    def value(self, spot: Spot, shown: Any) -> Json:
        """What a test wrote, as the value of this element; None empties it."""
        kind = spot.element["type"]
        if kind not in VALUE_KEYS:
            raise PersonError(f"'{spot.names[2]}' is a {kind}; it holds no value.")
        key = VALUE_KEYS[kind][0]
        return {"type": kind, key: None if shown is None else self._read(spot, key, shown)}

    def _read(self, spot: Spot, key: str, value: Any) -> Any:
        several = list(value) if isinstance(value, list | tuple | set) else [value]
        readers: dict[str, Callable[[], Any]] = {
            "selected_option": lambda: self.option(spot, value),
            "selected_options": lambda: [self.option(spot, one) for one in several],
            "selected_user": lambda: self._id(value),
            "selected_users": lambda: [self._id(one) for one in several],
            "selected_conversation": lambda: self._id(value),
            "selected_conversations": lambda: [self._id(one) for one in several],
            "selected_channel": lambda: self._id(value),
            "selected_channels": lambda: [self._id(one) for one in several],
            "rich_text_value": lambda: _rich_text(value),
            "selected_date_time": lambda: int(value.timestamp() if isinstance(value, datetime) else value),
            "files": lambda: several,
        }
        return readers.get(key, lambda: str(value))()

    def option(self, spot: Spot, shown: Any) -> Json:
        """The option that reads so, or has this value; an external menu is searched for it if need be."""
        external = spot.element["type"].endswith("external_select")
        offered = self._offered.get(_place(spot), []) if external else options(spot.element)
        found = _named(offered, shown)
        if found is None and external:
            offered = self.search(spot, str(shown))
            found = _named(offered, shown)
        if found is None:
            texts_offered = [one["text"]["text"] for one in offered]
            raise PersonError(f"'{shown}' is not offered in '{spot.names[0]}', only {texts_offered}.")
        return found

    def _id(self, shown: str) -> str:
        state = self._state()
        for one in [*state["people"], *state["conversations"]]:
            if shown.lstrip("@#") in (one["id"], one["name"], one.get("real_name")):
                return str(one["id"])
        raise PersonError(f"Nobody and nothing here is called '{shown}'.")


def _place(spot: Spot) -> Place:
    return (json.dumps(spot.container), spot.block["block_id"], spot.element["action_id"])


def _named(offered: list[Json], shown: Any) -> Json | None:
    return next((one for one in offered if shown in (one["text"]["text"], one.get("value"))), None)


def _rich_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
    return {"type": "rich_text", "elements": [section]}
