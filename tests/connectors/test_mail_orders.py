"""A mail that was approved, from its click to the mail server: once, unless a person says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import cases, orders
from bot.clerk import Clerk
from bot.connectors.smtp import LOOK, Smtp
from bot.drafting import drafted
from bot.stored import StoredCase
from bot.system_settings import SmtpSettings
from bot.systems import Draft, Receipt, Surroundings
from tests.bot.casework import ADA, Casework, casework
from tests.bot.desk import NOW
from tests.databases import Databases
from tests.peers.smtp import SmtpPeer, Stumble

TEN_MINUTES = timedelta(minutes=10)
DIED = "the desk was killed"


class Mortal(Smtp):
    """A connector whose process ends once the mail is out, before anything is written down."""

    dies = False

    def carry_out(self, cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        receipt = super().carry_out(cleared, mark, around, seek)
        if self.dies:
            self.dies = False
            raise SystemExit(DIED)
        return receipt


class MailDesk:
    """A case whose mails go to a mail server."""

    def __init__(self, work: Casework, peer: SmtpPeer) -> None:
        self.peer, self.at = peer, datetime(2030, 1, 1, tzinfo=UTC)
        self.mail = Mortal(
            SmtpSettings("127.0.0.1", peer.port, "complaints@desk.example.test", security="none")
        )
        self.desk = replace(work.desk, connectors={"email": self.mail})
        self.case: StoredCase = Casework(self.desk).open()
        self.clerk = Clerk(self.desk, "email", self.mail, lambda: NOW, lambda: self.at)

    def place(self, draft_of: str = "email_installer", **changes: object) -> None:
        with self.desk.memory.write() as work:
            view = cases.view(work, self.desk, self.case.number, NOW)
            step = next(step for step in view.plan.steps if step.id == draft_of)
            draft: Draft = replace(drafted(view, step, self.desk), **changes)  # type: ignore[arg-type]
            orders.place(work, self.desk, view, draft, ADA, NOW)

    def work(self) -> None:
        """All that may be tried now, and ten minutes later."""
        for _ in range(20):
            if not self.clerk.deliver_next():
                self.at += TEN_MINUTES
                return
        raise AssertionError("the clerk finds no end")

    def send_again(self) -> None:
        with self.desk.memory.write() as work:
            orders.send_again(work, self.view.orders[0].id, ADA, NOW)

    @property
    def view(self) -> cases.CaseView:
        with self.desk.memory.read() as work:
            return cases.view(work, self.desk, self.case.number, NOW)

    @property
    def state(self) -> str:
        return self.view.orders[-1].state


@pytest.fixture(scope="module")
def server() -> Iterator[SmtpPeer]:
    with SmtpPeer() as peer:
        yield peer


@pytest.fixture
def desk(databases: Databases, server: SmtpPeer) -> Iterator[MailDesk]:
    server.forget()
    with casework(databases) as work:
        yield MailDesk(work, server)


def test_what_was_approved_goes_out_and_stands_in_the_timeline(desk: MailDesk) -> None:
    desk.place(text="Please call them.")
    desk.work()
    (taken,) = desk.peer.taken
    assert desk.case.name in taken.message["Subject"]
    assert taken.message.get_content().strip() == "Please call them."
    sent = next(line for line in desk.view.timeline if line.event == "installer_email_sent")
    assert sent.data["text"] == "Please call them."


TROUBLE = {
    "it is down": [Stumble("EHLO")] * 3,
    "it puts off": [Stumble("RCPT", "451 4.7.1 Greylisted")] * 3,
    "it shuts out": [Stumble("MAIL", "553 5.7.1 Not yours")] * 3,
    "it is full": [Stumble("END", "452 4.3.1 Full")] * 3,
}


@pytest.mark.parametrize("stumbles", TROUBLE.values(), ids=TROUBLE)
def test_a_server_in_trouble_gets_it_later_without_a_question(
    desk: MailDesk, stumbles: list[Stumble]
) -> None:
    desk.peer.stumbles = list(stumbles)
    desk.place()
    for _ in range(3):
        desk.work()
        assert desk.state == "waiting"
    desk.work()
    assert (desk.state, len(desk.peer.taken), desk.peer.stumbles) == ("done", 1, [])


def test_after_a_lost_answer_a_person_looks_and_decides(desk: MailDesk) -> None:
    desk.peer.stumbles = [Stumble("END")]
    desk.place()
    desk.work()
    assert (desk.state, desk.peer.taken) == ("dead", [])
    assert LOOK in desk.view.timeline[-1].text
    desk.peer.stumbles = [Stumble("EHLO")]
    desk.send_again()
    desk.work()
    assert desk.state == "waiting", "what the person saw still holds: this try left nothing"
    desk.work()
    assert (desk.state, len(desk.peer.taken)) == ("done", 1)


def test_after_a_death_with_the_mail_out_nothing_is_sent_twice(desk: MailDesk) -> None:
    desk.mail.dies = True
    desk.place()
    with pytest.raises(SystemExit, match=DIED):
        desk.work()
    desk.at += TEN_MINUTES
    desk.work()
    assert (desk.state, len(desk.peer.taken)) == ("dead", 1)
    assert LOOK in desk.view.timeline[-1].text
    with desk.desk.memory.write() as work:
        orders.take_over(work, desk.view.orders[0].id, ADA, NOW)
    desk.work()
    assert (desk.state, len(desk.peer.taken)) == ("dropped", 1)
