"""Several replicas that send from one PostgreSQL to a Slack that takes 50 ms to answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.delivery import desks, office, prepare
from bench.figure import Figure, Mark
from bench.run import Run, in_turns

LATENCY_MS: Final = 50
EACH: Final = 200
"""Letters a replica in a round: more replicas get more to send, so that all measure about as long."""
MARKS: Final = {2: Mark(1.8, least=True), 4: Mark(3, least=True)}
PEOPLE: Final = 40


def figures(run: Run) -> Iterator[Figure]:
    """The rate of several, beside that of one."""
    each = run.size(EACH, 10)
    server = run.postgres()
    address = server.new()
    try:
        with office(run.size(PEOPLE, 4)) as place:
            prepare(address, place)
            late = {"fault": "latency", "target": "chat.postMessage", "latency_ms": LATENCY_MS}
            place.ask("faults", **late, times=None)

            def rate(replicas: int) -> float:
                letters = each * replicas
                return letters / desks(address, place, letters, replicas)

            one, two, four = in_turns(run.rounds, lambda: rate(1), lambda: rate(2), lambda: rate(4))
            for replicas, value in ((2, two), (4, four)):
                how = f"{replicas} replicas, {LATENCY_MS} ms of latency"
                yield Figure(
                    "Letters sent", value, "/s", one, "1 replica", MARKS[replicas], how, "", "PostgreSQL"
                )
    finally:
        server.drop(address)
