"""`python -m sandbox --port 8765 --state FILE`: the sandbox as a program of its own."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.server import Sandbox, run_until
from sandbox.timing import Timing

MANIFEST = Path(__file__).parent.parent / "manifest.json"


def main() -> int:
    """Serve until SIGINT or SIGTERM. Exit code 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="sandbox", description="A Slack workspace on this machine.")
    parser.add_argument("--port", type=int, default=8765, help="0 takes any free one")
    parser.add_argument("--state", type=Path, help="the file that keeps the workspace; in memory without it")
    parser.add_argument("--manifest", type=Path, default=MANIFEST, help="the app's manifest.json")
    parser.add_argument(
        "--retry-seconds", default="1,60,300", help="when events that were not acknowledged come again"
    )
    parser.add_argument("--ack-seconds", type=float, default=3.0, help="how long an app may take to answer")
    given = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    delays = tuple(float(part) for part in given.retry_seconds.split(","))
    try:
        run_until(
            stopped,
            Sandbox(
                port=given.port,
                state=given.state,
                manifest=given.manifest,
                timing=Timing(ack_seconds=given.ack_seconds, retry_seconds=delays),
            ),
        )
    except SandboxError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line speaks by printing
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
