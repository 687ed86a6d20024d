"""What an intake leads to: one case, not twice, linked with what belongs to it, told where it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import pytest

from blocks import card
from bot import alerts, cases, drafts, intake_finish, links
from bot.connectors.by_hand import by_hand
from bot.desk import Desk
from bot.errors import AlreadyOpen, CaseError
from bot.intake_fields import LINK_WITH, MESSAGE_LINK, MESSAGE_TEXT, REASON, Values
from bot.stored import Intake, Letter, StoredCase
from storage import open_database
from tests.bot.casework import ADA, BEN, PLAYBOOKS, Casework
from tests.bot.desk import NOW
from tests.bot.test_intake import GOOD
from tests.storage.samples import all_at_once

HANNA_AGAIN = {"homeowner.name": "homeowner, HANNA", "homeowner.address": "1 example st., Springfield"}
PTO: Mapping[str, str | tuple[str, ...]] = {**GOOD, "category": "pto_delay"}
LAWYER = {"sensitive": ("lawyer",), "agrees_to_wait": "yes", "extra.callback_number": "212-555-0100"}


def finish(
    work: Casework, values: Values = GOOD, agent: str = ADA, linked: tuple[int, ...] = (), days: float = 0
) -> StoredCase:
    at = NOW + timedelta(days=days)
    with work.desk.memory.write() as memory:
        draft = drafts.begin(memory, agent, at, values, linked=linked)
        return intake_finish.finish(memory, work.desk, draft, at)


def now(work: Casework, case: StoredCase) -> StoredCase:
    with work.desk.memory.read() as memory:
        return memory.cases.get(case.number)


def lines(work: Casework, case: StoredCase, event: str) -> list[str]:
    return [entry.text for entry in work.timeline(case) if entry.event == event]


def letters(work: Casework, *kinds: str) -> list[Letter]:
    return [each.letter for each in work.waiting() if each.letter.kind in kinds]


def test_an_intake_is_one_case_however_often_it_is_sent(work: Casework) -> None:
    with work.desk.memory.write() as memory:
        draft = drafts.begin(memory, ADA, NOW, GOOD)
        numbers = {intake_finish.finish(memory, work.desk, draft, NOW).number for _ in range(3)}
        assert drafts.drafts_of(memory, ADA) == ()
    assert len(numbers) == 1


def test_an_intake_with_a_mistake_opens_no_case(work: Casework) -> None:
    with pytest.raises(CaseError, match="Go back"):
        finish(work, {**GOOD, "homeowner.phone": "no"})


# --- not twice (D-22) ---


def test_the_same_complaint_is_not_opened_again_without_a_reason(work: Casework) -> None:
    first = finish(work)
    with pytest.raises(AlreadyOpen, match=first.name) as caught:
        finish(work, {**GOOD, **HANNA_AGAIN}, BEN)
    assert caught.value.numbers == (first.number,)
    with pytest.raises(AlreadyOpen):
        finish(work, {**GOOD, REASON: " \u200b "}, BEN)
    with work.desk.memory.read() as memory:
        assert memory.cases.numbers() == (first.number,)


def test_with_a_reason_the_two_are_linked_both_ways_and_the_owner_is_told(work: Casework) -> None:
    first = finish(work)
    second = finish(work, {**GOOD, **HANNA_AGAIN, REASON: "Another inverter."}, BEN)
    assert (now(work, first).linked, now(work, second).linked) == ((second.number,), (first.number,))
    for one, other in ((first, second), (second, first)):
        told = f"Linked with {other.name}, the same complaint of the same homeowner: “Another inverter.”"
        assert lines(work, one, "linked") == [told]
    assert [entry.cites for entry in work.timeline(first) if entry.event == "linked"] == [("D-22",)]
    assert [letter.to for letter in letters(work, "notice")] == [ADA]


DIFFERENT = {
    "another category": PTO,
    "another house": {**GOOD, "homeowner.address": "9 Elm Road"},
    "another homeowner": {**GOOD, "homeowner.name": "Hugo Other", "homeowner.phone": "212-555-0199"},
}


@pytest.mark.parametrize("values", DIFFERENT.values(), ids=DIFFERENT)
def test_another_complaint_is_opened_at_once(work: Casework, values: Values) -> None:
    first = finish(work)
    assert finish(work, values).number == first.number + 1
    assert now(work, first).linked == ()


def test_a_closed_case_is_no_obstacle(work: Casework) -> None:
    first = finish(work)
    work.report(first, "homeowner_contacted_satisfied", NOW)
    work.report(first, "close_requested", NOW, closure_comments="Done.")
    assert now(work, first).case.state == "closed"
    assert finish(work).number == first.number + 1


def join(work: Casework, values: Values, case: StoredCase, agent: str = BEN) -> None:
    with work.desk.memory.write() as memory:
        draft = drafts.begin(memory, agent, NOW, values)
        for _ in range(2):
            intake_finish.join(memory, work.desk, draft, case.number, NOW)
        assert drafts.drafts_of(memory, agent) == ()


def test_the_call_is_noted_on_the_case_that_is_open_once_and_a_qualifier_flags_it(work: Casework) -> None:
    first = finish(work)
    join(work, {**GOOD, **LAWYER, "description": "He has a lawyer now."}, first)
    assert lines(work, first, "note") == ["He has a lawyer now."]
    assert now(work, first).case.facts.sensitive == ("lawyer",)
    with work.desk.memory.read() as memory:
        assert memory.cases.numbers() == (first.number,)
    assert ADA in {letter.to for letter in letters(work, "notice")}


def test_a_call_is_not_noted_on_another_complaint(work: Casework) -> None:
    first = finish(work)
    with pytest.raises(CaseError, match="no longer open"):
        join(work, PTO, first)


# --- several complaints (D-21) ---


def test_another_complaint_keeps_who_is_calling_and_is_linked(work: Casework) -> None:
    with work.desk.memory.write() as memory:
        draft = drafts.begin(memory, ADA, NOW, {**GOOD, "milestones.m1": "2026-10-01"})
        first = intake_finish.finish(memory, work.desk, draft, NOW)
        finished = memory.intakes.get(draft.id)
        assert finished is not None
        following = intake_finish.another(memory, finished, ADA, NOW, "missing_equipment")
    assert following.sheet.page == "what"
    assert following.values["homeowner.name"] == GOOD["homeowner.name"]
    assert following.values["milestones.m1"] == "2026-10-01"
    assert following.values["category"] == "missing_equipment"
    assert "description" not in following.values
    assert following.linked == (first.number,)


def test_what_came_up_in_one_call_is_linked(work: Casework) -> None:
    first = finish(work)
    second = finish(work, PTO, linked=(first.number,))
    third = finish(work, {**GOOD, "category": "installer_conduct"}, linked=(first.number, second.number))
    assert now(work, first).linked == (second.number, third.number)
    assert now(work, third).linked == (first.number, second.number)
    assert lines(work, second, "linked")[0] == f"Linked with {first.name}, of the same homeowner."


def test_the_card_of_an_earlier_case_shows_the_link(work: Casework) -> None:
    first = finish(work)
    finish(work, PTO, linked=(first.number,))
    edits = [each for each in letters(work, "card") if each.case_number == first.number and each.edits]
    assert len(edits) <= 1
    with work.desk.memory.read() as memory:
        view = cases.view(memory, work.desk, first.number, NOW)
    assert "Linked with HC-1002" in str(card.card(view, work.desk).blocks)


def test_of_the_homeowners_other_cases_those_that_were_ticked_are_linked(work: Casework) -> None:
    first, stranger = finish(work), finish(work, DIFFERENT["another homeowner"])
    ticked = (str(first.number), str(stranger.number), "4711")
    second = finish(work, {**PTO, LINK_WITH: ticked})
    assert now(work, second).linked == (first.number,)


def test_a_qualifier_on_a_later_one_flags_the_earlier_ones(work: Casework) -> None:
    first = finish(work)
    second = finish(work, PTO, linked=(first.number,))
    third = finish(
        work, {**GOOD, "category": "installer_conduct", **LAWYER}, linked=(first.number, second.number)
    )
    for earlier in (first, second):
        assert now(work, earlier).case.facts.sensitive == ("lawyer",)
        assert lines(work, earlier, "flagged") == [
            f"{third.name}, of the same homeowner, is sensitive: that flags this case too."
        ]
    assert {letter.case_number for letter in letters(work, "review")} >= {first.number, second.number}


def test_a_qualifier_on_an_earlier_one_flags_the_later_one(work: Casework) -> None:
    first = finish(work, {**GOOD, **LAWYER})
    second = finish(work, PTO, linked=(first.number,))
    assert now(work, second).case.facts.sensitive == ("lawyer",)
    assert lines(work, first, "flagged") == []


def test_the_owner_of_a_case_that_a_colleague_flags_is_told(work: Casework) -> None:
    first = finish(work)
    finish(work, {**PTO, **LAWYER, LINK_WITH: (str(first.number),)}, BEN)
    assert {letter.to for letter in letters(work, "notice") if letter.case_number == first.number} == {ADA}


# --- in whose hands (D-14) ---


def test_a_sensitive_complaint_goes_to_the_trained_agents_unless_one_of_them_has_it(work: Casework) -> None:
    of_ben = finish(work, {**GOOD, **LAWYER}, BEN)
    assert (of_ben.owner, of_ben.team) == ("", "trained_agent")
    of_ada = finish(work, {**DIFFERENT["another homeowner"], **LAWYER}, ADA)
    assert of_ada.owner == ADA


def test_any_other_complaint_stays_with_who_opened_it(work: Casework) -> None:
    assert finish(work, GOOD, BEN).owner == BEN


# --- made from a message ---


def test_a_message_is_kept_whole_and_where_it_stands(work: Casework) -> None:
    link, text = "https://desk.example.test/archives/C1/p1", "Loud. " * 1000
    case = finish(work, {**GOOD, MESSAGE_LINK: link, MESSAGE_TEXT: text})
    assert lines(work, case, "message") == [f"Made from this message: {link}"]
    assert lines(work, case, "note") == [text.strip()]
    assert link not in str(case.case.facts)


# --- installer alerts ---


def complain(work: Casework, house: int, installer: str = "Sunny Roofs", days: float = 0) -> StoredCase:
    category = ("installer_unresponsive", "pto_delay", "installer_conduct")[house % 3]
    values = {
        **GOOD,
        "category": category,
        "homeowner.name": f"Hugo {house}",
        "homeowner.address": f"{house} Elm Road",
        "homeowner.phone": f"212-555-01{house:02}",
        "installer.name": installer,
    }
    return finish(work, values, days=days)


def alerted(work: Casework) -> list[tuple[str, int | None, str]]:
    waiting = letters(work, alerts.ALERT, alerts.ANOTHER)
    return [("edit" if each.edits else each.kind, each.case_number, each.to) for each in waiting]


def drawn(work: Casework, letter: Letter) -> alerts.Alert | None:
    with work.desk.memory.read() as memory:
        return alerts.subject(memory, work.desk, letter, NOW + timedelta(days=40))


def test_the_third_complaint_in_thirty_days_alerts_the_leads_once(work: Casework) -> None:
    first = complain(work, 1)
    complain(work, 2, "SUNNY ROOFS, LLC", days=10)
    assert alerted(work) == []
    complain(work, 3, "Other Roofs", days=11)
    assert alerted(work) == []
    complain(work, 4, "sunny-roofs", days=29)
    assert alerted(work) == [(alerts.ALERT, first.number, "complaint-leads")]


def test_a_later_complaint_is_added_below_the_alert(work: Casework) -> None:
    first, *_ = [complain(work, house) for house in (1, 2, 3)]
    with work.desk.memory.write() as memory:
        memory.outbox.claim("test", NOW, NOW, most=100)
    fourth = complain(work, 4, days=29)
    with work.desk.memory.read() as memory:
        root = memory.outbox.originals(first.number, alerts.ALERT)[0]
        more = memory.outbox.originals(fourth.number, alerts.ANOTHER)[0]
    assert (more.thread, more.to) == (root.key, "complaint-leads")
    about = drawn(work, more)
    assert about is not None
    assert about.numbers == (fourth.number,)


def test_complaints_far_apart_alert_nobody(work: Casework) -> None:
    for house, days in enumerate((0, 20, 40, 60)):
        complain(work, house, days=days)
    assert alerted(work) == []


def test_once_the_window_has_emptied_the_next_three_alert_anew(work: Casework) -> None:
    old = [complain(work, house) for house in (1, 2, 3)]
    new = [complain(work, house, days=30) for house in (4, 5, 6)]
    numbers = [letter.case_number for letter in letters(work, alerts.ALERT)]
    assert numbers == [old[0].number, new[0].number]


def test_a_complaint_without_an_installer_counts_for_nobody(work: Casework) -> None:
    for house in (1, 2, 3):
        with work.desk.memory.write() as memory:
            values = {**GOOD, "category": "fraud", "homeowner.name": f"Hugo {house}", "installer.name": ""}
            draft = Intake(f"i{house}", ADA, {**values, "homeowner.address": f"{house} Elm Road"})
            intake_finish.finish(memory, work.desk, draft, NOW)
    assert alerted(work) == []


# --- facts that become known later ---


def learn(work: Casework, case: StoredCase, **facts: object) -> None:
    learned = {name.replace("__", "."): value for name, value in facts.items()}
    work.report(case, "facts_learned", NOW, **learned)
    with work.desk.memory.write() as memory:
        links.after_facts(memory, work.desk, case.number, learned, ADA, NOW)


def test_a_qualifier_that_becomes_known_later_flags_the_linked_cases(work: Casework) -> None:
    first = finish(work)
    second = finish(work, PTO, linked=(first.number,))
    learn(work, second, sensitive=["bbb_complaint"])
    assert now(work, first).case.facts.sensitive == ("bbb_complaint",)


def test_an_installer_that_was_corrected_counts_as_what_it_is(work: Casework) -> None:
    for house in (1, 2):
        complain(work, house)
    third = complain(work, 3, "Suny Rofs")
    assert alerted(work) == []
    learn(work, third, installer__name="Sunny Roofs")
    assert len(alerted(work)) == 1


def test_of_four_who_finish_at_once_one_opens_the_case_and_three_are_shown_it(url: str) -> None:
    with open_database(url, NOW) as database:
        desk = Desk(database, PLAYBOOKS, by_hand({}))
        with database.write() as memory:
            begun = [drafts.begin(memory, agent, NOW, GOOD) for agent in (ADA, BEN, ADA, BEN)]
        outcomes: list[str] = []

        def send(draft: Intake) -> None:
            try:
                with database.write() as memory:
                    outcomes.append(intake_finish.finish(memory, desk, draft, NOW).name)
            except AlreadyOpen as refused:
                outcomes.append(str(refused.numbers))

        all_at_once([partial(send, draft) for draft in begun])
    assert sorted(outcomes) == ["(1001,)", "(1001,)", "(1001,)", "HC-1001"]
