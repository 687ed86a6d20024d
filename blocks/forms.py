"""The short forms behind the card's buttons. Their metadata is `number|step`, never personal data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from blocks import intake_fields, kit, words
from blocks.orders import STARTS_THE_CLOCK, copied_fields, words_to_edit
from blocks.systems import addressed, closes, heading
from bot import cases
from bot.cases import CaseView
from bot.desk import Desk
from bot.drafting import drafted
from bot.hands import step_moves
from bot.intake_fields import FLAGS, MOST
from bot.sop import Facts, Step
from bot.sop.needs import needs
from bot.systems import ByHand
from bot.wording import Written

CONTACT = (
    "homeowner.phone",
    "homeowner.best_time",
    "homeowner.email",
    "installer.name",
    "installer.email",
)
"""The facts that can always be mended."""
NEW_DETAILS = ("extra.new_phone", "extra.new_email")
NOT_EDITED = frozenset({"category", "found_on_platform", "extra.agent_trained", "extra.asks_association"})
"""What another complaint is, what the Concert check settles, what desk.yaml says, and what is only said."""
MENUS: Mapping[str, Mapping[str, str]] = {
    "program": words.PROGRAMS,
    "channel": words.CHANNELS,
    **intake_fields.MENUS,
}
SEVERAL: Mapping[str, Mapping[str, str]] = {
    "sensitive": words.SENSITIVE,
    "extra.damaged": words.DAMAGED,
}
WHERE = {
    "ebh": "Copy it into a reply on the ticket",
    "outlook": "Copy it into Outlook",
}
WHY_LIMIT = 500
LONGEST = 3000
SPOKEN = ("say", "ask", "inform_homeowner", "warm_transfer")


def email(view: CaseView, step: Step, written: Written, desk: Desk) -> kit.Block:
    """The draft: who gets it and why, the words to edit, and a button that says it was sent."""
    clock = " The clock starts then (D-04)." if STARTS_THE_CLOCK & set(step.events) else ""
    where = WHERE.get(step.system or "", "Copy it into your mail program")
    draft = drafted(view, step, desk)
    blocks = [
        heading(step),
        kit.section(addressed(view, step, draft)),
        *([kit.typed("subject", "Subject", draft.subject, most=300)] if draft.subject else []),
        *words_to_edit(
            written.text, "E-mail", "Change what you like; what you mark as sent is kept in the timeline."
        ),
        kit.context(f"{where}, send it, then mark it as sent.{clock}"),
    ]
    return kit.modal(
        "email_sent", "E-mail", blocks, submit="Mark as sent", private_metadata=_about(view, step)
    )


def record(view: CaseView, step: Step, order: ByHand, desk: Desk) -> kit.Block:
    """A ticket's or case's fields, ready to copy, and its number to record."""
    draft = drafted(view, step, desk)
    blocks: list[kit.Block] = [
        heading(step),
        *([kit.section(addressed(view, step, draft))] if draft.addressees else []),
        kit.context("Copy each field into the system, create the record, and keep its number here."),
        *copied_fields(order.fields),
    ]
    if order.link:
        blocks.append(
            kit.actions(kit.link_button("Open the system", "open_link", order.link), block_id="link")
        )
    known = view.stored.references.get(step.on or "", "")
    blocks.append(kit.typed("reference", order.asks or "Number", known, most=40))
    title = "Salesforce case" if step.verb == "open_case" else "Ticket"
    return kit.modal(
        "record_made", title, blocks, submit="Save the number", private_metadata=_about(view, step)
    )


def read(view: CaseView, step: Step, text: str, desk: Desk) -> kit.Block:
    """What to say, copy or do; and, where that is reported, a button that says it was done."""
    blocks = [heading(step), *_words(view, step, text, desk)]
    done = "Log the attempt" if "attempt_logged" in step.events else "Done"
    submit = done if step.events else ""
    return kit.modal("step_done", "Next step", blocks, submit=submit, private_metadata=_about(view, step))


def ask(view: CaseView, step: Step, text: str, desk: Desk) -> kit.Block:
    """Questions to ask somebody, with room for the answers; they are kept in the timeline."""
    blocks = [
        heading(step),
        *_words(view, step, text, desk),
        kit.typed("answer", "What was answered", optional=True, multiline=True, most=LONGEST),
    ]
    return kit.modal("step_done", "Ask and note", blocks, submit="Done", private_metadata=_about(view, step))


def _words(view: CaseView, step: Step, text: str, desk: Desk) -> list[kit.Block]:
    """Whom a step concerns, the words for it, and where it leads."""
    blocks: list[kit.Block] = []
    if step.participants:
        blocks.append(kit.section(addressed(view, step, drafted(view, step, desk))))
    if step.to and step.verb in ("reassign", "warm_transfer"):
        people = "\n".join(f"*To:* {_contact(role, view, desk)}" for role in step.to)
        blocks.append(kit.section(people))
    if step.lost:
        text = words.without_lost(text)
    if text:
        blocks.append(kit.spoken(text) if step.verb in SPOKEN else kit.quoted(text))
    if step.contact and step.contact.name:
        known = " · ".join(
            part for part in (step.contact.name, step.contact.phone, step.contact.email) if part
        )
        blocks.append(kit.section(kit.escape(known)))
    if step.link:
        blocks.append(kit.actions(kit.link_button("Open it", "open_link", step.link), block_id="link"))
    if step_moves(step):
        blocks.append(
            kit.context("“Done” puts the case into that queue here, too. It is no longer yours then.")
        )
    if step.why:
        blocks.append(kit.context(kit.escape(step.why)))
    return blocks


def facts(view: CaseView, step: Step | None, ask: Iterable[str]) -> kit.Block:
    """Inputs for facts, with what is known; where a step asks for them, its question stands above."""
    known = view.stored.case.facts
    above = [heading(step)] if step else []
    blocks = [
        *above,
        kit.context("What you change here may change what the SOP requires; the timeline says what and why."),
        *(block for dotted in ask for block in fact_inputs(dotted, known)),
    ]
    title = "Facts" if step else "Change facts"
    return kit.modal("facts_learned", title, blocks, submit="Save", private_metadata=_about(view, step))


def editable(view: CaseView, desk: Desk, today: date) -> tuple[str, ...]:
    """The facts that can be changed on a case: how to reach people, and what the playbooks compare for it."""
    known = view.stored.case.facts
    wanted = [*needs(known, desk.playbooks, today), "sensitive", "wants_leadership"]
    if "agrees_to_wait" in wanted:
        wanted.append("extra.callback_number")
    if known.extra.get("contact_details_current") is False:
        wanted += NEW_DETAILS
    compared = [each for each in words.FACTS if each in wanted and each not in NOT_EDITED]
    return (*CONTACT, *(each for each in compared if each not in CONTACT))


def fact_inputs(dotted: str, facts: Facts) -> list[kit.Block]:
    """The input of one fact."""
    title, known = words.fact(dotted), cases.known(facts, dotted)
    one = known if isinstance(known, str) else ""
    if dotted.startswith("milestones."):
        day = one if one not in ("not_yet", "unknown") else ""
        ticked = ("not_yet",) if one == "not_yet" else ()
        name = dotted.removeprefix("milestones.").upper()
        return [
            kit.dated(dotted, title, day),
            kit.ticked(f"{dotted}.not_yet", f"{name} has no date", {"not_yet": "Not yet approved"}, ticked),
        ]
    if dotted in FLAGS:
        said = {True: "yes", False: "no"}[known is True] if known is not None else ""
        return [kit.chosen(dotted, title, intake_fields.YES_NO, said, kind="radio_buttons", optional=True)]
    if dotted in SEVERAL:
        several = [str(each) for each in known] if isinstance(known, list) else []
        return [kit.several(dotted, title, SEVERAL[dotted], several)]
    if dotted in MENUS:
        return [kit.chosen(dotted, title, MENUS[dotted], one, optional=dotted != "program")]
    if dotted == "extra.cancellation_email_sent":
        return [kit.dated(dotted, title, one)]
    return [kit.typed(dotted, title, one, optional=True, most=MOST.get(dotted, 300))]


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
    """A person's own words for the timeline, and what belongs to them: a page, a few files."""
    blocks = [
        kit.typed("note", "Note", optional=True, multiline=True, most=3000),
        kit.typed("link", "Link", kind="url_text_input", optional=True, hint="A page, as in https://…"),
        kit.typed("link_title", "What the link is", optional=True, most=150),
        kit.file(
            "files", "Files", most=5, hint="A photo, a letter. They stay in Slack; the timeline links them."
        ),
    ]
    return kit.modal("noted", "Add a note or file", blocks, submit="Add", private_metadata=_about(view, None))


def report(view: CaseView, desk: Desk) -> kit.Block:
    """What happened meanwhile, of what has its place where the case stands."""
    choices = {name: desk.playbooks.title(name) for name in view.reportable}
    blocks = [
        kit.context("What happened before the desk asked for it? The timeline says what follows from it."),
        kit.chosen("event", "What happened", choices, kind="radio_buttons"),
    ]
    return kit.modal("reported", "Report", blocks, submit="Report", private_metadata=_about(view, None))


def close(view: CaseView, desk: Desk) -> kit.Block:
    """Closing: what is closed where, and the comments; where it is too early, what the SOP asks before."""
    name, state = view.stored.name, view.stored.case.state
    if state not in ("ready_to_close", "needs_decision"):
        path = desk.playbooks.paths.get(view.stored.case.path or "")
        needs = path.close_needs if path else ""
        cites = path.close_cites if path and needs else ("D-05",)
        text = needs or "It is still being worked on. Do what its card shows as due first."
        return kit.modal(
            "closed",
            "Close the case",
            [kit.section(f"*{name} cannot be closed yet.* {kit.escape(text)} {words.cited(cites)}")],
        )
    lines = [kit.section(f"*Close {name}?*  {words.cited(['R-033', 'D-05'])}"), *closes(view, desk)]
    if state == "needs_decision":
        lines.append(kit.context(":raising_hand: This case needs a lead’s decision: only a lead closes it."))
    hint = "How it ended, in a sentence or two. They are kept in the timeline."
    lines.append(kit.typed("closure_comments", "Closure comments", multiline=True, most=3000, hint=hint))
    return kit.modal(
        "closed", "Close the case", lines, submit="Close the case", private_metadata=_about(view, None)
    )


def _contact(role: str, view: CaseView, desk: Desk) -> str:
    """A role with its name and how to reach it, as far as desk.yaml has them."""
    contact = view.account_manager if role == "account_manager" else desk.organisation.contacts.get(role)
    known = (contact.name, contact.phone, contact.email) if contact else ()
    details = ", ".join(each for each in known if each)
    return kit.escape(f"{words.roles([role])}: {details}" if details else words.roles([role]))


def _about(view: CaseView, step: Step | None) -> str:
    return f"{view.stored.number}|{step.id if step else ''}"
