"""Complaint Desk's command line, and the one place where everything is wired together."""

from __future__ import annotations

import gc

# What is loaded here stays: to look through it for garbage again and again is a sixth of the start.
gc.disable()

import logging
import os
import random
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from slack_bolt import App
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

import handlers
from blocks.home import home as draw_home
from blocks.letters import draw
from bot import auditing, desk_file, digests
from bot.agenda import ERRANDS, ROUTINE, SUBJECTS
from bot.clerk import Clerk
from bot.connectors.by_hand import by_hand
from bot.connectors.connecting import NOTHING, Connections, connections, each_connected
from bot.connectors.slack import SlackMessenger
from bot.connectors.slack_home import SlackHomes
from bot.connectors.slack_people import SlackPeople
from bot.delivery import Postman
from bot.desk import Desk
from bot.errors import SettingsError, StartError
from bot.pace import SLACKS, Paces
from bot.playbooks import load_playbooks
from bot.ports import Clock, Memory
from bot.redrawing import Redrawer
from bot.settings import Settings, holiday_years, load_organisation, load_settings
from bot.sop import Playbooks
from bot.staff import Staff
from bot.statuses import StatusReader
from bot.system_settings import SystemSettings
from bot.systems_file import systems_in
from handlers.busy import MOST, THREADS, Gate, Listeners
from handlers.clock import Bell
from handlers.front import Front
from handlers.log import OnceAMinute
from handlers.measured import MeasuredApp
from handlers.serving import Serving, Site, Way, counted, opened
from handlers.transport import Transport
from storage import Files, copied, open_database

if TYPE_CHECKING:
    from bot.doctor import Check, Part

gc.freeze()
gc.enable()

ROOT = Path(__file__).parent
SANDBOX_DESK = ROOT / "sandbox" / "desk.yaml"
SANDBOX_STATE = Path("var/sandbox")
HOST = "127.0.0.1"
"""Where the sandbox listens; it is for this machine alone."""
LOGGED_FROM = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "slack_bolt": logging.WARNING,
    "slack_sdk.web": logging.CRITICAL,
    "uvicorn": logging.WARNING,
    "websockets": logging.CRITICAL,
}
"""From which level on libraries are heard. What a call of Slack met is told by whoever made the call."""

cli = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


SOCKET_MODE = Serving()


def system_clock() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Slack:
    """How to reach a Slack workspace: the tokens, and the Web API's base address."""

    bot_token: str
    app_token: str
    api_url: str
    signing_secret: str = ""

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
    listeners: Listeners
    transport: Transport
    site: Site | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Connected to Slack and keeping its appointments, until the end of the block.

        What was begun is finished then, so that the memory can be closed afterwards.
        """
        with self._on_its_port():
            try:
                self.transport.start()
            except (SlackClientError, OSError) as error:
                raise _not_connected("SLACK_APP_TOKEN", self.slack, error) from error
            try:
                self.bell.start()
                yield
            finally:
                if self.site:
                    self.site.health.draining = True
                self.transport.drain()
                self.listeners.shutdown()
                self.transport.close()
                self.bell.stop()

    @contextmanager
    def _on_its_port(self) -> Iterator[None]:
        """The web server stands before Slack is connected, and until everything is finished."""
        if self.site is None:
            yield
            return
        self.site.server.start()
        try:
            yield
        finally:
            self.site.server.stop()


def wire(
    playbooks: Playbooks,
    memory: Memory,
    slack: Slack,
    now: Clock,
    serving: Serving = SOCKET_MODE,
    machine_clock: Clock = system_clock,
    paces: Paces = SLACKS,
    reached: Connections = NOTHING,
) -> Service:
    """Put the desk together. Raises SettingsError where Slack does not accept the bot token.

    Two clocks: `now` is the desk's, which says what is due; by `machine_clock` leases run out. `reached`
    are the systems of record that are not worked by hand.
    """
    memory, metrics = counted(serving, memory)
    people = SlackPeople(slack.client())
    manual = by_hand(playbooks.organisation.links)
    desk = Desk(
        memory,
        playbooks,
        manual,
        people,
        connectors=reached.connectors,
        look_up=reached.look_up,
        sent_by_people=reached.sent_by_people,
    )
    desk.keep_version(now())
    scatter = partial(random.uniform, 0.8, 1.2)
    messenger = SlackMessenger(slack.client())
    postman = Postman(desk, messenger, draw, now, machine_clock, SUBJECTS, paces, scatter)
    homes = Redrawer(desk, SlackHomes(slack.client()), draw_home, now, machine_clock)

    def told() -> None:
        bell.wake()

    clerks = tuple(
        Clerk(desk, name, each, now, machine_clock, told, scatter) for name, each in desk.connectors.items()
    )
    bell = Bell(postman, ERRANDS, homes, ROUTINE, clerks=clerks)
    if desk.connectors:
        bell.statuses = StatusReader(desk, now, told)
    bell.staff = Staff(desk, now)
    bell.staff.start()
    with memory.write() as work:
        digests.begin(work, desk, now())
        auditing.begin(work, now())
    listeners = Listeners(THREADS, Gate(MOST))
    try:
        app = MeasuredApp(
            name="complaint-desk",
            client=slack.client(),
            signing_secret=slack.signing_secret,
            logger=logging.getLogger("slack_bolt"),
            process_before_response=True,
            listener_executor=listeners,
        )
    except (BoltError, SlackClientError, OSError) as error:
        raise _not_connected("SLACK_BOT_TOKEN", slack, error) from error
    app.metrics = metrics
    app.listeners = listeners
    handlers.register(app, Front(desk, now, people, bell.wake, homes, staff=bell.staff))
    secrets = slack.app_token, slack.signing_secret
    transport, site = opened(serving, app, secrets, memory, bell, (now, machine_clock))
    return Service(app, bell, slack, listeners, transport, site)


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Serve the desk; without Slack tokens, in a sandbox on this machine."""
    if context.invoked_subcommand is None:
        _serve()


@cli.command()
def serve(
    transport: Annotated[
        Way | None, typer.Option(help="How Slack comes in; without it, by the settings.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Instead of HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Instead of PORT.")] = None,
) -> None:
    """Serve the desk to a Slack workspace, with its health page where there is a port."""
    given = {"HOST": host, "PORT": port}
    _serve(transport, {name: str(value) for name, value in given.items() if value is not None})


def _serve(way: Way | None = None, given: Mapping[str, str] = {}) -> None:
    """Serve until a signal comes. `given` wins over the environment."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    for handler in logging.getLogger().handlers:
        handler.addFilter(OnceAMinute())
    for name, level in LOGGED_FROM.items():
        logging.getLogger(name).setLevel(level)
    stop = _signalled()
    try:
        with ExitStack() as open_until_stopped:
            settings = load_settings({**os.environ, **given})
            if settings.mode == "sandbox" and way is None:
                _start_sandbox(settings, open_until_stopped)
            else:
                _start_slack(settings, way, open_until_stopped)
            stop.wait()
            print("Stopping.", flush=True)
    except StartError as error:
        _refuse(str(error))


def _start_slack(settings: Settings, way: Way | None, stack: ExitStack) -> None:
    serving = _serving(settings, way)
    settings.require(serving.way)
    playbooks, systems = _told(settings.desk_config, settings)
    slack = _slack(settings)
    slack.check()
    database = stack.enter_context(open_database(settings.database_url, system_clock()))
    service = wire(
        playbooks,
        database,
        slack,
        system_clock,
        serving,
        reached=connections(systems),
    )
    stack.enter_context(service.running())
    if service.site:
        print(f"Its pages stand at http://{service.site.server.address}: /healthz, /readyz, /metrics.")
    took = "takes Slack’s requests at /slack/events" if serving.way == "http" else "is connected to Slack"
    print(f"Complaint Desk {took}. Stop it with Ctrl-C.", flush=True)


def _serving(settings: Settings, way: Way | None) -> Serving:
    """As the command line says, else as the tokens do. HTTP listens always, Socket Mode if told where."""
    chosen: Way = way or ("http" if settings.mode == "http" else "socket")
    port = settings.port if chosen == "http" or settings.port_given else None
    return Serving(chosen, settings.host, port, settings.drain_seconds)


def _start_sandbox(settings: Settings, stack: ExitStack) -> None:
    """A workspace and a desk in one process; the desk's clock is the workspace's, which a person may move."""
    from bot.imports import load_sample  # noqa: PLC0415 - a desk in a real workspace does without all this.
    from sandbox.errors import SandboxError  # noqa: PLC0415
    from sandbox.server import Sandbox  # noqa: PLC0415

    playbooks, systems = _told(settings.desk_config or SANDBOX_DESK, settings)
    _require_free(settings.port)
    address = _database(settings, sandboxed=True)
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
        state=SANDBOX_STATE / "workspace.db",
        manifest=ROOT / "manifest.json",
        next_due=lambda: next((service.bell.next_due() for service in services), None),
        on_clock_moved=wake,
    )
    try:
        sandbox.start()
    except SandboxError as error:
        raise StartError(str(error)) from error
    stack.callback(sandbox.stop)
    slack = Slack(sandbox.bot_token, sandbox.app_token, sandbox.api_url)
    services.append(wire(playbooks, database, slack, sandbox.clock.now, reached=connections(systems)))
    stack.enter_context(services[0].running())
    print(
        "There are no Slack tokens (SLACK_BOT_TOKEN, SLACK_APP_TOKEN), so this is the sandbox:\n"
        f"open {sandbox.url} in a browser. Stop it with Ctrl-C.\n"
        f"What happens in it is kept in {SANDBOX_STATE.resolve()}.",
        flush=True,
    )


def _told(desk_config: Path | None, settings: Settings) -> tuple[Playbooks, SystemSettings]:
    """The playbooks for this organisation, and its systems of record. Raises SettingsError, PlaybookError."""
    document = desk_file.read(desk_config or desk_file.DEFAULT)
    organisation = desk_file.organisation_in(document, holiday_years(system_clock().date()))
    return load_playbooks(organisation), systems_in(document, settings)


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


def _examined(live: bool) -> Iterator[Part]:
    """What the doctor looks at, part by part. What cannot be read is told; the rest is still looked at."""
    from bot import doctor  # noqa: PLC0415 - a desk that serves does without all this.
    from bot.connectors import slack_examine  # noqa: PLC0415

    try:
        settings = load_settings(os.environ)
    except StartError as error:
        yield doctor.Part("Settings", doctor.refused("settings", error))
        return
    now, wrong = system_clock(), list[doctor.Check]()
    sandboxed = settings.mode == "sandbox"
    file = settings.desk_config or (SANDBOX_DESK if sandboxed else desk_file.DEFAULT)
    organisation = playbooks = systems = None
    if document := doctor.tried(lambda: desk_file.read(file), wrong):
        years = holiday_years(now.date())
        organisation = doctor.tried(lambda: desk_file.organisation_in(document, years), wrong)
        systems = doctor.tried(lambda: systems_in(document, settings), wrong)
    if organisation:
        playbooks = doctor.tried(lambda: load_playbooks(organisation), wrong)
    if settings.desk_config is None and not sandboxed:
        said = "It is missing, so everybody in it is a placeholder: cp desk.example.yaml desk.yaml."
        wrong.append(doctor.Check("desk.yaml", said, "mend"))
    yield doctor.Part("Settings", wrong or [doctor.Check("settings", "They can be read.")])
    if organisation:
        today = organisation.calendar.today(now)
        yield doctor.Part("Organisation", doctor.organisation_checked(organisation))
        yield doctor.Part("Days off", doctor.holidays_checked(organisation, today))
    if sandboxed:
        said = "There are no tokens: the desk serves its sandbox, on this machine alone."
        yield doctor.Part("Slack", [doctor.Check("tokens", said, "look")])
    else:
        slack = _slack(settings)
        known = doctor.expected(organisation, ROOT / "manifest.json")
        yield doctor.Part("Slack", slack_examine.examined(slack.client(), slack.app_token, known))
    yield doctor.Part("Database", _database_examined(_database(settings, sandboxed), systems))
    if systems:
        yield doctor.Part("Systems of record", doctor.systems_checked(systems, live))
        for each in each_connected(systems):
            yield doctor.Part(each.title, doctor.found(each.examine(live=live)))
    if playbooks:
        yield doctor.Part("Playbooks", doctor.playbooks_checked(playbooks, systems or SystemSettings()))


def _database_examined(address: str, systems: SystemSettings | None) -> Iterator[Check]:
    from storage.examining import examined, left_waiting  # noqa: PLC0415

    yield from examined(address)
    if systems is not None:
        yield from left_waiting(address, connections(systems).connectors)


def _slack(settings: Settings) -> Slack:
    return Slack(
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_api_url,
        settings.slack_signing_secret.get_secret_value(),
    )


def _database(settings: Settings, sandboxed: bool) -> str:
    """The DATABASE_URL; the sandbox has a database of its own where none is given."""
    if sandboxed and not settings.database_url_given:
        return f"sqlite:///{SANDBOX_STATE / 'desk.db'}"
    return settings.database_url


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


def _add_commands() -> None:
    """What else the command line can do. A desk that is only to serve goes without, and starts sooner."""
    from bot import (  # noqa: PLC0415
        doctor_command,
        import_commands,
        keeping_commands,
        sop_commands,
        version_commands,
    )

    cli.add_typer(sop_commands.app, name="sop")
    version_commands.add_to(sop_commands.app, _stored_cases)
    import_commands.add_to(cli, _stored_cases)
    doctor_command.add_to(cli, _examined)
    keeping_commands.add_to(cli, lambda: Files(load_settings(os.environ).database_url))


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] != "serve":
        _add_commands()
    cli()
