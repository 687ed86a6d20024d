"""Misbehaviour on request, as slack-sdk and Bolt meet it."""

import http.client
import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler

from sandbox.errors import HandsError
from sandbox.faults import Fault, Faults, fault_from
from sandbox.person import Person, PersonError, Trouble
from sandbox.remote import call
from sandbox.server import Sandbox
from tests.sandbox.conftest import ADA
from tests.sandbox.toy import Toy

SUPPORT = "C0SUPPORT1"


def posts(trouble: Trouble) -> list[dict[str, Any]]:
    return [one for one in trouble.traffic() if one["name"] == "chat.postMessage"]


def texts(client: WebClient) -> list[str]:
    return [one["text"] for one in client.conversations_history(channel=SUPPORT)["messages"]]


class TestWebApi:
    def test_rate_limited_does_nothing_and_says_when_to_come_back(
        self, client: WebClient, trouble: Trouble
    ) -> None:
        trouble.cause("rate_limited", target="chat.postMessage", retry_after=7)
        with pytest.raises(SlackApiError, match="ratelimited") as caught:
            client.chat_postMessage(channel=SUPPORT, text="x")
        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
        assert texts(client) == []
        assert client.chat_postMessage(channel=SUPPORT, text="x")["ok"]

    def test_the_sdk_waits_and_comes_back(
        self, sandbox: Sandbox, client: WebClient, trouble: Trouble
    ) -> None:
        trouble.cause("rate_limited", target="chat.postMessage", retry_after=0)
        patient = WebClient(
            token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[RateLimitErrorRetryHandler()]
        )
        patient.chat_postMessage(channel=SUPPORT, text="x")
        assert [one["error"] for one in posts(trouble)] == ["ratelimited", None]

    def test_a_lost_reply_leaves_the_post_made(self, client: WebClient, trouble: Trouble) -> None:
        trouble.cause("lost_reply", target="chat.postMessage")
        with pytest.raises(http.client.RemoteDisconnected):
            client.chat_postMessage(channel=SUPPORT, text="x")
        assert texts(client) == ["x"]
        assert [one["summary"] for one in posts(trouble)] == [f"{SUPPORT} x (the reply was lost)"]

    def test_the_sdk_posts_twice_after_a_lost_reply(
        self, sandbox: Sandbox, client: WebClient, trouble: Trouble
    ) -> None:
        """The trap of slack.md section 3: the default retry handler repeats the post."""
        trouble.cause("lost_reply", target="chat.postMessage")
        default = WebClient(
            token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[ConnectionErrorRetryHandler()]
        )
        default.chat_postMessage(channel=SUPPORT, text="x")
        assert texts(client) == ["x", "x"]

    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [
            ({"error": "internal_error"}, 200, "internal_error"),
            ({"status": 503, "error": "down"}, 503, "down"),
        ],
        ids=["an error with 200", "a server error"],
    )
    def test_errors_do_nothing(
        self, client: WebClient, trouble: Trouble, fault: dict[str, Any], status: int, code: str
    ) -> None:
        trouble.cause("error", target="chat.postMessage", **fault)
        with pytest.raises(SlackApiError, match=code) as caught:
            client.chat_postMessage(channel=SUPPORT, text="x")
        assert caught.value.response.status_code == status
        assert texts(client) == []

    def test_latency_beyond_the_clients_patience_leaves_the_outcome_unknown(
        self, sandbox: Sandbox, client: WebClient, trouble: Trouble
    ) -> None:
        trouble.cause("latency", target="chat.postMessage", latency_ms=1300)
        hasty = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, timeout=1, retry_handlers=[])
        with pytest.raises(TimeoutError):
            hasty.chat_postMessage(channel=SUPPORT, text="x")
        deadline = time.monotonic() + 3
        while not texts(client) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert texts(client) == ["x"]

    def test_the_target_is_one_method_or_all(self, client: WebClient, trouble: Trouble) -> None:
        trouble.cause("error", target="chat.update")
        assert client.auth_test()["ok"]
        trouble.end()
        trouble.cause("error", times=None)
        for _ in range(3):
            with pytest.raises(SlackApiError, match="internal_error"):
                client.auth_test()
        trouble.end()
        assert client.auth_test()["ok"]

    def test_the_channel_limit_can_be_switched_on(self, sandbox: Sandbox, client: WebClient) -> None:
        call(sandbox.url, "faults", {"rate_limits": True})
        client.chat_postMessage(channel=SUPPORT, text="x")
        client.chat_postMessage(channel=ADA, text="elsewhere")
        with pytest.raises(SlackApiError, match="ratelimited") as caught:
            client.chat_postMessage(channel=SUPPORT, text="too soon")
        assert caught.value.response.headers["Retry-After"] == "1"


class TestEnvelopes:
    @pytest.fixture(autouse=True)
    def fresh(self, toy: Toy, sandbox: Sandbox) -> None:
        toy.forget()

    def test_a_doubled_delivery_reaches_the_app_twice(self, toy: Toy, ada: Person, trouble: Trouble) -> None:
        trouble.cause("double_delivery", target="slash_commands")
        ada.command("/complaint")
        assert len(toy.seen["command"]) == 2
        assert toy.seen["command"][0]["trigger_id"] == toy.seen["command"][1]["trigger_id"]

    def test_a_lost_acknowledgement_of_a_command_is_told(
        self, toy: Toy, ada: Person, trouble: Trouble
    ) -> None:
        trouble.cause("drop_ack", target="slash_commands")
        assert "operation_timeout" in str(ada.command("/complaint", strict=False).notice)
        assert len(toy.seen["command"]) == 1

    def test_a_lost_acknowledgement_of_an_event_brings_it_again(
        self, toy: Toy, ada: Person, trouble: Trouble
    ) -> None:
        trouble.cause("drop_ack", target="events_api", times=2)
        ada.message("hello")
        ada.wait_for(lambda _: len(toy.seen["event"]) == 3)
        assert len({body["event_id"] for body in toy.seen["event"]}) == 1

    def test_after_a_dropped_socket_the_app_reconnects(self, toy: Toy, ada: Person, trouble: Trouble) -> None:
        trouble.cause("drop_socket", target="slash_commands")
        assert ada.command("/complaint", strict=False).notice
        ada.wait_for(lambda person: person.state["connections"] == 1)
        ada.command("/complaint")
        assert len(toy.seen["command"]) == 1


UNREADABLE: dict[str, tuple[dict[str, Any], str]] = {
    "unknown fault": ({"fault": "earthquake"}, "'earthquake' is no fault; choose one of rate_limited,"),
    "no fault": ({"target": "*"}, "needs the key 'fault'"),
    "unknown key": ({"fault": "error", "latency": 3}, "'latency' is unknown"),
    "wrong type": ({"fault": "error", "status": "500"}, "'status' of a fault cannot be '500'"),
    "no times": ({"fault": "error", "times": 0}, "'times' must be 1 or more"),
    "improbable": ({"fault": "error", "probability": 0}, "'probability' must be above 0"),
    "method as envelope": ({"fault": "drop_ack", "target": "chat.update"}, "needs as target one of"),
    "unknown goodbye": ({"disconnect": "rudely"}, "'disconnect' is one of warning"),
}


@pytest.mark.parametrize(("body", "sentence"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    sandbox: Sandbox, body: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PersonError, match=sentence):
        call(sandbox.url, "faults", body)


def test_probability_follows_its_seed() -> None:
    def met(seed: int) -> list[bool]:
        faults = Faults()
        faults.add(Fault("error", times=None, probability=0.5, seed=seed))
        return [faults.take("error", "auth.test") is not None for _ in range(20)]

    assert met(1) == met(1) != met(2)
    assert 0 < sum(met(1)) < 20


def test_a_fault_is_used_up() -> None:
    faults = Faults()
    faults.add(fault_from({"fault": "error", "times": 2}))
    assert [bool(faults.take("error", "auth.test")) for _ in range(3)] == [True, True, False]
    with pytest.raises(HandsError, match="unknown"):
        fault_from({"fault": "error", "often": 2})
