"""What people see of connected systems: a form to read and order, a card that waits, and by hand instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from bot.errors import DeliveryError, OutcomeUnknown, Rejected
from bot.guard import Cleared
from bot.systems import OPENS, Draft, Finding, Receipt, Record, Status, Surroundings
from sandbox.person import Person
from tests.e2e.conftest import Office
from tests.e2e.robot import settle
from tests.e2e.story import open_complaint, timeline

NEED = {"extra.need": "Resolving an installation issue"}


@dataclass
class Ledger:
    """A system of record that keeps what it is given. `faults` meet the next calls; `says` is how records
    stand.
    """

    title: str = "Ledger"
    kept: dict[str, Draft] = field(default_factory=dict)
    faults: list[DeliveryError] = field(default_factory=list)
    says: Status = field(default_factory=lambda: Status("Waiting for support"))

    def carry_out(self, cleared: Cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        if self.faults:
            raise self.faults[0]
        self.kept.setdefault(mark, cleared.draft)
        number = sum(each.verb in OPENS for each in self.kept.values()) + 11
        known = around.records.get(cleared.draft.on or "")
        reference = known.reference if known else f"EBH-{number}"
        return Receipt(reference, f"https://jira.example.test/browse/{reference}")

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        return {each.reference: self.says for each in records}

    def members(self, address: str) -> tuple[str, ...]:
        return ()

    def examine(self, *, live: bool) -> Iterator[Finding]:
        yield Finding("ledger", "fits")

    @property
    def done(self) -> list[str]:
        """What was done, in order."""
        return [each.verb for each in self.kept.values()]


@pytest.fixture
def jira(office: Office) -> Ledger:
    ledger = Ledger()
    office.connectors = {"ebh": ledger}
    return ledger


@dataclass
class Mailbox(Ledger):
    """One that mail comes from."""

    sender: str = "desk@example.test"


@pytest.fixture
def mail(office: Office, jira: Ledger) -> Ledger:
    ledger = Mailbox()
    office.connectors = {**office.connectors, "email": ledger}
    return ledger


def opened(office: Office, **facts: object) -> str:
    case = open_complaint(office.ada, what={**NEED, "milestones.m1": "2029-11-20", **facts})
    office.ada.wait_for_message(f"{case} · Installer is not replying")
    return case


def card(person: Person, case: str) -> str:
    posts = [each for each in person.dm() if each.text.startswith(f"{case}: ")]
    return posts[-1].all_text


def order(person: Person, button: str) -> None:
    person.click(button)
    person.wait_for_view("ordered")
    person.submit()
    person.wait_for_no_view()


def test_a_ticket_and_a_mail_are_read_ordered_and_done(office: Office, jira: Ledger, mail: Ledger) -> None:
    ada = office.ada
    with office.desk():
        opened(office)
        ada.click("Read and create …")
        form = ada.wait_for_view("ordered")
        assert "Homeowner Support Queue" in form.all_text
        assert ada.view.submit == "Create in Jira"
        ada.submit()
        ada.wait_for_message("<https://jira.example.test/browse/EBH-12|EBH-12>")

        ada.click("Read and send …")
        form = ada.wait_for_view("ordered")
        assert "*To:* Bright Roofs, office@bright-roofs.example.test" in form.all_text
        assert "installer · “" in form.all_text
        assert ada.view.submit == "Send from desk@…"
        assert "It goes out from desk@example.test as soon as that is possible" in form.all_text
        ada.fill({"text": "Please call them today.", "copied": "boss@bright-roofs.example.test"})
        ada.submit()
        ada.wait_for_message("2 business days after Wednesday, January 9, 10 AM")
        sent = next(iter(mail.kept.values()))
        assert sent.text == "Please call them today."
        assert [(each.role, each.address) for each in sent.at("cc")] == [
            ("other", "boss@bright-roofs.example.test")
        ]


def test_a_system_that_is_down_holds_up_nothing(office: Office, jira: Ledger) -> None:
    ada = office.ada
    jira.faults = [OutcomeUnknown("Jira did not answer.")]
    with office.desk():
        case = opened(office)
        order(ada, "Read and create …")
        waits = ada.wait_for_message("Last time: Jira did not answer.")
        assert "Waiting for Jira since Wed, Jan 9, 10:00 AM EST." in waits.all_text
        ada.open_home()
        home = ada.wait_for(lambda one: one.home, what="her Home")
        assert "E-mail the installer about the homeowner's concerns" in home.all_text
        assert "Create the ticket" not in home.all_text
        ada.click("Read and send …")
        ada.wait_for_view("email_sent")
        ada.close()

        ada.click("Do it by hand instead …")
        ada.wait_for_view("record_made")
        ada.fill({"reference": "EBH-77"})
        ada.submit()
        ada.wait_for_message("EBH-77")
        settle(office)
        assert "Waiting for Jira" not in card(ada, case)
        assert jira.kept == {}


def test_what_somebody_has_ordered_is_not_done_by_hand_besides(office: Office, mail: Ledger) -> None:
    """The agent has the form for work by hand open when a lead orders the same."""
    ada, lea = office.ada, office.lea
    mail.faults = [OutcomeUnknown("The mail server did not answer.")]
    with office.desk():
        case = opened(office)
        ada.click("Read and send …")
        ada.wait_for_view("ordered")
        ada.click("I do it by hand …")
        ada.wait_for_view("email_sent")
        lea.command("/complaint", f"show {case}")
        lea.click("Read and send …", lea.wait_for_message(f"{case} · Installer is not replying"))
        lea.wait_for_view("ordered")
        lea.submit()
        ada.wait_for_message("Last time: The mail server did not answer.")
        ada.submit()
        assert "this was ordered already" in ada.wait_for_view("sorry").all_text
        ada.close(everything=True)
        assert not [line for line in timeline(ada) if line.startswith("E-mail")]


def test_mail_that_people_send_themselves_stays_with_them(office: Office, mail: Ledger) -> None:
    """D-25: each kind of mail has a setting of its own."""
    ada = office.ada
    office.sent_by_people = frozenset({"email_installer"})
    with office.desk():
        opened(office)
        ada.click("Read and send …")
        form = ada.wait_for_view("email_sent")
        assert "Have the desk do it" not in form.all_text
        ada.submit()
        ada.wait_for_message("2 business days after")
        assert mail.kept == {}


def test_what_was_refused_for_good_is_decided_by_the_owner_or_a_lead(office: Office, jira: Ledger) -> None:
    ada, lea = office.ada, office.lea
    jira.faults = [Rejected("The project EBH has no field Queue.")]
    with office.desk():
        case = opened(office)
        order(ada, "Read and create …")
        ada.wait_for_message("Jira did not do it: The project EBH has no field Queue.")
        ada.click("Try again")
        settle(office)
        lea.command("/complaint", "undelivered")
        told = lea.wait_for_message(f"{case}: the homeowner’s ticket* for Jira")
        assert "The project EBH has no field Queue." in told.all_text
        lea.open_home()
        assert "Not done in other systems (1)" in lea.wait_for(lambda one: one.home, what="Home").all_text
        jira.faults = []
        lea.click("Try again", told)
        ada.wait_for_message("EBH-12")
        assert jira.done == ["open_ticket"]


def test_what_was_refused_is_mended_and_ordered_anew(office: Office, mail: Ledger) -> None:
    ada = office.ada
    mail.faults = [Rejected("The mailbox of the installer does not take it.")]
    with office.desk():
        opened(office)
        order(ada, "Read and send …")
        ada.wait_for_message("E-mail did not do it: The mailbox of the installer does not take it.")
        mail.faults = []
        ada.click("By hand …")
        ada.wait_for_view("email_sent")
        ada.click("Have the desk do it …")
        ada.wait_for_view("ordered")
        ada.fill({"text": "Shorter."})
        ada.submit()
        ada.wait_for_message("2 business days after")
        assert [each.text for each in mail.kept.values()] == ["Shorter."]


def test_changed_facts_show_where_a_record_differs(office: Office, jira: Ledger) -> None:
    ada = office.ada
    with office.desk():
        opened(office)
        order(ada, "Read and create …")
        ada.wait_for_message("EBH-12")
        ada.click("Change facts")
        ada.wait_for_view("facts_learned")
        ada.fill({"installer.name": "Dim Roofs"})
        ada.submit()
        ada.wait_for_view("What changed")
        ada.close()
        ada.wait_for_message("*EBH-12 differs:* Summary, Organization")
        ada.click("Update …")
        form = ada.wait_for_view("record_updated")
        assert "Bright Roofs" in form.all_text
        assert "Dim Roofs" in form.all_text
        ada.submit()
        ada.wait_for(lambda one: "differs" not in one.dm()[0].all_text, what="the card without a difference")
        settle(office)
        update = list(jira.kept.values())[-1]
        assert (update.verb, dict(update.fields)["Organization"]) == ("update_record", "Dim Roofs")


def test_what_the_guard_refuses_is_said_at_the_field(office: Office, mail: Ledger) -> None:
    ada, lea = office.ada, office.lea
    with office.desk():
        case = opened(office)
        ada.click("Read and send …")
        form = ada.wait_for_view("ordered")
        assert "Where that is wanted, ask a lead." in form.all_text
        ada.fill({"text": "Please call them today.", "copied": "Hanna@Example.test"})
        told = ada.submit(strict=False)
        assert set(told.errors) == {"copied"}
        assert ada.view.values["text"]["value"]["value"] == "Please call them today."
        ada.close()

        lea.command("/complaint", f"show {case}")
        shown = lea.wait_for_message(f"{case} · Installer is not replying")
        lea.click("Read and send …", shown)
        lea.wait_for_view("ordered")
        lea.fill({"homeowner": ["Copy the homeowner, too"]})
        assert set(lea.submit(strict=False).errors) == {"reason"}
        lea.fill({"reason": "They want to see that we wrote."})
        lea.submit()
        ada.wait_for_message("2 business days after")
        sent = next(iter(mail.kept.values()))
        assert [(each.role, each.address) for each in sent.at("cc")] == [("homeowner", "hanna@example.test")]
        assert [line for line in timeline(ada) if "They want to see that we wrote." in line]


def test_a_person_may_do_it_by_hand_from_the_start(office: Office, jira: Ledger) -> None:
    ada = office.ada
    with office.desk():
        opened(office)
        ada.click("Read and create …")
        ada.wait_for_view("ordered")
        ada.click("I do it by hand …")
        ada.wait_for_view("record_made")
        ada.fill({"reference": "EBH-77"})
        ada.submit()
        ada.wait_for_message("EBH-77")
        ada.click("Change facts")
        ada.wait_for_view("facts_learned")
        ada.fill({"installer.name": "Dim Roofs"})
        ada.submit()
        ada.wait_for_view("What changed")
        ada.close()
        ada.wait_for_message("*EBH-77 differs:* Summary, Organization")
        assert jira.kept == {}


def test_what_is_worked_by_hand_is_updated_by_hand(office: Office) -> None:
    ada = office.ada
    with office.desk():
        case = opened(office)
        ada.click("Fields and key …")
        ada.wait_for_view("record_made")
        ada.fill({"reference": "EBH-77"})
        ada.submit()
        ada.wait_for_message("EBH-77")
        ada.click("Change facts")
        ada.wait_for_view("facts_learned")
        ada.fill({"installer.name": "Dim Roofs"})
        ada.submit()
        ada.wait_for_view("What changed")
        ada.close()
        ada.wait_for_message("*EBH-77 differs:* Summary, Organization")
        ada.click("Update …")
        ada.wait_for_view("record_updated")
        assert ada.view.submit == "I have updated it"
        ada.submit()
        ada.wait_for_no_view()
        settle(office)
        assert "differs" not in card(ada, case)


def test_closing_the_case_closes_its_ticket(office: Office, jira: Ledger) -> None:
    ada = office.ada
    with office.desk():
        case = opened(office)
        order(ada, "Read and create …")
        ada.wait_for_message("EBH-12")
        ada.click("Read and send …")
        ada.wait_for_view("email_sent")
        ada.submit()
        ada.wait_for_message("2 business days after")
        office.clock.next_due()
        ada.wait_for_message(f"{case}: it is time to ask the homeowner.")
        ada.click("Contacted and satisfied")
        ada.wait_for_message("Ready to close")
        ada.click("Close the case …")
        form = ada.wait_for_view("closed")
        assert "The desk closes EBH-12 in Jira, with your closing sentence" in form.all_text
        ada.fill({"closure_comments": "The installer came and mended it."})
        ada.submit()
        ada.wait_for_message(f"{case}: closed.")
        settle(office)
        assert jira.done == ["open_ticket", "close"]
        assert list(jira.kept.values())[-1].text == "The installer came and mended it."
        assert timeline(ada)[-1].startswith("Done in Jira: Close the ticket.")


def test_how_a_ticket_stands_is_read_and_said_once(office: Office, jira: Ledger) -> None:
    ada = office.ada
    with office.desk():
        case = opened(office)
        order(ada, "Read and create …")
        ada.wait_for_message("EBH-12")
        assert office.running
        office.running.bell.read_statuses()
        ada.wait_for_message("· Waiting for support, read Wed, Jan 9, 10:00 AM EST")
        jira.says = Status("Done", closed=True)
        office.clock.to("2030-01-09T10:30:00-05:00")
        for _ in range(2):
            office.running.bell.read_statuses()
        ada.wait_for_message(f"*EBH-12* is closed in Jira, while {case} is open here.")
        lines = [line for line in timeline(ada) if "was closed in Jira" in line]
        assert len(lines) == 1
