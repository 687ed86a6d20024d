"""Power BI over HTTP: what it is asked, what its rows mean, and what each of its errors says to do."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.connectors.microsoft import Token
from bot.connectors.power_bi import SCOPE, PowerBi, scope_of
from bot.connectors.power_bi_query import Dataset, homeowners_of, text
from bot.errors import NotLetIn, OutcomeUnknown, RateLimited, Rejected
from bot.listings import Found, ListedHomeowner
from bot.look_up import Answer, _bare, _holds, asked_words
from bot.system_settings import MicrosoftApp, PowerBiSettings
from tests.peers.certificates import client_context
from tests.peers.dax import Model
from tests.peers.entra import EntraPeer
from tests.peers.peer import Fault, Reply, html
from tests.peers.power_bi import (
    DATASET,
    LIMITED,
    NOT_KNOWN,
    NOT_LET_IN,
    TOKEN,
    TROUBLE,
    WORKSPACE,
    PowerBiPeer,
    SignedIn,
)

ROOT = Path(__file__).parents[2]
TODAY = date(2030, 1, 9)
APP = MicrosoftApp("tenant", "client", SecretStr("a-secret"))
MAPPED = {
    "account": "Account",
    "name": "Full Name",
    "address": "Property Address",
    "phone": "Phone",
    "email": "E-mail",
    "program": "Program",
    "product": "Product",
    "m1": "M1",
    "installer": "Installer",
}


def row(name, address="2 Maple Street", phone="202-555-0101", email=None, **more):
    """A row of the dataset, by its columns."""
    told = {"Full Name": name, "Property Address": address, "Phone": phone, "E-mail": email}
    return dict.fromkeys(MAPPED.values()) | told | more


HANS = row(
    "Hans (homeowner)", Account=4711, Program="EverBright", M1="2029-10-31T00:00:00", Installer="Bright Roofs"
)
OLGA = row(
    "Olga (homeowner)", "3 Oak Avenue", "(202) 555-0102", "olga@example.test", M1="not yet", Product="PPA"
)
OBRIEN = row("Pat O’Brien (homeowner)", "4 Hans Lane", None, Program="Sunlight", M1="2031-01-01")
NAMELESS = row(None, "5 Maple Street")


@pytest.fixture(scope="module")
def running() -> Iterator[PowerBiPeer]:
    with PowerBiPeer([HANS, OLGA, OBRIEN, NAMELESS]) as peer:
        yield peer


@pytest.fixture
def peer(running: PowerBiPeer) -> PowerBiPeer:
    running.forget()
    return running


@pytest.fixture
def power_bi(peer: PowerBiPeer) -> Iterator[Callable[..., PowerBi]]:
    """Makes a connector to the stand-in, with settings changed as it is told."""
    made = []

    def make(token=None, **changed):
        told = {
            "workspace": WORKSPACE,
            "dataset": DATASET,
            "table": "Homeowners",
            "columns": MAPPED,
            "url": peer.base,
        }
        made.append(PowerBi(PowerBiSettings(APP, **{**told, **changed}), token or SignedIn()))
        return made[-1]

    yield make
    for each in made:
        each.close()


def names(found):
    return sorted(each.name.split()[0] for each in found.homeowners)


SEARCHES = {
    "a name": ("hans", ["Hans", "Pat"]),
    "letter case": ("HANS MAPLE", ["Hans"]),
    "the inside of a word": ("aple str", ["Hans"]),
    "an address": ("3 oak", ["Olga"]),
    "an e-mail address": ("olga@exam", ["Olga"]),
    "an account number": ("4711", ["Hans"]),
    "a phone number": ("+1 202.555.0102", ["Olga"]),
    "part of a phone number": ("555-0101", ["Hans"]),
    "the last digits": ("0102", ["Olga"]),
    "an apostrophe of another kind": ("o'brien", ["Pat"]),
    "two apart": ("homeowner lane", ["Pat"]),
    "nobody": ("nobody", []),
}


@pytest.mark.parametrize(("typed", "found"), SEARCHES.values(), ids=SEARCHES)
def test_a_homeowner_is_found_by(typed, found, peer, power_bi):
    answer = power_bi().find(asked_words(typed), 99, TODAY)
    assert (names(answer), answer.complete) == (found, True)


def test_a_row_is_read_as_an_import_reads_it(peer, power_bi):
    [hans] = power_bi().find(("4711",), 99, TODAY).homeowners
    assert (hans.account, hans.name, hans.address) == ("4711", "Hans (homeowner)", "2 Maple Street")
    assert (hans.program, hans.product, hans.milestones) == ("everbright", "", {"m1": "2029-10-31"})
    assert (hans.phone, hans.email, hans.installer, hans.id) == ("202-555-0101", "", "Bright Roofs", 0)
    [olga] = power_bi().find(("olga",), 99, TODAY).homeowners
    assert (olga.product, olga.milestones) == ("ppa", {"m1": "not_yet"})


def test_what_cannot_be_read_in_a_row_is_taken_as_not_known(peer, power_bi):
    [pat] = power_bi().find(("brien",), 99, TODAY).homeowners
    assert (pat.program, pat.milestones) == ("", {})


def test_no_more_are_answered_than_fit_the_menu_and_those_by_name_come_first(power_bi):
    """Those who are alike to the last one are answered, too, and before the others."""
    rows = [row("Adam (homeowner)", "1 Hans Court"), HANS, row("Hans (homeowner)", "7 Elm Street")]
    rows += [row("Hansel (homeowner)", f"{each} Elm Street") for each in range(3)]
    with PowerBiPeer(rows) as peer:
        answer = power_bi(url=peer.base).find(("hans",), 3, TODAY)
    assert ([each.name.split()[0] for each in answer.homeowners], answer.complete) == (
        ["Hans", "Hans", "Hansel"],
        False,
    )


def test_parts_of_an_address_are_joined_and_searched(power_bi):
    rows = [{"N": "Hans (homeowner)", "A": "2 Maple Street", "C": "Riverton", "S": "UT", "Z": 84065}]
    columns = {"name": "N", "address": "A", "city": "C", "state": "S", "zip": "Z"}
    with PowerBiPeer(rows, tuple("NACSZ")) as peer:
        [hans] = power_bi(columns=columns, url=peer.base).find(("riverton", "84065"), 99, TODAY).homeowners
    assert hans.address == "2 Maple Street, Riverton, UT 84065"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\"'~*?[](),&|\n\\hans ")), max_size=60))
def test_whatever_is_typed_is_only_looked_for(typed):
    """The query reads as one search for these words, and answers who has them."""
    words = asked_words(typed)
    if not words:
        return
    rows = [{"N": "Hans (homeowner)", "A": "2 Maple Street"}, {"N": typed, "A": "x"}]
    found = Model({"T": (("N", "A"), rows)}).run(Dataset("T", {"name": "N", "address": "A"}).of(words, 99))
    assert {each["[name]"] for each in found} <= {each["N"] for each in rows}


TOLD = {"name": "N", "address": "A", "phone": "P"}
PLACES = [
    {"N": "Hans O’Brien-Muñoz", "A": "12 Maple St., Apt. 3", "P": "(202) 555-0101"},
    {"N": "Hansel Mapleton", "A": "3 O'Brien Road", "P": "+1 202 555 0112"},
    {"N": "Jose Han", "A": "202 Munoz Avenue", "P": None},
]
KEYS = st.text(alphabet="hansobrimpleu ’'-.,2013()+", min_size=3, max_size=14)


def directly(typed: str) -> list[ListedHomeowner]:
    """Who has what is typed, as the dataset says."""
    query = Dataset("T", TOLD).of(asked_words(typed), 99)
    return list(homeowners_of(Model({"T": (tuple("NAP"), PLACES)}).run(query), TODAY))


@given(KEYS, st.integers(3, 14))
def test_nobody_is_lost_where_a_longer_text_is_answered_from_a_shorter_one(typed, length):
    shorter, words = asked_words(typed[:length]), asked_words(typed)
    if not (shorter and words):
        return
    narrowed = Answer(shorter, Found(tuple(directly(typed[:length]))), 0.0).narrowed(words)
    # `s.l` is asked for as `s?l`, which finds Hansel, too; he need not be found again.
    wanted = {each.name for each in directly(typed) if _holds(each, map(_bare, words))}
    assert narrowed is None or wanted <= {each.name for each in narrowed.found.homeowners}


def test_tables_and_columns_are_quoted():
    table, name = 'Owner\'s "list"', "Full [first] Name's"
    model = Model({table: ((name, "A"), [{name: "Hans", "A": "x"}])})
    assert model.run(Dataset(table, {"name": name, "address": "A"}).of(("hans",), 99)) == [
        {"[name]": "Hans", "[address]": "x"}
    ]


PARTLY = {"results": [{"tables": [{"rows": [], "error": {"code": "x", "message": "Hans lives here"}}]}]}
FAULTS = {
    "not signed in": (NOT_KNOWN, NotLetIn, "client secret"),
    "no permission": (NOT_LET_IN, NotLetIn, "Viewer in the workspace"),
    "too often": (LIMITED, RateLimited, "wait"),
    "too often, unsaid for how long": (Reply(429, ""), RateLimited, "wait"),
    "a fault of its own": (TROUBLE, OutcomeUnknown, "500, InternalServerError"),
    "a proxy's page": (html(), OutcomeUnknown, "502"),
    "a proxy's page that says all is well": (html(200), OutcomeUnknown, "proxy"),
    "another JSON": (Reply(200, {"value": []}), OutcomeUnknown, "proxy"),
    "a list for an answer": (Reply(200, [1]), OutcomeUnknown, "proxy"),
    "a part only": (Reply(200, PARTLY), Rejected, "a part"),
    "a redirection": (Reply(302, "", {"Location": "http://127.0.0.1:1/"}), OutcomeUnknown, "302"),
    "words where a code should be": (Reply(403, {"error": {"code": "Hans lives here"}}), NotLetIn, "(403)"),
    "an answer that is garbled": (
        Reply(200, b"no gzip", {"Content-Encoding": "gzip"}),
        OutcomeUnknown,
        "does not answer",
    ),
    "the connection is cut": (None, OutcomeUnknown, "does not answer"),
}


@pytest.mark.parametrize(("reply", "error", "said"), FAULTS.values(), ids=FAULTS)
def test_what_each_error_says(reply, error, said, peer, power_bi, caplog):
    caplog.set_level(logging.INFO)
    peer.faults.append(Fault(reply))
    with pytest.raises(error) as raised:
        power_bi().find(("hans",), 99, TODAY)
    assert said in str(raised.value)
    for kept_back in ("Hans", "hans", TOKEN, "a-secret"):
        assert kept_back not in str(raised.value) + caplog.text
    assert len(power_bi().find(("hans",), 99, TODAY).homeowners) == 2


def test_a_token_that_is_not_taken_is_not_used_again(peer, power_bi):
    token = SignedIn("old")
    with pytest.raises(NotLetIn):
        power_bi(token).find(("hans",), 99, TODAY)
    assert token.forgotten == 1


def test_how_long_to_wait_is_told(peer, power_bi):
    for reply, seconds in ((LIMITED, 17), (Reply(429, "", {"Retry-After": "soon"}), 30)):
        peer.faults.append(Fault(reply))
        with pytest.raises(RateLimited) as raised:
            power_bi().find(("hans",), 99, TODAY)
        assert raised.value.seconds == seconds


def test_the_desk_signs_in_as_itself(power_bi):
    """Once, for Power BI and nothing else; what the sign-in refuses is told as its own."""
    with EntraPeer() as entra, PowerBiPeer([HANS], lets_in=lambda token: token in entra.issued) as peer:
        asking = power_bi(Token(entra.app, SCOPE, verify=client_context()), url=peer.base)
        assert [len(asking.find(("hans",), 99, TODAY).homeowners) for _ in range(2)] == [1, 1]
        [signed_in] = entra.asked("POST", "token$")
        assert signed_in.form()["scope"] == "https://analysis.windows.net/powerbi/api/.default"
        entra.expired = True
        later = power_bi(Token(entra.app, SCOPE, verify=client_context()), url=peer.base)
        with pytest.raises(NotLetIn, match="expired"):
            later.find(("hans",), 99, TODAY)
        assert [each.what for each in later.examine(live=True) if not each.fits] == ["sign-in"]


SCOPES = {
    "the cloud of most": ("https://api.powerbi.com/v1.0/myorg", SCOPE),
    "a government’s": (
        "https://api.powerbigov.us/v1.0/myorg",
        "https://analysis.usgovcloudapi.net/powerbi/api/.default",
    ),
    "this machine": ("http://127.0.0.1:8000/v1.0/myorg", SCOPE),
}


@pytest.mark.parametrize(("url", "scope"), SCOPES.values(), ids=SCOPES)
def test_a_token_is_asked_for_in_the_cloud_of_the_address(url, scope):
    assert scope_of(url) == scope


def test_a_dataset_that_is_not_there(peer, power_bi):
    elsewhere = power_bi(dataset="cccccccc-0000-4000-8000-000000000003")
    with pytest.raises(NotLetIn, match="no such dataset"):
        elsewhere.find(("hans",), 99, TODAY)


def test_a_column_that_is_not_there_is_refused_without_power_bis_words(peer, power_bi):
    with pytest.raises(Rejected, match="400, DatasetExecuteQueriesError") as raised:
        power_bi(columns={**MAPPED, "email": "Mail"}).find(("hans",), 99, TODAY)
    assert "Mail" not in str(raised.value)


def test_what_was_typed_stands_in_no_address(peer, power_bi):
    power_bi().find(("hans",), 99, TODAY)
    [call] = peer.asked("POST", "executeQueries$")
    assert call.query == {}


EXAMINED = {
    "all is well": ({}, [], []),
    "a column that is left blank": ({"columns": {**MAPPED, "email": ""}}, [], []),
    "no id": ({"workspace": "sales"}, ["workspace"], []),
    "no table": ({"table": ""}, ["table"], []),
    "a field that is needed": ({"columns": {"name": "Full Name"}}, ["columns.address"], []),
    "a field that nobody knows": ({"columns": {**MAPPED, "e-mail": "E-mail"}}, ["columns.e-mail"], []),
    "one wrong column": (
        {"columns": {**MAPPED, "email": "Mail", "m1": "One"}},
        [],
        ["columns.email", "columns.m1"],
    ),
    "a wrong table": ({"table": "People"}, [], ["table"]),
    "another dataset": ({"dataset": "cccccccc-0000-4000-8000-000000000003"}, [], ["dataset"]),
    "not signed in": ({"token": SignedIn("old")}, [], ["dataset"]),
}


@pytest.mark.parametrize(("changed", "at_once", "live"), EXAMINED.values(), ids=EXAMINED)
def test_what_the_doctor_finds(changed, at_once, live, peer, power_bi):
    found = list(power_bi(**changed).examine(live=False))
    assert [each.what for each in found if not each.fits] == at_once
    assert peer.calls == []
    found = list(power_bi(**changed).examine(live=True))
    assert [each.what for each in found if not each.fits] == at_once + live
    assert not any("Hans" in each.said for each in found)


def test_the_doctor_stops_where_it_is_not_let_in(peer, power_bi):
    peer.faults += [Fault(Reply(400, {"error": {"code": "DatasetExecuteQueriesError"}})), Fault(LIMITED)]
    found = list(power_bi().examine(live=True))
    assert [(each.what, each.fits) for each in found] == [
        ("settings", True),
        ("sign-in", True),
        ("dataset", False),
    ]


def test_a_desk_without_power_bi_loads_nothing_for_it():
    """A desk that is only to serve starts sooner."""
    heavy = "import app, sys; print(sorted({'httpx', 'msal', 'bot.connectors.power_bi'} & set(sys.modules)))"
    command = [sys.executable, "-c", heavy]
    ran = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.stdout == "[]\n"


def test_a_quotation_mark_ends_no_text():
    assert text('a" || "b') == '"a"" || ""b"'
