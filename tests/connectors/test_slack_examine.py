"""What the doctor sees in Slack: each expectation of desk.yaml against a workspace that has its faults."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.connectors.slack_examine import examined
from bot.desk_file import load_organisation
from bot.doctor import Check, Expected, expected
from sandbox.remote import Staff, Trouble
from sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.json"
CATO = "U0CATO0008"
NOTHING = Expected(frozenset())


@pytest.fixture(scope="module")
def workspace() -> Iterator[Sandbox]:
    sandbox = Sandbox(manifest=MANIFEST)
    sandbox.start()
    Staff(sandbox.url).deactivate(CATO)
    Staff(sandbox.url).set_group("S0TRAINED2", [])
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(workspace: Sandbox) -> Sandbox:
    Trouble(workspace.url).end()
    return workspace


def looked(sandbox: Sandbox, what: Expected, *, bot: str = "", app: str = "") -> list[Check]:
    client = WebClient(bot or sandbox.bot_token, base_url=sandbox.api_url, timeout=5)
    return list(examined(client, app or sandbox.app_token, what))


def test_the_sandboxs_own_desk_fits_but_for_what_is_public_and_who_has_left(sandbox):
    organisation = load_organisation(ROOT / "sandbox" / "desk.yaml", range(2029, 2032))
    checks = looked(sandbox, expected(organisation, MANIFEST))
    assert [(each.what, each.mark) for each in checks] == [
        ("SLACK_BOT_TOKEN", "ok"),
        ("scopes", "ok"),
        ("SLACK_APP_TOKEN", "ok"),
        ("channels.confirmations", "look"),
        ("channels.leads", "ok"),
        ("channels.back_office", "ok"),
        ("channels.front_line", "ok"),
        ("rota.people", "mend"),
        ("people", "ok"),
    ]
    assert checks[-2].said == f"{CATO} was deactivated. Take them out of desk.yaml, and name somebody else."


@pytest.mark.parametrize(
    ("name", "mark", "said"),
    [
        ("complaint-leads", "ok", "The bot is in complaint-leads."),
        ("C0LEADS001", "ok", "The bot is in C0LEADS001."),
        ("general", "mend", "The bot is not in general. Invite it there: /invite @Complaint Desk"),
        ("old-complaints", "mend", "old-complaints is archived. Unarchive it, or name another."),
        ("complaint-lead", "mend", "The desk sees no channel complaint-lead."),
        ("C0NOWHERE1", "mend", "The desk sees no channel C0NOWHERE1."),
    ],
    ids=["by name", "by id", "not in it", "archived", "no such name", "no such id"],
)
def test_a_channel_is_there_and_the_bot_is_in_it(sandbox, name, mark, said):
    check = looked(sandbox, replace(NOTHING, channels={"channels.leads": name}))[-1]
    assert (check.what, check.mark) == ("channels.leads", mark)
    assert check.said.startswith(said)


@pytest.mark.parametrize(
    ("id_", "mark", "said"),
    [
        ("U0ADA00001", "ok", "One person of desk.yaml can be reached."),
        (CATO, "mend", f"{CATO} was deactivated."),
        ("U0NOBODY99", "mend", "Slack knows nobody by U0NOBODY99."),
        ("U0DESK0099", "mend", "U0DESK0099 is a bot. Name a person."),
        ("S0AGENTS01", "ok", "The user group S0AGENTS01 is there."),
        ("S0TRAINED2", "look", "Nobody is in the user group S0TRAINED2."),
        ("S0NIGHTS05", "mend", "The user group S0NIGHTS05 is disabled."),
        ("S0NOWHERE9", "mend", "Slack has no user group S0NOWHERE9."),
    ],
    ids=[
        "a person",
        "who has left",
        "nobody",
        "the bot itself",
        "a group",
        "an empty group",
        "a disabled group",
        "no group",
    ],
)
def test_people_and_groups_are_there_and_active(sandbox, id_, mark, said):
    check = looked(sandbox, replace(NOTHING, people=(("roles.agents", id_),)))[-1]
    assert check.mark == mark
    assert check.said.startswith(said)


def test_somebody_who_stands_there_twice_is_asked_for_once(sandbox):
    before = len(Trouble(sandbox.url).traffic())
    people = (("roles.agents", CATO), ("rota.people", CATO))
    checks = looked(sandbox, replace(NOTHING, people=people))
    assert [each.what for each in checks if each.mark == "mend"] == ["roles.agents", "rota.people"]
    asked = [each for each in Trouble(sandbox.url).traffic()[before:] if each["name"] == "users.info"]
    assert len(asked) == 1


def test_scopes_that_the_app_was_not_given_are_named(sandbox):
    scopes = next(
        each
        for each in looked(sandbox, Expected(frozenset({"pins:write", "commands"})))
        if each.what == "scopes"
    )
    assert scopes.mark == "mend"
    assert "lacks pins:write. Take manifest.json anew" in scopes.said


@pytest.mark.parametrize(
    ("tokens", "what"),
    [({"bot": "xoxb-hush-8151"}, "SLACK_BOT_TOKEN"), ({"app": "xapp-hush-8151"}, "SLACK_APP_TOKEN")],
    ids=["the bot's", "the app's"],
)
def test_a_token_that_slack_refuses_is_named_and_never_shown(sandbox, tokens, what):
    check = looked(sandbox, NOTHING, **tokens)[-1]
    assert (check.what, check.mark) == (what, "mend")
    assert check.said == "Slack refuses it (invalid_auth). Copy it again from the app’s page."


@pytest.mark.parametrize(
    ("method", "what"),
    [("conversations.list", "channels"), ("usergroups.list", "user groups"), ("users.info", "people")],
    ids=["channels", "groups", "people"],
)
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"fault": "rate_limited", "retry_after": 7}, "Slack asks to wait. Look again in a minute."),
        ({"fault": "error", "error": "missing_scope"}, "The app may not ask for this."),
        ({"fault": "error", "error": "fatal_error", "status": 500}, "Slack does not tell (fatal_error)."),
    ],
    ids=["limits", "has no scope", "fails"],
)
def test_what_slack_does_not_tell_is_said_and_the_rest_looked_at(sandbox, method, what, fault, said):
    Trouble(sandbox.url).cause(**fault, target=method, times=1)
    everything = Expected(
        frozenset(),
        {"channels.leads": "complaint-leads"},
        (("roles.agents", "S0AGENTS01"), ("roles.agents", "U0ADA00001")),
    )
    checks = looked(sandbox, everything)
    [wrong] = [each for each in checks if each.mark == "mend"]
    assert wrong.what == what
    assert wrong.said.startswith(said)
    assert len(checks) == 6


def test_a_slack_out_of_reach_is_one_line():
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    client = WebClient("xoxb-hush-8151", base_url=f"http://127.0.0.1:{port}/api/", timeout=2)
    [check] = examined(client, "xapp-hush-8151", NOTHING)
    assert check.mark == "mend"
    assert "Slack cannot be reached (" in check.said
    assert "8151" not in check.said
