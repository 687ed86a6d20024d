"""`make bench`: print the table and write it to bench/results.json."""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.directory import keystrokes
from bot.desk_file import load_organisation
from bot.playbooks import load_playbooks
from bot.proof import prove
from bot.proof.places import places_of
from bot.sop import facts_from_json, plan

HERE = Path(__file__).parent
ROUNDS = 5
NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)
FACTS = {
    "category": "installer_unresponsive",
    "program": "everbright",
    "channel": "phone",
    "found_on_platform": True,
    "homeowner": {"name": "Ada (homeowner)", "address": "1 Example Street", "phone": "202-555-0101"},
    "installer": {"name": "Sunny Roofs", "email": "office@example.test"},
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians in milliseconds: of what was measured, of its floor, and what the floor is.

    `p99_ms` is the 99th percentile where many different ones were measured, and `floor_p99_ms` the floor's.
    """

    what: str
    median_ms: float
    floor_ms: float
    floor: str
    mark: str
    p99_ms: float | None = None
    floor_p99_ms: float | None = None

    @property
    def ratio(self) -> float:
        """How many times its floor it takes."""
        return self.median_ms / self.floor_ms


def measure(work: Callable[[], object], times: int = 1) -> float:
    """The median of several rounds, in milliseconds for one call; a round makes `times` calls."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter() - began) * 1000 / times)
    return statistics.median(rounds)


def figures() -> list[Figure]:
    """Everything that is measured today: the rulebook, and a key pressed in the menu of homeowners."""
    organisation = load_organisation(None, range(2025, 2032))
    playbooks = load_playbooks(organisation)
    places = places_of(playbooks.files)
    facts = facts_from_json(FACTS)
    files = [each for each in (HERE.parent / "bot").rglob("*") if each.suffix in (".yaml", ".txt")]
    read = measure(lambda: [each.read_bytes() for each in files])
    parse = measure(lambda: facts_from_json(FACTS), times=500)
    planned = measure(lambda: plan(facts, playbooks, NOW), times=200)
    return [
        Figure(
            "plan of one complaint",
            planned,
            parse,
            "reading its facts from JSON",
            "under 1 ms",
        ),
        Figure(
            "all playbooks loaded",
            measure(lambda: load_playbooks(organisation)),
            read,
            "reading the same files",
            "under 100 ms",
        ),
        Figure(
            "the whole proof",
            measure(lambda: prove(playbooks, places, NOW)),
            planned,
            "one plan",
            "under 30 s",
        ),
        _keystroke(),
    ]


def _keystroke() -> Figure:
    (median, p99), (floor, floor_p99) = keystrokes(NOW)
    what, mark = "a key among 100,000 names", f"99 % under 30 ms: {p99:.1f} ms"
    return Figure(what, median, floor, f"bare query, 99 %: {floor_p99:.1f} ms", mark, p99, floor_p99)


def main() -> None:
    """Measure, print, and keep what was measured."""
    measured = figures()
    print(f"{'what':28}{'median':>12}{'floor':>12}{'ratio':>10}   mark, floor")
    for each in measured:
        print(
            f"{each.what:28}{each.median_ms:9.2f} ms{each.floor_ms:9.3f} ms{each.ratio:10.1f}"
            f"   {each.mark}; {each.floor}"
        )
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    kept = {"machine": machine, "rounds": ROUNDS, "figures": [asdict(each) for each in measured]}
    (HERE / "results.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    print(f"Medians of {ROUNDS} rounds on {machine}; also in {HERE.name}/results.json.", file=sys.stderr)


if __name__ == "__main__":
    main()
