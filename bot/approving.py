"""What a person makes of a draft before it is ordered: other words, somebody more to read it, an override."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bot import guard
from bot.cases import CaseView
from bot.desk import Desk
from bot.drafting import standing
from bot.guard import Refused
from bot.systems import Addressee, Draft

BETWEEN: Final = re.compile(r"[,;\s]+")
NO_COPY: Final = "D-13"


@dataclass(frozen=True, slots=True)
class Edits:
    """What was typed over a draft. What is empty stays as it was drafted.

    `copied` holds addresses that a person added, `homeowner` says that the homeowner is copied besides, for
    the `reason` of a lead. `fields` are those that only a person can fill in.
    """

    subject: str = ""
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    copied: str = ""
    homeowner: bool = False
    reason: str = ""


def approved(draft: Draft, edits: Edits, view: CaseView, by: str) -> Draft:
    """The draft as a person wants it; `by` is their name."""
    return replace(
        draft,
        subject=edits.subject or draft.subject,
        text=edits.text or draft.text,
        fields={**draft.fields, **{name: text for name, text in edits.fields.items() if text}},
        addressees=(*draft.addressees, *_added(edits, view, by)),
    )


def refusal(draft: Draft, edits: Edits, view: CaseView, desk: Desk) -> tuple[str, Refused] | None:
    """What the guard refuses of it, by the first of the edits that it stumbles over: `text`, `copied` or
    `homeowner`; None where it lets all of it go.
    """
    judged_by = standing(view, desk)
    override = edits.reason if edits.homeowner else ""
    steps = {
        "text": replace(edits, copied="", homeowner=False),
        "copied": replace(edits, homeowner=False),
        "homeowner": edits,
    }
    for name, so_far in steps.items():
        try:
            guard.clear(approved(draft, so_far, view, ""), judged_by, override=override)
        except Refused as refused:
            return name, refused
    return None


def may_be_overridden(draft: Draft, view: CaseView, desk: Desk) -> bool:
    """Whether a lead may have the homeowner copied on a mail where the guard says no by default (D-13)."""
    homeowner = view.stored.case.facts.homeowner
    if (
        draft.verb != "email"
        or not homeowner.email
        or any(each.role == "homeowner" for each in draft.addressees)
    ):
        return False
    found = refusal(draft, Edits(homeowner=True), view, desk)
    return found is not None and found[0] == "homeowner" and found[1].may_override


def _added(edits: Edits, view: CaseView, by: str) -> Iterator[Addressee]:
    for address in filter(None, BETWEEN.split(edits.copied)):
        yield Addressee("other", address, place="cc", why=f"Added by {by}." if by else "Added by hand.")
    if edits.homeowner:
        person = view.stored.case.facts.homeowner
        why = f"A lead allowed it: {edits.reason}"
        yield Addressee("homeowner", person.email, person.name, "cc", why, (NO_COPY,))
