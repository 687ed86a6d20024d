"""Mail by a mail server: everybody or nobody gets it, and nobody twice unless a person says so."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from pydantic import SecretStr

from bot.connectors.smtp import LOOK, Smtp
from bot.errors import DeliveryError, NotLetIn, Rejected, Unreached
from bot.system_settings import SmtpSettings
from bot.systems import Addressee, Surroundings
from tests.connectors.letters import DRAFT, INSTALLER, MANAGER, MARK, OTHER_MARK, TEXT, cleared
from tests.peers.certificates import client_context, server_context
from tests.peers.smtp import PASSWORD, USER, SmtpPeer, Stumble

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
MAILBOX = "complaints@desk.example.test"
MESSAGE_ID = f"<{MARK}@desk.example.test>"
ALONE = Surroundings()


@pytest.fixture(scope="module", params=["none", "starttls", "tls"])
def every_peer(request: pytest.FixtureRequest) -> Iterator[SmtpPeer]:
    with SmtpPeer(request.param, auth=request.param != "none", tls=server_context()) as peer:
        yield peer


@pytest.fixture(scope="module")
def server() -> Iterator[SmtpPeer]:
    with SmtpPeer("starttls", auth=True, tls=server_context()) as peer:
        yield peer


@pytest.fixture
def peer(server: SmtpPeer) -> SmtpPeer:
    server.forget()
    return server


def smtp(peer: SmtpPeer, **changes: object) -> Smtp:
    signed_in = (USER, SecretStr(PASSWORD)) if peer.auth else ("", SecretStr(""))
    settings = SmtpSettings("127.0.0.1", peer.port, MAILBOX, *signed_in, peer.security, "The Complaint Desk")  # type: ignore[arg-type]
    return Smtp(replace(settings, **changes), client_context(), lambda: NOW)


def refused(call, kind: type[DeliveryError]) -> DeliveryError:
    """The error, which says nothing that is nobody else's business."""
    with pytest.raises(kind) as caught:
        call()
    said = str(caught.value)
    for secret in (PASSWORD, INSTALLER.address, MANAGER.address, INSTALLER.name, "Hanna"):
        assert secret not in said
    return caught.value


def test_a_mail_goes_to_all_whom_it_is_for_as_it_was_approved(every_peer: SmtpPeer) -> None:
    every_peer.forget()
    receipt = smtp(every_peer).carry_out(cleared(), MARK, ALONE, seek=False)
    (taken,) = every_peer.taken
    message = taken.message
    assert (taken.sender, taken.recipients) == (MAILBOX, [INSTALLER.address, MANAGER.address])
    assert message["From"] == f"The Complaint Desk <{MAILBOX}>"
    assert [(each.display_name, each.addr_spec) for each in message["To"].addresses] == [
        (INSTALLER.name, INSTALLER.address)
    ]
    assert [(each.display_name, each.addr_spec) for each in message["Cc"].addresses] == [
        (MANAGER.name, MANAGER.address)
    ]
    assert message["Subject"] == DRAFT.subject
    assert ("AUTH" in every_peer.commands) == every_peer.auth
    assert message["Message-ID"] == MESSAGE_ID == receipt.reference
    assert parsedate_to_datetime(message["Date"]) == NOW
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == TEXT
    assert {"bcc", "in-reply-to", "references", "auto-submitted"}.isdisjoint(map(str.lower, message.keys()))
    assert dict(receipt.data) == {"message_id": MESSAGE_ID, "to": INSTALLER.address, "cc": MANAGER.address}


def test_no_line_is_longer_than_a_mail_server_takes(peer: SmtpPeer) -> None:
    smtp(peer).carry_out(cleared(), MARK, ALONE, seek=False)
    assert max(map(len, peer.taken[0].raw.split(b"\r\n"))) <= 998
    assert b"\n" not in peer.taken[0].raw.replace(b"\r\n", b"")
    assert peer.taken[0].raw.isascii()


def test_an_answer_names_the_mails_before_it(peer: SmtpPeer) -> None:
    long = "<" + "AAMkAD" * 25 + "@exchange.example.test>"
    thread = ({"message_id": "<first@desk.example.test>"}, {"to": "old"}, {"message_id": long})
    smtp(peer).carry_out(cleared(), MARK, Surroundings(thread=thread), seek=False)
    message = peer.taken[0].message
    assert message["In-Reply-To"].strip() == long
    assert message["References"].split() == ["<first@desk.example.test>", long]
    assert b"=?" not in peer.taken[0].raw.split(b"References:")[1].split(b"\r\n\r\n")[0].split(b"Content")[0]


NOT_BEGUN = {
    "cut at the greeting": (Stumble("EHLO"), Unreached),
    "cut at STARTTLS": (Stumble("STARTTLS"), Unreached),
    "no STARTTLS just now": (Stumble("STARTTLS", "454 4.7.0 Not now"), Unreached),
    "sign-in cut": (Stumble("AUTH"), Unreached),
    "sign-in busy": (Stumble("AUTH", "454 4.7.0 Temporary failure"), Unreached),
    "sign-in refused": (Stumble("AUTH", "535 5.7.8 Wrong"), NotLetIn),
    "mailbox refused": (Stumble("MAIL", "553 5.7.1 Not yours"), NotLetIn),
    "mailbox busy": (Stumble("MAIL", "451 4.3.0 Later"), Unreached),
    "cut at the mailbox": (Stumble("MAIL"), Unreached),
    "somebody put off": (Stumble("RCPT", "451 4.7.1 Greylisted", about=MANAGER.address), Unreached),
    "cut at somebody": (Stumble("RCPT", about=MANAGER.address), Unreached),
    "cut before the mail": (Stumble("DATA"), Unreached),
    "no mail just now": (Stumble("DATA", "452 4.3.1 Full"), Unreached),
    "the mail put off": (Stumble("END", "451 4.3.0 Try again"), Unreached),
}


@pytest.mark.parametrize(("stumble", "kind"), NOT_BEGUN.values(), ids=NOT_BEGUN)
def test_what_fails_before_the_mail_is_taken_left_nothing_and_is_tried_again(
    peer: SmtpPeer, stumble: Stumble, kind: type[DeliveryError]
) -> None:
    peer.stumbles = [stumble]
    error = refused(lambda: smtp(peer).carry_out(cleared(), MARK, ALONE, seek=False), kind)
    assert error.traceless
    assert (peer.taken, peer.stumbles) == ([], [])
    smtp(peer).carry_out(cleared(), MARK, ALONE, seek=False)
    assert len(peer.taken) == 1


FOR_GOOD = {
    "somebody in Cc": (
        Stumble("RCPT", "550 5.1.1 No such user", about=MANAGER.address),
        "account manager in Cc",
    ),
    "somebody in To": (Stumble("RCPT", "550 5.1.1 No such user", about=INSTALLER.address), "installer in To"),
    "the mail": (Stumble("DATA", "554 5.7.1 No"), "The mail"),
    "the whole mail": (Stumble("END", "554 5.7.1 Spam"), "The mail"),
}


@pytest.mark.parametrize(("stumble", "about"), FOR_GOOD.values(), ids=FOR_GOOD)
def test_if_one_is_refused_nobody_gets_it(peer: SmtpPeer, stumble: Stumble, about: str) -> None:
    peer.stumbles = [stumble]
    error = refused(lambda: smtp(peer).carry_out(cleared(), MARK, ALONE, seek=False), Rejected)
    assert about in str(error)
    assert stumble.says[:3] in str(error)
    assert peer.taken == []


LOST = {
    "taken": Stumble("END", after=True),
    "not taken": Stumble("END"),
    "answered with nonsense": Stumble("END", "??? What", after=True),
}


@pytest.mark.parametrize("stumble", LOST.values(), ids=LOST)
def test_when_the_answer_to_the_mail_is_lost_a_person_has_to_look(peer: SmtpPeer, stumble: Stumble) -> None:
    peer.stumbles = [stumble]
    error = refused(lambda: smtp(peer).carry_out(cleared(), MARK, ALONE, seek=False), Rejected)
    assert MESSAGE_ID in str(error)
    assert LOOK in str(error)
    before = len(peer.taken)
    again = refused(lambda: smtp(peer).carry_out(cleared(), MARK, ALONE, seek=True), Rejected)
    assert LOOK in str(again)
    assert len(peer.taken) == before
    smtp(peer).carry_out(cleared(), MARK, Surroundings(looked=True), seek=True)
    assert len(peer.taken) == before + 1
    assert peer.taken[-1].message["Message-ID"] == MESSAGE_ID


@pytest.mark.parametrize("says", ["", "451 4.3.0 Not yet"], ids=["cut", "refused"])
def test_a_farewell_that_goes_wrong_changes_nothing(peer: SmtpPeer, says: str) -> None:
    peer.stumbles = [Stumble("QUIT", says)]
    smtp(peer).carry_out(cleared(), MARK, ALONE, seek=False)
    smtp(peer).carry_out(cleared(), OTHER_MARK, ALONE, seek=False)
    assert [taken.message["Message-ID"][1:9] for taken in peer.taken] == [MARK[:8], OTHER_MARK[:8]]


def test_where_nobody_listens_nothing_was_sent(peer: SmtpPeer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        refused(lambda: smtp(peer, port=port).carry_out(cleared(), MARK, ALONE, seek=False), Unreached)


SHUT_OUT = {
    "wrong password": {"password": SecretStr("another")},
    "encryption that is not spoken": {"security": "tls"},
}


@pytest.mark.parametrize("changes", SHUT_OUT.values(), ids=SHUT_OUT)
def test_wrong_settings_are_an_admins(peer: SmtpPeer, changes: dict[str, object]) -> None:
    error = refused(lambda: smtp(peer, **changes).carry_out(cleared(), MARK, ALONE, seek=False), NotLetIn)
    assert "SMTP_PASSWORD" in str(error)
    assert error.traceless


def test_nothing_goes_unencrypted_to_another_machine(peer: SmtpPeer) -> None:
    ours = smtp(peer, security="none", host="mail.example.test")
    error = refused(lambda: ours.carry_out(cleared(), MARK, ALONE, seek=False), NotLetIn)
    assert "SMTP_SECURITY" in str(error)
    assert [each.what for each in ours.examine(live=False) if not each.fits] == ["security"]


def test_a_certificate_of_nobodys_is_not_trusted(peer: SmtpPeer) -> None:
    settings = SmtpSettings("127.0.0.1", peer.port, MAILBOX, USER, SecretStr(PASSWORD))
    error = refused(lambda: Smtp(settings).carry_out(cleared(), MARK, ALONE, seek=False), NotLetIn)
    assert "certificate" in str(error)
    assert "AUTH" not in peer.commands, "no password goes to who knows whom"


UNSENDABLE = {
    "nobody in To": ({"addressees": (MANAGER,)}, "nobody"),
    "no subject": ({"subject": " "}, "no subject"),
    "a header in the subject": ({"subject": "Hello\r\nBcc: x@example.test"}, "line break"),
}


@pytest.mark.parametrize(("changes", "said"), UNSENDABLE.values(), ids=UNSENDABLE)
def test_what_is_no_mail_is_not_sent(peer: SmtpPeer, changes: dict[str, object], said: str) -> None:
    """Where the guard lets it through at all."""
    with pytest.raises(Exception, match=said) as caught:
        smtp(peer).carry_out(cleared(**changes), MARK, ALONE, seek=False)
    assert caught.type.__name__ in ("Rejected", "Refused")
    assert peer.commands == []


def test_live_it_signs_in_and_sends_nothing(peer: SmtpPeer) -> None:
    assert all(each.fits for each in smtp(peer).examine(live=True))
    assert (peer.taken, "AUTH" in peer.commands, any("MAIL" in each for each in peer.commands)) == (
        [],
        True,
        False,
    )
    peer.stumbles = [Stumble("AUTH", "535 5.7.8 Wrong")]
    assert [each.what for each in smtp(peer).examine(live=True) if not each.fits] == ["mail server"]


def test_the_settings_are_looked_at_without_a_call(peer: SmtpPeer) -> None:
    assert [each.what for each in smtp(peer, mailbox="").examine(live=False) if not each.fits] == ["mailbox"]
    assert peer.commands == []


def test_it_has_no_records_and_no_groups(peer: SmtpPeer) -> None:
    assert (dict(smtp(peer).status(())), smtp(peer).members(INSTALLER.address)) == ({}, ())


def test_nothing_personal_is_logged(peer: SmtpPeer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    smtp(peer).carry_out(cleared(), MARK, ALONE, seek=False)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail")]
    assert all(secret not in line for line in ours for secret in (PASSWORD, INSTALLER.address, "Hanna"))


def test_somebody_outside_ascii_is_named_by_role(peer: SmtpPeer) -> None:
    odd = Addressee("installer", "büro@example.test")
    with pytest.raises(Exception, match="installer") as caught:
        smtp(peer).carry_out(cleared(addressees=(odd,)), MARK, ALONE, seek=False)
    assert caught.type.__name__ in ("Rejected", "Refused")
