"""A complaint of each SOP with every system connected: read, ordered, done, by pressing what is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from bot.systems import OPENS, ORDERED
from tests.databases import SqliteFiles
from tests.e2e.conftest import Office
from tests.e2e.robot import Robot
from tests.e2e.test_every_sop import MOST_ACTS, ROWS, at_work, may_be_sent, opened
from tests.e2e.test_systems_story import Ledger, Mailbox

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


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite: SqliteFiles) -> Iterator[Office]:
    """One workspace, one desk and its systems for all: the cases come one after another."""
    office = Office(tmp_path_factory.mktemp("connected"), sqlite)
    mailbox = Mailbox()
    office.connectors = {"ebh": Ledger(), "salesforce": Ledger(), "outlook": mailbox, "email": mailbox}
    with at_work(office):
        yield office


@pytest.mark.parametrize("name", WORKED)
def test_a_path_is_worked_to_its_end_by_ordering(office: Office, name: str) -> None:
    row = ROWS[name]
    for person in (office.ada, office.bo, office.lea):
        if person.views:
            person.close(everything=True)
    case = opened(office.ada, row, f"{name}, Springfield")
    robot = Robot(office, case, list(row.script), row.check)
    robot.work(MOST_ACTS)

    assert "Closed the case." in "\n".join(robot.timeline())
    assert robot.script == []
    assert [mail for mail in robot.mails if not may_be_sent(mail)] == []
    ledgers = [each for each in office.connectors.values() if isinstance(each, Ledger)]
    done = [draft for ledger in ledgers[:3] for draft in ledger.kept.values() if draft.case_name == case]
    assert done
    assert all(draft.verb in ORDERED[draft.system] for draft in done)
    assert not [each for each in robot.pressed if each.startswith("Fields")]
    made = Counter(draft.on for draft in done if draft.verb in OPENS)
    assert set(made.values()) <= {1}
    closed = Counter(draft.on for draft in done if draft.verb == "close")
    assert set(closed) <= set(made)
    for draft in done:
        roles = {each.role for each in draft.addressees}
        assert "homeowner" not in roles or roles == {"homeowner"}
