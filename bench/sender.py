"""A process that sends: a replica of the desk, or a bare loop of slack-sdk. It begins when it is told to."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from slack_sdk import WebClient

from bench import million
from bench.run import NOW
from blocks.letters import draw
from bot.connectors.slack import SlackMessenger
from bot.delivery import Postman
from handlers.lanes import Lanes
from storage import open_database

TOKEN = "xoxb-sandbox"  # noqa: S105 - the sandbox's, on this machine


def desk(address: str, api: str) -> None:
    """Send what waits in the database on the desk's own lanes, until the other end hangs up."""
    with open_database(address, NOW) as database:
        messenger = SlackMessenger(WebClient(TOKEN, base_url=api))
        lanes = Lanes(Postman(million.desk_of(database), messenger, draw, lambda: NOW, _machine_clock))
        _wait_for_the_word()
        lanes.start()
        sys.stdin.read()
        lanes.stop()


def bare(api: str, calls: str) -> None:
    """Make the calls of that file, one after the other: what chat.postMessage is given, a line each."""
    client = WebClient(TOKEN, base_url=api)
    posts = [json.loads(line) for line in Path(calls).read_text("utf-8").splitlines()]
    _wait_for_the_word()
    for post in posts:
        client.chat_postMessage(**post)
    print("done", flush=True)  # noqa: T201 - the bench reads it


def _wait_for_the_word() -> None:
    print("ready", flush=True)  # noqa: T201 - the bench reads it
    sys.stdin.readline()


def _machine_clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    {"desk": desk, "bare": bare}[sys.argv[1]](*sys.argv[2:])
