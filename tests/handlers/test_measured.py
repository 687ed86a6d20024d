"""What is counted: what was taken up and what became of letters, once it is committed, and requests."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from inspect import signature

import pytest
from slack_bolt import BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web import WebClient
from sqlalchemy.exc import DBAPIError

from bot.ports import Errands, FollowUps, Outbox
from bot.stored import Errand, Posted
from handlers.busy import Gate, Listeners
from handlers.measured import MeasuredApp, MeasuredMemory, _Appointments, _Letters
from handlers.metrics import Metrics
from storage import open_database
from tests.databases import SqliteFiles
from tests.storage.samples import LEASE, MINUTE, NOW, a_letter, a_timer, with_case


class Measured:
    """A database with one case, and what is counted of its transactions."""

    def __init__(self, url: str) -> None:
        self.database = open_database(url, NOW)
        self.number = with_case(self.database)
        self.metrics = Metrics("0")
        self.memory = MeasuredMemory(self.database, self.metrics)

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"desk_{name}", labels) or 0


@pytest.fixture
def measured(sqlite: SqliteFiles):
    url = sqlite.new()
    measured = Measured(url)
    yield measured
    measured.database.close()
    sqlite.drop(url)


def test_what_is_taken_up_is_counted_with_how_late_it_was(measured: Measured) -> None:
    with measured.memory.write() as work:
        work.follow_ups.keep(measured.number, [a_timer("t1", NOW - MINUTE)], NOW)
        work.errands.put([Errand("a", "look", NOW - 2 * MINUTE), Errand("b", "look", NOW - MINUTE)], NOW)
    with measured.memory.write() as work:
        assert len(work.follow_ups.take_due(NOW, 10)) == 1
        _, second = work.errands.take_due(NOW, 10)
        work.errands.give_back([second])
    assert measured.count("ring_lateness_seconds_sum", kind="follow_up") == 60
    assert measured.count("ring_lateness_seconds_sum", kind="errand") == 120


def test_what_became_of_letters_is_counted_once_it_is_committed(measured: Measured) -> None:
    with measured.memory.write() as work:
        work.outbox.put([a_letter("a"), a_letter("b"), a_letter("c")], NOW)
    with measured.memory.write() as work:
        sent, dead, waits = work.outbox.claim("me", NOW, LEASE, most=3)
    with suppress(ZeroDivisionError), measured.memory.write() as work:
        work.outbox.settle(sent, Posted("C1", "1.1"), NOW)
        raise ZeroDivisionError
    assert measured.count("letters_total", outcome="delivered") == 0
    with measured.memory.write() as work:
        work.outbox.settle(sent, Posted("C1", "1.1"), NOW + timedelta(seconds=3))
        work.outbox.bury(dead, "no such channel", NOW)
        work.outbox.put_off(waits, NOW + MINUTE, "slow", True)
    outcomes = ("delivered", "dead", "put_off")
    assert [measured.count("letters_total", outcome=each) for each in outcomes] == [1, 1, 1]
    assert measured.count("letter_waiting_seconds_sum") == 3


MEASURED = [
    pytest.param(wrapper, port, method, id=f"{port.__name__}.{method}")
    for wrapper, port in ((_Appointments, FollowUps), (_Appointments, Errands), (_Letters, Outbox))
    for method in vars(wrapper)
    if callable(getattr(port, method, None)) and not method.startswith("_")
]


@pytest.mark.parametrize(("wrapper", "port", "method"), MEASURED)
def test_what_is_measured_is_asked_as_what_is_not(wrapper: type, port: type, method: str) -> None:
    theirs, ours = (signature(getattr(each, method)).parameters for each in (port, wrapper))
    assert [(each.name, each.default) for each in ours.values()] == [
        (each.name, each.default) for each in theirs.values()
    ]


def test_what_the_database_refuses_is_counted(measured: Measured) -> None:
    def refuse() -> None:
        with measured.memory.read() as work:
            work.cases.session.connection().exec_driver_sql("SELECT * FROM nowhere")

    with pytest.raises(DBAPIError):
        refuse()
    assert measured.count("database_errors_total") == 1


def test_requests_are_counted_by_what_became_of_them_and_who_is_turned_away() -> None:
    metrics, full = Metrics("0"), Listeners(1, Gate(0))
    app = MeasuredApp(
        client=WebClient("xoxb-1"),
        signing_secret="s",
        process_before_response=True,
        request_verification_enabled=False,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1"),
    )
    app.metrics = metrics
    app.command("/complaint")(lambda ack: ack())
    for command in ("/complaint", "/another"):
        app.dispatch(BoltRequest(mode="socket_mode", body={"command": command, "team_id": "T1"}))
    app.listeners = full
    app.dispatch(BoltRequest(mode="socket_mode", body={"command": "/complaint", "team_id": "T1"}))
    full.shutdown()
    count = metrics.registry.get_sample_value
    labels = {"kind": "command", "outcome": "unhandled"}
    assert count("desk_request_seconds_count", labels) == 1
    assert count("desk_request_seconds_count", {**labels, "outcome": "ok"}) == 2
    assert count("desk_busy_total") == 1
