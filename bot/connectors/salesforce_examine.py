"""Whether the settings fit the org: each of them against what the org says of itself, by reading alone.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from simple_salesforce.format import format_soql

from bot.connectors.salesforce_api import READ_CASES, SalesforceApi, choices_of
from bot.errors import DeliveryError
from bot.system_settings import Related, SalesforceSettings
from bot.systems import Finding

NEEDED: Final = ("Customer Request Type", "Case Description")
TYPE: Final = "Installer Complaint"
MARK_LENGTH: Final = 32
API_NAME: Final = re.compile(r"[A-Za-z]\w{0,79}(\.[A-Za-z]\w{0,79})?")
WHERE: Final = "systems.salesforce"


def settings_examined(settings: SalesforceSettings) -> Iterator[Finding]:
    """What can be told without asking the org."""
    for name in NEEDED:
        if not settings.fields.get(name):
            yield Finding(f'{WHERE}.fields."{name}"', "is not there. Write the field’s API name.", fits=False)
    for line, name in _names(settings):
        if not API_NAME.fullmatch(name):
            yield Finding(line, f"is {name!r}, which is no API name, as in SubType__c.", fits=False)
    if not settings.queue:
        said = "is empty. Write the developer name of the back office’s queue."
        yield Finding(f"{WHERE}.queue", said, fits=False)


def examined(api: SalesforceApi, settings: SalesforceSettings) -> Iterator[Finding]:
    """What the org says. Raises nothing: what it does not answer is a finding, too."""
    try:
        api.sign_in()
        yield Finding("Salesforce", "The desk can sign in.")
        fields = _described(api, "Case", READ_CASES)
        for name, api_name in settings.fields.items():
            yield _field(name, api_name, fields.get(api_name))
        yield _key(settings.external_key, fields.get(settings.external_key))
        for each in settings.related:
            yield _related(api, each, fields.get(each.field))
        yield _queue(api, settings.queue)
        yield _closing(api, settings.closed_status)
    except DeliveryError as error:
        yield Finding("Salesforce", str(error), fits=False)


def _names(settings: SalesforceSettings) -> Iterator[tuple[str, str]]:
    yield f"{WHERE}.external_key", settings.external_key
    for name, api_name in settings.fields.items():
        if api_name:
            yield f'{WHERE}.fields."{name}"', api_name
    for each in settings.related:
        for part, name in (("field", each.field), ("object", each.object), ("match", each.match)):
            yield f"{WHERE}.related, {part} of {each.by}", name


def _described(api: SalesforceApi, name: str, needs: str) -> Mapping[str, Any]:
    """The fields of an object by their API names, as far as the desk may see them."""
    told = api.ask(f"read what {name} is", needs, lambda client: getattr(client, name).describe())
    return {each["name"]: each for each in told["fields"]}


def _field(name: str, api_name: str, field: Mapping[str, Any] | None) -> Finding:
    what = f"the field “{name}”"
    if field is None:
        return Finding(what, f"The org’s case has no field {api_name} that the desk may see.", fits=False)
    if not (field["createable"] and field["updateable"]):
        return Finding(what, f"The desk may not write {api_name}. Give its user edit access.", fits=False)
    choices = choices_of(field)
    if name == "Customer Request Type" and TYPE not in choices:
        listed = ", ".join(choices) or "no values"
        return Finding(what, f"{api_name} has no value “{TYPE}”. It has: {listed}.", fits=False)
    if name == "SubType" and not choices:
        return Finding(what, f"{api_name} has no values to choose from.", fits=False)
    return Finding(what, f"It is {api_name}.")


def _key(name: str, field: Mapping[str, Any] | None) -> Finding:
    what = "the desk’s key"
    if field is None:
        said = f"The org’s case has no field {name} that the desk may see."
        return Finding(
            what, f"{said} Make a text field of 32 characters, external ID and unique.", fits=False
        )
    long_enough = field["length"] >= MARK_LENGTH
    if not (field["externalId"] and field["unique"] and field["createable"] and long_enough):
        said = (
            f"{name} has to be an external ID, unique, of 32 characters or more, and writable for the desk."
        )
        return Finding(what, said, fits=False)
    return Finding(what, f"It is {name}.")


def _related(api: SalesforceApi, each: Related, field: Mapping[str, Any] | None) -> Finding:
    what = f"“{each.by}”"
    if field is None or each.object not in field["referenceTo"]:
        said = f"{each.field} of the org’s case does not lead to {each.object}."
        return Finding(what, said, fits=False)
    if each.match not in _described(api, each.object, f"read access to {each.object}"):
        return Finding(what, f"{each.object} has no field {each.match} that the desk may see.", fits=False)
    return Finding(what, f"It is looked up by {each.object}.{each.match}.")


def _queue(api: SalesforceApi, queue: str) -> Finding:
    select = "SELECT Id FROM Group WHERE Type = 'Queue' AND DeveloperName = {} LIMIT 1"
    found = api.query("look for the queue", "access to queues", format_soql(select, queue))
    if not found:
        return Finding("the queue", f"The org has no queue {queue!r}.", fits=False)
    select = "SELECT Id FROM QueueSobject WHERE QueueId = {} AND SobjectType = 'Case' LIMIT 1"
    if not api.query("look what it takes", "access to queues", format_soql(select, found[0]["Id"])):
        return Finding("the queue", f"{queue} takes no cases. Add Case to its objects.", fits=False)
    return Finding("the queue", f"It is {queue}.")


def _closing(api: SalesforceApi, status: str) -> Finding:
    select = "SELECT IsClosed FROM CaseStatus WHERE MasterLabel = {} LIMIT 1"
    found = api.query("read the statuses", READ_CASES, format_soql(select, status))
    if not found or not found[0]["IsClosed"]:
        return Finding("the closing status", f"{status!r} does not close a case.", fits=False)
    return Finding("the closing status", f"It is {status}.")
