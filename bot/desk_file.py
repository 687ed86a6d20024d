"""`desk.yaml`: the organisation as people write it, read with the line of every mistake."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from holidays import country_holidays

from bot.errors import SettingsError
from bot.sop.organisation import Organisation, organisation_from

EXAMPLE: Final = Path(__file__).parent.parent / "desk.example.yaml"
"""Every setting, documented line by line. A section that a desk.yaml leaves out is taken from here."""

DEFAULT: Final = Path(__file__).parent / "desk.default.yaml"
"""As the example, with placeholders for the contacts: for trying plans out where there is no desk.yaml."""

SYSTEMS: Final = "systems"
"""The section that is no part of the organisation; `bot.systems_file` reads it."""

_SLACK_ID: Final = re.compile(r"[UW][A-Z0-9]{6,}")
_ROLE_ID: Final = re.compile(r"[UWS][A-Z0-9]{6,}")
_CHANNEL: Final = re.compile(r"#?[^\sA-Z#@]{1,80}|[CG][A-Z0-9]{6,}")


if TYPE_CHECKING:
    from yaml import SafeLoader as _Safe
else:
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """YAML as people mean it: a key that stands twice and a day that no calendar has are mistakes."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value} stands here twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def construct_timestamp(self, node: yaml.ScalarNode) -> date:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            problem = f"{node.value} is no day of any calendar"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_timestamp)


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data, and the line of each dotted key in it."""

    path: Path
    data: dict[str, object]
    lines: Mapping[str, int]

    def key_of(self, message: str) -> str:
        """The longest key of the file that `message` begins with; empty where there is none."""
        return max((key for key in self.lines if message.startswith(key)), key=len, default="")

    def at(self, message: str) -> str:
        """`message`, which begins with a dotted key, with the place where the key stands."""
        line = self.lines.get(self.key_of(message))
        return f"{self.path}, line {line}: {message}" if line else f"{self.path}: {message}"


def holiday_years(today: date) -> range:
    """The years whose holidays the desk reckons with: from last year to five years ahead."""
    return range(today.year - 1, today.year + 6)


def load_organisation(path: Path | None, years: range) -> Organisation:
    """The organisation of the `desk.yaml` at `path`, with the US federal holidays of `years` (D-34).

    Without a file: the SOP's roster and hours, and a placeholder for every contact. Raises SettingsError,
    one sentence a problem, each with the file and the line.
    """
    return organisation_in(read(path or DEFAULT), years)


def organisation_in(document: Document, years: range) -> Organisation:
    """As `load_organisation`, for a file that was read already."""
    every = example()
    data = _organisation_of({**every.data, **document.data})
    federal = _federal_holidays(years)
    try:
        organisation = organisation_from(data, federal)
    except SettingsError as error:
        raise SettingsError(document.at(f"{error}{hint(document.key_of(str(error)), every)}")) from None
    plus, minus, problems = _own_holidays(data, federal, years)
    known = organisation_from(_organisation_of(every.data), federal).contacts
    problems += [*_people(data, organisation), *_places(organisation), *_contacts(organisation, known)]
    if problems:
        raise SettingsError("\n".join(map(document.at, problems)))
    calendar = replace(organisation.calendar, holidays=(federal | plus) - minus)
    return replace(organisation, calendar=calendar)


def _organisation_of(data: Mapping[str, object]) -> dict[str, object]:
    return {name: section for name, section in data.items() if name != SYSTEMS}


def _federal_holidays(years: range) -> frozenset[date]:
    """The days on which federal offices are closed, as observed: a Saturday's holiday is Friday's."""
    return frozenset(day for day in country_holidays("US", years=years, observed=True) if day.weekday() < 5)


@cache
def example() -> Document:
    """desk.example.yaml, which has every setting."""
    return read(EXAMPLE)


def read(path: Path) -> Document:
    """A file with its lines. Raises SettingsError where it is not one of settings."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"{path} cannot be read. Make it a text file in UTF-8 that you may read."
        ) from None
    except yaml.MarkedYAMLError as error:
        raise SettingsError(_not_yaml(path, error)) from None
    except yaml.YAMLError:
        raise SettingsError(
            f"{path} holds characters that YAML does not allow. Save it as plain text."
        ) from None
    if data is None:
        return Document(path, {}, {})
    if not isinstance(data, dict) or node is None:
        raise SettingsError(f"{path} is not a list of settings. Begin as desk.example.yaml does.")
    return Document(path, data, dict(_lines(node, "")))


def _not_yaml(path: Path, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
    return f"{place}: {error.problem or error.context}. Mend that line."


def _lines(node: yaml.Node, key: str) -> Iterator[tuple[str, int]]:
    """Every dotted key below `node` with its line, counted from 1; list items read `key[0]`."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            inner = f"{key}.{name.value}" if key else str(name.value)
            yield inner, name.start_mark.line + 1
            yield from _lines(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield f"{key}[{index}]", value.start_mark.line + 1
            yield from _lines(value, f"{key}[{index}]")


def hint(key: str, example: Document) -> str:
    """What was meant by a key that the example does not have."""
    parent, _, name = re.sub(r"\[\d+\]", "[0]", key).rpartition(".")
    prefix = f"{parent}." if parent else ""
    known = [other.removeprefix(prefix) for other in example.lines if other.startswith(prefix)]
    known = [other for other in known if not re.search(r"[.\[]", other)]
    near = [] if name in known else difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _own_holidays(
    data: Mapping[str, object], federal: frozenset[date], years: range
) -> tuple[frozenset[date], frozenset[date], list[str]]:
    """The days of `calendar.holidays` to add and to take out, and what is wrong with them."""
    calendar = data.get("calendar")
    own = calendar.get("holidays") if isinstance(calendar, Mapping) else None
    if own is not None and not isinstance(own, Mapping):
        return (
            frozenset(),
            frozenset(),
            ["calendar.holidays is no pair of lists. Write plus: [] and minus: []."],
        )
    own, problems = own or {}, []
    days: dict[str, frozenset[date]] = {}
    for name, value in own.items():
        where = f"calendar.holidays.{name}"
        if name not in {"plus", "minus"}:
            problems.append(f"{where} is not a setting. Allowed here: plus, minus.")
        elif not isinstance(value or [], list) or not all(type(day) is date for day in value or []):
            problems.append(f"{where} is no list of days. Write them as in [2026-11-27].")
        else:
            days[name] = frozenset(value or [])
    idle = [day for day in days.get("minus", ()) if day.year in years and day not in federal]
    problems += [
        f"calendar.holidays.minus holds {day}, which is no federal holiday. Take it out." for day in idle
    ]
    return days.get("plus", frozenset()), days.get("minus", frozenset()), problems


def _people(data: Mapping[str, object], organisation: Organisation) -> Iterator[str]:
    """Slack ids that are not of Slack's form. On the rota an id may be blank; in a role it may not."""
    ids = {
        f"roles.{role.name}[{index}]": slack_id
        for role in fields(organisation.roles)
        for index, slack_id in enumerate(getattr(organisation.roles, role.name))
    }
    rota = data.get("rota")
    people = rota.get("people") if isinstance(rota, Mapping) else None
    for key, person in (people or {}).items():
        if slack_id := (person.get("slack_id") or "").strip():
            ids[f"rota.people.{key}.slack_id"] = slack_id
    for where, slack_id in ids.items():
        in_role = where.startswith("roles.")
        if not (_ROLE_ID if in_role else _SLACK_ID).fullmatch(slack_id):
            write = "Write the member id of their Slack profile, as in U024BE7LH"
            group = ", or the id of a user group, as in S0614TZR7" if in_role else ""
            yield f"{where} is {slack_id!r}. {write}{group}."


def _places(organisation: Organisation) -> Iterator[str]:
    """Channels and addresses that Slack would refuse."""
    for field in fields(organisation.channels):
        channel = getattr(organisation.channels, field.name)
        if not _CHANNEL.fullmatch(channel) and (channel or field.default):
            yield f"channels.{field.name} is {channel!r}. Write its name in small letters, or its C… id."
    for name, link in organisation.links.items():
        if link and not link.startswith(("https://", "http://")):
            yield f"links.{name} is {link!r}. Write the whole address, beginning with https://."


def _contacts(organisation: Organisation, known: Collection[str]) -> Iterator[str]:
    """Contacts of roles that no SOP knows."""
    for role in organisation.contacts:
        if role not in known:
            near = difflib.get_close_matches(role, known, n=1)
            meant = f"Did you mean {near[0]}?" if near else f"Allowed here: {', '.join(known)}."
            yield f"contacts.{role} is not a setting. {meant}"
