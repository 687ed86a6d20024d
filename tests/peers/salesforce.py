"""A stand-in for a Salesforce org: the calls that the desk makes, as the REST API's guide describes them.

It keeps cases and their comments, checks fields and values against its own describe, refuses what an org
refuses with the org's codes, and answers the queries that the desk asks, which it reads word for word.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote

from pydantic import SecretStr

from bot.system_settings import Related, SalesforceSettings
from tests.peers.certificates import server_context
from tests.peers.peer import Call, Peer, Reply

CLIENT, SECRET, VERSION = "3MVG9.client-of-tests", "the-secret-of-the-connected-app", "61.0"
KEY, QUEUE = "Complaint_Desk_Key__c", "Back_Office"
TYPES, SUBTYPES = ("Installer Complaint", "Question"), ("Roof damage", "Conduct", "Other")
SELECT = re.compile(r"SELECT (?P<columns>[\w, ]+) FROM (?P<object>\w+) WHERE (?P<where>.+)")
TAIL = re.compile(r"( ORDER BY CreatedDate DESC)?( LIMIT (?P<limit>\d+))?$")
TEXT = r"'((?:[^'\\]|\\.)*)'"
EQUALS = re.compile(rf"(\w+) = {TEXT}")
ONE_OF = re.compile(rf"(\w+) IN \(((?:{TEXT},?)*)\)")


class Refusal(Exception):
    """What an org refuses: a status, a code and the fields it is about."""

    def __init__(self, status: int, code: str, *fields: str) -> None:
        super().__init__(code)
        self.reply = refusal(status, code, *fields)


def refusal(status: int, code: str, *fields: str) -> Reply:
    """An error as an org tells it, with words that are nobody else's business."""
    told: dict[str, Any] = {"message": "What is wrong, with names and addresses.", "errorCode": code}
    return Reply(status, [{**told, "fields": list(fields)} if fields else told])


def _field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    usual = {"createable": True, "updateable": True, "externalId": False, "unique": False, "length": 255}
    return {"name": name, "type": kind, "referenceTo": [], "picklistValues": [], **usual, **more}


def _choice(name: str, values: tuple[str, ...], **more: Any) -> dict[str, Any]:
    told = [{"value": value, "active": True} for value in values]
    return _field(name, "picklist", picklistValues=told, **more)


def _read_only(name: str, kind: str = "string") -> dict[str, Any]:
    return _field(name, kind, createable=False, updateable=False)


CASE = (
    _read_only("Id", "id"),
    _read_only("CaseNumber"),
    _read_only("IsClosed", "boolean"),
    _choice("Status", ("New", "Working", "Closed"), restrictedPicklist=False),
    _choice("Type", TYPES, restrictedPicklist=True),
    _choice("SubType__c", SUBTYPES, restrictedPicklist=False),
    _field("Subject"),
    _field("Description", "textarea", length=32000),
    _field(KEY, externalId=True, unique=True, length=32),
    _field("AccountId", "reference", referenceTo=["Account"]),
    _field("ContactId", "reference", referenceTo=["Contact"]),
    _field("OwnerId", "reference", referenceTo=["User", "Group"]),
)
OTHERS = {
    "Account": (_read_only("Id", "id"), _field("Name")),
    "Contact": (_read_only("Id", "id"), _field("Name"), _field("Email", "email")),
}


@dataclass
class Case:
    """A case; `fields` are by their API names."""

    id: str
    number: str
    fields: dict[str, Any]
    comments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, Any]:
        status = self.fields.get("Status", "New")
        return {"Status": "New", **self.fields, "Id": self.id, "CaseNumber": self.number} | {
            "IsClosed": status == "Closed"
        }


class SalesforcePeer(Peer):
    """An org on https. `lacking` names what its user may not: `create`, `comment`, `query`."""

    def __init__(self) -> None:
        super().__init__(server_context())
        self.forget()

    def forget(self) -> None:
        super().forget()
        self.cases: list[Case] = []
        self.tokens: set[str] = set()
        self.describe = {"Case": {each["name"]: dict(each) for each in CASE}} | {
            name: {each["name"]: dict(each) for each in fields} for name, fields in OTHERS.items()
        }
        self.rows: dict[str, list[dict[str, Any]]] = {
            "Account": [{"Id": "001A", "Name": "Bright Roofs"}],
            "Contact": [{"Id": "003A", "Name": "Hanna (homeowner)"}],
            "Group": [{"Id": "00GQ", "Type": "Queue", "DeveloperName": QUEUE}],
            "QueueSobject": [{"Id": "03gQ", "QueueId": "00GQ", "SobjectType": "Case"}],
            "CaseStatus": [
                {"Id": "01JA", "MasterLabel": "New", "IsClosed": False},
                {"Id": "01JB", "MasterLabel": "Closed", "IsClosed": True},
            ],
        }
        self.lacking: set[str] = set()
        self._numbers = count(1)

    @property
    def settings(self) -> SalesforceSettings:
        return SalesforceSettings(
            self.url,
            CLIENT,
            SecretStr(SECRET),
            VERSION,
            fields={
                "Customer Request Type": "Type",
                "SubType": "SubType__c",
                "Case Description": "Description",
            },
            related=(
                Related("AccountId", "Account", "Name", "Related Installer"),
                Related("ContactId", "Contact", "Name", "Related Homeowner"),
            ),
            queue=QUEUE,
        )

    def end_sessions(self) -> None:
        """Every token has expired."""
        self.tokens.clear()

    def answer(self, call: Call) -> Reply:
        try:
            return self._done(call)
        except Refusal as refused:
            return refused.reply

    def _done(self, call: Call) -> Reply:
        if call.path == "/services/oauth2/token":
            return self._token(call)
        if call.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refusal(401, "INVALID_SESSION_ID")
        base = f"/services/data/v{VERSION}/"
        if not call.path.startswith(base):
            raise Refusal(404, "NOT_FOUND")
        path = unquote(call.path.removeprefix(base)).rstrip("/")
        for method, pattern, do in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == call.method:
                return do(self, call, **found.groupdict())
        raise Refusal(404, "NOT_FOUND")

    def _token(self, call: Call) -> Reply:
        form = call.form()
        if form.get("grant_type") != "client_credentials":
            return Reply(400, {"error": "unsupported_grant_type"})
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return Reply(
                400, {"error": "invalid_client_id", "error_description": "client identifier invalid"}
            )
        token = f"00D-token-{next(self._numbers)}"
        self.tokens.add(token)
        return Reply(200, {"access_token": token, "instance_url": self.url, "token_type": "Bearer"})

    # --- records ----------------------------------------------------------------------------------

    def upsert(self, call: Call, name: str, value: str) -> Reply:
        self._may("create")
        if name != KEY:
            raise Refusal(404, "NOT_FOUND")
        values = self._checked(call.json(), "createable")
        found = next((each for each in self.cases if each.fields.get(KEY) == value), None)
        if found is not None:
            found.fields.update(values)
            return Reply(200, {"id": found.id, "success": True, "errors": [], "created": False})
        number = len(self.cases) + 1
        made = Case(f"500{number:015}", f"{1000 + number:08}", {**values, KEY: value})
        self.cases.append(made)
        return Reply(201, {"id": made.id, "success": True, "errors": [], "created": True})

    def update(self, call: Call, id_: str) -> Reply:
        self._may("create")
        self._case(id_).fields.update(self._checked(call.json(), "updateable"))
        return Reply(204)

    def comment(self, call: Call) -> Reply:
        self._may("comment")
        content = call.json()
        if not isinstance(content, dict) or set(content) != {"ParentId", "CommentBody", "IsPublished"}:
            raise Refusal(400, "INVALID_FIELD")
        if len(content["CommentBody"].encode()) > 4000:
            raise Refusal(400, "STRING_TOO_LONG", "CommentBody")
        self._case(content["ParentId"]).comments.append(content)
        return Reply(201, {"id": f"00a{next(self._numbers):015}", "success": True, "errors": []})

    def described(self, call: Call, name: str) -> Reply:
        del call
        if name not in self.describe:
            raise Refusal(404, "NOT_FOUND")
        return Reply(200, {"name": name, "fields": list(self.describe[name].values())})

    def query(self, call: Call) -> Reply:
        self._may("query")
        soql = call.one("q")
        tail = TAIL.search(soql)
        found = SELECT.fullmatch(soql[: tail.start()] if tail else soql)
        if found is None or tail is None:
            raise Refusal(400, "MALFORMED_QUERY")
        columns, name = found["columns"].split(", "), found["object"]
        rows = [row for row in self._rows(name) if self._meets(row, found["where"])]
        if tail[1]:
            rows.reverse()
        rows = rows[: int(tail["limit"])] if tail["limit"] else rows
        if any(column not in row for row in rows for column in columns):
            raise Refusal(400, "INVALID_FIELD", *columns)
        told = [{"attributes": {"type": name}, **{each: row[each] for each in columns}} for row in rows]
        return Reply(200, {"totalSize": len(told), "done": True, "records": told})

    # --- what an org holds things to --------------------------------------------------------------

    def _may(self, what: str) -> None:
        if what in self.lacking:
            raise Refusal(403, "INSUFFICIENT_ACCESS_OR_READONLY")

    def _case(self, id_: str) -> Case:
        found = next((each for each in self.cases if each.id == id_), None)
        if found is None:
            raise Refusal(404, "NOT_FOUND")
        return found

    def _checked(self, values: Any, right: str) -> Mapping[str, Any]:
        """Each value is of its field's type, and may be written."""
        if not isinstance(values, dict):
            raise Refusal(400, "JSON_PARSER_ERROR")
        for name, value in values.items():
            known = self.describe["Case"].get(name)
            if known is None:
                raise Refusal(400, "INVALID_FIELD", name)
            if not known[right]:
                raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", name)
            if not isinstance(value, str):
                raise Refusal(400, "JSON_PARSER_ERROR", name)
            choices = [each["value"] for each in known["picklistValues"]]
            if choices and known.get("restrictedPicklist") and value not in choices:
                raise Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", name)
            if len(value) > known["length"]:
                raise Refusal(400, "STRING_TOO_LONG", name)
            if known["referenceTo"] and not self._is_there(value):
                raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", name)
        return values

    def _is_there(self, id_: str) -> bool:
        return any(row["Id"] == id_ for rows in self.rows.values() for row in rows)

    def _rows(self, name: str) -> list[dict[str, Any]]:
        if name == "Case":
            return [each.shown for each in self.cases]
        if name == "CaseComment":
            return [comment for each in self.cases for comment in each.comments]
        if name not in self.rows:
            raise Refusal(400, "INVALID_TYPE")
        return self.rows[name]

    def _meets(self, row: Mapping[str, Any], where: str) -> bool:
        for part in where.split(" AND "):
            equals, one_of = EQUALS.fullmatch(part), ONE_OF.fullmatch(part)
            if equals:
                name, wanted = equals[1], [equals[2]]
            elif one_of:
                name, wanted = one_of[1], re.findall(TEXT, one_of[2])
            else:
                raise Refusal(400, "MALFORMED_QUERY")
            if str(row.get(name, "")) not in [re.sub(r"\\(.)", r"\1", each) for each in wanted]:
                return False
        return True


Do = Callable[..., Reply]
ROUTES: tuple[tuple[str, str, Do], ...] = (
    ("PATCH", r"sobjects/Case/(?P<name>\w+)/(?P<value>\w+)", SalesforcePeer.upsert),
    ("PATCH", r"sobjects/Case/(?P<id_>\w+)", SalesforcePeer.update),
    ("POST", r"sobjects/CaseComment", SalesforcePeer.comment),
    ("GET", r"sobjects/(?P<name>\w+)/describe", SalesforcePeer.described),
    ("GET", r"query", SalesforcePeer.query),
)
