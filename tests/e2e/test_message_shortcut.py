"""A complaint that begins with a message in a channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.person import Person, SeenMessage, Trouble
from tests.databases import Databases
from tests.e2e import story
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.story import WHAT, WHO, fill_what, timeline

NAME = "Complaint from message"


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
    yield shared
    Trouble(shared.sandbox.url).end()
    if shared.ada.view:
        shared.ada.close(everything=True)


def written(office: Office, text: str) -> SeenMessage:
    """What Ben writes in #general, as Ada sees it."""
    ts = office.ben.message(text, "general")
    return next(one for one in office.ada.messages("general") if one.ts == ts)


def finish(ada: Person) -> str:
    who = {field: value for field, value in WHO.items() if field != "channel"}
    ada.fill(who)
    ada.submit()
    ada.wait_for_view("What happened")
    what = {field: value for field, value in WHAT.items() if field != "description"}
    fill_what(ada, what)
    ada.submit()
    ada.wait_for_view("What the SOP says")
    return story.finish(ada)


def test_the_words_and_the_link_are_kept_and_the_author_is_not_the_homeowner(office: Office) -> None:
    ada = office.ada
    ada.message_shortcut(NAME, written(office, "She says: R & D <promised> a call, nobody called."))
    view = ada.wait_for_view("From a message")
    assert view.values["homeowner.name"]["value"]["value"] is None
    assert view.values["channel"]["value"]["selected_option"]["value"] == "chat"
    case = finish(ada)
    card = ada.wait_for_message("She says: R &amp; D &lt;promised&gt; a call, nobody called.")
    assert "Ben" not in card.all_text
    ada.command("/complaint", f"show {case}")
    ada.wait_for(lambda person: case in person.dm()[-1].all_text)
    told = "\n".join(timeline(ada))
    assert "Made from this message: http" in told
    assert "/archives/" in told


def test_a_long_message_is_cut_in_the_field_and_kept_whole_as_a_note(office: Office) -> None:
    ada = office.ada
    message = written(office, f"{'Loud. ' * 600}And the end of it.")
    ada.message_shortcut(NAME, message)
    ada.wait_for_view("all of it becomes the case’s first note")
    case = finish(ada)
    ada.command("/complaint", f"show {case}")
    ada.wait_for(lambda person: case in person.dm()[-1].all_text)
    ada.click("Timeline")
    assert "Loud. Loud." in ada.wait_for_view("timeline").all_text


def test_somebody_without_a_role_is_refused_in_private(office: Office) -> None:
    message = written(office, "Somebody is unhappy.")
    otto = office.person("U0OTTO0010")
    otto.message_shortcut(NAME, next(one for one in otto.messages("general") if one.ts == message.ts))
    refusal = otto.wait_for_message("The desk is for the people who work on complaints", "general")
    assert refusal.ephemeral
    assert otto.view is None


def test_a_slow_slack_leaves_the_message_as_a_draft(office: Office) -> None:
    ada = office.ada
    message = written(office, "He calls the third time today.")
    Trouble(office.sandbox.url).cause("error", target="views.open", error="expired_trigger_id", times=2)
    ada.message_shortcut(NAME, message)
    ada.wait_for_message("type /complaint resume to go on with", "general")
    Trouble(office.sandbox.url).end()
    ada.command("/complaint", "resume")
    ada.wait_for_view("its link goes into the case’s timeline")
