"""What became of a case when its facts changed: before and after, what is due now, what no longer is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blocks import kit, words
from blocks.card import is_due, owed
from bot import cases
from bot.cases import CaseView
from bot.desk import Desk
from bot.sop import Step

MOST_LINES = 12


def changed(before: CaseView, after: CaseView, learned: Iterable[str], desk: Desk) -> kit.Block:
    """The answer to a form that changed facts; its metadata is the case's number."""
    blocks = [kit.section(text) for text in _told(before, after, learned, desk)]
    return kit.modal("changed", "What changed", blocks, private_metadata=str(after.stored.number))


def _told(before: CaseView, after: CaseView, learned: Iterable[str], desk: Desk) -> Iterator[str]:
    lines = [_fact(before, after, dotted) for dotted in learned]
    yield "\n".join(lines) or "The facts are what they were."
    moved = _path(before, after, desk)
    if moved:
        yield moved
    was, is_ = _steps(before, desk), _steps(after, desk)
    due = [step for name, step in is_.items() if is_due(step) and not (name in was and is_due(was[name]))]
    gone = [step for name, step in was.items() if name not in is_ and step.state != "done"]
    held = [
        step
        for name, step in is_.items()
        if step.state in ("held", "refused") and (name not in was or was[name].state != step.state)
    ]
    told = [
        *_listed(":arrow_forward: *Now due:*", due),
        *_listed(":no_entry: *Held or refused:*", held),
        *_forbidden(before, after),
        *_listed(":x: *No longer asked for, with these facts:*", gone),
        *_dates(before, after, desk),
    ]
    yield from told or ["Nothing else follows from it: what was due is due as before."]


def _forbidden(before: CaseView, after: CaseView) -> Iterator[str]:
    """Who may no longer be written to, now that the facts are these."""
    new = [each for each in after.plan.forbidden if each not in before.plan.forbidden]
    if new:
        yield "\n".join([":no_entry: *Forbidden from now on:*", *(f"• {words.never(each)}" for each in new)])


def _fact(before: CaseView, after: CaseView, dotted: str) -> str:
    old, new = (_shown(cases.known(view.stored.case.facts, dotted)) for view in (before, after))
    return f"*{words.fact(dotted)}:* {kit.escape(kit.clip(old, 300))} → {kit.escape(kit.clip(new, 300))}"


def _shown(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    known = {**words.PROGRAMS, **words.PRODUCTS, **words.CHANNELS, **words.SENSITIVE, **words.NEEDS}
    return known.get(str(value), str(value).replace("_", " "))


def _path(before: CaseView, after: CaseView, desk: Desk) -> str:
    """Another path of the SOP, where the facts lead to one."""
    old, new = (view.stored.case.path for view in (before, after))
    path = desk.playbooks.paths.get(new or "")
    if old == new or path is None:
        return ""
    title = f"{kit.escape(path.title)} {words.cited(path.cites)}"
    return f":twisted_rightwards_arrows: *The SOP’s path now:* {title}"


def _steps(view: CaseView, desk: Desk) -> dict[str, Step]:
    return {step.id: step for step in owed(view.plan, desk)}


def _listed(title: str, steps: list[Step]) -> list[str]:
    if not steps:
        return []
    lines = [f"• {kit.escape(step.title)} {words.step_cites(step)}" for step in steps[:MOST_LINES]]
    rest = [f"… and {len(steps) - MOST_LINES} more."] if len(steps) > MOST_LINES else []
    return ["\n".join([title, *lines, *rest])]


def _dates(before: CaseView, after: CaseView, desk: Desk) -> list[str]:
    """The next appointment, where it is another one."""
    old, new = (view.stored.case.next_due for view in (before, after))
    if old == new:
        return []
    was, is_ = (kit.moment(at, desk.zone) if at else "none" for at in (old, new))
    return [f":calendar: *Next appointment:* {was} → {is_} {words.cited(['D-35'])}"]
