"""Intake's last page: what the SOP says, each line with its rule, before the case is opened."""

from __future__ import annotations

from blocks import intake_alike, kit, words
from blocks.card import owed
from blocks.intake_frame import ANOTHER, BACK, MOST_BLOCKS, frame
from bot.desk import Desk
from bot.duplicates import Alike
from bot.sop import Facts, Plan, Step
from bot.stored import Intake
from bot.wording import Names, write

NOTHING = Alike()
LEAVES = (
    ":handshake: *This case is for the trained agents.* Once it is open, it goes to their queue, "
    "and one of them takes it on."
)


def says(
    intake: Intake,
    facts: Facts,
    plan: Plan,
    desk: Desk,
    agent_name: str,
    found: Alike = NOTHING,
    *,
    leaves: bool = False,
) -> kit.Block:
    """Page three: what the SOP says, each line with its rule.

    `found` is what is open for this homeowner already; `leaves` says that the case goes to trained agents.
    """
    names = Names(agent=agent_name, case_number="")
    blocks: list[kit.Block] = [
        kit.context("*Step 3 of 3* · What the SOP says"),
        *intake_alike.same(found, intake.values, desk),
        *intake_alike.others(found, intake.values, desk),
        *([kit.section(f"{LEAVES} {words.cited(['R-021', 'D-14'])}")] if leaves else []),
        *_standing(plan),
    ]
    for step in owed(plan, desk):
        blocks += _says_step(step, facts, names)
    blocks += _when(plan, desk)
    blocks += _forbidden(plan)
    buttons = kit.actions(
        kit.button("Back", BACK, "what"),
        kit.button("Open it, and take another complaint", ANOTHER, intake.id),
        block_id="intake_navigation",
    )
    submit = "Create a linked one" if found.same else "Open the case"
    return frame(intake, "says", [*blocks[:MOST_BLOCKS], buttons], submit=submit)


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
    lines = [f"• {words.never(each)}" for each in plan.forbidden]
    return [kit.section(":no_entry: *Forbidden*\n" + "\n".join(lines))] if lines else []
