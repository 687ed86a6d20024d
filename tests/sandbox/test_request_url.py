"""An app without Socket Mode: what is posted to its request URL, and what comes of its answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from sandbox.person import Person, PersonError, Trouble
from sandbox.server import Sandbox


@dataclass
class App:
    """A request URL that answers every request with `status` and `answer`, and keeps what came."""

    url: str = ""
    status: int = 200
    answer: str = ""
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def app(sandbox: Sandbox, trouble: Trouble) -> Iterator[App]:
    app = App()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            app.headers.append(dict(self.headers))
            app.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(app.status)
            self.send_header("Content-Length", str(len(app.answer)))
            self.end_headers()
            self.wfile.write(app.answer.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing: a test's output is what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    app.url = f"http://127.0.0.1:{server.server_port}/slack/events"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    trouble.post_to(app.url)
    yield app
    trouble.post_to(None)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_command_comes_as_a_signed_form_and_its_answer_is_shown(
    app: App, ada: Person, sandbox: Sandbox
) -> None:
    app.answer = json.dumps({"text": "Here I am."})
    assert ada.command("/complaint", "mine & yours").notice is None
    headers = {name.lower(): value for name, value in app.headers[0].items()}
    assert SignatureVerifier(sandbox.signing_secret).is_valid_request(app.bodies[0], headers)
    assert parse_qs(app.bodies[0])["text"] == ["mine &amp; yours"]
    assert ada.dm()[-1].text == "Here I am."


def test_a_click_comes_as_a_payload(app: App, ada: Person) -> None:
    ada.shortcut("open_complaint")
    assert json.loads(parse_qs(app.bodies[0])["payload"][0])["type"] == "shortcut"


def test_an_event_comes_as_json_again_and_again_until_it_is_taken(
    app: App, ada: Person, trouble: Trouble
) -> None:
    app.status = 503
    ada.message("hello")
    ada.wait_for(lambda _: len(app.bodies) == 4)
    assert {json.loads(body)["event"]["text"] for body in app.bodies} == {"hello"}
    assert [headers.get("X-Slack-Retry-Num") for headers in app.headers] == [None, "1", "2", "3"]


@pytest.mark.parametrize("status", [404, 500, 503])
def test_what_is_not_taken_is_told(app: App, ada: Person, status: int) -> None:
    app.status = status
    told = ada.command("/complaint", strict=False)
    assert told.notice == f'/complaint failed with the error "http_error_{status}"'


def test_an_app_that_is_not_there_is_told(sandbox: Sandbox, ada: Person, trouble: Trouble) -> None:
    trouble.post_to("http://127.0.0.1:9/")
    assert "dispatch_failed" in str(ada.command("/complaint", strict=False).notice)
    trouble.post_to(None)


def test_an_address_elsewhere_is_refused(sandbox: Sandbox, trouble: Trouble) -> None:
    with pytest.raises(PersonError, match="A request URL here looks like"):
        trouble.post_to("https://example.test/")
