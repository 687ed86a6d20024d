"""The short forms behind the card's buttons. Their metadata is `number|step`, never personal data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from blocks import kit, words
from bot.cases import CaseView
from bot.desk import Desk
from bot.intake_fields import MILESTONES, MOST
from bot.ports import ByHand, Entry
from bot.sop import Facts, Step
from bot.wording import Written

EDITABLE = (
    "homeowner.phone",
    "homeowner.best_time",
    "homeowner.email",
    "installer.name",
    "installer.email",
    *(f"milestones.{each}" for each in MILESTONES),
    "extra.need",
)
WHY_LIMIT = 500
LONGEST = 3000
SPOKEN = ("say", "ask", "inform_homeowner", "warm_transfer")
TEXTS = ("text", "text_continued")
"""The inputs that an e-mail's words stand in, in their order."""


def email(view: CaseView, step: Step, written: Written) -> kit.Block:
    """The draft: who gets it and why, the words to edit, and a button that says it was sent."""
    facts = view.stored.case.facts
    to = facts.installer.email or "no address yet: add the installer’s e-mail under “Change facts”"
    blocks = [
        kit.section(f"*{step.title}*  {words.step_cites(step)}"),
        kit.section(f"*To:* {kit.escape(to)}\n{_copies(view, step)}"),
        *([kit.typed("subject", "Subject", written.subject, most=300)] if written.subject else []),
        *_body(written.text),
        kit.context(
            "Copy it into your mail program, send it, then mark it as sent. The clock starts then (D-04)."
        ),
    ]
    return kit.modal(
        "email_sent", "E-mail", blocks, submit="Mark as sent", private_metadata=_about(view, step)
    )


def _body(text: str) -> list[kit.Block]:
    """The e-mail's words in as few inputs as Slack's limit of 3,000 characters each allows."""
    hint = "Change what you like; what you mark as sent is kept in the timeline."
    if len(text) <= LONGEST:
        return [kit.typed(TEXTS[0], "E-mail", text, multiline=True, most=LONGEST, hint=hint)]
    cut = text.rfind("\n", 0, LONGEST) if "\n" in text[:LONGEST] else LONGEST
    return [
        kit.typed(TEXTS[0], "E-mail", text[:cut], multiline=True, most=LONGEST),
        kit.typed(
            TEXTS[1], "E-mail, continued", text[cut:].lstrip("\n"), multiline=True, most=LONGEST, hint=hint
        ),
    ]


def record(view: CaseView, step: Step, order: ByHand) -> kit.Block:
    """A ticket's or case's fields, ready to copy, and its number to record."""
    blocks: list[kit.Block] = [
        kit.section(f"*{step.title}*  {words.step_cites(step)}"),
        kit.context("Copy each field into the system, create the record, and keep its number here."),
    ]
    for title, text in order.fields.items():
        blocks += [kit.context(f"*{kit.escape(title)}*"), kit.quoted(text)]
    if order.link:
        blocks.append(
            kit.actions(kit.link_button("Open the system", "open_link", order.link), block_id="link")
        )
    known = view.stored.references.get(step.on or "", "")
    blocks.append(kit.typed("reference", order.asks or "Number", known, most=40))
    return kit.modal(
        "record_made", "Record", blocks, submit="Save the number", private_metadata=_about(view, step)
    )


def read(view: CaseView, step: Step, text: str, desk: Desk) -> kit.Block:
    """What to say, copy or do, and a button that says it was done."""
    blocks = [kit.section(f"*{step.title}*  {words.step_cites(step)}"), *_words(view, step, text, desk)]
    return kit.modal("step_done", "Next step", blocks, submit="Done", private_metadata=_about(view, step))


def ask(view: CaseView, step: Step, text: str, desk: Desk) -> kit.Block:
    """Questions to ask somebody, with room for the answers; they are kept in the timeline."""
    blocks = [
        kit.section(f"*{step.title}*  {words.step_cites(step)}"),
        *_words(view, step, text, desk),
        kit.typed("answer", "What was answered", optional=True, multiline=True, most=LONGEST),
    ]
    return kit.modal("step_done", "Ask and note", blocks, submit="Done", private_metadata=_about(view, step))


def _words(view: CaseView, step: Step, text: str, desk: Desk) -> list[kit.Block]:
    """Whom a step concerns, the words for it, and where it leads."""
    blocks: list[kit.Block] = []
    if step.participants:
        people = "\n".join(f"• {_contact(role, view, desk)}" for role in step.participants)
        blocks.append(kit.section(f"Add as request participant:\n{people}"))
    if text:
        blocks.append(kit.spoken(text) if step.verb in SPOKEN else kit.quoted(text))
    if step.contact and step.contact.name:
        known = " · ".join(
            part for part in (step.contact.name, step.contact.phone, step.contact.email) if part
        )
        blocks.append(kit.section(kit.escape(known)))
    if step.link:
        blocks.append(kit.actions(kit.link_button("Open it", "open_link", step.link), block_id="link"))
    if step.why:
        blocks.append(kit.context(kit.escape(step.why)))
    return blocks


def facts(view: CaseView, step: Step | None, ask: Iterable[str]) -> kit.Block:
    """Inputs for facts, with what is known."""
    known = view.stored.case.facts
    blocks: list[kit.Block] = []
    for dotted in ask:
        blocks += fact_inputs(dotted, known)
    blocks.insert(
        0,
        kit.section("What you change here may change what the SOP requires; the timeline says what and why."),
    )
    return kit.modal("facts_learned", "Facts", blocks, submit="Save", private_metadata=_about(view, step))


def fact_inputs(dotted: str, known: Facts) -> list[kit.Block]:
    """The input of one fact."""
    title = words.fact(dotted)
    if dotted.startswith("milestones."):
        value = getattr(known.milestones, dotted.removeprefix("milestones."))
        day = value.isoformat() if isinstance(value, date) else ""
        state = {"not_yet": "Not yet approved"}
        return [
            kit.dated(dotted, title, day),
            kit.ticked(
                f"{dotted}.not_yet", f"{title}: not yet", state, ("not_yet",) if value == "not_yet" else ()
            ),
        ]
    if dotted == "extra.need":
        return [kit.chosen(dotted, title, words.NEEDS, str(known.extra.get("need", "")), optional=True)]
    if dotted == "extra.cancellation_email_sent":
        return [kit.dated(dotted, title, str(known.extra.get("cancellation_email_sent", "")))]
    if dotted == "program":
        return [kit.chosen(dotted, title, words.PROGRAMS, known.program)]
    group, _, name = dotted.partition(".")
    return [
        kit.typed(
            dotted, title, getattr(getattr(known, group), name), optional=True, most=MOST.get(dotted, 300)
        )
    ]


def asked(step: Step) -> tuple[str, ...]:
    """The dotted ids of the facts that an `ask` step wants to know."""
    named = step.id.removeprefix("ask:").split("+")
    return tuple(each for each in named if each in words.FACTS)


def snooze(view: CaseView, step: Step) -> kit.Block:
    """Until when, and why."""
    blocks = [
        kit.section(f"*{step.title}*\nThis moves this one question; the SOP’s own dates stay as they are."),
        kit.dated(
            "until", "Ask again on", optional=False, hint="At 9 AM that day, or the next business day."
        ),
        kit.typed("reason", "Why", most=WHY_LIMIT, multiline=True),
    ]
    return kit.modal("snoozed", "Ask later", blocks, submit="Ask later", private_metadata=_about(view, step))


def note(view: CaseView) -> kit.Block:
    """A person's own words for the timeline."""
    blocks = [kit.typed("note", "Note", multiline=True, most=3000)]
    return kit.modal("noted", "Add a note", blocks, submit="Add", private_metadata=_about(view, None))


def close(view: CaseView) -> kit.Block:
    """Closing: what the SOP asks for before, and the comments."""
    lines = [kit.section(f"*Close {view.stored.name}?*  {words.cited(['R-005', 'D-05'])}")]
    if view.stored.case.state != "ready_to_close":
        lines.append(
            kit.context(":warning: The SOP has not come to its end yet. A lead can close it with a reason.")
        )
    lines.append(kit.typed("closure_comments", "Closure comments", multiline=True, most=3000))
    return kit.modal(
        "closed", "Close the case", lines, submit="Close the case", private_metadata=_about(view, None)
    )


def timeline(view: CaseView, desk: Desk) -> kit.Block:
    """Everything that happened, oldest first; of a very long one, the latest."""
    lines = [_line(entry, desk) for entry in view.timeline]
    shown = lines[-90:]
    left_out = len(lines) - len(shown)
    first = [kit.context(f"{left_out} earlier lines are not shown.")] if left_out else []
    return kit.modal("timeline", f"{view.stored.name} timeline", [*first, *shown])


def _line(entry: Entry, desk: Desk) -> kit.Block:
    who = kit.mention(entry.by) if entry.by else "The desk"
    when = kit.moment(entry.at, desk.zone)
    return kit.section(
        kit.clip(f"*{when}* · {who}\n{kit.escape(entry.text)} {words.cited(entry.cites)}", 1500)
    )


def _contact(role: str, view: CaseView, desk: Desk) -> str:
    """A role with its name and address, as far as desk.yaml has them."""
    if role == "account_manager":
        contact = desk.organisation.account_manager(view.stored.case.facts.installer.name)
    else:
        contact = desk.organisation.contacts.get(role)
    who = f": {contact.name}, {contact.email}" if contact and contact.email else ""
    return kit.escape(f"{words.roles([role])}{who}")


def _copies(view: CaseView, step: Step) -> str:
    lines = [f"*Copied:* {words.roles(step.copied) or 'nobody'}"]
    if step.participants:
        lines.append(f"*Request participants on the ticket:* {words.roles(step.participants)}")
    banned: dict[str, dict[str, None]] = {}
    for each in view.plan.forbidden:
        banned.setdefault(each.role, {}).update(dict.fromkeys(each.cites))
    lines += [
        f":no_entry: never the {words.roles([role])} {words.cited(cites)}" for role, cites in banned.items()
    ]
    return "\n".join(lines)


def _about(view: CaseView, step: Step | None) -> str:
    return f"{view.stored.number}|{step.id if step else ''}"
