"""`python -m tests.chaos`: long runs, and what they found. Exit code 1 when anything was not as promised."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.auditor import dump
from tests.chaos.run import Plan, run, summary
from tests.databases import KINDS


def main() -> int:
    """Run on each database that is asked for."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--follow-ups", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--database", choices=(*KINDS, "both"), default="both")
    parser.add_argument("--keep", type=Path, help="a folder in which everything stays, to be looked at")
    given = parser.parse_args()
    # Told to go, it does so as after Ctrl-C, and leaves nothing running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    is_good = True
    for kind in KINDS if given.database == "both" else (given.database,):
        plan = Plan(kind, given.rounds, given.follow_ups, given.seed)
        with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as name:
            folder = (given.keep or Path(name)) / kind
            folder.mkdir(parents=True)
            result = run(plan, folder)
            (folder / "verdict.json").write_text(dump(result.verdict))
        say(summary(result))
        is_good = is_good and result.is_good
    return 0 if is_good else 1


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
