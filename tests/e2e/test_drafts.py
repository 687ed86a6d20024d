"""Nothing typed is lost: not by closing, a slow Slack, a fault or a killed desk; and it can change hands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from slack_bolt import BoltRequest

from handlers.line import Line
from sandbox.person import Person, SeenView, Trouble
from tests.databases import Databases
from tests.e2e.conftest import ROOT, WEDNESDAY, Office
from tests.e2e.story import WHAT, WHO, fill_what

TYPED = {"homeowner.name": "Hanna (homeowner)", "homeowner.phone": "555-0100"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"), databases)
    try:
        office.clock.to(WEDNESDAY)
        with office.desk():
            yield office
    finally:
        office.sandbox.stop()


@pytest.fixture
def office(shared: Office) -> Iterator[Office]:
    """The shared office, without a draft or a modal."""
    yield shared
    Trouble(shared.sandbox.url).end()
    for person in (shared.ada, shared.ben):
        if person.view:
            person.close(everything=True)
        clear(person)


def clear(person: Person) -> None:
    """Discard every draft. One alone opens at once, so a second is begun: two are a list."""
    while (shown := resumed(person)) != "none":
        if shown != "Your drafts":
            person.close(everything=True)
            begin(person)
            person.close()
            continue
        while "Discard" in person.view.buttons:
            count = len(person.view.buttons)
            person.click("Discard")
            person.wait_for(lambda one, before=count: len(one.view.buttons) < before)
        person.close()


def resumed(person: Person) -> str:
    """What `/complaint resume` shows: `none`, `Your drafts`, or the page of the one draft."""
    before = len(person.dm())
    person.command("/complaint", "resume")

    def shown(one: Person) -> str:
        view = one.view
        if view is not None and "One moment" not in view.all_text:
            return str(view.title)
        news = one.dm()[before:]
        return "none" if any("no complaint that is half written" in each.text for each in news) else ""

    return str(person.wait_for(shown, what="an answer to /complaint resume"))


def begin(person: Person, values: dict[str, object] = TYPED) -> None:
    person.command("/complaint")
    person.wait_for_view("Who is calling")
    person.fill(values)


def stands(person: Person) -> dict[str, object]:
    """What stands in the form's texts."""
    assert person.view
    return {field: next(iter(element.values())).get("value") for field, element in person.view.values.items()}


def holds(person: Person, values: dict[str, object] = TYPED) -> bool:
    return {field: value for field, value in stands(person).items() if field in values} == values


@pytest.mark.parametrize("everything", [False, True], ids=["Cancel", "the X"])
def test_a_closed_window_leaves_a_draft(office: Office, everything: bool) -> None:
    begin(office.ada)
    office.ada.close(everything=everything)
    assert resumed(office.ada) == "Open a complaint"
    assert holds(office.ada)


def test_a_draft_opens_at_the_page_where_it_was_left_with_everything(office: Office) -> None:
    ada = office.ada
    begin(ada, {**WHO})
    ada.submit()
    ada.wait_for_view("What happened")
    fill_what(ada, {"category": WHAT["category"], "description": "Half", "milestones.m1": "2029-11-20"})
    ada.close()
    assert resumed(ada) == "Open a complaint"
    view = ada.wait_for_view("What happened")
    assert view.values["description"]["value"]["value"] == "Half"
    assert view.values["milestones.m1"]["value"]["selected_date"] == "2029-11-20"
    ada.fill({"description": WHAT["description"], "installer.name": "Bright Roofs"})
    ada.submit()
    ada.wait_for_view("What the SOP says")
    ada.close()
    resumed(ada)
    ada.wait_for_view("What the SOP says")
    ada.submit()
    ada.wait_for_view("is open.")
    ada.close()
    assert resumed(ada) == "none"


def test_an_empty_form_is_no_draft(office: Office) -> None:
    office.ada.command("/complaint")
    office.ada.wait_for_view("Who is calling")
    office.ada.close()
    assert resumed(office.ada) == "none"


def test_a_new_form_offers_the_draft_of_today_and_does_not_insist(office: Office) -> None:
    ada = office.ada
    begin(ada)
    ada.close()
    ada.command("/complaint")
    ada.wait_for_view("You left a complaint half written down")
    ada.fill({"homeowner.name": "Hugo (homeowner)"})
    ada.click("Resume it")
    ada.wait_for(lambda person: person.view and "Resume it" not in person.view.buttons and holds(person))
    ada.close()
    assert resumed(ada) == "Your drafts"
    assert "Hugo (homeowner)" in ada.view.all_text


def test_several_drafts_are_a_list_to_choose_from(office: Office) -> None:
    ada = office.ada
    for name in ("Hanna (homeowner)", "Hugo (homeowner)"):
        begin(ada, {"homeowner.name": name})
        ada.close()
    assert resumed(ada) == "Your drafts"
    lines = [block["text"]["text"] for block in ada.view.blocks if block["type"] == "section"]
    assert ["Hugo" in line for line in lines] == [True, False]
    ada.click("Resume")
    ada.wait_for_view("Who is calling")
    assert holds(ada, {"homeowner.name": "Hugo (homeowner)"})


def test_two_windows_on_one_draft_and_the_newer_one_counts(office: Office) -> None:
    """On a phone and at a desk: Slack knows both windows, here the older one's news come by themselves."""
    ada = office.ada
    begin(ada)
    older = ada.view
    resumed(ada)
    newer = ada.wait_for_view("Who is calling")
    assert older.id != newer.id
    ada.fill({"homeowner.name": "Hannah (homeowner)"})
    replay(office, older, "Hanna, from the older window")
    calls = [entry["body"] for entry in Trouble(office.sandbox.url).traffic() if entry["direction"] == "in"]
    assert any("was opened in another window" in str(body) for body in calls)
    assert holds(ada, {"homeowner.name": "Hannah (homeowner)"})
    ada.close()
    resumed(ada)
    assert holds(ada, {"homeowner.name": "Hannah (homeowner)"})


def replay(office: Office, view: SeenView, name: str) -> None:
    """A keystroke of a window that is no longer on this screen."""
    bodies = [entry["body"] for entry in Trouble(office.sandbox.url).traffic() if entry["direction"] == "out"]
    payloads = [body.get("payload", body) for body in bodies]
    typed_there = [each for each in payloads if each.get("type") == "block_actions"]
    sent = next(each for each in typed_there if each["view"]["id"] == view.id)
    action = {**sent["actions"][0], "action_ts": f"{float(sent['actions'][0]['action_ts']) + 60:.6f}"}
    typed = {"homeowner.name": {"value": {"type": "plain_text_input", "value": name}}}
    body = {**sent, "actions": [action], "view": {**sent["view"], "state": {"values": typed}}}
    assert office.running
    assert office.running.app.dispatch(BoltRequest(body=body, mode="socket_mode")).status == 200


def test_a_draft_is_handed_to_a_colleague_who_is_told(office: Office) -> None:
    ada, ben = office.ada, office.ben
    begin(ada)
    ada.close()
    begin(ada, {"homeowner.name": "Hugo (homeowner)"})
    ada.close()
    resumed(ada)
    ada.click("Hand over …", ada.view)
    ada.wait_for_view("Who goes on with it?")
    ada.fill({"to": "U0CLEO0005"})
    assert "cannot open complaints" in ada.submit(strict=False).errors["to"]
    ada.fill({"to": ben.user_id, "note": "She calls back at noon."})
    ada.submit()
    ada.wait_for_view("has it now")
    ada.close()
    ada.wait_for(lambda person: person.view and "Hugo" not in person.view.all_text)
    ada.close(everything=True)

    letter = ben.wait_for_message("hands you a complaint that is half written down")
    assert "She calls back at noon." in letter.all_text
    assert "Hugo" not in letter.text
    ben.click("Resume", letter)
    ben.wait_for_view("Who is calling")
    assert holds(ben, {"homeowner.name": "Hugo (homeowner)"})
    ben.close()
    assert resumed(ada) == "Open a complaint"
    assert holds(ada)


# --- faults ---


def test_what_a_slow_slack_did_not_open_is_still_there(office: Office) -> None:
    ada = office.ada
    begin(ada)
    ada.close()
    Trouble(office.sandbox.url).cause("error", target="views.open", error="expired_trigger_id", times=2)
    ada.command("/complaint", "resume")
    ada.wait_for_message("type /complaint resume to go on with")
    Trouble(office.sandbox.url).end()
    assert resumed(ada) == "Open a complaint"
    assert holds(ada)


def test_a_new_form_that_slack_did_not_open_points_to_what_is_half_written_down(office: Office) -> None:
    ada = office.ada
    begin(ada)
    ada.close()
    Trouble(office.sandbox.url).cause("error", target="views.open", error="expired_trigger_id", times=2)
    ada.command("/complaint")
    ada.wait_for_message("Do the same once more, or type /complaint resume")


def test_a_page_that_could_not_be_drawn_leaves_what_was_sent(office: Office) -> None:
    ada = office.ada
    begin(ada, {**WHO})
    ada.submit()
    ada.wait_for_view("What happened")
    ada.fill({"description": "She is waiting."})
    Trouble(office.sandbox.url).cause("error", target="views.update", error="internal_error", times=None)
    ada.click("Back")
    Trouble(office.sandbox.url).end()
    ada.close(everything=True)
    assert resumed(ada) == "Open a complaint"
    ada.wait_for_view("Who is calling")
    ada.submit()
    view = ada.wait_for_view("What happened")
    assert view.values["description"]["value"]["value"] == "She is waiting."


@pytest.mark.parametrize("fault", ["drop_ack", "double_delivery"])
def test_a_fault_of_the_network_loses_nothing_typed_before_or_after(office: Office, fault: str) -> None:
    ada = office.ada
    begin(ada, {"homeowner.name": "Hanna (homeowner)"})
    Trouble(office.sandbox.url).cause(fault, target="interactive")
    ada.type("homeowner.phone", "555-0100", strict=False)
    ada.type("homeowner.best_time", "noon", strict=False)
    ada.close()
    resumed(ada)
    assert holds(ada, {**TYPED, "homeowner.best_time": "noon"})


def test_a_page_whose_answer_was_lost_can_be_mended_and_sent_again(office: Office) -> None:
    ada = office.ada
    begin(ada, {**WHO})
    Trouble(office.sandbox.url).cause("drop_ack", target="interactive")
    assert ada.submit(strict=False).notice
    ada.wait_for_view("Who is calling")
    office.clock.advance(timedelta(seconds=5))
    ada.fill({"homeowner.name": "Hannah (homeowner)"})
    ada.submit()
    ada.wait_for_view("What happened")
    ada.click("Back")
    ada.wait_for_view("Who is calling")
    assert holds(ada, {"homeowner.name": "Hannah (homeowner)"})


def test_a_desk_that_is_killed_leaves_every_keystroke(tmp_path: Path, databases: Databases) -> None:
    office = Office(tmp_path, databases)
    try:
        with killed_later(office) as kill:
            begin(office.ada)
            kill()
        office.ada.type("homeowner.name", "Typed into the void", strict=False)
        office.ada.close()
        with office.desk():
            assert resumed(office.ada) == "Open a complaint"
            assert holds(office.ada)
    finally:
        office.sandbox.stop()


@contextmanager
def killed_later(office: Office) -> Iterator[object]:
    """A desk in a process of its own, whose clock knows nothing of the workspace's."""
    sandbox = office.sandbox
    given = {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
        "DATABASE_URL": office.database,
        "DESK_CONFIG": str(ROOT / "sandbox" / "desk.yaml"),
    }
    with subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        cwd=office.folder,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "connected" in process.stdout.readline()
        try:
            yield lambda: (process.send_signal(signal.SIGKILL), process.wait())
        finally:
            process.kill()


@pytest.mark.parametrize("how", ["cut", "warning", "refresh_requested"])
def test_a_line_that_is_replaced_in_the_middle_of_the_form_loses_nothing(office: Office, how: str) -> None:
    ada, trouble = office.ada, Trouble(office.sandbox.url)
    begin(ada, {"homeowner.name": "Hanna (homeowner)"})
    rebuilds = line_of(office).state().rebuilds
    trouble.disconnect(how)
    ada.wait_for(lambda _: line_of(office).state().rebuilds > rebuilds, what="a new line")
    ada.type("homeowner.phone", "555-0100")
    ada.close()
    resumed(ada)
    assert holds(ada)


def test_a_page_that_a_cut_line_swallowed_is_sent_again_and_counts_once(office: Office) -> None:
    ada = office.ada
    begin(ada, dict(WHO))
    rebuilds = line_of(office).state().rebuilds
    Trouble(office.sandbox.url).cause("drop_socket", target="interactive")
    assert ada.submit(strict=False).notice
    assert stands(ada)["homeowner.name"] == WHO["homeowner.name"]
    ada.wait_for(lambda _: line_of(office).state().rebuilds > rebuilds, what="a new line")
    ada.submit()
    ada.wait_for_view("What happened")
    ada.close()
    assert resumed(ada) == "Open a complaint"
    assert "What happened" in ada.view.all_text


def line_of(office: Office) -> Line:
    """The line of the desk that runs."""
    assert office.running
    assert isinstance(office.running.transport, Line)
    return office.running.transport
