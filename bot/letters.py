"""What has to be said in Slack when something happened: letters, each promised under a key of its own.

A letter says that something must be said and to whom, never how: it is drawn at the moment of sending,
from the case as it then is. The same thing promised twice has the same key, and is one letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.desk import Desk
from bot.ports import Outbox
from bot.sop import Advance, Case, Timer
from bot.stored import Letter, StoredCase, Team

CONFIRMATION_EVENTS = frozenset({"concert_confirmed", "not_concert", "cannot_tell"})
TOLD_TO_OWNER = CONFIRMATION_EVENTS | {
    "milestone_learned",
    "milestone_changed",
    "product_learned",
    "facts_learned",
}

FORMER: Final = {"former": "yes"}
"""In the data of an edit: the case has left this post, which keeps no buttons."""
PERSONAL: Final = ("card", "reminder")
"""What stands in its owner's messages, and leaves with the case."""
ASKING: Final = ("reminder", "prompt", "decision", "put_up", "orphaned", "review", "escalated")
"""What asks somebody to do something, or says who has the case."""
TOGETHER: Final = ("confirmation", "unconfirmed", "prompt", "review", "escalated")
"""What stands in several places at once. Of the others, each takes the place of the one before."""


def on_opening(stored: StoredCase, began: Advance, desk: Desk) -> Iterator[Letter]:
    """The case card for the owner, and the Concert check where one is needed (D-12)."""
    yield Letter(key=f"{stored.name}/card", kind="card", case_number=stored.number, to=stored.owner)
    if stored.case.confirmation is not None:
        yield confirmation(stored, desk, "first")
    if stored.case.state == "needs_decision":
        yield decision(stored, desk)
    elif "lead" in began.told:
        yield review(stored, desk)


def on_advance(
    before: StoredCase, after: StoredCase, advanced: Advance, outbox: Outbox, desk: Desk
) -> list[Letter]:
    """What an event makes the desk say: every post that it changes, then what is new."""
    letters = redrawn(before, after, outbox)
    asked = [
        replace(letter, due=timer.due) for timer in advanced.rang for letter in on_ring(after, timer, desk)
    ]
    if any(letter.kind == "queued" for letter in asked):
        letters = [replace(each, data=FORMER) if each.kind == "queued" else each for each in letters]
    letters += asked
    if after.case.state == "needs_decision" and before.case.state != "needs_decision":
        rang = min((timer.due for timer in advanced.rang), default=None)
        letters.append(replace(decision(after, desk), due=rang))
    elif "lead" in advanced.told and not advanced.rang and after.case.history[-1].name != "owner_away":
        letters.append(review(after, desk))
    return letters


def on_ring(stored: StoredCase, timer: Timer, desk: Desk) -> Iterator[Letter]:
    """Who is asked when a timer rings: the owner; the team, where nobody has the case."""
    match timer.kind:
        case "follow_up" if stored.owner:
            yield _about(stored, timer, "reminder", stored.owner)
        case "follow_up":
            yield queued(stored, desk, timer.id)
        case "prompt" | "lead_prompt":
            if stored.owner:
                yield _about(stored, timer, "prompt", stored.owner)
            else:
                yield queued(stored, desk, timer.id)
            yield _about(stored, timer, "prompt", desk.organisation.channels.leads)
        case "tag_confirmers" | "repeat_confirmation":
            yield confirmation(stored, desk, timer.id)
        case "tell_lead":
            yield _about(stored, timer, "unconfirmed", stored.opened_by)
            yield _about(stored, timer, "unconfirmed", desk.organisation.channels.leads)


def confirmation(stored: StoredCase, desk: Desk, occasion: str) -> Letter:
    """A Concert check's post; `occasion` is `first` or the id of the timer that asks again."""
    key = f"{stored.name}/confirmation/{occasion}"
    data = {"occasion": occasion}
    return Letter(key, "confirmation", stored.number, to=desk.organisation.channels.confirmations, data=data)


def decision(stored: StoredCase, desk: Desk) -> Letter:
    """The leads are told that a case waits for their decision."""
    key = f"{stored.name}/decision/v{stored.version}"
    return Letter(key, "decision", stored.number, to=desk.organisation.channels.leads)


def review(stored: StoredCase, desk: Desk) -> Letter:
    """The leads are told of a case that they have to look at, as a sensitive one (D-14)."""
    key = f"{stored.name}/review/v{stored.version}"
    return Letter(key, "review", stored.number, to=desk.organisation.channels.leads)


def notice(stored: StoredCase, to: str, entry: int) -> Letter:
    """Somebody is told a line of the timeline, in person."""
    data = {"entry": str(entry)}
    return Letter(f"{stored.name}/notice/{entry}/{to}", "notice", stored.number, to=to, data=data)


def escalated(stored: StoredCase, entry: int, desk: Desk) -> Letter:
    """Somebody asks the leads to look at a case, for the reason that a line of its timeline gives."""
    data = {"entry": str(entry)}
    return Letter(
        f"{stored.name}/escalated/{entry}",
        "escalated",
        stored.number,
        to=desk.organisation.channels.leads,
        data=data,
    )


def queued(stored: StoredCase, desk: Desk, occasion: str) -> Letter:
    """The team's channel is told of a case that waits to be taken."""
    to = channel_of(stored.team, desk)
    return Letter(f"{stored.name}/queued/{occasion}", "queued", stored.number, to=to)


def put_up(stored: StoredCase, timer_id: str, desk: Desk) -> Letter:
    """The team's channel is told of a question that the owner leaves unanswered (D-24)."""
    key = f"{stored.name}/put_up/{timer_id}/v{stored.version}"
    return Letter(key, "put_up", stored.number, to=channel_of(stored.team, desk), data={"timer": timer_id})


def orphaned(stored: StoredCase, desk: Desk) -> Letter:
    """The leads are told of a case whose owner has left (D-24)."""
    key = f"{stored.name}/orphaned/v{stored.version}"
    return Letter(key, "orphaned", stored.number, to=desk.organisation.channels.leads)


def heard_of(stored: StoredCase, outbox: Outbox, entry: int) -> list[Letter]:
    """The owner has written something: the post that put their case up says so."""
    return [
        replace(_edit(original, stored), key=f"{original.key}/line{entry}")
        for original in _alive(stored, "put_up", outbox)
    ]


def channel_of(team: Team, desk: Desk) -> str:
    """The channel in which a team finds what it is to take; the leads' where it has none."""
    channels = desk.organisation.channels
    own = {
        "front_line": channels.front_line,
        "trained_agent": channels.trained_agents,
        "back_office": channels.back_office,
    }
    return own[team] or channels.leads


def on_hands(before: StoredCase, after: StoredCase, outbox: Outbox, desk: Desk) -> list[Letter]:
    """What a change of hands makes the desk say: posts that change, then the card or the queue's post."""
    letters = [
        _edit(original, after, former=_is_left(original, after))
        for kind in ("card", "queued", *ASKING)
        for original in _alive(after, kind, outbox)
    ]
    if not after.owner:
        return [*letters, queued(after, desk, f"v{after.version}")]
    if after.owner != before.owner:
        key = f"{after.name}/card/{after.owner}/v{after.version}"
        letters.append(Letter(key, "card", after.number, to=after.owner))
        letters += [
            replace(each, key=f"{each.key}/handed/v{after.version}") for each in _open_questions(after)
        ]
    return letters


def _is_left(original: Letter, after: StoredCase) -> bool:
    """Whether the case has left a post: its former owner's messages, or a queue that tells of it anew."""
    if original.kind in PERSONAL:
        return original.to != after.owner
    return original.kind == "queued" and not after.owner


def _open_questions(stored: StoredCase) -> Iterator[Letter]:
    """The reminder of the question that waits for an answer, for whoever has the case now."""
    rung = [timer for timer in stored.case.timers if timer.rung_at is not None]
    if rung and rung[-1].kind == "follow_up":
        yield _about(stored, rung[-1], "reminder", stored.owner)


def redrawn(before: StoredCase, after: StoredCase, outbox: Outbox) -> list[Letter]:
    """An edit of each post that shows what is no longer so."""
    return [
        _edit(original, after)
        for kind in _outdated(before.case, after.case)
        for original in _alive(after, kind, outbox)
        if original.kind not in PERSONAL or original.to == after.owner
    ]


def card_redrawn(stored: StoredCase, outbox: Outbox, occasion: str = "") -> list[Letter]:
    """The owner's card shows what was changed beside the rules, such as a link.

    `occasion` tells apart what changes while the case itself stays as it is.
    """
    edits = [_edit(each, stored) for each in _alive(stored, "card", outbox) if each.to == stored.owner]
    return [replace(each, key=f"{each.key}/{occasion}") for each in edits] if occasion else edits


def _alive(stored: StoredCase, kind: str, outbox: Outbox) -> list[Letter]:
    """The posts of a kind that still show the case; of what follows one another, the newest."""
    originals = list(outbox.originals(stored.number, kind))
    return originals if kind in TOGETHER else originals[-1:]


def _edit(original: Letter, after: StoredCase, *, former: bool = False) -> Letter:
    data = {**original.data, **(FORMER if former else {})}
    return Letter(
        f"{original.key}/v{after.version}", original.kind, after.number, edits=original.key, data=data
    )


def _outdated(before: Case, after: Case) -> Iterator[str]:
    """The kinds of posts that an event makes wrong. Time that passes answers nothing."""
    event = after.history[-1].name
    if event == "confirmation_posted":
        return
    yield from ("card", "queued")
    asks = [case.state == "awaiting_confirmation" for case in (before, after)]
    if before.confirmation != after.confirmation or _cover(before) != _cover(after) or len({*asks}) == 2:
        yield from ("confirmation", "unconfirmed")
    if event != "clock":
        yield from ASKING


def _cover(case: Case) -> tuple[object, ...]:
    """When the Concert check is tagged next, as its post says."""
    return tuple(timer.due for timer in case.running if timer.kind == "tag_confirmers")


def _about(stored: StoredCase, timer: Timer, kind: str, to: str) -> Letter:
    key = f"{stored.name}/{kind}/{timer.id}/{to}"
    return Letter(key, kind, stored.number, to=to, data={"timer": timer.id}, due=timer.due)
