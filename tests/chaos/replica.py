"""Replicas in processes of their own, to be killed, stopped and told to go.

`python -m tests.chaos.replica` is a nursery: for each line of JSON on its input it forks a desk and says its
process id. A fork has everything imported, where a new Python takes seconds to.

The machine's clock of a replica runs `HURRY` times as fast as the system's: leases, waits and the desk's own
pace are what they are, only shorter.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any, Self

from bot.playbooks import load_playbooks
from bot.settings import load_organisation
from bot.sop import Playbooks

ROOT = Path(__file__).parents[2]
YEARS = range(2029, 2032)
PR_SET_PDEATHSIG = 1
"""A process ends with its parent (prctl(2), Linux)."""
HURRY = 20
"""A lease of two minutes is over after six seconds."""


@dataclass(frozen=True)
class Replica:
    """What a desk is started with. `ahead` is a file: the workspace's clock minus the system's, in seconds.

    `epoch` is the instant, in seconds since 1970, from which the machine's clock hurries.
    """

    database: str
    bot_token: str
    app_token: str
    api_url: str
    ahead: str
    epoch: float
    log: str


def playbooks() -> Playbooks:
    """The playbooks of the sandbox's organisation."""
    return load_playbooks(load_organisation(ROOT / "sandbox" / "desk.yaml", YEARS))


def serve(rules: Playbooks, replica: Replica) -> None:
    """Run a desk until it is told to go."""
    from app import Slack, wire  # noqa: PLC0415 - what only looks at the nursery does without
    from storage import open_database  # noqa: PLC0415

    stop, ahead = threading.Event(), Path(replica.ahead)
    told = [0.0]

    def now() -> datetime:
        # While the file is being replaced, what it said last still holds.
        told[0] = float(ahead.read_text() or told[0])
        return datetime.now(UTC) + timedelta(seconds=told[0])

    def machine_clock() -> datetime:
        real = datetime.now(UTC).timestamp() - replica.epoch
        return datetime.fromtimestamp(replica.epoch + real * HURRY, UTC)

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    faulthandler.register(signal.SIGUSR1)
    slack = Slack(replica.bot_token, replica.app_token, replica.api_url)
    with open_database(replica.database, now()) as database:
        service = wire(rules, database, slack, now, machine_clock=machine_clock)
        with service.running():
            stop.wait()


def main() -> None:
    """Fork a desk for every line."""
    import app  # noqa: F401, PLC0415 - imported once, for every fork

    rules = playbooks()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    say("ready")
    for line in sys.stdin:
        replica = Replica(**json.loads(line))
        child = os.fork()
        if child == 0:
            _become(rules, replica)
        say(str(child))


def _become(rules: Playbooks, replica: Replica) -> None:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        log = os.open(replica.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, sys.stdout.fileno())
        os.dup2(log, sys.stderr.fileno())
        form = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
        logging.basicConfig(format=form, level=logging.WARNING, force=True)
        serve(rules, replica)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Nursery:
    """Starts replicas; when its input ends, those that are left end with it."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.chaos.replica"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=ROOT, **pipes)
        assert self._heard() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def start(self, replica: Replica) -> int:
        """Fork a desk; answers its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(replica)) + "\n")
        self._process.stdin.flush()
        return int(self._heard())

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return str(self._process.stdout.readline()).strip()


def send(pid: int, number: int) -> bool:
    """Send a signal, 0 to ask only; whether the process is still there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
