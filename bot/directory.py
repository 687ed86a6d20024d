"""The directory at intake: a homeowner or installer who is chosen there fills in the form.

What the agent typed stays. Choosing another changes only what was filled in and still stands as it was.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from bot.intake_fields import NOT_YET, Values
from bot.listings import ListedHomeowner, ListedInstaller
from bot.look_up import LIVE, LookUp
from bot.ports import Work
from bot.sop import vocabulary

HOMEOWNER, INSTALLER = "directory.homeowner", "directory.installer"
"""The fields in which one is chosen; their values are the directory's ids."""
FILLED: Final = "directory.filled"
"""Where an intake keeps what was filled in, beside what stands in its fields."""
NOBODY: Final = "none"
"""The value of “not found”."""

OF_PERSON: Final = ("name", "address", "phone", "email", "best_time")
OF_INSTALLER: Final = ("installer.name", "installer.email")
SAID_BY_CHOICE: Final = ("found_on_platform", "program")
OF_HOMEOWNER: Final = (
    *(f"homeowner.{each}" for each in OF_PERSON),
    *SAID_BY_CHOICE,
    "product",
    *(f"milestones.{each}" for each in vocabulary.MILESTONES),
    NOT_YET,
    *OF_INSTALLER,
    INSTALLER,
)
EMPTY: Final[Mapping[str, str | tuple[str, ...]]] = {"program": "unknown", NOT_YET: ()}
"""What stands in a field of which nothing is known, where that is not an empty text."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in, by field, and at which choice; choices are counted from 1.

    `ids` are the directory's for those who were chosen out of the live list, by their key there.
    """

    choices: int = 0
    fields: Mapping[str, tuple[str | tuple[str, ...], int]] = field(default_factory=dict)
    ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the pages of an intake offer of the directory, and what is chosen there.

    `lost` says that somebody was chosen out of the live list, which then could not be asked for them.
    """

    homeowners: bool = False
    installers: bool = False
    homeowner: ListedHomeowner | None = None
    not_found: bool = False
    installer: ListedInstaller | None = None
    filled: Filled = Filled()
    lost: bool = False


def offered(work: Work, values: Values, *, live: bool = False) -> Offered:
    """What there is to choose from, and what these values say was chosen; `live` says that there is a live
    list.
    """
    directory = work.directory
    homeowner, installer = (_id(values, each) for each in (HOMEOWNER, INSTALLER))
    return Offered(
        live or directory.has_homeowners(),
        directory.has_installers(),
        directory.homeowner(homeowner) if homeowner else None,
        values.get(HOMEOWNER) == NOBODY,
        directory.installer(installer) if installer else None,
        filled_in(values),
        lost=is_live(values) and not homeowner,
    )


def merged(
    live: Sequence[ListedHomeowner], imported: Iterable[ListedHomeowner], most: int
) -> list[ListedHomeowner]:
    """Those of the live list, and behind them those whom the import alone has."""
    accounts = {each.account for each in live if each.account}
    places = {each.place: each.account for each in live}

    def is_double(each: ListedHomeowner) -> bool:
        if each.account in accounts:
            return True
        return each.place in places and not (each.account and places[each.place])

    return [*live, *(each for each in imported if not is_double(each))][:most]


def is_live(values: Values) -> bool:
    """Whether the homeowner who is chosen in these values comes from the live list."""
    value = values.get(HOMEOWNER, "")
    return isinstance(value, str) and value.startswith(LIVE)


def take_in(work: Work, values: Values, listed: ListedHomeowner, source: LookUp, now: datetime) -> Values:
    """Put who is chosen in these values out of the live list into the directory, as an import would."""
    work.directory.put_homeowners([listed], source.stated, now)
    ids = {str(values[HOMEOWNER]): each for each in work.directory.known_homeowners([listed])}
    return _with(values, replace(filled_in(values), ids=ids))


def choose_homeowner(work: Work, values: Values) -> Values:
    """The values once the homeowner who is chosen in them has filled in the form.

    “Not found” says so, and that the program is not known: the Concert check follows (R-056, R-057). Of
    somebody out of the live list who was not taken in nothing is known, and nothing is changed.
    """
    if is_live(values) and not _id(values, HOMEOWNER):
        return values
    listed = work.directory.homeowner(_id(values, HOMEOWNER))
    if listed is not None:
        return _fill(values, _stated(work, listed), OF_HOMEOWNER, ("found_on_platform",))
    if values.get(HOMEOWNER) == NOBODY:
        return _fill(values, {"found_on_platform": "no"}, OF_HOMEOWNER, SAID_BY_CHOICE)
    return _fill(values, {}, OF_HOMEOWNER)


def choose_installer(work: Work, values: Values) -> Values:
    """The values once the installer who is chosen in them has filled in name and e-mail."""
    listed = work.directory.installer(_id(values, INSTALLER))
    stated = {} if listed is None else {"installer.name": listed.name, "installer.email": listed.email}
    return _fill(values, stated, OF_INSTALLER)


def filled_in(values: Values) -> Filled:
    """What was filled in before."""
    kept = values.get(FILLED, "")
    if not isinstance(kept, str) or not kept:
        return Filled()
    read: dict[str, Any] = json.loads(kept)
    fields = {name: (_value(value), int(choice)) for name, (value, choice) in read["fields"].items()}
    return Filled(int(read["choices"]), fields, read.get("ids", {}))


def _stated(work: Work, listed: ListedHomeowner) -> Values:
    """What the export says of a homeowner, by field."""
    installer = work.directory.installer_named(listed.installer) if listed.installer else None
    days = {each: said for each, said in listed.milestones.items() if said != "not_yet"}
    return {
        **{f"homeowner.{each}": str(getattr(listed, each)) for each in OF_PERSON},
        "found_on_platform": "yes",
        "program": listed.program or "unknown",
        "product": listed.product,
        **{f"milestones.{each}": day for each, day in days.items()},
        NOT_YET: tuple(each for each, said in listed.milestones.items() if said == "not_yet"),
        "installer.name": installer.name if installer else listed.installer,
        "installer.email": installer.email if installer else "",
        INSTALLER: str(installer.id) if installer else "",
    }


def _fill(values: Values, stated: Values, fields: Collection[str], said: Collection[str] = ()) -> Values:
    """Fill in these fields, but for what the agent typed; the choice itself decides those of `said`."""
    before = filled_in(values)
    choice, now, kept = before.choices + 1, dict(values), dict(before.fields)
    for name in fields:
        empty = EMPTY.get(name, "")
        standing, wanted = values.get(name) or empty, stated.get(name) or empty
        was, since = kept.get(name, (empty, 0))
        if name in said or standing in (empty, was):
            kept[name] = (wanted, since if standing == wanted else choice)
            now[name] = wanted
    return _with(now, Filled(choice, kept, before.ids))


def _with(values: Values, filled: Filled) -> Values:
    """These values, with what was filled in kept among them."""
    return {**values, FILLED: json.dumps(asdict(filled), ensure_ascii=False)}


def _value(value: Any) -> str | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else str(value)


def _id(values: Values, name: str) -> int:
    """The id chosen in a field; 0 where none is."""
    value = values.get(name, "")
    if isinstance(value, str) and value.startswith(LIVE):
        return filled_in(values).ids.get(value, 0)
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else 0
