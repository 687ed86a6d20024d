"""Salesforce: a case that is right the first time and there once, whatever fails on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot import guard
from bot.connectors.salesforce import Salesforce
from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown, RateLimited, Rejected, Unreached
from bot.guard import Standing
from bot.sop import Facts
from bot.system_settings import Related, SalesforceSettings
from bot.systems import UPDATE, Draft, Receipt, Record, Status, Surroundings
from tests.peers.certificates import client_context
from tests.peers.peer import Fault, Reply, html
from tests.peers.salesforce import KEY, SECRET, SalesforcePeer, refusal

MARK = "3f2a9c1d" + "0" * 24
TRACE = "(Complaint Desk HC-1042 · 3f2a9c1d)"
FIELDS = {
    "Customer Request Type": "Installer Complaint",
    "SubType": "Roof damage",
    "Case Description": "Water since Tuesday.",
    "Related Installer": "Bright Roofs",
    "Related Homeowner": "Hanna (homeowner)",
}
OPEN = Draft("HC-1042", "salesforce", "open_case", "open_case", "case", fields=FIELDS)
REASSIGN = Draft("HC-1042", "salesforce", "reassign", "reassign", "case")
COMMENT = Draft("HC-1042", "salesforce", "referral_comment", "referral", "case", text="Please answer.")
CLOSE = Draft("HC-1042", "salesforce", "close", "close", "case", text="The roof is mended.")
CHANGE = Draft(
    "HC-1042", "salesforce", UPDATE, "open_case", "case", fields={"Case Description": "Water everywhere."}
)
RECORD = Record(1042, "case", "salesforce", "00001001", fields=FIELDS)
AROUND = Surroundings({"case": RECORD})


@pytest.fixture(scope="module")
def server() -> Iterator[SalesforcePeer]:
    with SalesforcePeer() as server:
        yield server


@pytest.fixture
def peer(server: SalesforcePeer) -> SalesforcePeer:
    server.forget()
    return server


@pytest.fixture
def salesforce(peer: SalesforcePeer) -> Salesforce:
    return Salesforce(peer.settings, client_context())


def with_(peer: SalesforcePeer, **changes: object) -> Salesforce:
    return Salesforce(replace(peer.settings, **changes), client_context())


def order(salesforce: Salesforce, draft: Draft, *, seek: bool = False) -> Receipt:
    cleared = guard.clear(draft, Standing(Facts()))
    return salesforce.carry_out(cleared, MARK, AROUND, seek)


def said(salesforce: Salesforce, draft: Draft) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        order(salesforce, draft)
    return caught.value


def test_a_case_is_opened_with_its_fields_and_related(salesforce: Salesforce, peer: SalesforcePeer) -> None:
    receipt = order(salesforce, OPEN)
    [case] = peer.cases
    assert case.fields == {
        "Type": "Installer Complaint",
        "SubType__c": "Roof damage",
        "Description": "Water since Tuesday.",
        "AccountId": "001A",
        "ContactId": "003A",
        KEY: MARK,
    }
    link = f"{peer.url}/lightning/r/Case/{case.id}/view"
    assert receipt == Receipt("00001001", link, case.id, FIELDS)


def test_whom_it_could_not_be_related_to_is_told(salesforce: Salesforce, peer: SalesforcePeer) -> None:
    peer.rows["Contact"].append({"Id": "003B", "Name": "Hanna (homeowner)"})
    receipt = order(salesforce, OPEN)
    assert receipt.data == {"note": "Relate it by hand (R-044): Related Homeowner."}
    assert "ContactId" not in peer.cases[0].fields


def test_the_same_order_twice_is_one_case(salesforce: Salesforce, peer: SalesforcePeer) -> None:
    first = order(salesforce, OPEN)
    assert order(salesforce, OPEN, seek=True) == first
    assert len(peer.cases) == 1


def test_what_people_changed_meanwhile_stays(salesforce: Salesforce, peer: SalesforcePeer) -> None:
    order(salesforce, OPEN)
    peer.cases[0].fields["Description"] = "Somebody has written more."
    order(salesforce, OPEN, seek=True)
    assert peer.cases[0].fields["Description"] == "Somebody has written more."


def test_a_case_is_worked_to_its_end(salesforce: Salesforce, peer: SalesforcePeer) -> None:
    for draft in (OPEN, REASSIGN, COMMENT, CHANGE, CLOSE):
        assert order(salesforce, draft).reference == "00001001"
    [case] = peer.cases
    assert (case.fields["OwnerId"], case.fields["Status"]) == ("00GQ", "Closed")
    assert case.fields["Description"] == "Water everywhere."
    assert [(each["CommentBody"], each["IsPublished"]) for each in case.comments] == [
        (f"Please answer.\n\n{TRACE}", False),
        (f"The roof is mended.\n\n{TRACE}", False),
    ]


def test_a_comment_is_looked_for_before_it_is_written_again(
    salesforce: Salesforce, peer: SalesforcePeer
) -> None:
    order(salesforce, OPEN)
    for seek in (False, True):
        order(salesforce, COMMENT, seek=seek)
    assert len(peer.cases[0].comments) == 1


def test_how_cases_stand_is_read(salesforce: Salesforce) -> None:
    order(salesforce, OPEN)
    gone = replace(RECORD, reference="00009999")
    assert salesforce.status([RECORD, gone]) == {"00001001": Status("New")}
    order(salesforce, CLOSE)
    assert salesforce.status([RECORD]) == {"00001001": Status("Closed", closed=True)}


def test_what_is_asked_for_is_compared_and_never_read_as_a_query(
    salesforce: Salesforce, peer: SalesforcePeer
) -> None:
    name = "O'Neil' OR Name != '"
    peer.rows["Account"].append({"Id": "001B", "Name": name})
    order(salesforce, replace(OPEN, fields={**FIELDS, "Related Installer": name}))
    assert peer.cases[0].fields["AccountId"] == "001B"


def test_a_second_step_that_is_not_let_in_knows_of_the_first(
    salesforce: Salesforce, peer: SalesforcePeer
) -> None:
    order(salesforce, OPEN)
    peer.faults.append(Fault(refusal(403, "INSUFFICIENT_ACCESS"), method="PATCH"))
    assert not said(salesforce, CLOSE).traceless
    order(salesforce, CLOSE, seek=True)
    assert len(peer.cases[0].comments) == 1


CREATE = r"sobjects/Case/Complaint"
ANSWERS: Mapping[str, tuple[Fault, type[DeliveryError], str]] = {
    "a scope is missing": (
        Fault(refusal(403, "INSUFFICIENT_ACCESS_OR_READONLY")),
        NotLetIn,
        "create and edit access",
    ),
    "the api is off": (Fault(refusal(403, "API_DISABLED_FOR_ORG")), NotLetIn, "(403)"),
    "the day's limit": (Fault(refusal(403, "REQUEST_LIMIT_EXCEEDED")), RateLimited, "wait"),
    "too many at once": (Fault(Reply(429, [], {"Retry-After": "7"})), RateLimited, "(429)"),
    "locked": (Fault(refusal(400, "UNABLE_TO_LOCK_ROW")), OutcomeUnknown, "looks what got through"),
    "conflict": (Fault(refusal(409, "CONFLICT")), OutcomeUnknown, "(409)"),
    "not found": (Fault(refusal(404, "NOT_FOUND")), Rejected, "no such record"),
    "a field": (Fault(refusal(400, "INVALID_FIELD", "SubType__c")), Rejected, "SubType (SubType__c)"),
    "a rule": (Fault(refusal(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")), Rejected, "custom validation"),
    "trouble there": (Fault(refusal(500, "UNKNOWN_EXCEPTION")), OutcomeUnknown, "(500)"),
    "a proxy": (Fault(html()), OutcomeUnknown, "(502)"),
    "a proxy that says all is well": (Fault(html(200)), OutcomeUnknown, "not Salesforce"),
    "cut": (Fault(), OutcomeUnknown, "did not answer"),
    "cut afterwards": (Fault(after=True), OutcomeUnknown, "did not answer"),
}


@pytest.mark.parametrize(("fault", "kind", "words"), ANSWERS.values(), ids=ANSWERS)
def test_each_answer_means_what_it_means(
    salesforce: Salesforce, peer: SalesforcePeer, fault: Fault, kind: type[DeliveryError], words: str
) -> None:
    peer.faults.append(replace(fault, method="PATCH", path=CREATE))
    error = said(salesforce, OPEN)
    assert type(error) is kind
    assert words in str(error)
    assert order(salesforce, OPEN, seek=True).reference == "00001001"
    assert len(peer.cases) == 1


def test_the_wait_is_the_one_that_was_said(salesforce: Salesforce, peer: SalesforcePeer) -> None:
    peer.faults.append(Fault(Reply(429, [], {"Retry-After": "7"}), method="PATCH"))
    error = said(salesforce, OPEN)
    assert isinstance(error, RateLimited)
    assert error.seconds == 7


def test_a_session_that_has_ended_is_renewed_once(salesforce: Salesforce, peer: SalesforcePeer) -> None:
    order(salesforce, OPEN)
    peer.end_sessions()
    assert order(salesforce, COMMENT).reference == "00001001"
    assert len(peer.asked("POST", "oauth2/token")) == 2
    for _ in range(2):
        peer.faults.append(Fault(refusal(401, "INVALID_SESSION_ID"), path="query"))
    assert type(said(salesforce, COMMENT)) is NotLetIn


SIGNING_IN: Mapping[str, tuple[Fault | None, str, type[DeliveryError]]] = {
    "a wrong secret": (None, "another", NotLetIn),
    "the flow is off": (Fault(Reply(400, {"error": "invalid_grant"})), SECRET, NotLetIn),
    "trouble there": (Fault(Reply(503, [])), SECRET, Unreached),
    "a proxy": (Fault(html()), SECRET, Unreached),
    "cut": (Fault(), SECRET, Unreached),
    "too many": (Fault(Reply(429, [], {"Retry-After": "9"})), SECRET, RateLimited),
}


@pytest.mark.parametrize(("fault", "secret", "kind"), SIGNING_IN.values(), ids=SIGNING_IN)
def test_signing_in_that_fails_leaves_nothing_behind(
    peer: SalesforcePeer, fault: Fault | None, secret: str, kind: type[DeliveryError]
) -> None:
    peer.faults += [replace(fault, path="oauth2")] if fault else []
    error = said(with_(peer, client_secret=SecretStr(secret)), OPEN)
    assert type(error) is kind
    assert error.traceless == (kind is not RateLimited)
    assert peer.cases == []


REFUSED: Mapping[str, tuple[Draft, Callable[[SalesforceSettings], SalesforceSettings], str]] = {
    "an unmapped field": (
        replace(OPEN, fields={**FIELDS, "Colour": "green"}),
        lambda settings: settings,
        'systems.salesforce.fields."Colour"',
    ),
    "a value that the picklist lacks": (
        replace(OPEN, fields={**FIELDS, "SubType": "DRAFT: Select the most appropriate option"}),
        lambda settings: settings,
        "Roof damage, Conduct, Other",
    ),
    "no closure comments": (replace(CLOSE, text=" "), lambda settings: settings, "R-033"),
    "a comment that is too long": (
        replace(COMMENT, text="ö" * 2000),
        lambda settings: settings,
        "longer than",
    ),
    "a queue that is not there": (
        REASSIGN,
        lambda settings: replace(settings, queue="Nowhere"),
        "systems.salesforce.queue",
    ),
    "what it cannot do": (replace(COMMENT, verb="open_ticket"), lambda settings: settings, "Do it by hand"),
}


@pytest.mark.parametrize(("draft", "changed", "words"), REFUSED.values(), ids=REFUSED)
def test_what_can_never_be_done_says_what_to_mend(
    peer: SalesforcePeer,
    draft: Draft,
    changed: Callable[[SalesforceSettings], SalesforceSettings],
    words: str,
) -> None:
    order(Salesforce(peer.settings, client_context()), OPEN)
    error = said(Salesforce(changed(peer.settings), client_context()), draft)
    assert type(error) is Rejected
    assert words in str(error)


def test_a_case_that_nobody_finds_is_told(peer: SalesforcePeer) -> None:
    error = said(Salesforce(peer.settings, client_context()), COMMENT)
    assert type(error) is Rejected
    assert "00001001" in str(error)


def test_no_error_and_no_log_tells_a_secret_or_what_the_homeowner_said(
    salesforce: Salesforce, peer: SalesforcePeer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    texts: list[str] = []
    for fault, _, _ in ANSWERS.values():
        peer.faults.append(replace(fault, method="PATCH", path=CREATE))
        texts.append(str(said(salesforce, OPEN)))
    told = "\n".join([*texts, caplog.text])
    for secret in (SECRET, "00D-token", "Water", "Hanna", "names and addresses"):
        assert secret not in told


def test_settings_that_fit_are_told_so(salesforce: Salesforce) -> None:
    found = list(salesforce.examine(live=True))
    assert [each.what for each in found if not each.fits] == []
    assert len(found) == 9


MISFITS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "no queue": ({"queue": ""}, "systems.salesforce.queue"),
    "no field for the type": ({"fields": {"Case Description": "Description"}}, "Customer Request Type"),
    "no API name": ({"external_key": "Complaint Key"}, "systems.salesforce.external_key"),
    "another queue": ({"queue": "Nowhere"}, "the queue"),
    "another status": ({"closed_status": "New"}, "the closing status"),
    "a field that is not there": (
        {"fields": {"Customer Request Type": "Type", "Case Description": "Nope__c"}},
        "the field “Case Description”",
    ),
    "a type that is not offered": (
        {"fields": {"Customer Request Type": "SubType__c", "Case Description": "Description"}},
        "the field “Customer Request Type”",
    ),
    "a key that is none": ({"external_key": "Subject"}, "the desk’s key"),
    "a key that is not there": ({"external_key": "Nope__c"}, "the desk’s key"),
    "a look-up of something else": (
        {"related": (Related("ContactId", "Account", "Name", "Related Installer"),)},
        "“Related Installer”",
    ),
    "a look-up by what is not there": (
        {"related": (Related("AccountId", "Account", "Nope__c", "Related Installer"),)},
        "“Related Installer”",
    ),
    "a wrong secret": ({"client_secret": SecretStr("another")}, "Salesforce"),
}


@pytest.mark.parametrize(("changes", "what"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_is_named(peer: SalesforcePeer, changes: Mapping[str, object], what: str) -> None:
    found = [each for each in with_(peer, **changes).examine(live=True) if not each.fits]
    assert len(found) == 1
    assert what in found[0].what
    assert peer.cases == []
