"""Complaints of every SOP against whole systems: every record once, its fields right, nobody forbidden among
its readers.

Each is worked to its close, first undisturbed, then with each of its systems failing in every way at each
call that writes. What is there afterwards has to be the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.bot.casework import casework
from tests.databases import SqliteFiles
from tests.peers.smtp import Stumble
from tests.systems.complaints import COMPLAINTS, HOMEOWNER
from tests.systems.hand import COMMENTS, Hand, connected
from tests.systems.sites import (
    COMPLIANCE,
    INSTALLER,
    MANAGER,
    Site,
    SmtpSite,
    jira_site,
    outlook_site,
    salesforce_site,
    smtp_site,
)
from tests.systems.trouble import WAYS


@dataclass
class World:
    """All systems. `undisturbed` keeps what a complaint leaves there when nothing fails, once it was
    worked."""

    sites: Mapping[str, Site]
    smtp: SmtpSite
    undisturbed: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with ExitStack() as stack:
        opened = {"jira": jira_site, "salesforce": salesforce_site, "outlook": outlook_site}
        sites: dict[str, Site] = {name: stack.enter_context(site()) for name, site in opened.items()}
        yield World(sites, stack.enter_context(smtp_site()))


def worked(sqlite: SqliteFiles, name: str, sites: Mapping[str, Site]) -> Hand:
    """The complaint, from its opening to its close."""
    connectors = {each: site.connector() for site in sites.values() for each in site.names}
    complaint = COMPLAINTS[name]
    with casework(sqlite) as work:
        hand = Hand(connected(work.desk, connectors), list(complaint.script))
        hand.looks = lambda order: any(site.shows(order) for site in sites.values())
        hand.open(**complaint.all_facts)
        hand.work()
        assert hand.script == []
        assert {each.state for each in hand.view.orders} <= {"done", "dropped"}
    return hand


def left(sites: Mapping[str, Site]) -> dict[str, Any]:
    return {name: site.contents() for name, site in sites.items()}


def nobody_forbidden(sites: Mapping[str, Site]) -> None:
    """The homeowner is reached by mail to them alone, and by nothing that others read."""
    for site in sites.values():
        for audience in site.audiences():
            folded = {address.casefold() for address in audience}
            assert HOMEOWNER["email"] not in folded or folded == {HOMEOWNER["email"]}, audience


def undisturbed(world: World, sqlite: SqliteFiles, name: str) -> Any:
    if name not in world.undisturbed:
        for site in world.sites.values():
            site.reset()
        worked(sqlite, name, world.sites)
        nobody_forbidden(world.sites)
        world.undisturbed[name] = left(world.sites)
    return world.undisturbed[name]


@pytest.mark.parametrize("name", COMPLAINTS)
def test_a_complaint_is_worked_with_all_systems(world: World, sqlite: SqliteFiles, name: str) -> None:
    there = undisturbed(world, sqlite, name)
    used = {each for each, found in there.items() if found}
    assert used == set(COMPLAINTS[name].systems)


ONE_OF_EACH = ("installer_silent", "installer_conduct", "concern", "fraud", "damage", "wrong_meter")
"""A complaint of each SOP; those of Beam and Concert make the same calls to other people."""
FAILING = [
    pytest.param(name, system, way, id=f"{name}-{system}-{way}")
    for name in ONE_OF_EACH
    for system in COMPLAINTS[name].systems
    for way in WAYS
]


@pytest.mark.parametrize(("name", "system", "way"), FAILING)
def test_a_system_that_fails_is_left_as_if_it_had_not(
    world: World, sqlite: SqliteFiles, name: str, system: str, way: str
) -> None:
    expected = undisturbed(world, sqlite, name)
    for site in world.sites.values():
        site.reset()
    site = world.sites[system]
    fault = WAYS[way](site.refusal)
    site.break_down(fault)
    worked(sqlite, name, world.sites)
    assert fault.met, "nothing failed"
    assert left(world.sites) == expected
    nobody_forbidden(world.sites)


STUMBLES = {
    "busy": Stumble("MAIL", "451 4.3.0 Try again later"),
    "recipient_busy": Stumble("RCPT", "450 4.2.0 Greylisted"),
    "recipient_refused": Stumble("RCPT", "550 5.1.1 No such user"),
    "data_refused": Stumble("DATA", "451 4.3.0 Disk full"),
    "mail_refused": Stumble("END", "554 5.7.1 Spam"),
    "cut_before": Stumble("MAIL"),
    "cut_at_the_end": Stumble("END"),
    "reply_lost": Stumble("END", after=True),
}


@pytest.mark.parametrize("way", STUMBLES)
@pytest.mark.parametrize("name", [each for each in COMPLAINTS if "outlook" in COMPLAINTS[each].systems])
def test_a_mail_server_that_stumbles_has_every_mail_once(
    world: World, sqlite: SqliteFiles, name: str, way: str
) -> None:
    sites = {**world.sites, "outlook": world.smtp}
    for site in sites.values():
        site.reset()
    worked(sqlite, name, sites)
    expected = left(sites)
    for site in sites.values():
        site.reset()
    world.smtp.stumble(STUMBLES[way])
    worked(sqlite, name, sites)
    assert world.smtp.peer.stumbles == []
    assert left(sites) == expected
    nobody_forbidden(sites)


def test_a_concern_reads_as_the_sop_wants_it(world: World, sqlite: SqliteFiles) -> None:
    there = undisturbed(world, sqlite, "concern")
    first, second = there["jira"]
    assert second["fields"]["summary"] == "Homeowner Concern – Hanna (homeowner) - Bright Roofs"  # T-5
    [notes, _] = first["comments"]
    assert "Phone: 202-555-0101\nE-mail: hanna@example.test" in notes[0]
    assert not notes[1]
    assert first["links"] == second["links"] == [("Relates", "EBH-1", "EBH-2")]
    assert second["participants"] == [MANAGER]
    said = [text.splitlines()[0] for text, public in second["comments"] if not public]
    assert said[:2] == ["1/2 attempt", "2/2 attempt"]
    assert [each["status"] for each in (first, second)] == ["Resolved", "Resolved"]
    assert [(mail["to"], mail["cc"]) for mail in there["outlook"]] == [([MANAGER], [])] * 2
    assert all("HC-1001" in mail["subject"] for mail in there["outlook"])


def test_damage_reads_as_the_sop_wants_it(world: World, sqlite: SqliteFiles) -> None:
    there = undisturbed(world, sqlite, "damage")
    [case] = there["salesforce"]
    assert case["Type"] == "Installer Complaint"
    assert (case["SubType__c"], case["Status"]) == ("Roof damage", "Closed")
    assert (case["AccountId"], case["ContactId"], case["OwnerId"]) == ("001A", "003A", "00GQ")
    referral, closure = (text for text, _ in case["comments"])
    assert referral.startswith("The installer has been unresponsive in our outreach attempts")  # T-4
    assert closure.startswith(COMMENTS)
    assert [mail["to"] for mail in there["outlook"]] == [[INSTALLER]]
    assert "Hello, Mutual Customer, Hanna (homeowner)" in there["outlook"][0]["body"]  # T-1


def test_a_silent_installer_brings_the_account_manager_in(world: World, sqlite: SqliteFiles) -> None:
    there = undisturbed(world, sqlite, "installer_silent")
    [ticket] = there["jira"]
    assert ticket["participants"] == [MANAGER]
    assert ticket["status"] == "Resolved"
    assert [(mail["to"], mail["cc"]) for mail in there["outlook"]] == [([INSTALLER], [])] * 2


def test_concert_cases_have_the_compliance_contact_instead(world: World, sqlite: SqliteFiles) -> None:
    for name in ("installer_silent_concert", "concern_concert"):
        tickets = undisturbed(world, sqlite, name)["jira"]
        assert tickets[-1]["participants"] == [COMPLIANCE]  # R-084, D-32
