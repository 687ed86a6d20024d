"""The whole story by hand in the page: two people, the clock moved, a closed case that reads like the SOP."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from sandbox.person import Person
from tests.databases import SqliteFiles
from tests.e2e.conftest import WEDNESDAY, Office
from tests.page.conftest import FLAGS, NAMES

PICTURES = os.environ.get("PICTURES")
"""A folder for screenshots of the way, to be looked at."""


@pytest.fixture
def office(tmp_path: Path, sqlite: SqliteFiles) -> Iterator[Office]:
    office = Office(tmp_path, sqlite)
    office.clock.to(WEDNESDAY)
    yield office
    office.sandbox.stop()


@pytest.fixture
def page(office: Office) -> Iterator[Page]:
    program = next(found for name in NAMES if name and (found := shutil.which(name)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = chromium.new_page(viewport={"width": 1280, "height": 800}, base_url=office.sandbox.url)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
        chromium.close()
        assert said == []


class Desk:
    """What a person does in the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pictures = 0

    def act_as(self, person: Person) -> None:
        self.page.get_by_label("Act as").select_option(person.user_id)

    def messages(self) -> None:
        self.page.get_by_role("navigation").get_by_text("Complaint Desk").click()
        self.page.get_by_role("navigation", name="Tabs of the app").get_by_text("Messages").click()

    def channel(self, name: str) -> None:
        self.page.get_by_role("navigation").get_by_text(name).click()

    @property
    def form(self) -> Locator:
        return self.page.get_by_role("dialog")

    def fill(self, **texts: str) -> None:
        for label, text in texts.items():
            self.form.get_by_label(label.replace("_", " ")).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        self.form.get_by_role("combobox", name=label).click()
        self.form.get_by_role("option", name=option, exact=True).click()

    def press(self, name: str) -> None:
        self.form.get_by_role("button", name=name, exact=True).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("article").get_by_role("button", name=name, exact=True).last

    def picture(self, name: str) -> None:
        if PICTURES:
            self.pictures += 1
            self.page.wait_for_timeout(400)
            self.page.screenshot(path=Path(PICTURES) / f"{self.pictures:02}-{name}.png")


def take_the_call(desk: Desk) -> None:
    desk.page.get_by_label("Message Complaint Desk").fill("/complaint")
    desk.page.get_by_label("Message Complaint Desk").press("Enter")
    expect(desk.form).to_contain_text("Who is calling")
    desk.form.get_by_label("first and last name").fill("Hanna (homeowner)")
    desk.form.get_by_label("Property address").fill("1 Sunny Side, Springfield")
    desk.form.get_by_role("textbox", name="Phone").fill("555-0100")
    desk.form.get_by_label("Best time to reach them").fill("Weekdays after 4 PM")
    desk.form.get_by_role("radio", name="Phone").check()
    desk.form.get_by_role("radio", name="No, not found").check()
    desk.picture("who")
    desk.press("Next")
    expect(desk.form).to_contain_text("What happened")
    desk.choose("What is the complaint about?", "Installer is not replying")
    desk.form.get_by_label("Installer", exact=True).fill("Bright Roofs")
    desk.form.get_by_label("Installer’s e-mail").fill("office@bright-roofs.example.test")
    desk.form.get_by_label("What happened, in the homeowner’s words").fill("Three calls, no answer.")
    desk.picture("what")
    desk.press("Back")
    expect(desk.form.get_by_label("Property address")).to_have_value("1 Sunny Side, Springfield")
    desk.press("Next")
    expect(desk.form.get_by_label("Installer", exact=True)).to_have_value("Bright Roofs")
    desk.press("Next")
    expect(desk.form).to_contain_text("What the SOP says")
    desk.picture("says")
    desk.press("Open the case")
    expect(desk.form).to_contain_text("HC-1001 is open")
    desk.press("Done")


def test_a_complaint_is_worked_by_hand_from_the_call_to_the_close(office: Office, page: Page) -> None:
    desk = Desk(page)
    with office.desk():
        page.goto("/")
        desk.act_as(office.ada)
        desk.messages()
        take_the_call(desk)
        expect(page.get_by_role("article").last).to_contain_text("Waiting for the Concert check")
        desk.picture("card")

        desk.act_as(office.cora)
        desk.channel("support-and-cs-team-mem")
        desk.picture("check")
        desk.button("Concert").click()
        expect(page.get_by_role("article").last).to_contain_text("Cora (confirmer) said")
        desk.picture("answered")

        desk.act_as(office.ada)
        desk.messages()
        desk.button("Fields and key …").click()
        expect(desk.form).to_contain_text("Homeowner Support Queue")
        desk.form.get_by_label("Jira key").fill("EBH-12")
        desk.picture("ticket")
        desk.press("Save the number")
        desk.button("Read and send …").click()
        expect(desk.form.get_by_label("E-mail", exact=True)).to_have_value(re.compile("Weekdays after 4 PM"))
        desk.picture("email")
        desk.press("Mark as sent")
        expect(page.get_by_role("article").first).to_contain_text("Fri, Jan 11, 10:00 AM EST")

        page.get_by_role("button", name="Next thing due").click()
        expect(page.get_by_role("article").last).to_contain_text("Has the installer contacted the homeowner?")
        desk.picture("reminder")
        desk.button("Not heard from the installer").click()
        desk.button("Answer …").click()
        desk.choose("What the homeowner needs from the installer", "Resolving an installation issue")
        desk.press("Save")
        desk.button("Who, and why …").click()
        expect(desk.form).to_contain_text("Concert Compliance")
        desk.press("Done")
        desk.button("Read and send …").click()
        desk.press("Mark as sent")
        expect(page.get_by_role("article").first).to_contain_text("Tue, Jan 15, 10:00 AM EST")
        page.get_by_role("button", name="Next thing due").click()
        expect(page.get_by_role("article").last).to_contain_text("Tue, Jan 15")
        desk.button("Contacted and satisfied").click()
        desk.button("Close the case …").click()
        desk.form.get_by_label("Closure comments").fill("The installer came and mended it.")
        desk.picture("close")
        desk.press("Close the case")
        expect(page.get_by_role("article").first).to_contain_text("Closed")

        page.get_by_role("article").first.get_by_role("button", name="More options").click()
        page.get_by_role("menuitem", name="Timeline").click()
        expect(desk.form).to_contain_text("Opened the case: Confirm that they are a Concert customer")
        expect(desk.form).to_contain_text("Cora (confirmer): confirmed as a Concert customer.")
        expect(desk.form).to_contain_text("Recorded the number “EBH-12”")
        expect(desk.form).to_contain_text("Closed the case. “The installer came and mended it.”")
        desk.picture("timeline")
        page.set_viewport_size({"width": 390, "height": 844})
        desk.picture("timeline-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
