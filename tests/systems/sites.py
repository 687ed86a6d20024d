"""The systems of record, each with its stand-in: how the desk is connected, what is there, and who was
written to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import getaddresses
from typing import Any, Protocol

from pydantic import SecretStr

from bot.connectors.jira import Jira
from bot.connectors.microsoft import Token
from bot.connectors.outlook import Outlook
from bot.connectors.salesforce import Salesforce
from bot.connectors.smtp import Smtp
from bot.orders import mark_of
from bot.ports import Connector
from bot.system_settings import JiraSettings, SmtpSettings
from bot.systems import Order
from tests.peers.certificates import client_context
from tests.peers.entra import EntraPeer
from tests.peers.graph import GraphPeer
from tests.peers.jira import CHANNEL, MAIL, ORGANISATIONS, TOKEN, USER, JiraPeer
from tests.peers.peer import Fault
from tests.peers.salesforce import SalesforcePeer
from tests.peers.smtp import SmtpPeer, Stumble

INSTALLER, MANAGER, COMPLIANCE = (
    "office@bright-roofs.example.test",
    "amal@example.test",
    "concert.compliance@example.test",
)
TRACE = re.compile(r"\(Complaint Desk (HC-\d+) · [0-9a-f]{8}\)")
MARK = re.compile(r"[0-9a-f]{32}")
MAILBOX = "complaints@desk.example.test"


class Site(Protocol):
    """A system with its stand-in. `names` are what the desk knows it by."""

    names: Sequence[str]

    def reset(self) -> None:
        """As new, with the people who are known there."""

    def connector(self) -> Connector:
        """A connection to it."""

    def break_down(self, fault: Fault) -> None:
        """Meet calls with this fault from now on."""

    def refusal(self, status: int, code: str) -> Any:
        """The body of an error as the vendor writes it."""

    def contents(self) -> Any:
        """All that is there, without what differs from one run to the next: ids, marks, times."""

    def audiences(self) -> Iterator[set[str]]:
        """For each thing that was sent or shared, the addresses of all that it reached."""

    def shows(self, order: Order) -> bool:
        """Whether somebody who looks finds that it was done."""


class JiraSite:
    names = ("ebh",)

    def __init__(self, peer: JiraPeer) -> None:
        self.peer = peer

    def reset(self) -> None:
        self.peer.forget()
        self.peer.faults = []
        self.peer.organisation("Bright Roofs", self.peer.account(INSTALLER))
        for address in (MANAGER, COMPLIANCE):
            self.peer.account(address)

    def connector(self) -> Connector:
        return Jira(
            JiraSettings(
                self.peer.url,
                USER,
                SecretStr(TOKEN),
                request_types={"ho_ticket": "Homeowner concern", "installer_ticket": "Installer concern"},
                fields={
                    "Organization": ORGANISATIONS,
                    "Support Channel": CHANNEL,
                    "Installer’s email address": MAIL,
                },
                labels=("homeowner-concern",),
            )
        )

    def break_down(self, fault: Fault) -> None:
        self.peer.faults = Lasting([fault])

    def refusal(self, status: int, code: str) -> Any:
        del status
        return {"errorMessages": [code], "errors": {}}

    def contents(self) -> Any:
        return [
            {
                "key": issue.key,
                "type": issue.request_type,
                "fields": {
                    **issue.fields,
                    "labels": [_bare(each) for each in issue.fields.get("labels", ())],
                },
                "status": issue.status["name"],
                "participants": [self._address(each) for each in issue.participants],
                "comments": [(_bare(each.body), each.public) for each in issue.comments],
                "links": issue.links,
            }
            for issue in self.peer.issues.values()
        ]

    def audiences(self) -> Iterator[set[str]]:
        for issue in self.peer.issues.values():
            yield {self._address(each) for each in self.peer.audience(issue)}
        for notice in self.peer.notices:
            yield {notice.to}

    def shows(self, order: Order) -> bool:
        del order
        return False

    def _address(self, account: str) -> str:
        return next(each.email for each in self.peer.accounts if each.id == account)


class OutlookSite:
    names = ("outlook", "email")

    def __init__(self, peer: GraphPeer) -> None:
        self.peer = peer

    def reset(self) -> None:
        self.peer.entra.forget()
        self.peer.forget()
        self.peer.faults = []

    def connector(self) -> Connector:
        scope = "https://graph.microsoft.com/.default"
        return Outlook(self.peer.settings, Token(self.peer.entra.app, scope, verify=client_context()))

    def break_down(self, fault: Fault) -> None:
        self.peer.faults = Lasting([fault])

    def refusal(self, status: int, code: str) -> Any:
        del status
        return {"error": {"code": code, "message": code}}

    def contents(self) -> Any:
        drafts = [mail.content["subject"] for mail in self.peer.mails if mail.draft]
        assert not drafts, f"left lying in the mailbox: {drafts}"
        return [
            {
                "subject": mail.content["subject"],
                "body": mail.content["body"]["content"],
                "to": sorted(_of(mail.content, "toRecipients")),
                "cc": sorted(_of(mail.content, "ccRecipients")),
            }
            for mail in self.peer.sent
        ]

    def audiences(self) -> Iterator[set[str]]:
        for mail in self.peer.sent:
            yield {each for where in ("to", "cc", "bcc") for each in _of(mail.content, f"{where}Recipients")}

    def shows(self, order: Order) -> bool:
        del order
        return False


class SmtpSite:
    names = ("outlook", "email")

    def __init__(self, peer: SmtpPeer) -> None:
        self.peer = peer

    def reset(self) -> None:
        self.peer.forget()

    def connector(self) -> Connector:
        return Smtp(SmtpSettings("127.0.0.1", self.peer.port, MAILBOX, security="none"))

    def break_down(self, fault: Fault) -> None:
        raise NotImplementedError("A mail server stumbles over commands; put a Stumble there.")

    def stumble(self, stumble: Stumble) -> None:
        """Each mail meets this once."""
        self.peer.stumbles.append(stumble)

    def refusal(self, status: int, code: str) -> Any:
        raise NotImplementedError

    def contents(self) -> Any:
        return [
            {
                "subject": taken.message["Subject"],
                "body": taken.message.get_content().strip(),
                "to": sorted(taken.recipients),
            }
            for taken in self.peer.taken
        ]

    def audiences(self) -> Iterator[set[str]]:
        for taken in self.peer.taken:
            named = [str(taken.message[each] or "") for each in ("To", "Cc", "Bcc")]
            yield {*taken.recipients, *(address for _, address in getaddresses(named) if address)}

    def shows(self, order: Order) -> bool:
        return any(mark_of(order) in str(taken.message["Message-ID"]) for taken in self.peer.taken)


class Lasting(list[Fault]):
    """Faults that stay when they were met; they end by themselves."""

    def remove(self, fault: Fault) -> None:
        """Keep it."""


@contextmanager
def jira_site() -> Iterator[JiraSite]:
    with JiraPeer() as peer:
        yield JiraSite(peer)


@contextmanager
def outlook_site() -> Iterator[OutlookSite]:
    with EntraPeer() as entra, GraphPeer(entra) as peer:
        yield OutlookSite(peer)


@contextmanager
def smtp_site() -> Iterator[SmtpSite]:
    with SmtpPeer() as peer:
        yield SmtpSite(peer)


def _bare(text: str) -> str:
    return MARK.sub("MARK", TRACE.sub(r"(\1)", text))


def _of(content: Mapping[str, Any], where: str) -> set[str]:
    return {str(each["emailAddress"]["address"]) for each in content.get(where) or ()}


class SalesforceSite:
    names = ("salesforce",)

    def __init__(self, peer: SalesforcePeer) -> None:
        self.peer = peer

    def reset(self) -> None:
        self.peer.forget()
        self.peer.faults = []

    def connector(self) -> Connector:
        return Salesforce(self.peer.settings, client_context())

    def break_down(self, fault: Fault) -> None:
        self.peer.faults = Lasting([fault])

    def refusal(self, status: int, code: str) -> Any:
        del status
        return [{"message": code, "errorCode": code.upper()}]

    def contents(self) -> Any:
        return [
            {
                "number": case.number,
                **{name: _bare(value) for name, value in case.fields.items()},
                "comments": [(_bare(each["CommentBody"]), each["IsPublished"]) for each in case.comments],
            }
            for case in self.peer.cases
        ]

    def audiences(self) -> Iterator[set[str]]:
        yield from ()

    def shows(self, order: Order) -> bool:
        del order
        return False


@contextmanager
def salesforce_site() -> Iterator[SalesforceSite]:
    with SalesforcePeer() as peer:
        yield SalesforceSite(peer)
