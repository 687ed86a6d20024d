"""One run: a workspace, a database, replicas under fire, people at work, and the audit of it all."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sandbox.person import Clock, Trouble
from sandbox.remote import call
from sandbox.server import TOKENS
from tests.chaos.auditor import Auditor, Verdict
from tests.chaos.evidence import Evidence, gather
from tests.chaos.ground import PRIVATE, prepare
from tests.chaos.people import ADA, Crowd
from tests.chaos.replica import ROOT, Nursery, Replica, playbooks, send
from tests.chaos.schedule import NIGHT, Round, schedule
from tests.databases import SqliteFiles, looking
from tests.e2e.processes import running
from tests.postgres import Postgres, served

FROZEN = 7.0
"""Seconds for which a replica is stopped: longer than its leases."""
REST = 0.5
LONGEST_START = 5.0
PEACE = 5.0
"""Seconds for which people go on after the last fault."""
LONGEST_SETTLING = 400.0
"""Seconds after which a run that still owes something has failed."""
COUNTED = ("kills", "stops", "freezes", "restarts", "started", "hung", "faults")
OWED = (
    "SELECT count(*) FROM outbox WHERE state = 'waiting'",
    "SELECT count(*) FROM follow_ups WHERE state = 'open' AND due_at <= :now",
    "SELECT count(*) FROM errands WHERE state = 'open' AND due_at <= :now",
)


@dataclass(frozen=True)
class Plan:
    """What is asked of a run: `database` is sqlite or postgresql."""

    database: str
    rounds: int
    follow_ups: int
    seed: int

    @property
    def command(self) -> str:
        """What runs it again."""
        given = f"ROUNDS={self.rounds} FOLLOW_UPS={self.follow_ups} SEED={self.seed}"
        return f"make chaos DATABASE={self.database} {given}"


@dataclass
class Arena:
    """The processes of a run."""

    plan: Plan
    folder: Path
    address: str
    url: str
    nursery: Nursery
    server: Postgres | None
    pids: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    epoch: float = field(default_factory=time.time)

    @property
    def replicas(self) -> int:
        """SQLite is for one process."""
        return 3 if self.server else 1

    def move_to(self, at: datetime) -> None:
        """Set the workspace's clock, and the replicas' by it; it never goes back."""
        now = datetime.fromisoformat(call(self.url, "clock", {"advance_seconds": 0})["now"])
        now = Clock(self.url).to(max(at, now).astimezone(UTC))
        new = self.folder / "ahead.new"
        new.write_text(str((now - datetime.now(UTC)).total_seconds()))
        new.replace(self.folder / "ahead")

    def keep_up(self) -> None:
        """Start a replica for each that is gone, as a supervisor does."""
        self.pids = [pid for pid in self.pids if send(pid, 0)]
        while len(self.pids) < self.replicas:
            files = str(self.folder / "ahead"), self.epoch, str(self.folder / "replicas.log")
            asked = Replica(self.address, TOKENS.bot, TOKENS.app, f"{self.url}/api/", *files)
            self.pids.append(self.nursery.start(asked))
            self.counts["started"] += 1

    def play(self, one: Round) -> None:
        """Put the faults in force, hit, and go on."""
        self.move_to(one.at)
        for fault in one.faults:
            call(self.url, "faults", fault)
            self.counts["faults"] += 1
        self.keep_up()
        self._wait_for_a_connection()
        time.sleep(one.wait)
        self._hit(one)
        self.keep_up()
        time.sleep(REST)
        call(self.url, "faults", {"rate_limits": False})

    def _wait_for_a_connection(self) -> None:
        """Until a replica is there, so that what is hit is at work; not for ever, since faults hinder it."""
        deadline = time.monotonic() + LONGEST_START
        while not call(self.url, f"state?as={ADA}")["connections"] and time.monotonic() < deadline:
            time.sleep(0.1)

    def _hit(self, one: Round) -> None:
        victim = self.pids[one.victim % len(self.pids)]
        match one.hit:
            case "kill":
                self._signal(victim, signal.SIGKILL, "kills")
            case "kill_all":
                for pid in self.pids:
                    self._signal(pid, signal.SIGKILL, "kills")
            case "terminate":
                self._signal(victim, signal.SIGTERM, "stops")
            case "freeze":
                self._signal(victim, signal.SIGSTOP, "freezes")
                threading.Timer(FROZEN, send, (victim, signal.SIGCONT)).start()
            case "database" if self.server is not None:
                self.server.restart(one.how)
                self.counts["restarts"] += 1

    def _signal(self, pid: int, number: int, name: str) -> None:
        if send(pid, number):
            self.counts[name] += 1
        if number == signal.SIGKILL:
            self._wait_for_end(pid)

    def _wait_for_end(self, pid: int) -> None:
        deadline = time.monotonic() + 30
        while send(pid, 0):
            if time.monotonic() > deadline:
                # Where its threads stand goes to its log.
                send(pid, signal.SIGUSR1)
                self.counts["hung"] += 1
                return
            time.sleep(0.01)

    def settle(self) -> bool:
        """Wait until nothing is owed; whether it came to that."""
        deadline = time.monotonic() + LONGEST_SETTLING
        while time.monotonic() < deadline:
            self.keep_up()
            with suppress(DBAPIError):
                if not any(self.owed()):
                    return True
            time.sleep(0.2)
        return False

    def owed(self) -> tuple[int, ...]:
        """How many letters wait, and how many appointments and errands are due and were not kept."""
        now = datetime.fromisoformat(call(self.url, "clock", {"advance_seconds": 0})["now"])
        stamp = now if self.server else now.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
        with looking(self.address) as connection:
            return tuple(
                int(connection.execute(text(each), {"now": stamp} if ":now" in each else {}).scalar_one())
                for each in OWED
            )

    def end(self) -> None:
        """Tell every replica to go, and see that it does."""
        for pid in self.pids:
            send(pid, signal.SIGCONT)
            send(pid, signal.SIGTERM)
        for pid in self.pids:
            self._wait_for_end(pid)


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    plan: Plan
    verdict: Verdict
    evidence: Evidence
    counts: Counter[str]
    seconds: float
    settled: bool

    @property
    def is_good(self) -> bool:
        """Nothing was lost, nothing came twice, nobody was told what they must not be."""
        return self.settled and not self.verdict.faults


def run(plan: Plan, folder: Path) -> Result:
    """Play it, let everything owed be settled, and audit."""
    rules = playbooks()
    state = folder / "workspace.db"
    started = time.monotonic()
    with _database(plan, folder) as (address, server):
        prepare(address, rules, plan.follow_ups, plan.seed)
        sandbox = ("-m", "sandbox", "--port", "0", "--state", str(state))
        with (
            Nursery() as nursery,
            running(sandbox, {}, "sandbox ready", folder / "sandbox.log", cwd=ROOT) as program,
        ):
            arena = Arena(plan, folder, address, program.said.split()[-1], nursery, server)
            crowd = Crowd(arena.url, plan.seed)
            settled = _play(arena, crowd)
            arena.end()
            program.stop()
        arena.counts.update(crowd.done)
        (folder / "troubles.log").write_text("\n\n".join(crowd.troubles))
        found = gather(address, state, tuple(crowd.opened))
    assert not crowd.broken, crowd.broken
    verdict = Auditor(rules, found, PRIVATE).verdict()
    return Result(plan, verdict, found, arena.counts, time.monotonic() - started, settled)


def _play(arena: Arena, crowd: Crowd) -> bool:
    arena.move_to(NIGHT)
    arena.keep_up()
    crowd.is_night.set()
    crowd.start()
    settled = True
    try:
        for one in schedule(arena.plan.seed, arena.plan.rounds):
            if crowd.is_night.is_set() and not one.is_night:
                # What is promised in the night is said in the night.
                settled = arena.settle()
                crowd.is_night.clear()
            arena.play(one)
        Trouble(arena.url).end()
        arena.keep_up()
        time.sleep(PEACE)
    finally:
        crowd.stop()
    return arena.settle() and settled


@contextmanager
def _database(plan: Plan, folder: Path) -> Iterator[tuple[str, Postgres | None]]:
    if plan.database == "sqlite":
        yield SqliteFiles(folder).new(), None
        return
    server = served(folder / "postgresql", fsync="on")
    server.prepare()
    try:
        yield server.new(), server
    finally:
        server.stop("immediate")


def summary(result: Result) -> str:
    """What a run was and found, in a few lines."""
    counts, verdict, found = result.counts, result.verdict, result.evidence
    figures = {
        "rounds": result.plan.rounds,
        **{
            name: counts[name]
            for name in ("kills", "stops", "freezes", "restarts", "started", "hung", "faults")
        },
        "obligations": len(found.follow_ups) + len(found.letters),
        "posts": sum(post.method == "chat.postMessage" for post in found.posts),
        "opened by people": len(found.acknowledged),
        "in vain": counts["in vain"],
        "merged": sum(letter.state == "merged" for letter in found.letters),
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "healed": len(verdict.healed),
        "out of hours": len(verdict.out_of_hours),
        "forbidden": len(verdict.forbidden),
        "private": len(verdict.private),
        "half done": len(verdict.halves),
        "seconds": round(result.seconds),
        "seed": result.plan.seed,
    }
    told = ", ".join(f"{name} {value}" for name, value in figures.items())
    lines = [f"{result.plan.database}: {told}", *verdict.faults[:40]]
    if not result.settled:
        lines.append("Not everything that was owed was done in time.")
    if not result.is_good:
        lines.append(f"Run it again: {result.plan.command}")
    return "\n".join(lines)
