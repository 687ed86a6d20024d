"""The nursery of `crashing_desk`, seen from a test: desks that run, hang and die beside it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from tests.e2e.crashing_desk import HANGS, PATIENCE, READY, ROOT, Desk

KILLED = -signal.SIGKILL


@dataclass
class Running:
    """A desk that was started: the steps it has done, and with what code it ended."""

    name: str
    pid: int = 0
    code: int | None = None
    steps: list[str] = field(default_factory=list)
    is_ready: bool = False
    hangs: bool = False

    @property
    def is_alive(self) -> bool:
        """Whether it runs, as far as was heard."""
        return self.code is None

    def end(self) -> None:
        """Kill it, unless it is dead."""
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def go_on(self) -> None:
        """Wake a desk that hangs."""
        self.hangs = False
        os.kill(self.pid, signal.SIGCONT)


class Nursery:
    """Starts desks, and hears of what becomes of them."""

    def __enter__(self) -> Self:
        self._desks: dict[str, Running] = {}
        self._rest = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.crashing_desk"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.listen()
        for desk in self._desks.values():
            desk.end()
        self._process.communicate(timeout=PATIENCE)

    def start(self, desk: Desk) -> Running:
        """Start a desk; it need not be ready yet."""
        running = self._desks[str(len(self._desks))] = Running(str(len(self._desks)))
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"name": running.name, **asdict(desk)}).encode() + b"\n")
        self._process.stdin.flush()
        self.wait(lambda: running.pid != 0, "a desk’s beginning")
        return running

    def wait_for_beginning(self, desk: Running) -> None:
        """Until it is connected, or dead."""
        self.wait(lambda: desk.is_ready or not desk.is_alive, "a desk’s connection")

    def wait_for_end(self, desk: Running) -> None:
        """Until it is dead, or has gone."""
        self.wait(lambda: not desk.is_alive, "a desk’s end")

    def wait(self, until: Callable[[], Any], what: str, seconds: float = PATIENCE) -> bool:
        """Wait for something that a desk says or does; raises TimeoutError."""
        if not self.wait_a_while(until, seconds):
            raise TimeoutError(f"After {seconds:g} s {what} has not come.")
        return True

    def wait_a_while(self, until: Callable[[], Any], seconds: float) -> bool:
        """Whether it came about in this time."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                return False
            self.listen(0.02)
        return True

    def listen(self, seconds: float = 0.0) -> None:
        """Hear what the desks say."""
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        if not select.select([pipe], [], [], seconds)[0]:
            return
        *lines, self._rest = (self._rest + os.read(pipe, 65536)).split(b"\n")
        for line in lines:
            self._hear(json.loads(line))

    def _hear(self, said: dict[str, Any]) -> None:
        desk = self._desks[said["name"]]
        match said:
            case {"pid": pid}:
                desk.pid = pid
            case {"code": code}:
                desk.code = code
            case {"word": word} if word == READY:
                desk.is_ready = True
            case {"word": word} if word == HANGS:
                desk.hangs = True
            case {"word": word}:
                desk.steps.append(word)
