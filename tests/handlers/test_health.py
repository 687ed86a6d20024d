"""The health page: what is told when all is well, when something is not, and when the database hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot.promises import Overdue
from bot.stored import Trouble
from handlers.health import Health, Lookout
from handlers.metrics import Metrics, kind_of
from handlers.pages import pages

NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class State:
    silent_for: float | None = 1.5


@dataclass
class Transport:
    connected: bool = True

    def is_connected(self) -> bool:
        return self.connected

    def state(self) -> State:
        return State()


@dataclass
class Bell:
    last_rang: datetime | None = NOW
    failures: int = 0


@dataclass
class Promises:
    late: dict[str, timedelta] = field(default_factory=dict)
    audited: datetime | None = NOW - MINUTE
    homes: int = 0

    def overdue(self, kind: str, before: datetime) -> Overdue:
        return Overdue(1, before - self.late[kind]) if kind in self.late else Overdue()

    def letters(self) -> dict[str, int]:
        return {"waiting": 2, "dead": 3}

    def stale_homes(self) -> int:
        return self.homes

    def last_run(self, keys) -> datetime | None:
        return self.audited


@dataclass
class Troubles:
    found: list[Trouble] = field(default_factory=list)

    def open(self) -> list[Trouble]:
        return self.found


@dataclass
class Memory:
    """A database that answers, fails, or hangs until it may go on."""

    promises: Promises = field(default_factory=Promises)
    troubles: Troubles = field(default_factory=Troubles)
    broken: bool = False
    go_on: threading.Event = field(default_factory=threading.Event)
    reads: int = 0

    def __post_init__(self) -> None:
        self.go_on.set()

    @contextmanager
    def read(self) -> Iterator[Memory]:
        self.reads += 1
        assert self.go_on.wait(60)
        if self.broken:
            raise OSError
        yield self


@dataclass
class Desk:
    memory: Memory = field(default_factory=Memory)
    transport: Transport = field(default_factory=Transport)
    bell: Bell = field(default_factory=Bell)
    at: datetime = NOW
    started: datetime = NOW - timedelta(hours=1)

    def __post_init__(self) -> None:
        def now() -> datetime:
            return self.at

        lookout = Lookout(self.memory, now, now, patience=0.2)
        self.health = Health("1.2.3", "http", lookout, self.transport, self.bell, now, self.started)
        self.metrics = Metrics("1.2.3")
        self.site = Starlette(routes=pages(self.health, self.metrics))

    def look(self, path: str = "/healthz") -> tuple[int, dict]:
        answer = self.get(path)
        return answer.status_code, answer.json()

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.site)
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                return await client.get(path)

        return asyncio.run(ask())


def test_all_is_well() -> None:
    assert Desk().look() == (
        200,
        {
            "status": "ok",
            "problems": [],
            "version": "1.2.3",
            "database": {"answers": True},
            "slack": {"transport": "http", "connected": True, "silent_for": 1.5},
            "last_ring": "2026-11-18T15:00:00+00:00",
            "oldest_overdue": {"follow_up": None, "errand": None, "letter": None, "order": None},
            "last_audit": "2026-11-18T14:59:00+00:00",
            "found_by_audit": 0,
        },
    )


def late(kind: str, minutes: int) -> Desk:
    return Desk(Memory(Promises({kind: minutes * MINUTE})))


@pytest.mark.parametrize(
    ("desk", "problem"),
    [
        (lambda: Desk(Memory(broken=True)), "The database does not answer"),
        (lambda: Desk(transport=Transport(connected=False)), "Slack is not connected."),
        (
            lambda: Desk(bell=Bell(NOW - 2 * MINUTE)),
            "The clock has not rung since 2026-11-18T14:58:00+00:00.",
        ),
        (lambda: Desk(bell=Bell(None)), "The clock has not rung since 2026-11-18T14:00:00+00:00."),
        (lambda: Desk(bell=Bell(failures=2)), "The last 2 rings failed; the log says why."),
        (lambda: late("follow_up", 6), "A follow-up waits since 2026-11-18T14:54:00+00:00."),
        (lambda: late("errand", 6), "An errand of the desk waits since"),
        (lambda: late("letter", 16), "A letter waits since"),
        (lambda: late("order", 31), "What another system is to do waits since"),
        (lambda: Desk(Memory(Promises(homes=2))), "2 Homes could not be drawn anew"),
        (lambda: Desk(Memory(Promises(audited=None))), "The auditor has not looked for too long."),
        (
            lambda: Desk(Memory(Promises(audited=NOW - 21 * MINUTE))),
            "The auditor has not looked for too long.",
        ),
        (lambda: Desk(Memory(troubles=Troubles([Trouble("stuck", NOW, "1")]))), "The auditor found 1"),
    ],
    ids=[
        "the database fails",
        "no line to Slack",
        "no ring for long",
        "no ring ever",
        "rings that fail",
        "a late follow-up",
        "a late errand",
        "a late letter",
        "a late order",
        "stale Homes",
        "never audited",
        "not audited for long",
        "something found",
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(desk, problem: str) -> None:
    status, body = desk().look()
    assert (status, body["status"], len(body["problems"])) == (503, "unwell", 1)
    assert body["problems"][0].startswith(problem)


@pytest.mark.parametrize(
    "desk",
    [
        lambda: late("follow_up", 4),
        lambda: late("letter", 14),
        lambda: Desk(Memory(Promises({"errand": 60 * MINUTE})), started=NOW - MINUTE),
        lambda: Desk(bell=Bell(failures=1)),
        lambda: Desk(Memory(Promises(audited=None)), started=NOW - MINUTE),
        lambda: Desk(Memory(troubles=Troubles([Trouble("gap", NOW)]))),
    ],
    ids=[
        "a little late",
        "a letter on its way",
        "catching up",
        "one failed ring",
        "just started",
        "a gap in the rota",
    ],
)
def test_what_mends_itself_is_no_illness(desk) -> None:
    assert desk().look()[0] == 200


def test_told_to_stop_it_says_so_at_once() -> None:
    desk = Desk()
    desk.health.draining = True
    assert desk.look()[1]["status"] == "draining"
    assert desk.look("/readyz")[0] == 503


@pytest.mark.parametrize(
    ("desk", "status"),
    [
        (Desk, 200),
        (lambda: late("follow_up", 60), 200),
        (lambda: Desk(Memory(broken=True)), 503),
        (lambda: Desk(transport=Transport(connected=False)), 503),
    ],
    ids=["well", "late for everybody", "no database", "no Slack"],
)
def test_a_replica_is_ready_while_it_can_take_a_click(desk, status: int) -> None:
    assert desk().look("/readyz")[0] == status


def test_a_database_that_hangs_is_asked_once_and_waited_for_by_nobody() -> None:
    desk = Desk()
    desk.memory.go_on.clear()
    assert [desk.look()[0] for _ in range(3)] == [503, 503, 503]
    assert desk.memory.reads == 1
    desk.memory.go_on.set()
    assert desk.look()[0] == 200


def test_the_database_is_asked_once_a_second() -> None:
    desk = Desk()
    desk.look()
    desk.get("/metrics")
    assert desk.memory.reads == 1
    desk.at += timedelta(seconds=2)
    desk.look()
    assert desk.memory.reads == 2


def figures(desk: Desk) -> dict[str, float]:
    families = text_string_to_metric_families(desk.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    return {"/".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}


def test_the_figures_say_how_things_stand() -> None:
    desk = late("letter", 2)
    desk.metrics.letter("delivered", timedelta(seconds=3))
    desk.metrics.rang("follow_up", timedelta(seconds=-1))
    desk.metrics.answered({"command": "/complaint", "text": "find Hanna"}, 200, 0.02)
    desk.metrics.answered({"type": "anything of a stranger"}, 500, 0.02)
    found = figures(desk)
    assert found["desk_letters_in/waiting"] == 2
    assert found["desk_letters_in/dead"] == 3
    assert found["desk_oldest_overdue_seconds/letter"] == 120
    assert found["desk_letters_total/delivered"] == 1
    assert found["desk_letter_waiting_seconds_sum"] == 3
    assert found["desk_ring_lateness_seconds_sum/follow_up"] == 0
    assert found["desk_request_seconds_count/command/ok"] == 1
    assert found["desk_request_seconds_count/other/failed"] == 1
    assert found["desk_build_info/1.2.3"] == 1
    assert found["desk_slack_connected"] == found["desk_database_answers"] == 1
    assert not any("Hanna" in name for name in found)


def test_two_desks_in_one_process_count_for_themselves() -> None:
    one, other = Desk(), Desk()
    one.metrics.letter("dead")
    assert (figures(one)["desk_letters_total/dead"], figures(other)["desk_letters_total/dead"]) == (1, 0)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"command": "/complaint"}, "command"),
        ({"type": "block_actions"}, "block_actions"),
        ({"type": "event_callback"}, "event_callback"),
        ({"type": "U0ADA00001"}, "other"),
        ({"type": ["block_actions"]}, "other"),
        ({}, "other"),
        (["block_actions"], "other"),
    ],
    ids=["a command", "a click", "an event", "made up", "a list for a word", "empty", "a list"],
)
def test_a_label_is_one_of_a_handful_whatever_is_sent(body: object, kind: str) -> None:
    assert kind_of(body) == kind
