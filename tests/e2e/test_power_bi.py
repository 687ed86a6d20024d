"""A homeowner is looked up in Power BI while the agent types; the import stands in where it is silent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr
from slack_bolt import BoltRequest

from app import Slack, wire
from bot.connectors.connecting import Connections
from bot.connectors.power_bi import PowerBi
from bot.imports import HOMEOWNERS, load
from bot.look_up import LookUp
from bot.pace import UNHURRIED
from bot.system_settings import MicrosoftApp, PowerBiSettings
from storage import open_database
from tests.e2e.conftest import ROOT, Office
from tests.e2e.story import WHAT, fill_what, finish
from tests.e2e.test_directory import choose, standing
from tests.peers.peer import Fault, Reply, html
from tests.peers.power_bi import (
    DATASET,
    LIMITED,
    NOT_KNOWN,
    NOT_LET_IN,
    TOKEN,
    TROUBLE,
    WORKSPACE,
    PowerBiPeer,
    SignedIn,
)

MENU = "Find the homeowner"
MAPPED = {
    "account": "Account",
    "name": "Full Name",
    "address": "Property Address",
    "phone": "Phone",
    "program": "Program",
    "m1": "M1",
}
APP = MicrosoftApp("tenant", "client", SecretStr("a-secret"))
HANS = {
    "Account": "EX-1002",
    "Full Name": "Hans (homeowner)",
    "Property Address": "20 Hazel Court, Riverton, UT 84065",
    "Phone": "202-555-0190",
    "Program": "EverBright",
    "M1": "2029-12-03T00:00:00",
}
HEIDI = {"Full Name": "Heidi (homeowner)", "Property Address": "6 Birch Road", "Program": "Beam"}
LIVE_HANS = "Hans (homeowner) · 20 Hazel Court, Riverton, UT 84065 · EverBright"
LIVE_HEIDI = "Heidi (homeowner) · 6 Birch Road · Beam"
IMPORTED_HANS = "Hans (homeowner) · 2 Maple Street, Riverton, UT 84065 · EverBright"
NOT_FOUND = "Not found: check for Concert"


class Seconds:
    """A clock that passes when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """An office whose desk looks homeowners up in Power BI."""

    def __init__(self, office: Office, peer: PowerBiPeer) -> None:
        self.office, self.peer, self.clock = office, peer, Seconds()

    @contextmanager
    def running(self, budget: float = 30.0) -> Iterator[None]:
        """The desk, as it is after a start: it remembers nothing of what it offered."""
        office, now = self.office, self.office.sandbox.clock.now
        settings = PowerBiSettings(APP, WORKSPACE, DATASET, "Homeowners", MAPPED, url=self.peer.base)
        power_bi = PowerBi(settings, SignedIn())
        look_up = LookUp(power_bi, 300, self.clock, budget)
        slack = Slack(office.sandbox.bot_token, office.sandbox.app_token, office.sandbox.api_url)
        with open_database(office.database, now()) as database:
            reached = Connections(look_up=look_up)
            office.running = wire(office.playbooks, database, slack, now, paces=UNHURRIED, reached=reached)
            with office.running.running():
                yield
            office.running = None
        power_bi.close()

    def load_import(self) -> None:
        """The sandbox's own sample, in which Hans has his old address."""
        now = self.office.sandbox.clock.now()
        with open_database(self.office.database, now) as database:
            load(database, HOMEOWNERS, ROOT / "sandbox" / "homeowners.csv", now, now.date())

    def offered(self, typed: str) -> dict[str, list[str]]:
        """What Slack is answered: the options by the title of their group, empty where there is none."""
        assert self.office.running
        user = {"id": self.office.ada.user_id}
        body = {"type": "block_suggestion", "user": user, "action_id": "listed_homeowner", "value": typed}
        answer = json.loads(self.office.running.app.dispatch(BoltRequest(body=body, mode="socket_mode")).body)
        groups = answer.get("option_groups") or [{"label": {"text": ""}, "options": answer["options"]}]
        return {each["label"]["text"]: [one["text"]["text"] for one in each["options"]] for each in groups}


@pytest.fixture(scope="module")
def running() -> Iterator[PowerBiPeer]:
    with PowerBiPeer([HANS, HEIDI]) as peer:
        yield peer


@pytest.fixture
def desk(office: Office, running: PowerBiPeer) -> Desk:
    running.forget()
    return Desk(office, running)


def test_from_a_key_to_the_open_case(desk: Desk) -> None:
    """Power BI knows a newer address than the import does; both know the same Hans."""
    desk.load_import()
    ada = desk.office.ada
    with desk.running():
        ada.command("/complaint")
        page = ada.wait_for_view("Who is calling")
        assert "Power BI Homeowner Dashboard" in page.all_text
        assert ada.suggest(MENU, "ha") != []
        assert desk.peer.queries == []
        assert ada.suggest(MENU, "hans") == [LIVE_HANS, NOT_FOUND]
        assert ada.suggest(MENU, "heidi") == [LIVE_HEIDI, NOT_FOUND]
        assert ada.suggest(MENU, "olga")[0].startswith("Olga (homeowner) · 3 Oak Avenue")
        ada.fill({"channel": "Phone"})
        choose(ada, MENU, "heidi", LIVE_HEIDI, {"program": "Beam", "homeowner.name": "Heidi (homeowner)"})
        choose(ada, MENU, "hans", LIVE_HANS, {"program": "EverBright", "homeowner.phone": "202-555-0190"})
        assert standing(ada) == {
            "directory.homeowner": LIVE_HANS,
            "homeowner.name": "Hans (homeowner)",
            "homeowner.address": "20 Hazel Court, Riverton, UT 84065",
            "channel": "Phone",
            "found_on_platform": "Yes, found",
            "program": "EverBright",
            "homeowner.phone": "202-555-0190",
            "homeowner.email": "hans@example.test",
            "homeowner.best_time": "",
        }
        ada.submit()
        ada.wait_for_view("What happened")
        assert standing(ada)["installer.name"] == "Sunny Roofs"
        fill_what(ada, WHAT)
        ada.submit()
        ada.wait_for_view("What the SOP says")
        name = finish(ada)
        card = ada.wait_for_message(f"{name} · ").all_text
        for fact in ("20 Hazel Court", "202-555-0190", "Power BI Homeowner Dashboard"):
            assert fact in card
    now = desk.office.sandbox.clock.now()
    with open_database(desk.office.database, now) as database, database.read() as work:
        [hans] = work.directory.find_homeowners("hans", 5)
        [heidi] = work.directory.find_homeowners("heidi", 5)
    assert (hans.account, hans.phone, hans.email) == ("EX-1002", "202-555-0190", "hans@example.test")
    assert heidi.program == "beam"


def test_without_an_import_power_bi_alone_is_enough(desk: Desk) -> None:
    with desk.running():
        desk.office.ada.command("/complaint")
        desk.office.ada.wait_for_view("Who is calling")
        assert desk.office.ada.suggest(MENU, "0190") == [LIVE_HANS, NOT_FOUND]


FAULTS = {
    "not signed in": NOT_KNOWN,
    "no permission": NOT_LET_IN,
    "too often": LIMITED,
    "a bad query": Reply(400, {"error": {"code": "DatasetExecuteQueriesError"}}),
    "trouble": TROUBLE,
    "a proxy": html(),
    "a proxy that says all is well": html(200),
    "the connection is cut": None,
}
INSTEAD = {"From the import of Jan 9, 2030: Power BI does not answer just now.": [IMPORTED_HANS, NOT_FOUND]}


@pytest.mark.parametrize("reply", FAULTS.values(), ids=FAULTS)
def test_the_import_stands_in_while_power_bi_is_silent(
    desk: Desk, reply: Reply | None, caplog: pytest.LogCaptureFixture
) -> None:
    desk.load_import()
    desk.peer.faults += [Fault(reply)] * 3
    with desk.running():
        for _ in range(4):
            assert desk.offered("hans maple") == INSTEAD
        desk.peer.faults.clear()
        desk.clock.now += 300
        assert desk.offered("hans") == {"": [LIVE_HANS, NOT_FOUND]}
    told = [each.getMessage() for each in caplog.records if each.name == "bot.look_up"]
    assert len([each for each in told if "is left alone" in each]) == 1
    assert not any(secret in said for said in told for secret in ("hans", "maple", TOKEN))


def test_a_slow_answer_holds_nobody_up_and_is_there_for_the_next_key(desk: Desk) -> None:
    desk.load_import()
    desk.peer.held.clear()
    with desk.running(budget=0):
        assert desk.offered("hans") == INSTEAD
        desk.peer.held.set()
        desk.office.ada.wait_for(lambda _: "" in desk.offered("hans"), what="the answer of Power BI")
        assert desk.offered("hans") == {"": [LIVE_HANS, NOT_FOUND]}
    assert len(desk.peer.queries) == 1


def test_nobody_is_told_not_to_look_where_there_is_no_import(desk: Desk) -> None:
    desk.peer.faults.append(Fault(NOT_LET_IN))
    with desk.running():
        assert desk.offered("hans") == {
            "Look in the dashboard: Power BI does not answer just now.": [NOT_FOUND]
        }


def test_who_was_offered_before_a_restart_can_be_chosen_after_it(desk: Desk) -> None:
    ada = desk.office.ada
    with desk.running():
        ada.command("/complaint")
        ada.wait_for_view("Who is calling")
        assert ada.suggest(MENU, "heidi") == [LIVE_HEIDI, NOT_FOUND]
    with desk.running():
        ada.choose(MENU, LIVE_HEIDI)
        ada.wait_for(lambda one: standing(one)["homeowner.name"] == "Heidi (homeowner)", what="Heidi’s name")


def test_a_choice_that_cannot_be_looked_up_leaves_the_form_as_it_is(desk: Desk) -> None:
    ada = desk.office.ada
    with desk.running():
        ada.command("/complaint")
        ada.wait_for_view("Who is calling")
        assert ada.suggest(MENU, "heidi") == [LIVE_HEIDI, NOT_FOUND]
    desk.peer.faults.append(Fault(NOT_LET_IN))
    with desk.running():
        ada.fill({"homeowner.name": "Heidi, as I heard it"})
        ada.choose(MENU, LIVE_HEIDI)
        view = ada.wait_for_view("did not answer, so the form was not filled in")
        assert "Choose once more, or type below" in view.all_text
        assert standing(ada)["homeowner.name"] == "Heidi, as I heard it"


def test_an_outsider_asks_power_bi_nothing(desk: Desk) -> None:
    with desk.running():
        assert desk.office.running
        user = {"id": desk.office.otto.user_id}
        body = {"type": "block_suggestion", "user": user, "action_id": "listed_homeowner", "value": "hans"}
        response = desk.office.running.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        assert json.loads(response.body) == {"options": []}
    assert desk.peer.queries == []
