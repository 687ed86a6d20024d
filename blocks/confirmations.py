"""The Concert check in its channel: name and address, who is tagged, three buttons (D-12, D-23)."""

from __future__ import annotations

from collections.abc import Iterator

from blocks import kit, words
from bot.cases import CaseView
from bot.confirmations import Tagging, tagged_in
from bot.desk import Desk
from bot.ports import Message
from bot.stored import StoredCase

ANSWERS = {"concert_confirmed": "Concert", "not_concert": "Not Concert", "cannot_tell": "Can’t tell"}
ACTION = "confirmation"


def request(view: CaseView, tagging: Tagging, occasion: str, desk: Desk) -> Message | None:
    """The post: a question while it is open, then who answered. None for one that came too late."""
    stored = view.stored
    check = stored.case.confirmation
    if check is None:
        return None
    posted = tagged_in(stored, occasion)
    if check.answer is None and stored.case.state != "awaiting_confirmation":
        return _needless(stored) if posted is not None else None
    if check.answer is None:
        blocks = tuple(_open(view, tagging, posted, desk))
        return Message(f"{stored.name} needs a Concert confirmation.", blocks)
    if posted is None and occasion != "first":
        return None
    return Message(f"{stored.name}: the Concert check is answered.", tuple(_answered(view, desk)))


def _needless(stored: StoredCase) -> Message:
    """Nobody has answered, and nobody has to: it is known otherwise by now."""
    text = f":heavy_minus_sign: {stored.name} no longer needs a Concert confirmation."
    return Message(f"{stored.name} no longer needs a Concert confirmation.", (kit.section(text),))


def _open(
    view: CaseView, tagging: Tagging, posted: tuple[str, ...] | None, desk: Desk
) -> Iterator[kit.Block]:
    stored = view.stored
    ids = tuple(person.slack_id for person in tagging.people) if posted is None else posted
    who = " ".join(kit.mention(each) for each in ids)
    yield kit.section(f"{who} *Is this a Concert customer?*  {words.cited(['R-057', 'D-12'])}".strip())
    yield _homeowner(view)
    if not ids:
        yield kit.context(_uncovered(tagging, desk))
    value = str(stored.number)
    buttons = [kit.button(title, f"{ACTION}:{event}", value) for event, title in ANSWERS.items()]
    yield kit.actions(*buttons, block_id=f"confirmation_{stored.number}")
    check = stored.case.confirmation
    if check and check.cannot_tell:
        names = kit.escape(", ".join(check.cannot_tell))
        yield kit.context(f"Can’t tell: {names}. Anybody else on the roster can still answer.")
    yield kit.context(f"{stored.name} · asked by {kit.mention(stored.opened_by)}, who is with the homeowner")


def _answered(view: CaseView, desk: Desk) -> Iterator[kit.Block]:
    check = view.stored.case.confirmation
    if check is None or check.answer is None or check.answered_at is None:
        return
    verdict = "is a Concert customer" if check.answer == "concert" else "is *not* a Concert customer"
    mark = ":white_check_mark:" if check.answer == "concert" else ":x:"
    when = kit.moment(check.answered_at, desk.zone)
    yield kit.section(f"{mark} *{kit.escape(check.answered_by)}* said on {when}: this {verdict}.")
    yield _homeowner(view)
    yield kit.context(view.stored.name)


def _homeowner(view: CaseView) -> kit.Block:
    homeowner = view.stored.case.facts.homeowner
    return kit.fields(
        [("Homeowner", kit.clip(homeowner.name, 300)), ("Property address", kit.clip(homeowner.address, 400))]
    )


def _uncovered(tagging: Tagging, desk: Desk) -> str:
    if tagging.people:
        return f"Nobody was on shift then; people are tagged in a newer post. {words.cited(['D-11'])}"
    if tagging.cover_starts is None:
        return "Nobody is on the roster. A lead has to fill in `rota` in desk.yaml."
    starts = kit.moment(tagging.cover_starts, desk.zone)
    return f"Nobody is on shift now. Cover starts {starts}; people are tagged then. {words.cited(['D-11'])}"
