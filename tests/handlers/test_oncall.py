"""The forms that change the rota: who may, what is said at a field, and what comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk import WebClient

from blocks.home import home
from bot.connectors.slack_home import SlackHomes
from bot.people import Strangers
from bot.redrawing import Redrawer
from bot.stored import RotaChange
from handlers.front import Front
from handlers.oncall import OncallListeners, page
from tests.bot.casework import BEN, CLEO, LEA, Casework, casework
from tests.bot.desk import NOW
from tests.databases import Databases

OTTO = "U0OTTO0010"
DAY = "2026-11-21"
WISH = f"override|{BEN}|2026-11-21T05:00:00+00:00|2026-11-22T05:00:00+00:00|{DAY}|||"


@dataclass
class Reply:
    status_code: int = 200


@dataclass
class Request:
    lazy_only: bool = False


@dataclass
class Slack:
    """Keeps the views that it is asked to show."""

    shown: list[dict[str, Any]] = field(default_factory=list)

    def views_open(self, *, trigger_id: str, view: dict[str, Any]) -> None:
        self.shown.append(view)

    views_push = views_open

    def views_update(self, *, view_id: str, view: dict[str, Any]) -> None:
        self.shown.append(view)


@dataclass
class Args:
    """A payload, and what was done about it."""

    body: dict[str, Any]
    client: Slack = field(default_factory=Slack)
    request: Request = field(default_factory=Request)
    context: dict[str, Any] = field(default_factory=dict)
    acked: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def ack(self, **answer: Any) -> None:
        self.acked.append(answer)

    def respond(self, *, text: str, **_: Any) -> Reply:
        self.said.append(text)
        return Reply()

    @property
    def told(self) -> str:
        """Everything that the person gets to read."""
        return str((self.acked, self.said, self.client.shown))


def click(action: str, value: str, user: str) -> Args:
    actions = [{"action_id": action, "value": value}]
    return Args({"type": "block_actions", "trigger_id": "1", "user": {"id": user}, "actions": actions})


def back(metadata: str, user: str) -> Args:
    args = click("oncall_back", "override", user)
    args.body["view"] = {"id": "V1", "type": "modal", "private_metadata": metadata}
    return args


def sent(metadata: str, user: str, view_id: str = "V1", **typed: object) -> Args:
    kinds = {
        "people": "selected_users",
        "day": "selected_date",
        "from": "selected_time",
        "to": "selected_time",
    }
    values = {name: {"value": {kinds.get(name, "value"): each}} for name, each in typed.items()}
    view = {"id": view_id, "private_metadata": metadata, "state": {"values": values}}
    return Args({"type": "view_submission", "trigger_id": "1", "user": {"id": user}, "view": view})


@pytest.fixture
def work(databases: Databases) -> Iterator[Casework]:
    with casework(databases) as work:
        yield work


@pytest.fixture
def listeners(work: Casework) -> OncallListeners:
    homes = Redrawer(work.desk, SlackHomes(WebClient()), home, lambda: NOW, lambda: NOW)
    return OncallListeners(Front(work.desk, lambda: NOW, Strangers(), lambda: None, homes))


def changes(work: Casework) -> list[RotaChange]:
    with work.desk.memory.read() as transaction:
        return list(transaction.rota_changes.standing())


def made(work: Casework, listeners: OncallListeners) -> int:
    listeners.save(sent(WISH, LEA, "V0"))
    return changes(work)[0].id


TRIED = {
    "a form": lambda rota, user, _: rota.open_form(click("oncall_form:override", "override", user)),
    "the filled form": lambda rota, user, _: rota.wished(sent("override", user, people=[BEN], day=DAY)),
    "back to the form": lambda rota, user, _: rota.back(back(WISH, user)),
    "saving": lambda rota, user, _: rota.save(sent(WISH, user, "V9")),
    "an undo": lambda rota, user, change: rota.open_undo(click("oncall_undo", str(change), user)),
    "undoing": lambda rota, user, change: rota.undo(sent(str(change), user, "V9")),
}


@pytest.mark.parametrize("tried", TRIED)
@pytest.mark.parametrize("user", [BEN, CLEO, OTTO], ids=["an agent", "a confirmer", "a stranger"])
def test_only_leads_and_admins_get_anywhere(
    work: Casework, listeners: OncallListeners, tried: str, user: str
) -> None:
    change = made(work, listeners)
    before = changes(work)
    seen: list[Args] = []

    def noted(name: str) -> Any:
        def call(args: Args) -> None:
            seen.append(args)
            getattr(listeners, name)(args)

        return call

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return noted(name)

    TRIED[tried](Noting(), user, change)
    assert changes(work) == before
    expected = (
        "you are not among them yet" if user == OTTO else "Only leads or admins can change who is on call"
    )
    assert expected in seen[0].told
    assert BEN not in seen[0].told


def test_the_filled_form_shows_what_would_change_and_saves_nothing(
    work: Casework, listeners: OncallListeners
) -> None:
    args = sent("override", LEA, people=[BEN], day=DAY, **{"from": None, "to": None})
    listeners.wished(args)
    (answer,) = args.acked
    assert answer["response_action"] == "update"
    assert answer["view"]["private_metadata"] == WISH
    assert "*<@U0BEN00002>* instead of <@U0CLEO0005>, <@U0CORA0006>" in str(answer["view"])
    assert changes(work) == []


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"people": [BEN], "day": "2026-11-17", "from": None, "to": None}, {"day"}),
        ({"people": [BEN], "day": DAY, "from": "20:00", "to": "19:00"}, {"to"}),
        ({"people": [], "day": DAY, "from": None, "to": None}, {"people"}),
    ],
    ids=["a day that is over", "the end first", "nobody"],
)
def test_what_is_wrong_is_said_at_a_field_that_the_form_has(
    listeners: OncallListeners, typed: dict[str, object], errors: set[str]
) -> None:
    args = sent("override", LEA, **typed)
    listeners.wished(args)
    (answer,) = args.acked
    assert (answer["response_action"], set(answer["errors"])) == ("errors", errors)


def test_a_form_that_comes_twice_is_one_change(work: Casework, listeners: OncallListeners) -> None:
    for _ in range(2):
        args = sent(WISH, LEA, reason="A party")
        listeners.save(args)
        assert args.acked[0]["view"]["callback_id"] == "oncall_done"
    assert [(each.by, each.reason) for each in changes(work)] == [(LEA, "A party")]


def test_what_no_longer_holds_when_it_is_saved_is_not_saved(
    work: Casework, listeners: OncallListeners
) -> None:
    made(work, listeners)
    args = sent(WISH, LEA, "V2")
    listeners.save(args)
    assert "Nothing was saved. Somebody else was put on" in args.told
    assert len(changes(work)) == 1


def test_an_undo_that_comes_twice_is_one_and_says_so_to_another(
    work: Casework, listeners: OncallListeners
) -> None:
    change = made(work, listeners)
    for _ in range(2):
        args = sent(str(change), LEA, "V3")
        listeners.undo(args)
        assert args.acked[0]["view"]["callback_id"] == "oncall_done"
    assert changes(work) == []
    late = sent(str(change), LEA, "V4")
    listeners.undo(late)
    assert "has undone this already" in late.told


def test_back_shows_the_form_as_it_was_filled_in(listeners: OncallListeners) -> None:
    args = back(WISH.replace("|||", "||20:00|"), LEA)
    listeners.back(args)
    (view,) = args.client.shown
    elements = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert elements["people"]["initial_users"] == [BEN]
    assert elements["day"]["initial_date"] == DAY
    assert elements["from"]["initial_time"] == "20:00"


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "24.12.2026"])
def test_a_day_that_is_none_is_met_with_an_example(listeners: OncallListeners, day: str) -> None:
    with pytest.raises(Exception, match="Type it as in `/complaint oncall 2026-12-24`"):
        page(listeners.front, LEA, day)


def test_a_day_may_be_named(listeners: OncallListeners) -> None:
    assert "Thu, Dec 24" in str(page(listeners.front, BEN, "2026-12-24").blocks)
