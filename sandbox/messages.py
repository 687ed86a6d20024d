"""Messages: the stored value, Slack's text rules, and who a text mentions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

Block = dict[str, Any]

TEXT_MAX = 40_000
_TOKEN = re.compile(r"<(?:[@#][A-Z0-9]+|![a-z][^<>|]*|(?:https?://|mailto:|tel:)[^<>|\s]+)(?:\|[^<>]*)?>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
_BROADCAST = re.compile(r"<!(?:here|channel|everyone)(?:\|[^>]*)?>")


@dataclass(frozen=True)
class Message:
    """One message as stored. `only_for` makes it ephemeral; `by_app` is False for people and Slackbot."""

    channel: str
    ts: str
    user: str
    text: str
    by_app: bool = False
    blocks: tuple[Block, ...] = ()
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    edited_ts: str | None = None
    only_for: str | None = None
    broadcast: bool = False
    mentions: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.channel}/{self.ts}"

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def evolve(self, **changes: Any) -> "Message":
        return replace(self, **changes)

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Message":
        lists = {key: tuple(document.get(key, ())) for key in ("blocks", "mentions", "files")}
        return cls(**{**document, **lists})


def stored_text(text: str) -> str:
    """Text as Slack keeps it: `& < >` become entities unless they already are, or form a `<…>` token."""
    parts: list[str] = []
    at = 0
    for token in re.finditer(f"{_TOKEN.pattern}|{_ENTITY.pattern}", text):
        parts += [_escape(text[at : token.start()]), token.group()]
        at = token.end()
    return "".join([*parts, _escape(text[at:])])[:TEXT_MAX]


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mentioned(
    text: str, blocks: tuple[Block, ...], members: tuple[str, ...], groups: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """The members whom a posted message mentions: by `<@U…>`, `<!subteam^S…>`, `<!here>` and the like."""
    said = [text, *marked_up(list(blocks))]
    named = {user for part in said for user in _USER.findall(part)}
    named |= {user for part in said for group in _GROUP.findall(part) for user in groups.get(group, ())}
    if any(_BROADCAST.search(part) for part in said):
        named |= set(members)
    return tuple(user for user in members if user in named)


def marked_up(node: Any) -> Iterator[str]:
    """Every text in blocks in which Slack sees mentions; rich text reads as `<@U…>` and `<!subteam^S…>`."""
    if isinstance(node, list):
        for part in node:
            yield from marked_up(part)
    elif isinstance(node, dict):
        yield from _marked_up_object(node)


def _marked_up_object(node: dict[str, Any]) -> Iterator[str]:
    match node.get("type"):
        case "mrkdwn" | "markdown":
            yield str(node.get("text", ""))
        case "user" if "user_id" in node:
            yield f"<@{node['user_id']}>"
        case "usergroup" if "usergroup_id" in node:
            yield f"<!subteam^{node['usergroup_id']}>"
        case "broadcast" if "range" in node:
            yield f"<!{node['range']}>"
        case _:
            for part in node.values():
                yield from marked_up(part)
