"""App Home in the page, on a desk and on a phone: what everybody sees stays within the width, and works."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bot import cases, drafts
from bot.desk import Desk
from bot.sop import Event
from bot.stored import Letter
from sandbox.person import Person
from tests.bot.desk import facts
from tests.databases import SqliteFiles
from tests.e2e.conftest import WEDNESDAY, Office
from tests.page.conftest import FLAGS, NAMES

PICTURES = os.environ.get("PICTURES")
"""A folder for screenshots, to be looked at."""
ADA, LEA = "U0ADA00001", "U0LEA00004"
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
STANDS_OUT = """[...document.querySelectorAll('main *')]
    .filter(each => each.getBoundingClientRect().right > innerWidth)
    .filter(each => getComputedStyle(each).position !== 'absolute')
    .map(each => each.textContent)"""
"""The texts of what is wider than the window."""
COMPLAINTS = (
    ("Hanna (homeowner)", "installer_unresponsive", "Bright Roofs"),
    ("Omar (homeowner)", "pto_delay", "Sunny Side Solar and Roofing of Greater Springfield"),
    ("Yuki (homeowner)", "missing_equipment", "Zenith Panels"),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite: SqliteFiles) -> Iterator[Office]:
    """A desk in the middle of its week."""
    office = Office(tmp_path_factory.mktemp("office"), sqlite)
    office.clock.to(WEDNESDAY)
    try:
        with office.desk():
            assert office.running
            fill(office.running.bell.postman.desk, office.sandbox.clock.now())
            yield office
    finally:
        office.sandbox.stop()


def fill(desk: Desk, now: datetime) -> None:
    """Cases of every kind, a draft, a queue, and messages that were given up."""
    for days in (4, 2, 1, 0):
        for name, category, installer in COMPLAINTS:
            open_case(desk, name, category, installer, now - timedelta(days=days))
    asked = open_case(desk, "Ines (homeowner)", "installer_unresponsive", "Bright Roofs", now)
    undecided = open_case(desk, "Noor (homeowner)", "fraud", "Zenith Panels", now - timedelta(days=1))
    queued = [open_case(desk, "Kofi (homeowner)", "property_damage", "Bright Roofs", now) for _ in range(4)]
    with desk.memory.write() as work:
        cases.report(work, desk, asked, Event("installer_email_sent", now, {}, ADA), now)
        for number in queued:
            work.cases.save(replace(work.cases.get(number), owner="", team="back_office"), now)
        stored = work.cases.get(undecided)
        work.cases.save(replace(stored, case=replace(stored.case, state="needs_decision")), now)
        drafts.begin(work, ADA, now, {"homeowner.name": "Lin (homeowner)", "category": "pto_delay"})
        work.outbox.put([Letter("gone", "reminder", asked, to="U0GONE0001")], now)
    with desk.memory.write() as work:
        for delivery in work.outbox.claim("test", now, now + timedelta(hours=1), most=100):
            if delivery.letter.key == "gone":
                work.outbox.bury(delivery, "posting to U0GONE0001: Slack refused with user_not_found", now)
            else:
                work.outbox.settle(delivery, None, now)


def open_case(desk: Desk, name: str, category: str, installer: str, at: datetime) -> int:
    known = facts(
        category=category,
        homeowner={"name": name, "address": "1 Sunny Side", "phone": "202-555-0101"},
        installer={"name": installer, "email": "office@example.test"},
    )
    with desk.memory.write() as work:
        return cases.open_case(work, desk, known, ADA, at).number


@pytest.fixture(scope="module")
def browser(office: Office) -> Iterator[Page]:
    program = next(found for name in NAMES if name and (found := shutil.which(name)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = chromium.new_page(base_url=office.sandbox.url)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
        chromium.close()
        assert said == []


def at_home(page: Page, person: Person, width: str) -> None:
    """The Home tab of this person, in a window of this size."""
    across, down = WIDTHS[width]
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    page.get_by_label("Act as").select_option(person.user_id)
    page.get_by_role("navigation").get_by_text("Complaint Desk").click()
    page.get_by_role("navigation", name="Tabs of the app").get_by_text("Home").click()
    page.set_viewport_size({"width": across, "height": down})
    expect(page.get_by_text("Concert checks now:").last).to_be_visible()


def look(page: Page, name: str) -> None:
    """Nothing stands out of the window; and a picture of all of it."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.evaluate(STANDS_OUT) == []
    if PICTURES:
        page.set_viewport_size({"width": page.viewport_size["width"], "height": 4200})
        page.screenshot(path=Path(PICTURES) / f"home-{name}.png")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", ["ada", "lea", "cora", "bo", "otto"])
def test_everybodys_home_stays_within_the_window(office: Office, browser: Page, who: str, width: str) -> None:
    people = {"bo": "U0BO000003", "otto": "U0OTTO0010"}
    person = office.person(people[who]) if who in people else getattr(office, who)
    if who == "otto":
        across, down = WIDTHS[width]
        browser.set_viewport_size({"width": 1280, "height": 900})
        browser.goto("/")
        browser.get_by_label("Act as").select_option(person.user_id)
        browser.get_by_role("navigation").get_by_text("Complaint Desk").click()
        browser.get_by_role("navigation", name="Tabs of the app").get_by_text("Home").click()
        browser.set_viewport_size({"width": across, "height": down})
        expect(browser.get_by_text("ask a lead to add you")).to_be_visible()
    else:
        at_home(browser, person, width)
    look(browser, f"{who}-{width}")


def test_a_page_is_turned_and_a_filter_chosen(office: Office, browser: Page) -> None:
    at_home(browser, office.lea, "desk")
    main = browser.get_by_role("main")
    main.get_by_role("button", name=re.compile("Next page .* of All open cases")).click()
    expect(main.get_by_role("button", name=re.compile("Previous page of All open cases"))).to_be_visible()
    main.get_by_role("combobox", name="Any complaint").click()
    browser.get_by_role("option", name="Fraud", exact=True).click()
    expect(main.get_by_text("All open cases (1)")).to_be_visible()
    main.get_by_role("button", name="Clear filters").click()
    expect(main.get_by_text("All open cases (18)")).to_be_visible()
