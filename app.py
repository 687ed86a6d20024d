"""Complaint Desk's command line, and the one place where everything is wired together."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

import handlers
from blocks.letters import draw
from bot import sop_commands
from bot.connectors.by_hand import by_hand
from bot.connectors.slack import SlackMessenger, SlackPeople
from bot.delivery import Postman
from bot.desk import Desk
from bot.errors import SettingsError, StartError
from bot.playbooks import load_playbooks
from bot.ports import Clock, Memory
from bot.settings import Settings, holiday_years, load_organisation, load_settings
from bot.sop.organisation import Organisation
from handlers.clock import Bell
from handlers.front import Front
from sandbox.errors import SandboxError
from sandbox.server import Sandbox
from storage import open_database

ROOT = Path(__file__).parent
THREADS = 16
"""For listeners, and as many again for what they leave to do after the acknowledgement."""

cli = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)
cli.add_typer(sop_commands.app, name="sop")


def system_clock() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Slack:
    """How to reach a Slack workspace: the tokens, and the Web API's base address."""

    bot_token: str
    app_token: str
    api_url: str

    def client(self) -> WebClient:
        """A client of its own, for one purpose."""
        return WebClient(token=self.bot_token, base_url=self.api_url, timeout=10)


@dataclass(frozen=True, slots=True)
class Service:
    """A desk that is wired but does not run yet."""

    app: App
    bell: Bell
    slack: Slack

    @contextmanager
    def running(self) -> Iterator[None]:
        """Connected to Slack and keeping its appointments, until the end of the block."""
        socket = SocketModeHandler(self.app, self.slack.app_token, concurrency=THREADS)
        try:
            socket.connect()
        except (SlackClientError, OSError) as error:
            raise _not_connected("SLACK_APP_TOKEN", self.slack, error) from error
        try:
            self.bell.start()
            yield
        finally:
            socket.close()
            self.bell.stop()


def wire(organisation: Organisation, memory: Memory, slack: Slack, now: Clock) -> Service:
    """Put the desk together. Raises SettingsError where Slack does not accept the bot token."""
    desk = Desk(memory, load_playbooks(organisation), by_hand(organisation.links))
    bell = Bell(Postman(desk, SlackMessenger(slack.client()), draw, now, lease_clock=system_clock))
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="listener")
    try:
        app = App(client=slack.client(), process_before_response=True, listener_executor=threads)
    except (BoltError, SlackClientError, OSError) as error:
        raise _not_connected("SLACK_BOT_TOKEN", slack, error) from error
    handlers.register(app, Front(desk, now, SlackPeople(slack.client()), bell.wake))
    return Service(app, bell, slack)


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Serve the desk; without Slack tokens, in a sandbox on this machine."""
    if context.invoked_subcommand is None:
        _serve()


def _serve() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        with ExitStack() as open_until_stopped:
            settings = load_settings(os.environ)
            if settings.mode == "sandbox":
                _start_sandbox(settings, open_until_stopped)
            else:
                _start_slack(settings, open_until_stopped)
            _wait_for_a_signal()
            print("Stopping.")
    except (StartError, SandboxError) as error:
        _refuse(str(error))


def _start_slack(settings: Settings, stack: ExitStack) -> None:
    if settings.mode == "http":
        raise SettingsError("SLACK_APP_TOKEN is missing: the desk reaches Slack by Socket Mode. Add it.")
    organisation = load_organisation(settings.desk_config, holiday_years(system_clock().date()))
    database = stack.enter_context(open_database(settings.database_url, system_clock()))
    slack = Slack(
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_api_url,
    )
    stack.enter_context(wire(organisation, database, slack, system_clock).running())
    print("Complaint Desk is connected to Slack. Stop it with Ctrl-C.", flush=True)


def _start_sandbox(settings: Settings, stack: ExitStack) -> None:
    """A workspace and a desk in one process; the desk's clock is the workspace's, which a person may move."""
    config = settings.desk_config or ROOT / "sandbox" / "desk.yaml"
    organisation = load_organisation(config, holiday_years(system_clock().date()))
    state = Path("var/sandbox")
    address = (
        settings.database_url
        if "database_url" in settings.model_fields_set
        else f"sqlite:///{state / 'desk.db'}"
    )
    services: list[Service] = []

    def wake() -> None:
        for service in services:
            service.bell.wake()

    sandbox = Sandbox(
        port=settings.port,
        state=state / "workspace.db",
        manifest=ROOT / "manifest.json",
        next_due=lambda: next((service.bell.next_due() for service in services), None),
        on_clock_moved=wake,
    )
    sandbox.start()
    stack.callback(sandbox.stop)
    database = stack.enter_context(open_database(address, sandbox.clock.now()))
    slack = Slack(sandbox.bot_token, sandbox.app_token, sandbox.api_url)
    services.append(wire(organisation, database, slack, sandbox.clock.now))
    stack.enter_context(services[0].running())
    print(
        "There are no Slack tokens (SLACK_BOT_TOKEN, SLACK_APP_TOKEN), so this is the sandbox:\n"
        f"open {sandbox.url} in a browser. Stop it with Ctrl-C.",
        flush=True,
    )


def _wait_for_a_signal() -> None:
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, handle)
    stop.wait()


def _not_connected(setting: str, slack: Slack, error: Exception) -> SettingsError:
    if isinstance(error, SlackApiError):
        said = f"Slack refused {setting} ({error.response.get('error')}). Copy it again from the app’s page."
    else:
        said = f"Slack cannot be reached at {slack.api_url} ({type(error).__name__}). Check the network."
    return SettingsError(said)


def _refuse(message: str) -> NoReturn:
    """One clear sentence, and the exit code that says nothing was changed."""
    print(message, file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    cli()
