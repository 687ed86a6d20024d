"""Orders: placed on a click, carried out once by the clerk, told to the rules, shown when they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import cases, hands, orders
from bot.clerk import MOST_ATTEMPTS, Clerk
from bot.connectors.by_hand import by_hand
from bot.desk import Desk
from bot.drafting import drafted
from bot.errors import (
    DeliveryError,
    MovedOn,
    NotLetIn,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unreached,
)
from bot.guard import Cleared, Refused
from bot.stored import StoredCase
from bot.systems import UPDATE, Draft, Finding, Order, Receipt, Record, Status, Surroundings
from storage import open_database
from tests.bot.casework import ADA, PLAYBOOKS, Casework
from tests.bot.desk import NOW
from tests.databases import rows
from tests.postgres import Postgres

MACHINE = datetime(2030, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Ledger:
    """A system of record that keeps what it was given, by mark; `faults` meet the next calls, one each.

    A fault with `after` happens once it has been written down: the reply is lost.
    """

    title: str = "Ledger"
    kept: dict[str, Draft] = field(default_factory=dict)
    faults: list[tuple[DeliveryError, bool]] = field(default_factory=list)
    sought: list[bool] = field(default_factory=list)
    surroundings: list[Surroundings] = field(default_factory=list)
    note: str = ""

    def carry_out(self, cleared: Cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        self.sought.append(seek)
        self.surroundings.append(around)
        fault, after = self.faults.pop(0) if self.faults else (None, False)
        if fault and not after:
            raise fault
        if not (seek and mark in self.kept):
            assert mark not in self.kept, "done twice"
            self.kept[mark] = cleared.draft
        if fault:
            raise fault
        data = {"note": self.note} if self.note else {}
        name = f"EBH-{len(self.kept)}"
        return Receipt(name, f"https://jira.example.test/{name}", data=data)

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        return {each.reference: Status("Open") for each in records}

    def members(self, address: str) -> tuple[str, ...]:
        return ()

    def examine(self, *, live: bool) -> Iterator[Finding]:
        yield Finding("ledger", "fits")


class Connected:
    """A case with a system that does its tickets."""

    def __init__(self, work: Casework, system: str = "ebh", **facts: object) -> None:
        self.ledger, self.at = Ledger(), MACHINE
        self.desk = replace(work.desk, connectors={system: self.ledger})
        self.work = Casework(self.desk)
        self.case: StoredCase = self.work.open(**facts)
        self.clerk = Clerk(self.desk, system, self.ledger, lambda: NOW, lambda: self.at)

    def place(self, step_id: str, change: Callable[[Draft], Draft] = lambda draft: draft) -> Order:
        with self.desk.memory.write() as work:
            view = cases.view(work, self.desk, self.case.number, NOW)
            step = next(step for step in view.plan.steps if step.id == step_id)
            draft = change(drafted(view, step, self.desk))
            return orders.place(work, self.desk, view, draft, ADA, NOW)

    def work_all(self) -> None:
        for _ in range(20):
            if not self.clerk.deliver_next():
                return
        raise AssertionError("the clerk finds no end")

    @property
    def view(self) -> cases.CaseView:
        with self.desk.memory.read() as work:
            return cases.view(work, self.desk, self.case.number, NOW)

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(order.draft.step, order.state) for order in self.view.orders]


@pytest.fixture
def connected(work: Casework) -> Connected:
    return Connected(work)


def test_a_ticket_is_opened_once_and_its_number_is_kept(connected: Connected) -> None:
    connected.place("open_ticket")
    connected.work_all()
    view = connected.view
    assert view.stored.references == {"ho_ticket": "EBH-1"}
    assert [(record.on, record.reference, record.fields["Queue"]) for record in view.records] == [
        ("ho_ticket", "EBH-1", "Homeowner Support Queue")
    ]
    assert next(step.state for step in view.plan.steps if step.id == "open_ticket") == "done"
    assert connected.states == [("open_ticket", "done")]


FAULTS = {
    "asked to wait": (RateLimited("wait", 30), False),
    "shut out": (NotLetIn("401"), False),
    "lost before": (OutcomeUnknown("cut"), False),
    "lost after": (OutcomeUnknown("cut"), True),
}
TRACELESS = {
    "out of reach": Unreached("refused"),
    "shut out at once": NotLetIn("535", traceless=True),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_fails_is_tried_again_and_done_once(
    connected: Connected, fault: tuple[DeliveryError, bool]
) -> None:
    connected.ledger.faults = [fault, fault]
    connected.place("open_ticket")
    connected.work_all()
    assert connected.states == [("open_ticket", "waiting")]
    for _ in range(2):
        connected.at += timedelta(minutes=10)
        connected.work_all()
    assert connected.states == [("open_ticket", "done")]
    assert len(connected.ledger.kept) == 1
    assert connected.ledger.sought == [False, True, True]


@pytest.mark.parametrize("fault", TRACELESS.values(), ids=TRACELESS)
def test_what_left_nothing_is_tried_again_as_if_for_the_first_time(
    connected: Connected, fault: DeliveryError
) -> None:
    connected.ledger.faults = [(fault, False), (OutcomeUnknown("cut"), False), (fault, False)]
    connected.place("open_ticket")
    for _ in range(4):
        connected.work_all()
        connected.at += timedelta(minutes=10)
    assert connected.states == [("open_ticket", "done")]
    assert connected.ledger.sought == [False, False, True, True]


def test_what_is_refused_for_good_stands_there_until_somebody_decides(connected: Connected) -> None:
    connected.ledger.faults = [(Rejected("There is no field Queue."), False)]
    placed = connected.place("open_ticket")
    connected.work_all()
    assert connected.states == [("open_ticket", "dead")]
    assert connected.view.timeline[-1].text == "Jira did not do it: There is no field Queue."
    with connected.desk.memory.write() as work:
        assert [order.key for order in work.orders.dead(0, 9)] == [placed.key]
        orders.send_again(work, connected.view.orders[0].id, ADA, NOW)
    connected.work_all()
    assert connected.states == [("open_ticket", "done")]
    assert [each.looked for each in connected.ledger.surroundings] == [False, True]


def test_what_is_tried_anew_after_a_day_has_another_day(connected: Connected) -> None:
    connected.ledger.faults = [(Unreached("refused"), False)] * (MOST_ATTEMPTS + 1)
    connected.place("open_ticket")
    for _ in range(MOST_ATTEMPTS):
        assert connected.states == [("open_ticket", "waiting")]
        connected.work_all()
        connected.at += timedelta(minutes=15)
    assert connected.states == [("open_ticket", "dead")]
    with connected.desk.memory.write() as work:
        orders.send_again(work, connected.view.orders[0].id, ADA, NOW)
    connected.work_all()
    assert connected.states == [("open_ticket", "waiting")]
    connected.at += timedelta(minutes=15)
    connected.work_all()
    assert connected.states == [("open_ticket", "done")]


def test_a_person_may_take_over_what_waits(connected: Connected) -> None:
    connected.place("open_ticket")
    with connected.desk.memory.write() as work:
        orders.take_over(work, connected.view.orders[0].id, ADA, NOW)
    connected.work_all()
    assert connected.states == [("open_ticket", "dropped")]
    assert connected.ledger.kept == {}
    connected.place("open_ticket")
    connected.work_all()
    assert connected.states[-1] == ("open_ticket", "done")


def test_a_person_who_takes_over_what_is_being_settled_is_told_so(postgresql: Postgres) -> None:
    """Neither waits for the other for ever: the case is locked first, and then its order."""
    url = postgresql.new()
    with open_database(url, NOW) as database, ThreadPoolExecutor(1) as threads:
        connected = Connected(Casework(Desk(database, PLAYBOOKS, by_hand({}))))
        connected.place("open_ticket")
        with database.write() as work:
            order = cases.view(work, connected.desk, connected.case.number, NOW).orders[0]
            settling = threads.submit(connected.clerk.deliver_next)
            blocked = (rows(url, "SELECT 1 FROM pg_locks WHERE NOT granted") for _ in range(5000))
            assert any(blocked), "the clerk does not come to the case"
            with pytest.raises(MovedOn):
                orders.take_over(work, order.id, ADA, NOW)
        assert settling.result()
        assert connected.states == [("open_ticket", "done")]
    postgresql.drop(url)


def test_what_was_ordered_is_not_ordered_again(connected: Connected) -> None:
    connected.place("open_ticket")
    with pytest.raises(MovedOn):
        connected.place("open_ticket")


def test_a_record_is_updated_again_after_the_case_has_another_path(connected: Connected) -> None:
    """Another SOP may open the same record by a step of another name."""
    connected.place("open_ticket")
    connected.work_all()
    for step in ("open_ticket", "open_ho_ticket"):
        connected.place(
            "open_ticket", lambda draft, step=step: replace(draft, verb=UPDATE, step=step, addressees=())
        )
        connected.work_all()
    assert len(connected.ledger.kept) == 3


def test_a_mail_that_was_sent_starts_the_clock_and_is_kept(work: Casework) -> None:
    mail = Connected(work, "email")
    mail.place("email_installer", lambda draft: replace(draft, text="Please call them."))
    mail.work_all()
    sent = next(line for line in mail.view.timeline if line.event == "installer_email_sent")
    assert (sent.by, sent.data["text"]) == (ADA, "Please call them.")
    assert f"[{mail.case.name}]" in str(sent.data["subject"]) or mail.case.name in str(sent.data["subject"])
    assert mail.view.stored.case.state == "waiting"


def test_what_was_done_after_the_case_moved_on_stands_in_its_timeline(work: Casework) -> None:
    mail = Connected(work, "email")
    mail.place("email_installer")
    mail.work.report(mail.case, "homeowner_contacted_satisfied", NOW)
    mail.work_all()
    assert mail.view.timeline[-1].event == orders.CARRIED_OUT


def test_a_number_alone_is_record_enough(connected: Connected) -> None:
    """As it was recorded before the desk kept more of a ticket."""
    with connected.desk.memory.write() as work:
        cases.record_reference(work, connected.desk, connected.case.number, "ho_ticket", "EBH-7", ADA, NOW)
    connected.work.report(connected.case, "installer_email_sent", NOW)
    connected.work.report(connected.case, "homeowner_contacted_satisfied", NOW)
    connected.place("close", lambda draft: replace(draft, text="It was mended."))
    connected.work_all()
    assert connected.ledger.surroundings[-1].records["ho_ticket"].reference == "EBH-7"


def test_what_is_left_to_do_is_told_to_the_owner(connected: Connected) -> None:
    """Salesforce makes a case also where it does not find the homeowner."""
    connected.ledger.note = "Relate it by hand (R-044): homeowner.email."
    connected.place("open_ticket")
    connected.work_all()
    line = next(line for line in connected.view.timeline if line.event == orders.LEFT_TO_DO)
    assert line.text == "Jira has made EBH-1. Relate it by hand (R-044): homeowner.email."
    told = [each.letter for each in connected.work.waiting() if each.letter.kind == "notice"]
    assert [(letter.to, letter.data["entry"]) for letter in told] == [
        (ADA, str(connected.view.timeline.index(line)))
    ]


def test_nothing_makes_what_is_cleared_but_the_guard(connected: Connected) -> None:
    with connected.desk.memory.read() as work:
        view = cases.view(work, connected.desk, connected.case.number, NOW)
    draft = drafted(view, view.plan.steps[0], connected.desk)
    with pytest.raises(TypeError):
        Cleared(draft, object())
    assert issubclass(Refused, Exception)


def test_what_was_reassigned_meanwhile_is_reassigned_there_once(work: Casework) -> None:
    days = {"m1": "2026-09-01", "m2": "not_yet", "m3": "not_yet", "pto": "not_yet"}
    damage = {"category": "property_damage", "product": "ric", "milestones": days}
    desk = Connected(work, "salesforce", **damage, extra={"damaged": ["roof"]})
    desk.place("open_case")
    desk.work_all()
    desk.place("reassign")
    with desk.desk.memory.write() as transaction:
        hands.hand_to_team(transaction, desk.desk, desk.case.number, "back_office", ADA, NOW)
    desk.work_all()
    assert desk.states[-1] == ("reassign", "done")
    assert len(desk.ledger.kept) == 2
