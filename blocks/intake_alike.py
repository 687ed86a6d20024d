"""What is open already for the homeowner, on intake's last page (D-21, D-22)."""

from __future__ import annotations

from collections.abc import Iterator

from blocks import kit, words
from blocks.card import OPEN
from bot.desk import Desk
from bot.duplicates import Alike
from bot.intake_fields import LINK_WITH, MOST, REASON, Values, text_of
from bot.stored import StoredCase

JOIN = "intake_join"
MOST_CASES = 10
"""As many check boxes as Slack takes."""


def same(found: Alike, values: Values, desk: Desk) -> Iterator[kit.Block]:
    """The same complaint that is open, with the way to it, and why another case is needed all the same."""
    if not found.same:
        return
    yield kit.section(
        ":warning: *This complaint is open already:* same homeowner, address and category. "
        f"Note the call on that case, or say below why it needs a linked one. {words.cited(['D-22'])}"
    )
    for stored in found.same[:MOST_CASES]:
        number = str(stored.number)
        yield kit.section(f"*{stored.name}* · {_standing(stored, desk)}")
        yield kit.actions(
            kit.button(f"Open {stored.name}", OPEN, number),
            kit.button(f"Note this call on {stored.name}", JOIN, number),
            block_id=f"same_{number}",
        )
    yield kit.typed(
        REASON,
        "Why does it need a case of its own?",
        text_of(values, REASON),
        most=MOST[REASON],
        hint="It stands in the timelines of both.",
        dispatch=True,
    )


def others(found: Alike, values: Values, desk: Desk) -> Iterator[kit.Block]:
    """The homeowner's other open cases: for the agent to know, and to link."""
    if not found.others:
        return
    shown = found.others[:MOST_CASES]
    lines = [f"*{each.name}* · {words.category(each.case.facts)} · {_standing(each, desk)}" for each in shown]
    more = len(found.others) - len(shown)
    lines += [f"… and {more} more"] if more else []
    text = f":information_source: *Also open for this homeowner* {words.cited(['D-21'])}\n"
    yield kit.section(text + "\n".join(lines))
    choices = {str(each.number): f"{each.name} · {words.category(each.case.facts)}" for each in shown}
    chosen = values.get(LINK_WITH, tuple(choices))
    ticked = chosen if isinstance(chosen, tuple) else ()
    hint = "A sensitive one flags all that are linked."
    yield kit.ticked(LINK_WITH, "Link with", choices, ticked, hint=hint, dispatch=True)


def _standing(stored: StoredCase, desk: Desk) -> str:
    """Its state, who has it, and since when it is open."""
    owner = kit.mention(stored.owner) if stored.owner else "in the queue"
    day = desk.organisation.calendar.today(stored.case.opened_at)
    return f"{words.STATES[stored.case.state]} · {owner} · open since {day:%b} {day.day}, {day.year}"
