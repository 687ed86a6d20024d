"""A desk dies between any two of its steps, and another is started: nothing is lost, nothing comes twice.

What a desk leaves behind after a step is what it leaves before the next one; after a call of Slack both are
played all the same, for a call is what cannot be undone.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import pytest

from bot import cases, desk
from bot.connectors.by_hand import by_hand
from bot.digests import CASEWORKERS
from bot.playbooks import load_playbooks
from bot.roles import members
from bot.settings import load_organisation
from bot.sop import Event, facts_from_json
from sandbox.person import Person, Trouble
from sandbox.server import Sandbox
from storage import open_database
from tests.e2e.crashing_desk import ROOT, YEARS, Desk, Ended, Nursery

ADA, CLEO = "U0ADA00001", "U0CLEO0005"
CHANNEL = "support-and-cs-team-members-only"
OPENED = datetime.fromisoformat("2030-01-09T10:00:00-05:00")
KILLED = -signal.SIGKILL
COMPLAINT: Mapping[str, object] = {
    "category": "installer_unresponsive",
    "program": "everbright",
    "channel": "phone",
    "found_on_platform": True,
    "homeowner": {"name": "Hanna (homeowner)", "address": "1 Sunny Side", "phone": "555-0100"},
    "installer": {"name": "Bright Roofs", "email": "office@example.test"},
}


@dataclass(frozen=True)
class Story:
    """What the desk owes when it starts, some time `after` the opening; and what it does, step by step."""

    facts: Mapping[str, object]
    events: tuple[str, ...]
    after: timedelta
    steps: Mapping[str, str]


STORIES = {
    "reminder": Story(
        facts=COMPLAINT,
        events=("installer_email_sent",),
        after=timedelta(days=2, minutes=1),
        steps={
            "look whose morning it is": "errands",
            "ring": "follow_ups+cases+timeline+outbox+errands",
            "lease the card": "outbox",
            "post the card": "chat.postMessage",
            "settle the card": "outbox",
            "lease the card's edit": "outbox",
            "edit the card": "chat.update",
            "settle the card's edit": "outbox",
            "lease the reminder": "outbox",
            "post the reminder": "chat.postMessage",
            "settle the reminder": "outbox",
        },
    ),
    "opening": Story(
        facts={**COMPLAINT, "program": "unknown", "found_on_platform": False},
        events=(),
        after=timedelta(minutes=1),
        steps={
            "look whose morning it is": "errands",
            "lease the card": "outbox",
            "post the card": "chat.postMessage",
            "settle the card": "outbox",
            "lease the Concert check": "outbox",
            "find the channel": "conversations.list",
            "post the Concert check": "chat.postMessage",
            "settle the Concert check": "outbox+cases+follow_ups+timeline",
        },
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What there is in the end: on the screens, and in the memory."""

    cards_and_reminders: tuple[str, ...]
    concert_checks: tuple[str, ...]
    timeline: tuple[str, ...]
    state: str
    timers: tuple[tuple[str, bool], ...]
    owed: bool


class Workplace:
    """A workspace of its own, and a database in which the story has come to where the desk starts."""

    def __init__(self, story: Story, prepared: Path, folder: Path, nursery: Nursery) -> None:
        self._nursery = nursery
        self._path = shutil.copy(prepared, folder / "desk.db")
        self.sandbox = Sandbox(manifest=ROOT / "manifest.json")
        self.sandbox.start()
        self.sandbox.clock.move_to(OPENED + story.after)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.stop()

    def desk(self, dies: tuple[str, int] | None = None) -> Ended:
        """Run a desk until it owes nothing, or dies."""
        slack = self.sandbox
        ahead = slack.clock.offset.total_seconds()
        tokens = (slack.bot_token, slack.app_token)
        return self._nursery.run(Desk(address(self._path), *tokens, slack.api_url, ahead, dies))

    def outcome(self) -> Outcome:
        url = self.sandbox.url
        with open_database(address(self._path), OPENED) as database, database.read() as work:
            case = work.cases.get(1001).case
            return Outcome(
                cards_and_reminders=tuple(post.text for post in Person(url, ADA).dm()),
                concert_checks=tuple(post.text for post in Person(url, CLEO).messages(CHANNEL)),
                timeline=tuple(entry.text for entry in work.timeline.of(1001)),
                state=case.state,
                timers=tuple((timer.id, timer.rung_at is not None) for timer in case.timers),
                owed=work.outbox.next_try() is not None,
            )


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def prepare(story: Story, path: Path) -> None:
    """Open the case, and let happen to it what the story says."""
    organisation = load_organisation(ROOT / "sandbox" / "desk.yaml", YEARS)
    with open_database(address(path), OPENED) as database, database.write() as work:
        rules = desk.Desk(database, load_playbooks(organisation), by_hand(organisation.links))
        case = cases.open_case(work, rules, facts_from_json(story.facts), ADA, OPENED)
        for user in {user for role in CASEWORKERS for user in members(rules, role)}:
            work.homes.want_summary(user, False, OPENED)
        for name in story.events:
            cases.report(work, rules, case.number, Event(name, OPENED, {}, ADA), OPENED)


Open = Callable[[str], Workplace]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A database for each story, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    for name, story in STORIES.items():
        prepare(story, folder / name)
    return {name: folder / name for name in STORIES}


@pytest.fixture
def at_work(nursery: Nursery, prepared: Mapping[str, Path], tmp_path: Path) -> Open:
    return lambda story: Workplace(STORIES[story], prepared[story], tmp_path, nursery)


@pytest.fixture(scope="module")
def undisturbed(
    nursery: Nursery, prepared: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, tuple[Ended, Outcome]]:
    """How each story goes when nobody dies."""
    told = {}
    for name, story in STORIES.items():
        with Workplace(story, prepared[name], tmp_path_factory.mktemp(name), nursery) as workplace:
            told[name] = (workplace.desk(), workplace.outcome())
    return told


def test_a_reminder_takes_these_steps_and_comes_once(undisturbed):
    ended, outcome = undisturbed["reminder"]
    assert ended == Ended(0, tuple(STORIES["reminder"].steps.values()))
    assert outcome.cards_and_reminders == ("HC-1001: waiting.", "HC-1001: it is time to ask the homeowner.")
    assert outcome.concert_checks == ()
    assert [rung for _, rung in outcome.timers] == [True]
    assert not outcome.owed


def test_an_opening_takes_these_steps_and_asks_once(undisturbed):
    ended, outcome = undisturbed["opening"]
    assert ended == Ended(0, tuple(STORIES["opening"].steps.values()))
    assert len(outcome.cards_and_reminders) == 1
    assert outcome.concert_checks == ("HC-1001 needs a Concert confirmation.",)
    assert len(outcome.timers) == 2
    assert not outcome.owed


def deaths() -> Iterator[object]:
    """Before every step, after every call of Slack, and after the last step of all."""
    for name, story in STORIES.items():
        for number, (step, what) in enumerate(story.steps.items(), start=1):
            yield pytest.param(name, "before", number, id=f"{name}: before it could {step}")
            if "." in what or number == len(story.steps):
                yield pytest.param(name, "after", number, id=f"{name}: after it could {step}")


@pytest.mark.parametrize(("story", "moment", "number"), list(deaths()))
def test_who_is_killed_leaves_nothing_undone_and_nothing_to_be_done_twice(
    at_work, undisturbed, story, moment, number
):
    done = tuple(STORIES[story].steps.values())[: number - (moment == "before")]
    with at_work(story) as workplace:
        assert workplace.desk(dies=(moment, number)) == Ended(KILLED, done)
        assert workplace.desk().code == 0
        assert workplace.outcome() == undisturbed[story][1]


LOST_REPLY_STEPS = (
    "errands",  # look whose morning it is
    "outbox",  # lease the card; the call that posts it ends without a reply and is no step done
    "outbox",  # put it off
    "outbox",  # lease the Concert check
    "conversations.list",
    "chat.postMessage",
    "outbox+cases+follow_ups+timeline",
    "outbox",  # lease the card once more
    "conversations.open",
    "conversations.history",
    "outbox",  # settle it as found
)


@pytest.mark.parametrize(
    ("moment", "number", "done"),
    [("never", 0, 11), ("after", 11, 10)],
    ids=["and nobody dies", "and the desk dies after it looked back"],
)
def test_a_lost_reply_leads_to_a_look_and_not_to_a_second_post(at_work, undisturbed, moment, number, done):
    with at_work("opening") as workplace:
        Trouble(workplace.sandbox.url).cause("lost_reply", target="chat.postMessage")
        ended = workplace.desk(dies=(moment, number))
        assert ended == Ended(KILLED if moment == "after" else 0, LOST_REPLY_STEPS[:done])
        assert workplace.desk().code == 0
        assert workplace.outcome() == undisturbed["opening"][1]
