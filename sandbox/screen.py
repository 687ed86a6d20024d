"""What a person sees, as values to look at in tests: messages, views, and the texts in blocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.inputs import elements

Json = dict[str, Any]


def texts(node: Any) -> Iterator[str]:
    """Every text that blocks show, from top to bottom."""
    if isinstance(node, list | tuple):
        for part in node:
            yield from texts(part)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for key, part in node.items():
            if key not in ("confirm", "initial_option", "initial_options"):
                yield from texts(part)


def label_of(element: Json) -> str:
    """What stands on a button, or in an empty menu."""
    shown = element.get("text") or element.get("placeholder") or {}
    return str(shown.get("text", ""))


@dataclass(frozen=True)
class Spot:
    """One element on the screen: where it is, its block and itself."""

    container: Json
    block: Json
    element: Json

    @property
    def names(self) -> tuple[str, ...]:
        """What a person may call it: its label, its text, its ids."""
        label = (self.block.get("label") or {}).get("text", "")
        said = (self.block.get("text") or {}).get("text", "")
        return (label, label_of(self.element), self.element["action_id"], self.block["block_id"], said)

    @property
    def tells_at_once(self) -> bool:
        """Whether it is an input with `dispatch_action`."""
        return bool(self.block["type"] == "input" and self.block.get("dispatch_action"))

    def is_called(self, name: str) -> bool:
        return name in self.names


@dataclass(frozen=True)
class Surface:
    """Blocks on a screen."""

    blocks: tuple[Json, ...]
    container: Json

    @property
    def all_text(self) -> str:
        """Everything the blocks say, line by line."""
        return "\n".join(texts(self.blocks))

    @property
    def spots(self) -> list[Spot]:
        """Every element that can be used."""
        return [Spot(self.container, block, element) for block in self.blocks for element in elements(block)]

    @property
    def buttons(self) -> list[str]:
        """What stands on the buttons."""
        return [label_of(spot.element) for spot in self.spots if spot.element["type"] == "button"]


@dataclass(frozen=True)
class SeenMessage(Surface):
    """A message as a person sees it. `user` is its author's id, `author` their name."""

    channel: str
    ts: str
    user: str
    author: str
    text: str
    thread_ts: str | None
    reply_count: int
    edited: bool
    ephemeral: bool
    unread: bool

    @property
    def all_text(self) -> str:
        return "\n".join([self.text, *texts(self.blocks)])

    @classmethod
    def of(cls, channel: str, raw: Json) -> "SeenMessage":
        return cls(
            blocks=tuple(raw["blocks"]),
            container={"message": {"channel": channel, "ts": raw["ts"]}},
            channel=channel,
            author=raw["username"],
            **{key: raw[key] for key in ("ts", "user", "text", "thread_ts", "reply_count")},
            **{key: raw[key] for key in ("edited", "ephemeral", "unread")},
        )


@dataclass(frozen=True)
class SeenView(Surface):
    """A modal or App Home as a person sees it."""

    id: str
    hash: str
    callback_id: str
    title: str
    submit: str | None
    close: str | None
    external_id: str
    values: Json

    @property
    def labels(self) -> list[str]:
        """The labels of the inputs."""
        return [block["label"]["text"] for block in self.blocks if block["type"] == "input"]

    @property
    def all_text(self) -> str:
        return "\n".join([self.title, *texts(self.blocks)])

    @classmethod
    def of(cls, raw: Json) -> "SeenView":
        return cls(
            blocks=tuple(raw["blocks"]),
            container={"home": True} if raw["type"] == "home" else {"view": raw["id"]},
            title=raw["title"] or "",
            values=raw["state"]["values"],
            **{key: raw[key] for key in ("id", "hash", "callback_id", "submit", "close", "external_id")},
        )
