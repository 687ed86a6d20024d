"""The case card: what the case is, where it stands, and the buttons for what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from blocks import kit, systems, words
from blocks.directory import dashboard
from blocks.standing import said, standing
from bot import cases, orders
from bot.cases import CaseView
from bot.desk import Desk
from bot.ports import Message
from bot.sop import Plan, Step
from bot.systems import OPENS
from bot.wording import Names, write

STEP = "step"
ANSWER = "answer"
MORE = "case_more"
MODAL = "case"
OPEN = "case_open"
RELEASE = "case_release"
MARKS = {
    "done": ":white_check_mark:",
    "available": ":arrow_forward:",
    "waiting": ":white_circle:",
    "held": ":no_entry:",
    "refused": ":no_entry:",
}
FORMS = {
    "open_ticket": "Fields and key …",
    "open_linked_ticket": "Fields and key …",
    "open_case": "Fields and number …",
    "email": "Read and send …",
    "internal_comment": "Read and copy …",
    "referral_comment": "Read and copy …",
    "add_participant": "Who, and why …",
    "reassign": "How …",
    "refer_to_sop": "Which SOP …",
    "say": "Show the words …",
    "inform_homeowner": "Show the words …",
    "warm_transfer": "Whom to call …",
    "ask": "Answer …",
    "close": "Close the case …",
}
ORDERS = {
    **dict.fromkeys(OPENS, "Read and create …"),
    "internal_comment": "Read and note …",
    "referral_comment": "Read and note …",
}
"""What a button says instead where a connected system does it."""
WRITES_DOWN = {"new_contact_details": ("extra.new_phone", "extra.new_email")}
"""What a step of the call notes on the ticket, by its key."""
MOST_IN_MODAL = 40
MOST_DUE = 8
"""How many due steps a message shows: Slack takes 50 blocks, a person fewer. The rest is a click away."""
NOTED = ("step_done",)
"""The events of a step that can only be ticked off, with a note of what came of it."""
BY_FORM = frozenset({"snoozed", "reference_recorded", "facts_learned", "close_requested"})
"""Events that need more than a click."""
BY_WRITING = frozenset({"attempt_logged", "am_email_sent"})
"""Events that say that something was written: they are reported where the words for it stand."""
LAST_WORDS = ()
TURNS: tuple[tuple[str, ...], ...] = (
    ("follow_up",),
    ("say", "ask", "inform_homeowner", "warm_transfer"),
    LAST_WORDS,
    ("open_ticket", "open_linked_ticket", "open_case"),
    ("internal_comment", "referral_comment", "add_participant", "reassign"),
    ("email", "refer_to_sop"),
    ("ask_lead",),
    ("close",),
)
"""In which order due steps stand: the call first, then tickets, then mails, then what a lead is asked."""
LINES_LIMIT = 2800
"""How many characters of steps that are not due stand in one section."""

MOST_LINKED = 20


def card(view: CaseView, desk: Desk) -> Message:
    """The card as the owner sees it in their messages with the desk."""
    stored = view.stored
    text = f"{stored.name}: {words.state(stored.case)}."
    return Message(text, tuple(_blocks(view, desk, MOST_DUE, most_sections=1)))


def modal(view: CaseView, desk: Desk) -> kit.Block:
    """The card as a modal, for whoever opens the case elsewhere; its metadata is the case's number."""
    blocks = list(_blocks(view, desk, MOST_IN_MODAL, most_sections=9))
    return kit.modal(MODAL, view.stored.name, blocks, private_metadata=str(view.stored.number))


def answers(view: CaseView, step: Step, desk: Desk) -> list[kit.Block]:
    """The buttons that report something on a step; their values carry ids only."""
    value = f"{view.stored.number}|{step.id}"
    stopped = [each for each in view.plan.steps if each.state in ("held", "refused")]
    elsewhere = {event for each in (*writing(view.plan), *stopped) for event in each.events} & BY_WRITING
    buttons = [
        kit.button(desk.playbooks.title(event), f"{ANSWER}:{event}", value)
        for event in step.events
        if event not in BY_FORM and event not in elsewhere
    ]
    if "snoozed" in step.events:
        buttons.append(kit.button("Ask later …", f"{STEP}:snooze", value))
    if "close_requested" in step.events:
        buttons.append(kit.button(closing(view), f"{STEP}:close", value))
    return buttons


def writing(plan: Plan) -> list[Step]:
    """What is to be written now that a question has fallen due: the mail, and the comment that logs it."""
    return [
        step
        for step in plan.steps
        if is_due(step) and (step.verb == "email" or (step.verb in FORMS and BY_WRITING & set(step.events)))
    ]


def form_button(view: CaseView, step: Step, desk: Desk, *, style: str = "") -> kit.Block:
    """The button that opens a step's form."""
    text = closing(view) if step.verb == "close" else FORMS.get(step.verb, "Note the answer …")
    if orders.orders_it(desk, view, step):
        text = ORDERS.get(step.verb, text)
    if "attempt_logged" in step.events:
        text = f"Log attempt {attempt(step)} …"
    if wanting(view, step):
        text = "New contact details …"
    return kit.button(text, f"{STEP}:{step.verb}", f"{view.stored.number}|{step.id}", style=style)


def wanting(view: CaseView, step: Step) -> tuple[str, ...]:
    """The facts that a step writes down; they have a form of their own until one of them is known (R-062)."""
    wanted = WRITES_DOWN.get(step.key, ())
    known = view.stored.case.facts
    return () if any(cases.known(known, fact) for fact in wanted) else wanted


def attempt(step: Step) -> str:
    """The attempt as the SOP counts it, `1/2`; one that a lead decided on besides has its number alone."""
    return f"{step.attempt}/2" if step.attempt <= 2 else str(step.attempt)


def closing(view: CaseView) -> str:
    """What stands on the button that closes a case; some are for the leads to close."""
    return "Close the case (leads) …" if view.stored.case.state == "needs_decision" else FORMS["close"]


def owed(plan: Plan, desk: Desk) -> tuple[Step, ...]:
    """The steps of a case. What is said while the call is answered stands on intake's own pages."""
    call = {rule.id for rule in desk.playbooks.entry.call if rule.verb in ("say", "ask")}
    return tuple(step for step in plan.steps if step.key not in call)


def _blocks(view: CaseView, desk: Desk, most_due: int, most_sections: int) -> Iterator[kit.Block]:
    stored = view.stored
    yield kit.header(f"{stored.name} · {words.category(stored.case.facts)}")
    yield kit.section(standing(view, desk), _more(view), block_id=f"more_{stored.number}")
    yield kit.fields(_facts(view))
    yield from said(stored.case.facts.description)
    yield from dashboard(desk)
    if stored.linked:
        names = ", ".join(f"HC-{number}" for number in sorted(stored.linked)[-MOST_LINKED:])
        yield kit.context(f":link: Linked with {names} {words.cited(['D-21'])}")
    steps = owed(view.plan, desk)
    due = sorted(filter(is_due, steps), key=_turn)
    closes = [step for step in due if step.verb == "close"]
    shown = [step for step in due if step not in closes[1:]]
    urgent = next((step for step in shown if orders.unsettled(view, step) is None), None)
    for step in shown[:most_due]:
        yield from _due(view, step, desk, closes, style="primary" if step is urgent else "")
    yield from systems.elsewhere(view, shown[:most_due], desk)
    held = dict.fromkeys(step.why for step in steps if step.state == "held" and step.why)
    rest = _sections([_line(step, view, desk, held) for step in _rest(steps) if step not in due])
    if len(shown) > most_due or len(rest) > most_sections:
        more = len(shown) - most_due
        text = (
            f"… and {more} more {'is' if more == 1 else 'are'} due."
            if more > 0
            else "What else was done stands in the case."
        )
        everything = kit.button("Open the case", OPEN, str(stored.number))
        yield kit.section(text, everything, block_id="everything")
    if any(step.state == "held" for step in steps):
        release = kit.button("Release (leads)", RELEASE, str(stored.number))
        text = f":no_entry: *Some steps are held.*  {words.cited(['D-09'])}"
        yield kit.section("\n".join([text, *map(kit.escape, held)]), release, block_id="held")
    if rest:
        yield kit.divider()
        yield from map(kit.section, rest[:most_sections])


def is_due(step: Step) -> bool:
    """Whether a person has something to do or to answer now."""
    return step.state == "available" and (step.by == "person" or step.verb == "follow_up")


def _turn(step: Step) -> int:
    """Where a due step stands among the others.

    Who hands over does nothing else before; what takes leave of the homeowner is said last on the call; an
    attempt is logged once it was made. A question that fell due comes before the work that its answer may
    spare; whether a piece of work was done is asked after that work.
    """
    if step.verb == "reassign" and step.system == "slack":
        return 0
    if step.verb == "follow_up":
        return TURNS.index(("follow_up",) if "snoozed" in step.events else ("ask_lead",))
    if step.verb == "say" and not step.events:
        return TURNS.index(LAST_WORDS)
    if BY_WRITING & set(step.events):
        return TURNS.index(("email", "refer_to_sop"))
    return next((turn for turn, verbs in enumerate(TURNS) if step.verb in verbs), len(TURNS))


def _rest(steps: tuple[Step, ...]) -> list[Step]:
    """What is not done yet stands before what is."""
    return sorted(steps, key=lambda step: step.state == "done")


def _sections(lines: list[str]) -> list[str]:
    """The lines, in as few texts as one section each can hold."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < LINES_LIMIT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _due(view: CaseView, step: Step, desk: Desk, closes: list[Step], *, style: str) -> Iterator[kit.Block]:
    """A step that is due, with its buttons. Two records are closed by one form."""
    order = orders.unsettled(view, step)
    if order is not None:
        yield from systems.waiting(view, order, systems.what_of(view, order), desk)
        return
    together = closes if step in closes else [step]
    title = "\n".join(_title(each, view) for each in together)
    if step.verb in FORMS or step.events == NOTED:
        yield kit.section(title, form_button(view, step, desk, style=style), block_id=f"due_{step.id}")
        return
    yield kit.section(title)
    if buttons := answers(view, step, desk):
        yield kit.actions(*buttons, block_id=f"due_{step.id}")


def _title(step: Step, view: CaseView) -> str:
    """A due step in words: what it is, by which rule, and what is said about it."""
    lines = [f":arrow_forward: *{kit.escape(step.title)}*  {words.step_cites(step)}"]
    if step.lost:
        lines.append(words.LOST)
    if step.verb == "ask_lead" and step.text and step.events != NOTED:
        lines.append(kit.escape(words.without_lost(write(step, view.stored.case.facts, Names()).text)))
    return "\n".join(line for line in lines if line)


def _facts(view: CaseView) -> list[tuple[str, str]]:
    facts = view.stored.case.facts
    homeowner, installer = facts.homeowner, facts.installer
    pairs = [
        ("Homeowner", homeowner.name),
        ("Address", homeowner.address),
        ("Phone", homeowner.phone),
        ("Best time", homeowner.best_time or "not known"),
        ("E-mail", homeowner.email or "not known"),
        ("Program", words.PROGRAMS[facts.program]),
        ("Installer", installer.name),
        ("Installer’s e-mail", installer.email or "not known"),
        ("M1", words.milestone(facts.milestones.m1)),
    ]
    return [(title, text) for title, text in pairs if text]


def _line(step: Step, view: CaseView, desk: Desk, told: Collection[str] = ()) -> str:
    """A step that is not due; `told` are the reasons that stand above already."""
    mark = ":grey_question:" if step.lost and step.state != "done" else MARKS[step.state]
    number = systems.number(view, step.on or "", desk) if step.verb.startswith("open_") else ""
    parts = [kit.escape(step.title), number, words.step_cites(step)]
    if step.due and step.state == "waiting":
        parts.insert(1, f"({kit.moment(step.due, desk.zone)})")
    if step.state in ("held", "refused") and step.why not in told:
        parts.append(f"\n      {kit.escape(step.why)}")
    return f"{mark} {' '.join(part for part in parts if part)}"


def _more(view: CaseView) -> kit.Block:
    """The three dots: Slack takes five entries, so what is seldom wanted is behind the last of them."""
    choices = [("timeline", "Timeline"), ("note", "Add a note or file")]
    if view.stored.case.state == "closed":
        choices.append(("reopen", "Reopen"))
    else:
        choices += [("facts", "Change facts"), ("hand_over", "Hand over …"), ("more", "More …")]
    return kit.overflow(MORE, [(f"{view.stored.number}|{each}", text) for each, text in choices])
