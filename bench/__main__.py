"""`make bench`: measure, print the table, and keep a whole run in bench/results.json and docs/bench.svg."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import chart, keeping
from bench.figure import Figure
from bench.machine import machine
from bench.registry import NAMES, Measure, measurements
from bench.run import Run
from bench.table import lines

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Measure what was asked for. What broke is told, and the rest still counts; 0 if nothing did."""
    asked = _asked()
    only = [name for name in asked.only.split(",") if name]
    if unknown := set(only) - set(NAMES):
        print(f"There is no measurement {', '.join(sorted(unknown))}. Take some of: {', '.join(NAMES)}.")
        return 2
    wanted = measurements(only)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run = Run(Path(folder), asked.rounds)
        figures = _measured(wanted, run)
        on = machine(run)
        run.postgres().stop()
    print("\n".join(lines(figures)))
    print(f"Medians of {asked.rounds} rounds, each beside its floor. {on}.")
    whole = not only and len(figures) == len(wanted)
    every = [each for several in figures.values() for each in several]
    if whole:
        (ROOT / "bench" / "results.json").write_text(keeping.as_json(figures, on, asked.rounds), "utf-8")
        (ROOT / "docs" / "bench.svg").write_text(chart.drawn(every, str(on)), "utf-8")
        print("Kept in bench/results.json, and drawn in docs/bench.svg.")
    if whole and asked.write:
        keeping.write_readme(ROOT / "README.md", every, on)
        print("The table of README.md is this run's.")
    return 0 if len(figures) == len(wanted) else 1


def _measured(wanted: Mapping[str, Measure], run: Run) -> dict[str, list[Figure]]:
    """The figures of each measurement that came to its end."""
    done: dict[str, list[Figure]] = {}
    for name, measure in wanted.items():
        began = time.monotonic()
        print(f"measuring {name} ...", end="", file=sys.stderr, flush=True)
        try:
            done[name] = list(measure(run))
        except Exception:  # noqa: BLE001 - told in full, and what was measured before is worth keeping
            print(" broke:", file=sys.stderr)
            traceback.print_exc()
        else:
            print(f" {time.monotonic() - began:.0f} s", file=sys.stderr)
    return done


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help="names of measurements, with commas between")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; 5")
    parser.add_argument("--write", action="store_true", help="put the table of a whole run into README.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
