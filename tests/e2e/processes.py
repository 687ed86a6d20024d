"""The sandbox and the desk as programs of their own, as they run outside of tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from sandbox.person import Trouble
from sandbox.server import TOKENS

ROOT = Path(__file__).parents[2]
STARTING = 60.0
"""Seconds; a new Python imports for a few where others want the processor too."""
STOPPING = 30.0


@dataclass(frozen=True)
class Program:
    """A running program, what it said when it was ready, and where its log is."""

    process: subprocess.Popen[str]
    said: str
    log: Path

    def stop(self) -> None:
        """SIGTERM, and wait for the end. A program that is stopped ends well."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOPPING) == 0, self.log.read_text()

    @property
    def errors(self) -> list[str]:
        """The lines of its log that tell of errors."""
        return [line for line in self.log.read_text().splitlines() if " ERROR " in line or "Error" in line]


@contextmanager
def workspace(folder: Path, *arguments: str) -> Iterator[str]:
    """A sandbox; answers its address."""
    command = ("-m", "sandbox", "--port", "0", *arguments)
    with running(command, {}, "sandbox ready", folder / "sandbox.log", cwd=ROOT) as program:
        yield program.said.split()[-1]


@contextmanager
def desk(
    url: str, database: str, folder: Path, name: str = "desk", *, http: bool = False
) -> Iterator[Program]:
    """A desk on the workspace at `url`, connected; its folder has neither .env nor desk.yaml."""
    environment = {
        "SLACK_BOT_TOKEN": TOKENS.bot,
        "SLACK_APP_TOKEN": TOKENS.app,
        "SLACK_SIGNING_SECRET": TOKENS.signing,
        "SLACK_API_URL": f"{url}/api/",
        "DATABASE_URL": database,
        "DESK_CONFIG": str(ROOT / "sandbox" / "desk.yaml"),
    }
    way = ("--transport", "http", "--port", "0") if http else ("--transport", "socket")
    command = (str(ROOT / "app.py"), "serve", *way)
    with running(command, environment, "Stop it with Ctrl-C", folder / f"{name}.log", cwd=folder) as program:
        if http:
            found = re.search(r"http://(127\.0\.0\.1:\d+)", program.said)
            assert found, program.said
            Trouble(url).post_to(f"http://{found[1]}/slack/events")
        yield program


@contextmanager
def running(
    arguments: tuple[str, ...], environment: Mapping[str, str], ready: str, log: Path, cwd: Path
) -> Iterator[Program]:
    """A program of this Python, from the line that says it is ready; killed in the end, if it still runs."""
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-u", *arguments],
            cwd=cwd,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        )
    lines: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read, args=(process, lines), daemon=True).start()
    said = ""
    try:
        while ready not in said:
            line = lines.get(timeout=STARTING)
            assert line, f"{arguments} ended: {said}{log.read_text()}"
            said += line
        yield Program(process, said.strip(), log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    process.stdout.close()
    lines.put("")
