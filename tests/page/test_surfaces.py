"""Every surface of the desk in a browser, on a desk and on a phone.

Nothing is cut off or wider than its place, nothing stands there raw, buttons are large enough for a thumb,
and channels tell nobody's name. One story brings up every surface once. With PICTURES=FOLDER a picture of
each is kept, to be looked at.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence

import pytest
from playwright.sync_api import sync_playwright

from bot.imports import HOMEOWNERS, INSTALLERS, load
from storage import open_database
from tests.databases import SqliteFiles
from tests.e2e.conftest import ROOT, WEDNESDAY, Office
from tests.page.conftest import FLAGS, NAMES
from tests.page.gallery import cases, channels, homes, intake
from tests.page.gallery.camera import SIZES, Camera
from tests.page.gallery.surfaces import SURFACES
from tests.page.gallery.tour import Tour

Wrong = Mapping[tuple[str, str], Sequence[str]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite: SqliteFiles) -> Iterator[Office]:
    """A workspace on a working Wednesday, with a desk that knows the sandbox's homeowners."""
    office = Office(tmp_path_factory.mktemp("gallery"), sqlite)
    try:
        office.clock.to(WEDNESDAY)
        now = office.sandbox.clock.now()
        with open_database(office.database, now) as database:
            load(database, HOMEOWNERS, ROOT / "sandbox" / "homeowners.csv", now, now.date())
            load(database, INSTALLERS, ROOT / "sandbox" / "installers.csv", now, now.date())
        with office.desk():
            yield office
    finally:
        office.sandbox.stop()


@pytest.fixture(scope="module")
def wrong(office: Office) -> Iterator[Wrong]:
    """What is wrong with each surface, once all have been shown."""
    program = next(found for name in NAMES if name and (found := shutil.which(name)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = chromium.new_page(base_url=office.sandbox.url, color_scheme="light")
        camera = Camera(page, office)
        show(Tour(office, camera))
        yield camera.wrong
        chromium.close()


def show(tour: Tour) -> None:
    """From Wednesday at ten to the Thursday of the next week."""
    homes.empty(tour)
    first = intake.the_pages(tour)
    intake.what_is_open_already(tour)
    intake.what_is_refused(tour)
    intake.drafts(tour)
    cases.the_card(tour, first)
    cases.facts_change(tour, first)
    cases.the_check(tour)
    cases.held(tour)
    cases.undecided(tour)
    channels.back_office(tour)
    channels.trained_agents(tour)
    channels.an_agent_asks(tour, first)
    channels.three_of_one_installer(tour)
    heard, unheard = cases.in_the_middle(tour)
    channels.left_unanswered(tour, heard)
    cases.not_heard(tour, heard, unheard)
    homes.answers(tour)
    homes.on_call(tour)
    cases.closed(tour, heard)
    cases.unheard(tour, unheard)
    channels.nobody_answers(tour)
    homes.in_the_week(tour)
    homes.the_morning(tour)
    homes.of_a_lead(tour)
    cases.prompted(tour, unheard)
    cases.caught_up(tour)
    channels.the_owner_leaves(tour)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_shows_all_it_has_to_say_and_nothing_else(wrong: Wrong, surface: str, size: str) -> None:
    assert wrong[surface, size] == []


def test_every_surface_that_is_shown_stands_in_the_table(wrong: Wrong) -> None:
    assert {surface for surface, _ in wrong} == set(SURFACES)
