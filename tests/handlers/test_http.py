"""HTTP mode at its door: who is let in, what is refused, and what a desk that stops still does."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web import WebClient

from handlers.busy import AdmittingApp
from handlers.http import LARGEST, PATH, HttpRequests
from handlers.metrics import Metrics
from handlers.web import WebServer

SECRET = "not-a-secret"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
COMMAND = {"command": "/complaint", "text": "mine", "user_id": "U1", "team_id": "T1"}


class Desk:
    """A Bolt app behind the request URL that notes what reached it, and waits where it is told to."""

    def __init__(self, most: int = 8, drain_seconds: float = 0) -> None:
        self.heard: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.metrics = Metrics("0")
        app = AdmittingApp(
            client=WebClient("xoxb-1"),
            signing_secret=SECRET,
            process_before_response=True,
            token_verification_enabled=False,
            authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1"),
        )
        app.command("/complaint")(self._take)
        self.requests = HttpRequests(app, SECRET, 4, most, drain_seconds, self.metrics)
        self.server = WebServer("127.0.0.1", 0, [self.requests.route])

    def _take(self, ack, body) -> None:
        assert self.go_on.wait(20)
        self.heard.append(body["text"])
        ack("taken")

    @contextmanager
    def running(self) -> Iterator[Desk]:
        self.server.start()
        self.requests.start()
        try:
            yield self
        finally:
            self.go_on.set()
            self.requests.drain()
            self.requests.close()
            self.server.stop()

    def send(self, body: bytes, headers: Mapping[str, str], method: str = "POST") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            connection.request(method, PATH, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def command(self, text: str = "mine") -> tuple[int, str]:
        return self.send(*signed(urlencode({**COMMAND, "text": text})))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk().running() as desk:
        yield desk


def signed(body: str, kind: str = FORM, age: float = 0, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    stamp = str(int(time.time() - age))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
    return body.encode(), headers


def with_headers(**changed: str | None) -> tuple[bytes, dict[str, str]]:
    body, headers = signed(urlencode(COMMAND))
    given = {**headers, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return body, {name: value for name, value in given.items() if value is not None}


def test_a_signed_command_reaches_its_listener_and_its_answer_slack(desk: Desk) -> None:
    assert desk.command() == (200, "taken")
    assert desk.heard[0] == "mine"


def test_slacks_challenge_is_answered(desk: Desk) -> None:
    status, answer = desk.send(*signed(json.dumps({"type": "url_verification", "challenge": "c1"}), JSON))
    assert (status, json.loads(answer)) == (200, {"challenge": "c1"})


@pytest.mark.parametrize("text", ["payload", "find a payload of bricks", "show payload=1"])
def test_a_command_may_hold_the_word_that_bolt_looks_for(desk: Desk, text: str) -> None:
    assert desk.command(text)[0] == 200
    assert desk.heard == [text]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (lambda: signed(urlencode(COMMAND), secret="another"), 401),
        (lambda: signed(urlencode(COMMAND), age=301), 401),
        (lambda: signed(urlencode(COMMAND), age=-330), 401),
        (lambda: with_headers(X_Slack_Signature=None), 401),
        (lambda: with_headers(X_Slack_Signature="v0=é"), 401),
        (lambda: with_headers(X_Slack_Request_Timestamp=None), 401),
        (lambda: with_headers(X_Slack_Request_Timestamp="soon"), 401),
        (lambda: with_headers(X_Slack_Request_Timestamp="9" * 400), 401),
        (lambda: with_headers(X_Slack_Request_Timestamp="-1"), 401),
        (lambda: with_headers(Content_Type=None), 415),
        (lambda: with_headers(Content_Type="text/plain"), 415),
        (lambda: with_headers(Content_Type="multipart/form-data; boundary=x"), 415),
        (lambda: (b"\xff\xfe", signed("x")[1]), 400),
        (lambda: signed("x" * (LARGEST + 1)), 413),
        (lambda: signed("{", JSON), 400),
        (lambda: signed("payload={"), 400),
        (lambda: signed("payload=[]"), 500),
    ],
    ids=[
        "another secret",
        "too old",
        "from the future",
        "no signature",
        "a signature beyond ASCII",
        "no timestamp",
        "a timestamp in words",
        "an endless timestamp",
        "a timestamp before 1970",
        "no content type",
        "plain text",
        "an upload",
        "not UTF-8",
        "too long",
        "broken JSON",
        "a broken payload",
        "a payload that is a list",
    ],
)
def test_what_is_not_slacks_own_is_refused(desk: Desk, request_, status: int) -> None:
    body, headers = request_()
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    assert desk.send(body, encoded)[0] == status
    assert desk.heard == []


def test_a_body_that_was_signed_otherwise_is_refused(desk: Desk) -> None:
    _, headers = signed(urlencode(COMMAND))
    assert desk.send(urlencode({**COMMAND, "text": "show HC-1"}).encode(), headers)[0] == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_posts_are_taken(desk: Desk, method: str) -> None:
    assert desk.send(b"", {}, method)[0] == 405


def test_nothing_of_a_refused_body_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        desk.send(*signed(urlencode({**COMMAND, "text": "Hanna"}), secret="another"))
        desk.send(*signed("payload={Hanna"))
    assert "Hanna" not in caplog.text


def test_a_full_desk_says_so_at_once_and_begins_nothing() -> None:
    desk = Desk(most=2)
    desk.go_on.clear()
    with desk.running(), ThreadPoolExecutor(2) as people:
        first = [people.submit(desk.command, f"{number}") for number in range(2)]
        until(lambda: desk.requests.state().under_way == 2)
        assert desk.command("one too many")[0] == 503
        desk.go_on.set()
        assert [each.result(20)[0] for each in first] == [200, 200]
    assert sorted(desk.heard) == ["0", "1"]
    assert desk.metrics.registry.get_sample_value("desk_busy_total") == 1


def test_what_was_begun_is_finished_and_answered_before_the_desk_stops() -> None:
    desk = Desk()
    desk.go_on.clear()
    with ThreadPoolExecutor(2) as people:
        with desk.running():
            under_way = people.submit(desk.command)
            until(lambda: desk.requests.state().under_way == 1)
            stopping = people.submit(desk.requests.drain)
            until(lambda: not desk.requests.is_connected())
            until(lambda: desk.command("too late")[0] == 503)
            desk.go_on.set()
            stopping.result(20)
        assert under_way.result(20)[0] == 200
    assert desk.heard == ["mine"]


def test_while_the_balancer_is_told_requests_are_still_taken() -> None:
    desk = Desk(drain_seconds=60)
    with desk.running():
        draining = threading.Thread(target=desk.requests.drain, daemon=True)
        draining.start()
        until(lambda: not desk.requests.is_connected())
        assert desk.command("late")[0] == 200
        desk.requests.close()
        draining.join(20)
    assert desk.heard == ["late"]


def until(happens) -> None:
    end = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < end, "it did not happen within 20 seconds"
        threading.Event().wait(0.01)
