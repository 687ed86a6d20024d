"""Drafts: complaints half written down, to go on with, to hand over, or to discard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from blocks import kit, words
from bot.delivery import Drawing
from bot.drafts import is_over, what_became_of
from bot.intake_fields import Values, text_of
from bot.ports import Message
from bot.stored import Intake

RESUME = "draft_resume"
HAND_OVER = "draft_hand_over"
DISCARD = "draft_discard"
LIST = "draft_list"
HAND_OVER_FORM = "draft_hand_over_form"
MOST = 20
PAGES: Mapping[str, str] = {"who": "who is calling", "what": "what happened", "says": "what the SOP says"}
NONE = "You have no complaint that is half written down. Type `/complaint` to begin one."
NONE_PLAIN = "You have no complaint that is half written down."


def listed(drafts: Sequence[Intake], zone: str) -> Iterator[kit.Block]:
    """A line for each draft, with what can be done with it; `zone` says in which it was left."""
    for draft in drafts[:MOST]:
        yield kit.section(line(draft, zone))
        yield kit.actions(*buttons(draft), block_id=f"draft_{draft.id}")
    if len(drafts) > MOST:
        yield kit.context(f"{len(drafts) - MOST} older ones are not shown. Finish or discard some first.")


def line(draft: Intake, zone: str) -> str:
    """A draft in a line or two: who is calling, about what, when and where it was left."""
    touched = f"left {kit.moment(draft.updated_at, zone)}" if draft.updated_at else ""
    given = f"from {kit.mention(draft.given_by)}" if draft.given_by else ""
    parts = [part for part in (touched, f"at “{PAGES[draft.sheet.page]}”", given) if part]
    return f"*{called(draft.values)}*\n{' · '.join(parts)}"


def called(values: Values) -> str:
    """What a draft is called: the homeowner and the complaint, as far as they are known. Escaped."""
    name = kit.clip(kit.escape(text_of(values, "homeowner.name")), 100) or "Nobody named yet"
    category = words.CATEGORIES.get(text_of(values, "category"), "")
    return f"{name} · {category}" if category else name


def buttons(draft: Intake) -> list[kit.Block]:
    """What can be done with a draft; the values carry its id only."""
    sure = kit.confirm(
        "Discard this draft?", "What was written down is dropped for good.", "Discard", "Keep it"
    )
    return [
        kit.button("Resume", RESUME, draft.id, style="primary"),
        kit.button("Hand over …", HAND_OVER, draft.id),
        kit.button("Discard", DISCARD, draft.id, confirm=sure),
    ]


def recent(draft: Intake, zone: str) -> kit.Block:
    """The line on a new form that says there is one half written down."""
    when = f", {kit.moment(draft.updated_at, zone)}" if draft.updated_at else ""
    text = f":pencil2: You left a complaint half written down: *{called(draft.values)}*{when}."
    return kit.section(text, kit.button("Resume it", RESUME, draft.id), block_id="draft_recent")


def choose(drafts: Sequence[Intake], zone: str) -> kit.Block:
    """The list of a person's drafts, as a modal."""
    blocks = list(listed(drafts, zone)) or [kit.section(NONE)]
    return kit.modal(LIST, "Your drafts", blocks)


def loading() -> kit.Block:
    """What stands there for a moment. It also empties a form: what was typed there would stay otherwise."""
    return kit.modal("draft_loading", "Your drafts", [kit.section(":hourglass_flowing_sand: One moment …")])


def elsewhere(draft: Intake) -> kit.Block:
    """An older window of a draft that was opened anew: the newer one has what counts."""
    text = (
        ":left_right_arrow: *This complaint was opened in another window*, and what is typed there counts. "
        "Close this one, or go on here instead."
    )
    button = kit.button("Go on here", RESUME, draft.id, style="primary")
    return kit.modal(
        "draft_elsewhere", "Open a complaint", [kit.section(text), kit.actions(button, block_id="draft_here")]
    )


def over(draft: Intake, user: str) -> kit.Block:
    """A window of a draft that can no longer be gone on with."""
    assert is_over(draft, user)
    return kit.modal("draft_over", "Open a complaint", [kit.section(f":warning: {what_became_of(draft)}")])


def hand_over(draft: Intake) -> kit.Block:
    """The form that gives a draft to a colleague."""
    blocks = [
        kit.section(f"*{called(draft.values)}*"),
        kit.person("to", "Who goes on with it?", hint="Somebody who may open complaints."),
        kit.typed(
            "note",
            "What should they know?",
            optional=True,
            multiline=True,
            most=1000,
            hint="Only they see it.",
        ),
    ]
    return kit.modal(
        HAND_OVER_FORM,
        "Hand over a draft",
        blocks,
        submit="Hand over",
        close="Cancel",
        private_metadata=draft.id,
    )


def said(text: str) -> kit.Block:
    """A modal that says what was done with a draft."""
    return kit.modal("draft_done", "Your drafts", [kit.section(text)])


def handed(drawing: Drawing) -> Message | None:
    """The colleague is told what was given to them; None once it is no longer theirs to go on with."""
    draft = drawing.about
    if not isinstance(draft, Intake) or is_over(draft, drawing.letter.to):
        return None
    text = (
        f":writing_hand: {kit.mention(draft.given_by)} hands you a complaint that is half written down: "
        f"*{called(draft.values)}*."
    )
    note = [kit.section(f"> {kit.escape(kit.clip(draft.note, 1000)).replace(chr(10), chr(10) + '> ')}")]
    blocks = (
        kit.section(text),
        *(note if draft.note else []),
        kit.actions(*buttons(draft), block_id=f"draft_{draft.id}"),
    )
    return Message("A complaint that is half written down was handed to you.", blocks)
