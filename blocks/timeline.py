"""A case's timeline: when, who, what and by which rule, with what was sent and attached."""

from __future__ import annotations

from blocks import kit, words
from bot.attachments import attachments
from bot.cases import CaseView
from bot.desk import Desk
from bot.stored import Entry


def timeline(view: CaseView, desk: Desk) -> kit.Block:
    """Everything that happened, oldest first; of a very long one, the latest."""
    lines = [line(entry, desk) for entry in view.timeline]
    shown = lines[-90:]
    left_out = len(lines) - len(shown)
    first = [kit.context(f"{left_out} earlier lines are not shown.")] if left_out else []
    return kit.modal("timeline", f"{view.stored.name} timeline", [*first, *shown])


def line(entry: Entry, desk: Desk) -> kit.Block:
    """A line of the timeline: when, who, what and by which rule."""
    who = kit.mention(entry.by) if entry.by else "The desk"
    when = kit.moment(entry.at, desk.zone)
    lines = [
        f"*{when}* · {who}",
        f"{kit.escape(entry.text)} {words.cited(entry.cites)}",
        *_sent(entry),
        *_attached(entry),
    ]
    return kit.section(kit.clip("\n".join(lines), 1500))


def _attached(entry: Entry) -> list[str]:
    """What belongs to a line, as links."""
    marks = {"link": ":link:", "file": ":paperclip:"}
    return [f"{marks[each.kind]} {kit.link(each.url, each.title)}" for each in attachments(entry)]


def _sent(entry: Entry) -> list[str]:
    """The beginning of an e-mail that was sent, as a quotation."""
    texts = [str(entry.data[key]) for key in ("subject", "text") if entry.data.get(key)]
    return [f">{line}" for line in kit.escape(kit.clip("\n".join(texts), 400)).splitlines()]
