"""Salesforce: one case a complaint, by a key of the desk's own, so that it is made once however often it is
asked for.

The key is the order's mark, in a unique external ID field: writing it again writes the same case. A comment
ends with a line, `(Complaint Desk HC-1042 · 3f2a9c1d)`, which is looked for before it is written once more.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from simple_salesforce.format import format_soql

from bot.connectors.salesforce_api import COMMENT, EDIT_CASES, READ_CASES, SalesforceApi
from bot.connectors.salesforce_examine import examined, settings_examined
from bot.errors import Rejected
from bot.guard import Cleared
from bot.ports import Connector
from bot.system_settings import Related, SalesforceSettings
from bot.systems import TITLES, UPDATE, Draft, Finding, Receipt, Record, Status, Surroundings

AT_ONCE: Final = 200
"""How many cases are read with one query."""
LONGEST_COMMENT: Final = 4000
"""Bytes that a case comment holds."""
LOOKED_AT: Final = 200
"""The newest so many comments of a case are looked at."""
BUILT_IN: Final[Mapping[str, str]] = {"Subject": "Subject", "Description": "Description"}
"""The playbooks' fields that are the same in every org."""
CHOSEN: Final = frozenset({"Customer Request Type", "SubType"})
"""Fields whose values are those of a picklist."""


class Salesforce(Connector):
    """An org. `context` is what its certificate is checked with, by default the usual authorities."""

    title = TITLES["salesforce"]

    def __init__(self, settings: SalesforceSettings, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._api = SalesforceApi(settings, context)

    def carry_out(self, cleared: Cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        draft = cleared.draft
        if draft.verb not in VERBS:
            raise Rejected(f"Salesforce does not do this ({draft.verb.replace('_', ' ')}). Do it by hand.")
        self._api.begin()
        return VERBS[draft.verb](_Order(self._api, self._settings, draft, mark, around, seek))

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        numbers = [record.reference for record in records]
        found: dict[str, Status] = {}
        for start in range(0, len(numbers), AT_ONCE):
            select = "SELECT CaseNumber, Status, IsClosed FROM Case WHERE CaseNumber IN {}"
            soql = format_soql(select, numbers[start : start + AT_ONCE])
            for row in self._api.query("read how cases stand", READ_CASES, soql):
                found[row["CaseNumber"]] = Status(row["Status"], row["IsClosed"])
        return found

    def members(self, address: str) -> tuple[str, ...]:
        """Nothing is addressed to anybody here."""
        del address
        return ()

    def examine(self, *, live: bool) -> Iterator[Finding]:
        wrong = list(settings_examined(self._settings))
        yield from wrong
        if live and not wrong:
            yield from examined(self._api, self._settings)


class _Order:
    """What one order does. Each part may be repeated; all raise DeliveryError."""

    def __init__(
        self,
        api: SalesforceApi,
        settings: SalesforceSettings,
        draft: Draft,
        mark: str,
        around: Surroundings,
        seek: bool,
    ) -> None:
        self._api = api
        self._settings = settings
        self._draft = draft
        self._mark = mark
        self._around = around
        self._seek = seek
        self._trace = f"(Complaint Desk {draft.case_name} · {mark[:8]})"

    def open(self) -> Receipt:
        """The case, related to whom it concerns; who was not found is told with the receipt (R-044)."""
        draft, key = self._draft, self._settings.external_key
        related = {each.by: (each.field, self._related(each)) for each in self._settings.related}
        made = self._sought() if self._seek else None
        if made is None:
            values = self._values(draft.fields) | {name: id_ for name, id_ in related.values() if id_}
            self._api.ask(
                "create the case",
                EDIT_CASES,
                lambda client: client.Case.upsert(f"{key}/{self._mark}", values),
                writes=True,
            )
            made = self._sought()
        if made is None:
            raise Rejected(
                f"Salesforce created a case and does not show it by {key}. Give the connected app’s user "
                "read access to that field, and have it tried again."
            )
        missing = [by for by, (_, id_) in related.items() if not id_]
        note = f"Relate it by hand (R-044): {' and '.join(missing)}." if missing else ""
        link, data = self._link(made["Id"]), {"note": note} if note else {}
        return Receipt(made["CaseNumber"], link, made["Id"], draft.fields, data)

    def reassign(self) -> Receipt:
        """The back office's queue owns it from then on."""
        case, queue = self._case(), self._settings.queue
        select = "SELECT Id FROM Group WHERE Type = 'Queue' AND DeveloperName = {} LIMIT 1"
        found = self._api.query("look for the queue", "access to queues", format_soql(select, queue))
        if not found:
            raise Rejected(
                f"Salesforce has no queue {queue!r}. Correct systems.salesforce.queue in desk.yaml, which is "
                "its developer name. Then have it tried again, or reassign it by hand."
            )
        self._write(case["Id"], {"OwnerId": found[0]["Id"]}, "reassign the case")
        return self._receipt(case)

    def comment(self) -> Receipt:
        """A comment that the homeowner does not see."""
        case = self._case()
        self._comment(case["Id"])
        return self._receipt(case)

    def close(self) -> Receipt:
        """The closure comments, and then the status (R-033)."""
        if not self._draft.text.strip():
            raise Rejected("A case is not closed without closure comments (R-033). Type them first.")
        case = self._case()
        self._comment(case["Id"])
        if not case["IsClosed"]:
            self._write(case["Id"], {"Status": self._settings.closed_status}, "close the case")
        return self._receipt(case)

    def update(self) -> Receipt:
        """The fields that are other than they were; whom it is related to, too, where somebody is found."""
        case, fields = self._case(), self._draft.fields
        changed = [each for each in self._settings.related if each.by in fields]
        found = {each.field: self._related(each) for each in changed}
        values = self._values(fields) | {name: id_ for name, id_ in found.items() if id_}
        if values:
            self._write(case["Id"], values, "update the case")
        return Receipt(case["CaseNumber"], self._link(case["Id"]), case["Id"], fields)

    def _values(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """The fields by their API names; those by which somebody is looked up are none of the case's."""
        aside = {each.by for each in self._settings.related}
        values = {self._api_name(name): text for name, text in fields.items() if name not in aside}
        for name in CHOSEN & fields.keys():
            self._require_choice(name, fields[name])
        return values

    def _require_choice(self, name: str, text: str) -> None:
        """An org may take any text for a picklist; the SOP wants one of its values."""
        choices = self._api.choices(self._api_name(name), text)
        if choices and text not in choices:
            raise Rejected(
                f"{name} has to be one of those that Salesforce has: {', '.join(choices)}. Do it by hand, "
                "and choose one there."
            )

    def _api_name(self, name: str) -> str:
        api_name = self._settings.fields.get(name) or BUILT_IN.get(name)
        if not api_name:
            raise Rejected(
                f"Where “{name}” belongs in Salesforce is not configured. Fill in "
                f'systems.salesforce.fields."{name}" in desk.yaml, and have it tried again.'
            )
        return api_name

    def _related(self, each: Related) -> str:
        """The id of whom the case concerns; empty where nobody, or not one alone, is found."""
        wanted = self._draft.fields.get(each.by, "")
        if not wanted:
            return ""
        # The names are an admin's settings, of the form of names; what is compared is escaped.
        select = f"SELECT Id FROM {each.object} WHERE {each.match} = {{}} LIMIT 2"  # noqa: S608
        needs = f"read access to {each.object}"
        found = self._api.query("look up whom the case concerns", needs, format_soql(select, wanted))
        return str(found[0]["Id"]) if len(found) == 1 else ""

    def _sought(self) -> Any:
        key = self._settings.external_key
        select = f"SELECT Id, CaseNumber FROM Case WHERE {key} = {{}} LIMIT 1"  # noqa: S608
        found = self._api.query("look for the case", READ_CASES, format_soql(select, self._mark))
        return found[0] if found else None

    def _case(self) -> Any:
        """The case of this complaint. Raises Rejected where there is none."""
        record = self._around.records.get(self._draft.on or "")
        number = record.reference if record else ""
        select = "SELECT Id, CaseNumber, IsClosed FROM Case WHERE CaseNumber = {} LIMIT 1"
        found = self._api.query("read the case", READ_CASES, format_soql(select, number))
        if not found:
            raise Rejected(
                f"Salesforce shows no case {number or 'of this complaint'}. Check the number on the card; "
                "then have it tried again, or do it by hand."
            )
        return found[0]

    def _comment(self, case_id: str) -> None:
        body = f"{self._draft.text.strip()}\n\n{self._trace}"
        if len(body.encode()) > LONGEST_COMMENT:
            raise Rejected(
                "This is longer than a Salesforce comment may be. Shorten it, or write it by hand."
            )
        if self._seek and self._is_commented(case_id):
            return
        content = {"ParentId": case_id, "CommentBody": body, "IsPublished": False}
        what = "comment on the case"
        self._api.ask(what, COMMENT, lambda client: client.CaseComment.create(content), writes=True)

    def _is_commented(self, case_id: str) -> bool:
        select = "SELECT CommentBody FROM CaseComment WHERE ParentId = {} ORDER BY CreatedDate DESC LIMIT {}"
        soql = format_soql(select, case_id, LOOKED_AT)
        found = self._api.query("read the case’s comments", COMMENT, soql)
        return any(self._trace in str(row["CommentBody"]) for row in found)

    def _write(self, case_id: str, values: Mapping[str, Any], what: str) -> None:
        """To write the same again does no harm."""
        self._api.ask(what, EDIT_CASES, lambda client: client.Case.update(case_id, dict(values)), writes=True)

    def _receipt(self, case: Any) -> Receipt:
        return Receipt(case["CaseNumber"], self._link(case["Id"]), case["Id"])

    def _link(self, case_id: str) -> str:
        return f"{self._settings.url.rstrip('/')}/lightning/r/Case/{case_id}/view"


VERBS: Final = {
    "open_case": _Order.open,
    "reassign": _Order.reassign,
    "referral_comment": _Order.comment,
    "close": _Order.close,
    UPDATE: _Order.update,
}
