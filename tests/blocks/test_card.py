"""The case card: what is due stands in its order, and nothing is offered that the rules refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from blocks import card, forms, reminders
from bot import cases, follow_ups
from bot.cases import CaseView
from bot.people import Strangers
from bot.stored import StoredCase
from tests.bot.casework import ADA, LEA, Casework, casework
from tests.bot.desk import NOW
from tests.databases import SqliteFiles

CHASED = {"category": "general_concern"}


@dataclass(frozen=True, slots=True)
class Named(Strangers):
    """Everybody is called the same."""

    def name_of(self, user_id: str) -> str:
        return "Ada Lind (agent)"


@pytest.fixture
def work(sqlite: SqliteFiles) -> Iterator[Casework]:
    with casework(sqlite) as made:
        made.desk = replace(made.desk, people=Named())
        yield made


def rung(work: Casework) -> datetime:
    """The next appointment falls due."""
    with work.desk.memory.read() as memory:
        due = memory.follow_ups.next_due()
    assert due
    follow_ups.ring(work.desk, due)
    return due


def seen(work: Casework, case: StoredCase, now: datetime = NOW) -> CaseView:
    with work.desk.memory.read() as memory:
        return cases.view(memory, work.desk, case.number, now)


def chased(work: Casework) -> tuple[StoredCase, datetime]:
    """A concern whose installer has not answered in time."""
    case = work.open(**CHASED)
    work.report(case, "installer_email_sent", NOW)
    return case, rung(work)


def buttons(blocks: Collection[object]) -> list[str]:
    """The texts of all buttons, from the top down."""
    found: list[str] = []
    for part in blocks if not isinstance(blocks, dict) else blocks.values():
        if isinstance(part, dict) and part.get("type") == "button":
            found.append(part["text"]["text"])
        elif isinstance(part, dict | list | tuple):
            found += buttons(part)
    return found


def test_a_question_that_fell_due_stands_above_the_work_it_may_spare(work: Casework) -> None:
    case, now = chased(work)
    offered = buttons(card.card(seen(work, case, now), work.desk).blocks)
    order = [
        offered.index(each) for each in ("The installer replied", "Read and send …", "Log attempt 1/2 …")
    ]
    assert order == sorted(order)


def test_whether_work_was_done_is_asked_below_that_work(work: Casework) -> None:
    offered = buttons(card.card(seen(work, work.open(category="welcome_call")), work.desk).blocks)
    assert offered.index("Which SOP …") < offered.index("Note the answer …")


def test_no_attempt_is_offered_while_a_lawyer_holds_it(work: Casework) -> None:
    case, now = chased(work)
    work.report(case, "facts_learned", now, sensitive=["lawyer"])
    view = seen(work, case, now)
    reminder = asked(view, work)
    assert reminder
    for blocks in (card.modal(view, work.desk)["blocks"], reminder.blocks):
        offered = buttons(blocks)
        assert "The installer replied" in offered
        assert not [each for each in offered if "ttempt" in each or each == "Read and send …"]
    assert work.report(case, "attempt_logged", now).refused


def test_a_lead_lets_the_attempt_go_on(work: Casework) -> None:
    case, now = chased(work)
    work.report(case, "facts_learned", now, sensitive=["lawyer"])
    work.report(case, "lead_released", now, by=LEA)
    assert "Log attempt 1/2 …" in buttons(card.modal(seen(work, case, now), work.desk)["blocks"])


def asked(view: CaseView, work: Casework) -> card.Message | None:
    """The reminder that rang last, as it reads now."""
    timer = next(each for each in reversed(view.stored.case.timers) if each.kind == "follow_up")
    return reminders.reminder(view, timer.id, work.desk)


def test_new_contact_details_are_typed_in_a_form_of_their_step(work: Casework) -> None:
    case = work.open(**CHASED, extra={"contact_details_current": False})
    view = seen(work, case)
    step = next(each for each in view.plan.steps if each.key == "new_contact_details")
    assert card.wanting(view, step) == ("extra.new_phone", "extra.new_email")
    assert "New contact details …" in buttons(card.card(view, work.desk).blocks)
    inputs = [each["block_id"] for each in forms.facts(view, step, card.wanting(view, step))["blocks"][2:]]
    assert inputs == ["extra.new_phone", "extra.new_email"]


def test_once_a_new_number_is_known_it_is_noted_on_the_ticket(work: Casework) -> None:
    case = work.open(**CHASED, extra={"contact_details_current": False, "new_phone": "202-555-0199"})
    view = seen(work, case)
    step = next(each for each in view.plan.steps if each.key == "new_contact_details")
    assert card.wanting(view, step) == ()
    assert "New contact details …" not in buttons(card.card(view, work.desk).blocks)


def test_the_reminder_gives_the_first_name_of_the_owner(work: Casework) -> None:
    case = work.open()
    work.report(case, "installer_email_sent", NOW, by=ADA)
    now = rung(work)
    message = asked(seen(work, case, now), work)
    assert message
    assert "this is Ada from EverBright" in str(message.blocks)


@pytest.mark.parametrize("program", ["everbright", "beam"])
def test_after_the_mail_about_a_wrong_meter_the_back_office_has_the_case(
    work: Casework, program: str
) -> None:
    case = work.open(category="wrong_meter", program=program)
    assert "Front line" in str(card.card(seen(work, case), work.desk).blocks)
    work.report(case, "installer_email_sent", NOW)
    assert "Back office" in str(card.card(seen(work, case), work.desk).blocks)
