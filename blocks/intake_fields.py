"""The fields of intake's second page that stand there only where the playbooks need them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from blocks import kit, words
from bot.intake_fields import MILESTONES, MOST, NOT_YET, Values

YES_NO = {"yes": "Yes", "no": "No"}
LEADING = ("category", "sensitive", "wants_leadership")
"""The fields whose answer other fields follow."""

MENUS: Mapping[str, Mapping[str, str]] = {
    "product": words.PRODUCTS,
    "omnidian": words.OMNIDIAN,
    "extra.need": words.NEEDS,
    "extra.found_by": words.FOUND_BY,
}
QUESTIONS = ("extra.photo", "resolved_on_call", "wants_leadership", "agrees_to_wait")
TEXTS = ("extra.meter_number", "extra.callback_number")
HINTS: Mapping[str, str] = {
    "extra.need": "Not known yet? The desk asks again when the installer stays silent (R-007).",
    "product": "Not known? Leave it; the desk asks for it before it goes on.",
    "sensitive": "Anything on this list brings in the leads (R-021).",
    "extra.photo": "A photo of the meter, if possible (R-029).",
}


def fields(values: Values, asked: Collection[str]) -> Iterator[kit.Block]:
    """The inputs of these fields; the milestones stand together at their place."""
    for field in asked:
        if not field.startswith("milestones."):
            yield _field(field, values)
    milestones = [each for each in MILESTONES if f"milestones.{each}" in asked]
    if milestones:
        yield from _milestones(values, milestones)


def _field(field: str, values: Values) -> kit.Block:
    title, hint, chosen = words.fact(field), HINTS.get(field, ""), values.get(field, "")
    one = chosen if isinstance(chosen, str) else ""
    several = chosen if isinstance(chosen, tuple) else ()
    if field in MENUS:
        return kit.chosen(field, title, MENUS[field], one, optional=True, hint=hint, dispatch=True)
    if field in QUESTIONS:
        return kit.chosen(
            field, title, YES_NO, one, kind="radio_buttons", optional=True, hint=hint, dispatch=True
        )
    if field in TEXTS:
        return kit.typed(field, title, one, optional=True, most=MOST[field], dispatch=True)
    if field == "sensitive":
        return kit.several(field, title, words.SENSITIVE, several, hint=hint, dispatch=True)
    if field == "extra.damaged":
        return kit.ticked(field, title, words.DAMAGED, several, hint=hint, dispatch=True)
    return kit.dated(field, title, one, hint=hint, dispatch=True)


def _milestones(values: Values, milestones: Collection[str]) -> Iterator[kit.Block]:
    ticked = values.get(NOT_YET, ())
    titles = {each: each.upper() for each in milestones}
    yield kit.divider()
    yield kit.context(
        "*Milestones* · Give the dates you know and tick what is not approved yet. Skip the rest."
    )
    for each in milestones:
        day = values.get(f"milestones.{each}", "")
        yield kit.dated(
            f"milestones.{each}",
            f"{titles[each]} approved on",
            day if isinstance(day, str) else "",
            dispatch=True,
        )
    chosen = ticked if isinstance(ticked, tuple) else ()
    yield kit.ticked(NOT_YET, "Not approved yet", titles, chosen, dispatch=True)
