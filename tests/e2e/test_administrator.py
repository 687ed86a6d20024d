"""An administrator connects every system as docs/systems.md says, and asks the doctor."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.server import Sandbox
from tests.peers import entra, graph, jira, power_bi, salesforce
from tests.peers.certificates import authority_file
from tests.peers.entra import EntraPeer
from tests.peers.graph import GraphPeer
from tests.peers.jira import JiraPeer
from tests.peers.power_bi import PowerBiPeer
from tests.peers.salesforce import SalesforcePeer
from tests.peers.smtp import SmtpPeer

ROOT = Path(__file__).parents[2]
SECONDS = 120
SECRETS = (jira.TOKEN, salesforce.SECRET, entra.SECRET)


@dataclass
class Ground:
    """Everything that the desk can be connected to, and what an administrator writes down about it."""

    slack: Sandbox
    jira: JiraPeer
    salesforce: SalesforcePeer
    entra: EntraPeer
    graph: GraphPeer
    smtp: SmtpPeer
    power_bi: PowerBiPeer
    env: dict[str, str] = field(default_factory=dict)
    systems: dict[str, Any] = field(default_factory=dict)

    def write_down(self) -> None:
        """`.env` and the section `systems`, as they should be."""
        self.env = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "JIRA_URL": self.jira.url,
            "JIRA_USER": jira.USER,
            "JIRA_API_TOKEN": jira.TOKEN,
            "SALESFORCE_URL": self.salesforce.url,
            "SALESFORCE_CLIENT_ID": salesforce.CLIENT,
            "SALESFORCE_CLIENT_SECRET": salesforce.SECRET,
            "MICROSOFT_TENANT_ID": entra.TENANT,
            "MICROSOFT_CLIENT_ID": entra.CLIENT,
            "MICROSOFT_CLIENT_SECRET": entra.SECRET,
            "MICROSOFT_LOGIN_URL": self.entra.url,
            "GRAPH_URL": self.graph.base,
            "POWER_BI_URL": self.power_bi.base,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.smtp.port),
            "SMTP_SECURITY": "none",
        }
        self.systems = {
            "use": {
                "ebh": "jira",
                "salesforce": "salesforce",
                "mail": "outlook",
                "homeowners": "power_bi",
            },
            "jira": {
                "request_types": {"ho_ticket": "Homeowner concern", "installer_ticket": "Installer concern"},
                "fields": {
                    "Organization": jira.ORGANISATIONS,
                    "Support Channel": jira.CHANNEL,
                    "Installer’s email address": jira.MAIL,
                },
                "labels": ["homeowner-concern"],
            },
            "salesforce": {
                "version": salesforce.VERSION,
                "external_key": salesforce.KEY,
                "fields": {
                    "Customer Request Type": "Type",
                    "SubType": "SubType__c",
                    "Case Description": "Description",
                    "Subject": "Subject",
                },
                "related": [
                    {"field": "AccountId", "object": "Account", "match": "Name", "by": "Related Installer"},
                    {"field": "ContactId", "object": "Contact", "match": "Name", "by": "Related Homeowner"},
                ],
                "queue": salesforce.QUEUE,
            },
            "mail": {"mailbox": graph.MAILBOX},
            "power_bi": {
                "workspace": power_bi.WORKSPACE,
                "dataset": power_bi.DATASET,
                "table": "Homeowners",
                "columns": {"name": "Full Name", "address": "Property Address"},
            },
        }

    def doctor(self, folder: Path, *arguments: str) -> tuple[int, str]:
        """What `app.py doctor` says, and its exit code."""
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in self.env.items()))
        desk = yaml.safe_load((ROOT / "sandbox" / "desk.yaml").read_text())
        desk["systems"] = self.systems
        (folder / "desk.yaml").write_text(yaml.safe_dump(desk, allow_unicode=True))
        ran = subprocess.run(
            [sys.executable, ROOT / "app.py", "doctor", *arguments],
            cwd=folder,
            env={
                "SSL_CERT_FILE": authority_file(),
                "REQUESTS_CA_BUNDLE": authority_file(),
                "PYTHONUTF8": "1",
            },
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ran.stderr == ""
        assert not [secret for secret in SECRETS if secret in ran.stdout]
        return ran.returncode, ran.stdout


@pytest.fixture(scope="module")
def everything() -> Iterator[Ground]:
    with ExitStack() as stack:
        signs_in = stack.enter_context(EntraPeer())
        slack = Sandbox(manifest=ROOT / "manifest.json")
        slack.start()
        stack.callback(slack.stop)
        yield Ground(
            slack,
            stack.enter_context(JiraPeer()),
            stack.enter_context(SalesforcePeer()),
            signs_in,
            stack.enter_context(GraphPeer(signs_in)),
            stack.enter_context(SmtpPeer()),
            stack.enter_context(PowerBiPeer(lets_in=lambda token: token in signs_in.issued)),
        )


@pytest.fixture
def ground(everything: Ground) -> Ground:
    peers = (
        everything.jira,
        everything.salesforce,
        everything.entra,
        everything.graph,
        everything.smtp,
        everything.power_bi,
    )
    for peer in peers:
        peer.forget()
    everything.write_down()
    return everything


def mended(said: str) -> str:
    """The lines of what has to be mended."""
    return "\n".join(line for line in said.splitlines() if line.strip().startswith("MEND"))


def test_connected_as_the_docs_say_nothing_has_to_be_mended(ground, tmp_path):
    code, said = ground.doctor(tmp_path, "--live")
    assert (mended(said), code) == ("", 0)
    for title in ("Jira", "Salesforce", "Outlook", "Power BI"):
        assert re.search(rf"^{title}$", said, re.MULTILINE)
    assert [ground.jira.issues, ground.salesforce.cases, ground.graph.mails] == [{}, [], []]
    assert not list(tmp_path.glob("var/*"))


def test_without_live_no_system_of_record_is_called(ground, tmp_path):
    ground.systems["use"]["mail"] = "smtp"
    code, said = ground.doctor(tmp_path)
    assert (mended(said), code) == ("", 0)
    peers = (ground.jira, ground.salesforce, ground.entra, ground.graph, ground.power_bi)
    assert [call for peer in peers for call in peer.calls] == []
    assert ground.smtp.commands == []


def test_what_is_not_as_the_docs_say_is_named_all_at_once(ground, tmp_path):
    ground.jira.lacking = {"LINK_ISSUES"}
    ground.jira.queues = ["All open"]
    ground.systems["salesforce"]["queue"] = "Nobody"
    ground.systems["use"]["mail"] = "smtp"
    ground.systems["power_bi"]["columns"]["phone"] = "Telephone"
    ground.env["SLACK_APP_TOKEN"] = "xapp-wrong"
    code, said = ground.doctor(tmp_path, "--live")
    assert code == 1
    wrong = mended(said)
    for each in (
        "Link issues",
        "Homeowner Support Queue",
        "no queue 'Nobody'",
        "Telephone",
        "SLACK_APP_TOKEN",
    ):
        assert each in wrong
    assert "mail server: It lets the desk in." in said
    assert ground.smtp.taken == []


def test_what_lacks_a_line_is_named_and_the_rest_is_looked_at(ground, tmp_path):
    del ground.env["JIRA_API_TOKEN"]
    code, said = ground.doctor(tmp_path)
    assert code == 1
    assert "which needs JIRA_API_TOKEN" in mended(said)
    assert "SLACK_BOT_TOKEN: Slack takes it." in said
    assert "worked examples come out as written" in said
