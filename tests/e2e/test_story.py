"""The main job through the Web API and Socket Mode: from the first call to the last reminder."""

from __future__ import annotations

from tests.e2e.conftest import Office
from tests.e2e.story import open_complaint, send_email


def test_an_everbright_complaint_from_the_command_to_the_close(office: Office) -> None:
    with office.desk():
        case = open_complaint(office.ada)
        office.ada.wait_for_message(f"{case} · Installer is not replying")

        office.ada.click("Fields and key …")
        form = office.ada.wait_for_view("Record")
        assert "Homeowner Support Queue" in form.all_text
        assert "Best time to reach: Weekdays after 4 PM" in form.all_text
        office.ada.fill({"reference": "EBH-12"})
        office.ada.submit()
        office.ada.wait_for_message("EBH-12")

        send_email(office.ada)
        office.ada.wait_for_message("Fri, Jan 11, 10:00 AM EST")

        office.clock.next_due()
        office.ada.wait_for_message(f"{case}: Has the installer contacted the homeowner?")
        office.ada.click("Not heard from the installer")
        office.ada.wait_for_message("What is the installer needed for")
