"""Outlook: mail from a shared mailbox by Microsoft Graph, as a draft first, which is then sent.

The order's mark is a property of the draft and stays with the mail that was sent, so that either can be found
again. A draft that is found is written anew as it was approved before it goes out.

https://learn.microsoft.com/graph/api/resources/message
https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
https://learn.microsoft.com/office/client-developer/outlook/mapi/pidtaginreplytoid-canonical-property
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from bot.connectors.graph import Graph, Json
from bot.connectors.mail import MESSAGE_ID, receipt, require_sendable
from bot.connectors.microsoft import Token
from bot.errors import DeliveryError, NotLetIn, Rejected
from bot.guard import Cleared
from bot.system_settings import OutlookSettings
from bot.systems import TITLES, Addressee, Draft, Finding, Receipt, Record, Status, Surroundings

MARK: Final = "String {7c1e3b52-9d0f-4a46-8e57-2b6f0d9a41c3} Name ComplaintDeskMark"
"""The property that holds the mark; the GUID is the desk's own."""
IN_REPLY_TO: Final = "String 0x1042"
REFERENCES: Final = "String 0x1039"
"""The properties from which Exchange writes the headers of these names; Graph takes such headers in no other
way. An answer made by `createReply` would begin with what it quotes, and with whom it thinks it is for.
"""
SELECTED: Final = "id,isDraft,internetMessageId,toRecipients,ccRecipients,bccRecipients"
SENDING: Final = ("Mail.ReadWrite", "Mail.Send")
READS_GROUPS: Final = frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"})
RECIPIENTS: Final = ("toRecipients", "ccRecipients", "bccRecipients")


class Outlook:
    """A shared mailbox. `token` is for Graph; by default the desk signs in as the app of the settings."""

    title = TITLES["outlook"]

    def __init__(self, settings: OutlookSettings, token: Token | None = None) -> None:
        self._settings = settings
        self._token = token or Token(settings.app, _scope(settings.url))
        self._graph = Graph(settings.url, self._token)
        self._mailbox = f"/users/{quote(settings.mailbox)}"

    @property
    def sender(self) -> str:
        """The address that mail comes from."""
        return self._settings.mailbox

    def carry_out(self, cleared: Cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        draft = cleared.draft
        require_sendable(draft)
        content = self._content(draft, mark, around)
        made = self._found(mark) if seek else None
        if made is None:
            made = self._graph.call("POST", f"{self._mailbox}/messages", content)
        elif made["isDraft"]:
            # Somebody may have changed it meanwhile.
            made = self._graph.call("PATCH", self._message(made), content)
        if made["isDraft"]:
            _require_exact(made, draft)
            self._graph.call("POST", f"{self._message(made)}/send")
        return receipt(draft, str(made["internetMessageId"]))

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        """There are no records in a mailbox."""
        del records
        return {}

    def members(self, address: str) -> tuple[str, ...]:
        """The addresses behind a group of the tenant, those in groups within it, too; empty where the app may
        not read groups.
        """
        roles = self._token.roles()
        if roles and not roles & READS_GROUPS:
            return ()
        wanted = quote(f"proxyAddresses/any(p:p eq 'smtp:{address.replace(chr(39), chr(39) * 2)}')")
        try:
            groups = self._graph.quiet(f"/groups?$filter={wanted}&$select=id").get("value", ())
            return tuple(dict.fromkeys(each for group in groups for each in self._members_of(group)))
        except NotLetIn:
            return ()

    def examine(self, *, live: bool) -> Iterator[Finding]:
        """See whether the settings fit; `live`, sign in and look for the mailbox. Raises nothing."""
        settings = self._settings
        fits = "@" in settings.mailbox
        said = "The mailbox is set." if fits else "This is no address of a mailbox. Fill it in in desk.yaml."
        yield Finding("mailbox", said, fits)
        if not (live and fits):
            return
        try:
            roles = self._token.roles()
        except DeliveryError as error:
            yield Finding("sign-in", str(error), fits=False)
            return
        yield Finding("sign-in", "Microsoft Entra lets the desk in.")
        try:
            self._graph.call("GET", f"{self._mailbox}/mailFolders/drafts", query={"$select": "id"})
        except DeliveryError as error:
            yield Finding("mailbox", str(error), fits=False)
            return
        yield Finding("mailbox", "The desk may read it.")
        yield from _permissions(roles)

    def _content(self, draft: Draft, mark: str, around: Surroundings) -> Json:
        """All that is in a draft's power; its sent copy is kept once, in Sent Items, by Outlook itself."""
        thread = [each[MESSAGE_ID] for each in around.thread if each.get(MESSAGE_ID)]
        properties = {MARK: mark}
        if thread:
            properties |= {IN_REPLY_TO: thread[-1], REFERENCES: " ".join(thread)}
        content: Json = {
            "subject": draft.subject,
            "body": {"contentType": "text", "content": draft.text},
            "toRecipients": _recipients(draft.at("to")),
            "ccRecipients": _recipients(draft.at("cc")),
            "bccRecipients": [],
            "replyTo": [],
            "singleValueExtendedProperties": [
                {"id": name, "value": value} for name, value in properties.items()
            ],
        }
        if self._settings.sender:
            sender = {"name": self._settings.sender, "address": self._settings.mailbox}
            content["from"] = {"emailAddress": sender}
        return content

    def _found(self, mark: str) -> Json | None:
        """What carries the mark: what was sent, before a draft."""
        same = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{mark}')"
        query = {"$filter": same, "$select": SELECTED, "$top": "10"}
        found = self._graph.call("GET", f"{self._mailbox}/messages", query=query)["value"]
        return min(found, key=lambda each: bool(each["isDraft"]), default=None)

    def _message(self, made: Json) -> str:
        return f"{self._mailbox}/messages/{quote(str(made['id']), safe='')}"

    def _members_of(self, group: Json) -> Iterator[str]:
        chosen = {"$select": "id,mail,proxyAddresses,otherMails", "$top": "999"}
        for each in self._graph.listed(f"/groups/{quote(str(group['id']))}/transitiveMembers", chosen):
            several = (*(each.get("proxyAddresses") or ()), *(each.get("otherMails") or ()))
            for address in (each.get("mail") or "", *several):
                kind, _, rest = address.rpartition(":")
                if "@" in rest and kind.casefold() in ("", "smtp"):
                    yield rest


def _permissions(roles: frozenset[str]) -> Iterator[Finding]:
    missing = [role for role in SENDING if role not in roles]
    if missing:
        # RBAC for Applications gives them in Exchange, for one mailbox: there the token does not tell.
        said = (
            f"{' and '.join(missing)} do not stand in the sign-in. That is right where Exchange gives them "
            "for this mailbox (RBAC for Applications); otherwise let an admin grant them."
        )
        yield Finding("permissions", said)
    else:
        yield Finding("permissions", "Mail.ReadWrite and Mail.Send are granted.")
    if roles & READS_GROUPS:
        yield Finding("groups", "The guard looks into groups.")
    else:
        said = (
            "Without GroupMember.Read.All, User.ReadBasic.All and OrgContact.Read.All the guard cannot look "
            "into groups: write to people, not to lists."
        )
        yield Finding("groups", said)


def _require_exact(made: Json, draft: Draft) -> None:
    """Nothing leaves but to those whom the guard has cleared, whatever happened to the draft on the way."""
    wanted = [_addresses(_recipients(draft.at("to"))), _addresses(_recipients(draft.at("cc"))), frozenset()]
    if [_addresses(made.get(place) or ()) for place in RECIPIENTS] != wanted:
        raise Rejected(
            "Outlook’s draft goes to others than those who were approved, and was left unsent. Look at it in "
            "the mailbox’s drafts, write everybody’s main address, then send it again, or do it by hand."
        )


def _addresses(recipients: Sequence[Json]) -> frozenset[str]:
    return frozenset(str(each["emailAddress"]["address"]).casefold() for each in recipients)


def _recipients(people: Sequence[Addressee]) -> list[Json]:
    return [{"emailAddress": _named(each)} for each in people]


def _named(addressee: Addressee) -> dict[str, str]:
    named = {"name": addressee.name} if addressee.name else {}
    return {**named, "address": addressee.address}


def _scope(url: str) -> str:
    """Graph's own host: national clouds have theirs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/.default"
