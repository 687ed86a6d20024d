"""Signing in to Microsoft: a token, kept as long as it holds, and what each refusal says to do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.connectors.microsoft import Token
from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown
from bot.system_settings import MicrosoftApp
from tests.peers.certificates import client_context
from tests.peers.entra import MAIL, SECRET, TENANT, EntraPeer
from tests.peers.peer import Fault, Reply, html

SCOPE = "https://graph.example.test/.default"
ASKS = "oauth2/v2.0/token"


@pytest.fixture(scope="module")
def server() -> Iterator[EntraPeer]:
    with EntraPeer() as peer:
        yield peer


@pytest.fixture
def entra(server: EntraPeer) -> EntraPeer:
    server.forget()
    return server


def token(app: MicrosoftApp) -> Token:
    return Token(app, SCOPE, verify=client_context())


def test_a_token_is_asked_for_once_and_kept(entra: EntraPeer) -> None:
    signed_in = token(entra.app)
    assert signed_in() == signed_in() in entra.issued
    assert signed_in.roles() == frozenset(MAIL)
    assert len(entra.asked("POST", ASKS)) == 1


def test_one_that_ends_soon_is_renewed(entra: EntraPeer) -> None:
    entra.expires_in = 200
    signed_in = token(entra.app)
    assert signed_in() != signed_in()


def test_one_that_is_not_taken_is_forgotten(entra: EntraPeer) -> None:
    signed_in = token(entra.app)
    before = signed_in()
    signed_in.forget()
    assert signed_in() != before


def test_a_token_may_tell_no_roles(entra: EntraPeer) -> None:
    entra.roles = ()
    assert token(entra.app).roles() == frozenset()


WRONG = {
    "secret": ({"client_secret": SecretStr("another")}, "7000215"),
    "app": ({"client_id": "another"}, "700016"),
    "tenant": ({"tenant": "another"}, "MICROSOFT_TENANT_ID"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_without_microsofts_words(
    entra: EntraPeer, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(NotLetIn, match=said) as caught:
        token(replace(entra.app, **changes))()
    assert "Trace ID" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_address_without_https_is_an_admins(entra: EntraPeer) -> None:
    with pytest.raises(NotLetIn, match="MICROSOFT_LOGIN_URL"):
        token(replace(entra.app, login_url="http://127.0.0.1:1"))()


def test_a_secret_that_has_expired_is_called_so(entra: EntraPeer) -> None:
    entra.expired = True
    with pytest.raises(NotLetIn, match="expired"):
        token(entra.app)()


TROUBLE = {
    "in trouble": Fault(Reply(503, {"error": "temporarily_unavailable"}), path=ASKS),
    "says so": Fault(Reply(400, {"error": "temporarily_unavailable", "error_codes": [90033]}), path=ASKS),
    "a proxy": Fault(html(200), path=ASKS),
    "a proxy at once": Fault(html(200), path="openid-configuration"),
    "in trouble at once": Fault(html(502), path="openid-configuration"),
    "the answer is lost": Fault(after=True, path=ASKS),
}


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
def test_trouble_passes(entra: EntraPeer, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    entra.faults = [fault] * 2
    with pytest.raises(OutcomeUnknown):
        token(entra.app)()
    entra.faults = []
    assert token(entra.app)() in entra.issued
    assert all(word not in caplog.text for word in ("<html>", SECRET, *entra.issued))


def test_where_nobody_listens_it_is_tried_again(entra: EntraPeer) -> None:
    app = replace(entra.app, login_url="https://127.0.0.1:1")
    with pytest.raises(DeliveryError, match="does not answer") as caught:
        token(app)()
    assert caught.type is OutcomeUnknown


def test_a_sign_in_with_a_certificate_of_nobodys_is_not_trusted(entra: EntraPeer) -> None:
    with pytest.raises(OutcomeUnknown, match="ConnectError"):
        Token(entra.app, SCOPE)()
    assert entra.asked("GET", TENANT) == []
