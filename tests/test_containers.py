"""The container files hold what the desk needs and nothing that it must not have."""

from __future__ import annotations

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from handlers.web import WebServer

ROOT = Path(__file__).parent.parent
SECRETS = [".env", "var", ".git", "desk.yaml", "tests", ".venv"]


def steps(word: str) -> list[str]:
    """What the Dockerfile says behind a word, each with its continued lines."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [
        line.removeprefix(f"{word} ").strip() for line in text.splitlines() if line.startswith(f"{word} ")
    ]


def copied() -> list[str]:
    words = [step.split() for step in steps("COPY") if not step.startswith("--from")]
    return [source for sources in words for source in sources[:-1]]


def ignored(name: str) -> bool:
    lines = (ROOT / ".dockerignore").read_text().split("\n")
    verdict = False
    for line in filter(None, lines):
        if not line.startswith("#") and fnmatch(name, line.removeprefix("!")):
            verdict = not line.startswith("!")
    return verdict


def own_imports(path: Path) -> Iterator[str]:
    """The folders and files of this house that a file imports, by their first name."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for first in {name.partition(".")[0] for name in names}:
            if (ROOT / first).is_dir() or (ROOT / f"{first}.py").is_file():
                yield first


def test_every_folder_that_the_desk_imports_is_copied():
    found, unread = set(), {"app"}
    while unread:
        name = unread.pop()
        found.add(name)
        files = (ROOT / name).rglob("*.py") if (ROOT / name).is_dir() else [ROOT / f"{name}.py"]
        unread |= {each for path in files for each in own_imports(path)} - found
    assert {name if (ROOT / name).is_dir() else f"{name}.py" for name in found} <= set(copied())


@pytest.mark.parametrize("name", copied())
def test_what_is_copied_is_there_and_let_through(name):
    assert (ROOT / name).exists()
    assert not ignored(name)


@pytest.mark.parametrize("name", SECRETS)
def test_what_is_secret_or_needless_stays_out(name):
    assert ignored(name)
    assert name not in copied()


def test_packages_are_checked_by_hash_and_nobody_is_root():
    assert any("--require-hashes -r requirements.txt" in step for step in steps("RUN"))
    assert steps("USER") == ["desk"]
    assert steps("STOPSIGNAL") == ["SIGTERM"]
    assert steps("VOLUME") == ["/srv/desk/var"]
    python = (ROOT / "pyproject.toml").read_text().partition('requires-python = ">=')[2][:4]
    assert {step.split()[0] for step in steps("FROM")} == {f"python:{python}-slim"}


@pytest.mark.parametrize(("status", "exit_code"), [(200, 0), (503, 1)], ids=["well", "unwell"])
def test_the_container_is_as_healthy_as_its_page_says(status, exit_code):
    command = json.loads(steps("HEALTHCHECK")[0].partition("CMD ")[2])
    server = WebServer("127.0.0.1", 0, [Route("/healthz", lambda _: PlainTextResponse("", status))])
    server.start()
    try:
        environment = {**os.environ, "PORT": str(server.port)}
        done = subprocess.run(
            [sys.executable, *command[1:]], env=environment, capture_output=True, check=False, timeout=20
        )
    finally:
        server.stop()
    assert done.returncode == exit_code


@pytest.fixture
def compose() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_two_replicas_share_one_database(compose):
    desk = compose["services"]["desk"]
    assert desk["deploy"]["replicas"] == 2
    assert desk["environment"]["DATABASE_URL"].startswith("postgresql+psycopg://desk:${POSTGRES_PASSWORD:?")
    assert desk["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert desk["env_file"] == ".env"


def test_every_service_is_checked_and_given_time_to_stop(compose):
    services = compose["services"]
    for name, service in services.items():
        assert service.get("healthcheck") or service.get("build") == ".", name
        assert int(service["stop_grace_period"].removesuffix("s")) >= 10, name
    assert {name for name, each in services.items() if each.get("profiles") == ["http"]} == {
        "desk-http",
        "balancer",
    }


def test_nothing_is_published_but_slacks_way_in_on_this_machine(compose):
    published = {name: each["ports"] for name, each in compose["services"].items() if "ports" in each}
    assert published == {"balancer": ["127.0.0.1:8080:8080"]}
    content = compose["configs"]["balancer"]["content"]
    assert "location = /slack/events" in content
    assert "location / { return 404; }" in content


def test_no_secret_stands_in_the_files(compose):
    for name in ("Dockerfile", "compose.yaml"):
        text = (ROOT / name).read_text()
        assert "xoxb-" not in text
        assert "xapp-" not in text
    given = [each["environment"] for each in compose["services"].values() if "environment" in each]
    assert all("${POSTGRES_PASSWORD" in str(each) for each in given)


def test_what_is_copied_is_all_that_the_desk_needs(tmp_path):
    for name in copied():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    environment = {
        "HOME": str(tmp_path),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": f"http://127.0.0.1:{port}/api/",
    }
    command = [sys.executable, "app.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr.startswith("Slack cannot be reached at"), done.stderr
