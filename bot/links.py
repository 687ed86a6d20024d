"""Cases that belong together: each names the others, and a qualifier on one flags all (D-21, D-22)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot import alerts, cases, letters, threads
from bot.desk import Desk
from bot.ports import Work
from bot.sop import Event
from bot.sop.vocabulary import SENSITIVE
from bot.stored import Entry, StoredCase

CAME_UP = "Linked with {other}, of the same homeowner."
AGAIN = "Linked with {other}, the same complaint of the same homeowner: “{reason}”"


def link(
    work: Work, number: int, others: Collection[int], by: str, now: datetime, *, reason: str = ""
) -> None:
    """Link a case with others, both ways, with a line in the timeline of each.

    A `reason` says why the same complaint was opened once more (D-22); without, they came up together (D-21).
    """
    for other in sorted(set(others) - {number}):
        for one, with_ in ((other, number), (number, other)):
            _link_one(work, one, with_, by, now, reason)


def _link_one(work: Work, one: int, other: int, by: str, now: datetime, reason: str) -> None:
    before = work.cases.get(one)
    if other in before.linked:
        return
    after = work.cases.save(replace(before, linked=(*before.linked, other)), now)
    work.outbox.put(letters.card_redrawn(after, work.outbox), now)
    text = (AGAIN if reason else CAME_UP).format(other=f"HC-{other}", reason=reason)
    _tell(work, after, Entry(now, by, "linked", text, ("D-22" if reason else "D-21",), {"with": other}))


def after_facts(
    work: Work, desk: Desk, number: int, learned: Collection[str], by: str, now: datetime
) -> None:
    """What facts that became known, by dotted id, change elsewhere: linked cases, an installer's alert."""
    if "sensitive" in learned:
        flag_all(work, desk, number, by, now)
    if "installer.name" in learned:
        alerts.look(work, desk, work.cases.get(number), now)


def flag_all(work: Work, desk: Desk, number: int, by: str, now: datetime) -> None:
    """What one of the linked open cases mentions of L-3 stands on all of them from now on (D-14, D-21)."""
    together = [each for each in _together(work, number) if each.case.state != "closed"]
    union = [name for name in SENSITIVE if any(name in each.case.facts.sensitive for each in together)]
    for stored in together:
        own = set(stored.case.facts.sensitive)
        if set(union) - own:
            said = [each.name for each in together if set(each.case.facts.sensitive) - own]
            verb = "is" if len(said) == 1 else "are"
            text = f"{' and '.join(said)}, of the same homeowner, {verb} sensitive: that flags this case too."
            _tell(work, stored, Entry(now, by, "flagged", text, ("D-21", "D-14")))
            event = Event("facts_learned", now, {"sensitive": union}, by)
            cases.report(work, desk, stored.number, event, now)


def _together(work: Work, number: int) -> list[StoredCase]:
    """The case with all that are linked with it, directly or by way of others, by number."""
    found: dict[int, StoredCase] = {}
    todo = [number]
    while todo:
        each = todo.pop()
        if each not in found:
            found[each] = work.cases.get(each)
            todo += found[each].linked
    return [found[each] for each in sorted(found)]


def _tell(work: Work, stored: StoredCase, entry: Entry) -> None:
    """A line in the timeline, told to the owner unless it is their own doing."""
    work.timeline.add(stored.number, [entry])
    work.outbox.put(threads.replies(work, stored, [entry]), entry.at)
    if stored.owner not in ("", entry.by):
        at = len(work.timeline.of(stored.number)) - 1
        work.outbox.put([letters.notice(stored, stored.owner, at)], entry.at)
