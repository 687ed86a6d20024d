"""Whether the settings for Jira fit the instance, setting by setting. It only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.connectors.jira_api import AGENT, BROWSE, TRANSITION, Field, JiraApi
from bot.connectors.jira_fields import BUILT_IN, ORGANISATION
from bot.errors import DeliveryError
from bot.system_settings import JiraSettings
from bot.systems import Finding

TICKETS: Final = ("ho_ticket", "installer_ticket")
QUEUE: Final = "Homeowner Support Queue"
FILLED: Final = frozenset({"string", "date", "option", "array"})
PERMISSIONS: Final[Mapping[str, str]] = {
    "BROWSE_PROJECTS": "Browse projects",
    "CREATE_ISSUES": "Create issues",
    "EDIT_ISSUES": "Edit issues",
    "ADD_COMMENTS": "Add comments",
    "LINK_ISSUES": "Link issues",
    "TRANSITION_ISSUES": "Transition issues",
    "RESOLVE_ISSUES": "Resolve issues",
    "SERVICEDESK_AGENT": "Service project agent",
    "USER_PICKER": "Browse users and groups",
}
"""What the account needs, by the keys of Jira's API."""


def settings_examined(settings: JiraSettings) -> Iterator[Finding]:
    """What can be seen to be wrong without asking Jira."""
    for name, value in (("JIRA_URL", settings.url), ("JIRA_USER", settings.user)):
        if not value:
            yield Finding(name, "It is missing. Put it into .env or the environment.", fits=False)
    if not settings.token.get_secret_value():
        said = "It is missing. Make an API token for the desk’s account, and put it into .env."
        yield Finding("JIRA_API_TOKEN", said, fits=False)
    for on in TICKETS:
        if not settings.request_types.get(on):
            said = "It is missing. Write the request type’s name or id."
            yield Finding(f"request_types.{on}", said, fits=False)


def examined(api: JiraApi, settings: JiraSettings) -> Iterator[Finding]:
    """Every setting against the instance. What cannot be read is told, and ends it."""
    try:
        yield from _examined(api, settings)
    except DeliveryError as error:
        yield Finding("Jira", str(error), fits=False)
    except (KeyError, TypeError, ValueError, AttributeError):
        said = (
            "It answers otherwise than Jira Cloud does. Is JIRA_URL the address of the site, without a path?"
        )
        yield Finding("JIRA_URL", said, fits=False)


def _examined(api: JiraApi, settings: JiraSettings) -> Iterator[Finding]:
    api.ask("sign in", BROWSE, api.platform.myself)
    yield Finding("sign-in", "Jira lets the desk in.")
    api.ask("read the project", BROWSE, api.platform.project, settings.project)
    yield Finding("project", f"{settings.project} is there.")
    yield from _permissions(api, settings)
    desk = api.service_desk()
    yield Finding("service_desk", f"It is number {desk}.")
    yield _queue(api, desk)
    kinds = api.kinds()
    for name, id_ in settings.fields.items():
        yield _field(name, id_, kinds)
    for on in TICKETS:
        yield from _request_type(api, settings, desk, on)
    yield _link_type(api, settings)
    yield _close(api, settings)


def _permissions(api: JiraApi, settings: JiraSettings) -> Iterator[Finding]:
    asked = ",".join(PERMISSIONS)
    ask = api.platform.get_permissions
    answer = api.ask("read its permissions", BROWSE, ask, asked, project_key=settings.project)
    lacking = [
        PERMISSIONS[key]
        for key in PERMISSIONS
        if not answer["permissions"].get(key, {}).get("havePermission")
    ]
    if lacking:
        said = f"The desk’s account lacks: {', '.join(lacking)}. Give it {AGENT} in {settings.project}."
        yield Finding("permissions", said, fits=False)
    else:
        yield Finding("permissions", "The desk’s account has those that it needs.")


def _queue(api: JiraApi, desk: str) -> Finding:
    names = [each["name"] for each in api.paged("read the queues", AGENT, f"servicedesk/{desk}/queue")]
    if QUEUE in names:
        return Finding("queue", f"{QUEUE} is there.")
    said = f"There is no queue “{QUEUE}”. Make one whose filter takes in the homeowner’s request type."
    return Finding("queue", said, fits=False)


def _field(name: str, id_: str, kinds: Mapping[str, Mapping[str, Any]]) -> Finding:
    what = f"fields.{name}"
    kind = kinds.get(id_)
    if kind is None:
        return Finding(
            what, f"Jira has no field {id_}. Write the id of the field, as in its address.", fits=False
        )
    if name == "Organization" and kind.get("items") != ORGANISATION:
        return Finding(what, f"{id_} is no field of customer organisations. Map it to that one.", fits=False)
    if kind.get("type") not in FILLED or kind.get("items") not in (None, "option", "string", ORGANISATION):
        said = f"The desk cannot fill {id_}, which is of the kind {kind.get('type')}. Map a text or a choice."
        return Finding(what, said, fits=False)
    return Finding(what, f"{id_} is a {kind.get('items') or kind.get('type')}.")


def _request_type(api: JiraApi, settings: JiraSettings, desk: str, on: str) -> Iterator[Finding]:
    what = f"request_types.{on}"
    try:
        form = api.form(desk, api.request_type(desk, on))
    except DeliveryError as error:
        yield Finding(what, str(error), fits=False)
        return
    wrong = list(_form(what, form, settings))
    yield from wrong or [Finding(what, "It is there, and the desk fills what it wants.")]


def _form(what: str, form: Mapping[str, Field], settings: JiraSettings) -> Iterator[Finding]:
    filled = {*BUILT_IN.values(), *settings.fields.values()}
    for each in form.values():
        if each.required and each.id not in filled:
            said = (
                f"It wants “{each.name}”, which the desk does not fill. Map {each.id}, or make it optional."
            )
            yield Finding(what, said, fits=False)
    for id_, name in (("summary", "Summary"), ("description", "Description")):
        if id_ not in form:
            yield Finding(what, f"Its form has no {name}. Add it.", fits=False)


def _link_type(api: JiraApi, settings: JiraSettings) -> Finding:
    path = api.platform.resource_url("issueLinkType")
    answer = api.ask("read the link types", BROWSE, api.platform.get, path)
    names = [each["name"] for each in answer["issueLinkTypes"]]
    if settings.link_type in names:
        return Finding("link_type", f"{settings.link_type} is there.")
    return Finding(
        "link_type", f"There is no “{settings.link_type}”. There are {', '.join(names)}.", fits=False
    )


def _close(api: JiraApi, settings: JiraSettings) -> Finding:
    """Transitions are a ticket's, so the newest open one is looked at."""
    find = api.platform.enhanced_jql
    newest = f'project = "{settings.project}" AND statusCategory != Done ORDER BY created DESC'
    issues = api.ask("look for an open ticket", BROWSE, find, newest, fields=["status"], limit=1)["issues"]
    if not issues:
        return Finding("close", "There is no open ticket to try it on; look again once there is one.")
    key = issues[0]["key"]
    read = api.platform.get_issue_transitions_full
    offered = [
        each["name"] for each in api.ask(f"read how {key} is closed", TRANSITION, read, key)["transitions"]
    ]
    if settings.close.casefold() in (name.casefold() for name in offered):
        return Finding("close", f"{key} can be closed by “{settings.close}”.")
    said = f"{key} is not closed by “{settings.close}”. It offers {', '.join(offered) or 'nothing'}."
    return Finding("close", said, fits=False)
