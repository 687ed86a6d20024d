"""What a record says and what the facts say: shown, updated by an order or by hand, and then the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot import cases, closing, differences, orders
from bot.cases import CaseView
from bot.drafting import drafted
from bot.ports import Work
from tests.bot.casework import ADA, Casework
from tests.bot.desk import NOW
from tests.bot.test_orders import Connected


@pytest.fixture
def connected(work: Casework) -> Connected:
    """A case whose ticket was opened by its system."""
    made = Connected(work, description="The inverter hums.", channel="phone")
    made.place("open_ticket")
    made.work_all()
    return made


def differing(connected: Connected) -> Mapping[str, tuple[str, str]]:
    """The fields of the ticket that differ."""
    found = differences.differences(connected.view, connected.desk)
    return found[0].fields if found else {}


def test_a_record_that_was_just_written_differs_in_nothing(connected: Connected) -> None:
    assert differing(connected) == {}


def test_changed_facts_differ_field_by_field(connected: Connected) -> None:
    connected.work.report(connected.case, "facts_learned", NOW, **{"installer.name": "Dim Roofs"})
    fields = differing(connected)
    assert fields["Organization"] == ("Sunny Roofs", "Dim Roofs")
    assert set(fields) == {"Summary", "Organization"}


def test_what_a_ticket_began_with_is_no_difference(connected: Connected) -> None:
    """The internal comment was written once; a new phone number changes the description alone."""
    connected.work.report(connected.case, "facts_learned", NOW, **{"homeowner.phone": "202-555-0199"})
    assert set(differing(connected)) == {"Description"}


def test_an_update_that_is_ordered_is_no_difference_any_more(connected: Connected) -> None:
    connected.work.report(connected.case, "facts_learned", NOW, **{"installer.name": "Dim Roofs"})
    view, desk = connected.view, connected.desk
    difference = differences.differences(view, desk)[0]
    assert differences.is_ordered(difference, view, desk)
    with desk.memory.write() as work:
        orders.place(work, desk, view, difference.draft, ADA, NOW)
    assert differing(connected) == {}
    connected.work_all()
    assert differing(connected) == {}
    assert connected.view.records[0].fields["Organization"] == "Dim Roofs"
    assert connected.view.timeline[-1].text == "Done in Jira: updated Summary, Organization."


def test_who_takes_an_update_over_says_when_it_is_done(connected: Connected) -> None:
    connected.work.report(connected.case, "facts_learned", NOW, **{"installer.name": "Dim Roofs"})
    view, desk = connected.view, connected.desk
    difference = differences.differences(view, desk)[0]
    with desk.memory.write() as work:
        placed = orders.place(work, desk, view, difference.draft, ADA, NOW)
        order = next(each for each in work.orders.of(view.stored.number) if each.key == placed.key)
        orders.take_over(work, order.id, ADA, NOW)
    view = connected.view
    assert not differences.is_ordered(differences.differences(view, desk)[0], view, desk)
    with desk.memory.write() as work:
        differences.updated(work, view, differences.differences(view, desk)[0], ADA, NOW)
    assert differing(connected) == {}


def recorded(work: Work, view: CaseView, connected: Connected) -> None:
    """Somebody has opened the ticket by hand, and recorded its number."""
    step = next(step for step in view.plan.steps if step.id == "open_ticket")
    draft = drafted(view, step, connected.desk)
    cases.record_reference(work, connected.desk, view.stored.number, "ho_ticket", "EBH-9", ADA, NOW)
    differences.recorded(work, view, draft, "EBH-9", "https://jira.example.test/servicedesk", NOW)


def test_a_record_made_by_hand_is_linked_and_compared_too(work: Casework) -> None:
    made = Connected(work)
    with made.desk.memory.write() as memory:
        recorded(memory, made.view, made)
    assert made.view.records[0].link == "https://jira.example.test/browse/EBH-9"
    made.work.report(made.case, "facts_learned", NOW, **{"installer.name": "Dim Roofs"})
    assert "Organization" in differing(made)


def test_a_case_that_goes_on_withdraws_what_was_to_close(connected: Connected) -> None:
    work = connected.work
    work.report(connected.case, "installer_email_sent", NOW)
    work.report(connected.case, "homeowner_contacted_satisfied", NOW)
    view, desk = connected.view, connected.desk
    assert [(each.what, each.ordered) for each in closing.closings(view, desk)] == [("EBH-1", True)]
    with desk.memory.write() as memory:
        closing.order_closings(memory, desk, view, "It was mended.", ADA, NOW)
    assert connected.states[-1] == ("close", "waiting")
    with desk.memory.write() as memory:
        closing.withdraw_closings(memory, connected.view, ADA, NOW)
    assert connected.states[-1] == ("close", "dropped")
