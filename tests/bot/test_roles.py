"""Who may do what: every role against every act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.errors import NotAllowed
from bot.people import Strangers
from bot.roles import Act, Role, may, members, require
from bot.sop.organisation import Roles
from bot.stored import StoredCase
from tests.bot.casework import CLEO, Casework, casework
from tests.databases import Databases

PEOPLE = {
    "an agent": "U0AGENT001",
    "a trained agent": "U0TRAINED1",
    "a clerk": "U0CLERK001",
    "a specialist": "U0SPECIAL1",
    "a lead": "U0LEAD0001",
    "an admin": "U0ADMIN001",
    "a confirmer": CLEO,
    "an outsider": "U0OUTSIDE1",
    "nobody": "",
}
CASEWORKERS = {"an agent", "a trained agent", "a clerk", "a specialist", "a lead"}
MAY = {
    Act.ASK: CASEWORKERS | {"an admin", "a confirmer"},
    Act.OPEN: CASEWORKERS,
    Act.SEE: CASEWORKERS,
    Act.NOTE: CASEWORKERS,
    Act.TAKE: CASEWORKERS,
    Act.WORK: {"a lead"},
    Act.DECIDE: {"a lead"},
    Act.CONFIRM: {"a confirmer"},
    Act.SEE_ROTA: CASEWORKERS | {"an admin", "a confirmer"},
    Act.CHANGE_ROTA: {"a lead", "an admin"},
    Act.SEE_TEAM: {"a lead"},
    Act.MEND_DELIVERY: {"a lead", "an admin"},
}
TAKE = {
    "front_line": {"an agent", "a trained agent", "a lead"},
    "trained_agent": {"a trained agent", "a specialist", "a lead"},
    "back_office": {"a clerk", "a lead"},
}


class Grouped(Strangers):
    """The back office is a user group."""

    def members_of(self, group_id: str) -> frozenset[str]:
        return frozenset({PEOPLE["a clerk"]}) if group_id == "S0BACKOFF1" else frozenset()


@pytest.fixture(scope="module")
def work(databases: Databases) -> Iterator[Casework]:
    with casework(databases) as work:
        roles = Roles(
            leads=(PEOPLE["a lead"],),
            agents=(PEOPLE["an agent"],),
            trained_agents=(PEOPLE["a trained agent"],),
            back_office=("S0BACKOFF1",),
            resolution_specialists=(PEOPLE["a specialist"],),
            admins=(PEOPLE["an admin"],),
        )
        organisation = replace(work.desk.organisation, roles=roles)
        playbooks = replace(work.desk.playbooks, organisation=organisation)
        work.desk = replace(work.desk, playbooks=playbooks, people=Grouped())
        yield work


@pytest.fixture(scope="module")
def case(work: Casework) -> StoredCase:
    return replace(work.open(), owner="U0SOMEBODY")


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("person", PEOPLE)
def test_each_role_may_do_what_the_table_says(
    work: Casework, case: StoredCase, person: str, act: Act
) -> None:
    about = case if act is Act.WORK else None
    assert may(work.desk, PEOPLE[person], act, about) == (person in MAY[act])


@pytest.mark.parametrize("team", TAKE)
@pytest.mark.parametrize("person", PEOPLE)
def test_a_queue_is_for_its_team(work: Casework, case: StoredCase, person: str, team: str) -> None:
    waiting = replace(case, owner="", team=team)
    assert may(work.desk, PEOPLE[person], Act.TAKE, waiting) == (person in TAKE[team])


@pytest.mark.parametrize("person", sorted(CASEWORKERS))
def test_whoever_owns_a_case_works_on_it(work: Casework, case: StoredCase, person: str) -> None:
    assert may(work.desk, PEOPLE[person], Act.WORK, replace(case, owner=PEOPLE[person]))


def test_an_owner_who_lost_every_role_works_on_nothing(work: Casework, case: StoredCase) -> None:
    assert not may(work.desk, PEOPLE["an outsider"], Act.WORK, replace(case, owner=PEOPLE["an outsider"]))


def test_a_case_that_nobody_has_is_nobodys_to_work_on(work: Casework, case: StoredCase) -> None:
    assert not may(work.desk, "", Act.WORK, replace(case, owner=""))


@pytest.mark.parametrize("act", list(Act))
def test_an_outsider_is_told_whom_to_ask_and_nothing_of_the_case(
    work: Casework, case: StoredCase, act: Act
) -> None:
    with pytest.raises(NotAllowed, match="Ask a lead") as refused:
        require(work.desk, PEOPLE["an outsider"], act, case)
    assert case.name not in str(refused.value)


@pytest.mark.parametrize(
    ("person", "act", "words"),
    [
        ("an agent", Act.WORK, "only leads or the case’s owner can work on this case"),
        ("a clerk", Act.DECIDE, "only leads can decide on this"),
        ("a lead", Act.CONFIRM, "only the people on the Concert roster can answer a Concert check"),
        ("a confirmer", Act.SEE, "only agents, trained agents, the back office, Resolution Specialists or"),
    ],
)
def test_a_refusal_says_who_can(work: Casework, case: StoredCase, person: str, act: Act, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        require(work.desk, PEOPLE[person], act, case)


def test_the_members_of_a_role_are_its_people_and_its_groups(work: Casework) -> None:
    assert members(work.desk, Role.BACK_OFFICE) == {PEOPLE["a clerk"]}
