"""The intake modal: who is calling, what happened, what the SOP says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from blocks import kit, words
from blocks.intake_alike import JOIN
from blocks.intake_fields import LEADING, fields
from blocks.intake_frame import ANOTHER, BACK, KEPT, MORE, TITLE, frame
from blocks.intake_says import says
from bot.intake_fields import MESSAGE_LINK, MESSAGE_TEXT, MOST, WITHOUT_INSTALLER, Values, text_of
from bot.stored import Intake, StoredCase

__all__ = ["ANOTHER", "BACK", "JOIN", "LEADING", "MORE", "loading", "opened", "says", "sorry", "what", "who"]

FOUND = {"yes": "Yes, found", "no": "No, not found"}
NOT_FOUND = "Not found: the desk asks in Slack whether this is a Concert customer (R-056, R-057)."
BEST_TIME = "Weekdays after 4 PM"


def loading() -> kit.Block:
    """What stands there while the form is being fetched."""
    return kit.modal("intake_loading", TITLE, [kit.section(":hourglass_flowing_sand: One moment …")])


def who(intake: Intake, scripts: Sequence[str], above: Sequence[kit.Block] = ()) -> kit.Block:
    """Page one: who is calling, in the order in which a call goes (R-054 to R-062).

    `above` stands before everything that is asked.
    """
    values = intake.values
    blocks = [
        kit.context(f"*Step 1 of 3* · Who is calling · {KEPT}"),
        *above,
        *map(kit.spoken, scripts[:1]),
        _typed(values, "homeowner.name", "Homeowner’s first and last name"),
        _typed(values, "homeowner.address", "Property address"),
        _radio(values, "channel", "How did they reach us?", words.CHANNELS),
        _radio(values, "found_on_platform", "Does Power BI list them?", FOUND, NOT_FOUND),
        kit.chosen(
            "program",
            "Program",
            words.PROGRAMS,
            _one(values, "program") or "unknown",
            hint="As Power BI shows it. Not found there: leave “Not known”.",
            dispatch=True,
        ),
        *map(kit.spoken, scripts[1:]),
        _typed(
            values, "homeowner.phone", "Phone", hint="The installer is asked to call this number (R-003)."
        ),
        _typed(values, "homeowner.email", "E-mail", optional=True),
        _typed(
            values, "homeowner.best_time", "Best time to reach them", optional=True, placeholder=BEST_TIME
        ),
    ]
    return frame(intake, "who", blocks)


def what(intake: Intake, scripts: Sequence[str], asked: Collection[str]) -> kit.Block:
    """Page two: what happened, with the words for the call. `asked`: the fields that follow the category."""
    values = intake.values
    blocks = [
        kit.context("*Step 2 of 3* · What happened"),
        *map(kit.spoken, scripts),
        kit.chosen(
            "category",
            "What is the complaint about?",
            words.CATEGORIES,
            _one(values, "category"),
            placeholder="Choose what fits best",
            dispatch=True,
        ),
        _typed(values, "description", "What happened, in the homeowner’s words", multiline=True),
        _typed(
            values,
            "installer.name",
            "Installer",
            optional=_one(values, "category") in WITHOUT_INSTALLER,
        ),
        _typed(
            values,
            "installer.email",
            "Installer’s e-mail",
            optional=True,
            hint="You can add it later; the installer cannot be written to without it.",
        ),
        *fields(values, asked),
        kit.actions(kit.button("Back", BACK, "who"), block_id="intake_navigation"),
    ]
    return frame(intake, "what", blocks)


def from_message(intake: Intake) -> list[kit.Block]:
    """On a complaint that was begun from a message: what was taken from it, and what was not."""
    kept = "Its text stands under “What happened” on the next page"
    if MESSAGE_TEXT in intake.values:
        kept += " as far as it fits; all of it becomes the case’s first note"
    link = "its link goes into the case’s timeline"
    if not text_of(intake.values, MESSAGE_LINK):
        link = "Slack did not tell its link: add it as a note once the case is open"
    text = f":speech_balloon: *From a message.* {kept}; {link}. Who wrote it need not be the homeowner."
    return [kit.context(text)]


def opened(
    stored: StoredCase, draft_id: str = "", offered: Sequence[str] = (), *, joined: bool = False
) -> kit.Block:
    """What the modal says once the case is open.

    `draft_id` is the intake that it came from: with it, another complaint of the homeowner can be taken
    (D-21); `offered` are the categories that likely come up together with this one (D-31). `joined` says
    that the case was open before.
    """
    if joined:
        text = f":white_check_mark: *The call is noted on {stored.name}.* No other case was opened."
        return kit.modal("intake_opened", TITLE, [kit.section(text), *_more(draft_id, ())], close="Done")
    where = (
        "Its card, with the next step, is in your messages."
        if stored.owner
        else "It waits in the queue of the trained agents, who are told."
    )
    blocks = [kit.section(f":white_check_mark: *{stored.name} is open.* {where}")]
    if draft_id:
        blocks += _more(draft_id, offered)
    return kit.modal("intake_opened", TITLE, blocks, close="Done")


def _more(draft_id: str, offered: Sequence[str]) -> list[kit.Block]:
    """The next complaint of the same homeowner: one case each."""
    buttons = [kit.button("Another complaint of this homeowner", f"{MORE}:any", draft_id)]
    buttons += [kit.button(f"Also: {words.CATEGORIES[each]}", f"{MORE}:{each}", draft_id) for each in offered]
    text = (
        f"Was there another complaint? Each is a case of its own, linked to this one. {words.cited(['D-21'])}"
    )
    if offered:
        text += f" An installer’s silence, and what it leaves undone, are two. {words.cited(['D-31'])}"
    return [kit.context(text), kit.actions(*buttons, block_id="intake_more")]


def sorry(text: str) -> kit.Block:
    """A modal that says what went wrong and what to do."""
    return kit.modal("sorry", "Complaint Desk", [kit.section(f":warning: {kit.escape(text)}")])


def _radio(
    values: Values,
    field: str,
    label: str,
    choices: Mapping[str, str],
    hint: str = "",
) -> kit.Block:
    value = _one(values, field)
    return kit.chosen(field, label, choices, value, kind="radio_buttons", hint=hint, dispatch=True)


def _typed(
    values: Values,
    field: str,
    label: str,
    *,
    optional: bool = False,
    hint: str = "",
    placeholder: str = "",
    multiline: bool = False,
) -> kit.Block:
    value = _one(values, field)
    return kit.typed(
        field,
        label,
        value,
        optional=optional,
        hint=hint,
        placeholder=placeholder,
        multiline=multiline,
        most=MOST[field],
        dispatch=True,
    )


def _one(values: Values, field: str) -> str:
    value = values.get(field, "")
    return value if isinstance(value, str) else ""
