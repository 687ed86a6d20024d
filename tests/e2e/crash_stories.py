"""What desks are killed in: what is owed when the first one starts, and what people do then.

People do as people do: they look, press, and press again where the form says that it had trouble.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot import cases, desk, hands
from bot.connectors.by_hand import by_hand
from bot.digests import CASEWORKERS
from bot.playbooks import load_playbooks
from bot.ports import Work
from bot.roles import members
from bot.settings import load_organisation
from bot.sop import Event, facts_from_json
from sandbox.person import Person, PersonError, SeenMessage
from storage import open_database
from tests.e2e.crashing_desk import ROOT, YEARS
from tests.e2e.story import WHAT, WHO, fill_what

ADA, BEN, BO, LEA, CLEO, CORA = (
    "U0ADA00001",
    "U0BEN00002",
    "U0BO000003",
    "U0LEA00004",
    "U0CLEO0005",
    "U0CORA0006",
)
CHECKS = "support-and-cs-team-members-only"
BACK_OFFICE, LEADS = "complaint-back-office", "complaint-leads"
OPENED: Final = datetime.fromisoformat("2030-01-09T10:00:00-05:00")
CASE: Final = "HC-1001"
LOOKS: Final = 2.5
"""Seconds for which a person waits for a form before they try again."""
PAGES: Final = 5
"""From a command to an open case; one more, where something has to be closed first."""
COMPLAINT: Mapping[str, object] = {
    "category": "installer_unresponsive",
    "program": "everbright",
    "channel": "phone",
    "found_on_platform": True,
    "homeowner": {"name": "Hanna (homeowner)", "address": "1 Sunny Side", "phone": "555-0100"},
    "installer": {"name": "Bright Roofs", "email": "office@example.test"},
}
UNKNOWN: Mapping[str, object] = {**COMPLAINT, "program": "unknown", "found_on_platform": False}
DAMAGE: Mapping[str, object] = {
    **COMPLAINT,
    "category": "property_damage",
    "extra": {"damaged": ["roof"]},
    "product": "ric",
    "milestones": {"m1": "2029-11-20", "m3": "not_yet"},
}


@dataclass(frozen=True)
class Act:
    """What a person does until they see that it is done."""

    who: str
    does: Callable[[Person], None]
    is_done: Callable[[Person], object]


@dataclass(frozen=True)
class Story:
    """A case with what happened to it, some time `after` which the desk starts; then people act, in turn.

    `facts` None is a desk without a case; `summaries` are wanted by these people.
    """

    facts: Mapping[str, object] | None = field(default_factory=lambda: COMPLAINT)
    events: tuple[str, ...] = ()
    after: timedelta = timedelta(minutes=1)
    acts: tuple[Act, ...] = ()
    in_queue: bool = False
    summaries: tuple[str, ...] = ()


def prepare(story: Story, url: str) -> None:
    """Open the case, and let happen to it what the story says."""
    organisation = load_organisation(ROOT / "sandbox" / "desk.yaml", YEARS)
    with open_database(url, OPENED) as database, database.write() as work:
        rules = desk.Desk(database, load_playbooks(organisation), by_hand(organisation.links))
        if story.facts is not None:
            _open(work, rules, story)
        for user in {user for role in CASEWORKERS for user in members(rules, role)}:
            work.homes.want_summary(user, user in story.summaries, OPENED)


def _open(work: Work, rules: desk.Desk, story: Story) -> None:
    assert story.facts is not None
    case = cases.open_case(work, rules, facts_from_json(story.facts), ADA, OPENED)
    for name in story.events:
        cases.report(work, rules, case.number, Event(name, OPENED, {}, ADA), OPENED)
    if story.in_queue:
        hands.hand_to_team(work, rules, case.number, "back_office", ADA, OPENED, cites=())


def card_of(person: Person) -> SeenMessage:
    """The case's card in their messages."""
    cards = [
        each for each in person.dm() if each.text.startswith(CASE) and each.blocks[0]["type"] == "header"
    ]
    if not cards:
        raise PersonError(f"{person.user_id} has no card of {CASE}.")
    return cards[-1]


def post_in(person: Person, channel: str) -> SeenMessage:
    """The newest post of the case that stands in a channel by itself."""
    posts = [each for each in person.messages(channel) if CASE in each.all_text and not each.ephemeral]
    alone = [each for each in posts if each.thread_ts in (None, each.ts)]
    if not alone:
        raise PersonError(f"Nothing of {CASE} stands in {channel}.")
    return alone[-1]


def send_form(
    person: Person,
    button: str,
    on: Callable[[Person], SeenMessage],
    form: str,
    values: dict[str, object],
    *,
    behind: str = "",
) -> None:
    """Open a form by its button, fill it in and send it; one that stands open already is sent once more.

    `behind` is the button of a menu behind which the form's own button is.
    """
    if person.view is None or form not in (person.view.callback_id, person.view.title):
        if person.view is not None:
            person.close(everything=True)
        person.click(behind or button, on(person))
        if behind:
            person.wait_for_view("more", LOOKS)
            person.click(button)
        person.wait_for_view(form, LOOKS)
        person.fill(values)
    person.submit()


def type_complaint(person: Person) -> None:
    """Go on from wherever the form stands; what is not the form any more is closed, to begin anew."""
    for _ in range(PAGES):
        view = person.view
        if view is None:
            person.command("/complaint")
            person.wait_for_view("intake_who", LOOKS)
        elif view.callback_id == "intake_who":
            person.fill(dict(WHO))
            person.submit()
            person.wait_for_view("intake_what", LOOKS)
        elif view.callback_id == "intake_what":
            fill_what(person, WHAT)
            person.submit()
            person.wait_for_view("intake_says", LOOKS)
        elif view.callback_id == "intake_says":
            person.submit()
            person.wait_for(is_opened, LOOKS)
        elif not is_opened(person):
            person.close(everything=True)


def is_opened(person: Person) -> bool:
    return person.view is not None and "is open." in person.view.all_text


def note_below(person: Person) -> None:
    send_form(person, "Add a note or file", card_of, "noted", {"note": "Ask for the manager"})


def answer_check(person: Person) -> None:
    person.click("Concert", post_in(person, CHECKS))


def answer_reminder(person: Person) -> None:
    posts = [each for each in person.dm() if "Contacted and satisfied" in each.buttons]
    if not posts:
        raise PersonError("Nothing is asked yet.")
    person.click("Contacted and satisfied", posts[-1])


def has_left(person: Person) -> bool:
    """Whether the case is somebody else's, as its card in their messages says."""
    return [each.buttons for each in person.dm() if each.text.startswith(CASE)][-1:] == [["Open"]]


STORIES: Mapping[str, Story] = {
    "an opening": Story(UNKNOWN),
    "a reminder": Story(events=("installer_email_sent",), after=timedelta(days=2, minutes=1)),
    "a summary": Story(after=timedelta(days=1, minutes=1), summaries=(ADA,)),
    "an intake": Story(None, acts=(Act(ADA, type_complaint, is_opened),)),
    "a step": Story(
        acts=(
            Act(
                ADA,
                lambda ada: send_form(ada, "Read and send …", card_of, "email_sent", {}),
                lambda ada: ada.view is None and "Read and send …" not in card_of(ada).buttons,
            ),
        )
    ),
    "an answer": Story(
        events=("installer_email_sent",),
        after=timedelta(days=2, minutes=1),
        acts=(Act(ADA, answer_reminder, lambda ada: "Ready to close" in card_of(ada).all_text),),
    ),
    "a Concert check": Story(
        UNKNOWN,
        acts=(Act(CORA, answer_check, lambda cora: "Cora (confirmer)" in post_in(cora, CHECKS).all_text),),
    ),
    "a hand-over": Story(
        acts=(
            Act(
                ADA,
                lambda ada: send_form(
                    ada, "Hand over …", card_of, "handed_over", {"to": BEN, "note": "Call after 4 PM"}
                ),
                lambda ada: ada.view is None and has_left(ada),
            ),
        )
    ),
    "a queue": Story(
        DAMAGE,
        in_queue=True,
        acts=(
            Act(
                BO,
                lambda bo: bo.click("Take it", post_in(bo, BACK_OFFICE)),
                lambda bo: f"<@{BO}> has it" in post_in(bo, BACK_OFFICE).all_text and card_of(bo),
            ),
            Act(
                BO,
                note_below,
                lambda bo: (
                    bo.view is None
                    and any("added a note" in each.all_text for each in bo.messages(BACK_OFFICE))
                ),
            ),
        ),
    ),
    "an escalation": Story(
        acts=(
            Act(
                ADA,
                lambda ada: send_form(
                    ada,
                    "Ask the leads …",
                    card_of,
                    "escalated",
                    {"reason": "They are upset"},
                    behind="More …",
                ),
                lambda ada: ada.view is None and post_in(Person(ada.url, LEA), LEADS),
            ),
        )
    ),
    "a close": Story(
        events=("installer_email_sent", "homeowner_contacted_satisfied"),
        acts=(
            Act(
                ADA,
                lambda ada: send_form(
                    ada, "Close the case …", card_of, "closed", {"closure_comments": "It was mended."}
                ),
                lambda ada: ada.view is None and card_of(ada).text == f"{CASE}: closed.",
            ),
        ),
    ),
    "a Home": Story(
        acts=(
            Act(
                ADA,
                lambda ada: ada.open_home(),
                lambda ada: ada.home is not None and CASE in ada.home.all_text,
            ),
        )
    ),
}
