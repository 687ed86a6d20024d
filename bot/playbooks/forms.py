"""What may stand in a playbook file: each form with its keys, for the loader and for editors alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.sop import vocabulary
from bot.sop.conditions import WORDS
from bot.sop.facts_json import FACTS
from bot.sop.steps import CONTACTS

Shape = Literal["text", "flag", "number", "word", "words", "cites", "form", "forms", "named", "texts"]
"""`word` is one of some words and `words` a list of them; `form` is a part and `forms` a list of parts;
`named` are parts and `texts` are texts under names of their own."""


@dataclass(frozen=True, slots=True)
class Key:
    """What stands under a key: `words` may answer; `part` names the form of a part, or what is named."""

    shape: Shape
    says: str
    words: tuple[str, ...] = ()
    part: str = ""
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A part of a playbook. `short` is what may stand instead of the whole form."""

    says: str
    keys: Mapping[str, Key]
    short: Key | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that may stand here."""
        return tuple(self.keys)

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys that have to."""
        return tuple(name for name, key in self.keys.items() if key.needed)


def text(says: str, needed: bool = False, part: str = "") -> Key:
    """A text."""
    return Key("text", says, part=part, needed=needed)


def flag(says: str) -> Key:
    """True or false."""
    return Key("flag", says)


def word(says: str, words: tuple[str, ...], needed: bool = False) -> Key:
    """One of some words."""
    return Key("word", says, words, needed=needed)


def words(says: str, allowed: tuple[str, ...], needed: bool = False) -> Key:
    """One or more of some words."""
    return Key("words", says, allowed, needed=needed)


def a(form: str, says: str, needed: bool = False) -> Key:
    """A part of another form."""
    return Key("form", says, part=form, needed=needed)


def several(form: str, says: str, needed: bool = False) -> Key:
    """A list of parts."""
    return Key("forms", says, part=form, needed=needed)


_TITLE: Final = text("What a person reads.", needed=True)
_WHEN: Final = a("condition", "On which facts; without it, always.")
_CITES: Final = Key("cites", "The rules (R-…) and our own decisions (D-…) that it stands on; see rules.yaml.")
_NEEDED_CITES: Final = Key("cites", _CITES.says, needed=True)
_QUOTE: Final = text("The SOP's own words, as they stand in one of the rules cited.")
_OURS: Final = flag("True where the SOP gives no words, so that these are ours.")
_TEMPLATE: Final = text("The template of its words: the name of a .txt file in bot/templates.")
_TOLD: Final = words("Who is told.", vocabulary.ROLES)
_GO: Final = text("The stage that the case goes to.", part="stage")
_HANDLED: Final = word("Who handles it.", vocabulary.HANDLERS)
_ON: Final = Key("named", "Which event leads where.", vocabulary.EVENTS, "transition")
_QUESTION: Final = {
    "id": text("Its name, once in a path.", needed=True),
    "question": text("What the owner is asked.", needed=True),
    "text": _TEMPLATE,
    "our_wording": _OURS,
    "cites": _NEEDED_CITES,
    "quote": _QUOTE,
    "answers": words(
        "The events that answer it; `on` says where each leads.", vocabulary.EVENTS, needed=True
    ),
}

PLAYBOOK: Final = Form(
    "One SOP.",
    {
        "sop": text("The id of the SOP: the name of this file.", needed=True),
        "title": _TITLE,
        "source": text("Which document, and which lines of it.", needed=True),
        "paths": Key("named", "The ways through the SOP.", part="path"),
        "entry": a("entry", "What comes before any path."),
        "overlays": Key("named", "Steps that are added to any path.", part="overlay"),
        "fallbacks": Key("named", "What is done where no SOP says anything.", part="step"),
    },
)
PATH: Final = Form(
    "One way through an SOP. A case takes the path whose `when` fits its facts.",
    {
        "title": _TITLE,
        "handled_by": word("Who handles it.", vocabulary.HANDLERS, needed=True),
        "cites": _CITES,
        "when": a(
            "condition", "Which complaints take this path: no other path may fit the same.", needed=True
        ),
        "start": several("choice", "The stage to begin in: the first line that fits.", needed=True),
        "close": a("close", "When a case may be closed."),
        "on": Key("named", "Which event leads where, in every stage.", vocabulary.EVENTS, "transition"),
        "stages": Key("named", "Where a case can stand.", part="stage", needed=True),
    },
)
CLOSE: Final = Form(
    "When a case may be closed.",
    {"needs": text("What is said to somebody who closes it too early.", needed=True), "cites": _NEEDED_CITES},
)
STAGE: Final = Form(
    "Where a case can stand.",
    {
        "title": _TITLE,
        "state": word("What the case is meanwhile.", vocabulary.STATES, needed=True),
        "told": _TOLD,
        "handled_by": _HANDLED,
        "cites": _CITES,
        "steps": several("step", "What is owed here."),
        "follow_up": a("follow_up", "A question that is asked after a wait."),
        "prompts": a("prompts", "What owner and leads are asked, again and again."),
        "on": _ON,
        "choose": several("choice", "The stage is left at once, by the first line that fits."),
        "if_changed": several("choice", "Where changed facts lead a case that stands here."),
    },
)
STEP: Final = Form(
    "One thing that has to be done.",
    {
        "id": text("Its name, once in a stage.", needed=True),
        "verb": word("What is done.", vocabulary.VERBS, needed=True),
        "title": _TITLE,
        "when": _WHEN,
        "system": word("Where it is done.", vocabulary.SYSTEMS),
        "to": words("To whom it goes.", vocabulary.ROLES),
        "participants": words("Who becomes a request participant.", vocabulary.ROLES),
        "copied": words("Who is copied. Never the homeowner with Concert or Risk.", vocabulary.ROLES),
        "by": word("Who does it; a person, if nothing is said.", ("desk", "person")),
        "text": _TEMPLATE,
        "our_wording": _OURS,
        "fields": Key("texts", "The fields of a ticket or case, each with its template."),
        "cites": _NEEDED_CITES,
        "quote": _QUOTE,
        "lost": flag("True where the SOP's text is missing: the card says so and sends to the lead."),
        "on": word("Which record it concerns.", vocabulary.ON),
        "channel": text("The Slack channel it is posted in."),
        "done_by": words("The events that complete it.", vocabulary.EVENTS),
        "contact": word("Whose details the text gives.", CONTACTS),
        "once_due": flag("True where it waits until the stage's question falls due."),
        "then": text("The stage that the case goes to when this is done.", part="stage"),
        "asks": word("The fact that it wants to know.", FACTS),
        "link": text("An address of desk.yaml, under links."),
        "held_for_lawyer": flag("True where it is held while a lawyer is involved (D-09)."),
    },
)
FOLLOW_UP: Final = Form(
    "A question that is asked after a wait.",
    {
        **_QUESTION,
        "after": a("wait", "How long is waited, in the SOP's own words.", needed=True),
        "since": text("What starts the clock, in words.", needed=True),
    },
)
PROMPTS: Final = Form(
    "What owner and leads are asked; how often stands in desk.yaml, under timers (D-15).",
    {
        **_QUESTION,
        "first": a("wait", "A wait of its own, before the first."),
        "then": text("The stage that follows the last one.", part="stage", needed=True),
    },
)
OVERLAY_PROMPTS: Final = Form(
    "What owner and leads are asked beside any path.",
    {
        **_QUESTION,
        "first": a("wait", "A wait of its own, before the first.", needed=True),
        "when": a("condition", "On which facts.", needed=True),
    },
)
TRANSITION: Final = Form(
    "What an event does: the name of the stage it leads to, or more.",
    {
        "go": _GO,
        "counts_attempt": flag("True where it is an attempt to reach the installer."),
        "ask_again": a("wait", "The question is asked again after this."),
        "note": text("A sentence for the timeline."),
        "once_due": flag("True where it is refused until the question has fallen due."),
        "told": _TOLD,
        "cites": _CITES,
        "attempts": Key("number", "How many attempts there were from then on."),
        "number": Key("number", "Which one it has to be, as in attempt 2 of 2."),
        "category": word("What the complaint is about from then on.", vocabulary.CATEGORIES),
    },
    short=text("The stage that the event leads to.", part="stage"),
)
CHOICE: Final = Form(
    "A way on: the first that fits is taken, the last has no `when`.",
    {
        "when": _WHEN,
        "go": text("The stage that the case goes to.", part="stage", needed=True),
        "attempts": Key("number", "How many attempts were made before the case."),
    },
)
ENTRY: Final = Form(
    "What comes before any path: steps of the call, and the check that the homeowner is a customer.",
    {
        "id": text("Its name.", needed=True),
        "title": _TITLE,
        "handled_by": word("Who handles it.", vocabulary.HANDLERS, needed=True),
        "cites": _CITES,
        "when": a("condition", "On which facts the check is made.", needed=True),
        "call": several("step", "What is said and asked on the call."),
        "check": a("step", "The check.", needed=True),
    },
)
OVERLAY: Final = Form(
    "Steps that are added to any path.",
    {
        "when": a("condition", "On which facts.", needed=True),
        "path": text("The path of this file that is made of the same steps.", part="path"),
        "handled_by": _HANDLED,
        "steps": several("step", "What is added.", needed=True),
        "prompts": a("overlay_prompts", "What owner and leads are asked, again and again."),
    },
)
WAIT: Final = Form(
    "How long is waited: `business_days` skip weekends and holidays, `calendar_days` roll off them (D-04).",
    {
        "business_days": Key("number", "So many business days."),
        "calendar_days": Key("number", "So many days."),
    },
    short=word("Until the next business day, 9:00.", ("next_business_day",)),
)
CONDITION: Final = Form(
    "Facts, and the words of which one has to be true for each; under `any`, one of several conditions.",
    {
        **{fact: words(f"What {fact} has to be.", allowed) for fact, allowed in WORDS.items()},
        "any": several("condition", "One of these has to hold."),
    },
)
FORMS: Final[Mapping[str, Form]] = {
    "playbook": PLAYBOOK,
    "path": PATH,
    "close": CLOSE,
    "stage": STAGE,
    "step": STEP,
    "follow_up": FOLLOW_UP,
    "prompts": PROMPTS,
    "overlay_prompts": OVERLAY_PROMPTS,
    "transition": TRANSITION,
    "choice": CHOICE,
    "entry": ENTRY,
    "overlay": OVERLAY,
    "wait": WAIT,
    "condition": CONDITION,
}
