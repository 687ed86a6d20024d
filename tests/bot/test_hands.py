"""Who has a case: one person, or the queue of a team; everybody concerned is told, and its posts follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bot import hands
from bot.people import Strangers
from bot.ports import Letter, StoredCase
from bot.sop.organisation import Roles
from tests.bot.casework import ADA, BEN, LEA, Casework, casework
from tests.bot.desk import NOW

BO, BEA, TESS, GONE, OTTO = "U0BO000003", "U0BEA00012", "U0TESS0014", "U0GONE0015", "U0OTTO0010"
BACK_OFFICE, LEADS, FRONT = "complaint-back-office", "complaint-leads", "support-and-cs-team-members-only"


class Colleagues(Strangers):
    """One of them has left."""

    def is_active(self, user_id: str) -> bool:
        return user_id != GONE


class Hands(Casework):
    """Short words for changes of hands."""

    def does(self, change: Callable[..., StoredCase | None], *args: object, **more: object) -> StoredCase:
        with self.desk.memory.write() as work:
            done = change(work, self.desk, *args, **{"now": NOW, **more})
        assert done is not None
        return done

    def now(self, case: StoredCase) -> StoredCase:
        with self.desk.memory.read() as work:
            return work.cases.get(case.number)

    def queued(self, **changes: object) -> StoredCase:
        """A case that waits in the back office's queue."""
        case = self.open(**changes)
        return self.does(hands.hand_to_team, case.number, "back_office", ADA, cites=("R-045",))

    def letters(self) -> list[Letter]:
        """What has to be said since this was last asked."""
        return [delivery.letter for delivery in self.waiting()]


@pytest.fixture
def work() -> Iterator[Hands]:
    with casework() as plain:
        roles = Roles(
            leads=(LEA,),
            agents=(ADA, BEN, GONE),
            trained_agents=(TESS,),
            back_office=(BO, BEA),
            resolution_specialists=(LEA,),
        )
        organisation = replace(plain.desk.organisation, roles=roles)
        playbooks = replace(plain.desk.playbooks, organisation=organisation)
        yield Hands(replace(plain.desk, playbooks=playbooks, people=Colleagues()))


def kinds(letters: list[Letter], to: str) -> list[str]:
    return [letter.kind for letter in letters if letter.to == to]


def test_a_case_sent_to_a_team_waits_there_for_whoever_takes_it(work: Hands) -> None:
    case = work.queued()
    assert (case.owner, case.team) == ("", "back_office")
    last = work.timeline(case)[-1]
    assert (last.by, last.event, last.text) == (ADA, "reassigned", "Sent it to the queue of the back office.")
    assert last.cites == ("R-045",)
    assert kinds(work.letters(), BACK_OFFICE) == ["queued"]


def test_an_owner_who_works_in_the_team_keeps_the_case(work: Hands) -> None:
    case = work.queued()
    work.does(hands.take, case.number, BO)
    with work.desk.memory.write() as open_work:
        stored = open_work.cases.get(case.number)
        open_work.cases.save(replace(stored, team="front_line"), NOW)
    kept = work.does(hands.hand_to_team, case.number, "back_office", BO)
    assert (kept.owner, kept.team) == (BO, "back_office")


@pytest.mark.parametrize(
    ("sensitive", "team"),
    [
        pytest.param([], "front_line", id="the front line's"),
        pytest.param(["lawyer"], "trained_agent", id="a sensitive one, the trained agents'"),
    ],
)
def test_a_new_case_is_of_the_team_that_the_sop_names(work: Hands, sensitive: list[str], team: str) -> None:
    assert work.open(sensitive=sensitive).team == team


def test_a_case_that_becomes_sensitive_becomes_one_for_trained_agents(work: Hands) -> None:
    case = work.open()
    work.report(case, "facts_learned", NOW, sensitive=["lawyer"])
    assert work.now(case).team == "trained_agent"
