"""What people see of connected systems, in a browser, on a desk and on a phone.

As in `test_surfaces`: nothing is cut off, nothing stands there raw. With PICTURES=FOLDER pictures are kept.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from bot.errors import OutcomeUnknown, Rejected
from bot.systems import Status
from tests.databases import SqliteFiles
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.robot import settle
from tests.e2e.test_systems_story import Ledger, Mailbox
from tests.page.conftest import FLAGS, NAMES
from tests.page.gallery.camera import SIZES, Camera
from tests.page.gallery.people import HANNA, SILENT, homeowner
from tests.page.gallery.tour import Tour
from tests.page.test_surfaces import Wrong

SURFACES = (
    "form: a ticket to order",
    "card: waits for Jira",
    "card: refused by Jira",
    "undelivered: an order",
    "home: an order that was refused",
    "form: taken over",
    "card: a ticket and how it stands",
    "form: a mail to order",
    "form: a mail to order, as a lead",
    "card: differs",
    "form: update",
    "form: close, and what is closed where",
    "card: closed there",
)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory, sqlite: SqliteFiles) -> Iterator[Wrong]:
    """What is wrong with each surface, once all have been shown."""
    office = Office(tmp_path_factory.mktemp("systems"), sqlite)
    program = next(found for name in NAMES if name and (found := shutil.which(name)))
    jira, mail = Ledger(), Mailbox()
    office.connectors = {"ebh": jira, "email": mail}
    try:
        office.clock.to(WEDNESDAY)
        with office.desk(), sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
            page = chromium.new_page(base_url=office.sandbox.url, color_scheme="light")
            camera = Camera(page, office)
            show(Tour(office, camera), jira)
            yield camera.wrong
            chromium.close()
    finally:
        office.sandbox.stop()


def show(tour: Tour, jira: Ledger) -> None:
    """One complaint whose ticket is refused, then made; a mail; facts that change; the close."""
    ada, lea, camera = tour.office.ada, tour.office.lea, tour.camera
    jira.faults = [OutcomeUnknown("Jira did not answer (502). It is tried again.")]
    case = tour.open(ada, HANNA, {**SILENT, "milestones.m1": "2029-11-20", "extra.need": "Something else"})
    tour.form(ada, "form: a ticket to order", "Read and create …", tour.card(ada, case))
    ada.click("Read and create …", tour.card(ada, case))
    ada.wait_for_view("ordered")
    tour.done(ada)
    ada.wait_for_message("Last time:")
    camera.message("card: waits for Jira", ada, tour.card(ada, case))
    ada.click("Do it by hand instead …", tour.card(ada, case))
    ada.wait_for_view("record_made")
    camera.modal("form: taken over", ada)
    ada.close(everything=True)

    jira.faults = [Rejected("The request type “Homeowner Concern” has no field “Support Channel”.")]
    other = tour.open(
        ada, homeowner("Petra", 3), {**SILENT, "installer.name": "Dim Roofs", "extra.need": "Something else"}
    )
    ada.click("Read and create …", tour.card(ada, other))
    ada.wait_for_view("ordered")
    tour.done(ada)
    camera.message("card: refused by Jira", ada, tour.card(ada, other))
    camera.message("undelivered: an order", lea, tour.asked(lea, "undelivered"))
    camera.home("home: an order that was refused", lea)
    jira.faults = []
    ada.click("Try again", tour.card(ada, other))
    ada.wait_for_message("EBH-12")
    assert tour.office.running
    tour.office.running.bell.read_statuses()
    ada.wait_for_message("· Waiting for support, read")
    camera.message("card: a ticket and how it stands", ada, tour.card(ada, other))
    mail(tour, other)
    differs(tour, jira, other)


def mail(tour: Tour, case: str) -> None:
    """The mail to the installer, as the agent and as a lead read it."""
    ada, lea = tour.office.ada, tour.office.lea
    shown = tour.asked(lea, f"show {case}")
    tour.form(lea, "form: a mail to order, as a lead", "Read and send …", shown)
    tour.form(ada, "form: a mail to order", "Read and send …", tour.card(ada, case))
    ada.click("Read and send …", tour.card(ada, case))
    ada.wait_for_view("ordered")
    tour.done(ada)


def differs(tour: Tour, jira: Ledger, case: str) -> None:
    """The installer turns out to be another, the ticket is closed there, and the case here."""
    ada, camera = tour.office.ada, tour.camera
    ada.click("Change facts", tour.card(ada, case))
    ada.wait_for_view("facts_learned")
    ada.fill({"installer.name": "Moon Roofs"})
    tour.done(ada)
    camera.message("card: differs", ada, tour.card(ada, case))
    tour.form(ada, "form: update", "Update …", tour.card(ada, case))
    tour.office.clock.next_due()
    ada.click("Contacted and satisfied", tour.question(ada, case))
    settle(tour.office)
    tour.form(ada, "form: close, and what is closed where", "Close the case …", tour.card(ada, case))
    jira.says = Status("Done", closed=True)
    assert tour.office.running
    tour.office.running.bell.read_statuses()
    ada.wait_for_message("*EBH-12* is closed in Jira")
    camera.message("card: closed there", ada, tour.card(ada, case))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_shows_all_it_has_to_say_and_nothing_else(wrong: Wrong, surface: str, size: str) -> None:
    assert wrong[surface, size] == []


def test_every_surface_that_is_shown_stands_in_the_table(wrong: Wrong) -> None:
    assert {surface for surface, _ in wrong} == set(SURFACES)
