"""Jira Service Management, Cloud: tickets opened, linked, commented on and closed by the desk's own account.

A ticket is a customer request: its request type and fields put it into its queue. How an order is found again
stands in `bot.connectors.jira_fields`; Jira's search shows what is new after a few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Final

import requests

from bot.connectors.jira_api import BROWSE, JiraApi
from bot.connectors.jira_examine import examined, settings_examined
from bot.connectors.jira_people import readers_of
from bot.connectors.jira_tickets import CLOSED, KEY, Tickets
from bot.errors import Rejected
from bot.guard import Cleared
from bot.ports import Connector
from bot.system_settings import JiraSettings
from bot.systems import TITLES, UPDATE, Finding, Receipt, Record, Status, Surroundings

AT_ONCE: Final = 50
"""How many tickets are read with one call; Jira takes 100."""
VERBS: Final = {
    "open_ticket": Tickets.open,
    "open_linked_ticket": Tickets.open,
    "add_participant": Tickets.add_participants,
    "internal_comment": Tickets.note,
    "email": Tickets.reply,
    "close": Tickets.close,
    UPDATE: Tickets.update,
}


class Jira(Connector):
    """One project of Jira Service Management. `now` counts seconds."""

    title = TITLES["ebh"]

    def __init__(self, settings: JiraSettings, now: Callable[[], float] = monotonic) -> None:
        self._settings = settings
        self._now = now
        self._session = requests.Session()

    def carry_out(self, cleared: Cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        draft = cleared.draft
        if draft.verb not in VERBS:
            raise Rejected(f"Jira does not do this ({draft.verb.replace('_', ' ')}). Do it by hand.")
        return VERBS[draft.verb](Tickets(self._api(), self._settings, draft, mark, around, seek))

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/ (bulk fetch)."""
        api = self._api()
        keys = [record.reference for record in records if KEY.fullmatch(record.reference)]
        found: dict[str, Status] = {}
        for start in range(0, len(keys), AT_ONCE):
            asked = {"issueIdsOrKeys": keys[start : start + AT_ONCE], "fields": ["status"]}
            path = api.platform.resource_url("issue/bulkfetch")
            answer = api.ask("read how tickets stand", BROWSE, api.platform.post, path, data=asked)
            for issue in answer["issues"]:
                status = issue["fields"]["status"]
                found[issue["key"]] = Status(status["name"], status["statusCategory"]["key"] == CLOSED)
        return found

    def members(self, address: str) -> tuple[str, ...]:
        """The addresses in a customer organisation, by its name, or of a ticket's readers, by its number.

        An e-mail address is somebody's own here. Who hides their address is not among them.
        """
        if "@" in address or not address.strip():
            return ()
        api = self._api()
        if KEY.fullmatch(address):
            people = readers_of(api, address)
        else:
            organisation = api.organisation(api.service_desk(), address)
            people = api.people_in(organisation) if organisation is not None else iter(())
        return tuple(dict.fromkeys(str(each["emailAddress"]) for each in people if each.get("emailAddress")))

    def examine(self, *, live: bool) -> Iterator[Finding]:
        wrong = list(settings_examined(self._settings))
        yield from wrong or [Finding("settings", "Everything is filled in.")]
        if live and not wrong:
            yield from examined(self._api(), self._settings)

    def _api(self) -> JiraApi:
        return JiraApi(self._settings, self._session, self._now)
