"""`python app.py` as a person starts and stops it, each time in a folder of its own."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from sandbox.person import Person
from sandbox.server import Sandbox
from storage import open_database
from tests.e2e.story import open_complaint
from tests.peers.jira import TOKEN, USER, JiraPeer

APP = Path(__file__).parents[1] / "app.py"
ADA = "U0ADA00001"
NOW = datetime(2030, 1, 9, 15, tzinfo=UTC)
DATABASE = "var/sandbox/desk.db"
SECONDS_TO_STOP = 8
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": "xapp-sandbox"}

Given = Callable[[Path], contextmanager]


@contextmanager
def started(folder: Path, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The program, started in a folder; killed at the end if it runs still."""
    process = subprocess.Popen(
        [sys.executable, APP, *arguments],
        cwd=folder,
        env={"PORT": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    """Where the sandbox says that it is; it runs then."""
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(process.stderr.read())


def stop(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Stop the program; what it said on stderr."""
    process.send_signal(number)
    _, said = process.communicate(timeout=SECONDS_TO_STOP)
    assert process.returncode == 0
    return said


def test_it_stops_while_somebody_watches_and_finds_everything_again(tmp_path):
    with started(tmp_path) as first:
        url = address_of(first)
        case = open_complaint(Person(url, ADA), what={"milestones.m1": None})
        Person(url, ADA).wait_for_message(f"{case} · ")
        with urlopen(f"{url}/hands/events?as={ADA}", timeout=5) as events:
            assert events.readline() == b"event: changed\n"
            assert "Traceback" not in stop(first, signal.SIGTERM)
    with started(tmp_path) as second:
        ada = Person(address_of(second), ADA)
        assert [post.text for post in ada.dm() if post.text.startswith(case)]
        ada.click("Timeline")
        ada.wait_for_view("Opened the case")
        assert "Traceback" not in stop(second, signal.SIGINT)


def test_what_desk_yaml_connects_is_done_by_the_desk(tmp_path):
    jira_is_on = (
        "systems:\n  use: {ebh: jira}\n  jira: {request_types: {ho_ticket: 21, installer_ticket: 22}}\n"
    )
    (tmp_path / "desk.yaml").write_text((APP.parent / "sandbox" / "desk.yaml").read_text() + jira_is_on)
    with (
        JiraPeer() as jira,
        started(tmp_path, JIRA_URL=jira.url, JIRA_USER=USER, JIRA_API_TOKEN=TOKEN) as desk,
    ):
        ada = Person(address_of(desk), ADA)
        what = {"extra.need": "Resolving an installation issue", "milestones.m1": "2025-11-20"}
        case = open_complaint(ada, what=what)
        ada.wait_for_message(f"{case} · Installer is not replying")
        ada.click("Read and create …")
        ada.wait_for_view("ordered")
        ada.submit()
        ada.wait_for_message(f"<{jira.url}/browse/EBH-")
        assert [each.request_type for each in jira.issues.values()] == ["21"]
        said = stop(desk, signal.SIGTERM)
    assert "Traceback" not in said
    assert TOKEN not in said


@contextmanager
def port_taken(_: Path) -> Iterator[dict[str, str]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        yield {"PORT": str(taken.getsockname()[1])}


@contextmanager
def another_desk(folder: Path) -> Iterator[dict[str, str]]:
    with open_database(f"sqlite:///{folder / DATABASE}", NOW):
        yield {}


def written(name: str, text: str) -> Given:
    def write(folder: Path) -> nullcontext[dict[str, str]]:
        (folder / name).write_text(text)
        return nullcontext({})

    return write


def newer_database(folder: Path) -> nullcontext[dict[str, str]]:
    path = folder / DATABASE
    open_database(f"sqlite:///{path}", NOW).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    return nullcontext({})


@contextmanager
def refused_token(_: Path) -> Iterator[dict[str, str]]:
    sandbox = Sandbox(manifest=APP.with_name("manifest.json"))
    sandbox.start()
    yield {**TOKENS, "SLACK_API_URL": sandbox.api_url}
    sandbox.stop()


def nobody_answers(_: Path) -> nullcontext[dict[str, str]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    return nullcontext({**TOKENS, "SLACK_API_URL": f"http://127.0.0.1:{port}/api/"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (port_taken, "Stop the program that has it, or set PORT to another one."),
        (another_desk, "Another desk is already running on"),
        (written("desk.yaml", "rota: 3\n"), "desk.yaml"),
        (
            written("desk.yaml", "systems: {use: {mail: smtp}, mail: {mailbox: care@example.test}}\n"),
            "desk.yaml, line 1: systems.use.mail is smtp, which needs SMTP_HOST. Add it to .env",
        ),
        (written(".env", "SLACK_BOT_TOKN=x\n"), ".env, line 1: SLACK_BOT_TOKN is not a setting."),
        (newer_database, "was last used by a newer desk"),
        (refused_token, "Slack refused SLACK_BOT_TOKEN (invalid_auth)."),
        (nobody_answers, "Slack cannot be reached at"),
    ],
    ids=[
        "a busy port",
        "a second process",
        "a bad desk.yaml",
        "a system that lacks something",
        "a bad .env",
        "a newer database",
        "a refused bot token",
        "a Slack that does not answer",
    ],
)
def test_it_says_why_it_cannot_start_and_changes_nothing(tmp_path, given, said):
    with given(tmp_path) as environment:
        before = contents(tmp_path)
        with started(tmp_path, **environment) as process:
            printed, sentence = process.communicate(timeout=20)
        assert contents(tmp_path) == before
    assert (process.returncode, printed) == (2, "")
    assert said in sentence
    assert len(sentence.splitlines()) == 1


@pytest.fixture
def workspace() -> Iterator[Sandbox]:
    """A workspace that another program serves the desk to."""
    sandbox = Sandbox(manifest=APP.with_name("manifest.json"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


def reaching(workspace: Sandbox, **more: str) -> dict[str, str]:
    tokens = {"SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_API_URL": workspace.api_url}
    return {**tokens, "DRAIN_SECONDS": "1", **more}


def asked(url: str) -> tuple[int, dict]:
    try:
        with urlopen(url, timeout=5) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize(
    ("way", "secrets"),
    [
        ((), {"SLACK_SIGNING_SECRET": "signing-sandbox"}),
        (("serve", "--transport", "http", "--port", "0"), {"SLACK_SIGNING_SECRET": "signing-sandbox"}),
        ((), {"SLACK_APP_TOKEN": "xapp-sandbox"}),
        (
            ("serve", "--transport", "socket"),
            {"SLACK_APP_TOKEN": "xapp-sandbox", "SLACK_SIGNING_SECRET": "signing-sandbox"},
        ),
    ],
    ids=["HTTP by its secret", "HTTP as told", "Socket Mode with a port", "Socket Mode as told"],
)
def test_a_desk_with_a_port_says_how_it_is_until_it_has_stopped(tmp_path, workspace, way, secrets):
    with started(tmp_path, *way, **reaching(workspace, **secrets)) as desk:
        url = address_of(desk)
        status, body = asked(f"{url}/healthz")
        assert (status, body["status"], body["database"]) == (200, "ok", {"answers": True})
        assert asked(f"{url}/readyz")[0] == 200
        assert b"desk_build_info" in urlopen(f"{url}/metrics", timeout=5).read()
        desk.send_signal(signal.SIGTERM)
        if body["slack"]["transport"] == "http":
            assert (
                desk.stdout.readline()
                == "Complaint Desk takes Slack’s requests at /slack/events. Stop it with Ctrl-C.\n"
            )
            assert desk.stdout.readline() == "Stopping.\n"
            status, body = asked(f"{url}/healthz")
            assert (status, body["status"]) == (503, "draining")
        assert "Traceback" not in stop(desk, signal.SIGTERM)


@pytest.mark.parametrize(
    ("way", "given", "missing"),
    [
        ("http", {"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_SIGNING_SECRET is missing."),
        ("socket", {"SLACK_SIGNING_SECRET": "s"}, "SLACK_APP_TOKEN is missing."),
        ("http", {"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing."),
    ],
    ids=["no signing secret", "no app token", "no bot token"],
)
def test_a_transport_says_which_secret_it_lacks(tmp_path, way, given, missing):
    environment = {"SLACK_BOT_TOKEN": "xoxb-1", **given}
    with started(tmp_path, "serve", "--transport", way, **environment) as process:
        printed, sentence = process.communicate(timeout=20)
    assert (process.returncode, printed, list(tmp_path.iterdir())) == (2, "", [])
    assert sentence.startswith(missing)
    assert len(sentence.splitlines()) == 1


def test_the_doctor_finds_nothing_to_mend_in_a_new_folder_and_leaves_it_empty(tmp_path):
    with started(tmp_path, "doctor") as process:
        printed, said = process.communicate(timeout=60)
    assert (process.returncode, said, list(tmp_path.iterdir())) == (0, "", [])
    assert "There are no tokens: the desk serves its sandbox" in printed
    assert printed.endswith("Nothing has to be mended.\n")


def test_the_doctor_looks_at_the_rest_where_something_cannot_be_read(tmp_path, workspace):
    (tmp_path / "desk.yaml").write_text("roles: {leads: [lea]}\nsystems: {use: {ebh: jra}}\n")
    with started(tmp_path, "doctor", **reaching(workspace, SLACK_APP_TOKEN="xapp-sandbox")) as process:
        printed, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (1, "")
    assert "MEND  settings: desk.yaml, line 1: roles.leads[0] is 'lea'." in printed
    assert "MEND  settings: desk.yaml, line 2: systems.use.ebh is 'jra'" in printed
    assert "ok    SLACK_APP_TOKEN: Slack takes it, for Socket Mode." in printed
    assert "ok    database: " in printed


def test_the_doctor_misses_a_desk_yaml_where_there_is_a_workspace(tmp_path, workspace):
    with started(tmp_path, "doctor", **reaching(workspace, SLACK_SIGNING_SECRET="s-8151")) as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "MEND  desk.yaml: It is missing, so everybody in it is a placeholder" in printed
    assert "8151" not in printed


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() if path.is_file() else b"" for path in sorted(folder.rglob("*"))}
