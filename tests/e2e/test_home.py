"""Homes through the strict sandbox: drawn anew by what others do, paged, filtered, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import BoltRequest

from bot import hands
from sandbox.person import Person, Trouble
from tests.databases import Databases
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.story import WHO, newest_question, open_complaint, send_email

BEN, BO, OTTO = "U0BEN00002", "U0BO000003", "U0OTTO0010"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Office]:
    """One office for all of these tests; each opens cases of its own."""
    office = Office(tmp_path_factory.mktemp("office"), databases)
    try:
        office.clock.to(WEDNESDAY)
        with office.desk():
            yield office
    finally:
        office.sandbox.stop()


@pytest.fixture(autouse=True)
def no_trouble(office: Office) -> Iterator[Trouble]:
    trouble = Trouble(office.sandbox.url)
    yield trouble
    trouble.end()
    calls = [entry for entry in trouble.traffic() if entry["direction"] == "in" and not entry["ok"]]
    assert not [entry for entry in calls if "invalid" in str(entry["error"])]


def opened(person: Person) -> Person:
    """Somebody who looks at their Home."""
    person.open_home()
    person.wait_for(lambda it: it.home, what="their Home")
    return person


def shows(person: Person, text: str, timeout: float = 5.0) -> None:
    person.wait_for(lambda it: it.home and text in it.home.all_text, timeout, f"a Home that says {text}")


def hides(person: Person, text: str) -> None:
    person.wait_for(lambda it: text not in it.home.all_text, what=f"a Home that no longer says {text}")


def open_cases(lead: Person) -> int:
    """How many cases the leads' list counts."""
    found = re.search(r"All open cases \((\d+)\)", lead.home.all_text)
    assert found
    return int(found[1])


def test_a_complaint_that_somebody_opens_stands_on_every_home_it_concerns(office: Office) -> None:
    ada, lea, cora = opened(office.ada), opened(office.lea), opened(office.cora)
    shows(cora, "None. New ones are asked")
    case = open_complaint(ada, {**WHO, "found_on_platform": "No, not found", "program": "Not known"})
    for person in (ada, lea, cora):
        shows(person, case)
    assert "1 Sunny Side" in cora.home.all_text
    assert "555-0100" not in cora.home.all_text

    cora.click("Not Concert", "home")
    hides(cora, case)
    shows(cora, "None. New ones are asked")
    hides(ada, "Waiting for the Concert check")


def test_a_step_that_somebody_does_moves_the_case_on_their_home_and_the_leads(office: Office) -> None:
    ada, lea = opened(office.ada), opened(office.lea)
    case = open_complaint(ada)
    shows(ada, f"*{case}*")
    send_email(ada)
    shows(ada, "Next on Fri, Jan 11")
    shows(lea, "Next on Fri, Jan 11")
    assert "2 business days after Wednesday, January 9" in ada.home.all_text

    office.clock.to("2030-01-11T10:05:00-05:00")
    newest_question(ada, case)
    shows(ada, "Has the installer contacted the homeowner?")
    assert f"*{case}*" in ada.home.all_text
    shows(ada, "Today, since 10 AM")
    office.clock.to("2030-01-14T08:00:00-05:00")
    shows(ada, "3 days overdue")
    shows(lea, "3 days overdue")


def test_a_draft_stands_on_home_as_soon_as_it_is_typed(office: Office) -> None:
    ben = opened(office.ben)
    assert "Half written down" not in ben.home.all_text
    ben.command("/complaint")
    ben.wait_for_view("Who is calling")
    ben.fill({"homeowner.name": "Lin (homeowner)", "found_on_platform": "Yes, found"})
    ben.close(everything=True)
    shows(ben, "Half written down (1)")
    assert "Lin (homeowner)" in ben.home.all_text
    ben.click("Discard", "home")
    hides(ben, "Half written down")


def test_a_queue_is_seen_by_its_team_and_a_case_is_taken_from_home(office: Office) -> None:
    ada, clerk = office.ada, opened(office.person(BO))
    case = open_complaint(ada, what={"extra.need": "Something else"})
    number = int(case.removeprefix("HC-"))
    assert office.running
    desk = office.running.bell.postman.desk
    with desk.memory.write() as work:
        hands.reassign(
            work, desk, number, "back_office", ada.user_id, "for the clerks", office.sandbox.clock.now()
        )
    shows(clerk, f"*{case}*")
    clerk.click("Take it", "home")
    shows(clerk, "Due today and before (1)")


def test_filters_are_kept_and_pages_are_turned(office: Office) -> None:
    lea = opened(office.lea)
    count = open_cases(lea)
    for _ in range(2):
        open_complaint(office.ben, what={"installer.name": "Zenith Panels"})
    shows(lea, f"All open cases ({count + 2})")
    lea.choose("Any owner", BEN, "home")
    shows(lea, "All open cases (2)")
    lea.choose("Any complaint", "Fraud", "home")
    shows(lea, "No open case fits these filters.")
    lea.choose("Any complaint", "Any complaint", "home")
    assert lea.suggest("Any installer", "zen", "home") == ["Zenith Panels"]
    lea.choose("Any installer", "Zenith Panels", "home")
    shows(lea, "All open cases (2)")
    opened(lea)
    shows(lea, "All open cases (2)")
    lea.click("Clear filters", "home")
    hides(lea, "All open cases (2)")


def test_what_slack_would_not_take_is_sent_again_by_a_lead(office: Office, no_trouble: Trouble) -> None:
    ada, lea = office.ada, opened(office.lea)
    no_trouble.cause("error", target="chat.postMessage", error="is_archived", times=1)
    case = open_complaint(ada)
    shows(lea, "Undelivered (1)")
    assert f"{case}: the case card" in lea.home.all_text
    assert "is_archived" in lea.home.all_text
    lea.command("/complaint", "undelivered")
    answer = lea.wait_for_message(f"{case}: the case card")
    lea.click("Send again", answer)
    ada.wait_for_message(f"{case} · Installer is not replying")
    hides(lea, "Undelivered")
    lea.wait_for_message("Everything was delivered")


def test_what_is_dropped_stays_in_the_timeline(office: Office, no_trouble: Trouble) -> None:
    ada, lea = office.ada, opened(office.lea)
    no_trouble.cause("error", target="chat.postMessage", error="is_archived", times=1)
    case = open_complaint(ada)
    shows(lea, "Undelivered (1)")
    lea.click("Drop", "home")
    hides(lea, "Undelivered")
    with office.running.bell.postman.desk.memory.read() as work:
        lines = work.timeline.of(int(case.removeprefix("HC-")))
    assert (lines[-1].event, lines[-1].by) == ("dropped", lea.user_id)


@pytest.mark.parametrize("fault", ["rate_limited", "error", "lost_reply"])
def test_a_home_that_slack_does_not_take_now_comes_later_and_no_letter_waits(
    office: Office, no_trouble: Trouble, fault: str
) -> None:
    ada, lea = office.ada, opened(office.lea)
    count = open_cases(lea)
    no_trouble.cause(fault, target="views.publish", times=2)
    case = open_complaint(ada)
    ada.wait_for_message(f"{case} · Installer is not replying", timeout=3)
    shows(lea, f"All open cases ({count + 1})", timeout=15)


def test_figures_are_for_leads(office: Office) -> None:
    office.lea.command("/complaint", "report")
    office.lea.wait_for_message("How the desk is doing")
    office.ada.command("/complaint", "report")
    office.ada.wait_for_message("Only leads can see the team’s cases")
    office.ada.command("/complaint", "undelivered")
    office.ada.wait_for_message("Only leads or admins can send again or drop")


def test_an_outsider_learns_nothing(office: Office) -> None:
    otto = opened(office.person(OTTO))
    assert otto.home.all_text.strip().startswith("Hello! Complaint Desk is for the people who work")
    assert len(otto.home.blocks) == 1


FORGED = {
    "filter": ("home_filter:state", {"type": "static_select", "selected_option": {"value": "open"}}),
    "clear": ("home_clear", {"type": "button", "value": "all"}),
    "send again": ("undelivered_again", {"type": "button", "value": "1"}),
    "drop": ("undelivered_drop", {"type": "button", "value": "1"}),
    "page": ("home_page:team:next", {"type": "button", "value": "2"}),
    "summary": ("home_summary", {"type": "button", "value": "off"}),
    "resume": ("home_resume", {"type": "button", "value": "drafts"}),
}


@pytest.mark.parametrize("action", FORGED)
@pytest.mark.parametrize("who", [OTTO, "U0CORA0006", BEN])
def test_a_button_of_somebody_else_is_refused_on_the_server(office: Office, action: str, who: str) -> None:
    if (who, action) in {(BEN, "summary"), (BEN, "resume"), (BEN, "page"), ("U0CORA0006", "page")}:
        return
    action_id, element = FORGED[action]
    body: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": who, "team_id": "T0SANDBOX1"},
        "team": {"id": "T0SANDBOX1"},
        "api_app_id": "A0SANDBOX1",
        "container": {"type": "view"},
        "view": {"type": "home", "id": "V0", "private_metadata": ""},
        "actions": [{"action_id": action_id, "block_id": "b", **element}],
    }
    person = office.person(who)
    assert office.running
    desk = office.running.bell.postman.desk
    with desk.memory.read() as work:
        was = work.homes.of(who).choices, work.homes.of(who).summary
    assert office.running.app.dispatch(BoltRequest(body=body, mode="socket_mode")).status == 200
    words = "Only " if who != OTTO else "you are not among them yet"
    person.wait_for_message(words)
    with desk.memory.read() as work:
        assert (work.homes.of(who).choices, work.homes.of(who).summary) == was


def test_the_morning_summary_comes_at_nine_and_can_be_turned_off(office: Office) -> None:
    ada = opened(office.ada)
    office.clock.to("2030-01-15T08:59:00-05:00")
    assert not [post for post in ada.dm() if "Good morning" in post.text and "15" in post.text]
    office.clock.to("2030-01-15T09:00:00-05:00")
    summary = ada.wait_for_message("Good morning.")
    ada.click("Turn the morning summary off", summary)
    ada.wait_for_message("You get no morning summary any more")
    shows(ada, "Turn the morning summary on")
    count = len([post for post in ada.dm() if post.text.startswith("Good morning")])
    office.clock.to("2030-01-16T09:30:00-05:00")
    office.lea.wait_for_message("Good morning.")
    assert len([post for post in ada.dm() if post.text.startswith("Good morning")]) == count
