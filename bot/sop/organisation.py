"""The organisation a playbook acts in: its hours, its rota, whom to reach, and how long to wait.

`organisation_from` reads the mapping of a `desk.yaml`. Each mistake is one `SettingsError` that names the
dotted key, what stands there and what may stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from bot.business_time import BusinessCalendar
from bot.errors import SettingsError
from bot.sop.rota import Person, Rota, Window

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ANY_INSTALLER: Final = "*"
_SECTIONS: Final = ("channels", "rota", "roles", "contacts", "timers", "alerts", "calendar", "links")
_EASTERN: Final = "America/New_York"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody outside the desk. Empty text means not configured."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Channels:
    """Slack channels, by name without the hash or by id.

    Those of the front line and of the trained agents may be empty: the leads' stands in for them.
    """

    confirmations: str = "support-and-cs-team-members-only"
    leads: str = "complaint-leads"
    back_office: str = "complaint-back-office"
    front_line: str = ""
    trained_agents: str = ""


@dataclass(frozen=True, slots=True)
class Roles:
    """Slack user ids and user group ids by what the people do."""

    leads: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    trained_agents: tuple[str, ...] = ()
    back_office: tuple[str, ...] = ()
    resolution_specialists: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timers:
    """The waits that the SOPs do not state: minutes of the Concert check (D-12), prompts (D-15)."""

    repeat_confirmation_minutes: int = 10
    tell_lead_minutes: int = 20
    prompt_days: int = 2
    prompts: int = 3


@dataclass(frozen=True, slots=True)
class Alerts:
    """When the leads are told of an installer: that many complaints, opened within that many days."""

    installer_complaints: int = 3
    within_days: int = 30


@dataclass(frozen=True, slots=True)
class Organisation:
    """Everything about the organisation that the rules need.

    `contacts` is by role; `account_managers` by the installer's name in lower case, `*` for any other.
    """

    calendar: BusinessCalendar
    rota: Rota
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    account_managers: Mapping[str, Contact] = field(default_factory=dict)
    timers: Timers = Timers()
    alerts: Alerts = Alerts()
    channels: Channels = Channels()
    roles: Roles = Roles()
    links: Mapping[str, str] = field(default_factory=dict)

    def account_manager(self, installer: str) -> Contact | None:
        """The account manager of `installer`, whatever the case of its letters."""
        found = self.account_managers.get(_folded(installer))
        return found or self.account_managers.get(ANY_INSTALLER)

    def knowing(self, installer: str, account_manager: Contact) -> Organisation:
        """With who manages `installer`, unless the organisation names somebody for it itself."""
        managers = {_folded(installer): account_manager, **self.account_managers}
        return replace(self, account_managers=managers)


def organisation_from(data: Mapping[str, object], holidays: frozenset[date]) -> Organisation:
    """The organisation of a `desk.yaml` read as `data`; `holidays` are those of the business calendar."""
    _only(data, "", _SECTIONS)
    calendar = _section(data, "calendar")
    contacts = dict(_section(data, "contacts"))
    managers = _mapping(contacts.pop("account_managers", None), "contacts.account_managers")
    return Organisation(
        calendar=_calendar(calendar, holidays),
        rota=_rota(_section(data, "rota")),
        contacts={role: _contact(value, f"contacts.{role}") for role, value in contacts.items()},
        account_managers={
            _folded(name): _contact(value, f"contacts.account_managers.{name}")
            for name, value in managers.items()
        },
        timers=_timers(_section(data, "timers")),
        alerts=_alerts(_section(data, "alerts")),
        channels=_channels(_section(data, "channels")),
        roles=_roles(_section(data, "roles")),
        links=_texts(_section(data, "links"), "links"),
    )


def _calendar(data: Mapping[str, object], holidays: frozenset[date]) -> BusinessCalendar:
    _only(data, "calendar", ("timezone", "hours", "holidays"))
    hours = _mapping(data.get("hours"), "calendar.hours")
    _only(hours, "calendar.hours", ("from", "to"))
    opens = _minutes(hours.get("from", "09:00"), "calendar.hours.from")
    closes = _minutes(hours.get("to", "17:00"), "calendar.hours.to")
    if not opens < closes < 24 * 60:
        raise SettingsError("calendar.hours.to has to be later than calendar.hours.from, and before 24:00.")
    return BusinessCalendar(
        timezone=_zone(data.get("timezone", _EASTERN), "calendar.timezone"),
        opens=time(opens // 60, opens % 60),
        closes=time(closes // 60, closes % 60),
        holidays=holidays,
    )


def _rota(data: Mapping[str, object]) -> Rota:
    _only(data, "rota", ("timezone", "people", "windows", "holidays"))
    people = {
        key: _person(key, value, f"rota.people.{key}")
        for key, value in _mapping(data.get("people"), "rota.people").items()
    }
    return Rota(
        timezone=_zone(data.get("timezone", _EASTERN), "rota.timezone"),
        windows=tuple(
            _window(value, f"rota.windows[{index}]", people)
            for index, value in enumerate(_items(data.get("windows"), "rota.windows"))
        ),
        holidays=frozenset(
            _date(value, f"rota.holidays[{index}]")
            for index, value in enumerate(_items(data.get("holidays"), "rota.holidays"))
        ),
    )


def _person(key: str, value: object, where: str) -> Person:
    data = _texts(_mapping(value, where), where)
    _only(data, where, ("name", "slack_id"))
    if not data.get("name"):
        raise SettingsError(f"{where}.name is empty. Write the person's name.")
    return Person(key, data["name"], data.get("slack_id", ""))


def _window(value: object, where: str, people: Mapping[str, Person]) -> Window:
    data = _mapping(value, where)
    _only(data, where, ("days", "from", "to", "people"))
    opens, closes = _minutes(data.get("from"), f"{where}.from"), _minutes(data.get("to"), f"{where}.to")
    if opens >= closes:
        raise SettingsError(f"{where}.to has to be later than {where}.from.")
    days = [_one_of(day, DAYS, f"{where}.days") for day in _items(data.get("days"), f"{where}.days")]
    names = [_one_of(key, tuple(people), f"{where}.people") for key in _items(data.get("people"), where)]
    return Window(frozenset(map(DAYS.index, days)), opens, closes, tuple(people[key] for key in names))


def _contact(value: object, where: str) -> Contact:
    data = _texts(_mapping(value, where), where)
    _only(data, where, ("name", "email", "phone"))
    email = data.get("email", "")
    if email and not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", email):
        raise SettingsError(f"{where}.email is {email!r}, which is not one e-mail address.")
    return Contact(data.get("name", ""), email, data.get("phone", ""))


def _timers(data: Mapping[str, object]) -> Timers:
    _only(data, "timers", tuple(Timers.__dataclass_fields__))
    numbers: dict[str, int] = {}
    for key, value in data.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1440:
            raise SettingsError(f"timers.{key} is {value!r}. Write a whole number from 1 to 1440.")
        numbers[key] = value
    return Timers(**numbers)


def _alerts(data: Mapping[str, object]) -> Alerts:
    _only(data, "alerts", tuple(Alerts.__dataclass_fields__))
    numbers: dict[str, int] = {}
    for key, value in data.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
            raise SettingsError(f"alerts.{key} is {value!r}. Write a whole number from 1 to 1000.")
        numbers[key] = value
    return Alerts(**numbers)


def _channels(data: Mapping[str, object]) -> Channels:
    texts = {key: value.removeprefix("#") for key, value in _texts(data, "channels").items()}
    _only(data, "channels", tuple(Channels.__dataclass_fields__))
    return Channels(**texts)


def _roles(data: Mapping[str, object]) -> Roles:
    _only(data, "roles", tuple(Roles.__dataclass_fields__))
    return Roles(**{key: tuple(map(str, _items(ids, f"roles.{key}"))) for key, ids in data.items()})


def _section(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    return _mapping(data.get(key), key)


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise SettingsError(f"{where} is {value!r}. Write lines of `key: value` below it.")
    return value


def _items(value: object, where: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise SettingsError(f"{where} is {value!r}. Write a list, as in [a, b].")
    return list(value)


def _texts(data: Mapping[str, object], where: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in data.items():
        if value is not None and not isinstance(value, str):
            raise SettingsError(f"{where}.{key} is {value!r}. Write a text in quotation marks.")
        texts[key] = (value or "").strip()
    return texts


def _only(data: Mapping[str, object], where: str, allowed: tuple[str, ...]) -> None:
    for key in data:
        if key not in allowed:
            name = f"{where}.{key}" if where else key
            raise SettingsError(f"{name} is not a setting. Allowed here: {', '.join(allowed)}.")


def _one_of(value: object, allowed: tuple[str, ...], where: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise SettingsError(f"{where} holds {value!r}. Allowed: {', '.join(allowed) or 'nothing yet'}.")
    return value


def _minutes(value: object, where: str) -> int:
    match = re.fullmatch(r"(\d\d?):(\d\d)", value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or minutes > 24 * 60:
        raise SettingsError(f'{where} is {value!r}. Write a time in quotation marks, as in "09:00".')
    return minutes


def _date(value: object, where: str) -> date:
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise SettingsError(f"{where} is {value!r}. Write a date, as in 2026-11-27.")
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError as error:
        raise SettingsError(f"{where} is {value!r}. Write a date, as in 2026-11-27.") from error


def _zone(value: object, where: str) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(f"{where} is {value!r}. Write a time zone, as in America/New_York.") from error


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
