"""The main job through the Web API and Socket Mode: from the first call to the last reminder."""

from __future__ import annotations

from datetime import timedelta

from sandbox.person import Person, SeenMessage
from tests.e2e.conftest import Office
from tests.e2e.robot import settle
from tests.e2e.story import newest_question, open_complaint, open_email, send_email, timeline

CHANNEL = "support-and-cs-team-members-only"
LEADS = "complaint-leads"
NOT_FOUND = {"found_on_platform": "No, not found", "program": "Not known"}


def questions(person: Person, channel: str) -> list[SeenMessage]:
    return [message for message in person.messages(channel) if message.buttons]


def test_an_everbright_complaint_from_the_command_to_the_close(office: Office) -> None:
    ada = office.ada
    with office.desk():
        case = open_complaint(ada)
        ada.wait_for_message(f"{case} · Installer is not replying")

        ada.click("Fields and key …")
        form = ada.wait_for_view("record_made")
        assert "Homeowner Support Queue" in form.all_text
        assert "Best time to reach: Weekdays after 4 PM" in form.all_text
        ada.fill({"reference": "EBH-12"})
        ada.submit()
        ada.wait_for_message("EBH-12")

        draft = open_email(ada)
        assert "Phone number: 555-0100" in draft
        assert "Weekdays after 4 PM" in draft
        ada.submit()
        ada.wait_for_message("2 business days after Wednesday, January 9, 10 AM")

        office.clock.next_due()
        ada.click("Not heard from the installer", newest_question(ada, case))
        ada.wait_for_message("What is the installer needed for")
        ada.click("Answer …")
        ada.wait_for_view("Facts")
        ada.fill({"extra.need": "Resolving an installation issue"})
        ada.submit()

        ada.wait_for_message("Add the account manager as request participant on the ticket")
        ada.click("Who, and why …")
        assert "Amal (account manager)" in ada.wait_for_view("Next step").all_text
        ada.submit()
        assert "attempt number 2" in open_email(ada)
        ada.submit()
        ada.wait_for_message("2 business days after Friday, January 11, 10 AM")

        office.clock.next_due()
        ada.click("Contacted and satisfied", newest_question(ada, case))
        ada.wait_for_message("Ready to close")
        ada.click("Close the case …")
        ada.wait_for_view("Close the case")
        ada.fill({"closure_comments": "The installer came and mended it."})
        ada.submit()
        ada.wait_for_message(f"{case}: closed.")
        assert [line.split(" _")[0] for line in timeline(ada)] == [
            (
                "Opened the case: Installer is not replying to the homeowner. "
                "Now due: Create the ticket in the Homeowner Support Queue; "
                "E-mail the installer about the homeowner's concerns."
            ),
            "Recorded the number “EBH-12”",
            (
                "E-mail to the installer sent. Next: Friday, January 11, 10 AM, "
                "2 business days after Wednesday, January 9, 10 AM; 9 AM to 5 PM Eastern."
            ),
            "Asked the owner: Has the installer contacted the homeowner?",
            (
                "Not heard from the installer. Now due: What is the installer needed for, "
                "an installation issue, a cancellation, or something else."
            ),
            (
                "Facts changed. Need: not known → installation issue. "
                "Now due: Add the account manager as request participant on the ticket; "
                "E-mail the installer about the homeowner's concerns."
            ),
            "Done: Add the account manager as request participant on the ticket.",
            (
                "E-mail to the installer sent. Next: Tuesday, January 15, 10 AM, "
                "2 business days after Friday, January 11, 10 AM; 9 AM to 5 PM Eastern."
            ),
            "Asked the owner: Has the installer contacted the homeowner?",
            "Contacted and satisfied. Now due: Close the ticket.",
            "Closed the case. “The installer came and mended it.”",
        ]


def test_the_first_answer_of_the_concert_check_wins(office: Office) -> None:
    with office.desk():
        case = open_complaint(office.ada, who=NOT_FOUND)
        post = office.cleo.wait_for_message(f"{case} needs a Concert confirmation", CHANNEL)
        on_shift = (office.cleo, office.cora, office.cyrus, office.cato, office.cyd)
        assert all(f"<@{each.user_id}>" in post.all_text for each in on_shift)
        assert "Hanna (homeowner)" in post.all_text
        assert "555-0100" not in post.all_text

        office.ben.click("Concert", post)
        office.ben.wait_for_message("Only the people on the Concert roster can answer this", CHANNEL)
        office.cyd.click("Can’t tell", post)
        office.cora.wait_for_message("Can’t tell: Cyd (confirmer)", CHANNEL)
        office.cora.click("Concert", post)
        office.cora.wait_for_message("Cora (confirmer)* said on Wed, Jan 9, 10:00 AM EST", CHANNEL)

        office.ada.wait_for_message("Cora (confirmer): confirmed as a Concert customer")
        office.ada.wait_for_message("Create the ticket in the Homeowner Support Queue")
        assert "never the homeowner" in open_email(office.ada)


def test_nobody_answers_the_concert_check(office: Office) -> None:
    with office.desk():
        case = open_complaint(office.ada, who=NOT_FOUND)
        office.cleo.wait_for_message(case, CHANNEL)
        office.clock.advance(timedelta(minutes=10))
        office.cleo.wait_for(lambda cleo: len(questions(cleo, CHANNEL)) == 2)
        office.clock.advance(timedelta(minutes=10))
        office.lea.wait_for_message(f"{case}: nobody has answered the Concert check", LEADS)
        office.ada.wait_for_message(f"{case}: nobody has answered the Concert check")
        office.clock.advance(timedelta(days=1))
        assert len(questions(office.cleo, CHANNEL)) == 2


def test_outside_cover_the_tags_come_when_cover_starts(office: Office) -> None:
    office.clock.to("2030-01-09T22:30:00-05:00")
    with office.desk():
        case = open_complaint(office.ada, who=NOT_FOUND)
        untagged = office.cleo.wait_for_message("Cover starts Thu, Jan 10, 9:00 AM EST", CHANNEL)
        assert "<@U0C" not in untagged.all_text
        office.clock.to("2030-01-10T09:00:00-05:00")
        office.cleo.wait_for(lambda cleo: len(questions(cleo, CHANNEL)) == 2)
        tagged = questions(office.cleo, CHANNEL)[-1]
        assert f"<@{office.cyd.user_id}>" in tagged.all_text
        office.cyd.click("Not Concert", tagged)
        office.lea.wait_for_message(f"{case} needs a lead’s decision", LEADS)
        office.ada.wait_for_message("Cyd (confirmer): not a Concert customer")


def test_a_question_is_put_off_and_the_homeowner_is_tried_again(office: Office) -> None:
    ada = office.ada
    with office.desk():
        case = open_complaint(ada, what={"extra.need": "Something else"})
        send_email(ada)
        ada.wait_for_message("Fri, Jan 11, 10:00 AM EST")
        office.clock.next_due()
        ada.click("Ask later …", newest_question(ada, case))
        ada.wait_for_view("Ask later")
        ada.fill({"until": "2030-01-14", "reason": "They are away until Monday."})
        ada.submit()
        ada.wait_for_message("put off until Monday, January 14, 9 AM")
        office.clock.next_due()
        ada.click("Homeowner unreachable", newest_question(ada, case))
        ada.wait_for_message("Tue, Jan 15, 9:00 AM EST")
        office.clock.next_due()
        ada.click("Contacted, not satisfied", newest_question(ada, case))
        office.lea.wait_for_message(f"{case} needs a lead’s decision", LEADS)


def test_a_lead_decides_in_the_case_and_the_prompts_come_three_times(office: Office) -> None:
    ada, lea = office.ada, office.lea
    with office.desk():
        case = open_complaint(ada, what={"extra.need": "Something else"})
        send_email(ada)
        ada.wait_for_message("Fri, Jan 11, 10:00 AM EST")
        office.clock.next_due()
        ada.click("Not heard from the installer", newest_question(ada, case))
        ada.wait_for_message("needs a lead’s decision")
        ada.click("Lead decides to go on")
        ada.wait_for_message("only leads can decide on this")
        lea.click("Open the case", lea.wait_for_message(f"{case} needs a lead’s decision", LEADS))
        lea.wait_for_view(case)
        lea.click("Lead decides to go on")
        lea.wait_for_view("A step is due")
        lea.close(everything=True)

        ada.wait_for_message("Add the account manager")
        send_email(ada)
        ada.wait_for_message("2 business days after Friday, January 11")
        office.clock.next_due()
        ada.click("Not heard from the installer", newest_question(ada, case))
        for prompts in (1, 2, 3):
            while len(prompted(lea, case)) < prompts:
                office.clock.next_due()
                settle(office)
            assert len(prompted(lea, case)) == prompts
        lea.wait_for_message(f"{case} needs a lead’s decision", LEADS)


def prompted(lead: Person, case: str) -> list[SeenMessage]:
    return [message for message in lead.messages(LEADS) if f"{case} still has no answer" in message.all_text]


def test_a_closed_case_is_reopened_with_its_history(office: Office) -> None:
    ada = office.ada
    with office.desk():
        case = open_complaint(ada)
        send_email(ada)
        ada.wait_for_message("Fri, Jan 11")
        office.clock.next_due()
        ada.click("Contacted and satisfied", newest_question(ada, case))
        ada.wait_for_message("Ready to close")
        ada.click("Close the case …")
        ada.wait_for_view("Close the case")
        ada.fill({"closure_comments": "Done."})
        ada.submit()
        ada.wait_for_message(f"{case}: closed.")
        ada.click("Reopen")
        ada.wait_for_message(f"{case}: a step is due.")
        assert timeline(ada)[-1].startswith("Reopened the case. A new round starts")


def test_a_restart_in_the_middle_loses_nothing_and_repeats_nothing(office: Office) -> None:
    ada = office.ada
    with office.desk():
        case = open_complaint(ada)
        send_email(ada)
        ada.wait_for_message("Fri, Jan 11, 10:00 AM EST")
    office.clock.to("2030-01-11T12:00:00-05:00")
    with office.desk():
        question = newest_question(ada, case)
    with office.desk():
        ada.click("Contacted and satisfied", question)
        ada.wait_for_message("Ready to close")
        asked = [
            message
            for message in ada.dm()
            if message.text in (f"{case}: it is time to ask the homeowner.", f"{case}: answered.")
        ]
        assert len(asked) == 1
        assert len([message for message in ada.dm() if message.text.startswith(case)]) == 2
