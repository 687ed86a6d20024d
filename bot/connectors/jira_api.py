"""Calls to Jira Cloud and its Service Management, and what their answers mean.

atlassian-python-api sends them and hands the answers over as they are: it tries nothing again and waits for
nothing. Version 2 of the platform's API takes words as plain text.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/
https://developer.atlassian.com/cloud/jira/service-desk/rest/
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from atlassian.jira import Jira
from atlassian.service_desk import ServiceDesk

from bot.connectors.jira_fields import BUILT_IN
from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown, RateLimited, Rejected, Unreached
from bot.system_settings import JiraSettings

CALL_SECONDS: Final = 10
"""How long one call may take."""
ALTOGETHER: Final = 120.0
"""Seconds after which an order begins no further call; with the last one, less than half a lease."""
PAGE: Final = 50
MOST: Final = 5000
WAIT: Final = 30.0
"""Seconds to wait after a 429 that does not say."""
NOT_KNOWN: Final = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED")
"""How Jira says that a sign-in failed where it answers as it does to somebody who is not signed in."""
AGENT: Final = "an agent’s licence of Jira Service Management and the role “Service Desk Team”"
BROWSE: Final = "the permission “Browse projects”"
EDIT: Final = "the permission “Edit issues”"
COMMENT: Final = "the permission “Add comments”"
LINK: Final = "the permission “Link issues”"
TRANSITION: Final = "the permissions “Transition issues” and “Resolve issues”"
USERS: Final = "the global permission “Browse users and groups”"

# At their most talkative, these log whole requests: what a homeowner said, and the address of who is sought.
for _name in ("atlassian", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a request type's form. `kind` is its schema, as the platform's API has it."""

    id: str
    name: str
    required: bool
    kind: Mapping[str, Any]


class JiraApi:
    """The calls of one order, or of one look, over a `session` that outlives them. `now` counts seconds."""

    def __init__(self, settings: JiraSettings, session: requests.Session, now: Callable[[], float]) -> None:
        how: dict[str, Any] = {
            "url": settings.url.rstrip("/"),
            "username": settings.user,
            "password": settings.token.get_secret_value(),
            "timeout": CALL_SECONDS,
            "session": session,
            "cloud": True,
            "advanced_mode": True,
            "retry_with_header": False,
        }
        self.platform = Jira(**how)
        self.service = ServiceDesk(**how)
        self._settings = settings
        self._now = now
        self._until = now() + ALTOGETHER
        self._begun = False

    def ask(self, what: str, needs: str, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """What Jira answers, None where that is empty. Raises DeliveryError.

        `what` completes “could not …”, and names tickets but no people; `needs` is what the desk's account
        lacks where it may not.
        """
        if self._now() > self._until:
            raise self._trouble(f"Jira is slow, and the desk gave up when it was to {what}.")
        try:
            response = call(*given, **named)
        except requests.RequestException as error:
            raise self._trouble(
                f"Jira did not answer when the desk was to {what} ({type(error).__name__})."
            ) from None
        self._raise_for(response, what, needs)
        return self._content(response, what)

    def tell(self, what: str, needs: str, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """As `ask`, for what changes something: from then on, trouble may have left something behind."""
        self._begun = True
        return self.ask(what, needs, call, *given, **named)

    def paged(self, what: str, needs: str, path: str, **params: str) -> Iterator[Any]:
        """The values of all pages of a list of Service Management."""
        for start in range(0, MOST, PAGE):
            page = self.ask(
                what,
                needs,
                self.service.get,
                f"rest/servicedeskapi/{path}",
                params={**params, "start": start, "limit": PAGE},
                headers=self.service.experimental_headers,
            )
            yield from page["values"]
            if page["isLastPage"]:
                return

    def service_desk(self) -> str:
        """The id of the project's service desk. Raises NotLetIn where there is none for the desk."""
        wanted = self._settings.service_desk or self._settings.project
        for each in self.paged("read the service desks", AGENT, "servicedesk"):
            if wanted.casefold() in {
                str(each[key]).casefold() for key in ("id", "projectKey", "projectName")
            }:
                return str(each["id"])
        raise NotLetIn(
            f"Jira shows the desk no service desk “{wanted}”. Give its account {AGENT} there, or correct "
            "systems.jira.service_desk in desk.yaml.",
            traceless=not self._begun,
        )

    def request_type(self, desk: str, on: str) -> str:
        """The id of the request type of `on`, as in `ho_ticket`. Raises Rejected where there is none."""
        wanted = self._settings.request_types.get(on, "")
        for each in self.paged("read the request types", AGENT, f"servicedesk/{desk}/requesttype"):
            if wanted and wanted.casefold() in (str(each["id"]), each["name"].casefold()):
                return str(each["id"])
        raise Rejected(
            f"The service desk has no request type “{wanted}”. Correct systems.jira.request_types.{on} in "
            "desk.yaml, and have it tried again."
        )

    def form(self, desk: str, request_type: str) -> Mapping[str, Field]:
        """The fields that a new request of this type takes, by their ids."""
        path = f"rest/servicedeskapi/servicedesk/{desk}/requesttype/{request_type}/field"
        answer = self.ask("read the request type’s fields", AGENT, self.service.get, path)
        return {
            each["fieldId"]: Field(each["fieldId"], each["name"], each["required"], each["jiraSchema"])
            for each in answer["requestTypeFields"]
        }

    def kinds(self) -> Mapping[str, Mapping[str, Any]]:
        """The schema of every field that there is, by their ids."""
        answer = self.ask("read the fields", BROWSE, self.platform.get_all_fields)
        return {each["id"]: each.get("schema", {}) for each in answer}

    def organisation(self, desk: str, name: str) -> int | None:
        """The id of a customer organisation of the service desk, by its name."""
        for each in self.paged("read the organisations", AGENT, f"servicedesk/{desk}/organization"):
            if each["name"].strip().casefold() == name.strip().casefold():
                return int(each["id"])
        return None

    def people_in(self, organisation: int) -> Iterator[Any]:
        """The accounts of a customer organisation."""
        return self.paged("read who is in an organisation", AGENT, f"organization/{organisation}/user")

    def _raise_for(self, response: requests.Response, what: str, needs: str) -> None:
        """What an answer that is none means. Jira's own words stay out: they may tell of people."""
        status = response.status_code
        if status == 401 or response.headers.get("X-Seraph-LoginReason") in NOT_KNOWN:
            raise NotLetIn(
                f"Jira does not know the desk ({status}). Check JIRA_USER and JIRA_API_TOKEN: a token ends "
                "after a year at most.",
                traceless=not self._begun,
            )
        if status == 403:
            raise NotLetIn(
                f"Jira does not let the desk {what} (403). Give its account {needs} in project "
                f"{self._settings.project}.",
                traceless=not self._begun,
            )
        if status == 429:
            said = response.headers.get("Retry-After", "")
            seconds = float(said) if said.isdecimal() and len(said) < 6 else WAIT
            raise RateLimited(f"Jira asks the desk to wait before it may {what} (429).", seconds)
        if status in (408, 409) or status >= 500 or _is_page(response):
            raise self._trouble(
                f"Jira is in trouble, or something on the way to it: the desk could not {what} ({status})."
            )
        if status == 404:
            raise Rejected(
                f"Jira could not {what}: there is no such record any more, or the desk’s account may not see "
                "it (404). Look for it in Jira; then have it tried again, or do it by hand."
            )
        if status >= 400:
            raise Rejected(self._refused(response, what))

    def _refused(self, response: requests.Response, what: str) -> str:
        """Which fields were not taken."""
        ids = {**BUILT_IN, **self._settings.fields}
        about = [name for name, id_ in ids.items() if id_ in response.text or name in response.text]
        which = f"It did not like: {', '.join(about)}. " if about else ""
        return (
            f"Jira could not {what} ({response.status_code}). {which}Compare systems.jira in desk.yaml "
            "with the project’s fields (app.py doctor --live); then have it tried again, or do it by hand."
        )

    def _content(self, response: requests.Response, what: str) -> Any:
        if not response.content:
            return None
        try:
            content = response.json()
        except ValueError:
            content = None
        if not isinstance(content, dict | list):
            raise self._trouble(
                f"What answered is not Jira when the desk was to {what}. Is there a proxy in between?"
            )
        return content

    def _trouble(self, said: str) -> DeliveryError:
        """What happened, and whether something may have come of it."""
        if self._begun:
            return OutcomeUnknown(f"{said} The desk looks what got through, and goes on.")
        return Unreached(f"{said} Nothing was written there; the desk tries again.")


def _is_page(response: requests.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "").lower()
