"""What people attach to a case: links to pages, and files that stay in Slack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.stored import Entry

URL: Final = re.compile(r"https://[^\s<>\"|]{1,2000}")
TITLE_LIMIT: Final = 150


@dataclass(frozen=True, slots=True)
class Attachment:
    """A page by its address, or a file by its address in Slack; `id` is Slack's for a file."""

    kind: Literal["link", "file"]
    title: str
    url: str
    id: str = ""


def link_problem(url: str, title: str) -> dict[str, str]:
    """What is wrong with a link as it was typed, by field."""
    if url and not URL.fullmatch(url):
        return {"link": "Write the whole address of the page, beginning with https://."}
    if title and not url:
        return {"link": "Add the address of the page, or leave both fields empty."}
    return {}


def link(url: str, title: str) -> Attachment:
    """A page; without a title it is called by the site it stands on."""
    return Attachment("link", title or url.removeprefix("https://").partition("/")[0], url)


def file(uploaded: Mapping[str, object]) -> Attachment:
    """A file as Slack describes it in the form that it was chosen in."""
    title = str(uploaded.get("name") or uploaded.get("title") or "File")
    url = str(uploaded.get("permalink") or "")
    return Attachment("file", title[:TITLE_LIMIT], url, str(uploaded.get("id") or ""))


def as_data(attached: Iterable[Attachment]) -> dict[str, object]:
    """The attachments as a line of the timeline keeps them."""
    kept = [{"kind": one.kind, "title": one.title, "url": one.url, "id": one.id} for one in attached]
    return {"attached": kept} if kept else {}


def attachments(entry: Entry) -> list[Attachment]:
    """What belongs to a line of the timeline."""
    kept = entry.data.get("attached", ())
    found = [each for each in kept if isinstance(each, Mapping)] if isinstance(kept, list | tuple) else []
    return [
        Attachment(
            "file" if each.get("kind") == "file" else "link",
            str(each.get("title", "")),
            str(each.get("url", "")),
            str(each.get("id", "")),
        )
        for each in found
    ]
