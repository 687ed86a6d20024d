"""A stand-in for Microsoft Graph: a shared mailbox whose drafts are sent, and groups with members.

It takes bodies as the message resource is documented, and nothing else. Where the documents leave room it is
hard on whoever calls: a mail that is sent gets another id.

https://learn.microsoft.com/graph/api/resources/message
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bot.system_settings import OutlookSettings
from tests.peers.entra import EntraPeer
from tests.peers.peer import Call, Peer, Reply

MAILBOX = "complaints@desk.example.test"
PAGE = 2
RECIPIENTS = ("toRecipients", "ccRecipients", "bccRecipients", "replyTo")
MARK_FILTER = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '([^']+)' and ep/value eq '((?:[^']|'')*)'\)"
)
GROUP_FILTER = re.compile(r"proxyAddresses/any\(p:p eq '((?:[^']|'')*)'\)")
PROPERTY = re.compile(r"String (\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\} Name \w+|0x[0-9a-f]{4})")
SELECTABLE = {
    *("id", "isDraft", "internetMessageId", "subject", "body", "from", "parentFolderId"),
    *RECIPIENTS,
}
MEMBER = {"id", "mail", "proxyAddresses", "otherMails", "displayName"}


class Wrong(Exception):
    """A call that Graph does not take. Holds its answer."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.reply = refusal(status, code)


def refusal(status: int, code: str, **headers: str) -> Reply:
    """An error as Graph tells it, with words that are nobody else's business."""
    said = {
        "code": code,
        "message": "What is wrong, with ids and addresses.",
        "innerError": {"request-id": "0a"},
    }
    return Reply(status, {"error": said}, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class Mail:
    """A message of the mailbox; `content` is what of it can be written."""

    id: str
    internet_id: str
    content: dict[str, Any]
    properties: dict[str, str] = field(default_factory=dict)
    draft: bool = True

    @property
    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "isDraft": self.draft,
            "internetMessageId": self.internet_id,
            "parentFolderId": "drafts" if self.draft else "sentitems",
            **self.content,
        }


class GraphPeer(Peer):
    """`mails` are those of the mailbox, `sent` those that went out, as they went. `exchange` are permissions
    that Exchange gives for the mailbox beyond what stands in the token.
    """

    def __init__(self, entra: EntraPeer) -> None:
        super().__init__()
        self.entra = entra
        self._numbers = count(1)
        self.forget()

    def forget(self) -> None:
        super().forget()
        self.mails: list[Mail] = []
        self.sent: list[Mail] = []
        self.exchange: frozenset[str] = frozenset()
        self.groups: dict[str, list[dict[str, Any]]] = {}

    @property
    def base(self) -> str:
        return f"{self.url}/v1.0"

    @property
    def settings(self) -> OutlookSettings:
        return OutlookSettings(self.entra.app, MAILBOX, url=self.base)

    def answer(self, call: Call) -> Reply:
        try:
            return self._answered(call)
        except Wrong as wrong:
            return wrong.reply

    def _answered(self, call: Call) -> Reply:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.entra.issued:
            return refusal(401, "InvalidAuthenticationToken")
        roles = self.entra.issued[token]
        path = [unquote(part) for part in call.path.removeprefix("/v1.0").strip("/").split("/")]
        match path:
            case ["$batch"]:
                return self._batch(call, roles)
            case ["groups", *rest]:
                return self._of_groups(rest, {key: value[0] for key, value in call.query.items()}, roles)
            case ["users", mailbox, *rest]:
                if mailbox != MAILBOX:
                    raise Wrong(404, "ErrorInvalidUser")
                if call.headers.get("prefer") != 'IdType="ImmutableId"':
                    raise Wrong(400, "TestNeedsImmutableIds")
                return self._of_mailbox(call, rest, roles | self.exchange)
        raise Wrong(400, "BadRequest")

    def _of_mailbox(self, call: Call, path: list[str], roles: frozenset[str]) -> Reply:
        _need(roles, "Mail.Send" if path[-1] == "send" else "Mail.ReadWrite")
        match call.method, path:
            case "GET", ["mailFolders", "drafts"]:
                return Reply(content={"id": "drafts"})
            case "GET", ["messages"]:
                return Reply(content={"value": self._listed(call)})
            case "POST", ["messages"]:
                return Reply(201, self._created(checked(call.json())).shown)
            case "PATCH", ["messages", known]:
                return Reply(content=self._written(self._draft(known), checked(call.json())).shown)
            case "POST", ["messages", known, "send"]:
                self._send(self._draft(known))
                return Reply(202)
        raise Wrong(405, "ErrorInvalidRequest")

    def _get(self, known: str) -> Mail:
        found = next((mail for mail in self.mails if mail.id == known), None)
        if found is None:
            raise Wrong(404, "ErrorItemNotFound")
        return found

    def _draft(self, known: str) -> Mail:
        mail = self._get(known)
        if not mail.draft:
            raise Wrong(400, "ErrorInvalidOperation")
        return mail

    def _created(self, content: Mapping[str, Any]) -> Mail:
        number = next(self._numbers)
        nobody: dict[str, Any] = {each: [] for each in RECIPIENTS}
        empty = {"subject": "", "body": {"contentType": "text", "content": ""}, **nobody}
        mail = Mail(f"draft/{number}==", f"<{number}@exchange.example.test>", empty)
        self.mails.append(mail)
        return self._written(mail, content)

    def _written(self, mail: Mail, content: Mapping[str, Any]) -> Mail:
        content = dict(content)
        for each in content.pop("singleValueExtendedProperties", ()):
            mail.properties[each["id"]] = each["value"]
        mail.content.update(content)
        return mail

    def _send(self, mail: Mail) -> None:
        if not any(mail.content[each] for each in RECIPIENTS[:3]):
            raise Wrong(400, "ErrorInvalidRecipients")
        mail.draft, mail.id = False, mail.id.replace("draft", "sent")
        self.sent.append(mail)

    def _listed(self, call: Call) -> list[dict[str, Any]]:
        selected = call.one("$select").split(",")
        if set(call.query) - {"$filter", "$select", "$top"} or not set(selected) <= SELECTABLE:
            raise Wrong(400, "BadRequest")
        chosen = call.one("$filter")
        if by_mark := MARK_FILTER.fullmatch(chosen):
            name, value = by_mark[1], _plain(by_mark[2])
            found = [mail for mail in self.mails if mail.properties.get(name) == value]
        else:
            raise Wrong(400, "ErrorInvalidUrlQueryFilter")
        shown = [mail.shown for mail in found[: int(call.one("$top", "10"))]]
        return [{name: each[name] for name in selected} for each in shown]

    def _batch(self, call: Call, roles: frozenset[str]) -> Reply:
        responses = []
        for each in call.json()["requests"]:
            if set(each) - {"id", "method", "url", "headers", "body"} or each["method"] != "GET":
                raise Wrong(400, "BadRequest")
            parts = urlsplit(each["url"])
            path = parts.path.strip("/").split("/")
            try:
                query = {key: value[0] for key, value in parse_qs(parts.query).items()}
                reply = self._of_groups(path[1:], query, roles)
            except Wrong as wrong:
                reply = wrong.reply
            responses.append({"id": each["id"], "status": reply.status, "headers": {}, "body": reply.content})
        return Reply(content={"responses": responses})

    def _of_groups(self, path: list[str], query: Mapping[str, str], roles: frozenset[str]) -> Reply:
        _need(roles, "GroupMember.Read.All", "Authorization_RequestDenied")
        if not path and (wanted := GROUP_FILTER.fullmatch(query["$filter"])):
            address = _plain(wanted[1]).removeprefix("smtp:").casefold()
            return Reply(content={"value": [{"id": f"g-{address}"}] if address in self.groups else []})
        match path:
            case [group, "transitiveMembers"] if set(query["$select"].split(",")) <= MEMBER:
                members = self.groups[group.removeprefix("g-")]
                start = int(query.get("$skiptoken", "0"))
                page: dict[str, Any] = {"value": members[start : start + PAGE]}
                if start + PAGE < len(members):
                    following = f"/groups/{group}/transitiveMembers?$select=id&$skiptoken={start + PAGE}"
                    page["@odata.nextLink"] = self.base + following
                return Reply(content=page)
        raise Wrong(400, "Request_BadRequest")


def checked(content: Any) -> Mapping[str, Any]:
    """A message as its resource is documented. Raises Wrong."""
    if not isinstance(content, dict):
        raise Wrong(400, "BadRequest")
    for name, value in content.items():
        if not _fits(name, value):
            raise Wrong(400, "RequestBodyRead")
    return content


def _fits(name: str, value: Any) -> bool:
    match name:
        case "subject":
            return isinstance(value, str) and len(value) <= 255
        case "body":
            return value.keys() == {"contentType", "content"} and value["contentType"] in ("text", "html")
        case "toRecipients" | "ccRecipients" | "bccRecipients" | "replyTo":
            return isinstance(value, list) and all(map(_is_recipient, value))
        case "from":
            return _is_recipient(value) and value["emailAddress"]["address"] == MAILBOX
        case "singleValueExtendedProperties":
            return all(
                each.keys() == {"id", "value"}
                and PROPERTY.fullmatch(each["id"])
                and isinstance(each["value"], str)
                for each in value
            )
    return False


def _is_recipient(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != {"emailAddress"}:
        return False
    address = value["emailAddress"]
    texts = all(isinstance(each, str) and each for each in address.values())
    return texts and "address" in address and address.keys() <= {"name", "address"}


def _need(roles: frozenset[str], role: str, code: str = "ErrorAccessDenied") -> None:
    if role not in roles:
        raise Wrong(403, code)


def _plain(quoted: str) -> str:
    return quoted.replace("''", "'")
