"""Outlook by Microsoft Graph: each mail once, to those who were approved, whatever fails on the way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.connectors.microsoft import Token
from bot.connectors.outlook import IN_REPLY_TO, REFERENCES, Outlook
from bot.connectors.outlook import MARK as PROPERTY
from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown, RateLimited, Rejected
from bot.systems import Receipt, Surroundings
from tests.connectors.letters import DRAFT, INSTALLER, MANAGER, MARK, OTHER_MARK, TEXT, cleared
from tests.peers.certificates import client_context
from tests.peers.entra import MAIL, SECRET, EntraPeer
from tests.peers.graph import MAILBOX, GraphPeer, Mail, refusal
from tests.peers.peer import Fault, Reply, html

ALONE = Surroundings()
READS_GROUPS = (*MAIL, "GroupMember.Read.All")
LIST = "everybody@ever.example.test"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[EntraPeer, GraphPeer]]:
    with EntraPeer() as entra, GraphPeer(entra) as graph:
        yield entra, graph


@pytest.fixture
def entra(servers: tuple[EntraPeer, GraphPeer]) -> EntraPeer:
    servers[0].forget()
    return servers[0]


@pytest.fixture
def graph(servers: tuple[EntraPeer, GraphPeer], entra: EntraPeer) -> GraphPeer:
    servers[1].forget()
    return servers[1]


def outlook(graph: GraphPeer, **changes: object) -> Outlook:
    settings = replace(graph.settings, **changes)  # type: ignore[arg-type]
    return Outlook(settings, Token(settings.app, f"{graph.url}/.default", verify=client_context()))


def send(graph: GraphPeer, around: Surroundings = ALONE, *, seek: bool = False, mark: str = MARK) -> Receipt:
    return outlook(graph).carry_out(cleared(), mark, around, seek)


def people(mail: Mail, place: str) -> list[tuple[str, str]]:
    named = [each["emailAddress"] for each in mail.content[place]]
    return [(each["name"], each["address"]) for each in named]


def exactly_once(graph: GraphPeer) -> None:
    """One mail went out, as it was approved; no draft that will go out later."""
    (mail,) = graph.sent
    assert mail.content["subject"] == DRAFT.subject
    assert mail.content["body"] == {"contentType": "text", "content": TEXT}
    assert people(mail, "toRecipients") == [(INSTALLER.name, INSTALLER.address)]
    assert people(mail, "ccRecipients") == [(MANAGER.name, MANAGER.address)]
    assert (mail.content["bccRecipients"], mail.content["replyTo"]) == ([], [])
    assert mail.properties[PROPERTY] == MARK
    assert len(graph.mails) == 1


def until_done(graph: GraphPeer) -> Receipt:
    """Try as the clerk does, until it is done."""
    for attempt in range(5):
        try:
            return send(graph, seek=attempt > 0)
        except (OutcomeUnknown, RateLimited, NotLetIn) as error:
            silent(error)
    raise AssertionError("it finds no end")


def silent(error: DeliveryError) -> None:
    for secret in (SECRET, INSTALLER.address, INSTALLER.name, "Hanna", "<html>", "ids and addresses"):
        assert secret not in str(error)


def test_a_mail_goes_out_as_it_was_approved(graph: GraphPeer) -> None:
    receipt = send(graph)
    exactly_once(graph)
    assert receipt.reference == graph.sent[0].internet_id
    assert dict(receipt.data) == {
        "message_id": graph.sent[0].internet_id,
        "to": INSTALLER.address,
        "cc": MANAGER.address,
    }


def test_the_name_beside_the_mailbox_is_set_where_it_is_given(graph: GraphPeer) -> None:
    outlook(graph, sender="The Complaint Desk").carry_out(cleared(), MARK, ALONE, seek=False)
    assert graph.sent[0].content["from"]["emailAddress"] == {"name": "The Complaint Desk", "address": MAILBOX}


def test_an_answer_names_the_mails_before_it_and_takes_nothing_of_them_along(graph: GraphPeer) -> None:
    thread = ({"message_id": "<first@example.test>"}, {"to": "old"}, {"message_id": "<second@example.test>"})
    send(graph, Surroundings(thread=thread))
    exactly_once(graph)
    assert graph.sent[0].properties == {
        PROPERTY: MARK,
        IN_REPLY_TO: "<second@example.test>",
        REFERENCES: "<first@example.test> <second@example.test>",
    }


def test_a_first_mail_answers_to_none(graph: GraphPeer) -> None:
    send(graph)
    assert graph.sent[0].properties == {PROPERTY: MARK}


FAULTS = {
    "creating cut": Fault(method="POST", path="messages$"),
    "created, answer lost": Fault(method="POST", path="messages$", after=True),
    "created behind a proxy": Fault(html(504), method="POST", path="messages$", after=True),
    "creating in trouble": Fault(refusal(503, "ServiceUnavailable"), method="POST", path="messages$"),
    "creating in conflict": Fault(refusal(409, "ErrorIrresolvableConflict"), method="POST", path="messages$"),
    "sending cut": Fault(method="POST", path="send$"),
    "sent, answer lost": Fault(method="POST", path="send$", after=True),
    "sent behind a proxy": Fault(html(502), method="POST", path="send$", after=True),
    "sent, then gone": Fault(refusal(404, "ErrorItemNotFound"), method="POST", path="send$", after=True),
    "sending in trouble": Fault(refusal(500, "InternalServerError"), method="POST", path="send$"),
    "asked to wait": Fault(
        refusal(429, "ApplicationThrottled", Retry_After="7"), method="POST", path="send$"
    ),
    "shut out": Fault(refusal(403, "ErrorAccessDenied"), method="POST", path="send$"),
    "token not taken": Fault(refusal(401, "InvalidAuthenticationToken"), method="POST", path="send$"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_whatever_fails_it_goes_out_once(graph: GraphPeer, fault: Fault) -> None:
    graph.faults = [fault]
    receipt = until_done(graph)
    exactly_once(graph)
    assert graph.faults == []
    assert receipt.reference == graph.sent[0].internet_id


def test_what_was_sent_counts_before_a_draft(graph: GraphPeer) -> None:
    """Somebody has copied it, say."""
    send(graph)
    graph.mails.insert(0, replace(graph.mails[0], id="draft/copy", draft=True))
    send(graph, seek=True)
    assert len(graph.sent) == 1


def test_looking_that_fails_sends_nothing(graph: GraphPeer) -> None:
    send(graph)
    graph.faults = [Fault(method="GET")]
    with pytest.raises(OutcomeUnknown):
        send(graph, seek=True)
    assert len(graph.sent) == 1


def test_a_draft_that_somebody_changed_goes_out_as_it_was_approved(graph: GraphPeer) -> None:
    graph.faults = [Fault(method="POST", path="send$")]
    with pytest.raises(OutcomeUnknown):
        send(graph)
    for place in ("ccRecipients", "bccRecipients", "replyTo"):
        graph.mails[0].content[place] = [{"emailAddress": {"address": "somebody@else.example.test"}}]
    graph.mails[0].content["body"] = {"contentType": "html", "content": "Forwarded"}
    send(graph, seek=True)
    exactly_once(graph)


def test_a_draft_that_would_go_to_others_is_not_sent(graph: GraphPeer) -> None:
    shown: dict[str, Any] = {"id": "1", "isDraft": True, "internetMessageId": "<1@x>"}
    others = [{"emailAddress": {"address": "somebody@else.example.test"}}]
    answer = refusal(201, "")
    created = replace(answer, content={**shown, "toRecipients": others})
    graph.faults = [Fault(created, method="POST", path="messages$")]
    with pytest.raises(Rejected, match="others than those"):
        send(graph)
    assert graph.asked("POST", "send$") == []


WRONG = {
    "no mailbox": (refusal(404, "ErrorInvalidUser"), NotLetIn, "mailbox"),
    "no licence": (refusal(404, "MailboxNotEnabledForRESTAPI"), NotLetIn, "mailbox"),
    "no right": (refusal(403, "ErrorAccessDenied"), NotLetIn, "Mail.Send"),
    "token": (refusal(401, "InvalidAuthenticationToken"), NotLetIn, "MICROSOFT_CLIENT_SECRET"),
    "not taken": (refusal(400, "ErrorInvalidRecipients"), Rejected, "ErrorInvalidRecipients"),
    "too much": (refusal(413, "ErrorMessageSizeExceeded"), Rejected, "by hand"),
    "throttled": (refusal(429, "ApplicationThrottled"), RateLimited, "wait"),
    "a proxy": (html(200), OutcomeUnknown, "proxy"),
    "a proxy that refuses": (html(403), OutcomeUnknown, "trouble"),
    "elsewhere": (html(302), OutcomeUnknown, "trouble"),
}


@pytest.mark.parametrize(("reply", "kind", "said"), WRONG.values(), ids=WRONG)
def test_each_error_says_what_to_do(graph: GraphPeer, reply, kind: type[DeliveryError], said: str) -> None:
    graph.faults = [Fault(reply, method="POST")]
    with pytest.raises(kind, match=said) as caught:
        send(graph)
    silent(caught.value)
    assert graph.sent == []


def test_it_waits_as_long_as_graph_asks(graph: GraphPeer) -> None:
    graph.faults = [Fault(refusal(429, "ApplicationThrottled", Retry_After="17"), method="POST")]
    with pytest.raises(RateLimited) as caught:
        send(graph)
    assert caught.value.seconds == 17


def test_a_token_that_is_not_taken_is_not_used_again(graph: GraphPeer, entra: EntraPeer) -> None:
    ours = outlook(graph)
    ours.carry_out(cleared(), OTHER_MARK, ALONE, seek=False)
    entra.issued.clear()
    with pytest.raises(NotLetIn):
        ours.carry_out(cleared(), MARK, ALONE, seek=False)
    ours.carry_out(cleared(), MARK, ALONE, seek=True)
    assert len(graph.sent) == 2


def member(address: str, **more: object) -> dict[str, Any]:
    return {"id": address, "mail": address, "proxyAddresses": [f"SMTP:{address}"], **more}


def test_who_is_behind_a_group_is_told_page_by_page(graph: GraphPeer, entra: EntraPeer) -> None:
    entra.roles = READS_GROUPS
    graph.groups[LIST] = [
        member("a@example.test"),
        member(
            "b@example.test", proxyAddresses=["SMTP:b@example.test", "smtp:bee@example.test", "X500:/o=x@y"]
        ),
        {"id": "c", "mail": None, "proxyAddresses": [], "otherMails": ["c@example.test"]},
    ]
    ours = outlook(graph)
    expected = ("a@example.test", "b@example.test", "bee@example.test", "c@example.test")
    assert ours.members(LIST.upper()) == expected
    assert ours.members("o'brien@example.test") == ()


def test_whom_a_group_is_looked_for_stands_in_no_address(graph: GraphPeer, entra: EntraPeer) -> None:
    entra.roles = READS_GROUPS
    graph.groups[LIST] = [member("a@example.test")]
    outlook(graph).members(LIST)
    assert all(
        "everybody" not in f"{call.path}{call.query}" for call, _ in graph.calls if "$batch" in call.path
    )
    assert len(graph.asked("POST", r"\$batch")) == 1


def test_where_the_app_may_not_read_groups_it_asks_for_none(graph: GraphPeer, entra: EntraPeer) -> None:
    graph.groups[LIST] = [member("a@example.test")]
    assert outlook(graph).members(LIST) == ()
    assert graph.calls == []
    entra.roles = ()
    assert outlook(graph).members(LIST) == (), "the token does not tell, and Graph says no"


def test_a_list_without_end_is_left_to_a_person(graph: GraphPeer, entra: EntraPeer) -> None:
    entra.roles = READS_GROUPS
    graph.groups[LIST] = [member(f"{number}@example.test") for number in range(40)]
    with pytest.raises(Rejected, match="longer"):
        outlook(graph).members(LIST)


def test_a_list_that_goes_on_elsewhere_is_not_followed(graph: GraphPeer, entra: EntraPeer) -> None:
    entra.roles = READS_GROUPS
    graph.groups[LIST] = [member("a@example.test")]
    elsewhere = {"value": [], "@odata.nextLink": "https://elsewhere.example.test/v1.0/groups"}
    graph.faults = [Fault(Reply(200, elsewhere), method="GET", path="transitiveMembers")]
    with pytest.raises(OutcomeUnknown, match="not Microsoft Graph"):
        outlook(graph).members(LIST)


GRANTED = {
    "in Entra": (MAIL, (), "are granted"),
    "in Exchange alone": ((), MAIL, "Exchange gives them"),
}


@pytest.mark.parametrize(("roles", "exchange", "said"), GRANTED.values(), ids=GRANTED)
def test_live_it_looks_and_sends_nothing(
    graph: GraphPeer, entra: EntraPeer, roles: tuple[str, ...], exchange: tuple[str, ...], said: str
) -> None:
    entra.roles, graph.exchange = roles, frozenset(exchange)
    found = list(outlook(graph).examine(live=True))
    assert all(each.fits for each in found)
    assert said in next(each.said for each in found if each.what == "permissions")
    assert "GroupMember.Read.All" in found[-1].said
    assert (graph.mails, graph.asked("POST", "")) == ([], [])


LACKING = {
    "permission": {"roles": ("User.Read.All",)},
    "secret": {"expired": True},
}


@pytest.mark.parametrize("state", LACKING.values(), ids=LACKING)
def test_live_it_names_what_is_missing(graph: GraphPeer, entra: EntraPeer, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(entra, name, value)
    assert [each.fits for each in outlook(graph).examine(live=True)][-1] is False


def test_the_settings_are_looked_at_without_a_call(graph: GraphPeer, entra: EntraPeer) -> None:
    assert [each.fits for each in outlook(graph, mailbox="").examine(live=True)] == [False]
    assert [each.fits for each in outlook(graph).examine(live=False)] == [True]
    assert (graph.calls, entra.calls) == ([], [])


def test_it_has_no_records(graph: GraphPeer) -> None:
    assert outlook(graph).status(()) == {}


def test_nothing_personal_is_logged(
    graph: GraphPeer, entra: EntraPeer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    send(graph)
    secrets = (SECRET, INSTALLER.address, INSTALLER.name, "Hanna", *entra.issued)
    assert all(secret not in caplog.text for secret in secrets)
