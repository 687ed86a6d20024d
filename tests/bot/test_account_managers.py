"""Account managers of the import: known for the case's installer, unless desk.yaml names one itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import cases
from bot.listings import ListedInstaller
from bot.sop.organisation import Contact
from tests.bot.casework import PLAYBOOKS
from tests.bot.desk import NOW

ANYBODY = Contact("Amal (account manager)", "amal@example.test")
IMPORTED = Contact("Ines (account manager)", "ines@example.test")
OWN = Contact("Omar (account manager)", "omar@example.test")
STATED = {"name", "manager_name", "manager_email"}


def put(work, *listed):
    with work.desk.memory.write() as memory:
        memory.directory.put_installers(listed, STATED, NOW)


def knowing(work, managers):
    """A desk whose desk.yaml names these account managers."""
    organisation = replace(PLAYBOOKS.organisation, account_managers=managers)
    return replace(work.desk, playbooks=replace(PLAYBOOKS, organisation=organisation))


def shown(work, case):
    with work.desk.memory.read() as memory:
        return cases.view(memory, work.desk, case.number, NOW)


@pytest.mark.parametrize(
    ("listed", "managers", "expected"),
    [
        ([], {"*": ANYBODY}, ANYBODY),
        ([], {}, None),
        ([ListedInstaller("SUNNY  Roofs", account_manager=IMPORTED)], {}, IMPORTED),
        ([ListedInstaller("Sunny Roofs", account_manager=IMPORTED)], {"*": ANYBODY}, IMPORTED),
        ([ListedInstaller("Sunny Roofs", account_manager=IMPORTED)], {"sunny roofs": OWN}, OWN),
        ([ListedInstaller("Sunny Roofs")], {"*": ANYBODY}, ANYBODY),
        ([ListedInstaller("Rainy Roofs", account_manager=IMPORTED)], {"*": ANYBODY}, ANYBODY),
    ],
    ids=[
        "nothing imported",
        "nobody at all",
        "imported, spelt otherwise",
        "imported before anybody's",
        "desk.yaml's own wins",
        "imported without one",
        "another installer's",
    ],
)
def test_who_manages_an_installer(work, listed, managers, expected):
    put(work, *listed)
    work.desk = knowing(work, managers)
    assert shown(work, work.open()).account_manager == expected


def test_a_step_that_needs_them_can_be_taken_once_they_are_imported(work):
    work.desk = knowing(work, {})
    case = work.open(category="general_concern", milestones={"m1": "2026-11-02"})
    missing = "account_managers"
    before = [step.why for step in shown(work, case).plan.steps if missing in step.why]
    put(work, ListedInstaller("Sunny Roofs", account_manager=IMPORTED))
    after = [step.why for step in shown(work, case).plan.steps if missing in step.why]
    assert (bool(before), after) == (True, [])


def test_they_follow_the_installer_that_a_case_turns_out_to_have(work):
    put(work, ListedInstaller("Rainy Roofs", account_manager=IMPORTED))
    case = work.open()
    work.report(case, "facts_learned", NOW + timedelta(minutes=1), **{"installer.name": "Rainy Roofs"})
    assert shown(work, case).account_manager == IMPORTED
