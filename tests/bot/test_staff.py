"""Who is still there: read from Slack before it matters, kept when Slack fails, never asked in between."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from slack_sdk import WebClient

from bot.connectors.slack_people import SlackPeople
from bot.people import Strangers
from bot.sop.organisation import Roles
from bot.staff import Staff
from sandbox.person import Staff as Owner
from sandbox.person import Trouble
from sandbox.server import Sandbox
from tests.bot.casework import ADA, BEN, CLEO, LEA, Casework
from tests.bot.desk import NOW

GROUP, NIGHTS = "S0AGENTS01", "S0NIGHTS05"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(manifest=Path(__file__).parents[2] / "manifest.json")
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def slack(sandbox: Sandbox) -> SlackPeople:
    Trouble(sandbox.url).end()
    Owner(sandbox.url).reactivate(CLEO)
    Owner(sandbox.url).set_group(GROUP, [ADA, BEN])
    return SlackPeople(WebClient(sandbox.bot_token, base_url=sandbox.api_url, timeout=10))


def test_only_a_name_is_read_when_it_is_asked_for(sandbox: Sandbox, slack: SlackPeople) -> None:
    before = len(Trouble(sandbox.url).traffic())
    assert (slack.is_active(CLEO), slack.zone_of(CLEO), slack.members_of(GROUP)) == (True, "", frozenset())
    assert len(Trouble(sandbox.url).traffic()) == before
    assert slack.name_of(CLEO) == "Cleo (confirmer)"
    assert slack.zone_of(CLEO) == "America/New_York"


def test_whoever_was_deactivated_is_found_by_the_next_reading(sandbox: Sandbox, slack: SlackPeople) -> None:
    Owner(sandbox.url).deactivate(CLEO)
    assert slack.is_active(CLEO)
    assert slack.refresh([CLEO], [GROUP]) == frozenset()
    assert not slack.is_active(CLEO)
    assert slack.members_of(GROUP) == {ADA, BEN}


def test_apps_are_no_people(slack: SlackPeople) -> None:
    slack.refresh(["U0DESK0099"], [])
    assert not slack.is_person("U0DESK0099")
    assert not slack.is_person("USLACKBOT")
    assert slack.is_person(ADA)


def test_a_disabled_group_has_nobody_and_an_unknown_person_is_not_read(slack: SlackPeople) -> None:
    assert slack.refresh(["U0NOBODY00", ADA], [NIGHTS]) == {"U0NOBODY00", NIGHTS}
    assert slack.members_of(NIGHTS) == frozenset()
    assert slack.name_of("U0NOBODY00") == "U0NOBODY00"
    assert slack.zone_of(ADA) == "America/New_York"


def test_when_slack_fails_what_was_known_stays(sandbox: Sandbox, slack: SlackPeople) -> None:
    slack.refresh([CLEO], [GROUP])
    Owner(sandbox.url).set_group(GROUP, [ADA])
    Trouble(sandbox.url).cause("rate_limited", target="usergroups.users.list", retry_after=7)
    assert slack.refresh([CLEO, ADA], [GROUP]) == {CLEO, ADA, GROUP}
    assert slack.members_of(GROUP) == {ADA, BEN}
    assert slack.name_of(CLEO) == "Cleo (confirmer)"


@dataclass(frozen=True, slots=True)
class Workspace(Strangers):
    """Keeps who was asked about, round by round; `unread` cannot be read."""

    left: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def is_active(self, user_id: str) -> bool:
        return user_id not in self.left

    def members_of(self, group_id: str) -> frozenset[str]:
        return self.groups.get(group_id, frozenset())

    def refresh(self, user_ids: Collection[str], group_ids: Collection[str]) -> frozenset[str]:
        self.asked.extend([*group_ids, *user_ids])
        return frozenset(self.unread.intersection(user_ids))


@dataclass
class Watch:
    """The desk's clock."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def workspace(work: Casework) -> Workspace:
    """The agents are a user group."""
    workspace = Workspace(groups={GROUP: frozenset({ADA, BEN})})
    organisation = replace(work.desk.organisation, roles=Roles(leads=(LEA,), agents=(GROUP,)))
    playbooks = replace(work.desk.playbooks, organisation=organisation)
    work.desk = replace(work.desk, people=workspace, playbooks=playbooks)
    return workspace


def troubles(work: Casework) -> list[str]:
    with work.desk.memory.read() as transaction:
        return [each.subject for each in transaction.troubles.open() if each.kind == "gone"]


def test_before_it_serves_the_desk_knows_groups_confirmers_and_leads(
    work: Casework, workspace: Workspace
) -> None:
    workspace.left.add(CLEO)
    Staff(work.desk, Watch()).start()
    assert {GROUP, CLEO, LEA} <= set(workspace.asked)
    assert ADA not in workspace.asked
    assert troubles(work) == [CLEO]
    with work.desk.memory.read() as transaction:
        assert transaction.errands.next_due() == NOW
    with work.desk.memory.write() as transaction:
        due = [transaction.errands.take_due(NOW + timedelta(days=2)) for _ in range(2)]
    assert [each.kind for taken in due for each in taken] == ["person_left", "rota_look"]


def test_groups_are_read_every_round_and_people_once_an_hour(work: Casework, workspace: Workspace) -> None:
    clock = Watch()
    staff = Staff(work.desk, clock)
    rounds = []
    for minutes in (0, 5, 59, 60, 65):
        clock.at = NOW + timedelta(minutes=minutes)
        workspace.asked.clear()
        staff.refresh()
        rounds.append((GROUP in workspace.asked, BEN in workspace.asked))
    assert rounds == [(True, True), (True, False), (True, False), (True, True), (True, False)]


def test_whoever_could_not_be_read_is_read_in_the_next_round(work: Casework, workspace: Workspace) -> None:
    staff = Staff(work.desk, Watch())
    workspace.unread.add(BEN)
    staff.refresh()
    workspace.asked.clear()
    workspace.unread.clear()
    staff.refresh()
    assert workspace.asked == [GROUP, BEN]


def test_somebody_who_left_is_noticed_in_a_round_and_once(work: Casework, workspace: Workspace) -> None:
    clock = Watch()
    staff = Staff(work.desk, clock)
    staff.refresh()
    workspace.left.add(ADA)
    clock.at += timedelta(hours=1)
    staff.refresh()
    staff.refresh()
    assert troubles(work) == [ADA]


def test_an_event_about_somebody_is_looked_into_at_once(work: Casework, workspace: Workspace) -> None:
    @dataclass(frozen=True, slots=True)
    class Late(Workspace):
        """Somebody is known to have left only after they were read."""

        def is_active(self, user_id: str) -> bool:
            return user_id not in self.left or user_id not in self.asked

    late = Late(left={CLEO, "U0OTTO0010"}, groups=workspace.groups)
    work.desk = replace(work.desk, people=late)
    staff = Staff(work.desk, Watch())
    staff.person_changed("U0OTTO0010")
    assert late.asked == []
    staff.person_changed(CLEO)
    assert (late.asked, troubles(work)) == ([CLEO], [CLEO])


def test_what_was_read_first_is_not_kept_last(work: Casework, workspace: Workspace) -> None:
    @dataclass(frozen=True, slots=True)
    class Slow(Workspace):
        """What is read is known once `answered` is set, as it was when it was asked for."""

        known: set[str] = field(default_factory=set)
        reading: Event = field(default_factory=Event)
        answered: Event = field(default_factory=Event)

        def is_active(self, user_id: str) -> bool:
            return user_id not in self.known

        def refresh(self, user_ids: Collection[str], group_ids: Collection[str]) -> frozenset[str]:
            left = set(self.left)
            if len(user_ids) > 1:
                self.reading.set()
                self.answered.wait(0.3)
            if user_ids:
                self.known.clear()
                self.known.update(left)
            return frozenset()

    slow = Slow(groups=workspace.groups)
    work.desk = replace(work.desk, people=slow)
    staff = Staff(work.desk, Watch())
    round_ = Thread(target=staff.refresh)
    round_.start()
    assert slow.reading.wait(10)
    slow.left.add(CLEO)
    staff.person_changed(CLEO)
    slow.answered.set()
    round_.join(10)
    assert troubles(work) == [CLEO]


def test_a_stopped_desk_asks_for_no_one_else(work: Casework, workspace: Workspace) -> None:
    staff = Staff(work.desk, Watch())
    staff.stop()
    staff.refresh()
    assert workspace.asked == [GROUP]
