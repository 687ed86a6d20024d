"""Who has a case, as people do it: reassigned, taken by one of two, given back, handed over, asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

import pytest

from sandbox.person import Person, SeenMessage, Trouble
from tests.databases import Databases
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.robot import BACK_OFFICE, LEADS, settle
from tests.e2e.story import open_complaint

DAMAGE = {
    "category": "Property damage",
    "extra.damaged": ["Roof"],
    "product": "RIC",
    "milestones.m1": "2029-11-20",
    "milestones.not_yet": ["M3"],
}
PERSONAL = ("Hanna", "Sunny Side", "555-01", "@example.test", "inverter hums", "Ask for the manager")

HOMEOWNERS = count(10)
FRONT_LINE = "support-and-cs-team-members-only"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Office]:
    """One workspace and one desk: the cases come one after another."""
    office = Office(tmp_path_factory.mktemp("hands"), databases)
    try:
        office.clock.to(WEDNESDAY)
        with office.desk():
            yield office
    finally:
        office.sandbox.stop()


@pytest.fixture(autouse=True)
def nobody_is_busy(office: Office) -> None:
    for person in (office.ada, office.ben, office.bo, office.bea, office.lea):
        if person.views:
            person.close(everything=True)


def post_of(person: Person, channel: str, case: str) -> SeenMessage:
    """The newest post of a case that is no reply in a thread."""
    posts = [each for each in person.messages(channel) if case in each.all_text and not each.ephemeral]
    return [each for each in posts if each.thread_ts in (None, each.ts)][-1]


def card_of(person: Person, case: str) -> SeenMessage:
    """The case's newest card, former or not."""
    cards = [each for each in person.dm() if each.text.startswith(case) and "news" not in each.text]
    return cards[-1]


def whispers(person: Person, channel: str | None = None) -> list[str]:
    """What only this person was told."""
    return [each.all_text for each in person.messages(channel) if each.ephemeral]


def more(person: Person, case: str, what: str) -> None:
    """One of the things behind “More …”, from the case's card."""
    person.click("More …", card_of(person, case))
    person.wait_for_view("more")
    person.click(what)


def opened(agent: Person, what: Mapping[str, object] = {}) -> str:
    """A complaint of a homeowner who has no other."""
    number = next(HOMEOWNERS)
    who = {
        "homeowner.name": f"Hanna{number} (homeowner)",
        "homeowner.address": f"{number} Sunny Side, Springfield",
        "homeowner.phone": f"555-01{number}",
        "homeowner.email": f"hanna{number}@example.test",
    }
    return open_complaint(agent, who, what)


def reassigned(office: Office) -> str:
    """A case that Ada has sent to the back office by the step of the SOP."""
    case = opened(office.ada, DAMAGE)
    settle(office)
    office.ada.click("How …", card_of(office.ada, case))
    office.ada.wait_for_view("Next step")
    office.ada.submit()
    settle(office)
    return case


def test_the_back_office_takes_what_the_front_line_reassigned(office: Office) -> None:
    case = reassigned(office)
    post = post_of(office.bo, BACK_OFFICE, case)
    assert "waits for the back office" in post.all_text
    assert "Property damage · EverBright · H." in post.all_text
    assert "R-045" in post.all_text
    assert "waits in the queue of the back office" in card_of(office.ada, case).all_text

    office.bo.click("Take it", post)
    office.bea.click("Take it", post, strict=False)
    settle(office)
    assert any(f"{case} is yours" in said for said in whispers(office.bo, BACK_OFFICE))
    assert any("Bo (back office) has it" in said for said in whispers(office.bea, BACK_OFFICE))
    assert "<@U0BO000003> has it" in post_of(office.bea, BACK_OFFICE, case).all_text
    assert "Open" in card_of(office.ada, case).buttons
    assert card_of(office.ada, case).buttons == ["Open"], "the old owner's card has no work left on it"
    assert "<@U0BO000003> has it" in card_of(office.ada, case).all_text
    assert "Fields and number …" in card_of(office.bo, case).buttons
    news = [each.all_text for each in office.ada.dm() if each.text == f"{case} has news."]
    assert any("Took it from the queue of the back office" in said for said in news)


def test_a_channel_shows_nothing_personal_and_what_was_written_is_a_click_away(office: Office) -> None:
    case = reassigned(office)
    office.bo.click("Take it", post_of(office.bo, BACK_OFFICE, case))
    settle(office)
    more_note(office.bo, case, "Ask for the manager")
    settle(office)
    post = post_of(office.bo, BACK_OFFICE, case)
    thread = [each for each in office.bea.messages(BACK_OFFICE) if each.thread_ts == post.ts]
    said = "\n".join(each.all_text for each in office.bea.messages(BACK_OFFICE))
    assert [each for each in PERSONAL if each in said] == []
    replies = [each for each in thread if each.ts != post.ts]
    assert [
        next(did for did in ("took the case", "added a note") if did in each.all_text) for each in replies
    ] == ["took the case", "added a note"]
    office.bea.click("Read it", replies[-1])
    assert "Ask for the manager" in office.bea.wait_for_view("entry").all_text


def more_note(person: Person, case: str, text: str) -> None:
    person.click("Add a note or file", card_of(person, case))
    person.wait_for_view("noted")
    person.fill({"note": text})
    person.submit()
    person.wait_for_no_view()


def newest_notice(person: Person, case: str) -> str:
    """What the desk last told this person of a case."""
    said = [each.all_text for each in person.dm() if each.text == f"{case} has news."]
    return said[-1] if said else ""


def test_a_colleague_goes_on_with_the_note_they_were_given(office: Office) -> None:
    case = opened(office.ada)
    settle(office)
    office.ada.click("Hand over …", card_of(office.ada, case))
    office.ada.wait_for_view("handed_over")
    office.ada.fill({"to": "U0BO000003", "note": "Call after 4 PM"})
    told = office.ada.submit(strict=False)
    assert "cannot work on cases of the front line" in told.errors["to"]
    office.ada.fill({"to": "U0BEN00002"})
    office.ada.submit()
    office.ada.wait_for_no_view()
    settle(office)
    assert "Handed it over to Ben (agent): “Call after 4 PM”" in newest_notice(office.ben, case)
    assert "Read and send …" in card_of(office.ben, case).buttons
    assert card_of(office.ada, case).buttons == ["Open"]

    office.ada.click("Open", card_of(office.ada, case))
    seen = office.ada.wait_for_view("case")
    assert seen.buttons == ["Timeline", "Add a note …", "Ask the leads …"]
    assert "<@U0BEN00002> has it" in seen.all_text


def test_what_is_put_back_waits_for_somebody_else(office: Office) -> None:
    case = opened(office.ben)
    settle(office)
    more(office.ben, case, "Put it back …")
    office.ben.wait_for_view("released")
    office.ben.fill({"reason": "My shift ends"})
    office.ben.submit()
    office.ben.wait_for_no_view()
    settle(office)
    assert "waits for the front line" in post_of(office.ada, FRONT_LINE, case).all_text
    office.ada.command("/complaint", "next")
    office.ada.wait_for_message(f"{case} is yours")
    settle(office)
    assert "Read and send …" in card_of(office.ada, case).buttons
    office.ada.command("/complaint", "next")
    office.ada.wait_for_message("Nothing waits to be taken now.")


def test_the_leads_are_asked_and_one_takes_the_case_over(office: Office) -> None:
    case = opened(office.ada)
    settle(office)
    more(office.ada, case, "Ask the leads …")
    office.ada.wait_for_view("escalated")
    office.ada.fill({"reason": "They threaten to call the press"})
    office.ada.submit()
    settle(office)
    post = post_of(office.lea, LEADS, case)
    assert "press" not in post.all_text
    office.lea.click("Read why", post)
    assert "They threaten to call the press" in office.lea.wait_for_view("entry").all_text
    office.lea.close()
    office.lea.click("Take it", post)
    settle(office)
    assert "<@U0LEA00004> has it" in post_of(office.lea, LEADS, case).all_text
    assert card_of(office.ada, case).buttons == ["Open"]


def test_what_is_written_below_a_post_is_a_note(office: Office) -> None:
    case = reassigned(office)
    post = post_of(office.bo, BACK_OFFICE, case)
    office.bo.message("Spoke to the roofer &amp; his boss", BACK_OFFICE, thread_ts=post.ts)
    office.bea.wait_for(
        lambda one: [each for each in one.messages(BACK_OFFICE) if "added a note" in each.all_text][-1:],
        what="the desk's reply",
    )
    office.bo.message("And here nothing is kept", BACK_OFFICE)
    office.bo.click("Open", post)
    office.bo.wait_for_view("case")
    office.bo.click("Timeline")
    said = office.bo.wait_for_view("timeline").all_text
    assert "Spoke to the roofer" in said
    assert "nothing is kept" not in said


def test_an_outsider_takes_nothing_and_learns_nothing(office: Office) -> None:
    office.otto.command("/complaint", "next")
    office.otto.wait_for_message("you are not among them")
    office.otto.command("/complaint", "show HC-1001")
    office.otto.wait_for(lambda one: len(one.dm()) > 1, what="the answer")
    said = "\n".join(each.all_text for each in office.otto.dm())
    assert [each for each in PERSONAL if each in said] == []


def test_links_and_files_stand_in_the_timeline(office: Office) -> None:
    case = opened(office.ada)
    settle(office)
    office.ada.click("Add a note or file", card_of(office.ada, case))
    office.ada.wait_for_view("noted")
    office.ada.fill({"link": "http://example.test"})
    assert set(office.ada.submit(strict=False).errors) == {"link"}
    office.ada.fill({"link": "https://example.test/a?b=1&c=2", "link_title": "The <utility> bill"})
    office.ada.attach("files", "meter.txt", "4711")
    office.ada.submit()
    office.ada.wait_for_no_view()
    office.ada.click("Timeline", card_of(office.ada, case))
    said = office.ada.wait_for_view("timeline").all_text
    assert ":link: <https://example.test/a?b=1&amp;c=2|The &lt;utility&gt; bill>" in said
    assert ":paperclip: <" in said
    assert "|meter.txt>" in said


def test_changed_facts_say_what_follows_from_them(office: Office) -> None:
    case = opened(office.ada)
    settle(office)
    office.ada.click("Change facts", card_of(office.ada, case))
    office.ada.wait_for_view("facts_learned")
    office.ada.fill({"program": "Concert"})
    office.ada.submit()
    said = office.ada.wait_for_view("changed").all_text
    assert "*Program:* EverBright → Concert" in said


def test_what_its_owner_leaves_unanswered_is_taken_by_a_colleague(office: Office) -> None:
    case = opened(office.ada)
    settle(office)
    office.ada.click("Read and send …", card_of(office.ada, case))
    office.ada.wait_for_view("E-mail")
    office.ada.submit()
    office.ada.wait_for_no_view()
    settle(office)
    for _ in range(6):
        office.clock.next_due()
        settle(office)
        if newest_notice(office.ada, case):
            break
    assert "No answer for 4 working hours" in newest_notice(office.ada, case)
    post = post_of(office.ben, FRONT_LINE, case)
    assert "can be taken by one of the front line" in post.all_text
    assert [each for each in PERSONAL if each in post.all_text] == []
    office.ben.click("Take it", post)
    settle(office)
    assert "<@U0BEN00002> has it" in post_of(office.ben, FRONT_LINE, case).all_text
    assert card_of(office.ada, case).text == f"{case} is no longer with you."
    asked = [each for each in office.ben.dm() if each.text == f"{case}: it is time to ask the homeowner."]
    assert len(asked) == 1, "the question goes along with the case"
    assert asked[0].buttons


def test_slack_took_everything(office: Office) -> None:
    traffic = Trouble(office.sandbox.url).traffic()
    assert [entry for entry in traffic if entry["kind"] == "web_api" and not entry["ok"]] == []
