"""From settings to connectors. Only what is connected is imported: a desk that is worked by hand starts
without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from bot.look_up import LookUp
from bot.ports import Connector
from bot.system_settings import OutlookSettings, SmtpSettings, SystemSettings
from bot.systems import Finding


class Examinable(Protocol):
    """A system that can say whether its settings fit."""

    @property
    def title(self) -> str:
        """What people call it."""

    def examine(self, *, live: bool) -> Iterator[Finding]:
        """See whether the settings fit; `live`, with harmless calls to the system. Raises nothing."""


@dataclass(frozen=True, slots=True)
class Connections:
    """What the desk reaches beside Slack: `connectors` by the names of the vocabulary, `look_up`, the live
    list of homeowners, and `sent_by_people`, the steps whose mail people send themselves.
    """

    connectors: Mapping[str, Connector] = field(default_factory=dict)
    look_up: LookUp | None = None
    sent_by_people: frozenset[str] = frozenset()


NOTHING: Final = Connections()
"""Everything is worked by hand."""


def connections(settings: SystemSettings) -> Connections:
    """All that is turned on."""
    return Connections(connected(settings), looking_up(settings), settings.sent_by_people)


def connected(settings: SystemSettings) -> Mapping[str, Connector]:
    """The connectors by the names of the vocabulary. All mail goes by the one way that is connected."""
    connectors: dict[str, Connector] = {}
    if settings.jira is not None:
        from bot.connectors.jira import Jira  # noqa: PLC0415

        connectors["ebh"] = Jira(settings.jira)
    if settings.salesforce is not None:
        from bot.connectors.salesforce import Salesforce  # noqa: PLC0415

        connectors["salesforce"] = Salesforce(settings.salesforce)
    if settings.mail is not None:
        connectors["outlook"] = connectors["email"] = _mail(settings.mail)
    return connectors


def looking_up(settings: SystemSettings) -> LookUp | None:
    """The live list of homeowners; None where only what was imported is looked through."""
    if settings.power_bi is None:
        return None
    from bot.connectors.power_bi import look_up  # noqa: PLC0415

    return look_up(settings.power_bi)


def each_connected(settings: SystemSettings) -> Iterator[Examinable]:
    """Every system that is connected, once."""
    yield from dict.fromkeys(connected(settings).values())
    if settings.power_bi is not None:
        from bot.connectors.power_bi import PowerBi  # noqa: PLC0415

        yield PowerBi(settings.power_bi)


def _mail(settings: OutlookSettings | SmtpSettings) -> Connector:
    if isinstance(settings, OutlookSettings):
        from bot.connectors.outlook import Outlook  # noqa: PLC0415

        return Outlook(settings)
    from bot.connectors.smtp import Smtp  # noqa: PLC0415

    return Smtp(settings)
