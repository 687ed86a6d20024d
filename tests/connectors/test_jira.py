"""Jira: tickets that are right the first time and there once, whatever fails on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot import guard
from bot.connectors.jira import Jira
from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown, RateLimited, Rejected, Unreached
from bot.guard import Standing
from bot.sop import Facts
from bot.system_settings import JiraSettings
from bot.systems import UPDATE, Addressee, Draft, Receipt, Record, Status, Surroundings
from tests.peers.jira import CHANNEL, MAIL, ORGANISATIONS, PERSON, RESOLVED, TOKEN, USER, JiraPeer, Notice
from tests.peers.peer import Fault, Reply, html

MARK = "3f2a9c1d" + "0" * 24
TRACE = "(Complaint Desk HC-1042 · 3f2a9c1d)"
LABEL = f"complaint-desk-{MARK}"
MANAGER = Addressee("account_manager", "manager@ever.example.test", place="participant")
INSTALLER = Addressee("installer", "office@bright-roofs.example.test")
FIELDS = {
    "Queue": "Homeowner Support Queue",
    "Summary": "Homeowner Concern – Hanna",
    "Description": "Three calls, no answer.",
    "Organization": "Bright Roofs",
    "Support Channel": "Phone",
    "Internal Comment": "Phone: 202-555-0101.",
}
HO = Draft("HC-1042", "ebh", "open_ticket", "open_ticket", "ho_ticket", fields=FIELDS)
LINKED = Draft(
    "HC-1042",
    "ebh",
    "open_linked_ticket",
    "open_linked_ticket",
    "installer_ticket",
    fields={
        "Summary": "Homeowner Concern – Hanna - Bright Roofs",
        "Description": "Three calls, no answer.",
        "Installer’s email address": "office@bright-roofs.example.test",
        "Organization": "Bright Roofs",
        "Support Channel": "Phone",
    },
)
ADD = Draft("HC-1042", "ebh", "add_participant", "add", "installer_ticket", addressees=(MANAGER,))
NOTE = Draft("HC-1042", "ebh", "internal_comment", "note", "ho_ticket", text="1/2 attempt")
REPLY = Draft(
    "HC-1042", "ebh", "email", "reply", "installer_ticket", text="Please call.", addressees=(INSTALLER,)
)
CLOSE = Draft("HC-1042", "ebh", "close", "close", "ho_ticket", text="The homeowner is content.")
CHANGE = Draft("HC-1042", "ebh", UPDATE, "open_ticket", "ho_ticket", fields={"Description": "Four calls."})
HO_RECORD = Record(1042, "ho_ticket", "ebh", "EBH-1", own_id="10101", fields=FIELDS)
INSTALLER_RECORD = Record(1042, "installer_ticket", "ebh", "EBH-2", own_id="10102", fields=LINKED.fields)
AROUND = Surroundings({"ho_ticket": HO_RECORD, "installer_ticket": INSTALLER_RECORD})


@pytest.fixture(scope="module")
def server() -> Iterator[JiraPeer]:
    with JiraPeer() as server:
        yield server


@pytest.fixture
def peer(server: JiraPeer) -> JiraPeer:
    server.forget()
    server.organisation("Bright Roofs", server.account("office@bright-roofs.example.test"))
    server.account("manager@ever.example.test")
    return server


@pytest.fixture
def settings(server: JiraPeer) -> JiraSettings:
    return JiraSettings(
        server.url,
        USER,
        SecretStr(TOKEN),
        request_types={"ho_ticket": "Homeowner concern", "installer_ticket": "22"},
        fields={
            "Organization": ORGANISATIONS,
            "Support Channel": CHANNEL,
            "Installer’s email address": MAIL,
        },
        labels=("homeowner-concern",),
    )


@pytest.fixture
def jira(peer: JiraPeer, settings: JiraSettings) -> Jira:
    return Jira(settings)


def carry_out(
    jira: Jira, draft: Draft, *, seek: bool = False, mark: str = MARK, around: Surroundings = AROUND
) -> Receipt:
    standing = Standing(Facts(program="everbright"))
    return jira.carry_out(guard.clear(draft, standing), mark, around, seek)


def with_tickets(jira: Jira, peer: JiraPeer) -> None:
    """Both tickets of the case are there, from orders before."""
    carry_out(jira, HO, mark="a" * 32)
    carry_out(jira, LINKED, mark="b" * 32)
    peer.calls.clear()
    peer.notices.clear()


# --- what is written ------------------------------------------------------------------------------


def test_the_homeowners_ticket_has_everything_the_sop_names(jira: Jira, peer: JiraPeer) -> None:
    receipt = carry_out(jira, HO)
    issue = peer.only()
    assert receipt == Receipt("EBH-1", f"{peer.url}/browse/EBH-1", "10101", FIELDS)
    assert (issue.request_type, issue.fields) == (
        "21",
        {
            "summary": "Homeowner Concern – Hanna",
            "description": f"Three calls, no answer.\n\n{TRACE}",
            "labels": ["homeowner-concern", LABEL],
            CHANNEL: {"value": "Phone"},
            ORGANISATIONS: [1],
        },
    )
    assert [(each.body, each.public) for each in issue.comments] == [
        (f"Phone: 202-555-0101.\n\n{TRACE}", False)
    ]


def test_the_installers_ticket_is_linked_to_it(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    issue = peer.issues["EBH-2"]
    assert issue.fields["summary"] == "Homeowner Concern – Hanna - Bright Roofs"
    assert issue.fields[MAIL] == "office@bright-roofs.example.test"
    assert issue.links == peer.issues["EBH-1"].links == [("Relates", "EBH-1", "EBH-2")]


def test_what_the_form_takes_is_there_from_the_beginning(jira: Jira, peer: JiraPeer) -> None:
    peer.request_types[0].form |= {"labels": True, ORGANISATIONS: True, CHANNEL: False}
    carry_out(jira, HO)
    assert peer.only().fields["labels"] == ["homeowner-concern", LABEL]
    assert peer.asked("PUT", "") == []


def test_a_field_that_is_not_mapped_is_not_lost(settings: JiraSettings, peer: JiraPeer) -> None:
    carry_out(Jira(replace(settings, fields={})), HO)
    assert peer.only().fields["description"] == (
        f"Three calls, no answer.\n\nOrganization: Bright Roofs\nSupport Channel: Phone\n\n{TRACE}"
    )


def test_a_long_summary_is_cut_to_what_jira_takes(jira: Jira, peer: JiraPeer) -> None:
    carry_out(jira, replace(HO, fields={**FIELDS, "Summary": "n" * 300}))
    assert peer.only().fields["summary"] == "n" * 254 + "…"


def test_words_that_people_typed_mention_nobody(jira: Jira, peer: JiraPeer) -> None:
    stranger = peer.account("stranger@example.test")
    words = f"Ask [~accountid:{stranger}] {{color}}"
    carry_out(jira, replace(HO, fields={**FIELDS, "Description": words, "Internal Comment": words}))
    carry_out(jira, replace(NOTE, text=words))
    peer.schemas[MAIL] = {
        "type": "string",
        "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textarea",
    }
    carry_out(
        jira, replace(LINKED, fields={**LINKED.fields, "Installer’s email address": words}), mark="d" * 32
    )
    assert [notice for notice in peer.notices if notice.to == "stranger@example.test"] == []


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        pytest.param(NOTE, [], id="an internal comment, nobody"),
        pytest.param(CLOSE, [], id="closing, nobody"),
        pytest.param(
            REPLY,
            [Notice("office@bright-roofs.example.test", "EBH-2", "comment")],
            id="a reply, the installer",
        ),
        pytest.param(ADD, [Notice("manager@ever.example.test", "EBH-2", "participant")], id="who is added"),
    ],
)
def test_jira_writes_to(jira: Jira, peer: JiraPeer, draft: Draft, told: list[Notice]) -> None:
    with_tickets(jira, peer)
    carry_out(jira, draft)
    assert peer.notices == told


def test_a_comment_tells_its_number(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    receipt = carry_out(jira, NOTE)
    comment = peer.issues["EBH-1"].comments[-1]
    assert (comment.body, comment.public) == (f"1/2 attempt\n\n{TRACE}", False)
    assert receipt == Receipt(comment.id, f"{peer.url}/browse/EBH-1?focusedCommentId={comment.id}")


@pytest.mark.parametrize("reads", ["as a participant", "in a field", "hidden"])
def test_a_reply_reaches_whoever_reads_the_ticket(jira: Jira, peer: JiraPeer, reads: str) -> None:
    with_tickets(jira, peer)
    issue = peer.issues["EBH-2"]
    if reads == "in a field":
        issue.fields[MAIL] = "New@example.test"
    else:
        issue.participants.append(peer.account("new@example.test", hidden=reads == "hidden"))
    carry_out(jira, replace(REPLY, addressees=(Addressee("installer", "new@example.test"),)))
    assert issue.comments[-1].public


def test_somebody_who_takes_part_is_not_added_again(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    carry_out(jira, ADD)
    carry_out(jira, ADD, seek=True)
    assert len(peer.asked("POST", "participant")) == 1


def test_a_customer_is_found_by_their_address_alone(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    peer.account("x-carla@example.test", customer=True)
    carla = peer.account("Carla@example.test", customer=True)
    carry_out(jira, replace(ADD, addressees=(Addressee("risk", "carla@example.test", place="participant"),)))
    assert peer.issues["EBH-2"].participants == [carla]


def test_closing_resolves_and_is_done_where_it_is_closed(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    carry_out(jira, CLOSE)
    issue = peer.issues["EBH-1"]
    assert (issue.status, issue.resolution) == (RESOLVED, "Done")
    carry_out(jira, CLOSE, seek=True)
    assert len(peer.asked("POST", "transitions")) == 1
    assert sum(TRACE in each.body for each in issue.comments) == 1


def test_an_update_writes_what_differs_and_keeps_the_trace(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    carry_out(jira, CHANGE)
    [call] = peer.asked("PUT", "")
    assert call.json() == {"fields": {"description": "Four calls.\n\n(Complaint Desk HC-1042 · aaaaaaaa)"}}
    carry_out(jira, CHANGE, seek=True)
    assert len(peer.asked("PUT", "")) == 1


def test_a_description_that_people_wrote_is_left_as_it_is(settings: JiraSettings, peer: JiraPeer) -> None:
    jira = Jira(replace(settings, fields={}))
    with_tickets(jira, peer)
    peer.issues["EBH-1"].fields["description"] = "By hand."
    by_hand = Surroundings({"ho_ticket": replace(HO_RECORD, fields={})})
    carry_out(jira, replace(CHANGE, fields={"Support Channel": "Chat"}), around=by_hand)
    assert peer.issues["EBH-1"].fields["description"] == "By hand."


def test_another_installer_takes_the_place_of_the_one_before(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    for name in ("Added by hand", "New Roofs"):
        peer.organisation(name)
    peer.issues["EBH-1"].fields[ORGANISATIONS] = [1, 2]
    carry_out(jira, replace(CHANGE, fields={"Organization": "New Roofs"}))
    assert peer.issues["EBH-1"].fields[ORGANISATIONS] == [2, 3]


# --- once, whatever fails -------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    reply: Reply | None
    error: type[DeliveryError]
    after: bool = False
    reads: bool = False
    """Whether calls that only read are met, too."""


TROUBLES = {
    "cut before": Trouble(None, OutcomeUnknown, reads=True),
    "cut after": Trouble(None, OutcomeUnknown, after=True),
    "a proxy's page": Trouble(html(502), OutcomeUnknown),
    "a proxy's page after": Trouble(html(502), OutcomeUnknown, after=True),
    "a page that says 404": Trouble(html(404), OutcomeUnknown),
    "a page that says 200": Trouble(html(200), OutcomeUnknown, after=True),
    "500 after": Trouble(
        Reply(500, {"errorMessages": ["Internal server error"]}), OutcomeUnknown, after=True
    ),
    "409": Trouble(Reply(409, {"errorMessages": ["Conflict"]}), OutcomeUnknown),
    "429": Trouble(Reply(429, {}, {"Retry-After": "7"}), RateLimited),
    "401": Trouble(Reply(401, "Basic auth failed"), NotLetIn),
    "403": Trouble(Reply(403, {"errorMessages": ["No."]}), NotLetIn),
}
VERBS = {
    "open": replace(HO, addressees=(MANAGER,)),
    "open linked": LINKED,
    "add participant": ADD,
    "internal comment": NOTE,
    "reply": REPLY,
    "close": CLOSE,
    "update": replace(
        CHANGE, fields={**CHANGE.fields, "Organization": "Bright Roofs", "Support Channel": "Chat"}
    ),
}


def standing_of(peer: JiraPeer) -> object:
    """All that Jira holds, and all to whom it has written."""
    issues = {
        issue.key: (
            {**issue.fields, "labels": sorted(issue.fields.get("labels", []))},
            issue.participants,
            [(each.body, each.public) for each in issue.comments],
            issue.links,
            issue.status["name"],
        )
        for issue in peer.issues.values()
    }
    return issues, sorted(peer.notices, key=repr)


def begun(jira: Jira, peer: JiraPeer, draft: Draft) -> None:
    """As it is before this order."""
    peer.issues.clear()
    peer.notices.clear()
    carry_out(jira, HO, mark="a" * 32)
    if draft.verb != "open_linked_ticket":
        carry_out(jira, LINKED, mark="b" * 32)
    peer.calls.clear()
    peer.faults.clear()


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("draft", VERBS.values(), ids=VERBS)
def test_each_call_may_fail_and_all_is_done_once(
    jira: Jira, peer: JiraPeer, draft: Draft, trouble: Trouble
) -> None:
    begun(jira, peer, draft)
    receipt = carry_out(jira, draft)
    wanted = standing_of(peer)
    calls = dict.fromkeys((call.method, call.path) for call, _ in peer.calls)
    for method, path in calls if trouble.reads else [each for each in calls if each[0] != "GET"]:
        begun(jira, peer, draft)
        peer.lag = True
        peer.faults.append(Fault(trouble.reply, trouble.after, method, f"^{path}$"))
        with pytest.raises((trouble.error, Unreached)):
            carry_out(jira, draft)
        peer.index()
        assert carry_out(jira, draft, seek=True) == receipt, path
        assert standing_of(peer) == wanted, path
        peer.lag = False


def test_two_troubles_in_a_row_are_no_more_than_one(jira: Jira, peer: JiraPeer) -> None:
    carry_out(jira, HO, mark="a" * 32)
    for path in ("request$", "issue/EBH-2$", "issueLink$"):
        peer.faults.append(Fault(None, True, "PUT" if "EBH" in path else "POST", path))
    for seek in (False, True, True):
        with pytest.raises(OutcomeUnknown):
            carry_out(jira, LINKED, seek=seek)
    carry_out(jira, LINKED, seek=True)
    assert (len(peer.issues), len(peer.issues["EBH-2"].links)) == (2, 1)


@pytest.mark.parametrize(
    ("path", "error", "traceless"),
    [
        pytest.param("servicedesk$", Unreached, True, id="before anything was written"),
        pytest.param("request$", OutcomeUnknown, False, id="as the ticket was opened"),
        pytest.param("issue/EBH-1$", OutcomeUnknown, False, id="while it was read again"),
    ],
)
def test_it_tells_whether_something_may_have_come_of_it(
    jira: Jira, peer: JiraPeer, path: str, error: type[DeliveryError], traceless: bool
) -> None:
    peer.faults.append(Fault(None, path=path))
    with pytest.raises(error) as trouble:
        carry_out(jira, HO)
    assert trouble.value.traceless == traceless


@pytest.mark.parametrize(("path", "traceless"), [("servicedesk$", True), ("issue/EBH-1$", False)])
def test_somebody_who_is_shut_out_on_the_way_may_have_begun(
    jira: Jira, peer: JiraPeer, path: str, traceless: bool
) -> None:
    peer.faults.append(Fault(Reply(401), path=path))
    with pytest.raises(NotLetIn) as shut_out:
        carry_out(jira, HO)
    assert shut_out.value.traceless == traceless


def test_a_slow_jira_is_left_before_the_lease_ends(peer: JiraPeer, settings: JiraSettings) -> None:
    slow = Jira(settings, now=lambda: 30.0 * len(peer.calls))
    with pytest.raises(OutcomeUnknown, match="slow"):
        carry_out(slow, HO)
    assert len(peer.calls) == 5
    carry_out(Jira(settings), HO, seek=True)
    assert len(peer.issues) == 1


def lost_after_opening(jira: Jira, peer: JiraPeer) -> None:
    peer.faults.append(Fault(None, True, "POST", "request$"))
    with pytest.raises(OutcomeUnknown):
        carry_out(jira, HO)


def test_a_ticket_is_found_by_its_trace_before_it_has_its_label(jira: Jira, peer: JiraPeer) -> None:
    lost_after_opening(jira, peer)
    assert "labels" not in peer.only().fields
    carry_out(jira, HO, seek=True)
    assert LABEL in peer.only().fields["labels"]


def test_a_ticket_is_found_by_its_label_after_somebody_has_rewritten_it(jira: Jira, peer: JiraPeer) -> None:
    carry_out(jira, HO)
    peer.only().fields["description"] = "In other words."
    carry_out(jira, HO, seek=True)
    assert peer.only().fields["description"] == "In other words."


def test_a_ticket_that_only_tells_of_another_is_not_taken_for_it(jira: Jira, peer: JiraPeer) -> None:
    fields = {**FIELDS, "Description": "See 3f2a9c1d."}
    carry_out(jira, replace(HO, case_name="HC-1001", fields=fields), mark="a" * 32)
    receipt = carry_out(jira, HO, seek=True)
    assert receipt.reference == "EBH-2"


def test_a_limit_is_not_waited_for_here(jira: Jira, peer: JiraPeer) -> None:
    peer.faults.append(Fault(Reply(429, {}, {"Retry-After": "86400"})))
    with pytest.raises(RateLimited) as limited:
        carry_out(jira, HO)
    assert (limited.value.seconds, len(peer.calls)) == (86400, 1)


# --- what cannot be done --------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    draft: Draft
    says: str
    change: Callable[[JiraPeer], object] = lambda peer: None
    settings: Mapping[str, Any] = field(default_factory=dict)
    around: Surroundings = AROUND
    tickets: int = 2
    """How many there are afterwards; two were there before."""


REFUSALS = {
    "no such organisation": Refusal(HO, "no organisation", lambda peer: peer.organisations.clear()),
    "nobody by that address": Refusal(
        replace(HO, addressees=(Addressee("account_manager", "nobody@example.test", place="participant"),)),
        "no account with the address of the account manager",
    ),
    "somebody who hides their address": Refusal(
        replace(HO, addressees=(Addressee("risk", "hidden@example.test", place="participant"),)),
        "hides theirs",
        lambda peer: peer.account("hidden@example.test", hidden=True),
    ),
    "somebody who has left": Refusal(
        replace(HO, addressees=(Addressee("risk", "gone@example.test", place="participant"),)),
        "no account with the address of the risk",
        lambda peer: peer.account("gone@example.test", customer=True, active=False),
    ),
    "no such request type": Refusal(
        HO, "systems.jira.request_types.ho_ticket", settings={"request_types": {"ho_ticket": "Other"}}
    ),
    "a field that is wanted": Refusal(
        HO, "wants Customfield_10003", lambda peer: peer.request_types[0].form.update({MAIL: True})
    ),
    "a form without description": Refusal(
        HO, "no Description", lambda peer: peer.request_types[0].form.pop("description")
    ),
    "a field of people": Refusal(HO, "cannot fill (user)", settings={"fields": {"Organization": PERSON}}),
    "a choice that is none": Refusal(
        replace(HO, fields={**FIELDS, "Support Channel": "Pigeon"}),
        "fill in the fields of EBH-3 (400). It did not like: Support Channel.",
        tickets=3,
    ),
    "a choice that is none, on the form": Refusal(
        replace(HO, fields={**FIELDS, "Support Channel": "Pigeon"}),
        "open the ticket (400). It did not like: Support Channel.",
        lambda peer: peer.request_types[0].form.update({CHANNEL: False}),
    ),
    "no ticket to link to": Refusal(LINKED, "has no number of the homeowner’s ticket", around=Surroundings()),
    "a number that is none": Refusal(
        NOTE,
        "has no number",
        around=Surroundings({"ho_ticket": replace(HO_RECORD, reference="EBH-1/comment?x=")}),
    ),
    "a ticket that is gone": Refusal(
        NOTE,
        "(404)",
        around=Surroundings({"ho_ticket": replace(HO_RECORD, reference="EBH-99")}),
    ),
    "a reply that would reach nobody": Refusal(
        replace(REPLY, addressees=(Addressee("installer", "new@example.test"),)),
        "Nobody who reads EBH-2 has the address of the installer",
    ),
    "no words": Refusal(replace(NOTE, text=" "), "no words"),
    "another way to close": Refusal(CLOSE, "cannot be closed by “Finish”", settings={"close": "Finish"}),
    "what Jira does not do": Refusal(replace(NOTE, verb="reassign"), "does not do this (reassign)"),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_done_says_what_to_do(
    peer: JiraPeer, settings: JiraSettings, refusal: Refusal
) -> None:
    with_tickets(Jira(settings), peer)
    refusal.change(peer)
    with pytest.raises(Rejected) as rejected:
        carry_out(Jira(replace(settings, **refusal.settings)), refusal.draft, around=refusal.around)
    said = str(rejected.value)
    assert refusal.says in said
    assert not any(word in said for word in ("@", "Hanna", "Roofs", "Three calls", TOKEN)), said
    assert (len(peer.issues), peer.notices) == (refusal.tickets, [])


@pytest.mark.parametrize(
    ("lacking", "draft", "named"),
    [
        ("SERVICEDESK_AGENT", HO, "an agent’s licence"),
        ("BROWSE_PROJECTS", HO, "“Browse projects”"),
        ("EDIT_ISSUES", HO, "“Edit issues”"),
        ("ADD_COMMENTS", HO, "“Add comments”"),
        ("LINK_ISSUES", LINKED, "“Link issues”"),
        ("TRANSITION_ISSUES", CLOSE, "“Transition issues”"),
        ("USER_PICKER", ADD, "“Browse users and groups”"),
    ],
)
def test_a_permission_that_is_missing_is_named(
    jira: Jira, peer: JiraPeer, lacking: str, draft: Draft, named: str
) -> None:
    with_tickets(jira, peer)
    peer.lacking = {lacking}
    with pytest.raises(NotLetIn, match=named):
        carry_out(jira, draft, mark="c" * 32)


@pytest.mark.parametrize(
    "wrong", [{"token": SecretStr("of yesterday")}, {"user": "other@example.test"}], ids=["token", "user"]
)
def test_a_wrong_key_opens_nothing(peer: JiraPeer, settings: JiraSettings, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotLetIn, match="JIRA_API_TOKEN"):
        carry_out(Jira(replace(settings, **wrong)), HO)


def test_the_log_tells_of_nobody(jira: Jira, peer: JiraPeer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with_tickets(jira, peer)
    carry_out(jira, ADD)
    assert not any(word in caplog.text for word in ("@", "%40", "Hanna", "Roofs", TOKEN)), caplog.text


# --- what is read ---------------------------------------------------------------------------------


def test_how_tickets_stand_is_read_fifty_at_once(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    peer.issues["EBH-2"].status = RESOLVED
    references = [f"EBH-{n}" for n in range(1, 120)] + ["recorded by hand"]
    records = [replace(HO_RECORD, reference=reference) for reference in references]
    assert jira.status(records) == {
        "EBH-1": Status("Waiting for support"),
        "EBH-2": Status("Resolved", closed=True),
    }
    assert len(peer.calls) == 3


def test_nothing_is_read_where_there_is_nothing(jira: Jira, peer: JiraPeer) -> None:
    assert (jira.status([]), peer.calls) == ({}, [])


def test_who_is_in_an_organisation_is_known(jira: Jira, peer: JiraPeer) -> None:
    addresses = [f"person-{n}@example.test" for n in range(60)]
    for n in range(60):
        peer.organisation(f"Installer {n}")
    peer.organisation("Team of Many", *[peer.account(address) for address in addresses])
    assert jira.members(" team of many") == tuple(addresses)


def test_behind_a_ticket_is_whoever_reads_it(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    peer.issues["EBH-2"].participants.append(peer.account("added-by-hand@example.test"))
    assert jira.members("EBH-2") == (USER, "added-by-hand@example.test", "office@bright-roofs.example.test")


@pytest.mark.parametrize("address", ["somebody@example.test", "No such name", ""])
def test_a_person_is_no_organisation(jira: Jira, address: str) -> None:
    assert jira.members(address) == ()


# --- whether the settings fit ---------------------------------------------------------------------


def test_without_a_live_look_nothing_is_asked(jira: Jira, peer: JiraPeer) -> None:
    assert ([each.what for each in jira.examine(live=False)], peer.calls) == (["settings"], [])


def test_settings_that_fit_are_told_to(jira: Jira, peer: JiraPeer) -> None:
    with_tickets(jira, peer)
    findings = list(jira.examine(live=True))
    assert [each for each in findings if not each.fits] == []
    assert {"sign-in", "queue", "permissions", "link_type", "close", "fields.Organization"} <= {
        each.what for each in findings
    }
    assert {call.method for call, _ in peer.calls} == {"GET"}


@dataclass(frozen=True)
class Misfit:
    what: str
    says: str
    change: Callable[[JiraPeer], object] = lambda peer: None
    settings: Mapping[str, Any] = field(default_factory=dict)


MISFITS = {
    "token": Misfit("Jira", "JIRA_API_TOKEN", settings={"token": SecretStr("of yesterday")}),
    "project": Misfit("Jira", "404", settings={"project": "XYZ"}),
    "service desk": Misfit("Jira", "systems.jira.service_desk", settings={"service_desk": "Others"}),
    "permission": Misfit("permissions", "Link issues", lambda peer: peer.lacking.add("LINK_ISSUES")),
    "queue": Misfit("queue", "Homeowner Support Queue", lambda peer: peer.queues.pop()),
    "no such field": Misfit(
        "fields.Support Channel", "customfield_1", settings={"fields": {"Support Channel": "customfield_1"}}
    ),
    "no organisations": Misfit(
        "fields.Organization", "customer organisations", settings={"fields": {"Organization": CHANNEL}}
    ),
    "a field of people": Misfit(
        "fields.Support Channel", "cannot fill", settings={"fields": {"Support Channel": PERSON}}
    ),
    "request type": Misfit(
        "request_types.ho_ticket",
        "“Other”",
        settings={"request_types": {"ho_ticket": "Other", "installer_ticket": "22"}},
    ),
    "a field that is wanted": Misfit(
        "request_types.ho_ticket", "wants", lambda peer: peer.request_types[0].form.update({PERSON: True})
    ),
    "no description": Misfit(
        "request_types.ho_ticket", "Description", lambda peer: peer.request_types[0].form.pop("description")
    ),
    "link type": Misfit("link_type", "Blocks", lambda peer: peer.link_types.pop()),
    "closing": Misfit("close", "Resolve this issue", settings={"close": "Finish"}),
    "a proxy": Misfit("Jira", "502", lambda peer: peer.faults.append(Fault(html(502)))),
    "not Jira": Misfit(
        "JIRA_URL",
        "Jira Cloud",
        lambda peer: peer.faults.append(Fault(Reply(200, {"hello": 1}), path="field")),
    ),
}


@pytest.mark.parametrize("misfit", MISFITS.values(), ids=MISFITS)
def test_a_setting_that_does_not_fit_is_named(peer: JiraPeer, settings: JiraSettings, misfit: Misfit) -> None:
    with_tickets(Jira(settings), peer)
    misfit.change(peer)
    wrong = [each for each in Jira(replace(settings, **misfit.settings)).examine(live=True) if not each.fits]
    assert [each.what for each in wrong] == [misfit.what]
    assert misfit.says in wrong[0].said
    assert TOKEN not in wrong[0].said


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"url": ""}, "JIRA_URL"),
        ({"user": ""}, "JIRA_USER"),
        ({"token": SecretStr("")}, "JIRA_API_TOKEN"),
        ({"request_types": {"ho_ticket": "21"}}, "request_types.installer_ticket"),
    ],
)
def test_what_is_missing_is_seen_without_asking(
    peer: JiraPeer, settings: JiraSettings, change: dict[str, Any], what: str
) -> None:
    wrong = [each for each in Jira(replace(settings, **change)).examine(live=True) if not each.fits]
    assert ([each.what for each in wrong], peer.calls) == ([what], [])
