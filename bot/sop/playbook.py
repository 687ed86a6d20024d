"""A playbook: one SOP as data, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.business_time import BusinessCalendar, Moment
from bot.sop.case import CaseState
from bot.sop.conditions import ALWAYS, Condition
from bot.sop.organisation import Organisation

HandledBy = Literal["front_line", "trained_agent", "back_office", "lead"]
WaitUnit = Literal["business_days", "calendar_days", "next_business_day"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of an SOP with its exact words and where they stand, or a decision with its question.

    `no_step` says why a rule asks for nothing that could be done, as where it only defines a word.
    """

    id: str
    source: str
    quote: str
    no_step: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a follow-up waits, in the SOP's own words (D-04)."""

    unit: WaitUnit
    days: int = 1

    def after(self, start: datetime, calendar: BusinessCalendar) -> Moment:
        """When a wait that starts at `start` is over, and why then."""
        match self.unit:
            case "business_days":
                return calendar.add_business_days(start, self.days)
            case "calendar_days":
                return calendar.add_calendar_days(start, self.days)
            case "next_business_day":
                return calendar.next_business_day(start)

    @property
    def words(self) -> str:
        """The wait as a person reads it: `2 business days`."""
        if self.unit == "next_business_day":
            return "the next business day"
        noun = self.unit.replace("_", " ")
        return f"{self.days} {noun if self.days != 1 else noun.removesuffix('s')}"


@dataclass(frozen=True, slots=True)
class StepRule:
    """A step as the playbook has it. `done_by` are the events that complete it; `text` names a template.

    `contact` is the role whose details the text gives. `once_due` keeps the step waiting until the stage's
    question falls due, and `then` is the stage the case goes to when the step is marked as done. `asks` is
    the dotted id of the fact that an `ask` step wants to know; `link` names an address in desk.yaml.
    `held_for_lawyer` holds what is said until a lead releases it (D-09).
    """

    id: str
    verb: str
    title: str
    when: Condition = ALWAYS
    system: str | None = None
    to: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    by: Literal["desk", "person"] = "person"
    text: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    cites: tuple[str, ...] = ()
    lost: bool = False
    on: str | None = None
    channel: str | None = None
    done_by: tuple[str, ...] = ()
    our_wording: bool = False
    contact: str | None = None
    once_due: bool = False
    then: str | None = None
    asks: str | None = None
    link: str | None = None
    held_for_lawyer: bool = False


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """A question asked when `after` is over. `since` says in words when its clock starts."""

    step: StepRule
    after: Wait
    since: str


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event does in a stage: `go` to another, `ask_again` later, or stay with a note.

    `once_due` refuses the event until the stage's question has fallen due. `attempts` sets their count anew,
    `number` is the one that the event has to carry as its `n`, and with `category` the case goes on as
    another complaint.
    """

    go: str | None = None
    counts_attempt: bool = False
    ask_again: Wait | None = None
    note: str = ""
    once_due: bool = False
    told: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    attempts: int | None = None
    number: int | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A guarded way on; `attempts` is set where the facts say that some were made before the case."""

    go: str
    when: Condition = ALWAYS
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Prompts:
    """Owner and leads are prompted as often as the timers say, then the case goes to `then` (D-15).

    `first` is a wait of its own for one more prompt before those.
    """

    step: StepRule
    then: str
    first: Wait | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a case can stand. A stage with `choose` is left at once, as soon as its facts are known.

    `handled_by` is set where others than those of the path have the case. `if_changed` leads on when facts
    that changed no longer fit the stage (D-35).
    """

    id: str
    title: str
    state: CaseState
    steps: tuple[StepRule, ...] = ()
    follow_up: FollowUpRule | None = None
    prompts: Prompts | None = None
    on: Mapping[str, Transition] = field(default_factory=dict)
    choose: tuple[Choice, ...] = ()
    told: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    handled_by: HandledBy | None = None
    if_changed: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """One way through an SOP. `id` is `sop/branch`; `close_needs` explains when a case may be closed."""

    id: str
    title: str
    when: Condition
    handled_by: HandledBy
    start: tuple[Choice, ...]
    stages: Mapping[str, Stage]
    cites: tuple[str, ...] = ()
    on: Mapping[str, Transition] = field(default_factory=dict)
    close_needs: str = ""
    close_cites: tuple[str, ...] = ()

    def transition(self, stage: str, event: str) -> Transition | None:
        """What `event` does in `stage`: the stage's own rule before the path's."""
        own = self.stages[stage].on if stage in self.stages else {}
        return own.get(event, self.on.get(event))


@dataclass(frozen=True, slots=True)
class Overlay:
    """Steps that are added to whatever path a case takes, and what the leads are prompted for.

    `path` is the path that is made of the same steps; there they are no addition.
    """

    id: str
    when: Condition
    steps: tuple[StepRule, ...]
    path: str | None = None
    handled_by: HandledBy | None = None
    prompts: Prompts | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What comes before any path: steps of the call, and the check that the homeowner is of the program."""

    path: str
    title: str
    when: Condition
    handled_by: HandledBy
    check: StepRule
    call: tuple[StepRule, ...] = ()
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Playbooks:
    """All playbooks and the organisation they act in.

    `files` are the texts that they were read from, by name, and `version` is their content hash.
    """

    version: str
    organisation: Organisation
    paths: Mapping[str, Path]
    entry: Entry
    fallbacks: Mapping[str, StepRule]
    overlays: tuple[Overlay, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def title(self, event: str) -> str:
        """What a person sees for an event, as on a button: `The homeowner has not heard`."""
        return self.titles.get(event, event.replace("_", " ").capitalize())

    def question(self, fact: str) -> str:
        """What is asked to learn a fact, by its dotted id."""
        return self.questions.get(fact, f"What is {fact.replace('_', ' ').replace('.', ': ')}?")

    def rule(self, cite: str) -> Rule | None:
        """The rule or decision behind an R- or D- id."""
        return self.rules.get(cite)
