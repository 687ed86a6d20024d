"""The promises of the files at the top: locks, hooks, guards, contracts."""

from __future__ import annotations

import importlib
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.txt", "requirements-test.txt"]


def pinned(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text().splitlines()
    return dict(line.removesuffix(" \\").split("==") for line in lines if "==" in line)


def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_address(lock):
    text = (ROOT / lock).read_text()
    requirements = re.split(r"\n(?=[a-z])", text)
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in text
    assert not re.search(r"^-", text, flags=re.MULTILINE)


def test_both_locks_pin_the_same_versions():
    run, test = pinned("requirements.txt"), pinned("requirements-test.txt")
    assert run.items() <= test.items()


def test_every_declared_dependency_is_locked():
    project = pyproject()["project"]
    names = {re.match(r"[a-z0-9-]+", line)[0] for line in project["dependencies"]}
    extra = {re.match(r"[a-z0-9-]+", line)[0] for line in project["optional-dependencies"]["test"]}
    assert names <= pinned("requirements.txt").keys()
    assert extra <= pinned("requirements-test.txt").keys()
    assert not extra & pinned("requirements.txt").keys()


def test_the_slack_command_line_finds_its_hooks():
    hooks = json.loads((ROOT / ".slack/hooks.json").read_text())["hooks"]
    python, flag, module = hooks["get-hooks"].split()
    assert (python, flag) == ("python3", "-m")
    answer = subprocess.run(
        [sys.executable, "-m", module], capture_output=True, check=True, text=True, cwd=ROOT
    )
    assert "start" in json.loads(answer.stdout)["hooks"]
    assert importlib.import_module(module)


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 80), ("198.51.100.7", 443)], ids=["documentation net 1", "net 2"]
)
def test_a_test_cannot_connect_beyond_loopback(host, port):
    with socket.socket() as s, pytest.raises(RuntimeError, match="loopback"):
        s.connect((host, port))


def test_a_test_cannot_look_up_a_name():
    with pytest.raises(RuntimeError, match="loopback"):
        socket.getaddrinfo("desk.example.test", 80)


def test_a_test_reaches_loopback_and_unix_sockets(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def run_pytest(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (folder / "test_it.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", str(folder)]
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=known, capture_output=True, text=True, cwd=folder, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("def test_it(): pass", 0),
        ("import pytest\ndef test_it(): pass\ndef test_other(): pytest.skip('why')", 1),
        ("import pytest\ndef test_it(): pass\n@pytest.mark.xfail\ndef test_other(): assert 0", 1),
    ],
    ids=["all pass", "one skipped", "one expected to fail"],
)
def test_a_run_holds_only_when_every_test_ran(tmp_path, source, status):
    run = run_pytest(tmp_path, source)
    assert run.returncode == status, run.stdout
    assert ("Make each one hold" in run.stdout) == bool(status)
