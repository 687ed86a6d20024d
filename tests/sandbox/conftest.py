"""One sandbox and one toy app per test module; each test finds the workspace as new."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from sandbox.person import Person, Trouble
from sandbox.remote import call
from sandbox.server import Sandbox
from sandbox.timing import Timing
from tests.sandbox.toy import Toy

MANIFEST = Path(__file__).with_name("manifest.json")
"""An app that hears little, whatever the desk comes to ask for."""
ADA, BEN, BO, LEA, OTTO = "U0ADA00001", "U0BEN00002", "U0BO000003", "U0LEA00004", "U0OTTO0010"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    sandbox = Sandbox(manifest=MANIFEST, timing=Timing(retry_seconds=(0.05, 0.1, 0.15)))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def toy(server: Sandbox) -> Iterator[Toy]:
    toy = Toy(server)
    toy.connect()
    yield toy
    toy.close()


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    call(server.url, "reset", {})
    return server


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
def ada(sandbox: Sandbox) -> Person:
    return Person(sandbox.url, ADA)


@pytest.fixture
def ben(sandbox: Sandbox) -> Person:
    return Person(sandbox.url, BEN)


@pytest.fixture
def trouble(sandbox: Sandbox) -> Trouble:
    return Trouble(sandbox.url)
