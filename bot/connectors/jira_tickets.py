"""What one order does to tickets: each part looks first what is there already, so that all of it may be
repeated from any point.

Whatever can be refused is looked up before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.connectors import jira_fields
from bot.connectors.jira_api import AGENT, BROWSE, COMMENT, EDIT, LINK, TRANSITION, JiraApi
from bot.connectors.jira_fields import instead_of, is_there, to_text, trace_of
from bot.connectors.jira_people import account_of, require_readers
from bot.errors import Rejected
from bot.system_settings import JiraSettings
from bot.systems import OPENS, Draft, Receipt, Surroundings

KEY: Final = re.compile(r"[A-Z][A-Z0-9_]{1,20}-[1-9][0-9]{0,9}")
MOST_FOUND: Final = 20
CLOSED: Final = "done"
"""The category that all of Jira's closed statuses are in, whatever they are called."""


class Tickets:
    """The tickets of a case, for one order. Each method carries out a verb; all raise DeliveryError."""

    def __init__(
        self,
        api: JiraApi,
        settings: JiraSettings,
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
        self._trace = trace_of(draft.case_name, mark)

    def open(self) -> Receipt:
        """A customer request, with its labels, fields, link, participants and first comment."""
        draft = self._draft
        other = self._key_of("ho_ticket") if draft.verb == "open_linked_ticket" else ""
        desk = self._api.service_desk()
        wanted = self._wanted(desk, draft.fields)
        accounts = [account_of(self._api, desk, each) for each in draft.at("participant")]
        made = (self._sought() if self._seek else None) or self._create(desk, wanted)
        issue = self._read(made, (*wanted, "labels", "issuelinks"))
        key = issue["key"]
        self._complete(issue, wanted)
        if other:
            self._link(issue, other)
        if accounts:
            self._take_part(key, accounts)
        if comment := draft.fields.get(jira_fields.COMMENT, ""):
            self._comment(key, comment, public=False)
        return Receipt(key, self._link_to(key), issue["id"], draft.fields)

    def add_participants(self) -> Receipt:
        """Everybody who is to take part, as request participants."""
        key = self._key_of(self._draft.on)
        desk = self._api.service_desk()
        self._take_part(key, [account_of(self._api, desk, each) for each in self._draft.at("participant")])
        return Receipt(key, self._link_to(key))

    def note(self) -> Receipt:
        """A comment that only agents see."""
        return self._commented(public=False)

    def reply(self) -> Receipt:
        """A comment that all see who read the ticket; Jira mails it to them."""
        to = self._draft.at("to")
        require_readers(self._api, self._key_of(self._draft.on), to, self._settings.fields.values())
        return self._commented(public=True)

    def close(self) -> Receipt:
        """The transition that closes, where it is open yet; the closing words as an internal comment."""
        key = self._key_of(self._draft.on)
        if self._draft.text:
            self._comment(key, self._draft.text, public=False)
        issue = self._read(key, ("status",))
        if issue["fields"]["status"]["statusCategory"]["key"] != CLOSED:
            self._transition(key, issue["fields"]["status"]["name"])
        return Receipt(key, self._link_to(key))

    def update(self) -> Receipt:
        """The draft's fields, as far as they differ from what stands there."""
        draft = self._draft
        key = self._key_of(draft.on)
        before = self._around.records[draft.on or ""].fields
        wanted = self._wanted(self._api.service_desk(), {**before, **draft.fields})
        issue = self._read(key, (*wanted, "labels"))
        there = issue["fields"]
        kept = jira_fields.TRACE.search(to_text(there["description"]))
        if kept is not None:
            wanted["description"] = str(wanted["description"]).replace(self._trace, kept[0])
        asked = {
            jira_fields.id_of(name, self._settings) or "description"
            for name in draft.fields
            if name not in jira_fields.ASIDE
        }
        if "Description" not in {**before, **draft.fields}:
            # What people wrote by hand is not known here, and is left as it is.
            asked.discard("description")
        edits = {
            id_: instead_of(there.get(id_), value, before)
            for id_, value in wanted.items()
            if id_ in asked and not is_there(there.get(id_), instead_of(there.get(id_), value, before))
        }
        self._edit(key, edits, self._missing_labels(issue) if "Labels" in draft.fields else ())
        return Receipt(key, self._link_to(key), issue["id"], draft.fields)

    def _wanted(self, desk: str, fields: Mapping[str, str]) -> dict[str, object]:
        """The ticket's fields by their ids, as Jira wants them; the labels are seen to apart."""
        others = jira_fields.mapped(fields, self._settings)
        kinds = self._api.kinds() if others else {}
        values: dict[str, object] = {
            "summary": jira_fields.summary(fields),
            "description": jira_fields.description(fields, self._settings, self._trace),
        }
        for name, text in others.items():
            id_ = jira_fields.id_of(name, self._settings)
            values[id_] = jira_fields.to_jira(name, text, kinds.get(id_, {}), self._organisation_of(desk))
        return values

    def _organisation_of(self, desk: str) -> Callable[[str], int]:
        def found(name: str) -> int:
            id_ = self._api.organisation(desk, name)
            if id_ is None:
                raise Rejected(
                    "The service desk has no organisation by the installer’s name. Add it under Customers in "
                    "Jira, spelled the same, and have it tried again; or do it by hand."
                )
            return id_

        return found

    def _create(self, desk: str, wanted: Mapping[str, object]) -> str:
        """A new request, with what its form takes. The mark has to come with it: in the description, or as a
        label.
        """
        on = self._draft.on or ""
        request_type = self._api.request_type(desk, on)
        form = self._api.form(desk, request_type)
        all_values = {**wanted, "labels": self._labels}
        values = {id_: value for id_, value in all_values.items() if id_ in form and value}
        missing = [each.name for each in form.values() if each.required and each.id not in values]
        if missing:
            raise Rejected(
                f"The request type wants {', '.join(missing)}, which the desk does not fill. Map it under "
                "systems.jira.fields in desk.yaml, or make it optional; then have it tried again."
            )
        if not form.keys() & {"description", "labels"}:
            raise Rejected(
                "The request type’s form has no Description, so a ticket could not be found again. Add it to "
                "the form, and have it tried again."
            )
        made = self._api.tell(
            "open the ticket",
            AGENT,
            self._api.service.create_customer_request,
            desk,
            request_type,
            values,
        )
        return str(made["issueKey"])

    def _sought(self) -> str | None:
        """The ticket that an earlier try has made. A search finds more than what is exactly so."""
        label = jira_fields.label_of(self._mark)
        answer = self._api.ask(
            "look for the ticket",
            BROWSE,
            self._api.platform.enhanced_jql,
            f'labels = "{label}" OR description ~ "{self._mark[:8]}" ORDER BY created ASC',
            fields=["labels", "description"],
            limit=MOST_FOUND,
        )
        for issue in answer["issues"]:
            fields = issue["fields"]
            if label in (fields.get("labels") or ()) or self._trace in to_text(fields.get("description")):
                return str(issue["key"])
        return None

    def _complete(self, issue: Mapping[str, Any], wanted: Mapping[str, object]) -> None:
        """Fill in what the form could not take; what somebody has written there since is left alone."""
        there = issue["fields"]
        empty = {id_: value for id_, value in wanted.items() if value and not there.get(id_)}
        self._edit(issue["key"], empty, self._missing_labels(issue))

    def _edit(self, key: str, fields: Mapping[str, object], added_labels: Sequence[str]) -> None:
        change: dict[str, object] = {}
        if fields:
            change["fields"] = fields
        if added_labels:
            change["update"] = {"labels": [{"add": label} for label in added_labels]}
        if change:
            self._api.tell(f"fill in the fields of {key}", EDIT, self._api.platform.update_issue, key, change)

    @property
    def _labels(self) -> list[str]:
        labels = jira_fields.labels(self._draft.fields, self._settings)
        return [*labels, jira_fields.label_of(self._mark)] if self._draft.verb in OPENS else [*labels]

    def _missing_labels(self, issue: Mapping[str, Any]) -> list[str]:
        return [label for label in self._labels if label not in (issue["fields"].get("labels") or ())]

    def _link(self, issue: Mapping[str, Any], other: str) -> None:
        """Join the two tickets, once."""
        kind = self._settings.link_type
        for link in issue["fields"].get("issuelinks") or ():
            ends = (link.get("inwardIssue"), link.get("outwardIssue"))
            if link["type"]["name"] == kind and any(end and end["key"] == other for end in ends):
                return
        self._api.tell(
            f"link {issue['key']} to {other}",
            LINK,
            self._api.platform.create_issue_link,
            {"type": {"name": kind}, "inwardIssue": {"key": other}, "outwardIssue": {"key": issue["key"]}},
        )

    def _take_part(self, key: str, accounts: Sequence[str]) -> None:
        there = self._api.paged(f"read who takes part in {key}", AGENT, f"request/{key}/participant")
        known = {each["accountId"] for each in there}
        new = [account for account in accounts if account not in known]
        if new:
            add = self._api.service.add_request_participants
            self._api.tell(f"add a request participant to {key}", AGENT, add, key, account_list=new)

    def _commented(self, *, public: bool) -> Receipt:
        key = self._key_of(self._draft.on)
        if not self._draft.text.strip():
            raise Rejected(f"There are no words to write on {key}. Write them, or do it by hand.")
        comment = self._comment(key, self._draft.text, public=public)
        return Receipt(comment, f"{self._link_to(key)}?focusedCommentId={comment}")

    def _comment(self, key: str, text: str, *, public: bool) -> str:
        """Say it, unless an earlier try has; the comment's id."""
        if self._seek:
            for each in self._api.paged(f"read the comments on {key}", AGENT, f"request/{key}/comment"):
                if self._trace in each["body"]:
                    return str(each["id"])
        body = jira_fields.with_trace(text, self._trace)
        say = self._api.service.create_request_comment
        made = self._api.tell(f"comment on {key}", COMMENT, say, key, body, public=public)
        return str(made["id"])

    def _transition(self, key: str, status: str) -> None:
        platform = self._api.platform
        wanted = self._settings.close
        read = platform.get_issue_transitions_full
        answer = self._api.ask(
            f"read how {key} is closed", TRANSITION, read, key, expand="transitions.fields"
        )
        known = {each["name"].casefold(): each for each in answer["transitions"]}
        if wanted.casefold() not in known:
            raise Rejected(
                f"{key} cannot be closed by “{wanted}”: in the status “{status}” it offers "
                f"{', '.join(each['name'] for each in known.values()) or 'nothing'}. Close it by hand, or "
                "correct systems.jira.close in desk.yaml and have it tried again."
            )
        transition = known[wanted.casefold()]
        change: dict[str, object] = {"transition": {"id": transition["id"]}}
        if self._settings.resolution and "resolution" in transition.get("fields", {}):
            change["fields"] = {"resolution": {"name": self._settings.resolution}}
        path = platform.resource_url(f"issue/{key}/transitions")
        self._api.tell(f"close {key}", TRANSITION, platform.post, path, data=change)

    def _read(self, key: str, fields: Sequence[str]) -> Mapping[str, Any]:
        read = self._api.platform.get_issue
        issue: Mapping[str, Any] = self._api.ask(
            f"read {key}", BROWSE, read, key, fields=list(fields), update_history=False
        )
        return issue

    def _key_of(self, on: str | None) -> str:
        """The number of the case's ticket. People may have typed it, so it is looked at."""
        record = self._around.records.get(on or "")
        if record is None or not KEY.fullmatch(record.reference):
            which = "the installer’s ticket" if on == "installer_ticket" else "the homeowner’s ticket"
            raise Rejected(
                f"{self._draft.case_name} has no number of {which} in Jira yet. Open it, or record its "
                "number; then have this tried again."
            )
        return record.reference

    def _link_to(self, key: str) -> str:
        return f"{self._settings.url.rstrip('/')}/browse/{key}"
