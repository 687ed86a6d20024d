"""The thread of a case's post in its team's channel: what people did stands there, one reply each.

A reply says who did what, when and by which rule. What people wrote in their own words may hold personal
data: it is a click away, for whoever may see cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.ports import Work
from bot.stored import Entry, Letter, StoredCase

POSTS: Final = ("queued",)
"""The kinds of posts in whose threads a case is told."""
NOT_TOLD: Final = frozenset({"clock", "opened", "confirmation_posted", "reference_recorded", "put_up"})
"""Lines of the timeline that nobody waits for, or that are posts of their own."""


def replies(work: Work, stored: StoredCase, entries: Iterable[Entry]) -> list[Letter]:
    """The replies that tell the latest lines of a timeline; none where the case has no post."""
    post = newest_post(work, stored.number)
    told = [entry for entry in entries if entry.event not in NOT_TOLD]
    if post is None or not told:
        return []
    timeline = list(work.timeline.of(stored.number))
    return [_reply(stored, post, _place(timeline, entry)) for entry in told]


def newest_post(work: Work, number: int) -> Letter | None:
    """The post of a case in its team's channel, the latest where it came there several times."""
    posts = [letter for kind in POSTS for letter in work.outbox.originals(number, kind)]
    return posts[-1] if posts else None


def _place(timeline: list[Entry], entry: Entry) -> int:
    """Where a line stands in its timeline, looked for from the end."""
    return max(place for place, each in enumerate(timeline) if each == entry)


def _reply(stored: StoredCase, post: Letter, place: int) -> Letter:
    key = f"{stored.name}/thread/{place}"
    return Letter(key, "thread", stored.number, to=post.to, data={"entry": str(place)}, thread=post.key)
