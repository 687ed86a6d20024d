"""What each system of record is told: where it is, who the desk is there, and what it calls things.

Secrets and addresses come from the environment, the rest from the section `systems` of desk.yaml
(`bot.systems_file`). Secrets never print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import SecretStr

MICROSOFT_LOGIN: Final = "https://login.microsoftonline.com"
GRAPH: Final = "https://graph.microsoft.com/v1.0"
POWER_BI: Final = "https://api.powerbi.com/v1.0/myorg"
NO_SECRET: Final = SecretStr("")
CALL_SECONDS: Final = 20.0
"""How long one call of a system may take."""


@dataclass(frozen=True, slots=True)
class JiraSettings:
    """Jira Service Management, Cloud. `user` is the account's e-mail address, `token` its API token.

    `request_types` are the ids or names of the request types by what the ticket is for (`ho_ticket`,
    `installer_ticket`). `fields` maps a field's name in the playbooks to its id in Jira, as
    `customfield_10050`. `labels` are put on both tickets. `link_type` joins the two; `close` is the name of
    the transition that closes one, `resolution` what it asks for, empty where it asks for none.
    """

    url: str
    user: str
    token: SecretStr
    project: str = "EBH"
    service_desk: str = ""
    request_types: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    link_type: str = "Relates"
    close: str = "Resolve this issue"
    resolution: str = "Done"


@dataclass(frozen=True, slots=True)
class Related:
    """What a Salesforce case is related to: the lookup field of the case, the object, and how one is found.

    `match` is the field of the object that is compared with what stands in the playbooks' field `by`, such
    as `Related Installer`.
    """

    field: str
    object: str
    match: str
    by: str


@dataclass(frozen=True, slots=True)
class SalesforceSettings:
    """A Salesforce org, by the client credentials of a connected app. `url` is the org's My Domain.

    `fields` maps a field's name in the playbooks to its API name. `external_key` is a text field of the case,
    external ID and unique, that holds what the desk calls it. `queue` is the back office's, by developer
    name.
    """

    url: str
    client_id: str
    client_secret: SecretStr
    version: str = "61.0"
    external_key: str = "Complaint_Desk_Key__c"
    fields: Mapping[str, str] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
    queue: str = ""
    closed_status: str = "Closed"


@dataclass(frozen=True, slots=True)
class MicrosoftApp:
    """An app registration of Microsoft Entra, which signs in as itself."""

    tenant: str
    client_id: str
    client_secret: SecretStr
    login_url: str = MICROSOFT_LOGIN


@dataclass(frozen=True, slots=True)
class OutlookSettings:
    """A shared mailbox by Microsoft Graph. `sender` is the name that stands beside its address."""

    app: MicrosoftApp
    mailbox: str
    sender: str = ""
    url: str = GRAPH


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server. `security` is `none` on this machine alone; `mailbox` is who mail comes from."""

    host: str
    port: int
    mailbox: str
    user: str = ""
    password: SecretStr = NO_SECRET
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""


@dataclass(frozen=True, slots=True)
class PowerBiSettings:
    """The homeowner dataset. `columns` maps a homeowner's field to its column in `table`.

    The fields: `account`, `name`, `address`, `phone`, `email`, `program`, `product`, `m1`, `m2`, `m3`, `pto`,
    `installer`, `best_time`, and `city`, `state`, `zip` where the address is in parts. Of those only `name`
    and `address` are needed. `cached_seconds` is how long an answer is good for.
    """

    app: MicrosoftApp
    workspace: str
    dataset: str
    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    cached_seconds: int = 300
    url: str = POWER_BI


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """Which systems are connected; None is worked by hand. Mail goes by one way at most.

    `sent_by_people` are the steps of the playbooks whose mail people send themselves all the same (D-25).
    """

    jira: JiraSettings | None = None
    salesforce: SalesforceSettings | None = None
    mail: OutlookSettings | SmtpSettings | None = None
    power_bi: PowerBiSettings | None = None
    sent_by_people: frozenset[str] = frozenset()
