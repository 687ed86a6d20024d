"""The forms by which a person reads a draft and has a system do it. Their metadata is `number|step`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from blocks import kit, words
from blocks.systems import addressed, heading, title
from bot.approving import NO_COPY, Edits, may_be_overridden, refusal
from bot.cases import CaseView
from bot.desk import Desk
from bot.differences import Difference, left_open
from bot.ports import Sender
from bot.sop import Step
from bot.systems import OPENS, Draft

ORDERED = "ordered"
UPDATED = "record_updated"
FORM_BY_HAND = "order_form_by_hand"
FORM = "order_form"
FIELD = "field."
"""How the id of an input begins that stands for a field which only a person can fill in."""
COPIED, HOMEOWNER, REASON = "copied", "homeowner", "reason"
TEXTS = ("text", "text_continued")
"""The inputs that words stand in, in their order."""
LONGEST = 3000
SUBMIT_LIMIT = 24
"""How many characters Slack gives the button under a form."""
DOES: Final = {
    "email": "Send",
    "add_participant": "Add",
    "internal_comment": "Note",
    "referral_comment": "Comment",
    "reassign": "Reassign",
    **dict.fromkeys(OPENS, "Create"),
}
"""What the button under a form does, by the verb of its step."""
WRITTEN: Final = {"email": "E-mail", "internal_comment": "Internal comment", "referral_comment": "Comment"}
"""The verbs whose words a person may change, and what these are called."""
STARTS_THE_CLOCK = frozenset({"installer_email_sent", "initial_email_sent", "am_email_sent"})


def preview(view: CaseView, step: Step, draft: Draft, desk: Desk, *, lead: bool) -> kit.Block:
    """What will be done, whole, with the words to change; its button says what happens then."""
    people = addressed(view, step, draft)
    blocks = [
        heading(step),
        *_refused(draft, view, desk),
        *([kit.section(people)] if people else []),
        *_about(view, draft),
        *_fields(draft),
        *_words(draft),
        *_others(draft, view, desk, lead=lead),
        kit.context(_afterwards(step, draft, desk)),
        kit.actions(
            kit.button("I do it by hand …", FORM_BY_HAND, f"{view.stored.number}|{step.id}"),
            block_id="by_hand",
        ),
    ]
    return kit.modal(
        ORDERED, _title(draft), blocks, submit=_does(draft, desk), private_metadata=_metadata(view, step.id)
    )


def _does(draft: Draft, desk: Desk) -> str:
    """What happens when a form is sent."""
    if draft.verb == "email" and draft.system == "ebh":
        return "Reply in Jira"
    sender = _sender(draft, desk)
    if sender:
        shortly = f"Send from {sender.partition('@')[0]}@…"
        return shortly if len(shortly) <= SUBMIT_LIMIT else "Send"
    how = "by" if draft.verb == "email" else "in"
    return f"{DOES.get(draft.verb, 'Do it')} {how} {title(draft.system)}"


def update(view: CaseView, difference: Difference, *, connected: bool) -> kit.Block:
    """What a record says and what the facts say, field by field."""
    record, where = difference.record, title(difference.record.system)
    blocks: list[kit.Block] = [
        kit.section(f"*{kit.escape(record.reference)} in {where} says something else than the case.*")
    ]
    for name, (there, here) in difference.fields.items():
        blocks += [
            kit.context(f"*{kit.escape(name)}* · there"),
            kit.quoted(there or "nothing"),
            kit.context(f"*{kit.escape(name)}* · here"),
            kit.quoted(here),
        ]
    text = f"Change the fields in {where}, then say so here. The case keeps what you wrote."
    if connected:
        text = f"{where} gets what stands under “here”. Other fields stay as they are."
    blocks.append(kit.context(text))
    submit = f"Update in {where}" if connected else "I have updated it"
    return kit.modal(UPDATED, "Update", blocks, submit=submit, private_metadata=_metadata(view, record.on))


def offered(form: kit.Block, view: CaseView, step: Step) -> kit.Block:
    """A form for work by hand from which a connected system can be asked after all."""
    value = f"{view.stored.number}|{step.id}"
    after_all = kit.button("Have the desk do it …", FORM, value)
    blocks = form["blocks"]
    assert isinstance(blocks, list)
    return {**form, "blocks": [*blocks, kit.actions(after_all, block_id="after_all")]}


def by_hand_now(view: CaseView, text: str) -> kit.Block:
    """What a person takes over that has no form of its own."""
    return kit.modal("taken", "By hand", [kit.section(f"*{view.stored.name}*: {kit.escape(text)}")])


def words_to_edit(text: str, label: str, hint: str) -> list[kit.Block]:
    """Words in as few inputs as Slack's limit of 3,000 characters each allows."""
    if len(text) <= LONGEST:
        return [kit.typed(TEXTS[0], label, text, multiline=True, most=LONGEST, hint=hint)]
    cut = text.rfind("\n", 0, LONGEST) if "\n" in text[:LONGEST] else LONGEST
    rest = text[cut:].lstrip("\n")
    return [
        kit.typed(TEXTS[0], label, text[:cut], multiline=True, most=LONGEST),
        kit.typed(TEXTS[1], f"{label}, continued", rest, multiline=True, most=LONGEST, hint=hint),
    ]


def copied_fields(fields: Mapping[str, str]) -> Iterator[kit.Block]:
    """A record's fields as they are written, whole."""
    for name, text in fields.items():
        yield kit.context(f"*{kit.escape(name)}*")
        yield kit.quoted(text)


def _refused(draft: Draft, view: CaseView, desk: Desk) -> Iterator[kit.Block]:
    found = refusal(draft, Edits(), view, desk)
    if found is not None:
        yield kit.section(f":no_entry: {kit.escape(str(found[1]))} {words.cited(found[1].cites)}")


def _about(view: CaseView, draft: Draft) -> Iterator[kit.Block]:
    known = view.stored.references.get(draft.on or "", "")
    if known and draft.verb not in OPENS:
        yield kit.context(f"On *{kit.escape(known)}* in {title(draft.system)}.")


def _fields(draft: Draft) -> Iterator[kit.Block]:
    """The fields as they will be written; those that the SOP leaves to a person are typed."""
    yield from copied_fields({name: text for name, text in draft.fields.items() if not left_open(text)})
    for name, text in draft.fields.items():
        if left_open(text):
            hint = text.removeprefix("DRAFT:").strip()
            yield kit.typed(f"{FIELD}{name}", name, hint=hint if text.startswith("DRAFT:") else "")


def _words(draft: Draft) -> Iterator[kit.Block]:
    if draft.subject and draft.verb == "email":
        yield kit.typed("subject", "Subject", draft.subject, most=300)
    if draft.text and draft.verb in WRITTEN:
        hint = "Change what you like; it is sent as it stands here, and kept in the timeline."
        yield from words_to_edit(draft.text, WRITTEN[draft.verb], hint)
    elif draft.text:
        yield kit.quoted(draft.text)


def _others(draft: Draft, view: CaseView, desk: Desk, *, lead: bool) -> Iterator[kit.Block]:
    """Who else may read a mail."""
    if draft.verb != "email" or draft.system == "ebh":
        return
    hint = "E-mail addresses, with commas between them."
    yield kit.typed(COPIED, "Copy somebody else, too (Cc)", optional=True, hint=hint)
    if not may_be_overridden(draft, view, desk):
        return
    if not lead:
        yield kit.context(
            f"The homeowner is not copied. Where that is wanted, ask a lead. {words.cited([NO_COPY])}"
        )
        return
    yield kit.ticked(HOMEOWNER, "The homeowner", {"copied": "Copy the homeowner, too"})
    yield kit.typed(
        REASON, "Why the homeowner is copied", optional=True, hint="It is kept with the case (D-13)."
    )


def _sender(draft: Draft, desk: Desk) -> str:
    """Whom a mail comes from; empty for what is none."""
    connector: object = desk.connectors.get(draft.system)
    return connector.sender if draft.verb == "email" and isinstance(connector, Sender) else ""


def _afterwards(step: Step, draft: Draft, desk: Desk) -> str:
    clock = " The clock starts once it is sent (D-04)." if STARTS_THE_CLOCK & set(step.events) else ""
    sender = _sender(draft, desk)
    if sender:
        text = f"It goes out from {kit.escape(sender)} as soon as that is possible; you can go on meanwhile."
        return f"{text}{clock}"
    return f"The desk does it as soon as {title(draft.system)} answers; you can go on meanwhile.{clock}"


def _title(draft: Draft) -> str:
    if draft.verb in OPENS:
        return "Salesforce case" if draft.verb == "open_case" else "Ticket"
    return WRITTEN.get(draft.verb, "Next step")


def _metadata(view: CaseView, about: str) -> str:
    return f"{view.stored.number}|{about}"
