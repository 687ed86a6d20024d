"""The intake modal: who is calling, what happened, what the SOP says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from blocks import kit, words
from blocks.card import owed
from blocks.intake_fields import LEADING, fields
from bot.desk import Desk
from bot.intake_fields import MOST, WITHOUT_INSTALLER, Values
from bot.ports import Intake, StoredCase
from bot.sop import Facts, Plan, Step
from bot.wording import Names, write

__all__ = ["BACK", "LEADING", "loading", "opened", "says", "sorry", "what", "who"]

TITLE = "Open a complaint"
MOST_BLOCKS = 99
BACK = "intake_back"
FOUND = {"yes": "Yes, found", "no": "No, not found"}
NOT_FOUND = "Not found: the desk asks in Slack whether this is a Concert customer (R-056, R-057)."
BEST_TIME = "Weekdays after 4 PM"


def loading() -> kit.Block:
    """What stands there while the form is being fetched."""
    return kit.modal("intake_loading", TITLE, [kit.section(":hourglass_flowing_sand: One moment …")])


def who(intake: Intake, scripts: Sequence[str]) -> kit.Block:
    """Page one: who is calling, in the order in which a call goes (R-054 to R-062)."""
    values = intake.values
    blocks = [
        kit.context("*Step 1 of 3* · Who is calling"),
        *map(kit.spoken, scripts[:1]),
        _typed(values, "homeowner.name", "Homeowner’s first and last name"),
        _typed(values, "homeowner.address", "Property address"),
        _radio(values, "channel", "How did they reach us?", words.CHANNELS),
        _radio(values, "found_on_platform", "Does Power BI list them?", FOUND, NOT_FOUND, dispatch=True),
        kit.chosen(
            "program",
            "Program",
            words.PROGRAMS,
            _one(values, "program") or "unknown",
            hint="As Power BI shows it. Not found there: leave “Not known”.",
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
    return kit.modal("intake_who", TITLE, blocks, submit="Next", close="Cancel", private_metadata=intake.id)


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
    return kit.modal("intake_what", TITLE, blocks, submit="Next", close="Cancel", private_metadata=intake.id)


def says(intake: Intake, facts: Facts, plan: Plan, desk: Desk, agent_name: str) -> kit.Block:
    """Page three: what the SOP says, each line with its rule."""
    names = Names(agent=agent_name, case_number="")
    blocks: list[kit.Block] = [kit.context("*Step 3 of 3* · What the SOP says"), *_standing(plan)]
    for step in owed(plan, desk):
        blocks += _says_step(step, facts, names)
    blocks += _when(plan, desk)
    blocks += _forbidden(plan)
    back = kit.actions(kit.button("Back", BACK, "what"), block_id="intake_navigation")
    return kit.modal(
        "intake_says",
        TITLE,
        [*blocks[:MOST_BLOCKS], back],
        submit="Open the case",
        close="Cancel",
        private_metadata=intake.id,
    )


def opened(stored: StoredCase) -> kit.Block:
    """What the modal says once the case is open."""
    text = f":white_check_mark: *{stored.name} is open.* Its card, with the next step, is in your messages."
    return kit.modal("intake_opened", TITLE, [kit.section(text)], close="Done")


def sorry(text: str) -> kit.Block:
    """A modal that says what went wrong and what to do."""
    return kit.modal("sorry", "Complaint Desk", [kit.section(f":warning: {kit.escape(text)}")])


def _standing(plan: Plan) -> list[kit.Block]:
    if plan.contradictions:
        pairs = "; ".join(f"{words.fact(a)} and {words.fact(b)}" for a, b in plan.contradictions)
        text = f":warning: *These do not go together: {pairs}.* Go back and mend one of them."
        return [kit.section(f"{text} {words.cited(['D-29'])}")]
    if not plan.covered and not any(step.verb == "confirm_program" for step in plan.steps):
        return [
            kit.section(
                f":grey_question: *The SOP does not cover this.* A lead decides. {words.cited(['D-20'])}"
            )
        ]
    asks = ", ".join(words.fact(each) for each in plan.asks)
    return [kit.context(f":pencil2: Still to be asked: {asks}")] if asks else []


def _says_step(step: Step, facts: Facts, names: Names) -> list[kit.Block]:
    written = write(step, facts, names)
    title = kit.section(f"*{step.title}*  {words.step_cites(step)}")
    if step.state in ("refused", "held"):
        return [title, kit.context(f":no_entry: {kit.escape(step.why)}")]
    if step.verb in ("say", "ask") and written.text:
        return [title, kit.spoken(written.text)]
    if step.verb == "email" and step.state == "available":
        subject = f" · Subject: {kit.escape(written.subject)}" if written.subject else ""
        to = kit.context(f"To: {words.roles(step.to)}{subject}")
        return [title, to, kit.quoted(written.text)]
    if step.verb == "confirm_program":
        return [title, kit.context(_whom(step))]
    if step.lost:
        return [title, kit.context(words.LOST)]
    return [title] if step.state == "available" else []


def _whom(step: Step) -> str:
    if step.to:
        return f"The desk asks {kit.escape(', '.join(step.to))}."
    return "Nobody is on shift now: the desk posts at once, and tags people when cover starts."


def _when(plan: Plan, desk: Desk) -> list[kit.Block]:
    later = [step for step in plan.steps if step.state == "waiting"]
    if not later:
        return []
    lines = [f"• {_moment(step, desk)}{step.title} {words.step_cites(step)}" for step in later]
    return [kit.divider(), kit.section("*What happens when*\n" + "\n".join(lines))]


def _moment(step: Step, desk: Desk) -> str:
    if step.due:
        return f"*{kit.moment(step.due, desk.zone)}* "
    return f"{kit.escape(step.why)}: " if step.why else ""


def _forbidden(plan: Plan) -> list[kit.Block]:
    lines = [
        f"• never the {words.roles([each.role])} in {_place(each.where)} {words.cited(each.cites)}"
        for each in plan.forbidden
    ]
    return [kit.section(":no_entry: *Forbidden*\n" + "\n".join(lines))] if lines else []


def _place(where: str) -> str:
    return {
        "mail": "any e-mail’s To, Cc or Bcc",
        "participants": "a ticket’s participants",
        "any": "any of it",
    }[where]


def _radio(
    values: Values,
    field: str,
    label: str,
    choices: Mapping[str, str],
    hint: str = "",
    *,
    dispatch: bool = False,
) -> kit.Block:
    value = _one(values, field)
    return kit.chosen(field, label, choices, value, kind="radio_buttons", hint=hint, dispatch=dispatch)


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
    )


def _one(values: Values, field: str) -> str:
    value = values.get(field, "")
    return value if isinstance(value, str) else ""
