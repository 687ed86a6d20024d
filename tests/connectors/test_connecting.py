"""From settings to connectors: those that are on, and nothing imported for those that are off."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import SecretStr

from bot.connectors.connecting import connected, connections, each_connected, looking_up
from bot.ports import Sender
from bot.system_settings import (
    JiraSettings,
    MicrosoftApp,
    OutlookSettings,
    PowerBiSettings,
    SalesforceSettings,
    SmtpSettings,
    SystemSettings,
)

SECRET = SecretStr("hush-hush-8151")
APP = MicrosoftApp("tenant", "client", SECRET)
JIRA = JiraSettings("https://ever.example.test", "desk@example.test", SECRET)
SALESFORCE = SalesforceSettings("https://ever.example.test", "client", SECRET)
OUTLOOK = OutlookSettings(APP, "care@example.test")
SMTP = SmtpSettings("mail.example.test", 587, "care@example.test")
POWER_BI = PowerBiSettings(APP, "w", "d", "Homeowners", {"name": "Name", "address": "Street"})


@pytest.mark.parametrize(
    ("settings", "titles"),
    [
        (SystemSettings(), {}),
        (SystemSettings(jira=JIRA), {"ebh": "Jira"}),
        (SystemSettings(salesforce=SALESFORCE), {"salesforce": "Salesforce"}),
        (SystemSettings(mail=OUTLOOK), {"outlook": "Outlook", "email": "Outlook"}),
        (SystemSettings(mail=SMTP), {"outlook": "e-mail", "email": "e-mail"}),
        (SystemSettings(power_bi=POWER_BI), {}),
    ],
    ids=["nothing", "Jira", "Salesforce", "Outlook", "a mail server", "Power BI, which is only asked"],
)
def test_what_is_on_is_connected_by_its_name_in_the_vocabulary(settings, titles):
    connectors = connected(settings)
    assert {name: each.title for name, each in connectors.items()} == titles


def test_all_mail_goes_from_the_one_mailbox():
    connectors = connected(SystemSettings(mail=SMTP))
    assert connectors["outlook"] is connectors["email"]
    assert isinstance(connectors["email"], Sender)
    assert connectors["email"].sender == "care@example.test"


def test_a_desk_is_handed_all_that_is_on():
    reached = connections(SystemSettings(None, None, SMTP, POWER_BI, frozenset({"commitment_email"})))
    assert (set(reached.connectors), reached.look_up.title) == ({"outlook", "email"}, "Power BI")
    assert reached.sent_by_people == {"commitment_email"}


def test_every_system_is_examined_once():
    everything = SystemSettings(JIRA, SALESFORCE, OUTLOOK, POWER_BI)
    assert [each.title for each in each_connected(everything)] == [
        "Jira",
        "Salesforce",
        "Outlook",
        "Power BI",
    ]


def test_homeowners_are_looked_up_live_where_power_bi_is_on():
    assert looking_up(SystemSettings()) is None
    look_up = looking_up(SystemSettings(power_bi=POWER_BI))
    assert look_up.title == "Power BI"
    assert look_up.stated == {"name", "address"}


def test_a_desk_that_is_worked_by_hand_loads_no_systems():
    heavy = ("atlassian", "simple_salesforce", "msal", "httpx", "smtplib", "requests")
    told = f"import app, sys; print([each for each in {heavy!r} if each in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout == "[]\n"
