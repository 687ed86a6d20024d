"""People in Jira: the account that has an address, and who reads a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.connectors.jira_api import AGENT, BROWSE, USERS, JiraApi
from bot.connectors.jira_fields import ORGANISATION, to_text
from bot.errors import Rejected
from bot.systems import Addressee


def account_of(api: JiraApi, desk: str, person: Addressee) -> str:
    """The account with exactly this address. Raises Rejected where there is none."""
    wanted = person.address.casefold()
    path = f"servicedesk/{desk}/customer"
    known = list(api.paged("look for the customer", AGENT, path, query=person.address))
    if not any(_is_of(account, wanted) for account in known):
        find = api.platform.user_find_by_user_string
        known += api.ask("look for the person", USERS, find, query=person.address)
    for account in known:
        if _is_of(account, wanted):
            return str(account["accountId"])
    hidden = any(not account.get("emailAddress") for account in known)
    what = (
        "Somebody who may be meant hides theirs: ask them to show it in their Atlassian profile"
        if hidden
        else "Add them as a customer of the service desk first"
    )
    raise Rejected(
        f"Jira shows no account with the address of the {person.role.replace('_', ' ')}. {what}, and "
        "have it tried again; or do it by hand."
    )


def readers_of(api: JiraApi, key: str) -> Iterator[Mapping[str, Any]]:
    """The accounts of all who read what is public on a ticket: who raised it, who takes part, and everybody
    of the organisations that it is shared with.
    """
    shared = [id_ for id_, kind in api.kinds().items() if kind.get("items") == ORGANISATION]
    issue = api.ask(f"read {key}", BROWSE, api.platform.get_issue, key, fields=["reporter", *shared])
    fields = issue["fields"]
    if fields.get("reporter"):
        yield fields["reporter"]
    yield from api.paged(f"read who takes part in {key}", AGENT, f"request/{key}/participant")
    for organisation in {int(each["id"]) for id_ in shared for each in fields.get(id_) or ()}:
        yield from api.people_in(organisation)


def require_readers(api: JiraApi, key: str, people: Sequence[Addressee], fields: Iterable[str]) -> None:
    """Whom a reply is for has to read the ticket, or stand in one of its `fields`, for a rule of Jira's own.

    Raises Rejected where somebody does not. Who hides their address may be the one.
    """
    readers = {str(each.get("emailAddress") or "").casefold() for each in readers_of(api, key)}
    issue = api.ask(f"read {key}", BROWSE, api.platform.get_issue, key, fields=["summary", *fields])
    reached = readers | {to_text(value).casefold() for value in issue["fields"].values()}
    for each in people:
        if "" not in readers and each.address.casefold() not in reached:
            raise Rejected(
                f"Nobody who reads {key} has the address of the {each.role.replace('_', ' ')}, so a reply "
                "there would not reach them. Add them to the ticket or to its organisation in Jira, and have "
                "it tried again; or write to them by hand."
            )


def _is_of(account: Mapping[str, Any], address: str) -> bool:
    return bool(account.get("active", True)) and str(account.get("emailAddress") or "").casefold() == address
