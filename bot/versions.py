"""Versions of the playbooks: what a changed one would decide otherwise, and moving open cases to today's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.business_time import instant_words
from bot.desk import Desk
from bot.ports import Work
from bot.sop import Case, Plan, Playbooks, Step, begin, plan_of
from bot.sop.stages import ASKING, current_id, settled, stage_of
from bot.sop.timing import with_timer, without_running
from bot.stored import Entry, Letter, StoredCase

MIGRATED: Final = "playbooks_changed"
"""What a timeline's line of a migration is called."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What other playbooks would make of a case: `decisions` that flip, steps `owed` more and `dropped`.

    `due` says where its next appointment would be another.
    """

    stored: StoredCase
    decisions: tuple[str, ...]
    owed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    due: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether the case would go on as it does."""
        return not (self.decisions or self.owed or self.dropped or self.due)


def replay(work: Work, desk: Desk, changed: Playbooks, now: datetime) -> Iterator[Difference]:
    """What `changed` playbooks would make of each stored case, the oldest first; nothing is changed."""
    for number in work.cases.numbers():
        stored = work.cases.get(number)
        own = desk.for_case(stored.case, work).playbooks
        yield compared(stored, own, replace(changed, organisation=own.organisation), now)


def compared(stored: StoredCase, own: Playbooks, changed: Playbooks, now: datetime) -> Difference:
    """What `changed` would make of a case that began under `own`."""
    case = stored.case
    decisions = tuple(_flipped(case, own, changed, now))
    if case.state == "closed":
        return Difference(stored, decisions)
    before, after = plan_of(case, own, now), plan_of(migrated(case, changed, now), changed, now)
    had, has = _open_steps(before), _open_steps(after)
    moved = before.next_due != after.next_due
    return Difference(
        stored,
        decisions,
        tuple(step.title for name, step in has.items() if name not in had),
        tuple(step.title for name, step in had.items() if name not in has),
        (f"{_when(before, own)} → {_when(after, changed)}",) if moved else (),
    )


def migrate(work: Work, desk: Desk, number: int, now: datetime) -> Difference | None:
    """Move an open case to today's playbooks, with a line in its timeline; None for one that stays."""
    before = work.cases.get(number)
    old = before.case.playbook
    if before.case.state == "closed" or old == desk.playbooks.version:
        return None
    own = desk.for_case(before.case, work).playbooks
    desk = desk.today(work).with_contacts(work, before.case.facts.installer.name)
    difference = compared(before, own, desk.playbooks, now)
    moved = migrated(before.case, desk.playbooks, now)
    after = work.cases.save(replace(before, case=moved), now)
    work.follow_ups.keep(number, moved.timers, now)
    work.timeline.add(number, [Entry(now, "", MIGRATED, _told(difference, old, desk.playbooks.version))])
    cards = work.outbox.originals(number, "card")
    work.outbox.put(
        [
            Letter(f"{card.key}/v{after.version}", "card", number, edits=card.key, data=card.data)
            for card in cards
        ],
        now,
    )
    return difference


def migrated(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    """An open case under other playbooks: in the same stage where they have it, else where its facts lead.

    An appointment whose question stays goes on unchanged (D-35).
    """
    case = replace(case, playbook=playbooks.version)
    path = playbooks.paths.get(case.path or "")
    lost_stage = path is not None and case.stage not in path.stages and case.stage != ASKING
    lost_path = path is None and case.path not in (None, playbooks.entry.path)
    if lost_stage or lost_path:
        case = replace(without_running(case), path=None, stage=ASKING, state="open")
    return _with_question(settled(case, playbooks, now), playbooks, now)


def _with_question(case: Case, playbooks: Playbooks, now: datetime) -> Case:
    """The case with the appointment of its stage, and without one that nothing asks for any more."""
    stage = stage_of(case, playbooks)
    if stage is None or case.state == "closed":
        return case
    case = replace(case, state=stage.state)
    asked = stage.follow_up or stage.prompts
    step = current_id(case, asked.step, playbooks) if asked else ""
    kinds = ("follow_up", "prompt")
    kept = tuple(t for t in case.timers if t.rung_at is not None or t.kind not in kinds or t.step == step)
    case = replace(case, timers=kept)
    if stage.follow_up is None or any(timer.step == step for timer in kept):
        return case
    moment = stage.follow_up.after.after(now, playbooks.organisation.calendar)
    return with_timer(case, "follow_up", step, moment, stage.follow_up.step.cites)


def _flipped(case: Case, own: Playbooks, changed: Playbooks, now: datetime) -> Iterator[str]:
    """What is decided otherwise when a complaint with these facts comes in."""
    before, after = begin(case.facts, own, now).plan, begin(case.facts, changed, now).plan
    if before.path != after.path or before.covered != after.covered:
        yield f"path: {_path(before, own)} → {_path(after, changed)}"
    for name in ("handled_by", "overlays", "asks"):
        was, becomes = getattr(before, name), getattr(after, name)
        if was != becomes:
            yield f"{name.replace('_', ' ')}: {_words(was)} → {_words(becomes)}"


def _open_steps(plan: Plan) -> dict[str, Step]:
    return {step.id: step for step in plan.steps if step.state != "done"}


def _path(plan: Plan, playbooks: Playbooks) -> str:
    path = playbooks.paths.get(plan.path or "")
    if path is not None:
        return f"“{path.title}”"
    if plan.path == playbooks.entry.path:
        return f"“{playbooks.entry.title}”"
    return "not decided yet" if plan.covered else "not covered"


def _when(plan: Plan, playbooks: Playbooks) -> str:
    if plan.next_due is None:
        return "no appointment"
    return instant_words(playbooks.organisation.calendar.local(plan.next_due))


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return str(value).replace("_", " ")


def _told(difference: Difference, old: str, new: str) -> str:
    """The migration as a line of the timeline."""
    parts = [f"Moved from version {old[:12]} of the playbooks to {new[:12]}."]
    for label, items in (
        ("Decided otherwise", difference.decisions),
        ("Now due too", difference.owed),
        ("No longer due", difference.dropped),
        ("Appointment", difference.due),
    ):
        parts += [f"{label}: {'; '.join(items)}."] if items else []
    return " ".join(parts if len(parts) > 1 else [*parts, "Nothing else changes."])
