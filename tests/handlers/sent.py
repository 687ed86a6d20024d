"""Payloads as Slack sends them, with something wrong in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from tests.handlers.listeners import Row, payload
from tests.handlers.test_permissions import PEOPLE, SECRETS

OURS, OTHERS = "T0SANDBOX1", "T0ELSEWHERE"
DROPPED: Final = {"dropped": "dropped"}
"""Stands for a key that is not there."""
WORDS: Final = (
    "",
    " ",
    "|",
    "1001|",
    "999999999|x",
    "-1",
    "1e309",
    "²",
    "٣",
    "NaN",
    "null",
    "{}",
    "\x00",
    "\ud800",
    "\u202egnirts",
    "<!channel> <@U1> <x|y>",
    "x" * 300,
    "🏠" * 5000,
    "2026-13-45",
    "1970-01-01T00:00:00",
    "U0OTHER001",
    "'; DROP TABLE cases; --",
    "email_installer",
    "installer_unresponsive",
)
JUNK: Final = (
    *WORDS,
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    [],
    {},
    [None],
    [[[[[[]]]]]],
    {"id": None},
    {"value": "x"},
    {"values": None},
    DROPPED,
    DROPPED,
)
INPUTS: Final = (
    "category",
    "description",
    "homeowner.name",
    "homeowner.phone",
    "homeowner.email",
    "program",
    "product",
    "milestones.m1",
    "milestones.not_yet",
    "extra.need",
    "extra.damaged",
    "link.reason",
    "reason",
    "note",
    "to",
    "team",
    "until",
    "event",
    "reference",
    "subject",
    "text",
    "closure_comments",
    "day",
    "from",
    "who",
)
ELEMENTS: Final = (
    None,
    {},
    {"value": None},
    {"value": SECRETS[0]},
    {"value": "zelda@example.test\x00"},
    {"value": 7},
    {"value": ["Zelda"]},
    {"selected_option": None},
    {"selected_option": {"value": "Zelda"}},
    {"selected_option": {}},
    {"selected_option": "Zelda"},
    {"selected_options": [{"value": "Zelda"}]},
    {"selected_options": "Zelda"},
    {"selected_options": [None]},
    {"selected_date": "Zelda"},
    {"selected_date": "0001-01-01"},
    {"selected_user": "U0OUTSIDE1"},
    {"selected_users": None},
    {"selected_time": "25:99"},
)
ELSEWHERE: Final = "another workspace, by a channel that both share"
COMPANY: Final[Mapping[str, Mapping[str, Any]]] = {
    "as ever": {},
    "a team's id is not said": {"team": None, "team_id": None},
    "a workspace of Enterprise Grid": {
        "enterprise": {"id": "E0GRID0001", "name": "Grid"},
        "enterprise_id": "E0GRID0001",
        "is_enterprise_install": False,
    },
    "an organisation that installed it everywhere": {
        "team": None,
        "enterprise": {"id": "E0GRID0001", "name": "Grid"},
        "is_enterprise_install": True,
    },
    ELSEWHERE: {},
}


@dataclass(frozen=True)
class Sent:
    """One payload: what somebody does, in what company, and what became of it on the way."""

    row: Row
    person: str
    company: str = "as ever"
    changes: tuple[tuple[int, Any], ...] = ()
    typed: Mapping[str, Any] = field(default_factory=dict)

    def body(self, number: str, response_url: str) -> dict[str, Any]:
        """What comes in. Who acts stays who it is: Slack has signed that."""
        user = PEOPLE[self.person]
        body = deepcopy(full(payload(self.row, user, number, response_url)))
        if self.typed and "view" in body:
            body["view"]["state"] = {"values": {name: {"value": each} for name, each in self.typed.items()}}
        body |= COMPANY[self.company]
        if self.company == ELSEWHERE:
            for place in (body.get("user"), body.get("event"), body):
                if isinstance(place, dict):
                    place |= {"team_id": OTHERS, "user_team": OTHERS}
        for where, junk in self.changes:
            change(body, where, junk)
        return body


def full(body: dict[str, Any]) -> dict[str, Any]:
    """What else Slack says, as recorded: where it comes from and by whom."""
    body |= {"api_app_id": "A0DESK0001", "token": "gone", "is_enterprise_install": False, "enterprise": None}
    if isinstance(body.get("user"), dict):
        body["user"] |= {"username": "zelda", "name": "zelda", "team_id": OURS}
        body["team"] = {"id": OURS, "domain": "sandbox"}
    return body


def change(body: dict[str, Any], where: int, junk: Any) -> None:
    """Put junk into one of the places of a payload, or take the place away."""
    places = list(places_in(body))
    holder, key = places[where % len(places)]
    if junk is DROPPED:
        del holder[key]
    else:
        holder[key] = deepcopy(junk)


def places_in(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a payload, but who acts."""
    for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
        if key in ("user_id", "user", "response_url") and not isinstance(holder[key], dict):
            continue
        if key != "user":
            yield holder, key
        if isinstance(holder[key], dict | list):
            yield from ((h, k) for h, k in places_in(holder[key]) if (key, k) != ("user", "id"))
