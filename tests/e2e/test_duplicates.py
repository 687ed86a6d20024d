"""Not twice: what is open already is shown before anything is created; what belongs together is linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from sandbox.person import Person, Trouble
from tests.databases import Databases
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.story import WHAT, WHO, fill_what, open_complaint, timeline

LEADS = "complaint-leads"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"), databases)
    try:
        office.clock.to(WEDNESDAY)
        with office.desk():
            yield office
    finally:
        office.sandbox.stop()


@pytest.fixture
def office(shared: Office) -> Iterator[Office]:
    yield shared
    for person in (shared.ada, shared.ben):
        if person.view:
            person.close(everything=True)


def homeowner(name: str, **more: object) -> Mapping[str, object]:
    """A homeowner of this test's own, with an installer that no other test complains about."""
    return {
        "homeowner.name": f"{name} (homeowner)",
        "homeowner.address": f"1 {name} Street, Springfield",
        "homeowner.phone": f"212-555-01{len(name):02}",
        **more,
    }


def last_page(agent: Person, who: Mapping[str, object], what: Mapping[str, object]) -> str:
    agent.command("/complaint")
    agent.wait_for_view("Who is calling")
    agent.fill({**WHO, **who})
    agent.submit()
    agent.wait_for_view("What happened")
    fill_what(agent, {**WHAT, **what})
    agent.submit()
    return agent.wait_for_view("What the SOP says").all_text


def number_in(agent: Person) -> str:
    opened = agent.wait_for_view("is open.")
    return next(word.strip("*") for word in opened.all_text.split() if "HC-" in word)


def test_the_same_complaint_is_shown_and_needs_a_reason(office: Office) -> None:
    ada, ben = office.ada, office.ben
    what = {"installer.name": "Roofs of Anna"}
    first = open_complaint(ada, homeowner("Anna"), what)
    again = homeowner("Anna", **{"homeowner.address": "1 anna st", "homeowner.phone": "(212) 555-0104"})
    shown = last_page(ben, again, what)
    assert "This complaint is open already" in shown
    assert f"*{first}*" in shown
    assert f"<@{ada.user_id}>" in shown
    assert "open since Jan 9, 2030" in shown
    assert f"Open {first}" in ben.view.buttons
    assert ben.view.submit == "Create a linked one"
    ben.fill({"link.reason": " \u200b"})
    assert "Say why" in ben.submit(strict=False).errors["link.reason"]
    ben.fill({"link.reason": "Another inverter."})
    ben.submit()
    second = number_in(ben)
    ben.close()
    ada.wait_for_message(f"Linked with {second}")
    ada.command("/complaint", f"show {first}")
    ada.wait_for(lambda person: first in person.dm()[-1].all_text)
    said = [line for line in timeline(ada) if "Linked" in line]
    assert "Another inverter." in said[0]
    assert "D-22" in said[0]


def test_who_finishes_second_is_shown_the_first(office: Office) -> None:
    ada, ben = office.ada, office.ben
    what = {"installer.name": "Roofs of Bo"}
    for agent in (ada, ben):
        assert "open already" not in last_page(agent, homeowner("Bo"), what)
    ada.submit()
    first = number_in(ada)
    ben.submit()
    assert first in ben.wait_for_view("This complaint is open already").all_text
    ben.fill({"link.reason": "She insists."})
    ben.submit()
    assert number_in(ben) != first


def test_the_call_is_noted_on_the_case_that_is_open(office: Office) -> None:
    ada, ben = office.ada, office.ben
    what = {"installer.name": "Roofs of Emma"}
    first = open_complaint(ada, homeowner("Emma", **{"homeowner.phone": "212-555-0199"}), what)
    said = {**what, "description": "Now it smells of smoke."}
    last_page(ben, homeowner("Emma", **{"homeowner.phone": "212-555-0199"}), said)
    ben.click(f"Open {first}")
    ben.wait_for(lambda person: len(person.views) == 2)
    assert first in ben.view.all_text
    ben.close()
    ben.click(f"Note this call on {first}")
    assert "No other case was opened" in ben.wait_for_view("is noted on").all_text
    ben.close()
    ada.wait_for_message("Now it smells of smoke.")
    ada.command("/complaint", f"show {first}")
    ada.wait_for(lambda person: first in person.dm()[-1].all_text)
    assert "The same complaint came again." in "\n".join(timeline(ada))


def test_several_complaints_of_one_call_are_linked_cases(office: Office) -> None:
    ada = office.ada
    what = {"installer.name": "Roofs of Cleo", "category": "Equipment is missing"}
    last_page(ada, homeowner("Cleo"), what)
    ada.submit()
    first = number_in(ada)
    ada.click("Also: Installer is not replying")
    view = ada.wait_for_view("What happened")
    assert view.values["category"]["value"]["selected_option"]["value"] == "installer_unresponsive"
    assert view.values["installer.name"]["value"]["value"] == "Roofs of Cleo"
    ada = office.person(ada.user_id)
    ada.fill({"description": "They do not answer either."})
    ada.submit()
    assert first in ada.wait_for_view("Also open for this homeowner").all_text
    Trouble(office.sandbox.url).cause("double_delivery", target="interactive")
    ada.click("Open it, and take another complaint")
    ada.wait_for_view("What happened")
    ada = office.person(ada.user_id)
    ada.fill({"category": "Installer was rude or worse", "description": "And they were rude."})
    ada.submit()
    ada.wait_for_view("What the SOP says")
    ada.submit()
    third = number_in(ada)
    ada.close()
    second = f"HC-{int(third.removeprefix('HC-')) - 1}"
    ada.command("/complaint", f"show {first}")
    ada.wait_for(lambda person: first in person.dm()[-1].all_text)
    told = "\n".join(timeline(ada))
    assert f"Linked with {second}, of the same homeowner." in told
    assert f"Linked with {third}, of the same homeowner." in told


def test_a_sensitive_complaint_of_who_is_not_trained_goes_to_those_who_are(office: Office) -> None:
    ada, ben = office.ada, office.ben
    who = homeowner("Frederik", **{"homeowner.phone": "212-555-0177"})
    what = {
        "installer.name": "Roofs of Frederik",
        "sensitive": ["Retained or contacted a lawyer/legal counsel"],
    }
    ben.command("/complaint")
    ben.wait_for_view("Who is calling")
    ben.fill({**WHO, **who})
    ben.submit()
    ben.wait_for_view("What happened")
    fill_what(ben, {**WHAT, **what})
    ben.submit()
    assert "goes to their queue" in ben.wait_for_view("This case is for the trained agents").all_text
    ben.submit()
    ben.wait_for_view("It waits in the queue of the trained agents")
    case = number_in(ben)
    office.lea.wait_for_message(case, LEADS)
    ada.command("/complaint", "next")
    ada.wait_for_message(case)


def test_the_third_complaint_about_an_installer_alerts_the_leads(office: Office) -> None:
    names = ("Dora", "Doreen", "Dorothea")
    cases = [open_complaint(office.ada, homeowner(name), {"installer.name": "Dim Roofs"}) for name in names]
    alert = office.lea.wait_for_message("Dim Roofs: 3 complaints since Jan 9", LEADS)
    assert all(case in alert.all_text for case in cases)
    assert not [name for name in names if name in alert.all_text]
    fourth = open_complaint(office.ada, homeowner("Dorabella"), {"installer.name": "DIM ROOFS LLC"})
    office.lea.wait_for_message("Dim Roofs: 4 complaints since Jan 9", LEADS)
    reply = office.lea.wait_for_message(f"{fourth} concerns the same installer", LEADS)
    assert reply.thread_ts == alert.ts
