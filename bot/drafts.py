"""Drafts: complaints half written down. Whatever Slack reports of one is kept, and nothing overwrites what
is newer.

Slack delivers keystrokes, pages and clicks late, twice and beside each other. A keystroke carries the moment
it was made and the whole page as it then stood; a submission carries the page alone. So pages are numbered
as they are turned, what is made on one page is ordered by Slack's clock, and the desk's own is read in
Slack's by the shortest way that anything took so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from bot.desk import Desk
from bot.errors import CaseError
from bot.intake_fields import FOLLOWING, NOT_YET, PAGES, Values, text_of
from bot.ports import Work
from bot.stored import Intake, IntakePage, Letter, Sheet

FIELDS = (*PAGES["who"], *PAGES["what"], *FOLLOWING, NOT_YET)
UNTOUCHED: Mapping[str, str] = {"program": "unknown"}
"""What stands in a field before anybody has chosen there."""
GRACE = timedelta(seconds=2)
"""As far as two ways through the network may differ. Slack gives up on an answer after three seconds."""
RECENT = timedelta(days=1)
LEFT_EMPTY = timedelta(days=7)
LETTER = "draft"
"""The kind of the letter that tells a colleague of a draft that was handed to them."""

Verdict = Literal["kept", "late", "elsewhere", "over"]
"""What becomes of something heard: `late` is older than what is kept, or came before; `elsewhere` comes from
a window that was opened before the newest; `over` is about a draft that is finished, discarded or given away.
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that Slack reports of an intake, with the whole page as it stands there.

    `made_at` is Slack's moment of it, None for a submission; `key` tells a submission from any other,
    however often it is delivered.
    """

    intake: str
    user: str
    page: IntakePage
    window: str
    number: int
    typed: Values
    received_at: datetime
    made_at: datetime | None = None
    key: str = ""

    def lag(self, known: float | None) -> float | None:
        """By how much the desk's clock is ahead of Slack's, at most; `known` is what it was thought to be."""
        if self.made_at is None:
            return known
        seen = (self.received_at - self.made_at).total_seconds()
        return seen if known is None else min(seen, known)

    def moment(self, lag: float | None) -> datetime | None:
        """When it was made, by Slack's clock, as well as that is known."""
        if self.made_at is not None or lag is None:
            return self.made_at
        return self.received_at - timedelta(seconds=lag)


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft after something was heard of it."""

    intake: Intake
    verdict: Verdict


def begin(
    work: Work,
    agent: str,
    now: datetime,
    values: Values | None = None,
    page: IntakePage = "who",
    linked: tuple[int, ...] = (),
) -> Intake:
    """A new intake of this agent's, with what is known beforehand; it stands in no window yet.

    Forms that were opened long ago and left empty go, so that the look for drafts stays short.
    """
    _drop_empty(work, agent, now)
    intake = Intake(uuid4().hex, agent, values or {}, sheet=Sheet(page), linked=linked)
    work.intakes.save(intake, now)
    return intake


def _drop_empty(work: Work, agent: str, now: datetime) -> None:
    for each in work.intakes.unfinished_of(agent):
        old = each.updated_at is not None and now - each.updated_at >= LEFT_EMPTY
        if old and is_empty(each.values):
            _saved(work, replace(each, discarded=True), now)


def drafts_of(work: Work, user: str) -> tuple[Intake, ...]:
    """What this person has half written down, the newest first. An empty one is no draft."""
    return tuple(each for each in work.intakes.unfinished_of(user) if not is_empty(each.values))


def recent_of(work: Work, user: str, now: datetime) -> Intake | None:
    """The newest draft of this person's that is less than a day old."""
    drafts = drafts_of(work, user)
    touched = drafts[0].updated_at if drafts else None
    return drafts[0] if touched is not None and now - touched < RECENT else None


def is_empty(values: Values) -> bool:
    """Whether nothing was typed or chosen yet."""
    return all(
        not (text_of(values, field) or (isinstance(values.get(field), tuple) and values[field]))
        or values.get(field) == UNTOUCHED.get(field)
        for field in FIELDS
    )


def own(work: Work, intake_id: str, user: str) -> Intake:
    """The draft of that id, for whoever has it or gave it away. Raises CaseError for anybody else."""
    stored = work.intakes.get(intake_id)
    if stored is None or user not in (stored.agent, stored.given_by):
        raise CaseError("This form is unknown, or another agent’s. Close it and type /complaint anew.")
    return stored


def to_go_on_with(work: Work, intake_id: str, user: str) -> Intake:
    """The draft of that id, for whoever has it. Raises CaseError where it is over, with what became of it."""
    stored = own(work, intake_id, user)
    if is_over(stored, user):
        raise CaseError(what_became_of(stored))
    return stored


def is_over(stored: Intake, user: str) -> bool:
    """Whether this person can no longer go on with it."""
    return stored.case_number is not None or stored.discarded or stored.agent != user


def what_became_of(stored: Intake) -> str:
    """Why a draft can no longer be gone on with, and what to do."""
    if stored.case_number is not None:
        name = f"HC-{stored.case_number}"
        return f"This complaint is {name} by now. Type /complaint show {name} to see it."
    if stored.discarded:
        return "This draft was discarded. Type /complaint to begin anew."
    return "This draft was handed over, and is a colleague’s now. Ask them if something has to be added."


def show(work: Work, intake: Intake, window: str, now: datetime) -> Intake:
    """The draft is about to be drawn in this window: from now on, what other windows report is old."""
    sheet = replace(intake.sheet, window=window, number=intake.sheet.number + 1, answered=False)
    return _saved(work, replace(intake, sheet=sheet), now)


def turn(work: Work, intake: Intake, page: IntakePage, now: datetime) -> Intake:
    """The window is about to show this page: what the page before reports from now on is late."""
    sheet = replace(intake.sheet, page=page, number=intake.sheet.number + 1, answered=False)
    changed(work, intake.agent)
    return _saved(work, replace(intake, sheet=sheet), now)


def hear(work: Work, heard: Heard, now: datetime) -> Kept:
    """Keep what was heard, unless something newer is kept already. Raises CaseError for a stranger's."""
    stored = own(work, heard.intake, heard.user)
    if is_over(stored, heard.user):
        return Kept(stored, "over")
    if heard.key and not work.seen.first_time(f"{stored.id}/{heard.key}", now):
        return Kept(stored, "late")
    sheet = replace(stored.sheet, lag=heard.lag(stored.sheet.lag))
    verdict = judged(sheet, heard)
    if verdict != "kept":
        return Kept(stored, verdict)
    kept = replace(stored, values={**stored.values, **heard.typed}, sheet=_after(sheet, heard))
    return Kept(_saved(work, kept, now), "kept")


def judged(sheet: Sheet, heard: Heard) -> Verdict:
    """Whether something heard is newer than all that is kept, and from the newest window."""
    if sheet.window not in ("", heard.window):
        return "elsewhere"
    moment, latest = heard.moment(sheet.lag), sheet.latest
    if heard.number >= sheet.number:
        if moment is None or latest is None:
            return "kept"
        if heard.made_at is not None:
            return "kept" if moment > latest else "late"
        return "kept" if moment > latest - GRACE else "late"
    # The answer that turned the page may have been lost: then people go on where it was.
    never_shown = heard.number == sheet.number - 1 and not sheet.answered
    grace = GRACE if heard.made_at is not None else timedelta(0)
    after = moment is None or latest is None or moment > latest + grace
    return "kept" if never_shown and after else "late"


def _after(sheet: Sheet, heard: Heard) -> Sheet:
    moments = [each for each in (sheet.latest, heard.moment(sheet.lag)) if each is not None]
    return replace(
        sheet,
        page=heard.page,
        window=heard.window,
        number=heard.number,
        answered=True,
        latest=max(moments, default=None),
    )


def hand_over(work: Work, intake: Intake, to: str, note: str, now: datetime) -> Intake:
    """The draft is this colleague's from now on, who is told; whoever had it has it no longer."""
    sheet = Sheet(intake.sheet.page, number=intake.sheet.number + 1)
    given = replace(intake, agent=to, given_by=intake.agent, note=note, sheet=sheet)
    key = f"draft/{intake.id}/{sheet.number}/{to}"
    changed(work, intake.agent, to)
    work.outbox.put([Letter(key, LETTER, to=to, data={"intake": intake.id})], now)
    return _saved(work, given, now)


def subject(work: Work, _desk: Desk, letter: Letter, _now: datetime) -> Intake | None:
    """What a letter about a draft is drawn from."""
    return work.intakes.get(letter.data["intake"])


def discard(work: Work, intake_id: str, user: str, now: datetime) -> None:
    """The draft is dropped, by whoever has it; a second time does nothing."""
    stored = own(work, intake_id, user)
    if not stored.discarded:
        changed(work, user)
        _saved(work, replace(to_go_on_with(work, intake_id, user), discarded=True), now)


def changed(work: Work, *people: str) -> None:
    """What these people's Homes show of drafts is no longer so. Nobody looks at theirs while they type."""
    work.homes.tell(people)


def _saved(work: Work, intake: Intake, now: datetime) -> Intake:
    work.intakes.save(intake, now)
    return replace(intake, updated_at=now)
