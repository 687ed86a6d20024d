"""A complaint of each SOP with all systems connected: read, ordered, done, by pressing what is offered.

The connectors are the real ones, and speak to stand-ins of the systems.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.databases import SqliteFiles
from tests.e2e.conftest import Office
from tests.e2e.robot import Robot
from tests.e2e.story import WHO
from tests.e2e.test_every_sop import MOST_ACTS, ROWS, at_work, may_be_sent, opened
from tests.systems.sites import Site, jira_site, outlook_site, salesforce_site

WORKED = (
    "06_silent_installer_twice",
    "12_damage_ppa_before_m3",
    "14_damage_by_email_product_asked",
    "16_wrong_meter",
    "18_wrong_meter_installer_refuses",
    "19_fraud_agrees_to_wait",
    "21_concern_everbright",
    "22_concern_concert",
)
"""At least one of each SOP; what differs besides is not in what is ordered."""


@dataclass(frozen=True)
class Connected:
    """One workspace, one desk and its systems for all: the cases come one after another."""

    office: Office
    sites: tuple[Site, ...]


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory, sqlite: SqliteFiles) -> Iterator[Connected]:
    office = Office(tmp_path_factory.mktemp("connected"), sqlite)
    with ExitStack() as stack:
        sites: tuple[Site, ...] = tuple(
            stack.enter_context(site()) for site in (jira_site, salesforce_site, outlook_site)
        )
        for site in sites:
            site.reset()
        office.connectors = {name: site.connector() for site in sites for name in site.names}
        stack.enter_context(at_work(office))
        yield Connected(office, sites)


@pytest.mark.parametrize("name", WORKED)
def test_a_path_is_worked_to_its_end_by_ordering(connected: Connected, name: str) -> None:
    office, row = connected.office, ROWS[name]
    for person in (office.ada, office.bo, office.lea):
        if person.views:
            person.close(everything=True)
    case = opened(office.ada, row, f"{name}, Springfield")
    robot = Robot(office, case, list(row.script), row.check)
    robot.work(MOST_ACTS)

    assert "Closed the case." in "\n".join(robot.timeline())
    assert robot.script == []
    assert not [each for each in robot.pressed if each.startswith("Fields")]
    assert [mail for mail in robot.mails if not may_be_sent(mail)] == []
    homeowner = str(WHO["homeowner.email"])
    audiences = [each for site in connected.sites for each in site.audiences()]
    assert [each for each in audiences if homeowner in each and len(each) > 1] == []


def test_everything_was_done_and_nothing_was_refused(connected: Connected) -> None:
    with connected.office.running.bell.postman.desk.memory.read() as work:  # type: ignore[union-attr]
        assert work.orders.dead(0, 10) == ()
        assert [work.orders.next_try(name) for name in connected.office.connectors] == [None] * 4
