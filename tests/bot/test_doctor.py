"""The doctor: what it tells of desk.yaml and the playbooks, and how its lines are marked and counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import typer
from pydantic import SecretStr
from typer.testing import CliRunner

from bot import doctor, doctor_command
from bot.desk_file import EXAMPLE, load_organisation
from bot.doctor import Check, Part
from bot.errors import SettingsError
from bot.playbooks import load_playbooks
from bot.system_settings import JiraSettings, Related, SalesforceSettings, SystemSettings
from bot.systems import Finding

ROOT = Path(__file__).parents[2]
YEARS = range(2025, 2032)
SECRET = SecretStr("")
EXAMPLES_OWN, SANDBOXS = (
    load_organisation(file, YEARS) for file in (EXAMPLE, ROOT / "sandbox" / "desk.yaml")
)
PLAYBOOKS = load_playbooks(SANDBOXS)
JIRA = JiraSettings("https://ever.example.test", "desk@example.test", SECRET)


def test_what_is_blank_is_told():
    told = {each.what: each for each in doctor.organisation_checked(EXAMPLES_OWN)}
    assert {each.mark for each in told.values()} == {"look"}
    assert {"roles.leads", "roles.agents", "contacts.risk", "contacts.account_managers"} <= told.keys()
    assert told["rota.people"].said == "5 of 5 have no slack_id: named, but not tagged."


def test_what_is_filled_in_is_not_told():
    told = [each.what for each in doctor.organisation_checked(SANDBOXS)]
    assert told == ["links.jira", "links.salesforce"]


def test_the_days_off_of_the_coming_year_are_printed():
    business, rota = doctor.holidays_checked(SANDBOXS, date(2026, 11, 23))
    assert "Days off until a year from now: 2026-11-26, 2026-12-25, 2027-01-01," in business.said
    assert business.said.endswith("2027-11-11.")
    assert rota.said == "In America/New_York. Weekdays that count as a weekend day: none."


def test_slack_is_expected_to_know_what_desk_yaml_names():
    told = doctor.expected(SANDBOXS, ROOT / "manifest.json")
    assert "chat:write" in told.scopes
    assert "channels.trained_agents" not in told.channels
    assert ("roles.leads", "U0LEA00004") in told.people
    assert ("rota.people", "U0CLEO0005") in told.people
    assert doctor.expected(None, ROOT / "manifest.json").people == ()


def test_mail_that_people_send_themselves_is_named_as_the_playbooks_name_it():
    kept = SystemSettings(sent_by_people=frozenset({"commitment_email", "comitment_email", "x"}))
    checks = list(doctor.kept_checked(kept, PLAYBOOKS))
    assert [(each.what.rpartition(".")[2], each.mark) for each in checks] == [
        ("comitment_email", "mend"),
        ("commitment_email", "ok"),
        ("x", "mend"),
    ]
    assert checks[0].said.endswith("Did you mean commitment_email?")
    assert (
        "There are answer_the_installer, commitment_email, commitment_email_after_refusal, email_account"
        in checks[2].said
    )
    assert list(doctor.kept_checked(SystemSettings(), PLAYBOOKS)) == []


def test_fields_without_a_place_in_their_system_are_named():
    related = (Related("Installer__c", "Account", "Name", "Related Installer"),)
    names = ("Customer Request Type", "SubType", "Case Description")
    salesforce = SalesforceSettings("", "", SECRET, fields=dict.fromkeys(names, "X__c"), related=related)
    mapped = {"Organization": "customfield_1", "Suport Channel": "customfield_2", "Summary": "summary"}
    jira = JiraSettings("", "", SECRET, fields=mapped)
    checks = list(doctor.fields_checked(SystemSettings(jira, salesforce), PLAYBOOKS))
    assert checks[2].said == "No playbook fills this field. Did you mean Support Channel?"
    assert [(each.what, each.mark) for each in checks] == [
        ("systems.jira.fields.Installer’s email address", "look"),
        ("systems.jira.fields.Support Channel", "look"),
        ("systems.jira.fields.Suport Channel", "look"),
        ("systems.salesforce.fields.Related Homeowner", "mend"),
    ]
    assert list(doctor.fields_checked(SystemSettings(), PLAYBOOKS)) == []


def test_the_playbooks_hold():
    [check] = doctor.playbooks_checked(PLAYBOOKS, SystemSettings())
    assert check.mark == "ok"
    assert check.said.startswith(f"{len(PLAYBOOKS.paths)} paths can be read")


def test_it_is_said_what_is_connected_and_what_is_not():
    told = {each.what: each.said for each in doctor.systems_checked(SystemSettings(jira=JIRA), live=False)}
    assert told["Jira"] == "It is connected; doctor --live tries it."
    assert told["Salesforce"] == told["mail"] == "It is worked by hand."


def test_what_cannot_be_read_is_a_line_for_each_sentence():
    wrong: list[Check] = []

    def refuse() -> None:
        raise SettingsError("desk.yaml, line 1: a.\ndesk.yaml, line 2: b.")

    assert doctor.tried(refuse, wrong) is None
    assert [(each.said, each.mark) for each in wrong] == [
        ("desk.yaml, line 1: a.", "mend"),
        ("desk.yaml, line 2: b.", "mend"),
    ]


@pytest.mark.parametrize(
    ("marks", "code", "last"),
    [
        (("ok", "look"), 0, "Nothing has to be mended."),
        (("ok", "mend"), 1, "One line has to be mended."),
        (("mend", "look", "mend"), 1, "2 lines have to be mended."),
    ],
    ids=["fits", "one line", "two lines"],
)
def test_it_ends_with_whether_something_has_to_be_mended(marks, code, last):
    cli = typer.Typer()
    asked: list[bool] = []

    def examined(live):
        asked.append(live)
        yield Part("Things", [Check(f"thing {n}", "Said.", mark) for n, mark in enumerate(marks)])

    doctor_command.add_to(cli, examined)
    result = CliRunner().invoke(cli, ["--live"])
    lines = result.output.splitlines()
    assert (result.exit_code, lines[0], lines[-1]) == (code, "Things", last)
    assert [line[2:6].strip().lower() for line in lines[1:-1]] == list(marks)
    assert lines[1].endswith("  thing 0: Said.")
    assert asked == [True]


def test_what_a_system_finds_has_to_be_mended_where_it_does_not_fit():
    findings = [Finding("sign-in", "It is let in."), Finding("project", "There is none.", fits=False)]
    assert [each.mark for each in doctor.found(findings)] == ["ok", "mend"]
