"""The messenger against a workspace that misbehaves: each fault comes out as what can be done about it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.connectors.slack import SlackMessenger
from bot.errors import OutcomeUnknown, RateLimited, Rejected
from bot.ports import Message
from bot.stored import Posted
from sandbox.person import Person, Trouble
from sandbox.server import Sandbox

ADA, CLEO = "U0ADA00001", "U0CLEO0005"
CHANNEL = "support-and-cs-team-members-only"
HELLO = Message("Hello.", ({"type": "section", "text": {"type": "plain_text", "text": "Hello."}},))
WINDOW = timedelta(minutes=5)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(manifest=Path(__file__).parents[2] / "manifest.json")
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def slack(sandbox: Sandbox) -> SlackMessenger:
    Trouble(sandbox.url).end()
    return SlackMessenger(WebClient(sandbox.bot_token, base_url=sandbox.api_url, timeout=10))


@pytest.mark.parametrize(
    "to", [ADA, CHANNEL, f"#{CHANNEL}", "C0SUPPORT1"], ids=["person", "name", "#name", "id"]
)
def test_a_post_is_found_again_by_its_delivery_and_by_no_other(sandbox, slack, to):
    posted = slack.post(to, HELLO, f"found {to}")
    since = sandbox.clock.now() - WINDOW
    assert slack.find(to, f"found {to}", since) == posted
    assert slack.find(to, "another", since) is None
    assert slack.find(to, f"found {to}", sandbox.clock.now() + WINDOW) is None


@pytest.mark.parametrize(
    ("fault", "comes_out"),
    [
        ({"fault": "rate_limited", "retry_after": 7}, RateLimited),
        ({"fault": "lost_reply"}, OutcomeUnknown),
        ({"fault": "error", "error": "internal_error"}, OutcomeUnknown),
        ({"fault": "error", "error": "fatal_error", "status": 500}, OutcomeUnknown),
        ({"fault": "error", "error": "service_unavailable", "status": 503}, OutcomeUnknown),
        ({"fault": "error", "error": "token_revoked"}, OutcomeUnknown),
        ({"fault": "error", "error": "not_in_channel"}, OutcomeUnknown),
        ({"fault": "error", "error": "invalid_blocks"}, Rejected),
    ],
    ids=["429", "lost reply", "internal error", "500", "503", "token revoked", "not invited", "bad blocks"],
)
def test_each_fault_of_a_call_comes_out_as_what_to_do(sandbox, slack, fault, comes_out):
    Trouble(sandbox.url).cause(target="chat.postMessage", **fault)
    with pytest.raises(comes_out) as raised:
        slack.post(ADA, HELLO, "faulty")
    assert str(raised.value).startswith(f"posting to {ADA}: ")
    if comes_out is RateLimited:
        assert raised.value.seconds == 7


def test_a_call_whose_reply_is_lost_is_not_repeated_by_the_client_and_is_found(sandbox, slack):
    ben = "U0BEN00002"
    Trouble(sandbox.url).cause("lost_reply", target="chat.postMessage")
    with pytest.raises(OutcomeUnknown):
        slack.post(ben, HELLO, "lost")
    (post,) = Person(sandbox.url, ben).dm()
    assert slack.find(ben, "lost", sandbox.clock.now() - WINDOW) == Posted(post.channel, post.ts)


def test_what_is_sought_is_found_behind_more_than_a_page_of_posts(sandbox, slack):
    since = sandbox.clock.now() - WINDOW
    posted = slack.post(CLEO, HELLO, "the first of many")
    cleo = Person(sandbox.url, CLEO)
    for number in range(201):
        cleo.message(f"Line {number}")
    assert slack.find(CLEO, "the first of many", since) == posted


def test_a_channel_that_the_desk_cannot_see_is_asked_for_again_once_somebody_invited_it(slack):
    with pytest.raises(OutcomeUnknown, match=r"no channel #nowhere that the desk can see\. Invite the desk"):
        slack.post("nowhere", HELLO, "nowhere")


class NotSlack(BaseHTTPRequestHandler):
    """A proxy's page in Slack's place; its path says with which status."""

    def do_POST(self) -> None:
        page = b"<html>Come back later.</html>"
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def not_slack() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), NotSlack) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "comes_out"),
    [(200, OutcomeUnknown), (502, OutcomeUnknown), (403, OutcomeUnknown), (429, RateLimited)],
)
def test_an_answer_that_is_not_slacks_says_nothing_about_the_letter(not_slack, status, comes_out):
    slack = SlackMessenger(WebClient("xoxb-any", base_url=f"{not_slack}/{status}/", timeout=10))
    with pytest.raises(comes_out) as raised:
        slack.post(ADA, HELLO, "any")
    assert "Come back later" not in str(raised.value)
