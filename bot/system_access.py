"""How the desk reaches the systems of record: addresses and secrets, from the environment or `.env`.

What each system is told besides stands in the section `systems` of desk.yaml (`bot.systems_file`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from bot.system_settings import GRAPH, MICROSOFT_LOGIN, NO_SECRET, POWER_BI

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
SECURITY: Final = ("starttls", "tls", "none")


def _address(value: str) -> str:
    """A web address; unencrypted to this machine alone."""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("is not a web address. Write the whole address, beginning with https://.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("holds more than an address. Write it without a name, password, ? and #.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(
            "would send credentials unencrypted to another machine. Write https:// instead of http://."
        )
    return value.rstrip("/")


def _mail_port(value: object) -> object:
    text = str(value)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ValueError("is not a port. Write 587 for STARTTLS or 465 for TLS, as the mail server has it.")
    return value


def _security(value: object) -> object:
    if value not in SECURITY:
        raise ValueError(f"is none of {', '.join(SECURITY)}. Write starttls, unless the server says tls.")
    return value


Address = Annotated[str, BeforeValidator(_address)]


class Access(BaseSettings):
    """Addresses and secrets of the systems of record. Empty text means not configured."""

    jira_url: Address = Field("", description="The Jira Cloud site, https://YOURS.atlassian.net.")
    jira_user: str = Field("", repr=False, description="The e-mail address of the desk's own Jira account.")
    jira_api_token: SecretStr = Field(NO_SECRET, description="An API token of that account.")
    salesforce_url: Address = Field(
        "", description="The Salesforce org's My Domain, https://YOURS.my.salesforce.com."
    )
    salesforce_client_id: str = Field("", repr=False, description="The connected app's consumer key.")
    salesforce_client_secret: SecretStr = Field(NO_SECRET, description="The connected app's consumer secret.")
    microsoft_tenant_id: str = Field("", description="The Microsoft Entra tenant, for Outlook and Power BI.")
    microsoft_client_id: str = Field("", description="The app registration's application (client) id.")
    microsoft_client_secret: SecretStr = Field(NO_SECRET, description="The value of its client secret.")
    microsoft_login_url: Address = Field(
        MICROSOFT_LOGIN, description="Where the desk signs in to Microsoft; another one for national clouds."
    )
    graph_url: Address = Field(GRAPH, description="The base address of Microsoft Graph.")
    power_bi_url: Address = Field(POWER_BI, description="The base address of Power BI's REST API.")
    smtp_host: str = Field("", description="The mail server, where mail does not go by Outlook.")
    smtp_port: Annotated[int, BeforeValidator(_mail_port)] = Field(587, description="The mail server's port.")
    smtp_user: str = Field(
        "", repr=False, description="Whom the desk signs in as; blank: without signing in."
    )
    smtp_password: SecretStr = Field(NO_SECRET, description="The password of that sign-in.")
    smtp_security: Annotated[Literal["starttls", "tls", "none"], BeforeValidator(_security)] = Field(
        "starttls", description="How mail is encrypted: starttls, tls, or none to this machine alone."
    )

    @model_validator(mode="after")
    def _mail_is_encrypted(self) -> Access:
        if self.smtp_security == "none" and self.smtp_host and self.smtp_host not in LOOPBACK:
            raise ValueError(
                "SMTP_SECURITY is none, which would send mail unencrypted to another machine. "
                "Write starttls or tls."
            )
        if bool(self.smtp_user) != bool(self.smtp_password.get_secret_value()):
            raise ValueError(
                "SMTP_USER and SMTP_PASSWORD come together. Fill in both, or neither to send without a "
                "sign-in."
            )
        return self
