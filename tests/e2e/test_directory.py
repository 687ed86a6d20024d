"""The directory from the first key to the open case, and `/complaint find`, through the strict sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from slack_bolt import BoltRequest

from bot.imports import HOMEOWNERS, INSTALLERS, load
from bot.stored import Entry
from sandbox.person import Person, SeenMessage
from storage import open_database
from tests.e2e.conftest import ROOT, Office
from tests.e2e.story import WHAT, WHO, fill_what
from tests.storage.samples import ADA, BEN, a_case

HOMEOWNER, INSTALLER = "Find the homeowner", "Find the installer"
HANS = "Hans (homeowner) · 2 Maple Street, Riverton, UT 84065 · EverBright"
OLGA = "Olga (homeowner) · 3 Oak Avenue, Fairmont, NC 28340 · Beam"
NOT_FOUND = "Not found: check for Concert"
SUPPORT = "support-and-cs-team-members-only"


@pytest.fixture
def filled(office: Office) -> Iterator[Office]:
    """An office whose desk has the sandbox's own sample."""
    now = office.sandbox.clock.now()
    with open_database(office.database, now) as database:
        for kind, file in ((HOMEOWNERS, "homeowners.csv"), (INSTALLERS, "installers.csv")):
            report = load(database, kind, ROOT / "sandbox" / file, now, now.date())
            assert (report.wrong, report.ignored) == ([], [])
    with office.desk():
        yield office


def standing(agent: Person) -> dict[str, str]:
    """What stands in the fields of the page, by field, as a person reads it."""
    seen = {}
    for field, elements in agent.view.values.items():
        [element] = elements.values()
        chosen = element.get("selected_option") or {}
        text = element.get("value") or element.get("selected_date") or chosen.get("text", {}).get("text")
        seen[field] = text or ""
    return seen


def choose(agent: Person, menu: str, typed: str, option: str, until: dict[str, str]) -> None:
    """Type into a menu, choose, and wait until the form shows what it filled in."""
    assert option in agent.suggest(menu, typed)
    agent.choose(menu, option)
    agent.wait_for(
        lambda person: until.items() <= standing(person).items(), what=f"the fields {until} after {option}"
    )


def test_from_a_key_to_the_open_case(filled: Office) -> None:
    ada = filled.ada
    ada.command("/complaint")
    ada.wait_for_view("Who is calling")
    assert ada.suggest(HOMEOWNER, "h") == []
    assert ada.suggest(HOMEOWNER, "hans maple") == [HANS, NOT_FOUND]
    ada.fill({"channel": "Phone"})
    choose(ada, HOMEOWNER, "olga", OLGA, {"program": "Beam", "homeowner.phone": "202-555-0102"})
    ada.fill({"homeowner.best_time": "Sundays only"})
    choose(ada, HOMEOWNER, "0101", HANS, {"program": "EverBright", "homeowner.phone": "202-555-0101"})
    assert standing(ada) == {
        "directory.homeowner": HANS,
        "homeowner.name": "Hans (homeowner)",
        "homeowner.address": "2 Maple Street, Riverton, UT 84065",
        "channel": "Phone",
        "found_on_platform": "Yes, found",
        "program": "EverBright",
        "homeowner.phone": "202-555-0101",
        "homeowner.email": "hans@example.test",
        "homeowner.best_time": "Sundays only",
    }
    ada.submit()
    ada.wait_for_view("What happened")
    fill_what(ada, {"category": WHAT["category"], "description": "The inverter hums."})
    assert standing(ada)["installer.name"] == "Sunny Roofs"
    assert standing(ada)["directory.installer"] == "Sunny Roofs · Ines (account manager)"
    choose(
        ada, INSTALLER, "exam", "Example Solar · Omar (account manager)", {"installer.name": "Example Solar"}
    )
    ada.submit()
    ada.wait_for_view("What the SOP says")
    ada.submit()
    ada.wait_for_view("is open")
    ada.close()
    ada.command("/complaint", "show HC-1001")
    shown = ada.wait_for_message("HC-1001 · ").all_text
    for fact in ("Hans (homeowner)", "2 Maple Street", "202-555-0101", "Sundays only", "Example Solar"):
        assert fact in shown


def test_not_found_leads_to_the_concert_check(filled: Office) -> None:
    ada = filled.ada
    ada.command("/complaint")
    ada.wait_for_view("Who is calling")
    choose(ada, HOMEOWNER, "hans", HANS, {"homeowner.phone": "202-555-0101"})
    not_found = {"found_on_platform": "No, not found", "program": "Not known", "homeowner.phone": ""}
    choose(ada, HOMEOWNER, "nobody of that name", NOT_FOUND, not_found)
    who = {field: WHO[field] for field in WHO if field not in ("found_on_platform", "program")}
    ada.fill(who)
    ada.submit()
    ada.wait_for_view("What happened")
    fill_what(ada, WHAT)
    ada.submit()
    assert "Concert" in ada.wait_for_view("What the SOP says").all_text
    ada.submit()
    ada.wait_for_view("is open")
    asked = filled.cleo.wait_for_message("HC-1001 needs a Concert", SUPPORT)
    assert "Hanna (homeowner)" in asked.all_text


def test_without_an_import_the_page_is_as_it_was(office: Office) -> None:
    with office.desk():
        office.ada.command("/complaint")
        view = office.ada.wait_for_view("Who is calling")
        assert HOMEOWNER not in view.all_text
        assert "directory.homeowner" not in view.values


ASKED = {
    "an agent": ("U0ADA00001", "listed_homeowner", [HANS, NOT_FOUND]),
    "an agent, of installers": ("U0ADA00001", "listed_installer", []),
    "an outsider": ("U0OTTO0010", "listed_homeowner", []),
    "a confirmer": ("U0CLEO0005", "listed_homeowner", []),
    "nobody": ("", "listed_homeowner", []),
}


def test_who_is_offered_whom(filled: Office, caplog: pytest.LogCaptureFixture) -> None:
    """A request that no client would send is answered by who asks; what was typed stands in no log."""
    caplog.set_level("DEBUG")
    assert filled.running
    for who, (user, menu, offered) in ASKED.items():
        body = {"type": "block_suggestion", "user": {"id": user}, "action_id": menu, "value": "hans mapl"}
        response = filled.running.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        options = json.loads(response.body)["options"]
        assert [each["text"]["text"] for each in options] == offered, who
        assert {each["value"] for each in options} <= {"2", "none"}, who
    assert "hans mapl" not in " ".join(each.getMessage() for each in caplog.records if ours(each.name))


def ours(logger: str) -> bool:
    """Whether the desk itself wrote it: at DEBUG, Slack's own library writes down whole payloads."""
    return logger.partition(".")[0] in ("handlers", "bot", "blocks", "storage", "sqlalchemy")


ANSWERS = re.compile("cases? found|No case holds|are you looking for|not among them|Only .* can see cases")


def found(person: Person, text: str) -> SeenMessage:
    """What `/complaint find` answers."""
    before = len(person.dm())
    person.command("/complaint", f"find {text}".strip())

    def answer(one: Person) -> SeenMessage | None:
        return next((post for post in one.dm()[before:] if ANSWERS.search(post.all_text)), None)

    said: SeenMessage = person.wait_for(answer, what=f"the answer to find {text}")
    return said


def test_cases_are_found_by_who_may_see_them(office: Office) -> None:
    now = office.sandbox.clock.now()
    with open_database(office.database, now) as database, database.write() as work:
        for number in range(12):
            work.cases.add(a_case(f"Xenia {number} (homeowner)"), ADA, ADA, now)
        closed = work.cases.add(a_case("Olga (homeowner)", "The <inverter> hums.", "closed"), BEN, BEN, now)
        work.timeline.add(closed.number, [Entry(now, BEN, "note", "The cellar’s key is with Bo.")])
    with office.desk():
        answer = found(office.ada, "xenia")
        many = answer.all_text
        assert "12 cases found." in many
        assert many.index("HC-1012") < many.index("HC-1003")
        assert "HC-1002" not in many
        assert "2 more. Type more words to find fewer." in many
        assert answer.text == "12 cases found."
        for text in ("HC-1013", "1013", "olga", "inverter", "<inverter>", "cellar key", "olga & cellar"):
            assert "Olga (homeowner)" in found(office.ada, text).all_text, text
        assert "What are you looking for?" in found(office.ada, "").all_text
        for text in ("nobody", "🙂", "*_~`", '"); DROP TABLE'):
            assert "No case holds all of" in found(office.ada, text).all_text, text
        office.ada.click("Open", found(office.ada, "hc-1012"))
        office.ada.wait_for_view("Xenia 11 (homeowner)")
        for stranger in (office.otto, office.cleo):
            said = found(stranger, "olga").all_text
            assert "Olga" not in said
            assert "1013" not in said
