"""A stand-in for Jira Cloud with Service Management: the calls that the desk makes, as they are documented.

It keeps tickets, comments, links, participants and organisations, refuses what Jira refuses in Jira's form of
words, and logs whom Jira would have written to.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/
https://developer.atlassian.com/cloud/jira/service-desk/rest/
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.peers.peer import Call, Peer, Reply

USER, TOKEN = "desk@ever.example.test", "jira-token-of-tests"
STRING = {"type": "string", "system": "summary"}
CHANNEL, ORGANISATIONS, MAIL, PERSON = (f"customfield_1000{n}" for n in (1, 2, 3, 4))
SCHEMAS: Mapping[str, dict[str, Any]] = {
    "summary": {"type": "string", "system": "summary"},
    "description": {"type": "string", "system": "description"},
    "labels": {"type": "array", "items": "string", "system": "labels"},
    CHANNEL: {"type": "option", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:select"},
    ORGANISATIONS: {
        "type": "array",
        "items": "sd-customerorganization",
        "custom": "com.atlassian.servicedesk:sd-customer-organizations",
    },
    MAIL: {"type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textfield"},
    PERSON: {"type": "user", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:userpicker"},
}
CHANNELS = ("Phone", "Chat", "Email")
OPEN = {"name": "Waiting for support", "statusCategory": {"key": "new"}}
RESOLVED = {"name": "Resolved", "statusCategory": {"key": "done"}}
MENTION = re.compile(r"(?<!\\)\[~accountid:([^\]]+)\]")
CLAUSE = re.compile(r'(labels|project|description|statusCategory) (=|~|!=) "?([^"]+?)"?')


class Refusal(Exception):
    """What Jira refuses, with its status."""

    def __init__(self, status: int, message: str, errors: Mapping[str, str] | None = None) -> None:
        self.status, self.message, self.errors = status, message, errors or {}


@dataclass
class Account:
    id: str
    email: str
    name: str = "Somebody"
    active: bool = True
    hidden: bool = False
    """Whether they keep their address to themselves."""

    @property
    def shown(self) -> dict[str, Any]:
        shown = {"accountId": self.id, "displayName": self.name, "active": self.active}
        return shown if self.hidden else {**shown, "emailAddress": self.email}


@dataclass
class Organisation:
    id: str
    name: str
    members: list[str] = field(default_factory=list)


@dataclass
class Comment:
    id: str
    body: str
    public: bool


@dataclass
class Issue:
    id: str
    key: str
    request_type: str
    fields: dict[str, Any]
    status: dict[str, Any] = field(default_factory=lambda: OPEN)
    participants: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    """Type, inward key, outward key."""
    resolution: str = ""


@dataclass(frozen=True)
class Notice:
    """Jira writes to somebody."""

    to: str
    about: str
    what: str


@dataclass
class RequestType:
    id: str
    name: str
    form: dict[str, bool]
    """Its fields' ids, each with whether it is required."""


class JiraPeer(Peer):
    """A site with the project EBH. `lag` keeps what is new out of search until `index` is called."""

    def __init__(self) -> None:
        super().__init__()
        self.forget()

    def forget(self) -> None:
        super().forget()
        self.accounts = [Account("desk", USER, "Complaint Desk")]
        self.customers: list[str] = []
        self.organisations: list[Organisation] = []
        self.issues: dict[str, Issue] = {}
        self.request_types = [
            RequestType("21", "Homeowner concern", {"summary": True, "description": True}),
            RequestType("22", "Installer concern", {"summary": True, "description": True, MAIL: False}),
        ]
        self.queues = ["All open", "Homeowner Support Queue"]
        self.link_types = ["Blocks", "Relates"]
        self.transition = "Resolve this issue"
        self.schemas = dict(SCHEMAS)
        self.lacking: set[str] = set()
        self.lag = False
        self.unseen: set[str] = set()
        self.notices: list[Notice] = []

    # --- for tests --------------------------------------------------------------------------------

    def account(self, email: str, *, customer: bool = False, **more: Any) -> str:
        account = Account(f"qm:{len(self.accounts)}", email, **more)
        self.accounts.append(account)
        if customer:
            self.customers.append(account.id)
        return account.id

    def organisation(self, name: str, *members: str) -> Organisation:
        organisation = Organisation(str(len(self.organisations) + 1), name, list(members))
        self.organisations.append(organisation)
        return organisation

    def index(self) -> None:
        """Search catches up."""
        self.unseen.clear()

    def only(self) -> Issue:
        [issue] = self.issues.values()
        return issue

    # --- the server -------------------------------------------------------------------------------

    def answer(self, call: Call) -> Reply:
        try:
            return self._done(call)
        except Refusal as refusal:
            if "servicedeskapi" in call.path:
                text = " ".join([refusal.message, *refusal.errors.values()])
                told: object = {
                    "errorMessage": text,
                    "i18nErrorMessage": {"i18nErrorKey": "sd.error", "parameters": []},
                }
            else:
                told = {"errorMessages": [refusal.message] * bool(refusal.message), "errors": refusal.errors}
            return Reply(refusal.status, told)

    def _done(self, call: Call) -> Reply:
        good = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {good}":
            raise Refusal(401, "Client must be authenticated to access this resource.")
        for method, path, needs, do in ROUTES:
            found = re.fullmatch(path, call.path)
            if found and method == call.method:
                if needs in self.lacking:
                    raise Refusal(403, "You do not have the permission to do this.")
                return do(self, call, **found.groupdict())
        raise Refusal(404, "There is no such path.")

    # --- the platform -----------------------------------------------------------------------------

    def myself(self, call: Call) -> Reply:
        return Reply(200, self.accounts[0].shown)

    def project(self, call: Call, key: str) -> Reply:
        if key != "EBH":
            raise Refusal(404, f"No project could be found with key '{key}'.")
        return Reply(200, {"id": "10001", "key": "EBH", "projectTypeKey": "service_desk"})

    def permissions(self, call: Call) -> Reply:
        keys = call.one("permissions").split(",")
        told = {key: {"key": key, "havePermission": key not in self.lacking} for key in keys}
        return Reply(200, {"permissions": told})

    def all_fields(self, call: Call) -> Reply:
        told = [{"id": id_, "name": id_, "schema": schema} for id_, schema in self.schemas.items()]
        return Reply(200, [*told, {"id": "issuekey", "name": "Key"}])

    def read_issue(self, call: Call, key: str) -> Reply:
        return Reply(200, self._shown(self._issue(key), call.one("fields").split(",")))

    def edit_issue(self, call: Call, key: str) -> Reply:
        issue, body = self._issue(key), self._body(call, {"fields", "update"})
        fields = body.get("fields", {})
        self._check(fields, SCHEMAS)
        for change in body.get("update", {}).get("labels", []):
            if set(change) != {"add"} or " " in change["add"]:
                raise Refusal(400, "", {"labels": "The label can't contain spaces."})
            labels = issue.fields.setdefault("labels", [])
            labels.extend({change["add"]} - set(labels))
        issue.fields.update(fields)
        self._marked_up(issue, fields)
        self._tell_organisations(issue, fields)
        self._changed(issue)
        return Reply(204)

    def search(self, call: Call) -> Reply:
        clauses, _, order = call.one("jql").partition(" ORDER BY ")
        joined = any if " OR " in clauses else all
        parts = [CLAUSE.fullmatch(part) for part in re.split(" OR | AND ", clauses)]
        if not all(parts) or order not in ("created ASC", "created DESC"):
            raise Refusal(400, "Error in the JQL Query.")
        found = [
            issue
            for issue in self.issues.values()
            if issue.key not in self.unseen
            and joined(_meets(issue, *part.groups()) for part in parts if part)
        ]
        found = found if order == "created ASC" else found[::-1]
        most = int(call.one("maxResults", "50"))
        told = [self._shown(issue, call.one("fields").split(",")) for issue in found[:most]]
        return Reply(200, {"issues": told, "isLast": len(found) <= most})

    def bulk_fetch(self, call: Call) -> Reply:
        body = self._body(call, {"issueIdsOrKeys", "fields"})
        if len(body["issueIdsOrKeys"]) > 100:
            raise Refusal(400, "Too many issues were asked for.")
        found = [self.issues[key] for key in body["issueIdsOrKeys"] if key in self.issues]
        return Reply(
            200, {"issues": [self._shown(issue, body["fields"]) for issue in found], "issueErrors": []}
        )

    def all_link_types(self, call: Call) -> Reply:
        return Reply(200, {"issueLinkTypes": [{"id": name, "name": name} for name in self.link_types]})

    def link(self, call: Call) -> Reply:
        body = self._body(call, {"type", "inwardIssue", "outwardIssue"})
        kind = body["type"]["name"]
        if kind not in self.link_types:
            raise Refusal(404, f"No issue link type with name '{kind}' found.")
        ends = [self._issue(body[end]["key"]) for end in ("inwardIssue", "outwardIssue")]
        for issue in ends:
            issue.links.append((kind, ends[0].key, ends[1].key))
        return Reply(201)

    def find_users(self, call: Call) -> Reply:
        query = call.one("query").casefold()
        if not query:
            raise Refusal(400, "The query parameter must be provided.")
        return Reply(200, [each.shown for each in self.accounts if each.email.casefold().startswith(query)])

    def transitions(self, call: Call, key: str) -> Reply:
        closed = self._issue(key).status is RESOLVED
        told = (
            []
            if closed
            else [{"id": "761", "name": self.transition, "to": RESOLVED, "fields": {"resolution": {}}}]
        )
        return Reply(200, {"transitions": told})

    def move(self, call: Call, key: str) -> Reply:
        issue, body = self._issue(key), self._body(call, {"transition", "fields"})
        if issue.status is RESOLVED or body["transition"] != {"id": "761"}:
            raise Refusal(400, "It seems that you have tried to perform an illegal workflow operation.")
        if "name" not in body.get("fields", {}).get("resolution", {}):
            raise Refusal(400, "", {"resolution": "Resolution is required."})
        issue.status, issue.resolution = RESOLVED, body["fields"]["resolution"]["name"]
        return Reply(204)

    # --- Service Management -----------------------------------------------------------------------

    def desks(self, call: Call) -> Reply:
        other = {"id": "3", "projectId": "10000", "projectName": "Help", "projectKey": "HELP"}
        ours = {"id": "7", "projectId": "10001", "projectName": "EverBright Homeowners", "projectKey": "EBH"}
        return _page(call, [other, ours])

    def all_request_types(self, call: Call, desk: str) -> Reply:
        return _page(call, [{"id": each.id, "name": each.name} for each in self.request_types])

    def request_fields(self, call: Call, desk: str, kind: str) -> Reply:
        told = [
            {"fieldId": id_, "name": id_.capitalize(), "required": needed, "jiraSchema": self.schemas[id_]}
            for id_, needed in self._request_type(kind).form.items()
        ]
        return Reply(
            200, {"requestTypeFields": told, "canRaiseOnBehalfOf": True, "canAddRequestParticipants": True}
        )

    def all_queues(self, call: Call, desk: str) -> Reply:
        return _page(call, [{"id": str(n), "name": name} for n, name in enumerate(self.queues)])

    def all_organisations(self, call: Call, desk: str) -> Reply:
        return _page(call, [{"id": each.id, "name": each.name} for each in self.organisations])

    def people_of(self, call: Call, number: str) -> Reply:
        [organisation] = [each for each in self.organisations if each.id == number]
        return _page(call, [each.shown for each in self.accounts if each.id in organisation.members])

    def all_customers(self, call: Call, desk: str) -> Reply:
        query = call.one("query").casefold()
        found = [
            each for each in self.accounts if each.id in self.customers and query in each.email.casefold()
        ]
        return _page(call, [each.shown for each in found])

    def create(self, call: Call) -> Reply:
        body = self._body(call, {"serviceDeskId", "requestTypeId", "requestFieldValues"})
        kind, values = self._request_type(body["requestTypeId"]), body["requestFieldValues"]
        if body["serviceDeskId"] != "7" or not isinstance(values, dict):
            raise Refusal(400, "Your request could not be created.")
        self._check(values, kind.form)
        for id_, needed in kind.form.items():
            if needed and not values.get(id_):
                raise Refusal(400, "Please provide a valid value.", {id_: f"{id_} is required."})
        number = len(self.issues) + 1
        issue = Issue(str(10100 + number), f"EBH-{number}", kind.id, dict(values))
        self.issues[issue.key] = issue
        self._changed(issue)
        self._marked_up(issue, values)
        self._tell_organisations(issue, values)
        return Reply(
            201, {"issueId": issue.id, "issueKey": issue.key, "requestTypeId": kind.id, "serviceDeskId": "7"}
        )

    def comments(self, call: Call, key: str) -> Reply:
        told = [
            {"id": each.id, "body": each.body, "public": each.public} for each in self._issue(key).comments
        ]
        return _page(call, told)

    def comment(self, call: Call, key: str) -> Reply:
        issue, body = self._issue(key), self._body(call, {"body", "public"})
        if not isinstance(body["body"], str) or not body["body"] or not isinstance(body["public"], bool):
            raise Refusal(400, "The comment is not as it should be.")
        number = 1 + sum(len(each.comments) for each in self.issues.values())
        comment = Comment(str(9000 + number), body["body"], body["public"])
        issue.comments.append(comment)
        self._mentions(issue, comment.body)
        if comment.public:
            for id_ in self.audience(issue):
                self._notify(id_, issue, "comment")
        return Reply(201, {"id": comment.id, "body": comment.body, "public": comment.public})

    def participants(self, call: Call, key: str) -> Reply:
        there = self._issue(key).participants
        return _page(call, [each.shown for each in self.accounts if each.id in there])

    def add_participants(self, call: Call, key: str) -> Reply:
        issue, body = self._issue(key), self._body(call, {"accountIds"})
        known = {each.id for each in self.accounts}
        for id_ in body["accountIds"]:
            if id_ not in known:
                raise Refusal(400, "The user does not exist.")
            if id_ not in issue.participants:
                issue.participants.append(id_)
                self._notify(id_, issue, "participant")
        return self.participants(call, key)

    # --- what Jira holds things to ----------------------------------------------------------------

    def audience(self, issue: Issue) -> list[str]:
        """The accounts that see what is public on a ticket."""
        shared = {
            each["id"] for each in self._shown(issue, [ORGANISATIONS])["fields"].get(ORGANISATIONS) or ()
        }
        members = [id_ for each in self.organisations if each.id in shared for id_ in each.members]
        return list(dict.fromkeys([*issue.participants, *members]))

    def _body(self, call: Call, known: Iterable[str]) -> Any:
        if call.headers.get("content-type") != "application/json":
            raise Refusal(415, "Unsupported Media Type")
        body = call.json()
        if not isinstance(body, dict) or body.keys() - set(known):
            raise Refusal(400, "Invalid request payload.")
        return body

    def _issue(self, key: str) -> Issue:
        if key not in self.issues:
            raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
        return self.issues[key]

    def _request_type(self, number: str) -> RequestType:
        found = [each for each in self.request_types if each.id == number]
        if not found:
            raise Refusal(400, "The request type does not exist.")
        return found[0]

    def _check(self, values: Mapping[str, Any], on_screen: Iterable[str]) -> None:
        """Each value is of its field's type, and its field is on the form or screen."""
        for id_, value in values.items():
            if id_ not in set(on_screen):
                said = f"Field '{id_}' cannot be set. It is not on the appropriate screen, or unknown."
                raise Refusal(400, "", {id_: said})
            said = self._wrong(self.schemas[id_], value)
            if said:
                raise Refusal(400, "", {id_: f"{id_}: {said}"})
        if len(values.get("summary", "")) > 255 or "\n" in values.get("summary", ""):
            raise Refusal(400, "", {"summary": "Summary can't exceed 255 characters, nor have line breaks."})

    def _wrong(self, schema: Mapping[str, Any], value: Any) -> str:
        match schema["type"], schema.get("items"):
            case "string", _:
                return "" if isinstance(value, str) else "Operation value must be a string"
            case "option", _:
                fits = isinstance(value, dict) and value.get("value") in CHANNELS
                return "" if fits else "Option value is not valid"
            case "array", "sd-customerorganization":
                known = {int(each.id) for each in self.organisations}
                if not isinstance(value, list) or not all(type(each) is int for each in value):
                    return "Operation value must be a number at array index 0"
                return "" if set(value) <= known else "The organisation does not exist"
            case "array", "string":
                return (
                    "" if all(isinstance(each, str) and " " not in each for each in value) else "not a label"
                )
        return "Operation value must be an Atlassian Document"

    def _shown(self, issue: Issue, names: Iterable[str]) -> dict[str, Any]:
        fields = {"labels": [], **issue.fields, "status": issue.status, "issuelinks": self._links(issue)}
        shared = issue.fields.get(ORGANISATIONS) or ()
        fields["reporter"] = self.accounts[0].shown
        fields[ORGANISATIONS] = [
            {"id": each.id, "name": each.name} for each in self.organisations if int(each.id) in shared
        ]
        return {
            "id": issue.id,
            "key": issue.key,
            "fields": {name: fields.get(name) for name in names if name in fields or name in SCHEMAS},
        }

    def _links(self, issue: Issue) -> list[dict[str, Any]]:
        return [
            {"type": {"name": kind}, "outwardIssue": {"key": outward}}
            if inward == issue.key
            else {"type": {"name": kind}, "inwardIssue": {"key": inward}}
            for kind, inward, outward in issue.links
        ]

    def _changed(self, issue: Issue) -> None:
        if self.lag:
            self.unseen.add(issue.key)

    def _notify(self, account: str, issue: Issue, what: str) -> None:
        [email] = [each.email for each in self.accounts if each.id == account]
        self.notices.append(Notice(email, issue.key, what))

    def _mentions(self, issue: Issue, text: str) -> None:
        for account in MENTION.findall(text):
            self._notify(account, issue, "mention")

    def _marked_up(self, issue: Issue, values: Mapping[str, Any]) -> None:
        for id_, value in values.items():
            if id_ == "description" or self.schemas[id_].get("custom", "").endswith(":textarea"):
                self._mentions(issue, value)

    def _tell_organisations(self, issue: Issue, fields: Mapping[str, Any]) -> None:
        for each in self.organisations:
            if int(each.id) in fields.get(ORGANISATIONS, ()):
                for member in each.members:
                    self._notify(member, issue, "shared")


def _page(call: Call, values: list[Any]) -> Reply:
    """A page of Service Management, which never holds more than fifty."""
    start, limit = int(call.one("start", "0")), min(int(call.one("limit", "50")), 50)
    page = values[start : start + limit]
    last = start + limit >= len(values)
    return Reply(200, {"size": len(page), "start": start, "limit": limit, "isLastPage": last, "values": page})


def _meets(issue: Issue, name: str, how: str, value: str) -> bool:
    """A clause of a search. Words are compared as words, whatever stands around them."""
    match name, how:
        case "labels", "=":
            return value in issue.fields.get("labels", ())
        case "project", "=":
            return issue.key.startswith(f"{value}-")
        case "description", "~":
            return value in re.findall(r"\w+", issue.fields.get("description", ""))
        case "statusCategory", "!=":
            return issue.status["statusCategory"]["key"] != value.casefold()
    raise Refusal(400, f"The operator '{how}' is not supported by the '{name}' field.")


Answer = Callable[..., Reply]
API, DESK = "/rest/api/2", "/rest/servicedeskapi"
AGENT = "SERVICEDESK_AGENT"
KEY = r"(?P<key>[A-Z]+-\d+)"
ROUTES: list[tuple[str, str, str, Answer]] = [
    ("GET", f"{API}/myself", "", JiraPeer.myself),
    ("GET", f"{API}/project/(?P<key>[A-Z]+)", "BROWSE_PROJECTS", JiraPeer.project),
    ("GET", f"{API}/mypermissions", "", JiraPeer.permissions),
    ("GET", f"{API}/field", "", JiraPeer.all_fields),
    ("GET", f"{API}/issue/{KEY}", "BROWSE_PROJECTS", JiraPeer.read_issue),
    ("PUT", f"{API}/issue/{KEY}", "EDIT_ISSUES", JiraPeer.edit_issue),
    ("GET", f"{API}/search/jql", "BROWSE_PROJECTS", JiraPeer.search),
    ("POST", f"{API}/issue/bulkfetch", "BROWSE_PROJECTS", JiraPeer.bulk_fetch),
    ("GET", f"{API}/issueLinkType", "", JiraPeer.all_link_types),
    ("POST", f"{API}/issueLink", "LINK_ISSUES", JiraPeer.link),
    ("GET", f"{API}/user/search", "USER_PICKER", JiraPeer.find_users),
    ("GET", f"{API}/issue/{KEY}/transitions", "BROWSE_PROJECTS", JiraPeer.transitions),
    ("POST", f"{API}/issue/{KEY}/transitions", "TRANSITION_ISSUES", JiraPeer.move),
    ("GET", f"{DESK}/servicedesk", "", JiraPeer.desks),
    ("GET", f"{DESK}/servicedesk/(?P<desk>7)/requesttype", "", JiraPeer.all_request_types),
    ("GET", f"{DESK}/servicedesk/(?P<desk>7)/requesttype/(?P<kind>\\d+)/field", "", JiraPeer.request_fields),
    ("GET", f"{DESK}/servicedesk/(?P<desk>7)/queue", AGENT, JiraPeer.all_queues),
    ("GET", f"{DESK}/servicedesk/(?P<desk>7)/organization", AGENT, JiraPeer.all_organisations),
    ("GET", f"{DESK}/servicedesk/(?P<desk>7)/customer", AGENT, JiraPeer.all_customers),
    ("GET", f"{DESK}/organization/(?P<number>\\d+)/user", AGENT, JiraPeer.people_of),
    ("POST", f"{DESK}/request", AGENT, JiraPeer.create),
    ("GET", f"{DESK}/request/{KEY}/comment", AGENT, JiraPeer.comments),
    ("POST", f"{DESK}/request/{KEY}/comment", "ADD_COMMENTS", JiraPeer.comment),
    ("GET", f"{DESK}/request/{KEY}/participant", AGENT, JiraPeer.participants),
    ("POST", f"{DESK}/request/{KEY}/participant", AGENT, JiraPeer.add_participants),
]
