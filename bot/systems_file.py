"""The section `systems` of desk.yaml: which systems of record are connected, and what each is told.

Everything is off without it, and then people work by hand. What is on is held against what it needs, in
desk.yaml as well as in the environment, before the desk starts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr

from bot.desk_file import SYSTEMS, Document, example, hint
from bot.errors import SettingsError
from bot.system_access import Access
from bot.system_settings import (
    JiraSettings,
    MicrosoftApp,
    OutlookSettings,
    PowerBiSettings,
    SalesforceSettings,
    SmtpSettings,
    SystemSettings,
)
from bot.systems_values import BLOCKS, Wrong, mapping

BY_HAND: Final = "by_hand"
IMPORT: Final = "import"
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "ebh": (BY_HAND, "jira"),
    "salesforce": (BY_HAND, "salesforce"),
    "mail": (BY_HAND, "outlook", "smtp"),
    "homeowners": (IMPORT, "power_bi"),
}
"""What may stand under `systems.use`; the first is what holds without it."""
CLOSED: Final = ("request_types", "columns")
"""Settings whose names are all in desk.example.yaml; those of other lists are the playbooks’."""
MICROSOFT: Final = ("MICROSOFT_TENANT_ID", "MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET")
NEEDED: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "jira": (
        ("JIRA_URL", "JIRA_USER", "JIRA_API_TOKEN"),
        ("jira.request_types.ho_ticket", "jira.request_types.installer_ticket"),
    ),
    "salesforce": (
        ("SALESFORCE_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"),
        ("salesforce.fields.Customer Request Type", "salesforce.fields.Case Description", "salesforce.queue"),
    ),
    "outlook": (MICROSOFT, ("mail.mailbox",)),
    "smtp": (("SMTP_HOST",), ("mail.mailbox",)),
    "power_bi": (
        MICROSOFT,
        (
            "power_bi.workspace",
            "power_bi.dataset",
            "power_bi.table",
            "power_bi.columns.name",
            "power_bi.columns.address",
        ),
    ),
}
"""What each system cannot do without: in the environment, and under `systems`."""


@dataclass(slots=True)
class _Section:
    """The section as it was read, with what is wrong in it."""

    use: dict[str, str]
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def says(self, path: str) -> bool:
        """Whether something stands under a dotted path, as `jira.request_types.ho_ticket`."""
        block, *rest = path.split(".")
        value: Any = self.blocks.get(block, {})
        for key in rest:
            value = value.get(key) if isinstance(value, Mapping) else None
        return bool(value)


def systems_in(document: Document, access: Access) -> SystemSettings:
    """What is connected by this desk.yaml.

    Raises SettingsError, one sentence a problem, each with the line. None of them holds a secret.
    """
    if SYSTEMS not in document.data:
        return SystemSettings()
    section = _read(document)
    problems = [document.at(problem) for problem in section.problems]
    for name, system in section.use.items():
        if system not in (BY_HAND, IMPORT):
            problems += _missing(name, system, section, document, access)
    if problems:
        raise SettingsError("\n".join(dict.fromkeys(problems)))
    return _settings(section, access)


def _read(document: Document) -> _Section:
    """The section, value by value: all mistakes are told at once."""
    section = _Section({name: choices[0] for name, choices in CHOICES.items()})
    try:
        blocks = mapping(document.data[SYSTEMS], SYSTEMS)
    except Wrong as error:
        section.problems.append(str(error))
        return section
    every = example()
    for name, block in blocks.items():
        where = f"{SYSTEMS}.{name}"
        known = CHOICES if name == "use" else BLOCKS.get(name)
        if known is None:
            section.problems.append(_unknown(where, ("use", *BLOCKS), every))
            continue
        try:
            values = mapping(block, where)
        except Wrong as error:
            section.problems.append(str(error))
            continue
        for key, value in values.items():
            if key not in known:
                section.problems.append(_unknown(f"{where}.{key}", tuple(known), every))
            elif name == "use":
                _choose(section, key, value)
            else:
                _keep(section, name, key, value, every)
    return section


def _choose(section: _Section, name: str, value: object) -> None:
    choices = CHOICES[name]
    if value is None:
        return
    if value in choices:
        section.use[name] = str(value)
        return
    near = difflib.get_close_matches(str(value), choices, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"Allowed here: {', '.join(choices)}."
    section.problems.append(f"{SYSTEMS}.use.{name} is {value!r}, which the desk does not know. {meant}")


def _keep(section: _Section, block: str, key: str, value: object, example: Document) -> None:
    """A value that is left blank stands for the default; only a resolution may be none at all."""
    where = f"{SYSTEMS}.{block}.{key}"
    try:
        kept = BLOCKS[block][key](value, where) if value is not None else None
    except Wrong as error:
        section.problems.append(str(error))
        return
    if key in CLOSED and isinstance(value, Mapping):
        known = tuple(
            name.removeprefix(f"{where}.") for name in example.lines if name.startswith(f"{where}.")
        )
        section.problems += [
            _unknown(f"{where}.{name}", known, example) for name in value if name not in known
        ]
    if kept or (key == "resolution" and value is not None):
        section.blocks.setdefault(block, {})[key] = kept


def _unknown(where: str, known: tuple[str, ...], example: Document) -> str:
    meant = hint(where, example) or f" Allowed here: {', '.join(known)}."
    return f"{where} is not a setting.{meant}"


def _missing(name: str, system: str, section: _Section, document: Document, access: Access) -> Iterator[str]:
    """Every line that a system lacks which is turned on."""
    variables, paths = NEEDED[system]
    off = CHOICES[name][0]
    for variable in variables:
        held = getattr(access, variable.lower())
        if not (held.get_secret_value() if isinstance(held, SecretStr) else held):
            yield document.at(
                f"{SYSTEMS}.use.{name} is {system}, which needs {variable}. "
                f"Add it to .env, or write {off} here."
            )
    for path in paths:
        if not section.says(path):
            yield document.at(
                f"{SYSTEMS}.{path} is missing, which {system} needs. "
                f"Fill it in, or write {off} for {SYSTEMS}.use.{name}."
            )


def _settings(section: _Section, access: Access) -> SystemSettings:
    use, blocks = section.use, section.blocks
    mail = dict(blocks.get("mail", {}))
    sent_by_people = frozenset(mail.pop("sent_by_people", ()))
    app = MicrosoftApp(
        access.microsoft_tenant_id,
        access.microsoft_client_id,
        access.microsoft_client_secret,
        access.microsoft_login_url,
    )
    jira = JiraSettings(access.jira_url, access.jira_user, access.jira_api_token, **blocks.get("jira", {}))
    salesforce = SalesforceSettings(
        access.salesforce_url,
        access.salesforce_client_id,
        access.salesforce_client_secret,
        **blocks.get("salesforce", {}),
    )
    return SystemSettings(
        jira=jira if use["ebh"] == "jira" else None,
        salesforce=salesforce if use["salesforce"] == "salesforce" else None,
        mail=_mail(use["mail"], mail, app, access),
        sent_by_people=sent_by_people,
        power_bi=(
            PowerBiSettings(app, url=access.power_bi_url, **blocks["power_bi"])
            if use["homeowners"] == "power_bi"
            else None
        ),
    )


def _mail(
    by: str, told: Mapping[str, str], app: MicrosoftApp, access: Access
) -> OutlookSettings | SmtpSettings | None:
    match by:
        case "outlook":
            return OutlookSettings(app, url=access.graph_url, **told)
        case "smtp":
            return SmtpSettings(
                access.smtp_host,
                access.smtp_port,
                user=access.smtp_user,
                password=access.smtp_password,
                security=access.smtp_security,
                **told,
            )
    return None
