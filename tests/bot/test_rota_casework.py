"""What a change of the rota means for cases: who is tagged, when, and who may answer (D-11, D-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import cases, confirmations
from bot.errors import NotAllowed
from bot.people import Strangers
from bot.roles import Act, Role, may, members
from bot.sop import Event
from bot.sop.rota import Change, Person
from bot.stored import RotaChange, StoredCase
from tests.bot.casework import ADA, BEN, CLEO, CORA, LEA, Casework
from tests.bot.desk import NOW, at

NOT_FOUND = {"found_on_platform": False, "program": "unknown"}
NIGHT = at("2026-11-18 22:30")
BEN_PUT_ON = Person(BEN, "Ben (agent)", BEN)
CLEO_AND_CORA = (Person("cleo", "Cleo (confirmer)", CLEO), Person("cora", "Cora (confirmer)", CORA))


def changed(
    work: Casework, kind: str, starts: datetime, ends: datetime, *people: Person, now: datetime = NOW
) -> int:
    with work.desk.memory.write() as transaction:
        made = RotaChange(Change(kind, starts, ends, people), LEA, now)
        return transaction.rota_changes.add(made).id


def rung(work: Casework, case: StoredCase, now: datetime) -> StoredCase:
    with work.desk.memory.write() as transaction:
        return cases.report(transaction, work.desk, case.number, Event("clock", now), now).stored


def on_shift(work: Casework, now: datetime) -> list[str]:
    with work.desk.memory.read() as transaction:
        people = confirmations.tagging(work.desk.today(transaction, now), now).people
    return [person.name for person in people]


def taggings(case: StoredCase) -> list[tuple[str, datetime]]:
    return [(timer.kind, timer.due) for timer in case.case.running]


def test_the_post_tags_who_was_put_on(work: Casework) -> None:
    changed(work, "override", at("2026-11-21 20:00"), at("2026-11-22 00:00"), BEN_PUT_ON)
    assert on_shift(work, at("2026-11-21 19:59")) == ["Cleo (confirmer)", "Cora (confirmer)"]
    assert on_shift(work, at("2026-11-21 20:00")) == ["Ben (agent)"]
    case = work.open(at("2026-11-21 20:01"), **NOT_FOUND)
    with work.desk.memory.read() as transaction:
        plan = cases.view(transaction, work.desk, case.number, at("2026-11-21 20:01")).plan
    assert next(step.to for step in plan.steps if step.verb == "confirm_program") == ("Ben (agent)",)


def test_whoever_is_put_on_may_answer_and_no_longer_a_day_after(work: Casework) -> None:
    changed(work, "override", NOW, NOW + timedelta(hours=2), BEN_PUT_ON)
    first, second = work.open(**NOT_FOUND), work.open(**NOT_FOUND)
    with work.desk.memory.write() as transaction:
        soon, late = NOW + timedelta(hours=3), NOW + timedelta(hours=26)
        today = work.desk.today(transaction, soon)
        assert may(today, BEN, Act.CONFIRM)
        assert BEN in members(today, Role.CONFIRMER)
        confirmations.answer(transaction, work.desk, first.number, "not_concert", BEN, soon)
        with pytest.raises(NotAllowed, match="Only the people on the Concert roster"):
            confirmations.answer(transaction, work.desk, second.number, "not_concert", BEN, late)
    assert work.timeline(first)[-1].text.startswith("Ben (agent): not a Concert customer")


def test_the_roster_may_answer_while_somebody_else_is_on(work: Casework) -> None:
    changed(work, "override", NOW, NOW + timedelta(hours=2), BEN_PUT_ON)
    case = work.open(**NOT_FOUND)
    with work.desk.memory.write() as transaction:
        confirmations.answer(transaction, work.desk, case.number, "not_concert", CORA, NOW)


def test_an_override_at_night_tags_the_waiting_check_at_once(work: Casework) -> None:
    case = work.open(NIGHT, **NOT_FOUND)
    assert taggings(case) == [("tag_confirmers", at("2026-11-19 09:00"))]
    now = NIGHT + timedelta(minutes=3)
    changed(work, "override", now, at("2026-11-19 00:00"), BEN_PUT_ON, now=now)
    case = rung(work, case, now)
    assert taggings(case) == [
        ("repeat_confirmation", now + timedelta(minutes=10)),
        ("tell_lead", now + timedelta(minutes=20)),
    ]
    kinds = [(each.letter.kind, each.letter.data.get("occasion")) for each in work.waiting()]
    assert ("confirmation", "confirmation.1") in kinds
    assert "Cover has started" in work.timeline(case)[-1].text


def test_an_override_for_later_moves_the_tagging_and_the_post_says_so(work: Casework) -> None:
    case = work.open(NIGHT, **NOT_FOUND)
    for delivery in work.waiting(NIGHT):
        with work.desk.memory.write() as transaction:
            transaction.outbox.settle(delivery, None, NIGHT)
    early = at("2026-11-19 06:00")
    changed(work, "override", early, at("2026-11-19 09:00"), BEN_PUT_ON)
    case = rung(work, case, NIGHT + timedelta(minutes=3))
    assert taggings(case) == [("tag_confirmers", early)]
    assert case.case.running[0].why == "nobody is on shift; cover starts Thursday, November 19, 6 AM"
    edited = {each.letter.edits for each in work.waiting(NIGHT)}
    assert f"{case.name}/confirmation/first" in edited


def test_people_away_put_the_tagging_off(work: Casework) -> None:
    friday = at("2026-11-20 22:00")
    case = work.open(friday, **NOT_FOUND)
    assert taggings(case) == [("tag_confirmers", at("2026-11-21 00:00"))]
    changed(work, "away", friday, at("2026-11-21 12:00"), *CLEO_AND_CORA)
    assert taggings(rung(work, case, friday + timedelta(minutes=1))) == [
        ("tag_confirmers", at("2026-11-21 12:00"))
    ]


def test_undoing_a_change_puts_the_tagging_back(work: Casework) -> None:
    made = changed(work, "override", at("2026-11-19 06:00"), at("2026-11-19 09:00"), BEN_PUT_ON)
    case = work.open(NIGHT, **NOT_FOUND)
    assert taggings(case) == [("tag_confirmers", at("2026-11-19 06:00"))]
    with work.desk.memory.write() as transaction:
        transaction.rota_changes.withdraw(made, LEA, NIGHT)
    assert taggings(rung(work, case, NIGHT)) == [("tag_confirmers", at("2026-11-19 09:00"))]


def test_the_second_asking_waits_for_its_minutes_also_when_cover_comes_at_once(work: Casework) -> None:
    evening = at("2026-11-18 20:55")
    case = work.open(evening, **NOT_FOUND)
    changed(work, "override", at("2026-11-18 21:00"), at("2026-11-19 00:00"), BEN_PUT_ON)
    case = rung(work, case, evening + timedelta(minutes=2))
    assert ("tag_confirmers", at("2026-11-18 21:05")) in taggings(case)
    case = rung(work, case, at("2026-11-18 21:05"))
    assert [kind for kind, _ in taggings(case)] == ["tell_lead"]


def test_a_check_that_nobody_ever_covered_is_tagged_when_somebody_does(work: Casework) -> None:
    changed(work, "away", NOW, NOW + timedelta(days=500), *work.desk.organisation.rota.roster)
    case = work.open(**NOT_FOUND)
    assert taggings(case) == []
    now = NOW + timedelta(minutes=1)
    changed(work, "override", now, now + timedelta(hours=1), BEN_PUT_ON)
    assert [kind for kind, _ in taggings(rung(work, case, now))] == ["repeat_confirmation", "tell_lead"]


def test_nothing_moves_where_the_rota_stays(work: Casework) -> None:
    case = work.open(NIGHT, **NOT_FOUND)
    assert rung(work, case, NIGHT + timedelta(minutes=1)).case.timers == case.case.timers


class Left(Strangers):
    """Cleo is deactivated."""

    def is_active(self, user_id: str) -> bool:
        return user_id != CLEO


def test_whoever_is_deactivated_is_not_tagged(work: Casework) -> None:
    work.desk = replace(work.desk, people=Left())
    assert on_shift(work, at("2026-11-21 12:00")) == ["Cora (confirmer)"]


def test_the_rota_of_today_is_always_read_anew(work: Casework) -> None:
    made = changed(work, "override", NOW, NOW + timedelta(hours=2), BEN_PUT_ON)
    with work.desk.memory.write() as transaction:
        today = work.desk.today(transaction, NOW)
        transaction.rota_changes.withdraw(made, ADA, NOW)
        assert today.today(transaction, NOW).organisation.rota.changes == ()
