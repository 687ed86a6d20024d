"""Complaint Desk's command line, and the one place where everything is wired together."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import NoReturn

import typer
from slack_bolt import App
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

import handlers
from blocks.home import home as draw_home
from blocks.letters import draw
from bot import digests, import_commands, keeping_commands, sop_commands, version_commands
from bot.agenda import ERRANDS, ROUTINE, SUBJECTS
from bot.connectors.by_hand import by_hand
from bot.connectors.slack import SlackMessenger
from bot.connectors.slack_home import SlackHomes
from bot.connectors.slack_people import SlackPeople
from bot.delivery import Postman
from bot.desk import Desk
from bot.errors import SettingsError, StartError
from bot.imports import load_sample
from bot.playbooks import load_playbooks
from bot.ports import Clock, Memory
from bot.redrawing import Redrawer
from bot.settings import Settings, holiday_years, load_organisation, load_settings
from bot.sop import Playbooks
from bot.staff import Staff
from handlers.clock import Bell
from handlers.front import Front
from handlers.line import Line
from handlers.transport import Transport
from sandbox.errors import SandboxError
from sandbox.server import HOST, Sandbox
from storage import Files, copied, open_database

ROOT = Path(__file__).parent
THREADS = 16
"""For listeners, and as many again for what they leave to do after the acknowledgement."""

LOGGED_FROM = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "slack_bolt": logging.WARNING,
    "slack_sdk.web": logging.CRITICAL,
    "websockets": logging.CRITICAL,
}
"""From which level on libraries are heard. What a call of Slack met is told by whoever made the call."""

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

    def check(self) -> None:
        """See that Slack takes the bot token, before anything is made on disk. Raises SettingsError."""
        try:
            self.client().auth_test()
        except (SlackClientError, OSError) as error:
            raise _not_connected("SLACK_BOT_TOKEN", self, error) from error


@dataclass(frozen=True, slots=True)
class Service:
    """A desk that is wired but does not run yet."""

    app: App
    bell: Bell
    slack: Slack
    threads: ThreadPoolExecutor
    transport: Transport

    @contextmanager
    def running(self) -> Iterator[None]:
        """Connected to Slack and keeping its appointments, until the end of the block.

        What was begun is finished then, so that the memory can be closed afterwards.
        """
        try:
            self.transport.start()
        except (SlackClientError, OSError) as error:
            raise _not_connected("SLACK_APP_TOKEN", self.slack, error) from error
        try:
            self.bell.start()
            yield
        finally:
            self.transport.drain()
            self.threads.shutdown()
            self.transport.close()
            self.bell.stop()


def wire(
    playbooks: Playbooks,
    memory: Memory,
    slack: Slack,
    now: Clock,
    carried: Callable[[App], Transport] | None = None,
) -> Service:
    """Put the desk together; `carried` makes the way to Slack, Socket Mode where it is left out.

    Raises SettingsError where Slack does not accept the bot token.
    """
    people = SlackPeople(slack.client())
    desk = Desk(memory, playbooks, by_hand(playbooks.organisation.links), people)
    desk.keep_version(now())
    postman = Postman(desk, SlackMessenger(slack.client()), draw, now, system_clock, SUBJECTS)
    homes = Redrawer(desk, SlackHomes(slack.client()), draw_home, now, system_clock)
    bell = Bell(postman, ERRANDS, homes, ROUTINE)
    bell.staff = Staff(desk, now)
    bell.staff.start()
    with memory.write() as work:
        digests.begin(work, desk, now())
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="listener")
    try:
        app = App(
            name="complaint-desk",
            client=slack.client(),
            logger=logging.getLogger("slack_bolt"),
            process_before_response=True,
            listener_executor=threads,
        )
    except (BoltError, SlackClientError, OSError) as error:
        raise _not_connected("SLACK_BOT_TOKEN", slack, error) from error
    handlers.register(app, Front(desk, now, people, bell.wake, homes, staff=bell.staff))
    transport = carried(app) if carried else Line(app, slack.client(), slack.app_token, THREADS)
    return Service(app, bell, slack, threads, transport)


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Serve the desk; without Slack tokens, in a sandbox on this machine."""
    if context.invoked_subcommand is None:
        _serve()


def _serve() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    for name, level in LOGGED_FROM.items():
        logging.getLogger(name).setLevel(level)
    stop = _signalled()
    try:
        with ExitStack() as open_until_stopped:
            settings = load_settings(os.environ)
            if settings.mode == "sandbox":
                _start_sandbox(settings, open_until_stopped)
            else:
                _start_slack(settings, open_until_stopped)
            stop.wait()
            print("Stopping.", flush=True)
    except (StartError, SandboxError) as error:
        _refuse(str(error))


def _start_slack(settings: Settings, stack: ExitStack) -> None:
    if settings.mode == "http":
        raise SettingsError(
            "SLACK_APP_TOKEN is missing: the desk reaches Slack by Socket Mode. Make one on the app’s page, "
            "under Basic Information, App-Level Tokens, with the scope connections:write, and add it to .env."
        )
    playbooks = _playbooks(settings.desk_config)
    slack = Slack(
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_api_url,
    )
    slack.check()
    database = stack.enter_context(open_database(settings.database_url, system_clock()))
    stack.enter_context(wire(playbooks, database, slack, system_clock).running())
    print("Complaint Desk is connected to Slack. Stop it with Ctrl-C.", flush=True)


def _start_sandbox(settings: Settings, stack: ExitStack) -> None:
    """A workspace and a desk in one process; the desk's clock is the workspace's, which a person may move."""
    config = settings.desk_config or ROOT / "sandbox" / "desk.yaml"
    playbooks = _playbooks(config)
    state = Path("var/sandbox")
    address = settings.database_url if settings.database_url_given else f"sqlite:///{state / 'desk.db'}"
    _require_free(settings.port)
    database = stack.enter_context(open_database(address, system_clock()))
    if not settings.database_url_given:
        today = playbooks.organisation.calendar.today(system_clock())
        load_sample(database, ROOT / "sandbox", system_clock(), today)
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
    slack = Slack(sandbox.bot_token, sandbox.app_token, sandbox.api_url)
    services.append(wire(playbooks, database, slack, sandbox.clock.now))
    stack.enter_context(services[0].running())
    print(
        "There are no Slack tokens (SLACK_BOT_TOKEN, SLACK_APP_TOKEN), so this is the sandbox:\n"
        f"open {sandbox.url} in a browser. Stop it with Ctrl-C.\n"
        f"What happens in it is kept in {state.resolve()}.",
        flush=True,
    )


def _playbooks(desk_config: Path | None) -> Playbooks:
    """The playbooks for this organisation. Raises SettingsError and PlaybookError."""
    return load_playbooks(load_organisation(desk_config, holiday_years(system_clock().date())))


@contextmanager
def _stored_cases(to_change: bool) -> Iterator[Desk]:
    """A desk over the stored cases; only to look, over a copy, so that another may go on meanwhile."""
    settings = load_settings(os.environ)
    playbooks = _playbooks(settings.desk_config)
    with TemporaryDirectory() as folder:
        address = settings.database_url if to_change else copied(settings.database_url, Path(folder))
        with open_database(address, system_clock()) as database:
            yield Desk(database, playbooks, {})


def _require_free(port: int) -> None:
    """See that the sandbox can have its port, before anything is made on disk. Raises SettingsError."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise SettingsError(
            f"Port {port} on {HOST} cannot be used: {os.strerror(error.errno or 0)}. "
            "Stop the program that has it, or set PORT to another one."
        ) from error


def _signalled() -> threading.Event:
    """Set by SIGINT and SIGTERM, from now on."""
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, handle)
    return stop


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


version_commands.add_to(sop_commands.app, _stored_cases)
import_commands.add_to(cli, _stored_cases)
keeping_commands.add_to(cli, lambda: Files(load_settings(os.environ).database_url))

if __name__ == "__main__":
    cli()
